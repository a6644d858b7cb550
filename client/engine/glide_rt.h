// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_GLIDE_RT_H
#define ENGINE_GLIDE_RT_H

// How controls move.  A Ramp goes linearly, in the control's own unit, from one value to another.  A Glide carries a
// gain that follows its target linearly from one grid point to the next, so that it never steps.  The grid lies at
// multiples of GRID frames of the engine's clock, whatever the block length.  Process thread.

#include "dsp/rt.h"

#include <stdbool.h>
#include <stdint.h>

#define GRID 16

typedef struct {
  float    from, to;
  int64_t  start;  ///< engine frame
  uint32_t frames; ///< 0: at rest at `to`
} Ramp;

RT static inline float
ramp_at_rt(const Ramp* const r, const int64_t frame)
{
  const int64_t k = frame - r->start;
  return !r->frames || k >= (int64_t)r->frames ? r->to
         : k <= 0                              ? r->from
                                               : r->from + (r->to - r->from) * (float)k / (float)r->frames;
}

RT static inline bool
ramp_moves_rt(const Ramp* const r, const int64_t frame)
{
  return r->frames && frame < r->start + (int64_t)r->frames;
}

/// From where it is at `frame` to `to` in `frames`.
RT static inline void
ramp_go_rt(Ramp* const r, const int64_t frame, const float to, const uint32_t frames)
{
  r->from   = ramp_at_rt(r, frame);
  r->to     = to;
  r->start  = frame;
  r->frames = frames;
}

typedef struct {
  float    start, end; ///< at the grid point before, and at the one after
  uint32_t left;       ///< frames over which it is still catching up with its target
} Glide;

RT static inline void
glide_set_rt(Glide* const g, const float value)
{
  g->start = g->end = value;
  g->left           = 0;
}

/// The target jumped: reach it over `frames`.
RT static inline void
glide_catch_up_rt(Glide* const g, const uint32_t frames)
{
  g->left = g->left > frames ? g->left : frames;
}

/// At a grid point: on to the next one.  `target` is what the gain should be there.
RT static inline void
glide_step_rt(Glide* const g, const float target)
{
  g->start = g->end;
  if (g->left > GRID) {
    g->end += (target - g->end) * (float)GRID / (float)g->left;
    g->left -= GRID;
  } else {
    g->end  = target;
    g->left = 0;
  }
}

RT static inline bool
glide_rests_rt(const Glide* const g, const float target)
{
  return g->start == target && g->end == target;
}

/// The gain at a frame, and how much it grows each frame until the next grid point.
RT static inline float
glide_at_rt(const Glide* const g, const int64_t frame)
{
  return g->start + (g->end - g->start) * (float)(frame & (GRID - 1)) * (1.0f / GRID);
}

RT static inline float
glide_slope_rt(const Glide* const g)
{
  return (g->end - g->start) * (1.0f / GRID);
}

/// The grid point at or before `frame`.
RT static inline int64_t
grid_floor_rt(const int64_t frame, const uint32_t grid)
{
  return frame & ~(int64_t)(grid - 1);
}

/// Frames from `frame` to the grid point after it.
RT static inline uint32_t
grid_left_rt(const int64_t frame, const uint32_t grid)
{
  return grid - (uint32_t)(frame & (int64_t)(grid - 1));
}

#endif
