// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_PLAYHEAD_H
#define ENGINE_PLAYHEAD_H

// Where a deck reads, for the disk thread to run ahead of.  Written by process each cycle with relaxed order: a torn
// view costs a late chunk at worst.  A Track pointer seen here is alive: process takes it out before it posts the track
// as retired, and only the disk thread frees tracks.

#include "engine/track.h"
#include "msg/limits.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  _Atomic(Track*) track[MAX_STEMS];
  _Atomic int64_t frame;      ///< the first frame that will be read next (the hindmost of the deck's read heads)
  _Atomic float   step;       ///< frames of the track per frame of the engine
  atomic_bool     moving;     ///< false: paused, only what lies just ahead is wanted
  _Atomic int64_t loop_start; ///< where reading goes on ...
  _Atomic int64_t loop_end;   ///< ... when it gets here; < 0: no loop
} Playhead;

#endif
