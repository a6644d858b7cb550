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
  g->step          = 1.0 / steps;
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
    const double        u = g->at * g->step;
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
curve_push_rt(Curve* const c, const double point[CURVE_WIDTH], const double per_frame, Ramps* const ramps)
{
  typedef int64_t Mask __attribute__((vector_size(16)));

  const double h    = per_frame;
  const Pair   half = pair_of(0.5), once = pair_of(h), twice = pair_of(h * h), halved = pair_of(0.5 * h * h);
  Mask         same = {-1, -1};
#pragma GCC unroll 3
  for (int k = 0; k < CURVE_WIDTH; k += 2) {
    Pair first, second, third;
    memcpy(&first, c->point[1] + k, sizeof(first));
    memcpy(&second, c->point[2] + k, sizeof(second));
    memcpy(&third, point + k, sizeof(third));
    memcpy(c->point[0] + k, &first, sizeof(first));
    memcpy(c->point[1] + k, &second, sizeof(second));
    memcpy(c->point[2] + k, &third, sizeof(third));
    same &= second == third;
    const Pair way = second - first, bend = (third - second) - way;
    const Pair at = half * (first + second), slope = once * way + halved * bend, change = twice * bend;
    memcpy(ramps->at + k, &at, sizeof(at));
    memcpy(ramps->slope + k, &slope, sizeof(slope));
    memcpy(ramps->bend + k, &change, sizeof(change));
  }
  c->still = !(same[0] & same[1]) ? 0 : c->still < 2 ? c->still + 1 : 2;
}

void
curve_rest_rt(const Curve* const c, Ramps* const ramps)
{
  memset(ramps, 0, sizeof(*ramps));
  memcpy(ramps->at, c->point[2], sizeof(ramps->at));
}
