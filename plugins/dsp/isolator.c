// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/isolator.h"

#include <math.h>

static const int cross_of[ISOLATOR_FILTERS] = {0, 0, 1, 1, 1};

void
isolator_shape_rt(Isolator* const s, const double shape[ISOLATOR_WIDTH])
{
  for (int c = 0; c < 2; ++c) {
    IsolatorCross* const x  = &s->cross[c];
    const double         g  = shape[ISOLATOR_G1 + c];
    const double         d  = 1.0 / (1.0 + g * (g + M_SQRT2));
    const double         e  = g * g * d;
    const double         a1 = 2.0 * (e - d), a2 = 2.0 * (d + e) - 1.0;
    x->a1  = pair_of(a1);
    x->a2  = pair_of(a2);
    x->lp0 = pair_of(e);
    x->lp1 = pair_of(e * (2.0 - a1));
    x->lp2 = pair_of(e * (1.0 - a2));
    x->ap1 = pair_of(a1 * (1.0 - a2));
    x->ap2 = pair_of((1.0 - a2) * (1.0 + a2));
  }
  s->low  = pair_of(shape[ISOLATOR_LOW]);
  s->mid  = pair_of(shape[ISOLATOR_MID]);
  s->high = pair_of(shape[ISOLATOR_HIGH]);
}

void
isolator_from_svf_rt(Isolator* const s, const IsolatorSvf* const from, const double shape[ISOLATOR_WIDTH])
{
  for (int f = 0; f < ISOLATOR_FILTERS; ++f) {
    Section     still;
    const Shape one = {shape[ISOLATOR_G1 + cross_of[f]], M_SQRT2, 0.0, 0.0, 0.0};
    section_from_svf_rt(&still, &from->filter[f], one);
    s->w[f][0] = still.w1;
    s->w[f][1] = still.w2;
  }
  isolator_shape_rt(s, shape);
}

void
isolator_svf_from_rt(IsolatorSvf* const s, const Isolator* const from, const double shape[ISOLATOR_WIDTH])
{
  for (int f = 0; f < ISOLATOR_FILTERS; ++f) {
    const Section still = {.w1 = from->w[f][0], .w2 = from->w[f][1]};
    const Shape   one   = {shape[ISOLATOR_G1 + cross_of[f]], M_SQRT2, 0.0, 0.0, 0.0};
    svf_from_section_rt(&s->filter[f], &still, one);
  }
}

Pair
isolator_svf_frame_rt(IsolatorSvf* const s, const double shape[ISOLATOR_WIDTH], const Pair x)
{
  const double g1 = shape[ISOLATOR_G1], g2 = shape[ISOLATOR_G2], k = M_SQRT2;
  const Pair   twice_k = pair_of(2.0 * k);
  Pair         bp, lp, low, mid;

  svf_frame_rt(&s->filter[ISOLATOR_SPLIT1], g1, k, x, &bp, &lp);
  const Pair all1 = x - twice_k * bp;
  svf_frame_rt(&s->filter[ISOLATOR_LP1], g1, k, lp, &bp, &low);
  const Pair rest = all1 - low;

  svf_frame_rt(&s->filter[ISOLATOR_SPLIT2], g2, k, rest, &bp, &lp);
  const Pair all2 = rest - twice_k * bp;
  svf_frame_rt(&s->filter[ISOLATOR_LP2], g2, k, lp, &bp, &mid);
  const Pair high = all2 - mid;

  svf_frame_rt(&s->filter[ISOLATOR_AP2], g2, k, low, &bp, &lp);
  const Pair aligned = low - twice_k * bp;

  return pair_of(shape[ISOLATOR_LOW]) * aligned + pair_of(shape[ISOLATOR_MID]) * mid +
         pair_of(shape[ISOLATOR_HIGH]) * high;
}
