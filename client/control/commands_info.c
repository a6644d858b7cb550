// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/commands.h"
#include "control/pattern.h"
#include "control/score.h"
#include "control/state.h"

#include <stdio.h>
#include <string.h>

enum { MAX_ADDRESS = 128 };

/// Answer one `/value`.  false: there is none now.
static bool
send_value(Control* const c, const Call* const call, const Entry* const e, const uint8_t deck, const uint8_t k)
{
  char  address[MAX_ADDRESS];
  Value v[3];
  table_address(e, deck, k, address, sizeof(address));
  v[0]        = value_text(address);
  const int n = e->read(c, e, deck, k, v + 1);
  if (n) {
    answer_send(c, &call->sender, "/value", v, n + 1);
  }
  return n > 0;
}

/// Answer all of an entry that the pattern names; returns how many addresses there were.
static int
send_matching(Control* const c, const Call* const call, const Entry* const e, const char* const pattern)
{
  const bool per_deck = strstr(e->address, "/N/") != NULL;
  int        found    = 0;
  for (uint8_t d = 0; d < (per_deck ? c->ops.decks : 1); ++d) {
    for (uint8_t k = 0; k < (e->slots ? e->slots : 1); ++k) {
      char address[MAX_ADDRESS];
      table_address(e, d, k, address, sizeof(address));
      if (pattern_matches(pattern, address)) {
        ++found;
        send_value(c, call, e, d, k);
      }
    }
  }
  return found;
}

Progress
run_get(Control* const c, Call* const call)
{
  const char* const what = call->values[0].text;
  if (is_pattern(what)) {
    int found = 0;
    for (size_t i = 0; i < table_size; ++i) {
      found += table[i].read ? send_matching(c, call, &table[i], what) : 0;
    }
    if (!found) {
      answer_error(c, call, "nothing that can be read matches %s", what);
      return CALL_DONE;
    }
    answer_ok(c, call, NULL, 0);
    return CALL_DONE;
  }
  uint8_t            deck = 0;
  uint8_t            k    = 0;
  Error              error;
  const Entry* const e = table_find(what, c->ops.decks, &deck, &k, &error);
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

static void
send_help(Control* const c, const Call* const call, const Entry* const e)
{
  char usage[120];
  char help[400];
  table_usage(e, usage, sizeof(usage));
  table_help(e, help, sizeof(help));
  const Value v[] = {value_text(e->address), value_text(e->run ? usage : "(/get only)"), value_text(help)};
  answer_send(c, &call->sender, "/help", v, 3);
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
  const Entry* const e = found ? NULL : table_find(what, c->ops.decks, &deck, &k, &error);
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
