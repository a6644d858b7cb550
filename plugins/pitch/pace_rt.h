// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PITCH_PACE_RT_H
#define PITCH_PACE_RT_H

// How fast the host runs, against the clock.  One that renders a file goes as fast as it can: then the process thread
// is in no hurry, and may let the worker end what it is at.  One that plays must not wait.  Process thread.

#include "dsp/rt.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  double  rate;
  int64_t frame[2]; ///< two points in time, 0.1 to 0.2 s back
  int64_t clock[2]; ///< ns
} Pace;

/// Measure from here.
RT void pace_begin_rt(Pace* p, double rate);

/// So far has it come.  Once in every cell will do.
RT void pace_note_rt(Pace* p, int64_t frame);

/// Let other threads run, if the host runs more than twice as fast as sound; false: it does not.
RT bool pace_wait_rt(const Pace* p, int64_t frame);

#endif
