// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/deck_rt.h"

#include <math.h>

#define GLIDE_FRAMES(rate) ((rate) / 100u) // of speed, 10 ms
#define SETTLE_FRAMES(rate) ((rate) / 40u) // of a plugin that begins amid the music, 25 ms
#define TRIM_FRAMES(rate) ((rate) / 200u)  // 5 ms

RT static inline float
clampf(const float value, const float low, const float high)
{
  return value < low ? low : value > high ? high : value;
}

RT static void
set_speed(DeckRt* const d, const float value, const uint32_t ramp_frames, const int64_t now, const int64_t due)
{
  if (d->running) {
    const uint32_t glide  = GLIDE_FRAMES(d->rate);
    const uint32_t frames = ramp_frames > glide ? ramp_frames : glide;
    d->speed              = value;
    path_tempo_rt(&d->path, d->path.now + (due - now) - d->rest_latency - d->replay_left, deck_step_rt(d, value),
                  frames);
    return;
  }
  if (ramp_frames) {
    const Ramp r  = {d->speed, value, now, ramp_frames};
    d->speed_ramp = r;
    d->speed      = value;
    return;
  }
  const SincPos step = deck_step_rt(d, value);
  if (step != tempo_target_rt(&d->path.tempo)) {
    deck_stale_rt(d);
  }
  d->speed             = value;
  d->speed_ramp.frames = 0;
  tempo_reset_rt(&d->path.tempo, step);
}

RT static void
set_stem(DeckRt* const d, const CommandParam* const p, const int64_t now)
{
  if (p->stem >= MAX_STEMS) {
    return;
  }
  Stem* const stem = &d->path.source.stem[p->stem];
  if (p->param == PARAM_STEM_GAIN) {
    ramp_go_rt(&stem->gain, now, clampf(p->value, -60.0f, 12.0f), p->ramp_frames);
  } else if (p->param == PARAM_STEM_MUTE) {
    stem->mute = p->value >= 0.5f;
  } else {
    stem->solo = p->value >= 0.5f;
  }
  source_refresh_rt(&d->path.source, grid_floor_rt(now, TEMPO_GRID));
  if (!d->running) {
    deck_stale_rt(d);
  }
}

RT static void
set_param(DeckRt* const d, const CommandParam* const p, const int64_t now, const int64_t due)
{
  if (!isfinite(p->value)) {
    return;
  }
  switch (p->param) {
    case PARAM_SPEED:
      set_speed(d, clampf(p->value, 0.25f, 4.0f), p->ramp_frames, now, due);
      break;
    case PARAM_PITCH:
      ramp_go_rt(&d->pitch, now, clampf(p->value, -12.0f, 12.0f), d->running ? p->ramp_frames : 0);
      break;
    case PARAM_KEYLOCK: {
      const bool on = p->value >= 0.5f;
      if (on != d->path.keylock && !d->running) {
        deck_stale_rt(d);
      }
      d->path.keylock = on;
      break;
    }
    case PARAM_TRIM:
      ramp_go_rt(&d->trim, now, clampf(p->value, -24.0f, 12.0f), p->ramp_frames);
      if (!p->ramp_frames) {
        glide_catch_up_rt(&d->trim_glide, TRIM_FRAMES(d->rate));
      }
      break;
    case PARAM_STEM_GAIN:
    case PARAM_STEM_MUTE:
    case PARAM_STEM_SOLO:
      set_stem(d, p, now);
      break;
    default:
      break;
  }
}

// To a position: a cross-fade while playing, else it stands there.
RT static void
go(DeckRt* const d, SincPos pos)
{
  const SincPos end = d->path.source.end * SINC_ONE;
  if (!d->running) {
    deck_place_rt(d, pos);
    return;
  }
  pos       = pos < 0 ? 0 : pos > end ? end : pos;
  d->end_at = INT64_MAX;
  path_jump_rt(&d->path, pos);
}

RT static void
seek(DeckRt* const d, const CommandSeek* const s)
{
  const SincPos here = d->running ? head_position_rt(path_head_rt(&d->path)) : d->rest;
  const SincPos from = s->relative ? here : 0;
  const int64_t back = -1 - (from >> 32), forth = d->path.source.end - (from >> 32); // no further, so that it fits
  go(d, from + (s->frame < back ? back : s->frame > forth ? forth : s->frame) * SINC_ONE);
}

RT static void
set_cue(DeckRt* const d, const CommandSeek* const s, const int64_t now)
{
  const int64_t end  = d->path.source.end;
  const int64_t here = (deck_heard_rt(d) + SINC_ONE / 2) >> 32;
  d->cue             = s->frame < 0 ? here : s->frame;
  d->cue             = d->cue < 0 ? 0 : d->cue > end ? end : d->cue;
  if (d->running) {
    return;
  }
  if (s->frame >= 0) {
    deck_place_rt(d, d->cue * SINC_ONE);
  }
  if (d->state == DECK_PAUSED) {
    deck_state_rt(d, DECK_CUED, now);
  }
}

RT static void
set_loop(DeckRt* const d, const Command* const c)
{
  Loop* const l = &d->path.source.loop;
  if (c->kind == COMMAND_REPEAT) {
    l->repeat = c->toggle.on;
  } else if (c->kind == COMMAND_LOOP_ENABLE) {
    l->on = c->toggle.on && l->end > l->start;
  } else {
    l->start = c->loop.start < 0 ? 0 : c->loop.start > TRACK_MAX_FRAMES ? TRACK_MAX_FRAMES : c->loop.start;
    l->end   = c->loop.end < l->start + LOOP_MIN ? l->start + LOOP_MIN : c->loop.end;
    l->on    = true;
  }
  d->end_at = INT64_MAX;
  if (d->running) {
    path_reloop_rt(&d->path);
  } else {
    deck_stale_rt(d);
  }
}

// Those that wait and were given before the command that is being carried out.
RT static void
forget_starts(DeckRt* const d)
{
  for (uint16_t i = d->queue.first; i != QUEUE_END;) {
    const QueueNode* const n    = &d->queue.node[i];
    const uint16_t         next = n->next;
    const bool             is   = n->command.kind == COMMAND_PLAY || n->command.kind == COMMAND_TOGGLE;
    if (is && !n->command.kept && n->seq < d->seq) {
      queue_take_rt(&d->queue, i);
    }
    i = next;
  }
}

RT static void
stop(DeckRt* const d, const int64_t now)
{
  d->wants_play = false;
  if (d->running) {
    deck_close_rt(d, AFTER_CUE);
  } else {
    deck_place_rt(d, d->cue * SINC_ONE);
    if (d->state == DECK_PAUSED) {
      deck_state_rt(d, DECK_CUED, now);
    }
  }
}

RT static void
pause(DeckRt* const d, const int64_t now)
{
  d->wants_play = false;
  if (d->running && !d->closing) {
    const bool whole = !d->replay_left && !d->mute;
    deck_close_rt(d, AFTER_REST);
    d->keeps   = whole;
    d->nreplay = whole ? 0 : d->nreplay;
    deck_state_rt(d, DECK_PAUSED, now);
  }
}

// Whether all stems but this one are empty or on their way out.
RT static bool
is_last(const Source* const s, const uint8_t stem)
{
  bool last = true;
  for (uint32_t k = 0; k < s->nsounding; ++k) {
    const uint8_t i = s->sounding[k];
    last            = last && (i == stem || s->stem[i].leaving);
  }
  return last;
}

RT static void
put_track(DeckRt* const d, const Command* const c, const int64_t now)
{
  Source* const s    = &d->path.source;
  const uint8_t i    = c->track.stem;
  Stem* const   stem = &s->stem[i];
  if (!d->running) {
    d->wants_play = false;
    deck_swap_track_rt(d, i, c->track.track, now);
  } else if (!stem->track) {
    if (c->track.track) {
      deck_swap_track_rt(d, i, c->track.track, now); // joins the others, from silence
      for (int h = 0; h < 3; ++h) {
        d->path.head[h].stream.gain[i] = 0.0f;
      }
    }
  } else if (c->track.track || is_last(s, i)) {
    stem->leaving = false;
    deck_close_rt(d, AFTER_TRACK);
    d->held = *c;
  } else {
    stem->leaving = true;
    source_refresh_rt(s, grid_floor_rt(now, TEMPO_GRID));
  }
}

RT static void
put_plugin(DeckRt* const d, const Command* const c, const int64_t now)
{
  const bool unused = c->plugin.slot == SLOT_PITCH && d->path.phase == PATH_DIRECT && !d->path.fade;
  if (!d->running || unused) {
    deck_swap_plugin_rt(d, c->plugin.slot, c->plugin.plugin, now);
  } else if (chain_can_fade_rt(&d->chain, c->plugin.slot, c->plugin.plugin)) {
    chain_fade_rt(&d->chain, c->plugin.slot, c->plugin.plugin, SETTLE_FRAMES(d->rate), GLIDE_FRAMES(d->rate));
  } else {
    deck_close_rt(d, AFTER_PLUGIN);
    d->held = *c;
  }
}

RT static void
set_port(DeckRt* const d, const CommandPort* const p, const int64_t now)
{
  const Path* const path = &d->path;
  if (p->slot == SLOT_PITCH && path->plugin &&
      (p->port == path->semitones_port || p->port == path->cents_port || p->port == path->plugin->enabled_port)) {
    return; // the deck's own
  }
  if (chain_set_rt(&d->chain, p, now) && !d->running) {
    deck_stale_rt(d);
  }
}

RT void
deck_command_rt(DeckRt* const d, const Command* const c, const int64_t now, const int64_t due, const bool scheduled)
{
  switch ((CommandKind)c->kind) {
    case COMMAND_TRACK:
      put_track(d, c, now);
      break;
    case COMMAND_PLAY:
      deck_start_rt(d, now, due, scheduled);
      break;
    case COMMAND_PAUSE:
      pause(d, now);
      break;
    case COMMAND_STOP:
      if (c->takes_back) {
        forget_starts(d);
      }
      stop(d, now);
      break;
    case COMMAND_TOGGLE:
      if ((d->running && !d->closing) || d->wants_play) {
        pause(d, now);
      } else {
        deck_start_rt(d, now, due, scheduled);
      }
      break;
    case COMMAND_SEEK:
      seek(d, &c->seek);
      break;
    case COMMAND_CUE:
      set_cue(d, &c->seek, now);
      break;
    case COMMAND_CUE_GO:
      go(d, d->cue * SINC_ONE);
      break;
    case COMMAND_LOOP:
    case COMMAND_LOOP_ENABLE:
    case COMMAND_REPEAT:
      set_loop(d, c);
      break;
    case COMMAND_PARAM:
      set_param(d, &c->param, now, due);
      break;
    case COMMAND_PORT:
      set_port(d, &c->port, now);
      break;
    case COMMAND_PLUGIN:
      put_plugin(d, c, now);
      break;
    case COMMAND_DECK_REMOVE:
      d->wants_play = false;
      if (d->running) {
        deck_close_rt(d, AFTER_REMOVE);
      } else {
        d->leaving = true;
      }
      break;
    default: // not a deck's
      break;
  }
}
