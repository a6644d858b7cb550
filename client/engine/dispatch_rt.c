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
  }
}

// One command for several decks.  false: one of them has no room; those before it have theirs.
RT static bool
hand_to_many(EngineRt* const e, const Command* const c, const uint64_t mask, const CommandKind kind, const int64_t at)
{
  for (uint8_t i = 0; i < e->ndecks; ++i) {
    const uint64_t bit = UINT64_C(1) << i;
    if (!(mask & bit) || (e->handed & bit)) {
      continue;
    }
    Command one = *c;
    one.kind    = (uint16_t)kind;
    one.deck    = i;
    one.at      = at;
    if (!deck_take_rt(e->deck[i], &one, e->frame, e->seq)) {
      return false;
    }
    e->handed |= bit;
  }
  e->handed = 0;
  return true;
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
      const int64_t at = c->at == AT_NOW ? e->frame : c->at;
      return hand_to_many(e, c, c->decks.mask, COMMAND_PLAY, at);
    }
    case COMMAND_STOP_ALL:
      return hand_to_many(e, c, UINT64_MAX, COMMAND_STOP, c->at);
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
    return mixer_take_rt(&e->mixer, c, e->frame, e->seq);
  }
  if (c->deck >= e->ndecks || !fits(c)) {
    if (e->nmail == ENGINE_NOTICES) {
      return false;
    }
    send_back(e, c);
    return true;
  }
  return deck_take_rt(e->deck[c->deck], c, e->frame, e->seq);
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
  uint64_t oldest = queue_oldest_rt(&e->mixer.queue);
  for (uint32_t i = 0; i < e->ndecks; ++i) {
    const uint64_t o = deck_oldest_rt(e->deck[i]);
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
  return n->kind == NOTICE_TRACK_RETIRED || n->kind == NOTICE_PLUGIN_RETIRED || n->kind == NOTICE_FENCE;
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
    d->nnotices     = send(e, d->notices, d->nnotices);
    if (d->lost) {
      atomic_fetch_add_explicit(&e->levels->full_rings, d->lost, memory_order_relaxed);
      d->lost = 0;
    }
  }
  check_fences(e);
  e->nmail = send(e, e->mail, e->nmail);
}
