// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/commands.h"
#include "control/state.h"

#include <stdlib.h>
#include <string.h>

// Decks come and go while everything plays.  A number that is given up is free again when the engine has faded the deck
// out and handed back all that it held; until then no command finds it, and no new deck gets it.

/// The lowest number that no deck has, MAX_DECKS: none.
static uint8_t
free_number(const Control* const c)
{
  uint8_t d = 0;
  while (d < MAX_DECKS && ((c->present | c->leaving) >> d & 1)) {
    ++d;
  }
  return d;
}

Progress
run_deck_add(Control* const c, Call* const call)
{
  const uint8_t d = free_number(c);
  Error         error;
  if (d == MAX_DECKS) {
    answer_error(c, call, "there can be %d decks, and there are: /deck/remove one first", MAX_DECKS);
  } else if (c->ops.deck_add(c->ops.self, d, &error)) {
    answer_error(c, call, "%s", error.text);
  } else {
    const Value number = value_int(d + 1);
    c->present |= UINT64_C(1) << d;
    answer_ok(c, call, &number, 1);
  }
  return CALL_DONE;
}

/// What is on its way to a deck, and for when; `at`: only what comes after that.
typedef struct {
  Control* c;
  uint8_t  deck;
  int64_t  at;
} Gone;

static bool
drop_future(void* const data, void* const element)
{
  const Gone* const g    = data;
  Call* const       call = *(Call**)element;
  if (!table_is_of_deck(call->entry) || call->deck != g->deck || call->at <= g->at) {
    return false;
  }
  answer_error(g->c, call, "deck %d was removed", g->deck + 1);
  control_drop_call(g->c, call);
  return true;
}

static bool
drop_command(void* const data, void* const element)
{
  const Gone* const g = data;
  Command* const    m = &((Outgoing*)element)->command;
  if (m->at <= g->at) {
    return false;
  }
  if (m->kind == COMMAND_START) { // the others start without it
    m->decks.mask &= ~(UINT64_C(1) << g->deck);
    m->decks.stop &= ~(UINT64_C(1) << g->deck);
    return !(m->decks.mask | m->decks.stop);
  }
  if (m->kind == COMMAND_PARAM ? m->param.param >= PARAM_CROSSFADER : m->kind > COMMAND_PLUGIN) {
    return false; // not a deck's
  }
  if (m->deck != g->deck) {
    return false;
  }
  if (m->kind == COMMAND_TRACK && m->track.track) {
    Request r = {.kind = REQUEST_FREE, .deck = m->deck, .track = m->track.track};
    control_ask(g->c, NULL, &r);
  } else if (m->kind == COMMAND_PLUGIN && m->plugin.plugin) {
    g->c->ops.plugin_retired(g->c->ops.self, m->plugin.plugin);
  }
  return true;
}

/// An echo is a copy: what it points to isn't its own.
static bool
drop_echo(void* const data, void* const element)
{
  const Gone* const    g = data;
  const Command* const m = &((Outgoing*)element)->command;
  return m->deck == g->deck && m->at > g->at && (m->kind == COMMAND_PORT || m->param.param < PARAM_CROSSFADER);
}

/// From here on nobody finds it.
static void
take_away(Control* const c, const uint8_t deck, const int64_t at)
{
  const uint64_t bit  = UINT64_C(1) << deck;
  Gone           gone = {c, deck, at};
  c->present &= ~bit;
  c->leaving |= bit;
  heap_remove_if(c->futures, drop_future, &gone);
  control_remove_commands(c, drop_command, &gone);
  groups_forget(c, deck);
  heap_remove_if(c->echoes, drop_echo, &gone);
}

Progress
run_deck_remove(Control* const c, Call* const call)
{
  const uint8_t  d   = call->deck;
  const uint64_t bit = UINT64_C(1) << d;
  if (call->phase == 1) { // until the engine has let go of it
    call->for_time = true;
    if (c->leaving & bit) {
      return CALL_WAITS;
    }
    answer_ok(c, call, NULL, 0);
    return CALL_DONE;
  }
  // One that is to be removed later is there until then
  call->for_time = call->at != AT_NOW && now_of(c) < call->at - MAX_BLOCK;
  if (call->for_time) {
    return CALL_WAITS;
  }
  if (!(c->present & bit)) {
    Error error;
    table_no_deck(d + 1u, c->present, &error);
    answer_error(c, call, "%s", error.text);
    return CALL_DONE;
  }
  if (c->present == bit) {
    answer_error(c, call, "deck %d is the only one: /deck/add another first", d + 1);
    return CALL_DONE;
  }
  const Command command = {.kind = COMMAND_DECK_REMOVE, .deck = d};
  take_away(c, d, call->at == AT_NOW ? now_of(c) : call->at);
  if (!control_command(c, call, call->at, &command)) {
    c->present |= bit;
    c->leaving &= ~bit;
    return CALL_DONE;
  }
  call->phase    = 1;
  call->for_time = true;
  return CALL_WAITS;
}

void
deck_reset(Control* const c, const uint8_t deck)
{
  Deck* const d = &c->decks[deck];
  for (int s = 0; s < MAX_STEMS; ++s) {
    free(d->stem[s].path);
  }
  const int loading = d->loading; // of tracks that are still to come back
  *d                = (Deck){.loading = loading};
  for (int i = 0; i < MAX_HOT_CUES; ++i) {
    d->hot_cue[i] = -1;
  }
  for (int i = 0; i < SEEK_PINS; ++i) {
    d->seek_until[i] = INT64_MIN;
  }
  d->set_going = d->ready_at = INT64_MIN;
  d->coming_state_until = d->coming_frame_until = d->plan_at = INT64_MIN;
}

void
deck_retired(Control* const c, const Notice* const n)
{
  c->leaving &= ~(UINT64_C(1) << n->deck);
  deck_reset(c, n->deck);
  params_forget_deck(c->params, n->deck);
  flow_forget(&c->flow, n->deck);
  c->notices.starved[n->deck] = (Trouble){0};
  c->ops.deck_retired(c->ops.self, n->deck, n->memory);
}
