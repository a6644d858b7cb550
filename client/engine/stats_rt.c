// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stats_rt.h"

// One writer: a load and a store, no locked addition.
#define ADD(at, n)                                                                                                     \
  atomic_store_explicit((at), atomic_load_explicit((at), memory_order_relaxed) + (n), memory_order_relaxed)

static const uint32_t quarters[3] = {1246974, 1482910, 1763488}; // 2^(k/4) * 2^20

// Quarter octaves above 1 us: the octave is the place of the highest bit, the quarter is found by comparing.
RT static uint32_t
bin_of(const uint64_t ns)
{
  uint32_t octave = 0;
  uint64_t base   = 1000;
  while (ns >= 2 * base && octave < TIMING_BINS / 4 - 1) {
    base *= 2;
    ++octave;
  }
  uint32_t quarter = 0;
  while (quarter < 3 && (ns << 20) / base >= quarters[quarter]) {
    ++quarter;
  }
  return 4 * octave + quarter;
}

RT void
timing_add_rt(Timing* const t, const int64_t ns)
{
  const uint64_t time = ns > 0 ? (uint64_t)ns : 0;
  ADD(&t->count, 1);
  ADD(&t->sum_ns, time);
  ADD(&t->bins[bin_of(time)], 1);
  if (time > atomic_load_explicit(&t->max_ns, memory_order_relaxed)) {
    atomic_store_explicit(&t->max_ns, time, memory_order_relaxed);
  }
}

RT static void
clear(Timing* const t)
{
  atomic_store_explicit(&t->count, 0, memory_order_relaxed);
  atomic_store_explicit(&t->sum_ns, 0, memory_order_relaxed);
  atomic_store_explicit(&t->max_ns, 0, memory_order_relaxed);
  for (int i = 0; i < TIMING_BINS; ++i) {
    atomic_store_explicit(&t->bins[i], 0, memory_order_relaxed);
  }
}

RT void
stats_reset_rt(Levels* const l)
{
  atomic_store_explicit(&l->cycles, 0, memory_order_relaxed);
  atomic_store_explicit(&l->xruns, 0, memory_order_relaxed);
  atomic_store_explicit(&l->late, 0, memory_order_relaxed);
  atomic_store_explicit(&l->full_rings, 0, memory_order_relaxed);
  clear(&l->cycle);
  clear(&l->join);
  for (int i = 0; i < STAGE_COUNT; ++i) {
    clear(&l->stage[i]);
  }
  for (int i = 0; i < MAX_DECKS; ++i) {
    clear(&l->deck[i].timing);
    atomic_store_explicit(&l->deck[i].starves, 0, memory_order_relaxed);
  }
}

RT void
deck_levels_reset_rt(DeckLevels* const l)
{
  clear(&l->timing);
  atomic_store_explicit(&l->state, (int)DECK_EMPTY, memory_order_relaxed);
  atomic_store_explicit(&l->position, 0, memory_order_relaxed);
  atomic_store_explicit(&l->length, 0, memory_order_relaxed);
  atomic_store_explicit(&l->rate, 0, memory_order_relaxed);
  atomic_store_explicit(&l->latency, 0, memory_order_relaxed);
  atomic_store_explicit(&l->speed, 1.0f, memory_order_relaxed);
  atomic_store_explicit(&l->shift, 0.0f, memory_order_relaxed);
  for (int side = 0; side < 2; ++side) {
    atomic_store_explicit(&l->meter.peak[side], 0.0f, memory_order_relaxed);
    atomic_store_explicit(&l->meter.hold[side], 0.0f, memory_order_relaxed);
    atomic_store_explicit(&l->meter.rms[side], 0.0f, memory_order_relaxed);
  }
  atomic_store_explicit(&l->meter.clips, 0, memory_order_relaxed);
  atomic_store_explicit(&l->starves, 0, memory_order_relaxed);
}
