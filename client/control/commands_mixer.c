// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/commands.h"
#include "control/state.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double MAX_SHIFT = 12.0; ///< semitones, that the pitch plugin can make

int64_t
time_for(const Control* const c, const Call* const call, const uint8_t deck)
{
  if (deck >= MAX_DECKS) {
    return call->at;
  }
  const Queue* const q     = &c->queues[deck];
  bool               early = call->at != AT_NOW && deck_is_idle(c, deck);
  for (size_t i = 0; early && i < q->count; ++i) {
    early = call_order(q->calls[i]) >= call->at;
  }
  return early ? AT_NOW : call->at;
}

/// Set an engine's control.  false: the call was answered.
static bool
set_param(Control* const     c,
          const Call* const  call,
          const Entry* const e,
          const uint8_t      deck,
          const uint8_t      k,
          const double       value,
          const uint32_t     ramp_frames)
{
  const Command command = {
    .kind = COMMAND_PARAM, .deck = deck, .param = {e->param, e->slots ? k : 0, (float)value, ramp_frames}};
  const bool of_deck = e->param < PARAM_CROSSFADER;
  return control_command(c, call, of_deck && !ramp_frames ? time_for(c, call, deck) : call->at, &command);
}

static bool
set_port(Control* const    c,
         const Call* const call,
         const uint8_t     deck,
         const uint8_t     slot,
         const char* const symbol,
         const double      value,
         const uint32_t    ramp_frames)
{
  OpsPort port;
  Error   error;
  if (c->ops.plugin_port(c->ops.self, deck, slot, symbol, &port, &error)) {
    answer_error(c, call, "%s", error.text);
    return false;
  }
  const Command command = {.kind = COMMAND_PORT, .deck = deck, .port = {slot, port.port, (float)value, ramp_frames}};
  return control_command(c, call, ramp_frames ? call->at : time_for(c, call, deck), &command);
}

static bool
is_of_shift(const Entry* const e)
{
  return e->control == CONTROL_PARAM &&
         (e->param == PARAM_PITCH || e->param == PARAM_KEYLOCK || e->param == PARAM_SPEED);
}

/// Answer that control `e` of a deck goes to `target`, there `frames` later; where key lock and pitch together then
/// want more than the plugin can shift, say so.
static void
answer_shift(Control* const     c,
             const Call* const  call,
             const Entry* const e,
             const uint8_t      deck,
             const double       target,
             const uint32_t     frames)
{
  const int64_t at = (call->at == AT_NOW ? now_of(c) : call->at) + frames;
  double        value[3];
  const Param   params[3] = {PARAM_PITCH, PARAM_KEYLOCK, PARAM_SPEED};
  for (int i = 0; i < 3; ++i) {
    value[i] = e->param == params[i] ? target : (double)params_value(c->params, params[i], deck, 0, at);
  }
  const double lock = value[1] != 0.0 ? -12.0 * log2(value[2]) : 0.0;
  char         text[160];
  if (fabs(value[0] + lock) <= MAX_SHIFT + 1e-6) {
    answer_ok(c, call, NULL, 0);
    return;
  }
  snprintf(text, sizeof(text), "limited to %g semitones: pitch %.4g and key lock %.4g are %.4g together",
           value[0] + lock > 0.0 ? MAX_SHIFT : -MAX_SHIFT, value[0], lock, value[0] + lock);
  const Value v = value_text(text);
  answer_ok(c, call, &v, 1);
}

Progress
run_param(Control* const c, Call* const call)
{
  const Entry* const e     = call->entry;
  const double       value = call->values[0].number;
  if (!set_param(c, call, e, call->deck, call->k, value, 0)) {
    return CALL_DONE;
  }
  if (is_of_shift(e)) {
    answer_shift(c, call, e, call->deck, value, 0);
  } else {
    answer_ok(c, call, NULL, 0);
  }
  return CALL_DONE;
}

Progress
run_port(Control* const c, Call* const call)
{
  const Entry* const e = call->entry;
  if (set_port(c, call, entry_chain(e, call->deck), e->slot, e->symbol, call->values[0].number, 0)) {
    answer_ok(c, call, NULL, 0);
  }
  return CALL_DONE;
}

bool
deck_owns_port(const uint8_t slot, const char* const symbol)
{
  return slot == SLOT_PITCH && (!strcmp(symbol, "semitones") || !strcmp(symbol, "cents") || !strcmp(symbol, "enabled"));
}

Status
check_port_value(Control* const c, const uint8_t chain, const uint8_t slot, const Call* const call, Error* const error)
{
  const char* const symbol = call->values[0].text;
  const double      value  = call->values[1].number;
  OpsPort           port;
  const Status      s = c->ops.plugin_port(c->ops.self, chain, slot, symbol, &port, error);
  if (s) {
    return s;
  }
  if (!port.input) {
    return error_set(error, STATUS_BAD_VALUE, "%s is an output of the plugin: it can't be set", symbol);
  }
  if (port.toggled && value != 0.0 && value != 1.0) {
    return error_set(error, STATUS_BAD_VALUE, "%s must be 0 or 1, not %.10g", symbol, value);
  }
  if (value < (double)port.minimum || value > (double)port.maximum || (port.integer && value != floor(value))) {
    return error_set(error, STATUS_BAD_VALUE, "%s must be %s%.10g .. %.10g, not %.10g", symbol,
                     port.integer ? "a whole number " : "", (double)port.minimum, (double)port.maximum, value);
  }
  return STATUS_OK;
}

Status
check_set(Control* const c, const Call* const call, Error* const error)
{
  const char* const symbol = call->values[0].text;
  if (deck_owns_port(call->entry->slot, symbol)) {
    return error_set(error, STATUS_BAD_VALUE, "%s is owned by the deck: use /deck/%d/pitch and /deck/%d/keylock",
                     symbol, call->deck + 1, call->deck + 1);
  }
  if (!deck_exists(c, call->deck)) { // a score adds it before
    return STATUS_OK;
  }
  return check_port_value(c, entry_chain(call->entry, call->deck), call->entry->slot, call, error);
}

Progress
run_set(Control* const c, Call* const call)
{
  const uint8_t chain = entry_chain(call->entry, call->deck);
  if (set_port(c, call, chain, call->entry->slot, call->values[0].text, call->values[1].number, 0)) {
    answer_ok(c, call, NULL, 0);
  }
  return CALL_DONE;
}

Status
check_ramp(Control* const c, const Call* const call, Error* const error)
{
  uint8_t            deck   = 0;
  uint8_t            k      = 0;
  const char* const  what   = call->values[0].text;
  const Entry* const e      = table_find(what, c->present | c->expected, &deck, &k, error);
  Value              target = call->values[1];
  int                one    = 1;
  if (!e) {
    return STATUS_NOT_FOUND;
  }
  if (!e->ramp) {
    return error_set(error, STATUS_BAD_VALUE, "%s isn't a continuous control: it can't be ramped", what);
  }
  return table_check(e, c->present | c->expected, &target, &one, error);
}

Progress
run_ramp(Control* const c, Call* const call)
{
  uint8_t            deck = 0;
  uint8_t            k    = 0;
  Error              error;
  const Entry* const e = table_find(call->values[0].text, c->present, &deck, &k, &error);
  if (!e) { // its deck went meanwhile
    answer_error(c, call, "%s", error.text);
    return CALL_DONE;
  }
  const double   target = call->values[1].number;
  const uint32_t frames = (uint32_t)frames_of(c, call->values[2].number);
  const bool     done   = e->control == CONTROL_PARAM
                            ? set_param(c, call, e, deck, k, target, frames)
                            : set_port(c, call, entry_chain(e, deck), e->slot, e->symbol, target, frames);
  if (done && is_of_shift(e)) {
    answer_shift(c, call, e, deck, target, frames);
  } else if (done) {
    answer_ok(c, call, NULL, 0);
  }
  return CALL_DONE;
}
