// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef HOST_BYPASS_RT_H
#define HOST_BYPASS_RT_H

// Around a plugin that has no switch of its own (lv2:enabled): a cross-fade between what it makes and what went into
// it, as late as the plugin is, so that switching it off moves nothing in time.  Process thread.

#include "dsp/rt.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  const float* enabled;  ///< the switch; NULL: the plugin has its own, nothing of this is used
  const float* latency;  ///< what it reports, frames; NULL: it has none
  float*       plane[2]; ///< the last `room` frames that went in
  uint32_t     room;     ///< a power of two, MAX_BLOCK more than the longest latency that is matched
  uint32_t     at;       ///< where the next one goes
  uint32_t     fade;     ///< frames of a whole cross-fade
  float        part;     ///< how much of the plugin is heard
  bool         begun;    ///< since `activate`: what stands first is not faded to
} BypassRt;

/// Keep what goes in, before the plugin is run; `in` may be where it writes.
RT void bypass_keep_rt(BypassRt* b, float* const in[2], uint32_t nframes);

/// Mix it into what came out.
RT void bypass_mix_rt(BypassRt* b, float* const out[2], uint32_t nframes);

#endif
