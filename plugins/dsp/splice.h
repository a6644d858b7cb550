// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DSP_SPLICE_H
#define DSP_SPLICE_H

// Where a signal repeats, and how to fade from one place of it to another.
// Frames are interleaved stereo, and both channels are judged together: a chord
// in anti-phase defeats a search on their sum. (Verhelst & Roelands, WSOLA,
// ICASSP 1993; Fink, Holters & Zölzer, signal-matched power-complementary
// cross-fading, DAFx 2016.)

#include "dsp/rt.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  double lag;  ///< frames, fractional
  float  ncc;  ///< normalised cross-correlation there, -1 .. 1; 0 where either is
               ///< silent
  float score; ///< ncc less what the distance costs
} SpliceMatch;

/// Normalised cross-correlation of `n` frames.
RT float splice_ncc_rt(const float* a, const float* b, uint32_t n);

/** The best of the lags first .. last: of `b` moved by the lag against `a`.
 *
 * @param b     frame at lag 0; valid from b + first to b + last + n
 * @param like  the lag that is liked best
 * @param cost  taken off the correlation for each frame of distance from `like`
 * @param best  in and out: only a better score replaces it
 */
RT void splice_search_rt(const float* a,
                         const float* b,
                         uint32_t     n,
                         int32_t      first,
                         int32_t      last,
                         double       like,
                         float        cost,
                         SpliceMatch* best);

#define SPLICE_LAGS 64 ///< that splice_nccs_rt() takes at a time

/// The correlations at `lags` lags in a row, `b` being at the first; valid to b
/// + lags - 1 + n.
RT void splice_nccs_rt(const float* a, const float* b, uint32_t n, int32_t lags, float ncc[SPLICE_LAGS]);

// The same as splice_refine_rt() in steps that each cost the same: a climb to a
// top near by.
typedef struct {
  int32_t at;   ///< lag
  int32_t step; ///< of the climb; 0: at the top
  bool    begun;
  float   below, here, above; ///< correlations around `at`
} SpliceClimb;

RT void splice_climb_begin_rt(SpliceClimb* c, double lag);

/// One step, at most three comparisons; `b` is at lag c->at, valid 8 frames
/// either way.  False: that was the last.
RT bool splice_climb_rt(SpliceClimb* c, const float* a, const float* b, uint32_t n);

/// Where the top is, to a fraction of a frame.
RT SpliceMatch splice_climb_top_rt(const SpliceClimb* c);

/// Climb from a lag (rounded) by steps of 4, 2 and 1 frames, then to the top of
/// the parabola: a fractional lag. Needs `b` valid from lag - 8 to lag + 8 + n.
RT SpliceMatch splice_refine_rt(const float* a, const float* b, uint32_t n, double lag);

/// Fill the two gains of `n` frames of a fade, from its frame `at` on, of
/// `length` in all: raised cosine, held at constant power for signals of
/// correlation `rho` (negative counts as 0).
RT void splice_gains_rt(float* from, float* to, uint32_t at, uint32_t n, uint32_t length, float rho);

#endif
