// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SUPPORT_CHORD_H
#define SUPPORT_CHORD_H

// Chords to shift, and how much of what comes out is the chord: the power within 2.5 Hz of the partials, exactly
// scaled, against all other power.

#include <complex.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

enum { CHORD_NOTES = 4, CHORD_HARMONICS = 6 };

#define CHORD_NEAR 2.5 // Hz

typedef struct {
  const char* name;
  double      hz[CHORD_NOTES];
} Chord;

// Equal temperament.
static const Chord CHORD_A    = {"A major", {220.0, 277.183, 329.628, 440.0}};
static const Chord CHORD_C7   = {"C major 7", {261.626, 329.628, 391.995, 493.883}};
static const Chord CHORD_WIDE = {"C minor 9, wide", {130.813, 233.082, 311.127, 587.330}};
static const Chord CHORD_LOW  = {"C minor 7, low", {130.813, 155.563, 195.998, 233.082}};

/// Fill both channels: harmonics fall by 1/h, phases are scattered, the notes lie across the stereo image.
static inline void
chord_fill(const Chord* const c, const double rate, float* const left, float* const right, const uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    left[i] = right[i] = 0.0f;
  }
  for (int k = 0; k < CHORD_NOTES; ++k) {
    for (int h = 1; h <= CHORD_HARMONICS; ++h) {
      const double         w = 2.0 * M_PI * c->hz[k] * h / rate, phase = 2.4 * k + 1.7 * h * h;
      const double         pan  = 0.35 + 0.1 * k;
      const double complex turn = cexp(I * w);
      double complex       at   = 0.12 / h * cexp(I * phase);
      for (uint32_t i = 0; i < n; ++i, at *= turn) {
        left[i] += (float)(cimag(at) * (1.0 - pan));
        right[i] += (float)(cimag(at) * pan);
      }
    }
  }
}

/// In place, 2^bits points, decimation in time.
static inline void
chord_fft(double complex* const x, const int bits)
{
  const uint32_t n = 1u << bits;
  for (uint32_t i = 0; i < n; ++i) {
    uint32_t r = 0;
    for (int b = 0; b < bits; ++b) {
      r |= (i >> b & 1u) << (bits - 1 - b);
    }
    if (r > i) {
      const double complex t = x[i];
      x[i]                   = x[r];
      x[r]                   = t;
    }
  }
  for (uint32_t half = 1; half < n; half *= 2) {
    for (uint32_t k = 0; k < half; ++k) {
      const double complex w = cexp(-I * M_PI * (double)k / (double)half);
      for (uint32_t i = k; i < n; i += 2 * half) {
        const double complex t = w * x[i + half];
        x[i + half]            = x[i] - t;
        x[i] += t;
      }
    }
  }
}

/// What is chord in 2^bits frames, dB above everything else, when its frequencies are scaled by `ratio`.
static inline double
chord_db(const Chord* const c, const double rate, const double ratio, const float* const y, const int bits)
{
  const uint32_t        n    = 1u << bits;
  double complex* const x    = malloc(n * sizeof(*x));
  double                near = 0.0, rest = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    x[i] = y[i] * (0.5 - 0.5 * cos(2.0 * M_PI * (i + 0.5) / n)); // a Hann window
  }
  chord_fft(x, bits);
  for (uint32_t i = 1; i < n / 2; ++i) {
    const double hz    = i * rate / n;
    const double power = creal(x[i]) * creal(x[i]) + cimag(x[i]) * cimag(x[i]);
    double       away  = 1e9;
    for (int k = 0; k < CHORD_NOTES * CHORD_HARMONICS; ++k) {
      away = fmin(away, fabs(hz - c->hz[k % CHORD_NOTES] * (1 + k / CHORD_NOTES) * ratio));
    }
    *(away <= CHORD_NEAR ? &near : &rest) += power;
  }
  free(x);
  return 10.0 * log10(near / rest);
}

#endif
