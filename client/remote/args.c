// SPDX-License-Identifier: GPL-3.0-or-later
#include "remote/args.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Stricter than strtod, which also takes "inf", "nan" and hexadecimal: those are names here.
static bool
looks_like_number(const char* const word)
{
  return word[0] && !word[strspn(word, "+-.0123456789eE")] && strpbrk(word, "0123456789");
}

void
args_add(const lo_message m, const char* const word)
{
  char* end = NULL;
  if (looks_like_number(word)) {
    errno        = 0;
    const long i = strtol(word, &end, 10);
    if (!*end && !errno && i >= INT32_MIN && i <= INT32_MAX) {
      lo_message_add_int32(m, (int32_t)i);
      return;
    }
    const double d = strtod(word, &end);
    if (!*end && isfinite(d)) {
      lo_message_add_double(m, d); // a float would be off by several frames in a long track
      return;
    }
  }
  lo_message_add_string(m, word);
}

typedef struct {
  char*  text;
  size_t size, used;
} Line;

static void
put(Line* const l, const char* const text)
{
  for (const char* c = text; *c && l->used + 1 < l->size; ++c) {
    const unsigned char byte = (unsigned char)*c;
    l->text[l->used++]       = byte < 32 || byte == 127 ? '?' : *c;
  }
  l->text[l->used] = '\0';
}

static void
put_string(Line* const l, const char* const s)
{
  if (*s && !strpbrk(s, " \t\"#")) {
    put(l, s);
    return;
  }
  put(l, "\"");
  for (const char* c = s; *c; ++c) {
    const char pair[3] = {*c == '"' || *c == '\\' ? '\\' : *c, *c == '"' || *c == '\\' ? *c : '\0', '\0'};
    put(l, pair);
  }
  put(l, "\"");
}

/// The shortest text that reads back as the same number.
static void
put_number(Line* const l, const double value, const bool is_float)
{
  char text[40];
  for (int digits = 6; digits <= 17; ++digits) {
    snprintf(text, sizeof(text), "%.*g", digits, value);
    const double back = strtod(text, NULL);
    if (is_float ? (float)back == (float)value : back == value) {
      break;
    }
  }
  put(l, text);
}

void
args_line(const char* const address, const lo_message m, char* const line, const size_t size)
{
  Line           l     = {.text = line, .size = size};
  char* const    types = lo_message_get_types(m);
  lo_arg** const argv  = lo_message_get_argv(m);
  put(&l, address);
  for (int i = 0; i < lo_message_get_argc(m); ++i) {
    char text[40];
    put(&l, " ");
    switch (types[i]) {
      case LO_INT32:
        snprintf(text, sizeof(text), "%" PRId32, argv[i]->i);
        put(&l, text);
        break;
      case LO_INT64:
        snprintf(text, sizeof(text), "%" PRId64, argv[i]->h);
        put(&l, text);
        break;
      case LO_FLOAT:
        put_number(&l, argv[i]->f, true);
        break;
      case LO_DOUBLE:
        put_number(&l, argv[i]->d, false);
        break;
      case LO_STRING:
      case LO_SYMBOL:
        put_string(&l, &argv[i]->s);
        break;
      case LO_TRUE:
        put(&l, "1");
        break;
      case LO_FALSE:
        put(&l, "0");
        break;
      default:
        put(&l, "?");
    }
  }
}

double
args_number(const lo_message m, const int i, const double fallback)
{
  if (i >= lo_message_get_argc(m)) {
    return fallback;
  }
  const lo_arg* const a = lo_message_get_argv(m)[i];
  switch (lo_message_get_types(m)[i]) {
    case LO_INT32:
      return a->i;
    case LO_INT64:
      return (double)a->h;
    case LO_FLOAT:
      return a->f;
    case LO_DOUBLE:
      return a->d;
    case LO_TRUE:
      return 1.0;
    case LO_FALSE:
      return 0.0;
    default:
      return fallback;
  }
}

const char*
args_string(const lo_message m, const int i)
{
  if (i >= lo_message_get_argc(m)) {
    return NULL;
  }
  const char type = lo_message_get_types(m)[i];
  return type == LO_STRING || type == LO_SYMBOL ? &lo_message_get_argv(m)[i]->s : NULL;
}
