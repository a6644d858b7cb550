// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cue_rt.h"

RT void
cue_init_rt(MasterRt* const m)
{
  glide_set_rt(&m->cue_gain, 1.0f);
  glide_set_rt(&m->split_gain, 1.0f);
}

RT void
cue_set_rt(MasterRt* const m, const CommandParam* const p, const int64_t now, const uint32_t jump)
{
  const uint32_t frames = p->ramp_frames ? 0 : jump;
  const float    v      = p->value;
  switch (p->param) {
    case PARAM_CUE_GAIN:
      ramp_go_rt(&m->cue, now, v < -60.0f ? -60.0f : v > 12.0f ? 12.0f : v, p->ramp_frames);
      break;
    case PARAM_CUE_MIX:
      ramp_go_rt(&m->cue_mix, now, v < 0.0f ? 0.0f : v > 1.0f ? 1.0f : v, p->ramp_frames);
      break;
    case PARAM_CUE_SPLIT:
      m->split = v >= 0.5f;
      glide_catch_up_rt(&m->split_part, jump);
      return;
    default:
      return;
  }
  glide_catch_up_rt(&m->cue_gain, frames);
  glide_catch_up_rt(&m->cue_master_gain, frames);
  glide_catch_up_rt(&m->split_gain, frames);
}

typedef struct {
  float cue, master, split, part;
} Target;

RT static Target
target_at(const MasterRt* const m, const int64_t frame)
{
  const float  db = ramp_at_rt(&m->cue, frame), gain = db == 0.0f ? 1.0f : gain_of_db(db);
  const float  mix = ramp_at_rt(&m->cue_mix, frame);
  const Target t   = {(1.0f - mix) * gain, mix * gain, gain, m->split ? 1.0f : 0.0f};
  return t;
}

RT static bool
rests(const MasterRt* const m, const Target* const t, const int64_t now)
{
  return !ramp_moves_rt(&m->cue, now) && !ramp_moves_rt(&m->cue_mix, now) && glide_rests_rt(&m->cue_gain, t->cue) &&
         glide_rests_rt(&m->cue_master_gain, t->master) && glide_rests_rt(&m->split_gain, t->split) &&
         glide_rests_rt(&m->split_part, t->part);
}

// Up to the next grid point.
RT static void
run_piece(const MasterRt* const m, const int64_t at, const uint32_t n, float* const master[2], float* const cue[2])
{
  for (uint32_t i = 0; i < n; ++i) {
    const float a = glide_at_rt(&m->cue_gain, at + i), b = glide_at_rt(&m->cue_master_gain, at + i);
    const float half = 0.5f * glide_at_rt(&m->split_gain, at + i), part = glide_at_rt(&m->split_part, at + i);
    const float one = (cue[0][i] + cue[1][i]) * half, other = (master[0][i] + master[1][i]) * half;
    const float left = cue[0][i] * a + master[0][i] * b, right = cue[1][i] * a + master[1][i] * b;
    cue[0][i] = left + (one - left) * part;
    cue[1][i] = right + (other - right) * part;
  }
}

RT void
cue_run_rt(MasterRt* const m, const int64_t now, const uint32_t n, float* const master[2], float* const cue[2])
{
  Glide* const glides[4] = {&m->cue_gain, &m->cue_master_gain, &m->split_gain, &m->split_part};
  for (uint32_t done = 0, run; done < n; done += run) {
    const int64_t at   = now + done;
    const Target  t    = target_at(m, at + grid_left_rt(at, GRID));
    const bool    rest = rests(m, &t, at);
    run                = n - done;
    if (rest && t.part == 0.0f) {
      for (int side = 0; side < 2; ++side) {
        if (t.cue != 1.0f) {
          frames_scale_rt(cue[side] + done, cue[side] + done, run, t.cue);
        }
        if (t.master != 0.0f) {
          frames_add_rt(cue[side] + done, master[side] + done, run, t.master);
        }
      }
      continue;
    }
    if (!(at & (GRID - 1))) {
      const float to[4] = {t.cue, t.master, t.split, t.part};
      for (int k = 0; k < 4; ++k) {
        glide_step_rt(glides[k], to[k]);
      }
    }
    const uint32_t left  = grid_left_rt(at, GRID);
    run                  = left < run ? left : run;
    float* const from[2] = {master[0] + done, master[1] + done};
    float* const to[2]   = {cue[0] + done, cue[1] + done};
    run_piece(m, at, run, from, to);
  }
}
