// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/isolator.h"

#include <math.h>

static const int cross_of[ISOLATOR_FILTERS] = {0, 0, 1, 1, 1};

void
isolator_point_rt(const double corners[2], double point[ISOLATOR_CORNERS])
{
  for (int c = 0; c < 2; ++c) {
    const Shape one = {corners[c], M_SQRT2, 0.0, 0.0, 0.0};
    double      all[POINT_WIDTH];
    shape_point_rt(one, all);
    for (int k = 0; k < ISOLATOR_UPPER; ++k) {
      point[c * ISOLATOR_UPPER + k] = all[k];
    }
  }
}

void
isolator_shape_rt(Isolator* const s, const double corners[2])
{
  for (int c = 0; c < 2; ++c) {
    IsolatorCross* const x  = &s->cross[c];
    const double         g  = corners[c];
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
}

void
isolator_rest_rt(Isolator* const s, const double corners[2])
{
  for (int f = 0; f < ISOLATOR_FILTERS; ++f) {
    Section     still;
    const Shape one = {corners[cross_of[f]], M_SQRT2, 0.0, 0.0, 0.0};
    section_from_svf_rt(&still, &s->svf[f], one);
    s->w[f][0] = still.w1;
    s->w[f][1] = still.w2;
  }
  isolator_shape_rt(s, corners);
}

void
isolator_move_rt(Isolator* const s, const double corners[2])
{
  for (int f = 0; f < ISOLATOR_FILTERS; ++f) {
    const Section still = {.w1 = s->w[f][0], .w2 = s->w[f][1]};
    const Shape   one   = {corners[cross_of[f]], M_SQRT2, 0.0, 0.0, 0.0};
    svf_from_section_rt(&s->svf[f], &still, one);
  }
}
