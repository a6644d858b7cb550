// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_METERS_H
#define CONTROL_METERS_H

// Meters for many listeners.  The engine holds a peak until it is taken, for one taker; here each listener has held
// peaks of its own, so that nobody takes away what another hasn't seen.

#include "control/answer.h"
#include "msg/levels.h"

enum {
  METER_MIC    = CHAIN_MIC, ///< before it: those of the decks
  METER_MASTER = CHAIN_MASTER,
  METER_LIMITER, ///< what it takes away at most, on the left
  METER_COUNT,
  MAX_ASKERS = 32 ///< who read meters by /get; the one that was silent longest makes room
};

/// One listener's held peaks.
typedef struct Ear {
  struct Ear* next;
  float       held[METER_COUNT][2];   ///< linear, since `since`
  float       before[METER_COUNT][2]; ///< and in the time before it that is still shown
  int64_t     since[METER_COUNT];     ///< clock_ns()
} Ear;

typedef struct {
  Sender  who;
  int64_t asked; ///< clock_ns(), 0: not in use
  Ear     ear;
} Asker;

typedef struct {
  Ear*  first;
  Ear   recent; ///< nobody's: what a new listener has seen of the last moment
  Asker asker[MAX_ASKERS];
} Meters;

/// Once per turn of the loop.
void meters_turn(Control* c);

/// From now on `ear` is told all peaks, and begins with those of the last moment.  It stays where it is.
void meters_listen(Control* c, Ear* ear);
void meters_unlisten(Control* c, Ear* ear);

/// The ear of who reads meters with /get; NULL: it has none, and sees the last moment's.
Ear* meters_asker(Control* c, const Sender* who);

/** Left and right peak, dBFS, since `ear` last read this meter; of the last moment at least, so that who reads more
 * often than there are cycles sees no holes.  `ear` NULL: of the last moment. */
void meters_read(Control* c, Ear* ear, int meter, Value out[2]);

#endif
