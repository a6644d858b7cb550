// SPDX-License-Identifier: GPL-3.0-or-later

// Sections in motion, of one set of loops; a part of loops_body.h.

// The six numbers lie two in a register, so that one addition moves two, and are spread over both channels when used.
// T holds a pair for each of some sections, with GET and PUT from and to memory; NAME is what its registers end on.
#define TWO_OF(T, name, NAME, GET, k)                                                                                  \
  T       name##NAME = GET(ramps.at[k]), name##_slope##NAME = GET(ramps.slope[k]);                                     \
  const T name##_bend##NAME = GET(ramps.bend[k])
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
    pq##NAME += pq_slope##NAME, rc##NAME += rc_slope##NAME, ed##NAME += ed_slope##NAME;                                \
  } while (0)
#define GLIDING_BEND(NAME)                                                                                             \
  pq_slope##NAME += pq_bend##NAME, rc_slope##NAME += rc_bend##NAME, ed_slope##NAME += ed_bend##NAME
#define GLIDING_END(NAME, PUT)                                                                                         \
  TWO_END(pq, NAME, PUT, POINT_P);                                                                                     \
  TWO_END(rc, NAME, PUT, POINT_R);                                                                                     \
  TWO_END(ed, NAME, PUT, POINT_C2);                                                                                    \
  PUT(svf.s1, s1##NAME), PUT(svf.s2, s2##NAME)

#define EVEN1(v) __builtin_shufflevector(v, v, 0, 0)
#define ODD1(v) __builtin_shufflevector(v, v, 1, 1)
#define FRAME1(NAME, x) GLIDING_FRAME(Pair, MADD, NAME, x, EVEN1, ODD1)
#define GET_FIRST(f) LOOP(pair)(&sections[0]->f)
#define PUT_FIRST(f, v) memcpy(&sections[0]->f, &(v), sizeof(Pair))
#define GET_SECOND(f) LOOP(pair)(&sections[1]->f)
#define PUT_SECOND(f, v) memcpy(&sections[1]->f, &(v), sizeof(Pair))
#define GET_THIRD(f) LOOP(pair)(&sections[2]->f)
#define PUT_THIRD(f, v) memcpy(&sections[2]->f, &(v), sizeof(Pair))

// Sections one after the other in each frame, wherever in a group of frames they are.
#define SERIAL_LOOP(name, BEGIN, FRAME, BEND, END)                                                                     \
  LOOP_TARGET RT static void LOOP(name)(Gliding* const sections[], const Pair* const in, Pair* const out,              \
                                        const uint32_t n)                                                              \
  {                                                                                                                    \
    if (!n) {                                                                                                          \
      return;                                                                                                          \
    }                                                                                                                  \
    uint32_t part = sections[0]->part;                                                                                 \
    BEGIN;                                                                                                             \
    for (uint32_t i = 0; i < n; ++i) {                                                                                 \
      Pair x = in[i];                                                                                                  \
      FRAME;                                                                                                           \
      out[i] = x;                                                                                                      \
      if (++part == GLIDING_GROUP) {                                                                                   \
        BEND;                                                                                                          \
        part = 0;                                                                                                      \
      }                                                                                                                \
    }                                                                                                                  \
    END;                                                                                                               \
  }

SERIAL_LOOP(serial1, GLIDING_BEGIN(Pair, A, GET_FIRST), FRAME1(A, x), GLIDING_BEND(A), GLIDING_END(A, PUT_FIRST);
            sections[0]->part = part)

LOOP_TARGET RT static inline void
LOOP(settle)(Gliding* const sections[], const int n)
{
  for (int k = 0; k < n; ++k) {
    sections[k]->svf.s1 = pair_settle(sections[k]->svf.s1);
    sections[k]->svf.s2 = pair_settle(sections[k]->svf.s2);
  }
}

LOOP_TARGET RT static void
LOOP(gliding1)(Gliding* const sections[], const Pair* const in, Pair* const out, const uint32_t n)
{
  LOOP(serial1)(sections, in, out, n);
  LOOP(settle)(sections, 1);
}

#ifdef MADD4

// Sections side by side, each a group of frames behind the one before it, whose results it finds in `out`.  What is
// left at either end, and of groups cut in two, goes through one section after the other.
#define EVEN2(v) __builtin_shufflevector(v, v, 0, 0, 2, 2)
#define ODD2(v) __builtin_shufflevector(v, v, 1, 1, 3, 3)
#define FRAME2(NAME, x) GLIDING_FRAME(Four, MADD4, NAME, x, EVEN2, ODD2)
#define GET2(f) BOTH(LOOP(pair)(&sections[0]->f), LOOP(pair)(&sections[1]->f))
#define PUT2(f, v) LOOP(put2)(&sections[0]->f, &sections[1]->f, v)
#define LOW(v) __builtin_shufflevector(v, v, 0, 1)
#define HIGH(v) __builtin_shufflevector(v, v, 2, 3)

LOOP_TARGET RT static inline __attribute__((always_inline)) void
            LOOP(put2)(void* const first, void* const second, const Four v)
{
  const Pair all[2] = {LOW(v), HIGH(v)};
  memcpy(first, &all[0], sizeof(Pair));
  memcpy(second, &all[1], sizeof(Pair));
}

// Where whole groups begin, and where they end; the same if they are not worth the trouble.
RT static inline uint32_t
LOOP(groups)(const Gliding* const g, const uint32_t n, const uint32_t least, uint32_t* const end)
{
  const uint32_t first = (GLIDING_GROUP - g->part) % GLIDING_GROUP;
  if (n < first + least * GLIDING_GROUP) {
    *end = n;
    return n;
  }
  *end = n - (n - first) % GLIDING_GROUP;
  return first;
}

// Two, and BEGIN, THEN, BEND and END of what comes after both, on y.
#define TWO_LOOP(name, sections_n, BEGIN, THEN, BEND, END)                                                             \
  LOOP_TARGET RT static void LOOP(name)(Gliding* const sections[], const Pair* const in, Pair* const out,              \
                                        const uint32_t n)                                                              \
  {                                                                                                                    \
    uint32_t       end;                                                                                                \
    const uint32_t first = LOOP(groups)(sections[0], n, 2, &end);                                                      \
    const bool     whole = first < end;                                                                                \
    LOOP(serial1)(sections, in, out, whole ? first + GLIDING_GROUP : n);                                               \
    for (int k = 1; k < (sections_n); ++k) {                                                                           \
      LOOP(serial1)(sections + k, out, out, first);                                                                    \
    }                                                                                                                  \
    if (whole) {                                                                                                       \
      GLIDING_BEGIN(Four, AB, GET2);                                                                                   \
      BEGIN;                                                                                                           \
      for (uint32_t i = first + GLIDING_GROUP; i < end;) {                                                             \
        _Pragma("GCC unroll 2") for (uint32_t k = 0; k < GLIDING_GROUP; ++k, ++i)                                      \
        {                                                                                                              \
          Four x = BOTH(in[i], out[i - GLIDING_GROUP]);                                                                \
          FRAME2(AB, x);                                                                                               \
          Pair y = HIGH(x);                                                                                            \
          out[i] = LOW(x);                                                                                             \
          THEN;                                                                                                        \
          out[i - GLIDING_GROUP] = y;                                                                                  \
        }                                                                                                              \
        GLIDING_BEND(AB);                                                                                              \
        BEND;                                                                                                          \
      }                                                                                                                \
      GLIDING_END(AB, PUT2);                                                                                           \
      END;                                                                                                             \
      LOOP(serial1)(sections, in + end, out + end, n - end);                                                           \
      for (int k = 1; k < (sections_n); ++k) {                                                                         \
        LOOP(serial1)(sections + k, out + end - GLIDING_GROUP, out + end - GLIDING_GROUP, n - end + GLIDING_GROUP);    \
      }                                                                                                                \
    }                                                                                                                  \
    LOOP(settle)(sections, sections_n);                                                                                \
  }

TWO_LOOP(gliding2, 2, (void)0, (void)0, (void)0, (void)0)

#ifdef MADD8

// All three side by side.
#define EVEN3(v) __builtin_shufflevector(v, v, 0, 0, 2, 2, 4, 4, 6, 6)
#define ODD3(v) __builtin_shufflevector(v, v, 1, 1, 3, 3, 5, 5, 7, 7)
#define FRAME3(NAME, x) GLIDING_FRAME(Eight, MADD8, NAME, x, EVEN3, ODD3)
#define GET3(f) LOOP(three)(LOOP(pair)(&sections[0]->f), LOOP(pair)(&sections[1]->f), LOOP(pair)(&sections[2]->f))
#define PUT3(f, v) LOOP(put3)(&sections[0]->f, &sections[1]->f, &sections[2]->f, v)

LOOP_TARGET RT static inline __attribute__((always_inline)) Eight
            LOOP(three)(const Pair first, const Pair second, const Pair third)
{
  return __builtin_shufflevector(BOTH(first, second), BOTH(third, third), 0, 1, 2, 3, 4, 5, 6, 7);
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

// All that moves, for DO.
#define EACH_MOVING(DO) DO(pq), DO(rc), DO(ed), DO(pq_slope), DO(rc_slope), DO(ed_slope), DO(s1), DO(s2)
#define WAS3(name) name##_was = name##ABC
#define WAITS3(name) name##ABC = (Eight)_mm512_mask_mov_pd((__m512d)name##_was, (__mmask8)active, (__m512d)name##ABC)
#define GROUP3(from)                                                                                                   \
  _Pragma("GCC unroll 2") for (uint32_t k = 0; k < G; ++k)                                                             \
  {                                                                                                                    \
    Eight next = LOOP(next3)((from)[k], before);                                                                       \
    before     = x;                                                                                                    \
    FRAME3(ABC, next);                                                                                                 \
    x     = next;                                                                                                      \
    to[k] = (Pair){x[4], x[5]};                                                                                        \
  }                                                                                                                    \
  GLIDING_BEND(ABC)

// What comes out of a section stays in registers.  In the first groups the later ones have nothing to do yet, in the
// last ones the earlier ones no more: they go through the motions, and then back to what they were.
LOOP_TARGET RT static void
LOOP(gliding3)(Gliding* const sections[], const Pair* const in, Pair* const out, const uint32_t n)
{
  enum { G = GLIDING_GROUP };
  uint32_t       end;
  const uint32_t first = LOOP(groups)(sections[0], n, 3, &end);
  for (int k = 0; k < 3; ++k) {
    LOOP(serial1)(sections + k, k ? out : in, out, first);
  }
  if (first < end) {
    Pair  spare[G] = {{0.0}};
    Eight x = {0.0}, before = x;
    GLIDING_BEGIN(Eight, ABC, GET3);
    for (uint32_t i = first; i < end + 2 * G; i += G) {
      for (; i >= first + 2 * G && i < end; i += G) {
        Pair* const to = out + i - 2 * G;
        GROUP3(in + i);
      }
      const bool        comes = i < end, goes = i >= first + 2 * G;
      const unsigned    active = comes * 3u | (i >= first + G && i < end + G) * 12u | goes * 48u; // lanes
      const Pair* const from   = comes ? in + i : spare;
      Pair* const       to     = goes ? out + i - 2 * G : spare;
      const Eight       EACH_MOVING(WAS3);
      GROUP3(from);
      EACH_MOVING(WAITS3);
    }
    GLIDING_END(ABC, PUT3);
    for (int k = 0; k < 3; ++k) {
      LOOP(serial1)(sections + k, (k ? out : in) + end, out + end, n - end);
    }
  }
  LOOP(settle)(sections, 3);
}

#else

// The third takes what the second gives.
TWO_LOOP(gliding3, 3, GLIDING_BEGIN(Pair, C, GET_THIRD), FRAME1(C, y), GLIDING_BEND(C), GLIDING_END(C, PUT_THIRD))

#endif

#else

SERIAL_LOOP(serial2, GLIDING_BEGIN(Pair, A, GET_FIRST); GLIDING_BEGIN(Pair, B, GET_SECOND), FRAME1(A, x);
            FRAME1(B, x), GLIDING_BEND(A);
            GLIDING_BEND(B), GLIDING_END(A, PUT_FIRST);
            GLIDING_END(B, PUT_SECOND);
            sections[0]->part = sections[1]->part = part)
SERIAL_LOOP(serial3, GLIDING_BEGIN(Pair, A, GET_FIRST); GLIDING_BEGIN(Pair, B, GET_SECOND);
            GLIDING_BEGIN(Pair, C, GET_THIRD), FRAME1(A, x);
            FRAME1(B, x);
            FRAME1(C, x), GLIDING_BEND(A);
            GLIDING_BEND(B);
            GLIDING_BEND(C), GLIDING_END(A, PUT_FIRST);
            GLIDING_END(B, PUT_SECOND);
            GLIDING_END(C, PUT_THIRD);
            sections[0]->part = sections[1]->part = sections[2]->part = part)

LOOP_TARGET RT static void
LOOP(gliding2)(Gliding* const sections[], const Pair* const in, Pair* const out, const uint32_t n)
{
  LOOP(serial2)(sections, in, out, n);
  LOOP(settle)(sections, 2);
}

LOOP_TARGET RT static void
LOOP(gliding3)(Gliding* const sections[], const Pair* const in, Pair* const out, const uint32_t n)
{
  LOOP(serial3)(sections, in, out, n);
  LOOP(settle)(sections, 3);
}

#endif

#undef TWO_OF
#undef TWO_END
#undef GLIDING_BEGIN
#undef GLIDING_FRAME
#undef GLIDING_BEND
#undef GLIDING_END
#undef EVEN1
#undef ODD1
#undef FRAME1
#undef GET_FIRST
#undef PUT_FIRST
#undef GET_SECOND
#undef PUT_SECOND
#undef GET_THIRD
#undef PUT_THIRD
#undef SERIAL_LOOP
#undef EVEN2
#undef ODD2
#undef FRAME2
#undef GET2
#undef PUT2
#undef LOW
#undef HIGH
#undef TWO_LOOP
#undef EVEN3
#undef ODD3
#undef FRAME3
#undef GET3
#undef PUT3
#undef EACH_MOVING
#undef WAS3
#undef WAITS3
#undef GROUP3
