// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/engine_parts_rt.h"
#include "engine/stats_rt.h"

#define COMMANDS_A_CYCLE 1024

RT void
engine_notice_rt(EngineRt* const e, const Notice* const n)
{
  if (e->nmail < ENGINE_NOTICES) {
    e->mail[e->nmail++] = *n;
  } else {
    atomic_fetch_add_explicit(&e->levels->full_rings, 1, memory_order_relaxed);
  }
}

// What was meant for a deck, stem or slot that isn't there goes back.
RT static void
send_back(EngineRt* const e, const Command* const c)
{
  Notice n = {.at = e->frame, .deck = c->deck};
  if (c->kind == COMMAND_TRACK && c->track.track) {
    n.kind  = NOTICE_TRACK_RETIRED;
    n.track = c->track.track;
    engine_notice_rt(e, &n);
  } else if (c->kind == COMMAND_PLUGIN && c->plugin.plugin) {
    n.kind   = NOTICE_PLUGIN_RETIRED;
    n.plugin = c->plugin.plugin;
    engine_notice_rt(e, &n);
  } else if (c->kind == COMMAND_DECK_ADD) {
    n.kind   = NOTICE_DECK_RETIRED;
    n.memory = c->memory.deck;
    engine_notice_rt(e, &n);
  }
}

// One command for several decks.  false: one of them has no room; those before it have theirs.
RT static bool
hand_to_many(EngineRt* const e, const Command* const c, const uint64_t mask, const CommandKind kind, const int64_t at)
{
  for (uint8_t i = 0; i < e->ndecks; ++i) {
    const uint64_t bit = UINT64_C(1) << i;
    if (!e->deck[i] || !(mask & bit) || (e->handed & bit)) {
      continue;
    }
    Command one = *c;
    one.kind    = (uint16_t)kind;
    one.deck    = i;
    one.at      = at;
    if (!deck_take_rt(e->deck[i], &one, e->master.mixed, e->seq)) {
      return false;
    }
    e->handed |= bit;
  }
  return true;
}

RT static void
count_decks(EngineRt* const e)
{
  uint32_t n = MAX_DECKS;
  while (n && !e->deck[n - 1]) {
    --n;
  }
  e->ndecks = e->mixer.nstrips = n;
}

// false: the number is taken.
RT static bool
add_deck(EngineRt* const e, const Command* const c)
{
  if (c->deck >= MAX_DECKS || e->deck[c->deck]) {
    return false;
  }
  mixer_forget_rt(&e->mixer, c->deck);
  e->deck[c->deck] = c->memory.deck;
  count_decks(e);
  return true;
}

RT void
drop_decks_rt(EngineRt* const e)
{
  bool any = false;
  for (uint8_t i = 0; i < e->ndecks; ++i) {
    DeckRt* const d = e->deck[i];
    if (!d || !d->gone || d->nnotices || e->nmail == ENGINE_NOTICES) { // its own notices come first
      continue;
    }
    const Notice n = {.at = e->frame, .kind = NOTICE_DECK_RETIRED, .deck = i, .memory = d};
    atomic_fetch_add_explicit(&e->levels->full_rings, d->lost, memory_order_relaxed);
    e->deck[i] = NULL;
    e->handed &= ~(UINT64_C(1) << i);
    deck_levels_reset_rt(&e->levels->deck[i]);
    engine_notice_rt(e, &n);
    any = true;
  }
  if (any) {
    count_decks(e);
  }
}

// The plugins of the microphone or the master, NULL: it isn't about them, or there is no such slot.
RT static Rack*
rack_of(EngineRt* const e, const Command* const c)
{
  if ((c->kind != COMMAND_PLUGIN && c->kind != COMMAND_PORT) || (c->deck != CHAIN_MIC && c->deck != CHAIN_MASTER)) {
    return NULL;
  }
  Rack* const   r    = c->deck == CHAIN_MIC ? &e->mic.rack : &e->master.rack;
  const uint8_t slot = c->kind == COMMAND_PLUGIN ? c->plugin.slot : c->port.slot;
  return rack_has_rt(r, slot) ? r : NULL;
}

RT static bool
fits(const Command* const c)
{
  return (c->kind != COMMAND_TRACK || c->track.stem < MAX_STEMS) &&
         (c->kind != COMMAND_PLUGIN || c->plugin.slot < MAX_SLOTS);
}

// false: no room for it now, it stays in the ring.
RT static bool
hand_on(EngineRt* const e, const Command* const c)
{
  switch ((CommandKind)c->kind) {
    case COMMAND_START: {
      // One frame for all of them, also when it is now
      const int64_t at  = c->at == AT_NOW ? e->master.mixed : c->at;
      const bool    all = hand_to_many(e, c, c->decks.mask, COMMAND_PLAY, at) &&
                       hand_to_many(e, c, c->decks.stop & ~c->decks.mask, COMMAND_STOP, at);
      e->handed = all ? 0 : e->handed;
      return all;
    }
    case COMMAND_STOP_ALL: {
      const bool all = hand_to_many(e, c, UINT64_MAX, COMMAND_STOP, c->at);
      e->handed      = all ? 0 : e->handed;
      return all;
    }
    case COMMAND_STATS_RESET:
      stats_reset_rt(e->levels);
      return true;
    case COMMAND_QUIT_FENCE:
      if (e->nfences == ENGINE_FENCES) {
        return false;
      }
      e->fence[e->nfences].id    = c->fence;
      e->fence[e->nfences++].seq = e->seq;
      return true;
    default:
      break;
  }
  if (mixer_owns_rt(c)) {
    return mixer_take_rt(&e->mixer, c, e->master.mixed, e->seq);
  }
  const Rack* const rack = rack_of(e, c);
  if (master_owns_rt(c) || rack == &e->master.rack) {
    return master_take_rt(&e->master, c, e->frame, e->seq);
  }
  if (mic_owns_rt(c) || rack) {
    return mic_take_rt(&e->mic, c, e->frame, e->seq);
  }
  if (c->kind == COMMAND_DECK_ADD && add_deck(e, c)) {
    return true;
  }
  if (c->kind == COMMAND_DECK_ADD || c->deck >= e->ndecks || !e->deck[c->deck] || !fits(c)) {
    if (e->nmail == ENGINE_NOTICES) {
      return false;
    }
    send_back(e, c);
    return true;
  }
  return deck_take_rt(e->deck[c->deck], c, e->master.mixed, e->seq);
}

RT static void
show_latency(EngineRt* const e, atomic_uint* const shown, const uint8_t chain, const uint32_t frames)
{
  if (atomic_load_explicit(shown, memory_order_relaxed) != frames) {
    Notice n         = {.at = e->frame, .kind = NOTICE_LATENCY, .deck = chain};
    n.latency.frames = frames;
    engine_notice_rt(e, &n);
    atomic_store_explicit(shown, frames, memory_order_relaxed);
  }
}

RT void
show_chains_rt(EngineRt* const e)
{
  Rack* const    rack[]  = {&e->mic.rack, &e->master.rack};
  const uint8_t  chain[] = {CHAIN_MIC, CHAIN_MASTER};
  const uint32_t ahead   = master_ahead_rt(&e->master);
  for (int i = 0; i < 2; ++i) {
    if (rack[i]->retired && e->nmail < ENGINE_NOTICES) {
      const Notice n   = {.at = e->frame, .kind = NOTICE_PLUGIN_RETIRED, .deck = chain[i], .plugin = rack[i]->retired};
      rack[i]->retired = NULL;
      engine_notice_rt(e, &n);
    }
  }
  show_latency(e, &e->levels->ahead, CHAIN_MASTER, ahead);
  show_latency(e, &e->levels->mic_latency, CHAIN_MIC, ahead + mic_latency_rt(&e->mic));
  meter_show_rt(&e->mic.meter, &e->levels->mic, atomic_load_explicit(&e->levels->block, memory_order_relaxed), e->rate);
}

RT void
dispatch_rt(EngineRt* const e)
{
  for (int i = 0; i < COMMANDS_A_CYCLE; ++i) {
    const Command* const first = ring_peek(e->commands);
    if (!first) {
      return;
    }
    Command c = *first;
    if (!hand_on(e, &c)) {
      return;
    }
    ++e->seq;
    ring_read(e->commands, &c);
  }
}

// Fences whose commands before them have all been carried out.
RT static void
check_fences(EngineRt* const e)
{
  if (!e->nfences) {
    return;
  }
  const uint64_t others[] = {mic_oldest_rt(&e->mic), master_oldest_rt(&e->master)};
  uint64_t       oldest   = queue_oldest_rt(&e->mixer.queue);
  for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); ++i) {
    oldest = others[i] < oldest ? others[i] : oldest;
  }
  for (uint32_t i = 0; i < e->ndecks; ++i) {
    const uint64_t o = e->deck[i] ? deck_oldest_rt(e->deck[i]) : UINT64_MAX;
    oldest           = o < oldest ? o : oldest;
  }
  uint32_t kept = 0;
  for (uint32_t i = 0; i < e->nfences; ++i) {
    if (oldest < e->fence[i].seq || e->nmail == ENGINE_NOTICES) {
      e->fence[kept++] = e->fence[i];
    } else {
      const Notice n = {.at = e->frame, .kind = NOTICE_FENCE, .fence = e->fence[i].id};
      engine_notice_rt(e, &n);
    }
  }
  e->nfences = kept;
}

RT static bool
must_arrive(const Notice* const n)
{
  return n->kind == NOTICE_TRACK_RETIRED || n->kind == NOTICE_PLUGIN_RETIRED || n->kind == NOTICE_DECK_RETIRED ||
         n->kind == NOTICE_FENCE;
}

// Send; what must arrive and finds no room stays for the next cycle.  Returns how many stay.
RT static uint32_t
send(EngineRt* const e, Notice* const notices, const uint32_t count)
{
  uint32_t kept = 0;
  for (uint32_t i = 0; i < count; ++i) {
    if (!ring_write(e->notices, &notices[i])) {
      atomic_fetch_add_explicit(&e->levels->full_rings, 1, memory_order_relaxed);
      if (must_arrive(&notices[i])) {
        notices[kept++] = notices[i];
      }
    }
  }
  return kept;
}

RT void
send_notices_rt(EngineRt* const e)
{
  for (uint32_t i = 0; i < e->ndecks; ++i) {
    DeckRt* const d = e->deck[i];
    if (!d) {
      continue;
    }
    d->nnotices = send(e, d->notices, d->nnotices);
    if (d->lost) {
      atomic_fetch_add_explicit(&e->levels->full_rings, d->lost, memory_order_relaxed);
      d->lost = 0;
    }
  }
  check_fences(e);
  e->nmail = send(e, e->mail, e->nmail);
}
