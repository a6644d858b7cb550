// SPDX-License-Identifier: GPL-3.0-or-later
// Tempo and beat clock.
#include "crowd/state.h"

#include <math.h>

static double
seconds_since(const Crowd* const c, const int64_t frame)
{
  return (double)(control_now(c->control) - frame) / (double)control_rate(c->control);
}

double
bpm_now(const Crowd* const c)
{
  const Tempo* const t    = &c->tempo;
  const double       gone = seconds_since(c, t->start);
  return gone >= t->seconds ? t->to : t->from + (t->to - t->from) * gone / t->seconds;
}

double
beat_now(const Crowd* const c)
{
  const Tempo* const t     = &c->tempo;
  const double       gone  = seconds_since(c, t->start);
  const double       glide = fmin(gone, t->seconds);
  return t->beats + (glide * (t->from + bpm_now(c)) / 2.0 + (gone - glide) * t->to) / 60.0;
}

void
tempo_go(Crowd* const c, const double bpm, const double seconds)
{
  Tempo* const t     = &c->tempo;
  const double beats = beat_now(c);
  t->from            = seconds > 0.0 ? bpm_now(c) : bpm;
  t->to              = bpm;
  t->seconds         = seconds;
  t->start           = control_now(c->control);
  t->beats           = beats;
  for (int l = 0; l <= LETTERS; ++l) {
    mix_letter(c, l);
  }
}

void
tempo_restart(Crowd* const c)
{
  const double bpm = bpm_now(c);
  const Tempo  t   = c->tempo;
  c->tempo.from    = bpm;
  c->tempo.seconds = t.seconds > 0.0 ? fmax(0.0, t.seconds - seconds_since(c, t.start)) : 0.0;
  c->tempo.start   = control_now(c->control);
  c->tempo.beats   = 0.0;
  c->tempo.printed = -1;
}

void
beat_turn(Crowd* const c)
{
  Tempo* const  t    = &c->tempo;
  const double  beat = beat_now(c);
  const int64_t at   = (int64_t)floor(beat);
  if (t->printing && at != t->printed) {
    const double    bar         = beat / t->meter;
    const long long bar_number  = at / t->meter;
    const long long beat_number = at % t->meter;
    show("bar=%lld beat=%lld bar_phase=%.3f beat_phase=%.3f bpm=%.2f", bar_number + 1, beat_number + 1,
         bar - floor(bar), beat - floor(beat), bpm_now(c));
  }
  t->printed = at;
}
