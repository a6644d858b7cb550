// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tempo_rt.h"

#include <math.h>

RT static const TempoRamp*
ramp_number(const Tempo* const t, const uint64_t number)
{
  return &t->ramp[number % TEMPO_RAMPS];
}

// The number of the ramp in force at a frame.
RT static uint64_t
ramp_in_force(const Tempo* const t, const int64_t at)
{
  uint64_t i = t->end - 1;
  while (i > t->first && ramp_number(t, i)->at > at) {
    --i;
  }
  return i;
}

RT static SincPos
step_on_ramp(const TempoRamp* const r, const int64_t at)
{
  const int64_t k = at - r->at;
  if (k >= r->frames) {
    return r->to;
  }
  return k <= 0 ? r->from : r->from + llrint((double)(r->to - r->from) * (double)k / (double)r->frames);
}

RT void
tempo_reset_rt(Tempo* const t, const SincPos step)
{
  const TempoRamp r = {INT64_MIN / 2, 0, step, step};
  t->ramp[0]        = r;
  t->first          = 0;
  t->end            = 1;
}

RT void
tempo_go_rt(Tempo* const t, const int64_t at, const SincPos to, const int64_t frames)
{
  const TempoRamp r = {at, frames, tempo_at_rt(t, at), to};
  while (t->end > t->first && ramp_number(t, t->end - 1)->at >= at) {
    --t->end;
  }
  t->ramp[t->end++ % TEMPO_RAMPS] = r;
  if (t->end - t->first > TEMPO_RAMPS) {
    ++t->first;
  }
}

RT void
tempo_follow_rt(const Tempo* const t, const int64_t at, SincPos* const step, SincPos* const dstep, int64_t* const until)
{
  const uint64_t   i    = ramp_in_force(t, at);
  const TempoRamp* r    = ramp_number(t, i);
  const int64_t    next = i + 1 < t->end ? ramp_number(t, i + 1)->at : INT64_MAX;
  *step                 = step_on_ramp(r, at);
  *dstep                = 0;
  *until                = next;
  if (at < r->at) {
    *until = r->at;
  } else if (at < r->at + r->frames) {
    const int64_t k = (at - r->at) / TEMPO_GRID * TEMPO_GRID;
    int64_t       e = r->at + k + TEMPO_GRID;
    e               = e < r->at + r->frames ? e : r->at + r->frames;
    *dstep          = (step_on_ramp(r, e) - *step) / (e - at);
    *until          = e < next ? e : next;
  }
}

RT SincPos
tempo_at_rt(const Tempo* const t, const int64_t at)
{
  return step_on_ramp(ramp_number(t, ramp_in_force(t, at)), at);
}

RT bool
tempo_rests_rt(const Tempo* const t, const int64_t at)
{
  const TempoRamp* const r = ramp_number(t, t->end - 1);
  return at >= r->at + r->frames;
}

RT SincPos
tempo_target_rt(const Tempo* const t)
{
  return ramp_number(t, t->end - 1)->to;
}
