// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/call.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// Copy a text into the call's own; `*room` moves on.
static const char*
keep(char** const room, const char* const folder, const char* const text)
{
  char* const begin = *room;
  char*       end   = begin;
  if (folder) {
    end = stpcpy(stpcpy(end, folder), "/");
  }
  *room = stpcpy(end, text) + 1;
  return begin;
}

static bool
is_path(const Entry* const e, const int i)
{
  const ArgKind kind = i < MAX_SPECS ? e->args[i].kind : ARG_NONE;
  return kind == ARG_FILE || kind == ARG_PATH;
}

Call*
call_new(const Words* const w, const char* folder, const uint64_t decks, Error* const error)
{
  uint8_t            deck = 0;
  uint8_t            k    = 0;
  const Entry* const e    = table_find(w->address, decks, &deck, &k, error);
  if (!e) {
    return NULL;
  }
  if (!e->run) {
    error_set(error, STATUS_BAD_VALUE, "%s can only be read: /get %s", w->address, w->address);
    return NULL;
  }
  Value values[MAX_VALUES];
  int   count = w->count;
  memcpy(values, w->values, (size_t)count * sizeof(Value));
  if (table_check(e, decks, values, &count, error)) {
    return NULL;
  }

  char here[PATH_MAX] = "";
  if (!folder) {
    folder = getcwd(here, sizeof(here)) ? here : ".";
  }
  size_t size = strlen(w->address) + 1 + (w->id ? strlen(w->id) + 1 : 0);
  for (int i = 0; i < count; ++i) {
    size += values[i].text ? strlen(values[i].text) + 1 + (is_path(e, i) ? strlen(folder) + 1 : 0) : 0;
  }
  const int   nvalues = count > MAX_SPECS ? count : MAX_SPECS;
  Call* const call    = calloc(1, sizeof(*call) + (size_t)nvalues * sizeof(Value) + size);
  if (!call) {
    error_set(error, STATUS_NO_MEMORY, "no memory");
    return NULL;
  }
  call->values  = call->room;
  char* room    = (char*)(call->room + nvalues);
  call->entry   = e;
  call->deck    = e->args[0].kind == ARG_DECK ? (uint8_t)(values[0].number - 1.0) : deck;
  call->k       = k;
  call->count   = count;
  call->address = keep(&room, NULL, w->address);
  call->id      = w->id ? keep(&room, NULL, w->id) : NULL;
  for (int i = 0; i < count; ++i) {
    call->values[i] = values[i];
    if (values[i].text) {
      const bool relative  = is_path(e, i) && values[i].text[0] != '/';
      call->values[i].text = keep(&room, relative ? folder : NULL, values[i].text);
    }
  }
  return call;
}

void
call_free(Call* const call)
{
  free(call->preset);
  free(call);
}

int64_t
call_order(const Call* const call)
{
  return call->at == AT_NOW ? call->received : call->at;
}
