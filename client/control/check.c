// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/params.h"
#include "control/table.h"
#include "msg/limits.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool
is_deck(const ArgSpec* const a)
{
  return a->kind == ARG_DECK || a->kind == ARG_DECKS;
}

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
      snprintf(out, size, "text");
      break;
    case ARG_FILE:
      snprintf(out, size, "a file to read");
      break;
    case ARG_PATH:
      snprintf(out, size, "a file to write");
      break;
    case ARG_DECK:
    case ARG_DECKS:
      snprintf(out, size, "a deck's number");
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

/// What an argument is when nobody has said anything, "" where that means nothing.
static void
write_initial(const Entry* const e, const ArgSpec* const a, char* const out, const size_t size)
{
  bool some = false;
  for (int i = 0; i < MAX_SPECS; ++i) {
    some = some || e->args[i].optional;
  }
  if (e->initial && (some ? a->optional : a == &e->args[0])) {
    snprintf(out, size, "%s", e->initial);
  } else if (e->control && a->kind == ARG_CHOICE) { // choices begin with their default
    snprintf(out, size, "%.*s", (int)strcspn(a->words, "|"), a->words);
  } else if (e->control) {
    snprintf(out, size, "%g", e->control == CONTROL_PARAM ? (double)param_default(e->param) : 0.0);
  } else {
    out[0] = '\0';
  }
}

/// printf onto the end of a text, which is cut when it is full.
__attribute__((format(printf, 3, 4))) static void
append(char* const out, const size_t size, const char* const format, ...)
{
  const size_t n = strlen(out);
  va_list      args;
  va_start(args, format);
  vsnprintf(out + n, size - n, format, args);
  va_end(args);
}

void
table_help(const Entry* const e, char* const out, const size_t size)
{
  snprintf(out, size, "%s", e->help);
  for (int i = 0; i < MAX_SPECS && e->args[i].kind; ++i) {
    char range[80];
    char initial[40];
    write_range(&e->args[i], range, sizeof(range));
    write_initial(e, &e->args[i], initial, sizeof(initial));
    append(out, size, "; %s: %s%s%s", e->args[i].name, range, *initial ? ", default " : "", initial);
  }
  if (e->slots) {
    append(out, size, "; K: 1 .. %u", e->slots);
  }
}

void
table_spec(const Entry* const e, char* const out, const size_t size)
{
  static const char* const kinds[] = {"",     "number", "whole", "switch", "choice",
                                      "text", "file",   "path",  "deck",   "decks"};
  out[0]                           = '\0';
  for (int i = 0; i < MAX_SPECS && e->args[i].kind; ++i) {
    const ArgSpec* const a = &e->args[i];
    char                 initial[40];
    write_initial(e, a, initial, sizeof(initial));
    append(out, size, "%s%s%s:%s", i ? " " : "", a->optional ? "?" : "", a->name, kinds[a->kind]);
    if (a->kind == ARG_NUMBER || a->kind == ARG_WHOLE) {
      append(out, size, ":%.10g:%.10g%s%s", a->minimum, a->maximum, a->unit ? ":" : "", a->unit ? a->unit : "");
    } else if (a->kind == ARG_CHOICE) {
      append(out, size, ":%s", a->words);
    }
    append(out, size, "%s%s", *initial ? "=" : "", initial);
  }
}

void
table_uses(const Entry* const e, char* const out, const size_t size)
{
  out[0] = '\0';
  append(out, size, "%s%s%s%s%s", e->run ? "set " : "", e->read ? "get " : "", e->ramp ? "ramp " : "",
         e->score ? "score " : "", e->meter ? "meter " : "");
  if (e->slots) {
    append(out, size, "slots:%u ", e->slots);
  }
  out[strlen(out) - 1] = '\0';
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
fits(const ArgSpec* const a, const uint64_t decks, Value* const v)
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
    case ARG_DECK:
    case ARG_DECKS:
      return value_is_number(v) && v->number >= 1.0 && v->number <= MAX_DECKS && v->number == floor(v->number) &&
             (decks >> ((unsigned)v->number - 1) & 1);
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
             const uint64_t       decks,
             const Value* const   v,
             Error* const         error)
{
  char range[80];
  char got[64] = "";
  write_range(a, range, sizeof(range));
  line_append(got, sizeof(got), v);
  if (is_deck(a) && value_is_number(v) && v->number >= 0.0 && v->number < 1e6 && v->number == floor(v->number)) {
    return table_no_deck((unsigned)v->number, decks, error);
  }
  if (a->kind == ARG_TEXT || a->kind == ARG_FILE || a->kind == ARG_PATH) {
    return error_set(error, STATUS_BAD_VALUE, "%s must be a text that isn't empty, not %s", a->name, got);
  }
  return error_set(error, STATUS_BAD_VALUE, "%s must be %s, not %s", a->name, range, got);
}

Status
table_check(const Entry* const e, const uint64_t decks, Value* const values, int* const count, Error* const error)
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
