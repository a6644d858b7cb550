// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_TEMPO_RT_H
#define ENGINE_TEMPO_RT_H

// How fast a deck reads at which of its frames: a line of ramps, known a little way into the future.  Two read heads at
// different places on the same line follow the same path, whichever of them gets there first.  Process thread.

#include "dsp/rt.h"
#include "dsp/sinc.h"

#include <stdbool.h>

#define TEMPO_RAMPS 64

/// The step is linear over this many frames; steps at its ends are exact.
#define TEMPO_GRID 64

typedef struct {
  int64_t at;     ///< deck frame at which it begins
  int64_t frames; ///< 0: a step
  SincPos from, to;
} TempoRamp;

typedef struct {
  TempoRamp ramp[TEMPO_RAMPS];
  uint64_t  first, end; ///< numbers of the oldest ramp kept, and of the next one
} Tempo;

/// One constant step for all time.
RT void tempo_reset_rt(Tempo* t, SincPos step);

/// From deck frame `at` on go to `to` in `frames`.  Ramps planned for later are forgotten.
RT void tempo_go_rt(Tempo* t, int64_t at, SincPos to, int64_t frames);

/// What a head at `at` does next: its step, the growth of the step, and until which frame that holds.
RT void tempo_follow_rt(const Tempo* t, int64_t at, SincPos* step, SincPos* dstep, int64_t* until);

/// The step at a frame.
RT SincPos tempo_at_rt(const Tempo* t, int64_t at);

/// Whether the step never changes from `at` on.
RT bool tempo_rests_rt(const Tempo* t, int64_t at);

/// Where the newest ramp leads.
RT SincPos tempo_target_rt(const Tempo* t);

#endif
