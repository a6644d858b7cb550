// SPDX-License-Identifier: GPL-3.0-or-later
#include "msg/midi.h"

#include "base/locked.h"

enum { IN_EVENTS = 4096, OUT_EVENTS = 1024 };

MidiPort*
midi_port_new(void)
{
  MidiPort* const m = locked_new(sizeof(*m));
  if (!m) {
    return NULL;
  }
  m->in  = ring_new(IN_EVENTS, sizeof(MidiEvent));
  m->out = ring_new(OUT_EVENTS, sizeof(MidiEvent));
  if (!m->in || !m->out) {
    midi_port_free(m);
    return NULL;
  }
  return m;
}

void
midi_port_free(MidiPort* const m)
{
  if (m) {
    ring_free(m->in);
    ring_free(m->out);
    locked_free(m);
  }
}
