// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CROWD_CROWD_H
#define CROWD_CROWD_H

// The OSC port of crowdstream's engine: its mixers run against deckhost unchanged.  Each of its messages becomes
// commands of our own table.  No answers are sent; what happens is printed to standard output, as that engine did.
// Control thread.

#include "control/control.h"
#include "control/move.h"

typedef struct Crowd Crowd;

typedef struct {
  const char* address; ///< to listen on
  int         port;
  uint32_t    decks;    ///< that there are, at least 4: A to D are decks 1 to 4
  double      base_bpm; ///< of tracks at speed 1
} CrowdConfig;

/// Opens the UDP port; from here on it works in control_poll.  STATUS_BUSY: in use, `error` says what to do.
Status crowd_new(Crowd** out, Control* control, const CrowdConfig* config, Error* error);

/// Pre: `control` polls no more.
void crowd_free(Crowd* c);

/// Another engine counts the frames, see control_move.
void crowd_move(Crowd* c, const Move* move);

#endif
