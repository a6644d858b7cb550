// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/commands.h"
#include "control/state.h"

static const double WAITED = 0.01; ///< seconds from which on a call has waited for a load

/// The frame that the optional "seconds from now" means: from when the command was given.  Where the load before it
/// took longer than that, soon: not in the midst of the track.
static int64_t
when(const Control* const c, const Call* const call)
{
  if (!call->count || call->values[0].number == 0.0) {
    return call->at;
  }
  const int64_t at      = call_order(call) + frames_of(c, call->values[0].number);
  const int64_t now     = now_of(c);
  const int64_t soonest = now + frames_of(c, PRIMING_SECONDS);
  const bool    waited  = call->at == AT_NOW && now - call->received > frames_of(c, WAITED);
  return waited && at < soonest ? soonest : at;
}

/// A start given by hand waits for what was done to its decks just before: for the track to be in its place, and for
/// all to be primed, or they would start one after the other.
static int64_t
when_ready(const Control* const c, const Call* const call, const uint64_t mask, const int64_t at)
{
  const int64_t now   = now_of(c);
  int64_t       ready = at == AT_NOW ? now : at;
  for (uint8_t d = 0; d < MAX_DECKS; ++d) {
    ready = mask >> d & 1 && c->decks[d].ready_at > ready ? c->decks[d].ready_at : ready;
  }
  return call->at != AT_NOW || (at == AT_NOW && ready == now) ? at : ready;
}

/// What a stop given for now takes back: starts to come, unless a score gives them.
typedef struct {
  Control*    c;
  const Call* call;  ///< the stop
  uint64_t    decks; ///< that it stops
} TakeBack;

static bool
take_back_command(void* const data, void* const element)
{
  const TakeBack* const t = data;
  Command* const        m = &((Outgoing*)element)->command;
  if (m->kept || m->at == AT_NOW) {
    return false;
  }
  if (m->kind == COMMAND_START) {
    m->decks.mask &= ~t->decks;
    return !m->decks.mask;
  }
  return (m->kind == COMMAND_PLAY || m->kind == COMMAND_TOGGLE) && (t->decks >> m->deck & 1);
}

/// In a bundle for later: not begun yet.
static bool
take_back_call(void* const data, void* const element)
{
  const TakeBack* const t    = data;
  Call* const           call = *(Call**)element;
  if (call->sender.kind == SENDER_SCORE) {
    return false;
  }
  if (call->entry->run == run_start || call->entry->run == run_group_play) {
    call->without |= t->decks;
    return false;
  }
  if ((call->entry->run != run_play && call->entry->run != run_toggle) || !(t->decks >> call->deck & 1)) {
    return false;
  }
  answer_error(t->c, call, "taken back: %s came before it", t->call->address);
  control_drop_call(t->c, call);
  return true;
}

/// Return: whether it does that.
static bool
take_back_starts(Control* const c, const Call* const call, const int64_t at, const uint64_t decks)
{
  TakeBack t = {c, call, decks};
  if (at != AT_NOW || call->sender.kind == SENDER_SCORE) {
    return false;
  }
  control_remove_commands(c, take_back_command, &t);
  heap_remove_if(c->futures, take_back_call, &t);
  return true;
}

static Progress
transport(Control* const c, Call* const call, CommandKind kind)
{
  if (!deck_loaded(c, call, call->deck)) {
    return CALL_DONE;
  }
  const uint64_t bit   = UINT64_C(1) << call->deck;
  const bool     bound = groups_bind(c, call->deck);
  const int64_t  given = when(c, call);
  const bool     early = given == AT_NOW && !(bound && kind != COMMAND_STOP && kind != COMMAND_PAUSE);
  const int64_t  at    = early ? AT_NOW : when_ready(c, call, bit, given);
  if (kind == COMMAND_TOGGLE && bound) { // whether others are to stop must be known beforehand
    kind = deck_plays_at(c, call->deck, at == AT_NOW ? now_of(c) : at) ? COMMAND_PAUSE : COMMAND_PLAY;
  }
  Command command    = {.kind = (uint16_t)kind, .deck = call->deck};
  command.takes_back = kind == COMMAND_STOP && take_back_starts(c, call, at, bit);
  if (control_command(c, call, at, &command)) {
    if (kind == COMMAND_PLAY || kind == COMMAND_TOGGLE) {
      deck_will_move(c, call->deck, at);
    }
    answer_ok(c, call, NULL, 0);
  }
  return CALL_DONE;
}

Progress
run_play(Control* const c, Call* const call)
{
  return transport(c, call, COMMAND_PLAY);
}

Progress
run_pause(Control* const c, Call* const call)
{
  return transport(c, call, COMMAND_PAUSE);
}

Progress
run_stop(Control* const c, Call* const call)
{
  return transport(c, call, COMMAND_STOP);
}

Progress
run_toggle(Control* const c, Call* const call)
{
  return transport(c, call, COMMAND_TOGGLE);
}

/// Start all of `mask`, which have a track.
static Progress
start(Control* const c, Call* const call, const uint64_t mask)
{
  const int     group   = groups_conflict(c, mask);
  const int64_t given   = when(c, call);
  const int64_t at      = when_ready(c, call, mask, given);
  const Command command = {.at = at, .kind = COMMAND_START, .decks = {mask, 0}};
  if (group) {
    answer_error(c, call, "group %d is exclusive: only one of its decks can play", group);
  } else if (control_command(c, call, at, &command)) {
    if (given == AT_NOW && at != AT_NOW) {
      deck_will_be(c, &command);
    }
    for (uint8_t d = 0; d < MAX_DECKS; ++d) {
      if (mask >> d & 1) {
        deck_will_move(c, d, at);
      }
    }
    answer_ok(c, call, NULL, 0);
  }
  return CALL_DONE;
}

static uint64_t
loaded(const Control* const c)
{
  uint64_t mask = 0;
  for (uint8_t d = 0; d < MAX_DECKS; ++d) {
    mask |= (uint64_t)(deck_stem(c, d) != NULL) << d;
  }
  return mask;
}

Progress
run_start(Control* const c, Call* const call)
{
  uint64_t mask = 0;
  for (int i = 1; i < call->count; ++i) {
    const uint8_t deck = (uint8_t)(call->values[i].number - 1.0);
    if (!deck_loaded(c, call, deck)) {
      return CALL_DONE;
    }
    mask |= UINT64_C(1) << deck;
  }
  mask = call->count == 1 ? loaded(c) : mask;
  if (!mask) {
    answer_error(c, call, "all decks are empty: load a track first");
    return CALL_DONE;
  }
  if (!(mask & ~call->without)) {
    answer_error(c, call, "taken back: its decks were stopped before");
    return CALL_DONE;
  }
  return start(c, call, mask & ~call->without);
}

Progress
run_group_play(Control* const c, Call* const call)
{
  const uint64_t mask = c->groups[call->k].members & loaded(c) & ~call->without;
  if (!mask) {
    answer_error(c, call, "no deck of group %d has a track that could start", call->k + 1);
    return CALL_DONE;
  }
  return start(c, call, mask);
}

/// Stop what plays at once, and again behind what still waits, so that a play behind a slow load doesn't outlive it.
static bool
stop_behind_queue(Control* const c, const uint8_t deck, const int64_t at)
{
  Words w = {.count = 0};
  char  address[32];
  for (size_t i = 0; i < table_size; ++i) {
    if (table[i].run == run_stop) {
      table_address(&table[i], deck, 0, address, sizeof(address));
    }
  }
  w.address        = address;
  Call* const call = call_new(&w, NULL, c->present, NULL);
  if (call) {
    call->silent = true;
    call->at     = at;
    control_submit_call(c, call);
  }
  return call != NULL;
}

/// Of decks with something in their queue.
static bool
stop_behind_queues(Control* const c, const Call* const call, const uint64_t decks)
{
  for (uint8_t d = 0; d < MAX_DECKS; ++d) {
    if ((decks >> d & 1) && c->queues[d].count && !stop_behind_queue(c, d, call->at)) {
      answer_error(c, call, "no memory to stop deck %d behind its load", d + 1);
      return false;
    }
  }
  return true;
}

Progress
run_stop_all(Control* const c, Call* const call)
{
  const Command command = {.kind = COMMAND_STOP_ALL, .takes_back = take_back_starts(c, call, call->at, UINT64_MAX)};
  if (control_command(c, call, call->at, &command) && stop_behind_queues(c, call, c->present)) {
    answer_ok(c, call, NULL, 0);
  }
  return CALL_DONE;
}

Progress
run_group_stop(Control* const c, Call* const call)
{
  const uint64_t decks = c->groups[call->k].members;
  const int64_t  at    = when(c, call);
  if (!decks) {
    answer_error(c, call, "group %d has no decks: /group/%d/add one first", call->k + 1, call->k + 1);
    return CALL_DONE;
  }
  const Command command = {
    .kind = COMMAND_START, .takes_back = take_back_starts(c, call, at, decks), .decks = {0, decks}};
  if (control_command(c, call, at, &command) && (at != AT_NOW || stop_behind_queues(c, call, decks))) {
    answer_ok(c, call, NULL, 0);
  }
  return CALL_DONE;
}
