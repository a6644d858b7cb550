// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/engine_parts_rt.h"
#include "engine/stats_rt.h"

#include "base/clock.h"
#include "dsp/denormal.h"

#define OVERRUN 0.9 ///< part of the budget beyond which a cycle is reported

typedef struct {
  EngineRt*       engine;
  uint32_t        n;
  const EngineIo* io;
  MixerIo*        mix;
} DeckJob;

// On any thread of the crew: a deck shares nothing with others.
RT static void
run_deck(void* const data, const uint32_t i)
{
  const DeckJob* const  job    = data;
  EngineRt* const       e      = job->engine;
  const EngineIo* const io     = job->io;
  DeckRt* const         d      = e->deck[i];
  const bool            port   = io->deck[i][0] && io->deck[i][1];
  float* const          bus[2] = {port ? io->deck[i][0] : e->bus[i][0], port ? io->deck[i][1] : e->bus[i][1]};
  deck_run_rt(d, e->frame, job->n, bus, port);
  job->mix->deck[i][0] = d->sounds ? bus[0] : NULL;
  job->mix->deck[i][1] = d->sounds ? bus[1] : NULL;
}

RT static void
run_decks(EngineRt* const e, const uint32_t n, const EngineIo* const io, MixerIo* const mix)
{
  DeckJob job = {e, n, io, mix};
  crew_run_rt(e->crew, e->ndecks, n, run_deck, &job);
  for (uint32_t i = 0; i < e->ndecks && n; ++i) {
    crew_learn_rt(e->crew, i, e->deck[i]->ns, n);
  }
}

// Add up what the cycle took, and say so when it was nearly too much.
RT static void
keep_times(EngineRt* const e, const uint32_t n, const int64_t cycle_ns, const int64_t mix_ns)
{
  Levels* const l                   = e->levels;
  int64_t       stages[STAGE_COUNT] = {0};
  uint8_t       slowest = 0, stage = 0;
  for (uint8_t i = 0; i < e->ndecks; ++i) {
    const DeckRt* const d = e->deck[i];
    if (d->sounds) {
      timing_add_rt(&l->deck[i].timing, d->ns);
    }
    slowest = d->ns > e->deck[slowest]->ns ? i : slowest;
    for (int k = 0; k < STAGE_COUNT; ++k) {
      stages[k] += d->stage_ns[k];
    }
  }
  stages[STAGE_MIX] = mix_ns;
  for (uint8_t k = 0; k < STAGE_COUNT; ++k) {
    timing_add_rt(&l->stage[k], stages[k]);
    stage = stages[k] > stages[stage] ? k : stage;
  }
  timing_add_rt(&l->cycle, cycle_ns);
  if (e->crew->woken) {
    timing_add_rt(&l->join, e->crew->waited_ns);
  }
  const double budget = 1e9 * n / e->rate;
  if ((double)cycle_ns > OVERRUN * budget) {
    Notice o            = {.at = e->frame, .kind = NOTICE_OVERRUN};
    o.overrun.cycle_us  = (float)((double)cycle_ns * 1e-3);
    o.overrun.budget_us = (float)(budget * 1e-3);
    o.overrun.stage     = stage;
    o.overrun.deck      = slowest;
    if (!ring_write(e->notices, &o)) {
      atomic_fetch_add_explicit(&l->full_rings, 1, memory_order_relaxed);
    }
  }
}

RT static void
count_late(EngineRt* const e)
{
  uint64_t late = e->mixer.late;
  e->mixer.late = 0;
  for (uint32_t i = 0; i < e->ndecks; ++i) {
    late += e->deck[i]->late;
    e->deck[i]->late = 0;
  }
  if (late) {
    atomic_fetch_add_explicit(&e->levels->late, late, memory_order_relaxed);
  }
}

RT void
engine_run_rt(EngineRt* const e, const uint32_t nframes, const EngineIo* const io)
{
  const int64_t       begin = clock_ns();
  const DenormalGuard guard = denormal_guard_enter();
  Levels* const       l     = e->levels;
  MixerIo             mix;
  for (int side = 0; side < 2; ++side) {
    mix.master[side] = io->master[side] ? io->master[side] : e->spare[side];
    mix.cue[side]    = io->cue[side] ? io->cue[side] : e->spare[2 + side];
  }
  epoch_enter_rt(e->epoch);
  atomic_store_explicit(&l->frame, e->frame, memory_order_relaxed);
  atomic_store_explicit(&l->frame_ns, begin, memory_order_relaxed);
  atomic_store_explicit(&l->block, nframes, memory_order_relaxed);

  dispatch_rt(e);
  run_decks(e, nframes, io, &mix);
  const int64_t mixing = clock_ns();
  mixer_run_rt(&e->mixer, e->frame, nframes, &mix);
  const int64_t mixed = clock_ns();

  epoch_leave_rt(e->epoch);
  count_late(e);
  send_notices_rt(e); // tracks are out of every reader's hands only now
  atomic_fetch_add_explicit(&l->cycles, 1, memory_order_relaxed);
  if (nframes) {
    keep_times(e, nframes, clock_ns() - begin, mixed - mixing);
  }
  e->frame += nframes;
  denormal_guard_leave(guard);
}

void
engine_count_xrun(EngineRt* const e)
{
  atomic_fetch_add_explicit(&e->levels->xruns, 1, memory_order_relaxed);
}
