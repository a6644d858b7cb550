// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/engine_parts_rt.h"
#include "engine/stats_rt.h"

#include "base/clock.h"
#include "dsp/denormal.h"

#include <string.h>

#define OVERRUN 0.9 ///< part of the budget beyond which a cycle is reported

typedef struct {
  EngineRt*       engine;
  int64_t         at;       ///< engine frame at which the first of them is heard
  uint32_t        n, made;  ///< frames of the cycle; frames to make
  bool            straight; ///< they are heard now: what a deck makes leaves its port at once
  const EngineIo* io;
  MixerIo*        mix;
} DeckJob;

// On any thread of the crew: a deck shares nothing with others.
RT static void
run_deck(void* const data, const uint32_t i)
{
  const DeckJob* const  job = data;
  EngineRt* const       e   = job->engine;
  const EngineIo* const io  = job->io;
  DeckRt* const         d   = e->deck[i];
  if (!d) {
    return;
  }
  const bool   port   = io->deck[i][0] && io->deck[i][1];
  const bool   there  = port && job->straight;
  float* const bus[2] = {there ? io->deck[i][0] : d->bus[0], there ? io->deck[i][1] : d->bus[1]};
  d->ahead            = (uint32_t)(job->at - e->frame) + job->made - job->n;
  deck_run_rt(d, job->at, job->made, bus, port);
  job->mix->deck[i][0] = d->sounds ? bus[0] : NULL;
  job->mix->deck[i][1] = d->sounds ? bus[1] : NULL;
  if (port && !job->straight) { // what is made ahead of its time leaves the port when its time comes
    delay_put_rt(&d->port_delay, job->at, bus, job->made);
    delay_get_rt(&d->port_delay, e->frame, io->deck[i], job->n);
  }
}

// A port without a deck is silent.
RT static void
no_deck(const DeckJob* const job, const uint32_t i)
{
  for (int side = 0; side < 2; ++side) {
    job->mix->deck[i][side] = NULL;
    if (job->io->deck[i][side]) {
      memset(job->io->deck[i][side], 0, job->n * sizeof(float));
    }
  }
}

RT static void
run_decks(EngineRt* const e, const DeckJob* const job)
{
  crew_run_rt(e->crew, e->ndecks, job->made, run_deck, (void*)job);
  for (uint32_t i = 0; i < MAX_DECKS; ++i) {
    const DeckRt* const d = i < e->ndecks ? e->deck[i] : NULL;
    if (!d) {
      no_deck(job, i);
    }
    if (job->made) {
      crew_learn_rt(e->crew, i, d ? d->ns : 0, job->made);
    }
  }
}

// Decks, microphone, mix, master.  Returns when the mixing began.
RT static int64_t
run_parts(EngineRt* const e, const uint32_t n, const EngineIo* const io)
{
  MasterRt* const m = &e->master;
  laps_begin_rt(&e->laps);
  mic_run_rt(&e->mic, e->frame, n, io->mic, &e->laps);

  // The microphone goes along with the mix when it gets ahead, and comes back after it
  const uint32_t ahead = master_ahead_rt(m), lead = (uint32_t)(m->mixed - e->frame), delay = e->mic.delay;
  const uint32_t most     = mic_follow_rt(&e->mic, e->frame, ahead < delay && lead > ahead ? delay : ahead);
  const uint32_t made     = master_wants_rt(m, e->frame, n, most);
  const int64_t  at       = m->mixed;
  const bool     straight = made == n && master_is_straight_rt(m, e->frame);
  MixerIo        mix;
  MasterIo       out;
  for (int side = 0; side < 2; ++side) {
    out.master[side] = io->master[side] ? io->master[side] : e->spare[side];
    out.cue[side]    = io->cue[side] ? io->cue[side] : e->spare[2 + side];
    out.booth[side]  = io->booth[0] && io->booth[1] ? io->booth[side] : NULL;
    out.mix[side] = mix.mix[side] = straight ? out.master[side] : e->spare[side];
    out.pfl[side] = mix.pfl[side] = straight ? out.cue[side] : e->spare[2 + side];
  }
  const DeckJob job = {e, at, n, made, straight, io, &mix};
  run_decks(e, &job);
  const int64_t mixing = e->laps.last = clock_ns();
  mixer_run_rt(&e->mixer, at, made, &mix);
  mic_mix_rt(&e->mic, at, made, mix.mix);
  master_run_rt(m, e->frame, n, made, &out, &e->laps);
  return mixing;
}

// Add up what the cycle took, and say so when it was nearly too much.
RT static void
keep_times(EngineRt* const e, const uint32_t n, const int64_t cycle_ns, const int64_t mix_ns)
{
  Levels* const l                   = e->levels;
  int64_t       stages[STAGE_COUNT] = {0};
  uint8_t       slowest = 0, stage = 0;
  int64_t       most = 0;
  for (uint8_t i = 0; i < e->ndecks; ++i) {
    const DeckRt* const d = e->deck[i];
    if (!d) {
      continue;
    }
    if (d->sounds) {
      timing_add_rt(&l->deck[i].timing, d->ns);
    }
    if (d->ns > most) {
      most    = d->ns;
      slowest = i;
    }
    for (int k = 0; k < STAGE_COUNT; ++k) {
      stages[k] += d->laps.ns[k];
    }
  }
  for (int k = 0; k < STAGE_COUNT; ++k) {
    stages[k] += e->laps.ns[k];
  }
  stages[STAGE_MIX] += mix_ns;
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
  uint32_t* const own[] = {&e->mixer.late, &e->mic.late, &e->mic.rack.late, &e->master.late, &e->master.rack.late};
  uint64_t        late  = 0;
  for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); ++i) {
    late += *own[i];
    *own[i] = 0;
  }
  for (uint32_t i = 0; i < e->ndecks; ++i) {
    DeckRt* const d = e->deck[i];
    if (d) {
      late += d->late;
      d->late = 0;
    }
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
  epoch_enter_rt(e->epoch);
  atomic_store_explicit(&l->frame, e->frame, memory_order_relaxed);
  const int64_t rate = e->rate; // in two parts: frames times 1e9 overflow after two days
  const int64_t ns   = e->frame / rate * 1000000000 + e->frame % rate * 1000000000 / rate;
  atomic_store_explicit(&l->origin_ns, begin - ns, memory_order_relaxed);
  atomic_store_explicit(&l->block, nframes, memory_order_relaxed);

  dispatch_rt(e);
  const int64_t mixing = run_parts(e, nframes, io);
  const int64_t mixed  = clock_ns();
  show_chains_rt(e);

  epoch_leave_rt(e->epoch);
  count_late(e);
  drop_decks_rt(e);
  send_notices_rt(e); // tracks are out of every reader's hands only now
  atomic_fetch_add_explicit(&l->cycles, 1, memory_order_relaxed);
  if (nframes) {
    keep_times(e, nframes, clock_ns() - begin, mixed - mixing);
  }
  e->frame += nframes;
  denormal_guard_leave(guard);
}

int64_t
engine_frame_rt(const EngineRt* const e)
{
  return e->frame;
}

void
engine_count_xrun(EngineRt* const e)
{
  atomic_fetch_add_explicit(&e->levels->xruns, 1, memory_order_relaxed);
}
