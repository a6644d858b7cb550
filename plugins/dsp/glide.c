// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/glide.h"

#include <string.h>

void
glide_set_rt(Glide* const g, const double value)
{
  g->value  = value;
  g->target = value;
  g->at     = 0;
  g->steps  = 0;
}

void
glide_aim_rt(Glide* const g, const double target, const uint32_t steps)
{
  if (target == g->target) {
    return;
  }
  // Place, speed and acceleration now, in units of the new time 0..1
  double speed = 0.0, acceleration = 0.0;
  if (glide_is_moving(g)) {
    const double* const c = g->path;
    const double        u = (double)g->at / g->steps;
    const double        s = (double)steps / g->steps;
    speed                 = s * (c[1] + u * (2 * c[2] + u * (3 * c[3] + u * (4 * c[4] + u * 5 * c[5]))));
    acceleration          = s * s * (2 * c[2] + u * (6 * c[3] + u * (12 * c[4] + u * 20 * c[5])));
  }
  const double way = target - g->value;
  g->path[0]       = g->value;
  g->path[1]       = speed;
  g->path[2]       = 0.5 * acceleration;
  g->path[3]       = 10 * way - 6 * speed - 1.5 * acceleration;
  g->path[4]       = -15 * way + 8 * speed + 1.5 * acceleration;
  g->path[5]       = 6 * way - 3 * speed - 0.5 * acceleration;
  g->target        = target;
  g->at            = 0;
  g->steps         = steps;
}

bool
glide_step_rt(Glide* const g)
{
  if (!glide_is_moving(g)) {
    return false;
  }
  if (++g->at == g->steps) {
    g->value = g->target;
  } else {
    const double* const c = g->path;
    const double        u = (double)g->at / g->steps;
    g->value              = c[0] + u * (c[1] + u * (c[2] + u * (c[3] + u * (c[4] + u * c[5]))));
  }
  return true;
}

void
curve_set_rt(Curve* const c, const double point[CURVE_WIDTH])
{
  for (int p = 0; p < 3; ++p) {
    memcpy(c->point[p], point, sizeof(c->point[p]));
  }
  c->still = 2;
}

void
curve_push_rt(Curve* const c, const double point[CURVE_WIDTH])
{
  const bool same = !memcmp(c->point[2], point, sizeof(c->point[2]));
  memcpy(c->point[0], c->point[1], sizeof(c->point[0]));
  memcpy(c->point[1], c->point[2], sizeof(c->point[1]));
  memcpy(c->point[2], point, sizeof(c->point[2]));
  c->still = !same ? 0 : c->still < 2 ? c->still + 1 : 2;
}

void
curve_segment_rt(const Curve* const c, CurveSegment* const s)
{
  for (int k = 0; k < CURVE_WIDTH; ++k) {
    const double a = c->point[0][k], b = c->point[1][k], d = c->point[2][k];
    s->at[k]    = 0.5 * (a + b);
    s->slope[k] = b - a;
    s->bend[k]  = 0.5 * ((d - b) - (b - a));
  }
}
