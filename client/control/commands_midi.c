// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/commands.h"
#include "control/midi.h"
#include "control/state.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const off_t MAX_SIZE = 1024 * 1024; ///< bytes of a map file

Progress
run_midi_bind(Control* const c, Call* const call)
{
  const MidiBinder by = {.control = c, .by = &call->sender};
  Binding          b;
  Error            error;
  if (binding_read(&b, call->values[0].text, call->values[1].text, call->count > 2 ? call->values[2].text : NULL, &by,
                   &error) ||
      map_add(&c->midi->map, &b, &error)) {
    answer_error(c, call, "%s", error.text);
  } else {
    answer_ok(c, call, NULL, 0);
  }
  return CALL_DONE;
}

Progress
run_midi_learn(Control* const c, Call* const call)
{
  Error error;
  if (call->count == 2) {
    answer_error(c, call, "a range has two numbers: min and max");
  } else if (midi_learn(c, call->values[0].text, call->count > 2, call->values[1].number, call->values[2].number,
                        &error)) {
    answer_error(c, call, "%s", error.text);
  } else {
    answer_ok(c, call, NULL, 0);
  }
  return CALL_DONE;
}

int
read_midi_learn(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  (void)e;
  (void)deck;
  (void)k;
  out[0] = value_text(c->midi->learn_address ? c->midi->learn_address : "");
  return 1;
}

int
read_midi_last(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  (void)e;
  (void)deck;
  (void)k;
  out[0] = value_text(c->midi->last);
  return 1;
}

int
read_midi_latency(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  (void)e;
  (void)deck;
  (void)k;
  out[0] = value_int(midi_latency(c));
  return 1;
}

Progress
run_midi_forget(Control* const c, Call* const call)
{
  Midi* const       m        = c->midi;
  const char* const address  = call->values[0].text;
  const bool        learning = m->learn_address && !strcmp(m->learn_address, address);
  const int         removed  = map_remove(&m->map, address);
  if (learning) {
    midi_learn_stop(c);
  }
  if (removed || learning) {
    const Value v = value_int(removed);
    answer_ok(c, call, &v, 1);
  } else {
    answer_error(c, call, "nothing is bound to %s", address);
  }
  return CALL_DONE;
}

Progress
run_midi_clear(Control* const c, Call* const call)
{
  const Value v = value_int(map_remove(&c->midi->map, NULL));
  midi_learn_stop(c);
  answer_ok(c, call, &v, 1);
  return CALL_DONE;
}

/// Open a map: where it is said to be, else one of that name among the installed.  `path` becomes where it was found.
static FILE*
open_map(const Control* const c, char** const path)
{
  FILE* const file = fopen(*path, "re");
  if (file || !c->ops.midi_dir || errno != ENOENT) {
    return file;
  }
  const int         why   = errno;
  char* const       copy  = strdup(*path);
  const char* const name  = copy ? basename(copy) : "";
  const char* const ext[] = {"", ".map"};
  FILE*             found = NULL;
  for (int i = 0; i < 2 && !found && *name; ++i) {
    char* installed = NULL;
    if (asprintf(&installed, "%s/%s%s", c->ops.midi_dir, name, ext[i]) < 0) {
      break;
    }
    found = fopen(installed, "re");
    if (found) {
      free(*path);
      *path = installed;
    } else {
      free(installed);
    }
  }
  free(copy);
  errno = why;
  return found;
}

static char*
read_map_file(const Control* const c, char** const path, Error* const error)
{
  struct stat st;
  FILE* const file = open_map(c, path);
  if (!file || fstat(fileno(file), &st)) {
    error_set(error, STATUS_NOT_FOUND, "can't open %s: %s", *path, strerror(errno));
    if (file) {
      fclose(file);
    }
    return NULL;
  }
  char* const  text = S_ISREG(st.st_mode) && st.st_size <= MAX_SIZE ? malloc((size_t)st.st_size + 1) : NULL;
  const size_t n    = text ? fread(text, 1, (size_t)st.st_size, file) : 0;
  fclose(file);
  if (!text || memchr(text, '\0', n)) {
    error_set(error, STATUS_BAD_FORMAT, "%s isn't a MIDI map", *path);
    free(text);
    return NULL;
  }
  text[n] = '\0';
  return text;
}

Progress
run_midi_load(Control* const c, Call* const call)
{
  char*       path = strdup(call->values[0].text);
  Error       error;
  char* const text = path ? read_map_file(c, &path, &error) : NULL;
  if (!text) {
    answer_error(c, call, "%s", path ? error.text : "no memory");
    free(path);
    return CALL_DONE;
  }
  char* const      copy   = strdup(path);
  const MidiBinder by     = {.control = c, .by = &call->sender, .folder = copy ? dirname(copy) : NULL};
  MidiMap          map    = {NULL, 0, 0};
  const Status     status = map_read(&map, text, path, &by, &error);
  free(copy);
  free(text);
  if (status) {
    answer_error(c, call, "%s", error.text);
  } else {
    map_clear(&c->midi->map);
    c->midi->map     = map;
    const Value v[2] = {value_int(map.count), value_text(path)};
    answer_ok(c, call, v, 2);
  }
  free(path);
  return CALL_DONE;
}

Progress
run_midi_save(Control* const c, Call* const call)
{
  Midi* const m      = c->midi;
  Status      status = STATUS_OK;
  Error       error  = {""};
  if (!m->saver && !(m->saver = saver_new())) {
    answer_error(c, call, "no memory");
    return CALL_DONE;
  }
  if (saver_busy(m->saver, &status, &error)) {
    return CALL_WAITS; // the one before, or this one
  }
  if (call->phase == 0) {
    char* const text = map_text(&m->map);
    if (!text || !saver_begin(m->saver, call->values[0].text, text)) {
      answer_error(c, call, "no memory");
      return CALL_DONE;
    }
    call->phase = 1;
    return CALL_WAITS;
  }
  if (status) {
    answer_error(c, call, "%s", error.text);
  } else {
    const Value v = value_int(m->map.count);
    answer_ok(c, call, &v, 1);
  }
  return CALL_DONE;
}

Progress
run_midi_map(Control* const c, Call* const call)
{
  const MidiMap* const map = &c->midi->map;
  for (int i = 0; i < map->count; ++i) {
    char controller[MAX_BOUND_TEXT];
    char options[MAX_BOUND_TEXT];
    binding_controller(&map->of[i], controller, sizeof(controller));
    binding_options(&map->of[i], options, sizeof(options));
    const Value v[3] = {value_text(controller), value_text(map->of[i].address), value_text(options)};
    answer_send(c, &call->sender, "/midi/map", v, 3);
  }
  const Value count = value_int(map->count);
  answer_ok(c, call, &count, 1);
  return CALL_DONE;
}
