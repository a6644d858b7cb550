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

// ---- sections in motion -------------------------------------------------------------------------------------------

// The six numbers lie two in a register, so that one addition moves two, and are spread over both channels when used.
// T holds a pair for each of some sections, with GET and PUT from and to memory; NAME is what its registers end on.
#define TWO_OF(T, name, NAME, GET, k)                                                                                  \
  T       name##NAME = GET(ramps.at[k]), name##_slope##NAME = GET(ramps.slope[k]);                                     \
  const T name##_bend##NAME = GET(ramps.bend[k])
#define TWO_NEXT(name, NAME) name##NAME += name##_slope##NAME, name##_slope##NAME += name##_bend##NAME
#define TWO_END(name, NAME, PUT, k) PUT(ramps.at[k], name##NAME), PUT(ramps.slope[k], name##_slope##NAME)

#define GLIDING_BEGIN(T, NAME, GET)                                                                                    \
  TWO_OF(T, pq, NAME, GET, POINT_P);                                                                                   \
  TWO_OF(T, rc, NAME, GET, POINT_R);                                                                                   \
  TWO_OF(T, ed, NAME, GET, POINT_C2);                                                                                  \
  T s1##NAME = GET(svf.s1), s2##NAME = GET(svf.s2)
#define GLIDING_FRAME(T, FMA, NAME, x, EVEN, ODD)                                                                      \
  do {                                                                                                                 \
    const T q = ODD(pq##NAME), u = x - s2##NAME, t = FMA(q, s1##NAME, x), v = EVEN(pq##NAME) * s1##NAME;               \
    x        = FMA(ODD(ed##NAME), x, FMA(ODD(rc##NAME), s1##NAME, EVEN(ed##NAME) * s2##NAME));                         \
    s1##NAME = FMA(q, u, v);                                                                                           \
    s2##NAME = FMA(EVEN(rc##NAME), u, t);                                                                              \
    TWO_NEXT(pq, NAME), TWO_NEXT(rc, NAME), TWO_NEXT(ed, NAME);                                                        \
  } while (0)
#define GLIDING_END(NAME, PUT)                                                                                         \
  TWO_END(pq, NAME, PUT, POINT_P);                                                                                     \
  TWO_END(rc, NAME, PUT, POINT_R);                                                                                     \
  TWO_END(ed, NAME, PUT, POINT_C2);                                                                                    \
  PUT(svf.s1, s1##NAME), PUT(svf.s2, s2##NAME)

// All that a frame changes, for DO.
#define EACH_MOVING(DO) DO(pq), DO(rc), DO(ed), DO(pq_slope), DO(rc_slope), DO(ed_slope), DO(s1), DO(s2)

#define EVEN1(v) __builtin_shufflevector(v, v, 0, 0)
#define ODD1(v) __builtin_shufflevector(v, v, 1, 1)
#define FRAME1(NAME, x) GLIDING_FRAME(Pair, MADD, NAME, x, EVEN1, ODD1)
#define GET1(f) LOOP(pair)(&sections[0]->f)
#define PUT1(f, v) memcpy(&sections[0]->f, &(v), sizeof(Pair))

RT LOOP_TARGET static inline void
LOOP(settle)(Gliding* const g)
{
  g->svf.s1 = pair_settle(g->svf.s1);
  g->svf.s2 = pair_settle(g->svf.s2);
}

LOOP_TARGET RT static void
LOOP(gliding1)(Gliding* const sections[], const Pair* const in, Pair* const out, const uint32_t n)
{
  GLIDING_BEGIN(Pair, A, GET1);
  for (uint32_t i = 0; i < n; ++i) {
    Pair x = in[i];
    FRAME1(A, x);
    out[i] = x;
  }
  GLIDING_END(A, PUT1);
  LOOP(settle)(sections[0]);
}

#ifdef MADD4

// Sections side by side, each two frames behind the one before it: were it one frame, all would wait for what comes out
// of each.  At either end a section waits while it has no frame yet, or no more: it goes back to what it was.
#define BEHIND 2

#define EVEN2(v) __builtin_shufflevector(v, v, 0, 0, 2, 2)
#define ODD2(v) __builtin_shufflevector(v, v, 1, 1, 3, 3)
#define FRAME2(NAME, x) GLIDING_FRAME(Four, MADD4, NAME, x, EVEN2, ODD2)
#define GET2(f) BOTH(LOOP(pair)(&sections[0]->f), LOOP(pair)(&sections[1]->f))
#define PUT2(f, v) LOOP(put2)(&sections[0]->f, &sections[1]->f, v)
#define WAS2(name) name##_was = name##AB
#define FIRST_WAITS(name) name##AB = __builtin_shufflevector(name##_was, name##AB, 0, 1, 6, 7)
#define SECOND_WAITS(name) name##AB = __builtin_shufflevector(name##AB, name##_was, 0, 1, 6, 7)
#define LOW(v) __builtin_shufflevector(v, v, 0, 1)
#define HIGH(v) __builtin_shufflevector(v, v, 2, 3)

LOOP_TARGET RT static inline __attribute__((always_inline)) void
            LOOP(put2)(void* const first, void* const second, const Four v)
{
  const Pair all[2] = {LOW(v), HIGH(v)};
  memcpy(first, &all[0], sizeof(Pair));
  memcpy(second, &all[1], sizeof(Pair));
}

// What goes into each section: a new frame, and what came out of the one before it.
#define NEXT2(in, y) BOTH(in, LOW(y))

// BEGIN, THEN and END of what comes after both, on y.
#define TWO_LOOP(name, BEGIN, THEN, END)                                                                               \
  LOOP_TARGET RT static void LOOP(name)(Gliding* const sections[], const Pair* const in, Pair* const out,              \
                                        const uint32_t n)                                                              \
  {                                                                                                                    \
    if (!n) {                                                                                                          \
      return;                                                                                                          \
    }                                                                                                                  \
    GLIDING_BEGIN(Four, AB, GET2);                                                                                     \
    BEGIN;                                                                                                             \
    Four x = {0.0}, before = x; /* what came out of this frame and the one before */                                   \
    Pair y;                                                                                                            \
    for (uint32_t i = 0; i < n + BEHIND; ++i) {                                                                        \
      for (; i >= BEHIND && i < n; ++i) {                                                                              \
        Four next = NEXT2(in[i], before);                                                                              \
        before    = x;                                                                                                 \
        FRAME2(AB, next);                                                                                              \
        x = next;                                                                                                      \
        y = HIGH(x);                                                                                                   \
        THEN;                                                                                                          \
        out[i - BEHIND] = y;                                                                                           \
      }                                                                                                                \
      const Four EACH_MOVING(WAS2);                                                                                    \
      Four       next = NEXT2(in[i < n ? i : 0], before);                                                              \
      before          = x;                                                                                             \
      FRAME2(AB, next);                                                                                                \
      x = next;                                                                                                        \
      if (i >= n) {                                                                                                    \
        EACH_MOVING(FIRST_WAITS);                                                                                      \
      }                                                                                                                \
      if (i < BEHIND) {                                                                                                \
        EACH_MOVING(SECOND_WAITS);                                                                                     \
      } else {                                                                                                         \
        y = HIGH(x);                                                                                                   \
        THEN;                                                                                                          \
        out[i - BEHIND] = y;                                                                                           \
      }                                                                                                                \
    }                                                                                                                  \
    GLIDING_END(AB, PUT2);                                                                                             \
    END;                                                                                                               \
    LOOP(settle)(sections[0]);                                                                                         \
    LOOP(settle)(sections[1]);                                                                                         \
  }

TWO_LOOP(gliding2, (void)0, (void)0, (void)0)

#ifdef MADD8

// All three side by side.
#define EVEN3(v) __builtin_shufflevector(v, v, 0, 0, 2, 2, 4, 4, 6, 6)
#define ODD3(v) __builtin_shufflevector(v, v, 1, 1, 3, 3, 5, 5, 7, 7)
#define FRAME3(NAME, x) GLIDING_FRAME(Eight, MADD8, NAME, x, EVEN3, ODD3)
#define GET3(f) LOOP(get3)(&sections[0]->f, &sections[1]->f, &sections[2]->f)
#define PUT3(f, v) LOOP(put3)(&sections[0]->f, &sections[1]->f, &sections[2]->f, v)
#define WAS3(name) name##_was = name##ABC
#define WAITS3(name) name##ABC = (Eight)_mm512_mask_mov_pd((__m512d)name##_was, (__mmask8)active, (__m512d)name##ABC)

LOOP_TARGET RT static inline __attribute__((always_inline)) Eight
            LOOP(get3)(const void* const first, const void* const second, const void* const third)
{
  const Four both = BOTH(LOOP(pair)(first), LOOP(pair)(second)), last = BOTH(LOOP(pair)(third), pair_of(0.0));
  return __builtin_shufflevector(both, last, 0, 1, 2, 3, 4, 5, 6, 7);
}

LOOP_TARGET RT static inline __attribute__((always_inline)) void
            LOOP(put3)(void* const first, void* const second, void* const third, const Eight v)
{
  const Pair all[3] = {{v[0], v[1]}, {v[2], v[3]}, {v[4], v[5]}};
  memcpy(first, &all[0], sizeof(Pair));
  memcpy(second, &all[1], sizeof(Pair));
  memcpy(third, &all[2], sizeof(Pair));
}

LOOP_TARGET RT static inline __attribute__((always_inline)) Eight
            LOOP(next3)(const Pair in, const Eight y)
{
  const Eight x = (Eight)_mm512_castpd128_pd512((__m128d)in);
  return __builtin_shufflevector(x, y, 0, 1, 8, 9, 10, 11, 12, 13);
}

LOOP_TARGET RT static void
LOOP(gliding3)(Gliding* const sections[], const Pair* const in, Pair* const out, const uint32_t n)
{
  if (!n) {
    return;
  }
  GLIDING_BEGIN(Eight, ABC, GET3);
  Eight x = {0.0}, before = x;
  for (uint32_t i = 0; i < n + 2 * BEHIND; ++i) {
    for (; i >= 2 * BEHIND && i < n; ++i) {
      Eight next = LOOP(next3)(in[i], before);
      before     = x;
      FRAME3(ABC, next);
      x                   = next;
      out[i - 2 * BEHIND] = (Pair){x[4], x[5]};
    }
    const unsigned active = (i < n) * 3u | (i >= BEHIND && i - BEHIND < n) * 12u | (i >= 2 * BEHIND) * 48u; // lanes
    const Eight    EACH_MOVING(WAS3);
    Eight          next = LOOP(next3)(in[i < n ? i : 0], before);
    before              = x;
    FRAME3(ABC, next);
    x = next;
    EACH_MOVING(WAITS3);
    if (i >= 2 * BEHIND) {
      out[i - 2 * BEHIND] = (Pair){x[4], x[5]};
    }
  }
  GLIDING_END(ABC, PUT3);
  LOOP(settle)(sections[0]);
  LOOP(settle)(sections[1]);
  LOOP(settle)(sections[2]);
}

#else

// The third takes what the second gives.
#define GET_THIRD(f) LOOP(pair)(&sections[2]->f)
#define PUT_THIRD(f, v) memcpy(&sections[2]->f, &(v), sizeof(Pair))

TWO_LOOP(gliding3, GLIDING_BEGIN(Pair, C, GET_THIRD), FRAME1(C, y), GLIDING_END(C, PUT_THIRD);
         LOOP(settle)(sections[2]))

#endif

#else

LOOP_TARGET RT static void
LOOP(gliding2)(Gliding* const sections[], const Pair* const in, Pair* const out, const uint32_t n)
{
  LOOP(gliding1)(sections, in, out, n);
  LOOP(gliding1)(sections + 1, out, out, n);
}

LOOP_TARGET RT static void
LOOP(gliding3)(Gliding* const sections[], const Pair* const in, Pair* const out, const uint32_t n)
{
  LOOP(gliding2)(sections, in, out, n);
  LOOP(gliding1)(sections + 2, out, out, n);
}

#endif

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
#undef TWO_OF
#undef TWO_NEXT
#undef TWO_END
#undef GLIDING_BEGIN
#undef GLIDING_FRAME
#undef GLIDING_END
#undef EACH_MOVING
#undef EVEN1
#undef ODD1
#undef FRAME1
#undef GET1
#undef PUT1
#undef EVEN2
#undef ODD2
#undef FRAME2
#undef GET2
#undef PUT2
#undef BEHIND
#undef NEXT2
#undef WAS2
#undef FIRST_WAITS
#undef SECOND_WAITS
#undef LOW
#undef HIGH
#undef TWO_LOOP
#undef EVEN3
#undef ODD3
#undef FRAME3
#undef GET3
#undef PUT3
#undef WAS3
#undef WAITS3
#undef GET_THIRD
#undef PUT_THIRD
