// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/meter_rt.h"

#include "engine/frames_rt.h"

#include <math.h>
#include <string.h>

// How often a plane goes over full scale.  1 itself is the largest value that a converter can give.
RT static uint32_t
count_overs(const float* const in, const uint32_t n, bool* const over)
{
  uint32_t count = 0;
  for (uint32_t i = 0; i < n; ++i) {
    const bool now = fabsf(in[i]) > 1.0f;
    count += now && !*over;
    *over = now;
  }
  return count;
}

RT void
meter_take_rt(Meter* const m, float* const planes[2], const uint32_t n)
{
  for (int side = 0; side < 2; ++side) {
    float          squares;
    const uint32_t bits = frames_measure_rt(planes[side], n, &squares);
    float          peak;
    memcpy(&peak, &bits, sizeof(peak));
    if (bits >= 0x7f800000u) {
      memset(planes[side], 0, n * sizeof(float));
      m->over[side] = false;
      continue;
    }
    m->squares[side] += (double)squares;
    m->peak[side] = peak > m->peak[side] ? peak : m->peak[side];
    if (peak > 1.0f) {
      m->clips += count_overs(planes[side], n, &m->over[side]);
    } else if (n) {
      m->over[side] = false;
    }
  }
}

RT void
meter_show_rt(Meter* const m, MeterLevels* const out, const uint32_t n, const uint32_t rate)
{
  const double kept = exp(-(double)n / (METER_RMS_SECONDS * rate));
  for (int side = 0; side < 2 && n; ++side) {
    const float  peak   = m->peak[side];
    const double square = m->mean[side] * kept + m->squares[side] / n * (1.0 - kept);
    m->mean[side]       = square > 1e-20 ? square : 0.0;
    float held = m->hold[m->part][side] = fmaxf(m->hold[m->part][side], peak);
    for (uint32_t i = 0; i < METER_HOLD_PARTS; ++i) {
      held = fmaxf(held, m->hold[i][side]);
    }
    if (peak > atomic_load_explicit(&out->peak[side], memory_order_relaxed)) {
      atomic_store_explicit(&out->peak[side], peak, memory_order_relaxed);
    }
    atomic_store_explicit(&out->hold[side], held, memory_order_relaxed);
    atomic_store_explicit(&out->rms[side], (float)sqrt(m->mean[side]), memory_order_relaxed);
    m->peak[side]    = 0.0f;
    m->squares[side] = 0.0;
  }
  if (m->part_left <= n) {
    m->part             = (m->part + 1) % METER_HOLD_PARTS;
    m->hold[m->part][0] = m->hold[m->part][1] = 0.0f;
    m->part_left                              = rate / 4;
  } else {
    m->part_left -= n;
  }
  if (m->clips) { // the only writer
    const uint64_t before = atomic_load_explicit(&out->clips, memory_order_relaxed);
    atomic_store_explicit(&out->clips, before + m->clips, memory_order_relaxed);
    m->clips = 0;
  }
}
