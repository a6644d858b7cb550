// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/mixer_rt.h"

#include "dsp/units.h"
#include "engine/frames_rt.h"

#include <string.h>

#define GAIN_FRAMES(m) ((m)->rate / 200u) // a gain that jumps takes 5 ms
#define RECORD_PIECE 256

RT float
crossfader_gain_rt(const Curve curve, const Assign side, const float x)
{
  if (side == ASSIGN_THRU) {
    return 1.0f;
  }
  const float to   = side == ASSIGN_A ? -x : x; // 1: at this side's end, -1: at the opposite end
  const float part = (to + 1.0f) * 0.5f;
  switch (curve) {
    case CURVE_POWER: // cos of what is left, so that the far end is exactly 0 and the near end exactly 1
      return part <= 0.0f ? 0.0f : part >= 1.0f ? 1.0f : cosf((1.0f - part) * 1.57079632679489662f);
    case CURVE_CUT:
      return to <= -1.0f ? 0.0f : 1.0f;
    case CURVE_LINEAR:
      break;
  }
  return part;
}

RT static float
gain_at(const Ramp* const db, const int64_t frame)
{
  const float value = ramp_at_rt(db, frame);
  return value == 0.0f ? 1.0f : gain_of_db(value);
}

RT static float
strip_gain(const MixerRt* const m, const Strip* const s, const int64_t frame)
{
  const float side = crossfader_gain_rt(m->curve, s->assign, ramp_at_rt(&m->crossfader, frame));
  return s->mute ? 0.0f : ramp_at_rt(&s->fader, frame) * side;
}

RT void
mixer_init_rt(MixerRt* const m)
{
  queue_init_rt(&m->queue);
  for (int i = 0; i < MAX_DECKS; ++i) {
    Strip* const s = &m->strip[i];
    s->fader.to    = 1.0f;
    s->assign      = ASSIGN_THRU;
    glide_set_rt(&s->gain, 1.0f);
    glide_set_rt(&s->cue, 0.0f);
  }
  m->curve = CURVE_LINEAR;
  glide_set_rt(&m->master_gain, 1.0f);
  glide_set_rt(&m->cue_gain, 1.0f);
  glide_set_rt(&m->cue_master_gain, 0.0f);
}

// out = or += in * gain.
RT static void
mix(float* const out[2], const float* const in[2], const uint32_t n, const float gain, const bool first)
{
  for (int side = 0; side < 2; ++side) {
    float* const       o = out[side];
    const float* const i = in[side];
    if (first && gain == 1.0f) {
      memcpy(o, i, n * sizeof(float));
    } else if (first) {
      frames_scale_rt(o, i, n, gain);
    } else {
      frames_add_rt(o, i, n, gain);
    }
  }
}

typedef float (*Target)(const MixerRt* m, const Strip* s, int64_t frame) RT;

RT static float
target_strip(const MixerRt* const m, const Strip* const s, const int64_t frame)
{
  return strip_gain(m, s, frame);
}

RT static float
target_pfl(const MixerRt* const m, const Strip* const s, const int64_t frame)
{
  (void)m;
  (void)frame;
  return s->pfl ? 1.0f : 0.0f;
}

RT static float
target_master(const MixerRt* const m, const Strip* const s, const int64_t frame)
{
  (void)s;
  return gain_at(&m->master, frame);
}

RT static float
target_cue(const MixerRt* const m, const Strip* const s, const int64_t frame)
{
  (void)s;
  return (1.0f - ramp_at_rt(&m->cue_mix, frame)) * gain_at(&m->cue, frame);
}

RT static float
target_cue_master(const MixerRt* const m, const Strip* const s, const int64_t frame)
{
  (void)s;
  return ramp_at_rt(&m->cue_mix, frame) * gain_at(&m->cue, frame);
}

// Add `in` (NULL: silence, only time passes) to `out` with the gain that follows `target`.  `written`: whether `out`
// holds something already.  In place (in == out) it scales.
RT static void
follow(const MixerRt* const m,
       const Strip* const   s,
       Glide* const         g,
       const Target         target,
       const bool           ramps,
       const int64_t        now,
       const uint32_t       n,
       const float* const   in[2],
       float* const         out[2],
       bool* const          written)
{
  const bool in_place = in && in[0] == out[0];
  const bool first    = in_place || !*written;
  const bool sounds   = in && in[0];
  if (!ramps && glide_rests_rt(g, target(m, s, now))) {
    g->left = 0;
    if (sounds && (g->end != 0.0f || in_place) && !(in_place && g->end == 1.0f)) {
      mix(out, in, n, g->end, first);
      *written = true;
    }
    return;
  }
  for (uint32_t done = 0; done < n;) {
    const int64_t  at   = now + done;
    const uint32_t left = grid_left_rt(at, GRID);
    const uint32_t run  = left < n - done ? left : n - done;
    if (!(at & (GRID - 1))) {
      glide_step_rt(g, target(m, s, at + GRID));
    }
    if (sounds) {
      const float* const from[2] = {in[0] + done, in[1] + done};
      float* const       to[2]   = {out[0] + done, out[1] + done};
      const float        slope   = glide_slope_rt(g);
      const float        k0      = (float)(at & (GRID - 1));
      for (int side = 0; side < 2; ++side) {
        for (uint32_t k = 0; k < run; ++k) {
          const float gain = g->start + slope * (k0 + (float)k);
          to[side][k]      = (first ? 0.0f : to[side][k]) + from[side][k] * gain;
        }
      }
    }
    done += run;
  }
  *written = *written || sounds;
}

RT static void
record(MixerRt* const m, const uint32_t n, float* const master[2])
{
  float piece[RECORD_PIECE][2];
  for (uint32_t done = 0; done < n;) {
    const uint32_t run = n - done < RECORD_PIECE ? n - done : RECORD_PIECE;
    for (uint32_t i = 0; i < run; ++i) {
      piece[i][0] = master[0][done + i];
      piece[i][1] = master[1][done + i];
    }
    if (!ring_write_n(m->record, piece, run)) {
      atomic_fetch_add_explicit(&m->levels->full_rings, 1, memory_order_relaxed);
    }
    done += run;
  }
}

RT static void
show_peaks(const MixerRt* const m, const uint32_t n, float* const master[2])
{
  for (int side = 0; side < 2; ++side) {
    const uint32_t bits = frames_peak_bits_rt(master[side], n);
    float          peak;
    memcpy(&peak, &bits, sizeof(peak));
    if (peak > atomic_load_explicit(&m->levels->master_peak[side], memory_order_relaxed)) {
      atomic_store_explicit(&m->levels->master_peak[side], peak, memory_order_relaxed);
    }
  }
}

// Between two commands nothing but ramps moves.
RT static void
mix_span(MixerRt* const m, const int64_t now, const uint32_t n, const uint32_t at, const MixerIo* const io)
{
  float* const master[2]      = {io->master[0] + at, io->master[1] + at};
  float* const cue[2]         = {io->cue[0] + at, io->cue[1] + at};
  const bool   crosses        = ramp_moves_rt(&m->crossfader, now);
  const bool   cue_moves      = ramp_moves_rt(&m->cue, now) || ramp_moves_rt(&m->cue_mix, now);
  bool         master_written = false, cue_written = false;
  for (uint32_t i = 0; i < m->nstrips; ++i) {
    Strip* const s      = &m->strip[i];
    const bool   sounds = io->deck[i][0] != NULL;
    const float* in[2]  = {sounds ? io->deck[i][0] + at : NULL, sounds ? io->deck[i][1] + at : NULL};
    const bool   ramps  = ramp_moves_rt(&s->fader, now) || (crosses && s->assign != ASSIGN_THRU);
    follow(m, s, &s->gain, target_strip, ramps, now, n, in, master, &master_written);
    follow(m, s, &s->cue, target_pfl, false, now, n, in, cue, &cue_written);
  }
  for (int side = 0; side < 2; ++side) {
    if (!master_written) {
      memset(master[side], 0, n * sizeof(float));
    }
    if (!cue_written) {
      memset(cue[side], 0, n * sizeof(float));
    }
  }
  bool               written   = true;
  const float* const from[2]   = {master[0], master[1]};
  const float* const cue_in[2] = {cue[0], cue[1]};
  follow(m, NULL, &m->master_gain, target_master, ramp_moves_rt(&m->master, now), now, n, from, master, &written);
  follow(m, NULL, &m->cue_gain, target_cue, cue_moves, now, n, cue_in, cue, &written);
  follow(m, NULL, &m->cue_master_gain, target_cue_master, cue_moves, now, n, from, cue, &written);
  show_peaks(m, n, master);
  if (m->recording) {
    record(m, n, master);
  }
}

RT static void
set(MixerRt* const m, const CommandParam* const p, const uint8_t deck, const int64_t now)
{
  Strip* const   s     = &m->strip[deck < m->nstrips ? deck : 0];
  const uint32_t jump  = p->ramp_frames ? 0 : GAIN_FRAMES(m);
  const float    value = p->value;
  if (!isfinite(value)) {
    return;
  }
  switch (p->param) {
    case PARAM_FADER:
      ramp_go_rt(&s->fader, now, fminf(fmaxf(value, 0.0f), 1.0f), p->ramp_frames);
      glide_catch_up_rt(&s->gain, jump);
      break;
    case PARAM_MUTE:
      s->mute = value >= 0.5f;
      glide_catch_up_rt(&s->gain, GAIN_FRAMES(m));
      break;
    case PARAM_PFL:
      s->pfl = value >= 0.5f;
      glide_catch_up_rt(&s->cue, GAIN_FRAMES(m));
      break;
    case PARAM_ASSIGN:
      s->assign = value >= 1.5f ? ASSIGN_B : value >= 0.5f ? ASSIGN_A : ASSIGN_THRU;
      glide_catch_up_rt(&s->gain, GAIN_FRAMES(m));
      break;
    case PARAM_CROSSFADER:
      ramp_go_rt(&m->crossfader, now, fminf(fmaxf(value, -1.0f), 1.0f), p->ramp_frames);
      for (uint32_t i = 0; i < m->nstrips && jump; ++i) {
        glide_catch_up_rt(&m->strip[i].gain, m->strip[i].assign == ASSIGN_THRU ? 0 : jump);
      }
      break;
    case PARAM_CURVE:
      m->curve = value >= 1.5f ? CURVE_CUT : value >= 0.5f ? CURVE_POWER : CURVE_LINEAR;
      for (uint32_t i = 0; i < m->nstrips; ++i) {
        glide_catch_up_rt(&m->strip[i].gain, GAIN_FRAMES(m));
      }
      break;
    case PARAM_MASTER_GAIN:
      ramp_go_rt(&m->master, now, fminf(fmaxf(value, -60.0f), 12.0f), p->ramp_frames);
      glide_catch_up_rt(&m->master_gain, jump);
      break;
    case PARAM_CUE_GAIN:
      ramp_go_rt(&m->cue, now, fminf(fmaxf(value, -60.0f), 12.0f), p->ramp_frames);
      glide_catch_up_rt(&m->cue_gain, jump);
      glide_catch_up_rt(&m->cue_master_gain, jump);
      break;
    case PARAM_CUE_MIX:
      ramp_go_rt(&m->cue_mix, now, fminf(fmaxf(value, 0.0f), 1.0f), p->ramp_frames);
      glide_catch_up_rt(&m->cue_gain, jump);
      glide_catch_up_rt(&m->cue_master_gain, jump);
      break;
    default:
      break;
  }
}

RT static void
carry_out(MixerRt* const m, const Command* const c, const int64_t now)
{
  if (c->kind == COMMAND_RECORD) {
    m->recording = c->toggle.on;
  } else {
    set(m, &c->param, c->deck, now);
  }
}

RT bool
mixer_owns_rt(const Command* const c)
{
  if (c->kind != COMMAND_PARAM) {
    return c->kind == COMMAND_RECORD;
  }
  switch (c->param.param) {
    case PARAM_FADER:
    case PARAM_MUTE:
    case PARAM_PFL:
    case PARAM_ASSIGN:
    case PARAM_CROSSFADER:
    case PARAM_CURVE:
    case PARAM_MASTER_GAIN:
    case PARAM_CUE_GAIN:
    case PARAM_CUE_MIX:
      return true;
    default:
      return false;
  }
}

RT bool
mixer_take_rt(MixerRt* const m, const Command* const c, const int64_t now, const uint64_t seq)
{
  const bool dated = c->at != AT_NOW;
  int64_t    due   = dated && c->at > now ? c->at : now;
  if (c->kind == COMMAND_PARAM && due > now) {
    due = (due + GRID - 1) & ~(int64_t)(GRID - 1);
  }
  if (m->queue.free == QUEUE_END) { // the earliest before its time, rather than lost
    const Command early = m->queue.node[m->queue.first].command;
    queue_take_rt(&m->queue, m->queue.first);
    carry_out(m, &early, now);
    ++m->late;
  }
  m->late += dated && c->at < now;
  return queue_put_rt(&m->queue, c, due, seq, dated);
}

RT void
mixer_run_rt(MixerRt* const m, const int64_t now, const uint32_t n, const MixerIo* const io)
{
  for (uint32_t done = 0;;) {
    const uint16_t first = m->queue.first;
    const int64_t  due   = first == QUEUE_END ? INT64_MAX : m->queue.node[first].due;
    if (due <= now + done) {
      const Command c = queue_take_rt(&m->queue, first)->command;
      carry_out(m, &c, now + done);
      continue;
    }
    if (done == n) {
      return;
    }
    const uint32_t span = due - (now + done) < (int64_t)(n - done) ? (uint32_t)(due - (now + done)) : n - done;
    mix_span(m, now + done, span, done, io);
    done += span;
  }
}
