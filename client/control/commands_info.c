// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/commands.h"
#include "control/pattern.h"
#include "control/score.h"
#include "control/state.h"
#include "control/subscribers.h"

#include <stdio.h>
#include <string.h>

/// Answer one `/value`.  false: there is none now.
static bool
send_value(Control* const c, const Call* const call, const Entry* const e, const uint8_t deck, const uint8_t k)
{
  char  address[MAX_ADDRESS];
  Value v[1 + MAX_READ];
  table_address(e, deck, k, address, sizeof(address));
  v[0]        = value_text(address);
  c->asker    = &call->sender;
  const int n = e->read(c, e, deck, k, v + 1);
  c->asker    = NULL;
  if (n) {
    answer_send(c, &call->sender, "/value", v, n + 1);
  }
  return n > 0;
}

/// For all that a pattern names.
typedef struct {
  Control*    c;
  const Call* call;
  int         found;
} Asked;

static void
send_matching(void* const data, const Entry* const e, const uint8_t deck, const uint8_t k)
{
  Asked* const a = data;
  if (e->read) {
    ++a->found;
    send_value(a->c, a->call, e, deck, k);
  }
}

Progress
run_get(Control* const c, Call* const call)
{
  const char* const what = call->values[0].text;
  Error             error;
  if (is_pattern(what)) {
    Asked asked = {c, call, 0};
    if (table_match(what, c->present, send_matching, &asked, &error)) {
      answer_error(c, call, "%s", error.text);
    } else if (!asked.found) {
      answer_error(c, call, "nothing that can be read matches %s", what);
    } else {
      answer_ok(c, call, NULL, 0);
    }
    return CALL_DONE;
  }
  uint8_t            deck = 0;
  uint8_t            k    = 0;
  const Entry* const e    = table_find(what, c->present, &deck, &k, &error);
  if (!e) {
    answer_error(c, call, "%s", error.text);
  } else if (!e->read) {
    answer_error(c, call, "%s has no value to read", what);
  } else if (!send_value(c, call, e, deck, k)) {
    answer_error(c, call, "%s isn't set", what);
  } else {
    answer_ok(c, call, NULL, 0);
  }
  return CALL_DONE;
}

Progress
run_subscribe(Control* const c, Call* const call)
{
  const char* const what = call->values[0].text;
  const double      rate = call->values[1].number;
  Error             error;
  if (rate == 0.0) {
    unsubscribe(c, &call->sender, what);
  } else if (call->sender.kind == SENDER_NONE) {
    answer_error(c, call, "there is nobody to be told: subscribe over OSC");
    return CALL_DONE;
  } else if (subscribe(c, &call->sender, what, rate, &error)) {
    answer_error(c, call, "%s", error.text);
    return CALL_DONE;
  }
  answer_ok(c, call, NULL, 0);
  return CALL_DONE;
}

Progress
run_ready(Control* const c, Call* const call)
{
  answer_send(c, &call->sender, "/ready", NULL, 0); // that this is carried out is the proof
  answer_ok(c, call, NULL, 0);
  return CALL_DONE;
}

static void
send_help(Control* const c, const Call* const call, const Entry* const e)
{
  char usage[120];
  char help[600];
  char spec[400];
  char uses[80];
  table_usage(e, usage, sizeof(usage));
  table_help(e, help, sizeof(help));
  table_spec(e, spec, sizeof(spec));
  table_uses(e, uses, sizeof(uses));
  const Value v[] = {value_text(e->address), value_text(e->run ? usage : "(/get only)"), value_text(help),
                     value_text(spec), value_text(uses)};
  answer_send(c, &call->sender, "/help", v, 5);
}

Progress
run_help(Control* const c, Call* const call)
{
  if (!call->count) {
    for (size_t i = 0; i < table_size; ++i) {
      send_help(c, call, &table[i]);
    }
    answer_ok(c, call, NULL, 0);
    return CALL_DONE;
  }
  const char* const what  = call->values[0].text;
  int               found = 0;
  for (size_t i = 0; i < table_size; ++i) {
    if (pattern_matches(what, table[i].address)) { // as /help writes it, or a pattern of it
      send_help(c, call, &table[i]);
      ++found;
    }
  }
  uint8_t            deck = 0;
  uint8_t            k    = 0;
  Error              error;
  const Entry* const e = found ? NULL : table_find(what, c->present, &deck, &k, &error);
  if (e) {
    send_help(c, call, e);
  }
  if (found || e) {
    answer_ok(c, call, NULL, 0);
  } else {
    answer_error(c, call, "%s", error.text);
  }
  return CALL_DONE;
}

static void
send_stat(void* const data, const char* const key, const Value* const value)
{
  const Call* const call = ((void**)data)[1];
  char              address[MAX_ADDRESS];
  snprintf(address, sizeof(address), "/stats/%s", key);
  answer_send(((void**)data)[0], &call->sender, address, value, 1);
}

Progress
run_stats(Control* const c, Call* const call)
{
  void* data[2] = {c, call};
  stats_list(c, send_stat, data);
  answer_ok(c, call, NULL, 0);
  return CALL_DONE;
}

Progress
run_stats_reset(Control* const c, Call* const call)
{
  const Command command = {.kind = COMMAND_STATS_RESET};
  if (control_command(c, call, call->at, &command)) {
    stats_reset(c);
    answer_ok(c, call, NULL, 0);
  }
  return CALL_DONE;
}

Progress
run_quit(Control* const c, Call* const call)
{
  call->for_time = call->at != AT_NOW && now_of(c) < call->at;
  if (call->for_time) {
    return CALL_WAITS;
  }
  answer_ok(c, call, NULL, 0);
  control_quit(c);
  return CALL_DONE;
}
