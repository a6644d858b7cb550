// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/crew_rt.h"

#include "base/clock.h"

#include <sched.h>

#define LEFT_BITS 8      ///< of `list`: items that nobody has begun
#define PATIENCE 256     ///< turns of waiting before it lets others run, offline
#define FORGETTING 0.05f ///< of a cost that was higher, per cycle: decks with bursts are dear also between them

RT static inline void
pause_a_little(void)
{
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

RT void
crew_help_rt(CrewRt* const c)
{
  uint64_t list = atomic_load_explicit(&c->list, memory_order_acquire);
  while (list & ((1u << LEFT_BITS) - 1)) {
    if (atomic_compare_exchange_weak_explicit(&c->list, &list, list - 1, memory_order_acq_rel, memory_order_acquire)) {
      c->work(c->job, c->order[(list & ((1u << LEFT_BITS) - 1)) - 1]);
      atomic_fetch_sub_explicit(&c->undone, 1, memory_order_release);
      list = atomic_load_explicit(&c->list, memory_order_acquire);
    }
  }
}

// One pass that brings dearer items towards the end, where they are begun first.
RT static void
arrange(CrewRt* const c, const uint32_t nitems)
{
  if (c->nitems != nitems) {
    for (uint32_t i = 0; i < nitems; ++i) {
      c->order[i] = (uint8_t)i;
    }
    c->nitems = nitems;
  }
  for (uint32_t i = 0; i + 1 < nitems; ++i) {
    const uint8_t a = c->order[i], b = c->order[i + 1];
    if (c->cost[a] > c->cost[b]) {
      c->order[i]     = b;
      c->order[i + 1] = a;
    }
  }
}

// How many other threads it is worth to wake: the work is shared among them and this one.
RT static uint32_t
hands_worth_waking(const CrewRt* const c, const uint32_t nitems, const uint32_t nframes)
{
  const uint32_t most = nitems - 1 < c->nhands ? nitems - 1 : c->nhands;
  float          sum  = 0.0f;
  for (uint32_t i = 0; i < nitems && c->worth_ns > 0.0f; ++i) {
    sum += c->cost[i];
  }
  const float hands = c->worth_ns > 0.0f ? sum * (float)nframes / c->worth_ns - 1.0f : (float)most;
  return hands <= 0.0f ? 0 : hands < (float)most ? (uint32_t)hands : most;
}

// For what others are in the midst of.
RT static void
wait_for_others(const CrewRt* const c)
{
  for (uint32_t turn = 0; atomic_load_explicit(&c->undone, memory_order_acquire); ++turn) {
    if (c->offline && turn >= PATIENCE) {
      RT_WAIVE_BEGIN("offline: the thread that is waited for may have no processor")
      RT_OFFLINE_BEGIN
      sched_yield();
      RT_OFFLINE_END
      RT_WAIVE_END
    } else {
      pause_a_little();
    }
  }
}

RT void
crew_run_rt(CrewRt* const c, const uint32_t nitems, const uint32_t nframes, const CrewWork work, void* const job)
{
  c->waited_ns = 0;
  c->woken     = nitems && c->nhands ? hands_worth_waking(c, nitems, nframes) : 0;
  if (!c->woken) {
    for (uint32_t i = 0; i < nitems; ++i) {
      work(job, i);
    }
    return;
  }
  arrange(c, nitems);
  c->work             = work;
  c->job              = job;
  const uint64_t list = atomic_load_explicit(&c->list, memory_order_relaxed) >> LEFT_BITS;
  atomic_store_explicit(&c->undone, nitems, memory_order_relaxed);
  atomic_store_explicit(&c->list, (list + 1) << LEFT_BITS | nitems, memory_order_release);
  for (uint32_t i = 0; i < c->woken; ++i) {
    sem_post(&c->wake[i]);
  }
  crew_help_rt(c);
  if (atomic_load_explicit(&c->undone, memory_order_acquire)) {
    const int64_t begin = clock_ns();
    wait_for_others(c);
    c->waited_ns = clock_ns() - begin;
  }
}

RT void
crew_learn_rt(CrewRt* const c, const uint32_t item, const int64_t ns, const uint32_t nframes)
{
  const float now = (float)ns / (float)nframes;
  float*      was = &c->cost[item];
  *was            = now > *was ? now : *was + (now - *was) * FORGETTING;
}
