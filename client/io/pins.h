// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef IO_PINS_H
#define IO_PINS_H

// Which parts of which tracks are kept in the cache: cue points, hot cues, loop starts, targets of seeks.  A pin that
// was replaced before all of it had come still holds until then, since somebody waits for its answer.  Disk thread
// only.

#include "io/cache.h"
#include "msg/request.h"

/// A reply in the making: it goes out when nothing is awaited any more.
typedef struct Answer {
  Reply          reply;
  uint32_t       waiting; ///< for so many pins
  struct Answer* next;
} Answer;

typedef struct {
  TrackFile* track;
  uint32_t   first, last; ///< chunks
} PinRange;

typedef struct Pins Pins;

Pins* pins_new(Cache* cache); ///< NULL: no memory
void  pins_free(Pins* p);     ///< Pre: pins_drop for all tracks

/// What a pin at `frame` keeps: at least `length` frames, 250 ms and two chunks from there on, and what a cross-fade
/// into it needs.
PinRange pin_range(TrackFile* t, int64_t frame, int64_t length);

/** Pin a range under a deck's stem and slot, in place of the one that was there; `answer` waits for it.
 * false: it doesn't fit the cache or there is no memory, and nothing changed. */
bool pins_set(Pins* p, uint8_t deck, uint8_t stem, uint8_t slot, PinRange range, Answer* answer);

/// Forget a slot, in all stems of the deck.
void pins_clear(Pins* p, uint8_t deck, uint8_t slot);

/// Forget all pins in a track; answers that wait for them are told that it was unloaded.
void pins_drop(Pins* p, const TrackFile* t);

/// Chunks that are still to come, the oldest pin first: `k` = 0, 1 ... until false.
bool pins_missing(const Pins* p, uint32_t k, PinRange* missing);

/// The next answer that has all it waited for, or failed; NULL: none.  The caller frees it.
Answer* pins_settled(Pins* p);

#endif
