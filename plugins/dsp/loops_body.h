// SPDX-License-Identifier: GPL-3.0-or-later

// One set of loops; included by loops.c once for each set, with
//   LOOPS            the set's name
//   LOOP_TARGET      attribute of its functions
//   MADD(a, b, c)    a * b + c
//   WIDEN(v), NARROW(v)  four floats to doubles, and back
//   MADD4(a, b, c)   the same of four numbers, where the machine has such registers,
//   MADD8(a, b, c)   and of eight

#define LOOP_PASTE(a, b) a##_##b
#define LOOP_NAME_OF(a, b) LOOP_PASTE(a, b)
#define LOOP(name) LOOP_NAME_OF(name, LOOPS)
#define LOOP_TEXT_OF(name) #name
#define LOOP_TEXT(name) LOOP_TEXT_OF(name)

RT LOOP_TARGET static inline __attribute__((always_inline)) Quad
   LOOP(sound)(const float* const from)
{
  const QuadMask magnitude = {0x7fffffff, 0x7fffffff, 0x7fffffff, 0x7fffffff};
  const Quad     limit     = {1e15f, 1e15f, 1e15f, 1e15f};
  Quad           v;
  memcpy(&v, from, sizeof(v));
  return (Quad)((QuadMask)v & ((Quad)((QuadMask)v & magnitude) < limit));
}

// Four frames of two channels, as two times two pairs.
#define LOAD_FOUR(left, right)                                                                                         \
  const Quad l = LOOP(sound)(left), r = LOOP(sound)(right);                                                            \
  Four       a = WIDEN(__builtin_shufflevector(l, r, 0, 4, 1, 5)), b = WIDEN(__builtin_shufflevector(l, r, 2, 6, 3, 7))
#define STORE_FOUR(left, right)                                                                                        \
  const Quad ab = NARROW(a * g), cd = NARROW(b * g);                                                                   \
  const Quad lo = __builtin_shufflevector(ab, cd, 0, 2, 4, 6), hi = __builtin_shufflevector(ab, cd, 1, 3, 5, 7);       \
  memcpy(left, &lo, sizeof(lo));                                                                                       \
  memcpy(right, &hi, sizeof(hi))

LOOP_TARGET RT static void
LOOP(load)(Pair* out, const float* left, const float* right, const uint32_t n)
{
  const float* const end = left + n;
  for (; end - left >= 4; out += 4, left += 4, right += 4) {
    LOAD_FOUR(left, right);
    memcpy(out, &a, sizeof(a));
    memcpy(out + 2, &b, sizeof(b));
  }
  for (; left < end; ++out, ++left, ++right) {
    const float l = *left, r = *right;
    *out = (Pair){l > -1e15f && l < 1e15f ? (double)l : 0.0, r > -1e15f && r < 1e15f ? (double)r : 0.0};
  }
}

LOOP_TARGET RT static void
LOOP(store)(float* left, float* right, const Pair* in, const double gain, const uint32_t n)
{
  const Four        g   = {gain, gain, gain, gain};
  const Pair* const end = in + n;
  for (; end - in >= 4; in += 4, left += 4, right += 4) {
    Four a, b;
    memcpy(&a, in, sizeof(a));
    memcpy(&b, in + 2, sizeof(b));
    STORE_FOUR(left, right);
  }
  for (; in < end; ++in, ++left, ++right) {
    *left  = (float)((*in)[0] * gain);
    *right = (float)((*in)[1] * gain);
  }
}

// ---- sections at rest ---------------------------------------------------------------------------------------------

RT LOOP_TARGET static inline __attribute__((always_inline)) Pair
   LOOP(pair)(const void* const from)
{
  Pair v;
  memcpy(&v, from, sizeof(v));
  return v;
}

#ifdef MADD4

// Two frames at a time.  The first one's result never takes in the second one, so that what is cut between them comes
// out the same.
#define BOTH(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3)
#define FIRST(v) ((Four)_mm256_permute2f128_pd((__m256d)(v), (__m256d)(v), 0x00))
#define SECOND(v) ((Four)_mm256_permute2f128_pd((__m256d)(v), (__m256d)(v), 0x11))
RT LOOP_TARGET static inline __attribute__((always_inline)) Four
   LOOP(twice)(const Twice from)
{
  Four v;
  memcpy(&v, from, sizeof(v));
  return v;
}

#define SECTION_BEGIN(i)                                                                                               \
  Section* const s##i  = sections[i];                                                                                  \
  const Four     b0##i = LOOP(twice)(s##i->b0), cx##i = LOOP(twice)(s##i->cx);                                         \
  const Four     c1##i = LOOP(twice)(s##i->c1), c2##i = LOOP(twice)(s##i->c2);                                         \
  const Four     nx##i = LOOP(twice)(s##i->nx), n1##i = LOOP(twice)(s##i->n1), n2##i = LOOP(twice)(s##i->n2);          \
  Four           state##i = BOTH(s##i->w2, s##i->w1)
#define SECTION_TWO(i)                                                                                                 \
  do {                                                                                                                 \
    const Four first = FIRST(x), w1 = SECOND(state##i), w2 = FIRST(state##i);                                          \
    state##i = MADD4(n1##i, w1, MADD4(n2##i, w2, MADD4(nx##i, first, x)));                                             \
    x        = MADD4(c1##i, w1, MADD4(c2##i, w2, MADD4(cx##i, first, b0##i * x)));                                     \
  } while (0)
#define SECTION_HALF(i)                                                                                                \
  do {                                                                                                                 \
    const Four keep = state##i;                                                                                        \
    s##i->held      = __builtin_shufflevector(x, x, 0, 1);                                                             \
    SECTION_TWO(i);                                                                                                    \
    state##i = keep;                                                                                                   \
  } while (0)
#define SECTION_OTHER(i)                                                                                               \
  do {                                                                                                                 \
    x = BOTH(s##i->held, __builtin_shufflevector(x, x, 2, 3));                                                         \
    SECTION_TWO(i);                                                                                                    \
  } while (0)
#define SECTION_END(i)                                                                                                 \
  s##i->w2   = pair_settle(__builtin_shufflevector(state##i, state##i, 0, 1));                                         \
  s##i->w1   = pair_settle(__builtin_shufflevector(state##i, state##i, 2, 3));                                         \
  s##i->half = half

#define STILL_LOOP(name, BEGIN, TWO, HALF, OTHER, END)                                                                 \
  LOOP_TARGET RT static void LOOP(name)(Section* const sections[], const Pair* const in, Pair* const out,              \
                                        const uint32_t n)                                                              \
  {                                                                                                                    \
    bool     half = sections[0]->half;                                                                                 \
    uint32_t i    = 0;                                                                                                 \
    Four     x;                                                                                                        \
    BEGIN;                                                                                                             \
    if (half && n) {                                                                                                   \
      x = BOTH(in[0], in[0]);                                                                                          \
      OTHER;                                                                                                           \
      out[i++] = __builtin_shufflevector(x, x, 2, 3);                                                                  \
      half     = false;                                                                                                \
    }                                                                                                                  \
    for (; i + 2 <= n; i += 2) {                                                                                       \
      memcpy(&x, in + i, sizeof(x));                                                                                   \
      TWO;                                                                                                             \
      memcpy(out + i, &x, sizeof(x));                                                                                  \
    }                                                                                                                  \
    if (i < n) {                                                                                                       \
      x = BOTH(in[i], in[i]);                                                                                          \
      HALF;                                                                                                            \
      out[i] = __builtin_shufflevector(x, x, 0, 1);                                                                    \
      half   = true;                                                                                                   \
    }                                                                                                                  \
    END;                                                                                                               \
  }

#else

#define SECTION_BEGIN(i)                                                                                               \
  Section* const s##i  = sections[i];                                                                                  \
  const Pair     n1##i = LOOP(pair)(s##i->n1), n2##i = LOOP(pair)(s##i->n2), b0##i = LOOP(pair)(s##i->b0);             \
  const Pair     c1##i = LOOP(pair)(s##i->c1), c2##i = LOOP(pair)(s##i->c2);                                           \
  Pair           w1##i = s##i->w1, w2##i = s##i->w2
#define SECTION_TWO(i)                                                                                                 \
  do {                                                                                                                 \
    const Pair w = MADD(n1##i, w1##i, MADD(n2##i, w2##i, x));                                                          \
    x            = MADD(b0##i, x, MADD(c1##i, w1##i, c2##i * w2##i));                                                  \
    w2##i        = w1##i;                                                                                              \
    w1##i        = w;                                                                                                  \
  } while (0)
#define SECTION_HALF(i)
#define SECTION_OTHER(i)
#define SECTION_END(i)                                                                                                 \
  s##i->w1 = pair_settle(w1##i);                                                                                       \
  s##i->w2 = pair_settle(w2##i)

#define STILL_LOOP(name, BEGIN, TWO, HALF, OTHER, END)                                                                 \
  LOOP_TARGET RT static void LOOP(name)(Section* const sections[], const Pair* const in, Pair* const out,              \
                                        const uint32_t n)                                                              \
  {                                                                                                                    \
    BEGIN;                                                                                                             \
    for (uint32_t i = 0; i < n; ++i) {                                                                                 \
      Pair x = in[i];                                                                                                  \
      TWO;                                                                                                             \
      out[i] = x;                                                                                                      \
    }                                                                                                                  \
    END;                                                                                                               \
  }

#endif

// Four frames at a time from and to planes; TWO works on x.
#ifdef MADD4
#define DIRECT_STEP(...)                                                                                               \
  x = a;                                                                                                               \
  __VA_ARGS__;                                                                                                         \
  a = x;                                                                                                               \
  x = b;                                                                                                               \
  __VA_ARGS__;                                                                                                         \
  b = x
#define DIRECT_X Four x
#else
#define DIRECT_STEP(...)                                                                                               \
  x = __builtin_shufflevector(a, a, 0, 1);                                                                             \
  __VA_ARGS__;                                                                                                         \
  const Pair y0 = x;                                                                                                   \
  x             = __builtin_shufflevector(a, a, 2, 3);                                                                 \
  __VA_ARGS__;                                                                                                         \
  a = __builtin_shufflevector(y0, x, 0, 1, 2, 3);                                                                      \
  x = __builtin_shufflevector(b, b, 0, 1);                                                                             \
  __VA_ARGS__;                                                                                                         \
  const Pair y2 = x;                                                                                                   \
  x             = __builtin_shufflevector(b, b, 2, 3);                                                                 \
  __VA_ARGS__;                                                                                                         \
  b = __builtin_shufflevector(y2, x, 0, 1, 2, 3)
#define DIRECT_X Pair x
#endif
#define DIRECT_LOOP(name, BEGIN, TWO, END)                                                                             \
  LOOP_TARGET RT static void LOOP(name)(Section* const sections[], const float* const in[2], float* const out[2],      \
                                        const double gain, const uint32_t n)                                           \
  {                                                                                                                    \
    const Four   g    = {gain, gain, gain, gain};                                                                      \
    const float *left = in[0], *right = in[1];                                                                         \
    float *      to_left = out[0], *to_right = out[1];                                                                 \
    const bool   half = false;                                                                                         \
    DIRECT_X;                                                                                                          \
    BEGIN;                                                                                                             \
    (void)half;                                                                                                        \
    for (const float* const end = left + n; left < end; left += 4, right += 4, to_left += 4, to_right += 4) {          \
      LOAD_FOUR(left, right);                                                                                          \
      DIRECT_STEP(TWO);                                                                                                \
      STORE_FOUR(to_left, to_right);                                                                                   \
    }                                                                                                                  \
    END;                                                                                                               \
  }

#define EACH1(DO) DO(0)
#define EACH2(DO)                                                                                                      \
  DO(0);                                                                                                               \
  DO(1)
#define EACH3(DO)                                                                                                      \
  DO(0);                                                                                                               \
  DO(1);                                                                                                               \
  DO(2)

STILL_LOOP(still1,
           EACH1(SECTION_BEGIN),
           EACH1(SECTION_TWO),
           EACH1(SECTION_HALF),
           EACH1(SECTION_OTHER),
           EACH1(SECTION_END))
DIRECT_LOOP(direct1, EACH1(SECTION_BEGIN), EACH1(SECTION_TWO), EACH1(SECTION_END))
STILL_LOOP(still2,
           EACH2(SECTION_BEGIN),
           EACH2(SECTION_TWO),
           EACH2(SECTION_HALF),
           EACH2(SECTION_OTHER),
           EACH2(SECTION_END))
DIRECT_LOOP(direct2, EACH2(SECTION_BEGIN), EACH2(SECTION_TWO), EACH2(SECTION_END))
STILL_LOOP(still3,
           EACH3(SECTION_BEGIN),
           EACH3(SECTION_TWO),
           EACH3(SECTION_HALF),
           EACH3(SECTION_OTHER),
           EACH3(SECTION_END))
DIRECT_LOOP(direct3, EACH3(SECTION_BEGIN), EACH3(SECTION_TWO), EACH3(SECTION_END))

#include "dsp/loops_gliding.h"

#include "dsp/loops_isolator.h"

static const Loops LOOPS = {
  .name             = LOOP_TEXT(LOOPS),
  .load             = LOOP(load),
  .store            = LOOP(store),
  .still            = {NULL, LOOP(still1), LOOP(still2), LOOP(still3)},
  .direct           = {NULL, LOOP(direct1), LOOP(direct2), LOOP(direct3)},
  .gliding          = {NULL, LOOP(gliding1), LOOP(gliding2), LOOP(gliding3)},
  .isolator         = LOOP(isolator),
  .isolator_gains   = LOOP(isolator_gains),
  .isolator_gliding = LOOP(isolator_gliding),
};

#undef LOOP_PASTE
#undef LOOP_NAME_OF
#undef LOOP
#undef LOOP_TEXT_OF
#undef LOOP_TEXT
#undef BOTH
#undef FIRST
#undef SECOND
#undef SECTION_BEGIN
#undef SECTION_TWO
#undef SECTION_HALF
#undef SECTION_OTHER
#undef SECTION_END
#undef STILL_LOOP
#undef LOAD_FOUR
#undef STORE_FOUR
#undef DIRECT_STEP
#undef DIRECT_X
#undef DIRECT_LOOP
#undef EACH1
#undef EACH2
#undef EACH3
