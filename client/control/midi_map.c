// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/midi_map.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Status
map_add(MidiMap* const m, Binding* const b, Error* const error)
{
  for (int i = 0; i < m->count; ++i) {
    Binding* const old = &m->of[i];
    if (binding_same_controller(old, b) && !strcmp(old->address, b->address) && old->in == b->in) {
      binding_clear(old);
      *old = *b;
      return STATUS_OK;
    }
  }
  if (m->count == m->room) {
    const int      room = m->room ? 2 * m->room : 64;
    Binding* const more = m->count < MAX_BINDINGS ? realloc(m->of, (size_t)room * sizeof(Binding)) : NULL;
    if (!more) {
      binding_clear(b);
      return error_set(error, STATUS_NO_MEMORY, "there are %d bindings: no more can be kept", m->count);
    }
    m->of   = more;
    m->room = room;
  }
  m->of[m->count++] = *b;
  return STATUS_OK;
}

int
map_remove(MidiMap* const m, const char* const address)
{
  int kept = 0;
  for (int i = 0; i < m->count; ++i) {
    if (!address || !strcmp(m->of[i].address, address)) {
      binding_clear(&m->of[i]);
    } else {
      m->of[kept++] = m->of[i];
    }
  }
  const int removed = m->count - kept;
  m->count          = kept;
  return removed;
}

void
map_clear(MidiMap* const m)
{
  map_remove(m, NULL);
  free(m->of);
  *m = (MidiMap){NULL, 0, 0};
}

/// Cut a comment off: `#` at the beginning of a word, outside of quotes.
static void
cut_comment(char* const line)
{
  bool quoted = false;
  for (char* c = line; *c; ++c) {
    if (*c == '\\' && quoted && c[1]) {
      ++c;
    } else if (*c == '"') {
      quoted = !quoted;
    } else if (*c == '#' && !quoted && (c == line || isspace((unsigned char)c[-1]))) {
      *c = '\0';
      return;
    }
  }
}

/// CONTROLLER ADDRESS [OPTIONS]
static Status
read_line(MidiMap* const m, char* const line, const MidiBinder* const by, Error* const error)
{
  cut_comment(line);
  char* const controller = line + strspn(line, " \t\r");
  if (!*controller) {
    return STATUS_OK;
  }
  char* const address = strchr(controller, '/');
  if (!address || address == controller) {
    return error_set(error, STATUS_BAD_VALUE, "a line is a controller, the address of a command, and options");
  }
  address[-1]        = '\0';
  const size_t n     = strcspn(address, " \t\r");
  char* const  after = address + n + (address[n] != '\0');
  address[n]         = '\0';
  Binding      b;
  const Status status = binding_read(&b, controller, address, after, by, error);
  return status ? status : map_add(m, &b, error);
}

Status
map_read(MidiMap* const out, char* const text, const char* const path, const MidiBinder* const by, Error* const error)
{
  MidiMap  m      = {NULL, 0, 0};
  unsigned number = 0;
  for (char* next = text; next;) {
    char* const line = next;
    Error       what;
    next = strchr(line, '\n');
    if (next) {
      *next++ = '\0';
    }
    ++number;
    if (read_line(&m, line, by, &what)) {
      map_clear(&m);
      return error_set(error, STATUS_BAD_VALUE, "%.200s:%u: %.280s", path, number, what.text);
    }
  }
  *out = m;
  return STATUS_OK;
}

char*
map_text(const MidiMap* const m)
{
  char*       out  = NULL;
  size_t      size = 0;
  FILE* const file = open_memstream(&out, &size);
  if (!file) {
    return NULL;
  }
  fputs("# A MIDI map of deckhost: CONTROLLER  ADDRESS  OPTIONS, see docs/midi.md.\n", file);
  for (int i = 0; i < m->count; ++i) {
    char controller[MAX_BOUND_TEXT];
    char options[MAX_BOUND_TEXT];
    binding_controller(&m->of[i], controller, sizeof(controller));
    binding_options(&m->of[i], options, sizeof(options));
    fprintf(file, "%-16s %-28s %s\n", controller, m->of[i].address, options);
  }
  const bool bad = ferror(file) != 0;
  if (fclose(file) || bad) {
    free(out);
    return NULL;
  }
  return out;
}
