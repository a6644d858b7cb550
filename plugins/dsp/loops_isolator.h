// SPDX-License-Identifier: GPL-3.0-or-later

// The isolator of one set of loops; a part of loops_body.h.

// A moving number in registers.
#define RAMP_BEGIN(name, ramps, k)                                                                                     \
  Pair       name = pair_of((ramps).at[k]), name##_slope = pair_of((ramps).slope[k]);                                  \
  const Pair name##_bend = pair_of((ramps).bend[k])
#define RAMP_NEXT(name) name += name##_slope, name##_slope += name##_bend
#define RAMP_END(name, ramps, k) (ramps).at[k] = name[0], (ramps).slope[k] = name##_slope[0]

// ---- isolator -----------------------------------------------------------------------------------------------------

// A filter at rest: the all-pole part, then its outputs from the states before this frame.
#define POLES(c, f, x) MADD(-(c).a1, w1##f, MADD(-(c).a2, w2##f, x))
#define LOW_PASS(c, f, x) MADD((c).lp0, x, MADD((c).lp1, w1##f, (c).lp2* w2##f))
#define ALL_PASS(c, f, x) MADD((c).a2, x, MADD((c).ap1, w1##f, (c).ap2* w2##f))
#define ON(f, w)                                                                                                       \
  w2##f = w1##f;                                                                                                       \
  w1##f = w

LOOP_TARGET RT static inline __attribute__((always_inline)) void
LOOP(isolator_rest)(Isolator* const s, const Pair* const in, Pair* const out, const uint32_t n, const bool gains_move)
{
  const IsolatorCross c1 = s->cross[0], c2 = s->cross[1];
  RAMP_BEGIN(low_gain, s->gains, 0);
  RAMP_BEGIN(mid_gain, s->gains, 1);
  RAMP_BEGIN(high_gain, s->gains, 2);
  Pair w1A = s->w[ISOLATOR_SPLIT1][0], w2A = s->w[ISOLATOR_SPLIT1][1];
  Pair w1B = s->w[ISOLATOR_LP1][0], w2B = s->w[ISOLATOR_LP1][1];
  Pair w1C = s->w[ISOLATOR_SPLIT2][0], w2C = s->w[ISOLATOR_SPLIT2][1];
  Pair w1D = s->w[ISOLATOR_LP2][0], w2D = s->w[ISOLATOR_LP2][1];
  Pair w1E = s->w[ISOLATOR_AP2][0], w2E = s->w[ISOLATOR_AP2][1];

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
    if (gains_move) {
      RAMP_NEXT(low_gain);
      RAMP_NEXT(mid_gain);
      RAMP_NEXT(high_gain);
    }
  }

  RAMP_END(low_gain, s->gains, 0);
  RAMP_END(mid_gain, s->gains, 1);
  RAMP_END(high_gain, s->gains, 2);
  s->w[ISOLATOR_SPLIT1][0] = pair_settle(w1A), s->w[ISOLATOR_SPLIT1][1] = pair_settle(w2A);
  s->w[ISOLATOR_LP1][0] = pair_settle(w1B), s->w[ISOLATOR_LP1][1] = pair_settle(w2B);
  s->w[ISOLATOR_SPLIT2][0] = pair_settle(w1C), s->w[ISOLATOR_SPLIT2][1] = pair_settle(w2C);
  s->w[ISOLATOR_LP2][0] = pair_settle(w1D), s->w[ISOLATOR_LP2][1] = pair_settle(w2D);
  s->w[ISOLATOR_AP2][0] = pair_settle(w1E), s->w[ISOLATOR_AP2][1] = pair_settle(w2E);
}

LOOP_TARGET RT static void
LOOP(isolator)(Isolator* const s, const Pair* const in, Pair* const out, const uint32_t n)
{
  LOOP(isolator_rest)(s, in, out, n, false);
}

LOOP_TARGET RT static void
LOOP(isolator_gains)(Isolator* const s, const Pair* const in, Pair* const out, const uint32_t n)
{
  LOOP(isolator_rest)(s, in, out, n, true);
}

// A filter in motion: twice its band-pass, and twice its low-pass.
LOOP_TARGET RT static inline __attribute__((always_inline)) void
LOOP(svf)(Svf* const s, const Pair p, const Pair q, const Pair r, const Pair x, Pair* const bp, Pair* const lp)
{
  const Pair u = x - s->s2, t = MADD(q, s->s1, x), v = p * s->s1;
  const Pair s1 = MADD(q, u, v), s2 = MADD(r, u, t);
  *bp   = s->s1 + s1;
  *lp   = s->s2 + s2;
  s->s1 = s1;
  s->s2 = s2;
}

LOOP_TARGET RT static void
LOOP(isolator_gliding)(Isolator* const s, const Pair* const in, Pair* const out, const uint32_t n)
{
  const Pair k = pair_of(-1.4142135623730951), half = pair_of(0.5);
  Svf        svf[ISOLATOR_FILTERS];
  memcpy(svf, s->svf, sizeof(svf));
  RAMP_BEGIN(p1, s->corners, POINT_P);
  RAMP_BEGIN(q1, s->corners, POINT_Q);
  RAMP_BEGIN(r1, s->corners, POINT_R);
  RAMP_BEGIN(p2, s->corners, ISOLATOR_UPPER + POINT_P);
  RAMP_BEGIN(q2, s->corners, ISOLATOR_UPPER + POINT_Q);
  RAMP_BEGIN(r2, s->corners, ISOLATOR_UPPER + POINT_R);
  RAMP_BEGIN(low_gain, s->gains, 0);
  RAMP_BEGIN(mid_gain, s->gains, 1);
  RAMP_BEGIN(high_gain, s->gains, 2);
  for (uint32_t i = 0; i < n; ++i) {
    const Pair x = in[i];
    Pair       bp, lp, low, mid;

    LOOP(svf)(&svf[ISOLATOR_SPLIT1], p1, q1, r1, x, &bp, &lp);
    const Pair all1 = MADD(k, bp, x);
    LOOP(svf)(&svf[ISOLATOR_LP1], p1, q1, r1, half * lp, &bp, &low);
    low *= half;
    const Pair rest = all1 - low;

    LOOP(svf)(&svf[ISOLATOR_SPLIT2], p2, q2, r2, rest, &bp, &lp);
    const Pair all2 = MADD(k, bp, rest);
    LOOP(svf)(&svf[ISOLATOR_LP2], p2, q2, r2, half * lp, &bp, &mid);
    mid *= half;

    LOOP(svf)(&svf[ISOLATOR_AP2], p2, q2, r2, low, &bp, &lp);
    const Pair aligned = MADD(k, bp, low);

    out[i] = MADD(low_gain, aligned, MADD(mid_gain, mid, high_gain * (all2 - mid)));
    RAMP_NEXT(p1), RAMP_NEXT(q1), RAMP_NEXT(r1);
    RAMP_NEXT(p2), RAMP_NEXT(q2), RAMP_NEXT(r2);
    RAMP_NEXT(low_gain), RAMP_NEXT(mid_gain), RAMP_NEXT(high_gain);
  }
  for (int f = 0; f < ISOLATOR_FILTERS; ++f) {
    s->svf[f].s1 = pair_settle(svf[f].s1);
    s->svf[f].s2 = pair_settle(svf[f].s2);
  }
  RAMP_END(p1, s->corners, POINT_P);
  RAMP_END(q1, s->corners, POINT_Q);
  RAMP_END(r1, s->corners, POINT_R);
  RAMP_END(p2, s->corners, ISOLATOR_UPPER + POINT_P);
  RAMP_END(q2, s->corners, ISOLATOR_UPPER + POINT_Q);
  RAMP_END(r2, s->corners, ISOLATOR_UPPER + POINT_R);
  RAMP_END(low_gain, s->gains, 0);
  RAMP_END(mid_gain, s->gains, 1);
  RAMP_END(high_gain, s->gains, 2);
}

#undef RAMP_BEGIN
#undef RAMP_NEXT
#undef RAMP_END
#undef POLES
#undef LOW_PASS
#undef ALL_PASS
#undef ON
