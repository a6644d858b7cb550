// SPDX-License-Identifier: GPL-3.0-or-later

// Sections in motion, of one set of loops; a part of loops_body.h.

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
