// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/midi.h"

#include "base/log.h"
#include "control/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CC_PARAMETERS = 98, CC_PARAMETERS_END = 101, CC_DATA = 6 };

/// The words of a controller that was moved; false: it is part of another, or none.
static bool
name_controller(const Midi* const m, const MidiMove* const move, char* const out, const size_t size)
{
  Binding b = {.kind = move->kind, .channel = move->channel, .number = move->number};
  if (move->kind == MIDI_NOTE && !move->press) {
    return false;
  }
  if (move->kind == MIDI_CC) { // the lower ones come once more, when it is known what they are
    const bool parameters = move->number >= CC_PARAMETERS && move->number <= CC_PARAMETERS_END;
    const bool data       = move->number > 2 * MIDI_PAIRS && move->number < CC_PARAMETERS &&
                      m->parser.selected[move->channel] != 0x3FFF && move->number >= 96;
    if (move->number < 2 * MIDI_PAIRS || parameters || data) {
      return false;
    }
  } else if (move->kind == MIDI_CC14 && move->alone && move->top == 127) {
    b.kind   = MIDI_CC;
    b.number = move->half;
  }
  binding_controller(&b, out, size);
  return true;
}

static Status
make(const Control* const c, Binding* const out, const char* const controller, Error* const error)
{
  const Midi* const m           = c->midi;
  const MidiBinder  by          = {.control = c};
  char              options[64] = "";
  if (m->learn_ranged) {
    snprintf(options, sizeof(options), "%.9g %.9g", m->learn_low, m->learn_high);
  }
  return binding_read(out, controller, m->learn_address, options, &by, error);
}

Status
midi_learn(Control* c, const char* address, const bool ranged, const double low, const double high, Error* const error)
{
  Midi* const m = c->midi;
  Binding     b;
  char* const copy = strdup(address);
  if (!copy) {
    return error_set(error, STATUS_NO_MEMORY, "no memory");
  }
  midi_learn_stop(c);
  m->learn_address    = copy;
  m->learn_ranged     = ranged;
  m->learn_low        = low;
  m->learn_high       = high;
  const Status status = make(c, &b, "cc 1 0", error); // whether it can be bound at all
  if (status) {
    midi_learn_stop(c);
    return status;
  }
  binding_clear(&b);
  return STATUS_OK;
}

void
midi_learn_stop(Control* const c)
{
  free(c->midi->learn_address);
  c->midi->learn_address = NULL;
}

/// One knob does one thing: what it did before goes.
static void
remove_others(MidiMap* const map, const Binding* const b)
{
  int kept = 0;
  for (int i = 0; i < map->count; ++i) {
    if (binding_same_controller(&map->of[i], b)) {
      binding_clear(&map->of[i]);
    } else {
      map->of[kept++] = map->of[i];
    }
  }
  map->count = kept;
}

void
midi_learn_move(Control* const c, const MidiMove* const move)
{
  Midi* const m = c->midi;
  char        controller[MAX_BOUND_TEXT];
  Binding     b;
  Error       error;
  double      current = 0.0;
  if (!name_controller(m, move, controller, sizeof(controller))) {
    return;
  }
  Status status = make(c, &b, controller, &error);
  if (!status) {
    // The hand that teaches it has it: it takes over from where the value is
    b.picked   = midi_current(c, &b, &current);
    b.position = b.picked ? scale_position(&b.scale, current) : 0.0;
    b.down     = move->press;
    b.seen     = move->channel;
    remove_others(&m->map, &b);
    status = map_add(&m->map, &b, &error);
  }
  if (status) {
    log_error("MIDI: %s was moved and isn't bound: %s", controller, error.text);
  } else {
    log_info("MIDI: %s is bound to %s", controller, m->learn_address);
  }
  midi_learn_stop(c);
}
