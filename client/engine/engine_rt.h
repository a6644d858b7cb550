// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_ENGINE_RT_H
#define ENGINE_ENGINE_RT_H

// The engine's one call on the process thread.

#include "dsp/rt.h"
#include "msg/limits.h"

#include <stdint.h>

typedef struct EngineRt EngineRt;

/// Buffers of one cycle, planes of nframes.  Outputs are written in full, NULL ones are not wanted; inputs may be NULL.
/// All outputs show the same moment, whatever plugins and limiter delay (master_rt.h).
typedef struct {
  float*       master[2];
  float*       cue[2];
  float*       deck[MAX_DECKS][2]; ///< after chain and trim, before mute, fader and cross-fader
  float*       booth[2];
  const float* mic[2];
} EngineIo;

/** The whole program for one cycle: reads due commands, runs every deck through its chain, mixes, writes levels and
 * notices. Time is bounded by A + B * nframes; neither allocates, locks, nor touches files.
 * @param nframes 0 .. MAX_BLOCK */
RT void engine_run_rt(EngineRt* e, uint32_t nframes, const EngineIo* io);

/// The frame that the next cycle begins with.
RT int64_t engine_frame_rt(const EngineRt* e);

/// JACK reported an xrun: count it.  Any thread.
void engine_count_xrun(EngineRt* e);

#endif
