// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_METER_RT_H
#define ENGINE_METER_RT_H

// A stereo meter: peak, peak hold, RMS, and how often it went over full scale.  Process thread.

#include "dsp/rt.h"
#include "msg/levels.h"

#include <stdbool.h>

#define METER_HOLD_PARTS 8u   ///< quarters of a second that a peak is held
#define METER_RMS_SECONDS 0.3 ///< time constant of the mean square

typedef struct {
  // Of this cycle
  float    peak[2];
  double   squares[2];
  uint32_t clips;

  // Since the start
  bool     over[2];                   ///< the last sample was over full scale
  double   mean[2];                   ///< square
  float    hold[METER_HOLD_PARTS][2]; ///< highest of each part of the time
  uint32_t part;
  uint32_t part_left; ///< frames
} Meter;

/// Look at `n` frames.  Planes with anything in them that isn't finite are silenced: no mix must have it.
RT void meter_take_rt(Meter* m, float* const planes[2], uint32_t n);

/// A cycle of `n` frames at `rate` Hz is over, those that meter_take_rt didn't see were silent: show it.
RT void meter_show_rt(Meter* m, MeterLevels* out, uint32_t n, uint32_t rate);

#endif
