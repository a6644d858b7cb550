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
  for (uint8_t d = 0; d < c->ops.decks; ++d) {
    ready = mask >> d & 1 && c->decks[d].ready_at > ready ? c->decks[d].ready_at : ready;
  }
  return call->at != AT_NOW || (at == AT_NOW && ready == now) ? at : ready;
}

static Progress
transport(Control* const c, Call* const call, const CommandKind kind)
{
  if (!deck_loaded(c, call, call->deck)) {
    return CALL_DONE;
  }
  const Command command = {.kind = (uint16_t)kind, .deck = call->deck};
  const int64_t given   = when(c, call);
  const int64_t at      = given == AT_NOW ? AT_NOW : when_ready(c, call, UINT64_C(1) << call->deck, given);
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
  for (uint8_t d = 0; call->count == 1 && d < c->ops.decks; ++d) {
    mask |= (uint64_t)(deck_stem(c, d) != NULL) << d;
  }
  if (!mask) {
    answer_error(c, call, "all decks are empty: load a track first");
    return CALL_DONE;
  }
  const int64_t given   = when(c, call);
  const int64_t at      = when_ready(c, call, mask, given);
  const Command command = {.at = at, .kind = COMMAND_START, .decks = {mask}};
  if (control_command(c, call, at, &command)) {
    if (given == AT_NOW && at != AT_NOW) {
      deck_will_be(c, &command);
    }
    for (uint8_t d = 0; d < c->ops.decks; ++d) {
      if (mask >> d & 1) {
        deck_will_move(c, d, at);
      }
    }
    answer_ok(c, call, NULL, 0);
  }
  return CALL_DONE;
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
  Call* const call = call_new(&w, NULL, c->ops.decks, NULL);
  if (call) {
    call->silent = true;
    call->at     = at;
    control_submit_call(c, call);
  }
  return call != NULL;
}

Progress
run_stop_all(Control* const c, Call* const call)
{
  const Command command = {.kind = COMMAND_STOP_ALL};
  if (!control_command(c, call, call->at, &command)) {
    return CALL_DONE;
  }
  for (uint8_t d = 0; d < c->ops.decks; ++d) {
    if (c->queues[d].count && !stop_behind_queue(c, d, call->at)) {
      answer_error(c, call, "no memory to stop deck %d behind its load", d + 1);
      return CALL_DONE;
    }
  }
  answer_ok(c, call, NULL, 0);
  return CALL_DONE;
}
