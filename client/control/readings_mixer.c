// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/commands.h"
#include "control/state.h"

#include "dsp/units.h"

#include <math.h>

static const float SILENCE_DB = -200.0f; ///< what a meter shows of nothing

static int
meter(const Control* const c, const int which, Value* const out)
{
  Control* const m = (Control*)c;
  meters_read(m, c->listener ? c->listener : c->asker ? meters_asker(m, c->asker) : NULL, which, out);
  return 2;
}

int
read_meter(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  (void)k;
  return meter(c, entry_chain(e, deck), out);
}

int
read_reduction(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  (void)e;
  (void)deck;
  (void)k;
  meter(c, METER_LIMITER, out);
  out[0] = value_float(fmaxf((float)out[0].number, 0.0f));
  return 1;
}

static const MeterLevels*
levels_of(const Control* const c, const Entry* const e, const uint8_t deck)
{
  const Levels* const l = c->ops.levels;
  return e->chain == CHAIN_MIC ? &l->mic : e->chain == CHAIN_MASTER ? &l->master : &l->deck[deck].meter;
}

static int
decibels(const _Atomic float gain[2], Value* const out)
{
  for (int side = 0; side < 2; ++side) {
    const float linear = atomic_load_explicit(&gain[side], memory_order_relaxed);
    out[side]          = value_float(linear > 0.0f ? fmaxf(db_of_gain(linear), SILENCE_DB) : SILENCE_DB);
  }
  return 2;
}

int
read_rms(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  (void)k;
  return decibels(levels_of(c, e, deck)->rms, out);
}

int
read_hold(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  (void)k;
  return decibels(levels_of(c, e, deck)->hold, out);
}

static uint64_t
clips_of(const MeterLevels* const m)
{
  return atomic_load_explicit(&m->clips, memory_order_relaxed);
}

int
read_clips(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  (void)k;
  const uint8_t  chain = entry_chain(e, deck);
  const uint64_t all = clips_of(levels_of(c, e, deck)), before = c->clips_before[chain];
  out[0] = value_int((int64_t)(all >= before ? all - before : all)); // a deck that was added anew begins at 0
  return 1;
}

Progress
run_clips_reset(Control* const c, Call* const call)
{
  const Levels* const l = c->ops.levels;
  for (uint32_t d = 0; d < MAX_DECKS; ++d) {
    c->clips_before[d] = clips_of(&l->deck[d].meter);
  }
  c->clips_before[CHAIN_MIC]    = clips_of(&l->mic);
  c->clips_before[CHAIN_MASTER] = clips_of(&l->master);
  answer_ok(c, call, NULL, 0);
  return CALL_DONE;
}

int
read_ahead(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  const Levels* const l = c->ops.levels;
  (void)deck;
  (void)k;
  const atomic_uint* const frames = e->chain == CHAIN_MIC ? &l->mic_latency : &l->ahead;
  out[0]                          = value_int(atomic_load_explicit(frames, memory_order_relaxed));
  return 1;
}

int
read_loudness(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  float value[4];
  (void)e;
  (void)deck;
  (void)k;
  if (!c->ops.loudness || !c->ops.loudness(c->ops.self, value)) {
    return 0;
  }
  for (int i = 0; i < 4; ++i) {
    out[i] = value_float(value[i]);
  }
  return 4;
}

Progress
run_loudness_reset(Control* const c, Call* const call)
{
  if (c->ops.loudness_reset) {
    c->ops.loudness_reset(c->ops.self);
  }
  answer_ok(c, call, NULL, 0);
  return CALL_DONE;
}
