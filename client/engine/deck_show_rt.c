// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/deck_rt.h"

#define NOTICE_RESERVE 16 ///< places kept for what must not be lost

RT static bool
must_arrive(const Notice* const n)
{
  return n->kind == NOTICE_TRACK_RETIRED || n->kind == NOTICE_PLUGIN_RETIRED;
}

RT bool
deck_has_room_rt(const DeckRt* const d)
{
  return d->nnotices <= DECK_NOTICES - 4;
}

RT void
deck_notice_rt(DeckRt* const d, const Notice* const n)
{
  if (d->nnotices < DECK_NOTICES - (must_arrive(n) ? 0u : (uint32_t)NOTICE_RESERVE)) {
    d->notices[d->nnotices++] = *n;
  } else {
    ++d->lost;
  }
}

RT void
deck_state_rt(DeckRt* const d, const DeckState state, const int64_t now)
{
  if (state == d->state) {
    return;
  }
  d->state      = state;
  Notice n      = {.at = now, .kind = NOTICE_STATE, .deck = d->number};
  n.state.state = (uint8_t)state;
  deck_notice_rt(d, &n);
}

RT static void
retire_track(DeckRt* const d, Track* const track, const int64_t now)
{
  if (track) {
    const Notice n = {.at = now, .kind = NOTICE_TRACK_RETIRED, .deck = d->number, .track = track};
    deck_notice_rt(d, &n);
  }
}

RT static void
retire_plugin(DeckRt* const d, Plugin* const plugin, const int64_t now)
{
  if (plugin) {
    const Notice n = {.at = now, .kind = NOTICE_PLUGIN_RETIRED, .deck = d->number, .plugin = plugin};
    deck_notice_rt(d, &n);
  }
}

RT void
deck_swap_track_rt(DeckRt* const d, const uint8_t stem, Track* const track, const int64_t now)
{
  Source* const s       = &d->path.source;
  Track* const  before  = s->stem[stem].track;
  s->stem[stem].track   = track;
  s->stem[stem].leaving = false;
  s->stem[stem].joining = d->running && track;
  // Out of the disk thread's sight first
  atomic_store_explicit(&d->playhead->track[stem], track, memory_order_seq_cst);
  retire_track(d, before, now);
  source_stems_changed_rt(s);
  source_refresh_rt(s, grid_floor_rt(now, TEMPO_GRID));
  if (d->running) {
    const Stream* const st = &path_head_rt(&d->path)->stream;
    source_join_rt(s, &st->loop, st->next);
    source_refresh_rt(s, grid_floor_rt(now, TEMPO_GRID));
    return;
  }
  deck_stale_rt(d);
  if (s->nsounding == 0) {
    d->rest = d->cue = 0;
    deck_state_rt(d, DECK_EMPTY, now);
  } else if (track && (before || s->nsounding == 1)) {
    d->rest = d->cue = 0;
    s->loop.on       = false;
    s->loop.end      = 0;
    d->path.base     = deck_step_rt(d, 1.0f);
    tempo_reset_rt(&d->path.tempo, deck_step_rt(d, d->speed));
    deck_state_rt(d, DECK_LOADING, now);
  }
}

RT void
deck_drop_leaving_rt(DeckRt* const d, const int64_t now)
{
  for (uint8_t i = 0; i < MAX_STEMS; ++i) {
    if (d->path.source.stem[i].leaving && deck_has_room_rt(d)) {
      deck_swap_track_rt(d, i, NULL, now);
    }
  }
}

RT void
deck_swap_plugin_rt(DeckRt* const d, const uint8_t slot, Plugin* const plugin, const int64_t now)
{
  Plugin* const before = chain_swap_rt(&d->chain, slot, plugin);
  if (slot == SLOT_PITCH) {
    path_plugin_rt(&d->path, plugin);
  }
  retire_plugin(d, before, now);
  if (!d->running) {
    deck_stale_rt(d);
  }
}

RT void
deck_drop_faded_rt(DeckRt* const d, const int64_t now)
{
  if (chain_fades_rt(&d->chain) && deck_has_room_rt(d)) {
    retire_plugin(d, chain_faded_rt(&d->chain, !d->running), now);
  }
}

RT void
deck_leave_rt(DeckRt* const d, const int64_t now)
{
  while (d->queue.first != QUEUE_END && deck_has_room_rt(d)) {
    const Command* const c = &queue_take_rt(&d->queue, d->queue.first)->command;
    retire_track(d, c->kind == COMMAND_TRACK ? c->track.track : NULL, now);
    retire_plugin(d, c->kind == COMMAND_PLUGIN ? c->plugin.plugin : NULL, now);
  }
  for (uint8_t i = 0; i < MAX_STEMS && deck_has_room_rt(d); ++i) {
    if (d->path.source.stem[i].track) {
      deck_swap_track_rt(d, i, NULL, now);
    }
  }
  for (uint8_t i = 0; i < MAX_SLOTS && deck_has_room_rt(d); ++i) {
    if (d->chain.slot[i]) {
      deck_swap_plugin_rt(d, i, NULL, now);
    }
  }
  d->gone = deck_has_room_rt(d) && !chain_fades_rt(&d->chain);
}

RT static void
show_playhead(const DeckRt* const d)
{
  const Source* const s = &d->path.source;
  Playhead* const     p = d->playhead;
  int64_t             frame, start, end;
  float               step = (float)tempo_target_rt(&d->path.tempo) * 0x1p-32f;
  frame                    = d->rest >> 32;
  if (d->running || d->prime >= PRIME_FILL) {
    // The hindmost of the heads: the one that is heard directly reads behind the one that feeds the pitch plugin
    const Head* const h = &d->path.head[d->path.phase == PATH_PITCHED ? d->path.shifted : d->path.direct];
    frame               = h->stream.next;
    step                = (float)h->step * 0x1p-32f;
  }
  const bool    loops = source_loop_rt(s, &s->loop, frame, &start, &end);
  const int64_t seam  = loops ? source_seam_rt(s, start, end) : 0;
  atomic_store_explicit(&p->frame, frame, memory_order_relaxed);
  atomic_store_explicit(&p->step, step, memory_order_relaxed);
  atomic_store_explicit(&p->moving, d->running, memory_order_relaxed);
  atomic_store_explicit(&p->loop_start, start > seam ? start - seam : 0, memory_order_relaxed);
  atomic_store_explicit(&p->loop_end, loops ? end : -1, memory_order_relaxed);
}

RT void
deck_show_rt(DeckRt* const d, const int64_t now, const uint32_t n)
{
  DeckLevels* const l       = &d->levels->deck[d->number];
  const Path* const p       = &d->path;
  SincPos           step    = tempo_at_rt(&p->tempo, p->now);
  SincPos           heard   = d->rest;
  uint32_t          latency = d->rest_latency + path_latency_rt(p);
  if (d->running) {
    heard = history_at_rt(&p->history, p->now - d->rest_latency - d->replay_left - d->ahead, &step);
  }
  const SincPos end = p->source.end * SINC_ONE;
  heard             = heard > end ? end : heard < 0 ? 0 : heard;
  atomic_store_explicit(&l->state, (int)d->state, memory_order_relaxed);
  atomic_store_explicit(&l->position, heard, memory_order_relaxed);
  atomic_store_explicit(&l->length, p->source.end, memory_order_relaxed);
  atomic_store_explicit(&l->rate, p->source.rate, memory_order_relaxed);
  if (atomic_load_explicit(&l->latency, memory_order_relaxed) != latency) {
    Notice note         = {.at = now, .kind = NOTICE_LATENCY, .deck = d->number};
    note.latency.frames = latency;
    deck_notice_rt(d, &note);
    atomic_store_explicit(&l->latency, latency, memory_order_relaxed);
  }
  atomic_store_explicit(&l->speed, d->state == DECK_EMPTY ? d->speed : (float)((double)step / (double)p->base),
                        memory_order_relaxed);
  atomic_store_explicit(&l->shift, p->phase >= PATH_TO_PITCH ? p->shift : 0.0f, memory_order_relaxed);
  meter_show_rt(&d->meter, &l->meter, n, d->rate);
  show_playhead(d);
}
