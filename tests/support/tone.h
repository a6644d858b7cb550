// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SUPPORT_TONE_H
#define SUPPORT_TONE_H

// How clean a tone is, and how exact.

#include <math.h>
#include <stddef.h>
#include <stdint.h>

/// Power of what is left when the best sine of `w` radians a frame is taken away, over that sine's power; its amplitude
/// in
/// `*amplitude`, unless NULL.
static inline double
rig_rest(const float* const y, const uint32_t n, const double w, double* const amplitude)
{
  const double turn_s = sin(w), turn_c = cos(w);
  double       ss = 0, sc = 0, cc = 0, ys = 0, yc = 0, tone = 0, rest = 0, s = 0, c = 1;
  for (uint32_t i = 0; i < n; ++i) {
    ss += s * s, sc += s * c, cc += c * c, ys += y[i] * s, yc += y[i] * c;
    const double next = s * turn_c + c * turn_s;
    c                 = c * turn_c - s * turn_s;
    s                 = next;
  }
  const double d = ss * cc - sc * sc, a = (ys * cc - yc * sc) / d, b = (yc * ss - ys * sc) / d;
  s = 0, c = 1;
  for (uint32_t i = 0; i < n; ++i) {
    const double m = a * s + b * c;
    tone += m * m;
    rest += (y[i] - m) * (y[i] - m);
    const double next = s * turn_c + c * turn_s;
    c                 = c * turn_c - s * turn_s;
    s                 = next;
  }
  if (amplitude) {
    *amplitude = sqrt(a * a + b * b);
  }
  return rest / tone;
}

/// Signal to everything else, dB, of a tone near `w`, and how far it is from `w`, in cents.
static inline double
rig_sinad(const float* const y, const uint32_t n, const double w, double* const cents)
{
  double best = w, least = 1e99;
  for (double span = 2e-3; span > 1e-8; span *= 0.25) { // 3.5 cents to begin with
    const double centre = best;
    for (int k = -5; k <= 5; ++k) {
      const double at = centre * (1.0 + span * k / 5.0), rest = rig_rest(y, n, at, NULL);
      if (rest < least) {
        least = rest;
        best  = at;
      }
    }
  }
  *cents = 1200.0 * log2(best / w);
  return -10.0 * log10(least);
}

#endif
