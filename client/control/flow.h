// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_FLOW_H
#define CONTROL_FLOW_H

// How many commands are on their way to each deck.  The engine's own queues are short (some hundreds a deck), and one
// that is full carries commands out before their time; so the rest waits here.

#include "msg/command.h"
#include "msg/ring.h"

enum {
  FLOW_DATED = 240, ///< commands for a frame to come
  FLOW_NOW   = 240  ///< commands for now, between two cycles
};

/// Of a deck, or of the mixer.
typedef struct {
  int64_t  due[FLOW_DATED]; ///< engine frames of the dated ones, a ring
  uint32_t first, count;
  uint32_t burst; ///< of those for now, since the command ring was seen empty
} FlowLane;

typedef struct {
  FlowLane lane[MAX_DECKS + 1]; ///< the last is the mixer's
} Flow;

/// Take note of what has been carried out.
/// @param margin frames after its own at which a command surely has been
void flow_update(Flow* f, const Ring* commands, int64_t now, int64_t margin);

/// A deck is gone, and all that was on its way to it.
void flow_forget(Flow* f, uint8_t deck);

/// Which lane a command goes in: its deck's, or the mixer's.
uint32_t flow_lane(const Command* c);

/// Whether one more may go; it counts as gone then.
bool flow_pass(Flow* f, const Command* c);

#endif
