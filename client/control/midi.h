// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_MIDI_H
#define CONTROL_MIDI_H

// Controllers that give commands, and are shown what came of it.  A move that JACK delivers with frame F takes effect
// at F + midi_latency, whenever the control thread gets to see it: so moves keep their distance to the sample.

#include "control/midi_map.h"
#include "control/saver.h"

enum { MIDI_SENT = 64, MIDI_TEXT = 64 };

/// Seconds that the control thread has, beside one block, to see a move.
#define MIDI_SEEN_SECONDS 0.003

typedef struct Midi {
  MidiMap    map;
  MidiParser parser;
  Saver*     saver; ///< NULL: nothing was saved yet

  // Learning
  char*  learn_address; ///< NULL: nothing is learned
  bool   learn_ranged;
  double learn_low, learn_high;

  // Showing
  int64_t   looked;    ///< frame at which values were compared with what is shown
  int64_t   last_out;  ///< frame of the last message
  int       first;     ///< binding to be looked at next: all have their turn
  unsigned  listeners; ///< as in the MidiPort when all was shown
  MidiEvent sent[MIDI_SENT];
  int       nsent;

  int64_t  latest;          ///< frame at which the last command with a value takes effect
  char     last[MIDI_TEXT]; ///< move, for who writes a map
  uint64_t events;          ///< that came in
  uint64_t echoes;          ///< of these, what we had sent ourselves
  uint64_t refused;         ///< commands
  int64_t  told;            ///< clock_ns() when one was logged
} Midi;

Midi* midi_new(uint32_t rate); ///< NULL: no memory
void  midi_free(Midi* m);

/// Frames from a move to its effect.
int64_t midi_latency(const Control* c);

/// What came in, and what is to be shown.
void midi_turn(Control* c);

/// How long the loop may wait, at most `timeout_ms`: the process thread doesn't wake us.
int midi_wait(const Control* c, int timeout_ms);

/// The number of a value as it is read or written: a choice's word as its index.  false: it has none.
bool midi_number(const ArgSpec* a, const Value* v, double* out);

/// The value of what a binding is about, in the unit of its range; what is on its way counts.  false: it has none.
bool midi_current(const Control* c, const Binding* b, double* out);

// midi_learn.c

/// Bind the next controller that is moved.  `low` and `high` count if `ranged`.
Status midi_learn(Control* c, const char* address, bool ranged, double low, double high, Error* error);
void   midi_learn_stop(Control* c);

/// While something is learned: whether this move was it.
void midi_learn_move(Control* c, const MidiMove* move);

// midi_show.c

/// Send what has changed.
void midi_show(Control* c);

/// Nothing is known of what the controllers show.
void midi_show_all(Control* c);

/// Whether this is a message of ours that came back.
bool midi_is_echo(Control* c, const MidiEvent* e);

#endif
