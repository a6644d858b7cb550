// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/deck_rt.h"

#include "dsp/units.h"
#include "engine/frames_rt.h"

#include <string.h>

RT void
deck_init_rt(DeckRt* const d)
{
  queue_init_rt(&d->queue);
  d->path.rate = d->rate;
  path_init_rt(&d->path);
  d->state  = DECK_EMPTY;
  d->speed  = 1.0f;
  d->end_at = INT64_MAX;
  glide_set_rt(&d->trim_glide, 1.0f);
}

RT SincPos
deck_heard_rt(const DeckRt* const d)
{
  return d->running ? history_at_rt(&d->path.history, d->path.now - d->rest_latency - d->replay_left, NULL) : d->rest;
}

RT SincPos
deck_step_rt(const DeckRt* const d, const float speed)
{
  return llrint((double)speed * d->path.source.rate / d->rate * 0x1p32);
}

// Gain of trim over the span, in place.
RT static void
apply_trim(DeckRt* const d, const int64_t now, const uint32_t n, float* const bus[2])
{
  for (uint32_t done = 0; done < n;) {
    const int64_t at   = now + done;
    const float   db   = ramp_at_rt(&d->trim, at + GRID - (at & (GRID - 1)));
    const float   gain = db == 0.0f ? 1.0f : gain_of_db(db);
    uint32_t      run  = n - done;
    if (!ramp_moves_rt(&d->trim, at) && glide_rests_rt(&d->trim_glide, gain)) {
      if (gain != 1.0f) {
        frames_scale_rt(bus[0] + done, bus[0] + done, n - done, gain);
        frames_scale_rt(bus[1] + done, bus[1] + done, n - done, gain);
      }
      return;
    }
    if (!(at & (GRID - 1))) {
      glide_step_rt(&d->trim_glide, gain);
    }
    run               = grid_left_rt(at, GRID) < run ? grid_left_rt(at, GRID) : run;
    const float start = d->trim_glide.start, slope = glide_slope_rt(&d->trim_glide);
    for (uint32_t i = 0; i < run; ++i) {
      const float g = start + slope * (float)((at + i) & (GRID - 1));
      bus[0][done + i] *= g;
      bus[1][done + i] *= g;
    }
    done += run;
  }
}

// The fade at start and stop.
RT static void
apply_gate(DeckRt* const d, const uint32_t n, float* const bus[2])
{
  const float move = d->closing ? -1.0f / DECK_FADE : 1.0f / DECK_FADE;
  if (d->gate == 1.0f && !d->closing) {
    return;
  }
  for (uint32_t i = 0; i < n; ++i) {
    d->gate += move;
    d->gate = d->gate < 0.0f ? 0.0f : d->gate > 1.0f ? 1.0f : d->gate;
    bus[0][i] *= d->gate;
    bus[1][i] *= d->gate;
  }
}

// What the head that is heard came upon: holes, the end of the track.
RT static void
look_at_head(DeckRt* const d, const int64_t now)
{
  Head* const   h   = path_head_rt(&d->path);
  const SincPos pos = head_position_rt(h);
  int64_t       start, end;
  const bool    starved = h->stream.starved, gone = h->stream.broken && d->end_at == INT64_MAX;
  if (starved || gone) { // that the data won't come may turn out late, in the midst of a hole
    Notice n       = {.at = now, .kind = h->stream.broken ? NOTICE_BROKEN : NOTICE_STARVED, .deck = d->number};
    n.starve.frame = h->stream.next;
    deck_notice_rt(d, &n);
    atomic_fetch_add_explicit(&d->levels->deck[d->number].starves, starved, memory_order_relaxed);
    d->end_at         = gone ? h->at + d->rest_latency : d->end_at;
    h->stream.starved = false;
  }
  if (d->end_at == INT64_MAX && pos >> 32 >= d->path.source.end &&
      !source_loop_rt(&d->path.source, &h->stream.loop, pos >> 32, &start, &end)) {
    const SincPos past = pos - d->path.source.end * SINC_ONE;
    d->end_at          = h->at - (h->step > 0 ? past / h->step : 0) + d->rest_latency;
  }
}

// A plugin's latency changed on the way: the reading moves along, so that what is heard stays in place.
RT static void
follow_latency(DeckRt* const d)
{
  const uint32_t latency = chain_latency_rt(&d->chain);
  if (latency != d->rest_latency && !path_busy_rt(&d->path) && !d->path.fade) {
    Head* const   h    = path_head_rt(&d->path);
    const SincPos move = ((int64_t)latency - (int64_t)d->rest_latency) * h->step;
    SincPos       pos  = path_ahead_rt(&d->path, head_position_rt(h), move);
    pos                = pos > 0 ? pos : 0;
    d->end_at += d->end_at == INT64_MAX
                   ? 0
                   : (int64_t)latency - (int64_t)d->rest_latency; // what is left of it comes so much later
    d->rest_latency = latency;
    path_jump_rt(&d->path, pos);
  }
}

// Stems that were on their way out and are silent: take them out.
RT static void
drop_silent(DeckRt* const d, const int64_t now)
{
  const Path* const p       = &d->path;
  const bool        several = (p->phase != PATH_DIRECT && p->phase != PATH_PITCHED) || p->fade; // heads that sound
  for (uint8_t i = 0; i < MAX_STEMS && !several && !d->closing; ++i) {
    if (p->source.stem[i].leaving && deck_has_room_rt(d) && path_head_rt(&d->path)->stream.gain[i] == 0.0f) {
      deck_swap_track_rt(d, i, NULL, now);
    }
  }
}

RT static inline uint32_t
at_most(const uint32_t n, const int64_t most)
{
  return (int64_t)n < most ? n : most > 0 ? (uint32_t)most : 1u;
}

// What was faded out, once more.
RT static void
replay(DeckRt* const d, const uint32_t n, float* const bus[2])
{
  for (int side = 0; side < 2; ++side) {
    memcpy(bus[side], d->replay[side] + (d->nreplay - d->replay_left), n * sizeof(float));
  }
  d->replay_left -= n;
}

RT static void
keep_for_replay(DeckRt* const d, const uint32_t n, float* const bus[2])
{
  const uint32_t room = DECK_FADE - d->nreplay;
  const uint32_t kept = n < room ? n : room;
  for (int side = 0; side < 2; ++side) {
    memcpy(d->replay[side] + d->nreplay, bus[side], kept * sizeof(float));
  }
  d->nreplay += kept;
}

// Fade, trim and meter.
RT static void
put_out(DeckRt* const d, const int64_t now, const uint32_t n, float* const bus[2])
{
  apply_gate(d, n, bus);
  apply_trim(d, now, n, bus);
  meter_take_rt(&d->meter, bus, n);
  d->sounds = true;
}

// Run up to `n` frames that are heard; returns how many.
RT static uint32_t
run_span(DeckRt* const d, const int64_t now, uint32_t n, float* const bus[2])
{
  Path* const   p    = &d->path;
  const int64_t grid = grid_floor_rt(now, TEMPO_GRID);  // what is on a ramp moves there, wherever the span begins
  if (source_moves_rt(&p->source, grid - TEMPO_GRID)) { // once more when it has arrived
    source_refresh_rt(&p->source, grid);
    n = at_most(n, grid_left_rt(now, TEMPO_GRID));
  }
  if (chain_glide_rt(&d->chain, grid_floor_rt(now, CHAIN_GRID))) {
    n = at_most(n, grid_left_rt(now, CHAIN_GRID));
  }
  p->pitch = ramp_at_rt(&d->pitch, grid);
  if (ramp_moves_rt(&d->pitch, grid)) {
    n = at_most(n, grid_left_rt(now, TEMPO_GRID));
  }
  n = d->mute ? at_most(n, d->mute) : n;
  n = d->closing ? at_most(n, (int64_t)(d->gate * DECK_FADE + 0.5f)) : n;
  if (d->replay_left) {
    n = at_most(n, d->replay_left);
    replay(d, n, bus);
    put_out(d, now, n, bus);
    if (d->closing && d->gate == 0.0f) {
      deck_closed_rt(d, now + n);
    }
    return n;
  }
  n = at_most(n, d->end_at - p->now);
  n = path_span_rt(p, n);

  path_run_rt(p, bus, n, &d->laps);
  chain_run_rt(&d->chain, bus, n, &d->laps);
  look_at_head(d, now);
  follow_latency(d);
  drop_silent(d, now);
  if (d->mute) {
    d->mute -= n;
    memset(bus[0], 0, n * sizeof(float));
    memset(bus[1], 0, n * sizeof(float));
    d->gate = d->closing ? d->gate - (float)n / DECK_FADE : d->gate;
    d->gate = d->gate > 0.0f ? d->gate : 0.0f;
    apply_trim(d, now, n, bus);
    meter_take_rt(&d->meter, bus, n);
    d->sounds = true;
  } else {
    if (d->closing && d->keeps) {
      keep_for_replay(d, n, bus);
    }
    put_out(d, now, n, bus);
  }
  if (d->closing && d->gate == 0.0f) {
    deck_closed_rt(d, now + n);
  } else if (p->now >= d->end_at && !d->closing) {
    deck_state_rt(d, DECK_PAUSED, now + n);
    deck_close_rt(d, AFTER_REST);
  }
  return n;
}

// Time passes, nothing is heard.
RT static void
stand_span(DeckRt* const d, const int64_t now, const uint32_t n, float* const bus[2])
{
  memset(bus[0], 0, n * sizeof(float));
  memset(bus[1], 0, n * sizeof(float));
  const float db   = ramp_at_rt(&d->trim, now + n);
  const float gain = db == 0.0f ? 1.0f : gain_of_db(db);
  glide_set_rt(&d->trim_glide, gain);
}

// Stems that joined without data: see whether it is there now.  A deck that stands still gets it when it is primed.
RT static void
let_join(DeckRt* const d)
{
  if (d->running) {
    const Stream* const st = &path_head_rt(&d->path)->stream;
    source_join_rt(&d->path.source, &st->loop, st->next);
    return;
  }
  for (int i = 0; i < MAX_STEMS; ++i) {
    if (d->path.source.stem[i].joining) {
      d->path.source.stem[i].joining = false;
      deck_stale_rt(d);
    }
  }
}

// What follows from the time only, once a cycle.
RT static void
begin_cycle(DeckRt* const d, const int64_t now)
{
  d->sounds = false;
  let_join(d);
  source_refresh_rt(&d->path.source, grid_floor_rt(now, TEMPO_GRID));
  deck_drop_faded_rt(d, now);
  if (d->leaving && !d->running) {
    deck_leave_rt(d, now);
    return;
  }
  if (d->running || d->state == DECK_EMPTY) {
    return;
  }
  deck_drop_leaving_rt(d, now); // for which there was no room before
  if (d->speed_ramp.frames && !ramp_moves_rt(&d->speed_ramp, now)) {
    d->speed_ramp.frames = 0;
    tempo_reset_rt(&d->path.tempo, deck_step_rt(d, d->speed));
    deck_stale_rt(d);
  }
  if (chain_glide_rt(&d->chain, now) || source_moves_rt(&d->path.source, now) ||
      chain_latency_rt(&d->chain) != d->rest_latency || d->path.pitch != ramp_at_rt(&d->pitch, now)) {
    deck_stale_rt(d);
  }
  if (d->wants_play && d->prime == PRIME_READY) {
    deck_start_rt(d, now, now, false);
  }
}

RT void
deck_run_rt(DeckRt* const d, const int64_t now, const uint32_t n, float* const bus[2], const bool fill)
{
  laps_begin_rt(&d->laps);
  begin_cycle(d, now);
  for (uint32_t done = 0;;) {
    uint16_t      which = QUEUE_END;
    const int64_t next  = d->leaving ? INT64_MAX : deck_next_rt(d, now + done, &which);
    if (which != QUEUE_END) {
      const QueueNode* const q = queue_take_rt(&d->queue, which);
      const Command          c = q->command;
      d->seq                   = q->seq;
      deck_command_rt(d, &c, now + done, q->due, q->scheduled);
      continue;
    }
    if (done == n) {
      break;
    }
    const uint32_t span  = at_most(n - done, next - (now + done));
    float* const   to[2] = {bus[0] + done, bus[1] + done};
    if (d->running) {
      done += run_span(d, now + done, span, to);
    } else {
      if (span < n || fill) {
        stand_span(d, now + done, span, to);
      }
      done += span;
    }
  }
  if (!d->running && !d->leaving && d->state != DECK_EMPTY && n) {
    const uint32_t budget = n < 64 ? 64 : n <= 1024 ? n : n / 2 < 1024 ? 1024 : n / 2;
    deck_prime_rt(d, budget);
    if (d->state == DECK_LOADING && d->prime == PRIME_READY) {
      deck_state_rt(d, DECK_CUED, now + n);
    }
  }
  d->ns = clock_ns() - d->laps.begin;
  deck_show_rt(d, now, n);
}
