// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/stats.h"

#include "base/clock.h"
#include "control/midi.h"
#include "control/osc.h"
#include "control/state.h"

#include <stdio.h>

static const int64_t WINDOW_NS = 1000000000; ///< over which the load is the mean

static uint64_t
refusals(const Control* const c)
{
  return c->stats.full + ring_refusals(c->ops.requests);
}

static double
budget_us(const Control* const c)
{
  const Levels* const l = c->ops.levels;
  return 1e6 * atomic_load_explicit(&l->block, memory_order_relaxed) / c->ops.rate;
}

void
stats_update(Control* const c)
{
  Stats* const  s       = &c->stats;
  const int64_t now     = clock_ns();
  const int64_t elapsed = now - s->taken;
  if (s->taken && elapsed < WINDOW_NS) {
    return;
  }
  const Timing* const t      = &c->ops.levels->cycle;
  const uint64_t      sum    = atomic_load_explicit(&t->sum_ns, memory_order_relaxed);
  const uint64_t      cycles = atomic_load_explicit(&t->count, memory_order_relaxed);
  const double        mb     = c->ops.disk_stats(c->ops.self).disk_mb;
  const double        budget = budget_us(c);
  if (s->taken && cycles > s->cycles && sum >= s->sum_ns && budget > 0.0) { // else there was a reset
    s->load = (double)(sum - s->sum_ns) * 1e-3 / (double)(cycles - s->cycles) / budget * 100.0;
  }
  s->disk_rate = s->taken && mb >= s->disk_mb ? (mb - s->disk_mb) / ((double)elapsed * 1e-9) : 0.0;
  s->disk_mb   = mb;
  s->sum_ns    = sum;
  s->cycles    = cycles;
  s->taken     = now;
}

void
stats_reset(Control* const c)
{
  c->stats.refusals = refusals(c);
  c->stats.late     = 0;
}

typedef struct {
  void (*tell)(void* data, const char* key, const Value* value);
  void* data;
} Teller;

static void
tell_number(const Teller* const t, const char* const key, const double number)
{
  const Value v = value_double(number);
  t->tell(t->data, key, &v);
}

static void
tell_count(const Teller* const t, const char* const key, const uint64_t count)
{
  const Value v = value_int((int64_t)count);
  t->tell(t->data, key, &v);
}

static void
tell_timing(const Teller* const t, const char* const name, const Timing* const timing)
{
  char key[64];
  snprintf(key, sizeof(key), "%s/mean", name);
  tell_number(t, key, timing_mean_us(timing));
  snprintf(key, sizeof(key), "%s/p99", name);
  tell_number(t, key, timing_percentile_us(timing, 0.99));
  snprintf(key, sizeof(key), "%s/max", name);
  tell_number(t, key, timing_max_us(timing));
}

static uint64_t
starves_of(const Levels* const l, const uint32_t deck)
{
  return atomic_load_explicit(&l->deck[deck].starves, memory_order_relaxed);
}

static void
tell_midi(const Control* const c, const Teller* const t)
{
  const Midi* const     m    = c->midi;
  const MidiPort* const port = c->ops.midi;
  tell_count(t, "midi/events", m->events);
  tell_count(t, "midi/malformed", m->parser.malformed);
  tell_count(t, "midi/skipped", atomic_load_explicit(&port->skipped, memory_order_relaxed));
  tell_count(t, "midi/lost", ring_refusals(port->in));
  tell_count(t, "midi/echoes", m->echoes);
  tell_count(t, "midi/refused", m->refused);
  tell_count(t, "midi/unsent", atomic_load_explicit(&port->unsent, memory_order_relaxed));
}

void
stats_list(const Control* const c, void (*tell)(void* data, const char* key, const Value* value), void* const data)
{
  static const char* const stages[STAGE_COUNT] = {"stage/read", "stage/pitch", "stage/eq", "stage/inserts",
                                                  "stage/mix"};
  const Levels* const      l                   = c->ops.levels;
  const Teller             t                   = {tell, data};
  const double             budget              = budget_us(c);
  const OpsDiskStats       disk                = c->ops.disk_stats(c->ops.self);
  uint64_t                 starves             = 0;
  for (uint32_t d = 0; d < MAX_DECKS; ++d) {
    starves += deck_exists(c, d) ? starves_of(l, d) : 0;
  }
  tell_count(&t, "rate", c->ops.rate);
  tell_count(&t, "block", atomic_load_explicit(&l->block, memory_order_relaxed));
  tell_count(&t, "cycles", atomic_load_explicit(&l->cycles, memory_order_relaxed));
  tell_count(&t, "xruns", atomic_load_explicit(&l->xruns, memory_order_relaxed));
  tell_count(&t, "late", atomic_load_explicit(&l->late, memory_order_relaxed) + c->stats.late);
  tell_count(&t, "full_rings",
             atomic_load_explicit(&l->full_rings, memory_order_relaxed) + refusals(c) - c->stats.refusals);
  tell_count(&t, "starves", starves);
  tell_number(&t, "load", c->stats.load);
  tell_number(&t, "load_worst", budget > 0.0 ? timing_max_us(&l->cycle) / budget * 100.0 : 0.0);
  tell_number(&t, "budget", budget);
  tell_timing(&t, "cycle", &l->cycle);
  tell_count(&t, "threads", atomic_load_explicit(&l->threads, memory_order_relaxed));
  tell_timing(&t, "join", &l->join);
  for (int i = 0; i < STAGE_COUNT; ++i) {
    tell_timing(&t, stages[i], &l->stage[i]);
  }
  for (uint32_t d = 0; d < MAX_DECKS; ++d) {
    char key[32];
    if (!deck_exists(c, d)) {
      continue;
    }
    snprintf(key, sizeof(key), "deck/%u", d + 1);
    tell_timing(&t, key, &l->deck[d].timing);
    snprintf(key, sizeof(key), "deck/%u/starves", d + 1);
    tell_count(&t, key, starves_of(l, d));
  }
  tell_number(&t, "cache/used", disk.cache_used_mb);
  tell_number(&t, "cache/size", disk.cache_size_mb);
  tell_number(&t, "disk/rate", c->stats.disk_rate);
  tell_count(&t, "record/lost", disk.record_lost);
  tell_count(&t, "commands/waiting", heap_count(c->out) + c->aside.count + heap_count(c->futures));
  tell_count(&t, "osc/lost", osc_lost(c->osc));
  tell_count(&t, "osc/unsent", osc_unsent(c->osc));
  tell_count(&t, "osc/subscriptions", (uint64_t)c->subscribers.count);
  if (c->ops.midi) {
    tell_midi(c, &t);
  }
}
