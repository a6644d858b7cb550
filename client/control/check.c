// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/params.h"
#include "control/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/// Write "0.25 .. 4", "0 or 1", "a, b or thru": what an argument may be.
static void
write_range(const ArgSpec* const a, char* const out, const size_t size)
{
  const char* const unit = a->unit ? a->unit : "";
  switch (a->kind) {
    case ARG_NUMBER:
    case ARG_WHOLE:
      snprintf(out, size, "%s%.10g .. %.10g%s%s", a->kind == ARG_WHOLE ? "a whole number " : "", a->minimum, a->maximum,
               *unit ? " " : "", unit);
      break;
    case ARG_SWITCH:
      snprintf(out, size, "0 or 1");
      break;
    case ARG_CHOICE: {
      out[0]     = '\0';
      size_t n   = 0;
      size_t len = 0;
      for (const char* w = a->words; *w && n + 1 < size; w += len + (w[len] == '|')) {
        len                    = strcspn(w, "|");
        const char* const then = !w[len] ? "" : strchr(w + len + 1, '|') ? ", " : " or ";
        const int         put  = snprintf(out + n, size - n, "%.*s%s", (int)len, w, then);
        n += put > 0 ? (size_t)put : 0;
      }
      break;
    }
    case ARG_TEXT:
    case ARG_FILE:
    case ARG_PATH:
      snprintf(out, size, "text");
      break;
    case ARG_DECKS:
      snprintf(out, size, "deck numbers");
      break;
    case ARG_NONE:
      out[0] = '\0';
  }
}

void
table_usage(const Entry* const e, char* const out, const size_t size)
{
  size_t n = 0;
  out[0]   = '\0';
  for (int i = 0; i < MAX_SPECS && e->args[i].kind && n + 1 < size; ++i) {
    const ArgSpec* const a   = &e->args[i];
    const int            put = snprintf(out + n, size - n, "%s%s%s%s%s", i ? " " : "", a->optional ? "[" : "", a->name,
                             a->kind == ARG_DECKS ? "..." : "", a->optional ? "]" : "");
    n += put > 0 ? (size_t)put : 0;
  }
}

void
table_help(const Entry* const e, char* const out, const size_t size)
{
  size_t n = (size_t)snprintf(out, size, "%s", e->help);
  for (int i = 0; i < MAX_SPECS && e->args[i].kind && n < size; ++i) {
    const ArgSpec* const a = &e->args[i];
    if (a->kind == ARG_TEXT || a->kind == ARG_FILE || a->kind == ARG_PATH || a->kind == ARG_DECKS) {
      continue;
    }
    char range[80];
    write_range(a, range, sizeof(range));
    n += (size_t)snprintf(out + n, size - n, "; %s: %s", a->name, range);
  }
  if (e->control && n < size) {
    const double      initial = e->control == CONTROL_PARAM ? (double)param_default(e->param) : 0.0;
    const char* const first   = e->args[0].words; // choices begin with their default
    if (e->args[0].kind == ARG_CHOICE) {
      snprintf(out + n, size - n, ", default %.*s", (int)strcspn(first, "|"), first);
    } else {
      snprintf(out + n, size - n, ", default %g", initial);
    }
  }
}

static bool
choose(const ArgSpec* const a, Value* const v)
{
  double index = 0.0;
  for (const char* w = a->words;; ++index) {
    const size_t len = strcspn(w, "|");
    if (value_is_number(v) ? v->number == index : strlen(v->text) == len && !strncasecmp(v->text, w, len)) {
      *v = value_double(index);
      return true;
    }
    if (!w[len]) {
      return false;
    }
    w += len + 1;
  }
}

/// Whether `v` is what `a` wants; it is converted.
static bool
fits(const ArgSpec* const a, const uint32_t decks, Value* const v)
{
  switch (a->kind) {
    case ARG_NUMBER:
    case ARG_WHOLE:
      return value_is_number(v) && v->number >= a->minimum && v->number <= a->maximum && // not true of NaN
             (a->kind == ARG_NUMBER || v->number == floor(v->number));
    case ARG_SWITCH:
      return value_is_number(v) && (v->number == 0.0 || v->number == 1.0);
    case ARG_CHOICE:
      return choose(a, v);
    case ARG_DECKS:
      return value_is_number(v) && v->number >= 1.0 && v->number <= decks && v->number == floor(v->number);
    case ARG_TEXT:
    case ARG_FILE:
    case ARG_PATH:
      if (v->text && *v->text) { // a number in a line has its text too
        v->type = VALUE_TEXT;
        return true;
      }
      return false;
    case ARG_NONE:
      break;
  }
  return false;
}

static Status
refuse_value(const Entry* const   e,
             const ArgSpec* const a,
             const uint32_t       decks,
             const Value* const   v,
             Error* const         error)
{
  char range[80];
  char got[64] = "";
  write_range(a, range, sizeof(range));
  line_append(got, sizeof(got), v);
  if (a->kind == ARG_DECKS && value_is_number(v)) {
    return error_set(error, STATUS_BAD_VALUE, "no deck %s: there are %u", got, decks);
  }
  if (a->kind == ARG_TEXT || a->kind == ARG_FILE || a->kind == ARG_PATH) {
    return error_set(error, STATUS_BAD_VALUE, "%s must be a text that isn't empty, not %s", a->name, got);
  }
  return error_set(error, STATUS_BAD_VALUE, "%s must be %s, not %s", a->name, range, got);
}

Status
table_check(const Entry* const e, const uint32_t decks, Value* const values, int* const count, Error* const error)
{
  int  least = 0;
  int  most  = 0;
  bool many  = false;
  for (int i = 0; i < MAX_SPECS && e->args[i].kind; ++i) {
    least += !e->args[i].optional;
    many = e->args[i].kind == ARG_DECKS;
    ++most;
  }
  if (*count < least || (*count > most && !many)) {
    char usage[120];
    table_usage(e, usage, sizeof(usage));
    return error_set(error, STATUS_BAD_VALUE, "expects %s%s, got %d argument%s", *usage ? "" : "no arguments", usage,
                     *count, *count == 1 ? "" : "s");
  }
  for (int i = 0; i < *count; ++i) {
    const ArgSpec* const a = &e->args[i < most ? i : most - 1];
    if (!fits(a, decks, &values[i])) {
      return refuse_value(e, a, decks, &values[i], error);
    }
  }
  return STATUS_OK;
}
