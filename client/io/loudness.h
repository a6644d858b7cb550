// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef IO_LOUDNESS_H
#define IO_LOUDNESS_H

// How loud the master is, by EBU R 128 (libebur128), measured by a thread of its own behind a tap.

#include "base/status.h"
#include "engine/tap_rt.h"

typedef struct Loudness Loudness;

typedef struct {
  float momentary;  ///< LUFS, of the last 0.4 s
  float short_term; ///< LUFS, of the last 3 s
  float integrated; ///< LUFS, gated, since the start or the reset
  float range;      ///< LU, likewise
} LoudnessValues;

#define LOUDNESS_NONE (-200.0f) ///< what silence measures

/** Begin to measure what comes through `tap` at `rate` Hz.
 * @param threaded false: somebody calls loudness_work */
Status loudness_new(Loudness** out, Tap* tap, uint32_t rate, bool threaded, Error* error);
void   loudness_free(Loudness* l);

/// As of some tenth of a second ago.  Any thread.
LoudnessValues loudness_values(const Loudness* l);

/// Forget what was heard so far.  Any thread.
void loudness_reset(Loudness* l);

/// Measure what is there.  The measuring thread only.
void loudness_work(Loudness* l);

#endif
