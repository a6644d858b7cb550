// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_GAIN_RT_H
#define ENGINE_GAIN_RT_H

// A gain in dB that can be sent on a ramp and never steps.  At rest at 0 dB it changes no bit.  Process thread.

#include "dsp/units.h"
#include "engine/frames_rt.h"
#include "engine/glide_rt.h"

typedef struct {
  Ramp  db;
  Glide glide; ///< linear
} Gain;

RT static inline void
gain_init_rt(Gain* const g)
{
  glide_set_rt(&g->glide, 1.0f);
}

/// To `db` from frame `now` on: on a ramp of `ramp_frames`, or within `jump_frames`.
RT static inline void
gain_go_rt(Gain* const g, const int64_t now, const float db, const uint32_t ramp_frames, const uint32_t jump_frames)
{
  ramp_go_rt(&g->db, now, db, ramp_frames);
  glide_catch_up_rt(&g->glide, ramp_frames ? 0 : jump_frames);
}

RT static inline float
gain_at_rt(const Gain* const g, const int64_t frame)
{
  const float db = ramp_at_rt(&g->db, frame);
  return db == 0.0f ? 1.0f : gain_of_db(db);
}

/// Apply it to `n` frames from `now` on, in place.
RT static inline void
gain_run_rt(Gain* const g, const int64_t now, const uint32_t n, float* const planes[2])
{
  for (uint32_t done = 0; done < n;) {
    const int64_t at     = now + done;
    const float   target = gain_at_rt(g, at + grid_left_rt(at, GRID));
    if (!ramp_moves_rt(&g->db, at) && glide_rests_rt(&g->glide, target)) {
      for (int side = 0; side < 2 && target != 1.0f; ++side) {
        frames_scale_rt(planes[side] + done, planes[side] + done, n - done, target);
      }
      g->glide.left = 0;
      return;
    }
    if (!(at & (GRID - 1))) {
      glide_step_rt(&g->glide, target);
    }
    const uint32_t left  = grid_left_rt(at, GRID);
    const uint32_t run   = left < n - done ? left : n - done;
    const float    start = g->glide.start, slope = glide_slope_rt(&g->glide);
    for (uint32_t i = 0; i < run; ++i) {
      const float gain = start + slope * (float)((at + i) & (GRID - 1));
      planes[0][done + i] *= gain;
      planes[1][done + i] *= gain;
    }
    done += run;
  }
}

#endif
