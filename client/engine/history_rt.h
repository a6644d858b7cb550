// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_HISTORY_RT_H
#define ENGINE_HISTORY_RT_H

// Which position of the track was read for which frame of the deck, exactly: what comes out of the chain now was read
// L frames ago.  An entry holds until the next; one is made only where the reading bends or jumps.  Process thread.

#include "dsp/rt.h"
#include "dsp/sinc.h"

#define HISTORY_ROOM 512

typedef struct {
  int64_t at; ///< deck frame
  SincPos pos, step, dstep;
  int64_t wrap_start, wrap_end; ///< of a loop that is being played, frames of the track; wrap_end < 0: none
} HistoryEntry;

typedef struct {
  HistoryEntry entry[HISTORY_ROOM];
  uint64_t     first, end; ///< numbers of the oldest entry kept, and of the next one
} History;

/// Forget all; from e->at on, and before it, this holds.
RT void history_reset_rt(History* h, const HistoryEntry* e);

/// The reading at e->at: an entry is made unless the last one foretells it.  What was noted for e->at and later is
/// replaced.
RT void history_note_rt(History* h, const HistoryEntry* e);

/// The position (and step, unless NULL) read for deck frame `at`.
RT SincPos history_at_rt(const History* h, int64_t at, SincPos* step);

#endif
