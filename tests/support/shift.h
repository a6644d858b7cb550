// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SUPPORT_SHIFT_H
#define SUPPORT_SHIFT_H

// What a pitch shifter does to a tone, a chord and clicks: one measure for ours and for those it is compared with.

#include "support/chord.h"
#include "support/tone.h"

#include <stdbool.h>
#include <string.h>

enum {
  SHIFT_RATE   = 48000,
  SHIFT_BITS   = 16, ///< log2 of the frames of the chord that are looked at
  SHIFT_SETTLE = 36000,
  SHIFT_FRAMES = 168000,
  SHIFT_CLICKS = 24
};

/// Shift a signal of so many frames by a new instance.  False: there is none.
typedef bool (*ShiftRun)(void* self, double semitones, float* const in[2], float* const out[2], uint32_t frames);

typedef struct {
  double cents, sinad; ///< of a tone of 1 kHz: how far off, and dB to everything else
  double chord, level; ///< dB: its partials to everything else; its power to what it was
  double delay;        ///< ms: the median of the clicks
  double jitter, span; ///< ms: rms around the mean delay; 5 to 95 % of the power of the widest click
  int    lost;         ///< clicks of which less than a quarter, or more than twice the power came out
} ShiftQuality;

static float shift_in[2][SHIFT_FRAMES], shift_out[2][SHIFT_FRAMES];

static inline double
shift_power(const float* const x, const uint32_t n)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    sum += (double)x[i] * x[i];
  }
  return sum;
}

/// The place where a share of the power of `n` frames has passed.
static inline double
shift_share(const float* const x, const uint32_t n, const double wanted)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    sum += (double)x[i] * x[i];
    if (sum >= wanted) {
      return i;
    }
  }
  return n;
}

static inline int
shift_compare(const void* const a, const void* const b)
{
  const double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}

static inline bool
shift_clicks(const ShiftRun run, void* const self, const double semitones, ShiftQuality* const q)
{
  float *const in[2] = {shift_in[0], shift_in[1]}, *const out[2] = {shift_out[0], shift_out[1]};
  uint32_t at[SHIFT_CLICKS];
  memset(shift_in, 0, sizeof(shift_in));
  for (uint32_t k = 0; k < SHIFT_CLICKS; ++k) {
    at[k]        = SHIFT_SETTLE / 2 + 5000 * k + 331 * (k * k % 7);
    in[0][at[k]] = in[1][at[k]] = 0.9f;
  }
  if (!run(self, semitones, in, out, SHIFT_FRAMES)) {
    return false;
  }
  enum { NEAR = 960 };  // frames that a click may be spread over, either way
  uint32_t best = NEAR; // the delay: where most of the clicks add up
  double   most = 0.0;
  for (uint32_t d = NEAR; d < SHIFT_RATE / 4; d += 12) {
    double sum = 0.0;
    for (uint32_t k = 0; k < SHIFT_CLICKS; ++k) {
      sum += shift_power(out[0] + at[k] + d - 120, 240);
    }
    best = sum > most ? d : best;
    most = fmax(most, sum);
  }
  const double whole = 0.81 / exp2(semitones / 12.0); // of a click, read faster
  double       delay[SHIFT_CLICKS], sum = 0.0, squares = 0.0;
  q->span = 0.0;
  q->lost = 0;
  for (uint32_t k = 0; k < SHIFT_CLICKS; ++k) {
    const float* const y     = out[0] + at[k] + best - NEAR;
    const double       power = shift_power(y, 2 * NEAR);
    double             mean  = 0.0;
    for (uint32_t i = 0; i < 2 * NEAR; ++i) {
      mean += (double)y[i] * y[i] * i / fmax(power, 1e-30);
    }
    delay[k] = 1e3 * (best + mean - NEAR) / SHIFT_RATE;
    sum += delay[k] / SHIFT_CLICKS;
    squares += delay[k] * delay[k] / SHIFT_CLICKS;
    const double span = shift_share(y, 2 * NEAR, 0.95 * power) - shift_share(y, 2 * NEAR, 0.05 * power);
    q->span           = fmax(q->span, 1e3 * span / SHIFT_RATE);
    q->lost += power < 0.25 * whole || power > 2.0 * whole;
  }
  q->jitter = sqrt(fmax(squares - sum * sum, 0.0));
  qsort(delay, SHIFT_CLICKS, sizeof(*delay), shift_compare);
  q->delay = 0.5 * (delay[SHIFT_CLICKS / 2 - 1] + delay[SHIFT_CLICKS / 2]);
  return true;
}

/// All of it.  False: the shifter does not run.
static inline bool
shift_measure(const ShiftRun      run,
              void* const         self,
              const double        semitones,
              const Chord* const  chord,
              ShiftQuality* const q)
{
  float *const in[2] = {shift_in[0], shift_in[1]}, *const out[2] = {shift_out[0], shift_out[1]};
  const double   ratio = exp2(semitones / 12.0), w = 2.0 * M_PI * 1000.0 / SHIFT_RATE;
  const uint32_t n = 1u << SHIFT_BITS;
  for (uint32_t i = 0; i < SHIFT_SETTLE + n; ++i) {
    in[0][i] = in[1][i] = (float)(0.4 * sin(w * i));
  }
  if (!run(self, semitones, in, out, SHIFT_SETTLE + n)) {
    return false;
  }
  q->sinad = rig_sinad(out[0] + SHIFT_SETTLE, 32000, w * ratio, &q->cents);
  chord_fill(chord, SHIFT_RATE, in[0], in[1], SHIFT_SETTLE + n);
  run(self, semitones, in, out, SHIFT_SETTLE + n);
  q->chord = chord_db(chord, SHIFT_RATE, ratio, out[0] + SHIFT_SETTLE, SHIFT_BITS);
  q->level = 10.0 * log10(shift_power(out[0] + SHIFT_SETTLE, n) / shift_power(in[0] + SHIFT_SETTLE, n));
  return shift_clicks(run, self, semitones, q);
}

#endif
