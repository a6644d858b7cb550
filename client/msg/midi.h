// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef MSG_MIDI_H
#define MSG_MIDI_H

// MIDI between the process thread, which has JACK's two MIDI ports, and the control thread, which knows what it means.

#include "msg/ring.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/// A short message, as it was or is to be.
typedef struct {
  int64_t frame; ///< engine frame
  uint8_t size;  ///< 1 .. 3
  uint8_t byte[3];
} MidiEvent;

typedef struct {
  Ring*            in;        ///< of MidiEvent: process writes, in order of time.  Its refusals are lost events
  Ring*            out;       ///< of MidiEvent: control writes, in order of time
  _Atomic uint64_t skipped;   ///< what came and is longer than a short message: system exclusive
  _Atomic uint64_t unsent;    ///< what JACK had no room for
  atomic_bool      connected; ///< something may come in
  atomic_uint      listeners; ///< counts up when something is connected to the output
} MidiPort;

/// NULL: no memory.  Control thread.
MidiPort* midi_port_new(void);
void      midi_port_free(MidiPort* m);

#endif
