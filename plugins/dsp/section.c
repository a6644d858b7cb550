// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/section.h"

#include <math.h>

double
shape_corner_rt(const double hz, const double rate)
{
  return tan(M_PI * fmin(hz / rate, 0.45));
}

double
shape_root_rt(const double db)
{
  return exp(db * (M_LN10 / 80.0));
}

// The cookbook's A is root^2.

void
shape_low_shelf_rt(Shape s, const double g, const double k, const double root)
{
  const double a = root * root;
  s[SHAPE_G]     = g / root;
  s[SHAPE_K]     = k;
  s[SHAPE_X]     = 1.0;
  s[SHAPE_BP]    = k * (a - 1.0);
  s[SHAPE_LP]    = a * a - 1.0;
}

void
shape_bell_rt(Shape s, const double g, const double k, const double root)
{
  const double a = root * root;
  s[SHAPE_G]     = g;
  s[SHAPE_K]     = k / a;
  s[SHAPE_X]     = 1.0;
  s[SHAPE_BP]    = k * (a - 1.0 / a);
  s[SHAPE_LP]    = 0.0;
}

void
shape_high_shelf_rt(Shape s, const double g, const double k, const double root)
{
  const double a = root * root;
  s[SHAPE_G]     = g * root;
  s[SHAPE_K]     = k;
  s[SHAPE_X]     = a * a;
  s[SHAPE_BP]    = k * (1.0 - a) * a;
  s[SHAPE_LP]    = 1.0 - a * a;
}

void
shape_point_rt(const Shape shape, double point[POINT_WIDTH])
{
  const double g = shape[SHAPE_G], bp = shape[SHAPE_BP], lp = shape[SHAPE_LP];
  const double a1 = 1.0 / (1.0 + g * (g + shape[SHAPE_K])), a2 = g * a1, a3 = g * a2;
  point[POINT_P]  = 2.0 * a1 - 1.0;
  point[POINT_Q]  = 2.0 * a2;
  point[POINT_R]  = 2.0 * a3 - 1.0;
  point[POINT_C1] = bp * a1 + lp * a2;
  point[POINT_C2] = lp * (1.0 - a3) - bp * a2;
  point[POINT_D]  = shape[SHAPE_X] + bp * a2 + lp * a3;
}

void
section_shape_rt(Section* const s, const Shape shape)
{
  const double g = shape[SHAPE_G], k = shape[SHAPE_K];
  const double d  = 1.0 / (1.0 + g * (g + k));
  const double d2 = g * d, d3 = g * d2;
  const double a1 = 2.0 * (d3 - d), a2 = 2.0 * (d + d3) - 1.0;
  // bp = d2 (w - w2),  lp = d3 (w + 2 w1 + w2)
  const double bp = shape[SHAPE_BP] * d2, lp = shape[SHAPE_LP] * d3;
  const double e0 = lp + bp, e1 = 2.0 * lp, e2 = lp - bp;
  s->a1 = pair_of(a1);
  s->a2 = pair_of(a2);
  s->b0 = pair_of(shape[SHAPE_X] + e0);
  s->c1 = pair_of(e1 - a1 * e0);
  s->c2 = pair_of(e2 - a2 * e0);
}

void
section_from_svf_rt(Section* const s, const Svf* const from, const Shape shape)
{
  const double g = shape[SHAPE_G], k = shape[SHAPE_K];
  const double d    = 1.0 / (1.0 + g * (g + k));
  const Pair   half = from->s1 * pair_of(0.25 / (g * d)), mean = from->s2 * pair_of(0.25 / (g * g * d));
  section_shape_rt(s, shape);
  s->w1   = mean + half;
  s->w2   = mean - half;
  s->half = false;
}

void
svf_from_section_rt(Svf* const s, const Section* const from, const Shape shape)
{
  const double g = shape[SHAPE_G], k = shape[SHAPE_K];
  const double d = 1.0 / (1.0 + g * (g + k));
  s->s1          = pair_of(2.0 * g * d) * (from->w1 - from->w2);
  s->s2          = pair_of(2.0 * g * g * d) * (from->w1 + from->w2);
}
