// SPDX-License-Identifier: GPL-3.0-or-later

// One set of loops; included by still.c once for each set, with
//   LOOPS            the set's name
//   LOOP_TARGET      attribute of its functions
//   MADD(a, b, c)    a * b + c

#define LOOP_PASTE(a, b) a##_##b
#define LOOP_NAME_OF(a, b) LOOP_PASTE(a, b)
#define LOOP(name) LOOP_NAME_OF(name, LOOPS)

// State in registers, coefficients where they are.
#define SECTION_BEGIN(i)                                                                                               \
  Section* const s##i  = sections[i];                                                                                  \
  const Pair     n1##i = -s##i->a1, n2##i = -s##i->a2, b0##i = s##i->b0, c1##i = s##i->c1, c2##i = s##i->c2;           \
  Pair           w1##i = s##i->w1, w2##i = s##i->w2
#define SECTION_FRAME(i)                                                                                               \
  do {                                                                                                                 \
    const Pair w = MADD(n1##i, w1##i, MADD(n2##i, w2##i, x));                                                          \
    x            = MADD(b0##i, x, MADD(c1##i, w1##i, c2##i * w2##i));                                                  \
    w2##i        = w1##i;                                                                                              \
    w1##i        = w;                                                                                                  \
  } while (0)
#define SECTION_END(i)                                                                                                 \
  s##i->w1 = w1##i;                                                                                                    \
  s##i->w2 = w2##i

LOOP_TARGET RT static void
LOOP(cascade1)(Section* const sections[], const Pair* const in, Pair* const out, const uint32_t n)
{
  SECTION_BEGIN(0);
  for (uint32_t i = 0; i < n; ++i) {
    Pair x = in[i];
    SECTION_FRAME(0);
    out[i] = x;
  }
  SECTION_END(0);
}

LOOP_TARGET RT static void
LOOP(cascade2)(Section* const sections[], const Pair* const in, Pair* const out, const uint32_t n)
{
  SECTION_BEGIN(0);
  SECTION_BEGIN(1);
  for (uint32_t i = 0; i < n; ++i) {
    Pair x = in[i];
    SECTION_FRAME(0);
    SECTION_FRAME(1);
    out[i] = x;
  }
  SECTION_END(0);
  SECTION_END(1);
}

LOOP_TARGET RT static void
LOOP(cascade3)(Section* const sections[], const Pair* const in, Pair* const out, const uint32_t n)
{
  SECTION_BEGIN(0);
  SECTION_BEGIN(1);
  SECTION_BEGIN(2);
  for (uint32_t i = 0; i < n; ++i) {
    Pair x = in[i];
    SECTION_FRAME(0);
    SECTION_FRAME(1);
    SECTION_FRAME(2);
    out[i] = x;
  }
  SECTION_END(0);
  SECTION_END(1);
  SECTION_END(2);
}

// A filter of the isolator: the all-pole part, then its outputs from the states before this frame.
#define POLES(c, f, x) MADD(-(c).a1, w1##f, MADD(-(c).a2, w2##f, x))
#define LOW_PASS(c, f, x) MADD((c).lp0, x, MADD((c).lp1, w1##f, (c).lp2* w2##f))
#define ALL_PASS(c, f, x) MADD((c).a2, x, MADD((c).ap1, w1##f, (c).ap2* w2##f))
#define ON(f, w)                                                                                                       \
  w2##f = w1##f;                                                                                                       \
  w1##f = w

LOOP_TARGET RT static void
LOOP(isolator)(Isolator* const s, const Pair* const in, Pair* const out, const uint32_t n)
{
  const IsolatorCross c1 = s->cross[0], c2 = s->cross[1];
  const Pair          low_gain = s->low, mid_gain = s->mid, high_gain = s->high;
  Pair                w1A = s->w[ISOLATOR_SPLIT1][0], w2A = s->w[ISOLATOR_SPLIT1][1];
  Pair                w1B = s->w[ISOLATOR_LP1][0], w2B = s->w[ISOLATOR_LP1][1];
  Pair                w1C = s->w[ISOLATOR_SPLIT2][0], w2C = s->w[ISOLATOR_SPLIT2][1];
  Pair                w1D = s->w[ISOLATOR_LP2][0], w2D = s->w[ISOLATOR_LP2][1];
  Pair                w1E = s->w[ISOLATOR_AP2][0], w2E = s->w[ISOLATOR_AP2][1];

  for (uint32_t i = 0; i < n; ++i) {
    const Pair x    = in[i];
    const Pair a    = POLES(c1, A, x);
    const Pair half = LOW_PASS(c1, A, x);
    const Pair all1 = ALL_PASS(c1, A, x);
    ON(A, a);
    const Pair b   = POLES(c1, B, half);
    const Pair low = LOW_PASS(c1, B, half);
    ON(B, b);
    const Pair rest  = all1 - low;
    const Pair c     = POLES(c2, C, rest);
    const Pair half2 = LOW_PASS(c2, C, rest);
    const Pair all2  = ALL_PASS(c2, C, rest);
    ON(C, c);
    const Pair d   = POLES(c2, D, half2);
    const Pair mid = LOW_PASS(c2, D, half2);
    ON(D, d);
    const Pair e       = POLES(c2, E, low);
    const Pair aligned = ALL_PASS(c2, E, low);
    ON(E, e);
    out[i] = MADD(low_gain, aligned, MADD(mid_gain, mid, high_gain * (all2 - mid)));
  }

  s->w[ISOLATOR_SPLIT1][0] = w1A, s->w[ISOLATOR_SPLIT1][1] = w2A;
  s->w[ISOLATOR_LP1][0] = w1B, s->w[ISOLATOR_LP1][1] = w2B;
  s->w[ISOLATOR_SPLIT2][0] = w1C, s->w[ISOLATOR_SPLIT2][1] = w2C;
  s->w[ISOLATOR_LP2][0] = w1D, s->w[ISOLATOR_LP2][1] = w2D;
  s->w[ISOLATOR_AP2][0] = w1E, s->w[ISOLATOR_AP2][1] = w2E;
}

static const StillLoops LOOPS = {
  .cascade  = {NULL, LOOP(cascade1), LOOP(cascade2), LOOP(cascade3)},
  .isolator = LOOP(isolator),
};

#undef LOOP_PASTE
#undef LOOP_NAME_OF
#undef LOOP
#undef SECTION_BEGIN
#undef SECTION_FRAME
#undef SECTION_END
#undef POLES
#undef LOW_PASS
#undef ALL_PASS
#undef ON
