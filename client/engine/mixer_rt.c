// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/mixer_rt.h"

#include "dsp/units.h"
#include "engine/frames_rt.h"

#include <string.h>

#define GAIN_FRAMES(m) ((m)->rate / 200u) // a gain that jumps takes 5 ms

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
strip_gain(const MixerRt* const m, const Strip* const s, const int64_t frame)
{
  const float side = crossfader_gain_rt(m->curve, s->assign, ramp_at_rt(&m->crossfader, frame));
  return s->mute ? 0.0f : ramp_at_rt(&s->fader, frame) * side;
}

RT static void
reset_strip(Strip* const s)
{
  *s = (Strip){.fader = {.to = 1.0f}, .assign = ASSIGN_THRU};
  glide_set_rt(&s->gain, 1.0f);
}

RT static bool
is_of_strip(const Command* const c, const uint8_t deck)
{
  return c->kind == COMMAND_PARAM && c->param.param < PARAM_CROSSFADER && c->deck == deck;
}

RT void
mixer_forget_rt(MixerRt* const m, const uint8_t deck)
{
  for (uint16_t i = m->queue.first; i != QUEUE_END;) {
    const uint16_t next = m->queue.node[i].next;
    if (is_of_strip(&m->queue.node[i].command, deck)) {
      queue_take_rt(&m->queue, i);
    }
    i = next;
  }
  reset_strip(&m->strip[deck]);
}

RT void
mixer_init_rt(MixerRt* const m)
{
  queue_init_rt(&m->queue);
  for (int i = 0; i < MAX_DECKS; ++i) {
    reset_strip(&m->strip[i]);
  }
  m->curve = CURVE_LINEAR;
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

// Add `in` (NULL: silence, only time passes) to `out` with the gain that follows `target`.  `written`: whether `out`
// holds something already.
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
  const bool first  = !*written;
  const bool sounds = in[0] != NULL;
  if (!ramps && glide_rests_rt(g, target(m, s, now))) {
    g->left = 0;
    if (sounds && g->end != 0.0f) {
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

// Between two commands nothing but ramps moves.
RT static void
mix_span(MixerRt* const m, const int64_t now, const uint32_t n, const uint32_t at, const MixerIo* const io)
{
  float* const mixed[2]    = {io->mix[0] + at, io->mix[1] + at};
  float* const pfl[2]      = {io->pfl[0] + at, io->pfl[1] + at};
  const bool   crosses     = ramp_moves_rt(&m->crossfader, now);
  bool         mix_written = false, pfl_written = false;
  for (uint32_t i = 0; i < m->nstrips; ++i) {
    Strip* const s      = &m->strip[i];
    const bool   sounds = io->deck[i][0] != NULL;
    const float* in[2]  = {sounds ? io->deck[i][0] + at : NULL, sounds ? io->deck[i][1] + at : NULL};
    const bool   ramps  = ramp_moves_rt(&s->fader, now) || (crosses && s->assign != ASSIGN_THRU);
    follow(m, s, &s->gain, target_strip, ramps, now, n, in, mixed, &mix_written);
    follow(m, s, &s->cue, target_pfl, false, now, n, in, pfl, &pfl_written);
  }
  for (int side = 0; side < 2; ++side) {
    if (!mix_written) {
      memset(mixed[side], 0, n * sizeof(float));
    }
    if (!pfl_written) {
      memset(pfl[side], 0, n * sizeof(float));
    }
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
    default:
      break;
  }
}

RT bool
mixer_owns_rt(const Command* const c)
{
  if (c->kind != COMMAND_PARAM) {
    return false;
  }
  switch (c->param.param) {
    case PARAM_FADER:
    case PARAM_MUTE:
    case PARAM_PFL:
    case PARAM_ASSIGN:
    case PARAM_CROSSFADER:
    case PARAM_CURVE:
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
  if (due > now) {
    due = (due + GRID - 1) & ~(int64_t)(GRID - 1);
  }
  if (m->queue.free == QUEUE_END) { // the earliest before its time, rather than lost
    const Command early = m->queue.node[m->queue.first].command;
    queue_take_rt(&m->queue, m->queue.first);
    set(m, &early.param, early.deck, now);
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
      set(m, &c.param, c.deck, now + done);
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
