// SPDX-License-Identifier: GPL-3.0-or-later
// What messages bring along, checked; what is wrong is complained of here.
#include "crowd/state.h"

#include <math.h>

bool
argument(const Words* const w, const int i, const double otherwise, double* const out)
{
  *out = otherwise;
  if (i >= w->count) {
    return true;
  }
  const Value* const v = &w->values[i];
  if (value_is_number(v)) {
    *out = v->number;
    return isfinite(v->number);
  }
  return number_read(v->text, out); // some senders have all as texts
}

int
letter_argument(Crowd* const c, const Words* const w, const int i)
{
  const char* const text = i < w->count && !value_is_number(&w->values[i]) ? w->values[i].text : "";
  const int         l    = (text[0] | 0x20) - 'a';
  if (l >= 0 && l < LETTERS && !text[1]) {
    return l;
  }
  complain(c, "%s: the deck must be A, B, C or D, not \"%s\"", w->address, text);
  return -1;
}

bool
arguments(Crowd* const c, const Words* const w, const int first, const int count, double* const out)
{
  for (int i = 0; i < count; ++i) {
    if (first + i >= w->count || !argument(w, first + i, 0.0, &out[i])) {
      complain(c, "%s: argument %d must be a number", w->address, first + i + 1);
      return false;
    }
  }
  return true;
}

bool
optional_argument(Crowd* const c, const Words* const w, const int i, const double otherwise, double* const out)
{
  if (argument(w, i, otherwise, out)) {
    return true;
  }
  complain(c, "%s: argument %d must be a number", w->address, i + 1);
  return false;
}

const char*
text_argument(Crowd* const c, const Words* const w, const int i)
{
  const char* const t = i < w->count ? w->values[i].text : NULL;
  if (!t || !*t) {
    complain(c, "%s: argument %d must be a text", w->address, i + 1);
    return NULL;
  }
  return t;
}

/// A path that may be loaded in argument `i`, NULL: it isn't, and that was said.
const char*
path_argument(Crowd* const c, const Words* const w, const int i)
{
  const char* const path = text_argument(c, w, i);
  Error             error;
  if (path && control_path_allowed(c->control, path, c->remote, &error)) {
    complain(c, "%s: %s", w->address, error.text);
    return NULL;
  }
  return path;
}

Item*
item_argument(Crowd* const c, const Words* const w)
{
  double id = 0.0;
  if (!arguments(c, w, 0, 1, &id)) {
    return NULL;
  }
  Item* const item = item_find(c, (int)id);
  if (!item || !item->path) {
    complain(c, "%s: nothing is loaded as %d", w->address, (int)id);
    return NULL;
  }
  return item;
}
