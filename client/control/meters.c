// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/meters.h"

#include "control/state.h"

#include "base/clock.h"
#include "dsp/units.h"

#include <string.h>

static const float   SILENCE_DB = -200.0f;              ///< what a meter shows of nothing
static const int64_t MOMENT_NS  = 40000000;             ///< the least that is shown, unless two cycles are longer
static const int64_t RECENT_NS  = 300000000;            ///< likewise to who was silent
static const int64_t FORGET_NS  = INT64_C(10000000000); ///< a silent asker's peaks tell nothing about the present

static _Atomic float*
source(const Control* const c, const int meter, const int side)
{
  Levels* const l = c->ops.levels;
  return meter == METER_LIMITER  ? &l->limiter_taken
         : meter == METER_MASTER ? &l->master.peak[side]
         : meter == METER_MIC    ? &l->mic.peak[side]
                                 : &l->deck[meter].meter.peak[side];
}

/// Tell all ears what the engine holds.
static void
take(Control* const c, const int meter)
{
  for (int side = 0; side < (meter == METER_LIMITER ? 1 : 2); ++side) {
    _Atomic float* const held = source(c, meter, side);
    if (atomic_load_explicit(held, memory_order_relaxed) > 0.0f) {
      const float peak = levels_take_peak(held);
      for (Ear* e = c->meters.first; e; e = e->next) {
        e->held[meter][side] = e->held[meter][side] > peak ? e->held[meter][side] : peak;
      }
    }
  }
}

/// Begin anew what is older than `least`.
static void
turn_over(Ear* const ear, const int meter, const int64_t now, const int64_t least)
{
  if (now - ear->since[meter] >= least) {
    memcpy(ear->before[meter], ear->held[meter], sizeof(ear->held[meter]));
    memset(ear->held[meter], 0, sizeof(ear->held[meter]));
    ear->since[meter] = now;
  }
}

void
meters_turn(Control* const c)
{
  Meters* const m   = &c->meters;
  const int64_t now = clock_ns();
  if (now - m->recent.since[0] >= RECENT_NS) {
    for (int i = 0; i < METER_COUNT; ++i) {
      take(c, i);
      turn_over(&m->recent, i, now, RECENT_NS);
    }
  }
}

/// What was heard in the last moment, as if `ear` had listened.
static void
begin_with_recent(Control* const c, Ear* const ear)
{
  const Ear* const recent = &c->meters.recent;
  memcpy(ear->held, recent->held, sizeof(ear->held));
  memcpy(ear->since, recent->since, sizeof(ear->since));
  for (int i = 0; i < METER_COUNT; ++i) {
    for (int side = 0; side < 2; ++side) {
      ear->held[i][side] = ear->held[i][side] > recent->before[i][side] ? ear->held[i][side] : recent->before[i][side];
    }
  }
}

void
meters_listen(Control* const c, Ear* const ear)
{
  for (int i = 0; i < METER_COUNT; ++i) { // what is held is news to it
    take(c, i);
  }
  begin_with_recent(c, ear);
  memset(ear->before, 0, sizeof(ear->before));
  ear->next       = c->meters.first;
  c->meters.first = ear;
}

void
meters_unlisten(Control* const c, Ear* const ear)
{
  for (Ear** e = &c->meters.first; *e; e = &(*e)->next) {
    if (*e == ear) {
      *e = ear->next;
      return;
    }
  }
}

Ear*
meters_asker(Control* const c, const Sender* const who)
{
  Meters* const m   = &c->meters;
  const int64_t now = clock_ns();
  Asker*        a   = &m->asker[0];
  if (who->kind == SENDER_NONE || who->kind == SENDER_SCORE) {
    return NULL;
  }
  for (int i = 0; i < MAX_ASKERS; ++i) {
    if (m->asker[i].asked && sender_same(&m->asker[i].who, who)) {
      a = &m->asker[i];
      break;
    }
    a = m->asker[i].asked < a->asked ? &m->asker[i] : a;
  }
  if (!a->asked || !sender_same(&a->who, who) || now - a->asked > FORGET_NS) {
    meters_unlisten(c, &a->ear);
    a->who = *who;
    meters_listen(c, &a->ear);
  }
  a->asked = now;
  return &a->ear;
}

void
meters_read(Control* const c, Ear* const ear, const int meter, Value out[2])
{
  const int64_t cycles = (int64_t)(2e9 * atomic_load(&c->ops.levels->block) / c->ops.rate);
  Ear* const    e      = ear ? ear : &c->meters.recent;
  take(c, meter);
  turn_over(e, meter, clock_ns(), !ear ? RECENT_NS : cycles > MOMENT_NS ? cycles : MOMENT_NS);
  for (int side = 0; side < 2; ++side) {
    const float held   = e->held[meter][side];
    const float before = e->before[meter][side];
    const float peak   = held > before ? held : before;
    const float db     = peak > 0.0f ? db_of_gain(peak) : SILENCE_DB;
    out[side]          = value_float(db > SILENCE_DB ? db : SILENCE_DB);
  }
}
