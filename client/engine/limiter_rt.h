// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_LIMITER_RT_H
#define ENGINE_LIMITER_RT_H

// The gain of a look-ahead limiter: what a signal must be multiplied by so that its true peak, the peak between the
// samples too, stays below a ceiling.  Exactly 1 while it does anyway.  Process thread.
//
// For each frame: the gain that its own peak needs; the lowest of those over the look-ahead; from there back at the
// release; the mean over the look-ahead, which makes a smooth way down that arrives in time.  (D. Giannoulis et al.,
// "Digital Dynamic Range Compressor Design", JAES 60(6), 2012, on look-ahead; the peak between samples after ITU-R
// BS.1770-4, annex 2, at eight times the rate.)  Gains are whole numbers, so that sums are exact and nothing drifts.

#include "dsp/sinc.h"

#include <stdbool.h>

#define LIMITER_MAX_WINDOW 2048
#define LIMITER_REACH 16 ///< frames that interpolation needs before and after
#define LIMITER_PIECE 256
#define LIMITER_GAINS 16384 ///< that are kept: a cycle's and the look-ahead's

typedef struct {
  const SincTable* table;
  uint32_t         latency; ///< frames that must have been fed beyond a frame to know its gain
  uint32_t         window;  ///< frames of look-ahead
  uint32_t         box[2];  ///< lengths of the two means
  uint32_t         release; ///< part of the way back in a frame, 2^-32

  // Frames yet to be looked at, with what the interpolation needs around them
  float    frames[(LIMITER_PIECE + 2 * LIMITER_REACH + 1) * 2];
  uint32_t kept;

  int64_t  at; ///< frame whose gain is made next
  uint64_t turn;
  uint32_t lowest[LIMITER_MAX_WINDOW]; ///< a queue of gains that only rise
  uint64_t lowest_turn[LIMITER_MAX_WINDOW];
  uint64_t first, end;
  uint32_t back; ///< gain on its way back
  uint32_t line[2][LIMITER_MAX_WINDOW];
  uint64_t sum[2];

  uint32_t gain[LIMITER_GAINS];
  float    ceiling[LIMITER_GAINS];
} LimiterRt;

#define LIMITER_ONE (UINT32_C(1) << 30) ///< the gain 1

/// How many frames a limiter at `rate` Hz delays: 2 ms, a multiple of 16.
RT uint32_t limiter_latency_rt(uint32_t rate);

/// A limiter at `rate` Hz; table: SINC_32.
RT void limiter_init_rt(LimiterRt* l, uint32_t rate, const SincTable* table);

/// How long it takes back to 63 % of the way to 1, ms.
RT void limiter_release_rt(LimiterRt* l, uint32_t rate, float ms);

/// Forget all: the next frame fed has number `at`.  The gains of the first `latency` frames aren't yet what they
/// should be.
RT void limiter_begin_rt(LimiterRt* l, int64_t at);

/// Feed the next `n` frames; `ceiling`: linear, > 0.
RT void limiter_feed_rt(LimiterRt* l, float* const in[2], uint32_t n, float ceiling);

/** Multiply `n` frames from number `at` on by their gains, which are known: `latency` more frames have been fed.
 * @param part  how much of the limiter is heard, 0 .. 1, at the first frame
 * @param slope what is added to it each frame
 * @return the lowest gain */
RT float limiter_apply_rt(const LimiterRt* l, int64_t at, float* const io[2], uint32_t n, float part, float slope);

#endif
