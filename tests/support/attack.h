// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SUPPORT_ATTACK_H
#define SUPPORT_ATTACK_H

#include <math.h>
#include <stdint.h>

/// Where an attack begins: the first half millisecond whose bend (second difference) has a third of the most energy.
static inline uint32_t
attack_at(const float* const y, const uint32_t from, const uint32_t to)
{
  uint32_t at   = 0;
  double   most = 0.0;
  for (int pass = 0; pass < 2; ++pass) {
    for (uint32_t i = from; i < to; ++i) {
      double e = 0.0;
      for (uint32_t k = i; k < i + 24; ++k) {
        const double d = (double)y[k] - 2.0 * y[k - 1] + y[k - 2];
        e += d * d;
      }
      if (pass && e > 0.3 * most) {
        return i;
      }
      at   = e > most ? i : at;
      most = fmax(most, e);
    }
  }
  return at;
}

#endif
