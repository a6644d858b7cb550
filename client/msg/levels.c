// SPDX-License-Identifier: GPL-3.0-or-later
#include "msg/levels.h"

#include <math.h>

float
levels_take_peak(_Atomic float* const peak)
{
  return atomic_exchange_explicit(peak, 0.0f, memory_order_relaxed);
}

double
timing_percentile_us(const Timing* const t, const double fraction)
{
  uint64_t total = 0;
  for (int b = 0; b < TIMING_BINS; ++b) {
    total += atomic_load_explicit(&t->bins[b], memory_order_relaxed);
  }
  uint64_t below = 0;
  for (int b = 0; b < TIMING_BINS; ++b) {
    below += atomic_load_explicit(&t->bins[b], memory_order_relaxed);
    if (total && (double)below >= fraction * (double)total) {
      const double top = exp2((b + 1) / 4.0), max = timing_max_us(t);
      return top < max ? top : max;
    }
  }
  return 0.0;
}

double
timing_mean_us(const Timing* const t)
{
  const uint64_t count = atomic_load_explicit(&t->count, memory_order_relaxed);
  return count ? (double)atomic_load_explicit(&t->sum_ns, memory_order_relaxed) / (double)count / 1e3 : 0.0;
}

double
timing_max_us(const Timing* const t)
{
  return (double)atomic_load_explicit(&t->max_ns, memory_order_relaxed) / 1e3;
}
