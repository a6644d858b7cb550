// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_MIDI_PARSER_H
#define CONTROL_MIDI_PARSER_H

// MIDI messages to moves of controllers.  Two halves of a 14-bit value are put together in either order; a half whose
// other one doesn't come within MIDI_HOLD_SECONDS stands for itself, and counts as moved so much later.

#include "msg/midi.h"

#define MIDI_HOLD_SECONDS 0.004

typedef enum {
  MIDI_NOTE,
  MIDI_CC,
  MIDI_CC14, ///< number 0 .. 31, and its second half, number + 32
  MIDI_NRPN,
  MIDI_RPN,
  MIDI_BEND,
  MIDI_KINDS
} MidiKind;

typedef struct {
  int64_t  frame;
  MidiKind kind;
  uint8_t  channel; ///< from 0
  uint16_t number;
  uint16_t value; ///< 0 .. top
  uint16_t top;   ///< 127, or 16383
  bool     press; ///< note on; others: value > 0
  bool     alone; ///< of CC14: one half only
  uint8_t  half;  ///< then the number of the controller that it was
} MidiMove;

enum { MIDI_CHANNELS = 16, MIDI_PAIRS = 32, MIDI_PAIR_LIST = MIDI_CHANNELS * MIDI_PAIRS };

/// A controller of two halves.
typedef struct {
  uint8_t high, low;
  bool    high_seen, fine; ///< fine: both halves have come together once
  bool    high_waits, low_waits;
  int64_t since; ///< frame at which it waits
} MidiPair;

typedef struct {
  uint32_t hold; ///< frames
  MidiPair pair[MIDI_CHANNELS][MIDI_PAIRS];
  uint16_t waiting[MIDI_PAIR_LIST]; ///< channel * MIDI_PAIRS + pair of those that wait, the longest first
  int      nwaiting;
  uint16_t selected[MIDI_CHANNELS]; ///< (N)RPN that data entry is for, 0x3FFF: none
  bool     registered[MIDI_CHANNELS];
  uint64_t malformed; ///< messages that are none
} MidiParser;

typedef void (*MidiTell)(void* data, const MidiMove* move);

void midi_parser_init(MidiParser* p, uint32_t rate);

/// Take one message; tell what it moved, if anything.  Frames do not go back.
void midi_parser_take(MidiParser* p, const MidiEvent* e, MidiTell tell, void* data);

/// It is `now`: tell of halves that have waited long enough.
void midi_parser_wait(MidiParser* p, int64_t now, MidiTell tell, void* data);

/// 0 .. 1 with the middle of the controller, 64 or 8192, at exactly 0.5.
double midi_position(uint16_t value, uint16_t top);

/// And back.
uint16_t midi_value(double position, uint16_t top);

#endif
