// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/deck_rt.h"

#include <string.h>

// How long what rings in filters takes to be gone, and gliding controls to arrive, frames.
RT static uint32_t
settle_frames(const DeckRt* const d)
{
  return d->rate / 40;
}

RT void
deck_stale_rt(DeckRt* const d)
{
  d->prime       = PRIME_STALE;
  d->replay_left = 0;
}

// The head goes to where the deck stands.
RT static void
set_head(DeckRt* const d)
{
  Path* const  p = &d->path;
  HistoryEntry e = {p->now, d->rest, tempo_at_rt(&p->tempo, p->now), 0, 0, -1};
  p->pitch       = d->pitch.to;
  path_judge_rt(p);
  path_start_rt(p, d->rest);
  e.at = path_head_rt(p)->at;
  source_loop_rt(&p->source, &p->source.loop, d->rest >> 32, &e.wrap_start, &e.wrap_end);
  history_reset_rt(&p->history, &e);
  d->end_at = INT64_MAX;
}

// Whether the first frames after the resting place are there, or never will be.
RT static bool
has_data(const DeckRt* const d)
{
  const Source* const s     = &d->path.source;
  const int64_t       at    = d->rest >> 32;
  const int64_t       clear = source_clear_rt(s, &s->loop, at, STREAM_FADE);
  return clear >= STREAM_FADE || source_broken_rt(s, at) || source_broken_rt(s, at + clear);
}

// One step of at most `budget` frames; returns how many it took.  0: it has to wait.
RT static uint32_t
prime_step(DeckRt* const d, uint32_t budget)
{
  Path* const  p = &d->path;
  float        store[2][SUB_BLOCK];
  float* const planes[2] = {store[0], store[1]};
  budget                 = budget < SUB_BLOCK ? budget : SUB_BLOCK;
  budget                 = budget < d->prime_left ? budget : d->prime_left;
  switch (d->prime) {
    case PRIME_STALE:
      d->rest_latency = chain_latency_rt(&d->chain);
      p->pitch        = d->pitch.to;
      path_judge_rt(p);
      d->prime      = PRIME_SILENCE;
      d->prime_left = settle_frames(d);
      return 0;
    case PRIME_SILENCE:
      memset(store, 0, sizeof(store));
      path_flush_rt(p, budget);
      chain_run_rt(&d->chain, planes, budget, &d->laps);
      p->now += budget;
      d->prime_left -= budget;
      if (!d->prime_left || (d->wants_play && d->rest_latency + path_next_latency_rt(p) > 0)) {
        d->prime = PRIME_WAIT;
      }
      return budget;
    case PRIME_WAIT:
      if (has_data(d)) {
        d->rest_latency = chain_latency_rt(&d->chain);
        set_head(d);
        d->prime_left = d->rest_latency + p->latency;
        d->prime      = d->prime_left ? PRIME_FILL : PRIME_READY;
      }
      return 0;
    case PRIME_FILL:
      if (!head_clear_rt(path_head_rt(p), &p->source, budget) && !path_head_rt(p)->stream.broken &&
          !source_broken_rt(&p->source, path_head_rt(p)->stream.next)) {
        return 0;
      }
      budget = path_span_rt(p, budget);
      path_run_rt(p, planes, budget, &d->laps);
      chain_run_rt(&d->chain, planes, budget, &d->laps);
      path_head_rt(p)->stream.starved = false;
      d->prime_left -= budget;
      d->prime = d->prime_left ? PRIME_FILL : PRIME_READY;
      return budget;
    case PRIME_READY:
      break;
  }
  return 0;
}

RT void
deck_prime_rt(DeckRt* const d, uint32_t budget)
{
  while (budget && d->prime != PRIME_READY) {
    const Prime    before = d->prime;
    const uint32_t took   = prime_step(d, budget);
    if (!took && d->prime == before) {
      return;
    }
    budget -= took;
  }
}

// A deck without latency has nothing to run ahead for: it is ready as soon as its data is there.
RT static void
prime_at_once(DeckRt* const d)
{
  Path* const p = &d->path;
  p->pitch      = d->pitch.to;
  path_judge_rt(p);
  d->rest_latency = chain_latency_rt(&d->chain);
  if (d->rest_latency + path_next_latency_rt(p) == 0 && has_data(d)) {
    set_head(d);
    d->prime = PRIME_READY;
  }
}

// Where a deck that should have started `late` frames ago would be by now.
RT static SincPos
place_when_late(const DeckRt* const d, const int64_t late)
{
  const SincPos step = tempo_at_rt(&d->path.tempo, d->path.now);
  const SincPos most = TRACK_MAX_FRAMES * SINC_ONE - d->rest;
  return path_ahead_rt(&d->path, d->rest, step > 0 && late > most / step ? most : late * step);
}

// Play on from where `heard` is heard now; the first of it comes out after the latency.
RT void
deck_restart_rt(DeckRt* const d, const SincPos heard)
{
  Path* const p   = &d->path;
  p->pitch        = d->pitch.to;
  d->rest_latency = chain_latency_rt(&d->chain);
  path_judge_rt(p);
  const uint32_t latency = d->rest_latency + path_next_latency_rt(p);
  const SincPos  step    = tempo_at_rt(&p->tempo, p->now);
  HistoryEntry   e       = {p->now - d->rest_latency, heard, step, 0, 0, -1};
  source_loop_rt(&p->source, &p->source.loop, heard >> 32, &e.wrap_start, &e.wrap_end);
  path_start_rt(p, path_ahead_rt(p, heard, step * (SincPos)latency));
  history_reset_rt(&p->history, &e);
  d->mute        = latency;
  d->replay_left = 0;
  d->gate        = 0.0f;
  d->closing     = false;
  d->running     = true;
  d->end_at      = INT64_MAX;
}

RT void
deck_start_rt(DeckRt* const d, const int64_t now, const int64_t due, const bool scheduled)
{
  if (d->state == DECK_EMPTY) {
    return;
  }
  if (d->running) {
    if (d->closing) { // it was about to pause
      d->closing = false;
      d->keeps   = false;
      d->end_at  = INT64_MAX;
      deck_state_rt(d, DECK_PLAYING, now);
    }
    return;
  }
  int64_t start, end;
  if (d->rest >> 32 >= d->path.source.end &&
      !source_loop_rt(&d->path.source, &d->path.source.loop, d->rest >> 32, &start, &end)) {
    d->rest = d->cue * SINC_ONE; // from the end it begins again
    deck_stale_rt(d);
  }
  if (d->prime != PRIME_READY) {
    prime_at_once(d);
  }
  if (d->prime != PRIME_READY && !scheduled) {
    d->wants_play = true;
    return;
  }
  d->wants_play = false;
  if (d->speed_ramp.frames) {
    const int64_t left = d->speed_ramp.start + (int64_t)d->speed_ramp.frames - now;
    path_tempo_rt(&d->path, INT64_MIN, deck_step_rt(d, d->speed), (uint32_t)(left > 0 ? left : 0));
    d->speed_ramp.frames = 0;
  }
  if (d->prime != PRIME_READY || due < now) { // late, but in place: where it would be had it been in time
    d->late += due < now ? 0 : 1;
    deck_restart_rt(d, place_when_late(d, now - due));
  } else {
    d->running = true;
    d->closing = false;
    d->mute    = 0;
    d->gate    = d->rest == 0 ? 1.0f : 0.0f; // before the first frame there is silence: nothing to fade from
    d->end_at  = INT64_MAX;
  }
  deck_state_rt(d, DECK_PLAYING, now);
}

RT void
deck_close_rt(DeckRt* const d, const After after)
{
  d->closing  = true;
  d->after    = after;
  d->held_seq = d->seq;
  d->keeps    = false;
}

// The fade-out is over.
RT void
deck_closed_rt(DeckRt* const d, const int64_t now)
{
  d->replay_left      = d->keeps ? d->nreplay : d->replay_left;
  d->keeps            = false;
  const SincPos heard = deck_heard_rt(d);
  const SincPos end   = d->path.source.end * SINC_ONE;
  const After   after = d->after;
  d->rest             = heard < end ? heard : end;
  d->closing          = false;
  d->after            = AFTER_REST;
  d->running          = false;
  d->prime            = d->mute ? PRIME_STALE : PRIME_READY;
  d->mute             = 0;
  deck_drop_leaving_rt(d, now); // nobody hears them any more
  switch (after) {
    case AFTER_REST:
      break;
    case AFTER_CUE:
      deck_place_rt(d, d->cue * SINC_ONE);
      deck_state_rt(d, DECK_CUED, now);
      break;
    case AFTER_TRACK:
      deck_swap_track_rt(d, d->held.track.stem, d->held.track.track, now);
      break;
    case AFTER_PLUGIN:
      deck_swap_plugin_rt(d, d->held.plugin.slot, d->held.plugin.plugin, now);
      if (d->state == DECK_PLAYING) {
        deck_restart_rt(d, heard);
      }
      break;
    case AFTER_REMOVE:
      d->leaving = true;
      break;
  }
}

RT void
deck_place_rt(DeckRt* const d, const SincPos pos)
{
  const SincPos end = d->path.source.end * SINC_ONE;
  d->rest           = pos < 0 ? 0 : pos > end ? end : pos;
  deck_stale_rt(d);
}
