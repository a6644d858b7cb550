// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/section.h"

#include <math.h>
#include <string.h>

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
  // Stored by twos, as they are read next: the processor need not wait
  const Pair pq = {2.0 * a1 - 1.0, 2.0 * a2}, rc = {2.0 * a3 - 1.0, bp * a1 + lp * a2};
  const Pair ed = {lp * (1.0 - a3) - bp * a2, shape[SHAPE_X] + bp * a2 + lp * a3};
  memcpy(point + POINT_P, &pq, sizeof(pq));
  memcpy(point + POINT_R, &rc, sizeof(rc));
  memcpy(point + POINT_C2, &ed, sizeof(ed));
}

void
gliding_straighten_rt(Gliding* const g)
{
#pragma GCC unroll 3
  for (int k = 0; k < CURVE_WIDTH; k += 2) {
    Pair slope, bend;
    memcpy(&slope, g->ramps.slope + k, sizeof(slope));
    memcpy(&bend, g->ramps.bend + k, sizeof(bend));
    slope += pair_of(0.5 * (GLIDING_GROUP - 1)) * bend; // the mean of a group
    bend *= pair_of(GLIDING_GROUP);
    memcpy(g->ramps.slope + k, &slope, sizeof(slope));
    memcpy(g->ramps.bend + k, &bend, sizeof(bend));
  }
  g->part = 0;
}

RT static void
set_rt(Twice to, const double first, const double second)
{
  to[0] = to[1] = first;
  to[2] = to[3] = second;
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
  const double c1 = e1 - a1 * e0, c2 = e2 - a2 * e0;
  set_rt(s->n1, -a1, a1 * a1 - a2);
  set_rt(s->n2, -a2, a1 * a2);
  set_rt(s->nx, 0.0, -a1);
  set_rt(s->b0, shape[SHAPE_X] + e0, shape[SHAPE_X] + e0);
  set_rt(s->c1, c1, c2 - a1 * c1);
  set_rt(s->c2, c2, -a2 * c1);
  set_rt(s->cx, 0.0, c1);
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
