// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/answer.h"

#include "base/log.h"
#include "control/osc.h"
#include "control/score.h"
#include "control/state.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAX_LINE = 8192 };

static void
send_line(const Sender* const to, const char* const address, const Value* const values, const int count)
{
  char line[MAX_LINE];
  snprintf(line, sizeof(line), "%s", address);
  for (int i = 0; i < count; ++i) {
    line_append(line, sizeof(line), &values[i]);
  }
  to->line.answer(to->line.data, line);
}

bool
sender_same(const Sender* const a, const Sender* const b)
{
  if (a->kind != b->kind) {
    return false;
  }
  switch (a->kind) {
    case SENDER_LINE:
      return a->line.answer == b->line.answer && a->line.data == b->line.data;
    case SENDER_UDP:
      return a->udp.length == b->udp.length && !memcmp(&a->udp.address, &b->udp.address, a->udp.length);
    case SENDER_TCP:
      return a->tcp == b->tcp;
    case SENDER_SCORE:
      return a->score.score == b->score.score;
    case SENDER_NONE:
      break;
  }
  return true;
}

void
answer_send(Control* const      c,
            const Sender* const to,
            const char* const   address,
            const Value* const  values,
            const int           count)
{
  switch (to->kind) {
    case SENDER_LINE:
      send_line(to, address, values, count);
      break;
    case SENDER_UDP:
    case SENDER_TCP:
      osc_send(c->osc, to, address, values, count);
      break;
    case SENDER_SCORE:
    case SENDER_NONE:
      break; // only errors are told
  }
}

void
answer_ok(Control* const c, const Call* const call, const Value* const values, const int count)
{
  if (call->silent) {
    return;
  }
  Value v[MAX_VALUES];
  int   n = 0;
  v[n++]  = value_text(call->address);
  if (call->id) {
    v[n++] = value_text(call->id);
  }
  for (int i = 0; i < count; ++i) {
    v[n++] = values[i];
  }
  answer_send(c, &call->sender, "/ok", v, n);
  if (call->sender.kind == SENDER_SCORE) {
    score_answered(call->sender.score.score, call->sender.score.index);
  }
}

void
answer_refuse(Control* const      c,
              const Sender* const to,
              const char* const   address,
              const char* const   id,
              const char* const   text)
{
  Value v[3];
  int   n = 0;
  v[n++]  = value_text(address);
  if (id) {
    v[n++] = value_text(id);
  }
  v[n++] = value_text(text);
  if (to->kind == SENDER_NONE) {
    log_error("%s: %s", address, text);
  } else if (to->kind == SENDER_SCORE) {
    ++c->refused;
    log_error("%s: %s: %s", score_place(to->score.score, to->score.index), address, text);
    score_answered(to->score.score, to->score.index);
  } else {
    answer_send(c, to, "/error", v, n);
  }
}

void
answer_error(Control* const c, const Call* const call, const char* const format, ...)
{
  Error   error;
  va_list args;
  if (call->silent) {
    return;
  }
  va_start(args, format);
  vsnprintf(error.text, sizeof(error.text), format, args);
  va_end(args);
  answer_refuse(c, &call->sender, call->address, call->id, error.text);
}
