// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PITCH_ONSETS_H
#define PITCH_ONSETS_H

// Where hits begin in the input: judged cell by cell, as soon as a cell is complete.  Process thread.
//
// A hit rises far above what was there just before; or it rises no more than some dB, but from a sound whose level has
// been so steady that this can't be chance: drums under noise.

#include "pitch/input.h"

#define ONSETS_KEPT 16 ///< half a second, since two are never closer than 30 ms
#define ONSETS_GROUPS 16

// How the level of a band has been for the last 0.13 s: natural logarithms of energy, in groups of cells.
typedef struct {
  float sum[ONSETS_GROUPS], squares[ONSETS_GROUPS], most[ONSETS_GROUPS];
  float new_sum, new_squares, new_most; ///< of the group that is not complete
} OnsetsHabit;

typedef struct {
  uint32_t    cells; ///< judged
  float       peak[2], recent[2][20];
  float       energy[2]; ///< of the cell before
  OnsetsHabit habit[2];
  int64_t     frame[ONSETS_KEPT]; ///< the last onsets, by count
  uint32_t    count;
} Onsets;

RT void onsets_reset_rt(Onsets* on);

/// Judge the cell that has just ended.  True: there is an onset in it.
RT bool onsets_cell_rt(Onsets* on, const Input* in);

/// Onset `back` (0: the last), or INT64_MIN where there is none.
RT static inline int64_t
onsets_frame_rt(const Onsets* const on, const uint32_t back)
{
  return back < on->count && back < ONSETS_KEPT ? on->frame[(on->count - 1 - back) % ONSETS_KEPT] : INT64_MIN;
}

#endif
