// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/value.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Value
value_int(const int64_t number)
{
  return (Value){VALUE_INT, (double)number, NULL};
}

Value
value_float(const float number)
{
  return (Value){VALUE_FLOAT, (double)number, NULL};
}

Value
value_double(const double number)
{
  return (Value){VALUE_DOUBLE, number, NULL};
}

Value
value_text(const char* const text)
{
  return (Value){VALUE_TEXT, 0.0, text};
}

bool
value_is_number(const Value* const v)
{
  return v->type != VALUE_TEXT;
}

void
words_take_id(Words* const w)
{
  w->id = NULL;
  if (w->count && w->values[0].type == VALUE_TEXT && w->values[0].text[0] == '#') {
    w->id = w->values[0].text;
    memmove(w->values, w->values + 1, (size_t)--w->count * sizeof(Value));
  }
}

static bool
is_blank(const char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool
number_read(const char* const text, double* const out)
{
  if (!text[0] || text[strspn(text, "+-.0123456789eE")] || !strpbrk(text, "0123456789")) {
    return false; // strtod takes "inf", "nan" and "0x10" too: names, here
  }
  char* end = NULL;
  *out      = strtod(text, &end);
  return !*end && isfinite(*out);
}

/// The value of an unquoted word: a number where it looks like one.
static Value
word_value(const char* const word)
{
  Value v = value_text(word);
  if (number_read(word, &v.number)) {
    v.type = strpbrk(word, ".eE") || fabs(v.number) > 9e15 ? VALUE_DOUBLE : VALUE_INT;
  }
  return v;
}

const char*
line_word(const char* line, const char** const begin, size_t* const length)
{
  while (is_blank(*line)) {
    ++line;
  }
  if (!*line || *line == '#') {
    return NULL;
  }
  *begin = line;
  while (*line && !is_blank(*line)) {
    ++line;
  }
  *length = (size_t)(line - *begin);
  return line;
}

/// Copy a quoted word to `*out`, which moves on.  Returns what follows the closing quote, NULL: there is none.
static const char*
read_quoted(const char* in, char** const out)
{
  for (++in; *in != '"'; ++in) {
    if (*in == '\\' && (in[1] == '"' || in[1] == '\\')) {
      ++in;
    }
    if (!*in) {
      return NULL;
    }
    *(*out)++ = *in;
  }
  return in + 1;
}

Status
words_read(Words* const w, const char* line, char* storage, Error* const error)
{
  w->address = NULL;
  w->id      = NULL;
  w->count   = 0;
  for (;;) {
    while (is_blank(*line)) {
      ++line;
    }
    if (!*line || *line == '#') {
      break;
    }
    char* const word   = storage;
    const bool  quoted = *line == '"';
    if (quoted) {
      line = read_quoted(line, &storage);
      if (!line) {
        return error_set(error, STATUS_BAD_VALUE, "a quote (\") isn't closed");
      }
      if (*line && !is_blank(*line)) {
        return error_set(error, STATUS_BAD_VALUE, "there must be a blank after a closing quote (\")");
      }
    } else {
      while (*line && !is_blank(*line)) {
        *storage++ = *line++;
      }
    }
    const bool last = !*line; // then there is no blank whose place the end could take, but the line's own end
    *storage++      = '\0';
    if (!w->address) {
      w->address = word;
    } else if (w->count == MAX_VALUES) {
      return error_set(error, STATUS_BAD_VALUE, "more than %d arguments", MAX_VALUES);
    } else {
      w->values[w->count++] = quoted ? value_text(word) : word_value(word);
    }
    if (last) {
      break;
    }
    ++line; // the blank, whose byte in the storage is used up
  }
  if (!w->address) {
    return error_set(error, STATUS_NOT_FOUND, "there is no command");
  }
  if (w->address[0] != '/') {
    return error_set(error, STATUS_BAD_VALUE, "a command begins with /, \"%.60s\" doesn't", w->address);
  }
  words_take_id(w);
  return STATUS_OK;
}

void
number_write(char* const out, const size_t size, const Value* const v)
{
  if (v->type == VALUE_INT) {
    snprintf(out, size, "%.0f", v->number);
    return;
  }
  for (int digits = 6; digits <= 17; ++digits) {
    snprintf(out, size, "%.*g", digits, v->number);
    const double back = strtod(out, NULL);
    if (v->type == VALUE_FLOAT ? (float)back == (float)v->number : back == v->number) {
      break;
    }
  }
}

static void
append(char* const out, const size_t size, const char* const text)
{
  size_t used = strlen(out);
  for (const char* c = text; *c && used + 1 < size; ++c) {
    const unsigned char byte = (unsigned char)*c;
    out[used++]              = byte < 32 || byte == 127 ? '?' : *c;
  }
  out[used] = '\0';
}

void
line_append(char* const out, const size_t size, const Value* const v)
{
  if (out[0]) {
    append(out, size, " ");
  }
  if (value_is_number(v)) {
    char text[40];
    number_write(text, sizeof(text), v);
    append(out, size, text);
    return;
  }
  double number = 0.0;
  if (v->text[0] && !strpbrk(v->text, " \t\r\n\"\\#") && !number_read(v->text, &number)) {
    append(out, size, v->text);
    return;
  }
  append(out, size, "\"");
  for (const char* c = v->text; *c; ++c) {
    const char pair[3] = {*c == '"' || *c == '\\' ? '\\' : *c, *c == '"' || *c == '\\' ? *c : '\0', '\0'};
    append(out, size, pair);
  }
  append(out, size, "\"");
}
