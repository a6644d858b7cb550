// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DSP_GLIDE_H
#define DSP_GLIDE_H

// How a control gets from one value to the next without a step.  Two stages, both on a grid of frames that its owner
// keeps (one step is one line of the grid), so that block sizes play no part:
//
// Glide  moves one number to its target in a fixed number of steps along the path of least jerk, the quintic
//        10 u^3 - 15 u^4 + 6 u^5, and can be aimed anew on the way with place, speed and acceleration kept.
//        (T. Flash, N. Hogan, "The coordination of arm movements", J. Neurosci. 5, 1985.)
// Curve  draws a few numbers, given once per step, as a quadratic B-spline: their slope never jumps, and since each
//        value is a convex mix of the given ones, filters between two stable ones are stable.
//
// Process thread, or set-up before it.

#include "dsp/pair.h"
#include "dsp/rt.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  double   value;  ///< where it is
  double   target; ///< where it goes
  double   path[6];
  double   step; ///< 1 / steps
  uint32_t at, steps;
} Glide;

/// Be at `value` at once.
RT void glide_set_rt(Glide* g, double value);

/// Go to `target`, to arrive exactly after `steps` (> 0) steps.  Nothing happens if it is the target already.
RT void glide_aim_rt(Glide* g, double target, uint32_t steps);

/// One line of the grid on.  Return: whether the value moved.
RT bool glide_step_rt(Glide* g);

/// Whether it is on its way.
RT static inline bool
glide_is_moving(const Glide* const g)
{
  return g->at < g->steps;
}

#define CURVE_WIDTH 6 ///< numbers that a curve carries

typedef struct {
  _Alignas(16) double point[3][CURVE_WIDTH];
  uint32_t still; ///< how many of the last points repeat the one before, at most 2
} Curve;

/// Its numbers from one grid line to the next, by forward differences: after each frame at += slope, slope += bend.
typedef struct {
  _Alignas(16) double at[CURVE_WIDTH], slope[CURVE_WIDTH], bend[CURVE_WIDTH];
} Ramps;

/// Rest at `point`.
RT void curve_set_rt(Curve* c, const double point[CURVE_WIDTH]);

/// One line of the grid on, towards `point`; and the ramps from this line to the next, which is 1 / `per_frame` later.
RT void curve_push_rt(Curve* c, const double point[CURVE_WIDTH], double per_frame, Ramps* ramps);

/// The ramps of a curve at rest.
RT void curve_rest_rt(const Curve* c, Ramps* ramps);

/// The point given last; where it rests, if it is still.
RT static inline const double*
curve_last(const Curve* const c)
{
  return c->point[2];
}

/// Whether the whole segment is one point.
RT static inline bool
curve_is_still(const Curve* const c)
{
  return c->still == 2;
}

/// Whether number `k` is 0 all the segment through.
RT static inline bool
curve_is_zero(const Curve* const c, const int k)
{
  return c->point[0][k] == 0.0 && c->point[1][k] == 0.0 && c->point[2][k] == 0.0;
}

#endif
