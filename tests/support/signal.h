// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SUPPORT_SIGNAL_H
#define SUPPORT_SIGNAL_H

// Test signals, generated, and measures on them.

#include <complex.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/// White noise of peak 0.5, always the same for a seed.
static inline void
signal_noise(float* const out, const uint32_t n, uint32_t seed)
{
  for (uint32_t i = 0; i < n; ++i) {
    seed   = seed * 1664525u + 1013904223u;
    out[i] = (float)(int32_t)seed * (0.5f / 2147483648.0f);
  }
}

static inline void
signal_sine(float* const out, const uint32_t n, const double hz, const double rate, const double peak)
{
  for (uint32_t i = 0; i < n; ++i) {
    out[i] = (float)(peak * sin(2.0 * M_PI * hz / rate * i));
  }
}

/// |sum x e^-jwt| in dB: the magnitude at `hz` of an impulse response.
static inline double
signal_response_db(const float* const x, const uint32_t n, const double hz, const double rate)
{
  const double complex turn = cexp(-2.0 * M_PI * I * hz / rate);
  double complex       sum = 0.0, at = 1.0;
  for (uint32_t i = 0; i < n; ++i) {
    if (!(i % 1024)) {
      at = cexp(-2.0 * M_PI * I * fmod(hz / rate * i, 1.0));
    }
    sum += x[i] * at;
    at *= turn;
  }
  return 20.0 * log10(cabs(sum));
}

/// Peak of a - b.
static inline double
signal_difference(const float* const a, const float* const b, const uint32_t n)
{
  double peak = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    const double d = fabs((double)a[i] - (double)b[i]);
    peak           = d > peak || isnan(d) ? d : peak;
  }
  return peak;
}

static inline double
signal_peak(const float* const x, const uint32_t n)
{
  double peak = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    const double d = fabs((double)x[i]);
    peak           = d > peak || isnan(d) ? d : peak;
  }
  return peak;
}

static inline double
signal_rms(const float* const x, const uint32_t n)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    sum += (double)x[i] * (double)x[i];
  }
  return sqrt(sum / n);
}

/// First frame that is not a finite, normal number or zero; n: none.
static inline uint32_t
signal_first_odd(const float* const x, const uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    if (!isnormal(x[i]) && x[i] != 0.0f) {
      return i;
    }
  }
  return n;
}

/** Peak of what is above `hz`: what clicks and zippers leave beside a low tone.
 * A linear-phase high-pass (Blackman-Harris window, 513 taps, twice over: what is an octave below `hz` vanishes); 512
 * frames at either end are left out. */
static inline double
signal_peak_above(const float* const x, const uint32_t n, const double hz, const double rate)
{
  enum { HALF = 256 };
  double        taps[2 * HALF + 1], peak = 0.0;
  double* const once = calloc(n, sizeof(*once));
  for (int k = -HALF; k <= HALF; ++k) {
    const double u = M_PI * (k + HALF) / HALF, w = 2.0 * M_PI * hz / rate;
    const double window = 0.35875 - 0.48829 * cos(u) + 0.14128 * cos(2 * u) - 0.01168 * cos(3 * u);
    taps[k + HALF]      = (k ? -sin(w * k) / (M_PI * k) : 1.0 - w / M_PI) * window;
  }
  for (uint32_t i = HALF; i + HALF < n; ++i) {
    once[i] = 0.0;
    for (int k = -HALF; k <= HALF; ++k) {
      once[i] += taps[k + HALF] * (double)x[(int64_t)i + k];
    }
  }
  for (uint32_t i = 2 * HALF; i + 2 * HALF < n; ++i) {
    double v = 0.0;
    for (int k = -HALF; k <= HALF; ++k) {
      v += taps[k + HALF] * once[(int64_t)i + k];
    }
    peak = fmax(peak, fabs(v));
  }
  free(once);
  return peak;
}

#endif
