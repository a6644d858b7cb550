// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PITCH_ONSETS_H
#define PITCH_ONSETS_H

// Where hits begin in the input: judged cell by cell, as soon as a cell is complete.  Process thread.

#include "pitch/input.h"

#define ONSETS_KEPT 16 ///< half a second, since two are never closer than 30 ms

typedef struct {
  uint32_t cells; ///< judged
  float    peak[2], recent[2][20];
  int64_t  frame[ONSETS_KEPT]; ///< the last onsets, by count
  uint32_t count;
} Onsets;

RT void onsets_reset_rt(Onsets* on);

/// Judge the cell that has just ended.
RT void onsets_cell_rt(Onsets* on, const Input* in);

/// Onset `back` (0: the last), or INT64_MIN where there is none.
RT static inline int64_t
onsets_frame_rt(const Onsets* const on, const uint32_t back)
{
  return back < on->count && back < ONSETS_KEPT ? on->frame[(on->count - 1 - back) % ONSETS_KEPT] : INT64_MIN;
}

#endif
