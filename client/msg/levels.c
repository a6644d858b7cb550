// SPDX-License-Identifier: GPL-3.0-or-later
#include "msg/levels.h"

#include <math.h>

int64_t
levels_frame_at(const Levels* const levels, const uint32_t rate, const int64_t now_ns)
{
  const int64_t origin = atomic_load_explicit(&levels->origin_ns, memory_order_relaxed);
  const int64_t frame  = atomic_load_explicit(&levels->frame, memory_order_relaxed);
  const int64_t last   = frame + atomic_load_explicit(&levels->block, memory_order_relaxed);
  if (!origin) {
    return frame; // no cycle yet
  }
  const int64_t gone = now_ns - origin;
  const int64_t now  = gone / 1000000000 * rate + gone % 1000000000 * rate / 1000000000;
  return now < frame ? frame : now < last ? now : last;
}

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
