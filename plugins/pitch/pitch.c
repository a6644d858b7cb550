// SPDX-License-Identifier: GPL-3.0-or-later
#include "pitch/pitch.h"

#include "pitch/handover.h"
#include "pitch/resampler.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define HYSTERESIS 0.25 // semitones
#define GLIDE 4.0       // ms: time constant of the shift
#define ARRIVED 1e-4    // semitones: close enough
#define REST 100        // cells without shift before the stretcher is left
#define AGREE 1.006     // between ratios: a tenth of a semitone
#define PATIENCE 300    // cells

typedef enum { VOICE_OFF, VOICE_RESAMPLER, VOICE_FAST, VOICE_FINE } VoiceKind;
typedef enum { HANDOVER_NONE, HANDOVER_PRIME, HANDOVER_RECORD, HANDOVER_FADE } Phase;

typedef struct {
  VoiceKind kind;
  uint32_t  delay; ///< frames
} Voice;

struct Pitch {
  Input            in;
  const SincTable* sinc;
  Resampler*       resampler;
  Stretcher*       stretcher[2]; ///< by quality; NULL: not made yet
  Handover         handover;
  uint32_t         channels;
  uint32_t         seat;  ///< among those that live
  bool             ahead; ///< a worker feeds
  uint32_t         delay_resampler, delay_stretcher[2];
  PitchControls    c;
  bool             fresh;            ///< nothing has been run since the reset
  bool             large;            ///< the shift is one for the stretcher
  uint32_t         rest;             ///< cells without shift
  double           semitones, ratio; ///< gliding
  Voice            voice, next;
  Phase            phase;
  uint32_t         primed; ///< cells spent so
};

// ---- set-up -------------------------------------------------------------------------------------------------------

static uint32_t
larger(const uint32_t a, const uint32_t b)
{
  return a > b ? a : b;
}

// Seats are given in order, from the first as often as nobody is left: so what they spread over the blocks is the same
// each time.
static atomic_uint living, seats;

Pitch*
pitch_new(const double rate, const uint32_t channels)
{
  Pitch* const p = calloc(1, sizeof(*p));
  if (!p) {
    return NULL;
  }
  if (!atomic_fetch_add(&living, 1)) {
    atomic_store(&seats, 0);
  }
  p->seat       = atomic_fetch_add(&seats, 1);
  uint32_t past = resampler_past(rate);
  for (int q = 0; q < 2; ++q) {
    p->delay_stretcher[q] = stretcher_delay(rate, (StretcherQuality)q);
    past                  = larger(past, stretcher_past(rate, (StretcherQuality)q));
  }
  // The resampler looks back from the longest delay there is
  past          = larger(past, p->delay_stretcher[STRETCHER_FINE] + resampler_past(rate));
  p->channels   = channels;
  p->sinc       = sinc_table(SINC_16);
  const bool ok = input_init(&p->in, rate, past, resampler_reach(rate)) && handover_init(&p->handover, rate);
  p->resampler  = ok ? resampler_new(&p->in, p->sinc) : NULL;
  if (!p->sinc || !p->resampler) {
    pitch_free(p);
    return NULL;
  }
  p->delay_resampler       = resampler_least_delay_rt(&p->in);
  const PitchControls none = {.enabled = true, .threshold = 3.0};
  p->c                     = none;
  pitch_reset(p);
  return p;
}

void
pitch_free(Pitch* const p)
{
  if (p) {
    stretcher_free(p->stretcher[0]);
    stretcher_free(p->stretcher[1]);
    resampler_free(p->resampler);
    handover_release(&p->handover);
    input_release(&p->in);
    sinc_table_release(p->sinc);
    atomic_fetch_sub(&living, 1);
    free(p);
  }
}

void
pitch_reset(Pitch* const p)
{
  for (int q = 0; q < 2; ++q) {
    if (p->stretcher[q]) {
      stretcher_stop(p->stretcher[q]);
    }
  }
  input_reset_rt(&p->in, 1.0);
  p->fresh = true;
  p->phase = HANDOVER_NONE;
}

Stretcher*
pitch_make_stretcher(const Pitch* const p, const PitchQuality quality)
{
  return stretcher_new(&p->in, p->sinc, (StretcherQuality)quality, p->channels, p->seat);
}

uint32_t
pitch_longest_latency(const double rate)
{
  return stretcher_delay(rate, STRETCHER_FINE);
}

// ---- which voice --------------------------------------------------------------------------------------------------

RT static Stretcher*
stretcher_of(const Pitch* const p, const VoiceKind k)
{
  return k == VOICE_FAST || k == VOICE_FINE ? p->stretcher[k - VOICE_FAST] : NULL;
}

/// Whether the shift, as it will be, is one for the stretcher.
RT static bool
is_large(const Pitch* const p)
{
  const double shift = fabs(p->c.semitones);
  if (p->c.engine != PITCH_ENGINE_AUTO) {
    return p->c.engine == PITCH_ENGINE_RUBBER_BAND;
  }
  return shift > (p->large ? fmax(p->c.threshold - HYSTERESIS, 0.0) : p->c.threshold);
}

RT static Voice
wanted_voice(const Pitch* const p)
{
  const bool lowest = p->c.latency_mode == PITCH_LATENCY_LOWEST;
  Voice      v      = {VOICE_RESAMPLER, lowest && !p->large ? p->delay_resampler : p->delay_stretcher[p->c.quality]};
  if (!p->c.enabled) {
    v.kind = VOICE_OFF;
  } else if (p->large && p->rest < REST && p->stretcher[p->c.quality]) {
    v.kind = p->c.quality == PITCH_QUALITY_FINE ? VOICE_FINE : VOICE_FAST;
  }
  return v;
}

RT int
pitch_missing_rt(const Pitch* const p)
{
  return p->large && p->c.enabled && p->rest < REST && !p->stretcher[p->c.quality] ? (int)p->c.quality : -1;
}

RT bool
pitch_take_stretcher_rt(Pitch* const p, const PitchQuality quality, Stretcher* const st)
{
  if (p->stretcher[quality]) {
    return false;
  }
  p->stretcher[quality] = st;
  return true;
}

RT void
pitch_ahead_rt(Pitch* const p, const bool ahead)
{
  p->ahead = ahead;
}

RT bool
pitch_wanting_rt(const Pitch* const p, const PitchQuality quality)
{
  return p->stretcher[quality] && stretcher_wanting_rt(p->stretcher[quality]);
}

void
pitch_work(const Pitch* const p, const PitchQuality quality)
{
  stretcher_work(p->stretcher[quality]);
}

RT uint32_t
pitch_latency_rt(const Pitch* const p)
{
  return p->phase == HANDOVER_FADE ? p->next.delay : p->voice.delay;
}

RT PitchEngine
pitch_active_engine_rt(const Pitch* const p)
{
  const VoiceKind k = p->voice.kind;
  if (k == VOICE_FAST || k == VOICE_FINE) {
    return PITCH_ENGINE_RUBBER_BAND;
  }
  // A copy of the input is nobody's work: it counts for the engine that is chosen
  const bool copy = k == VOICE_OFF || resampler_home_rt(p->resampler);
  return copy && p->large ? PITCH_ENGINE_RUBBER_BAND : PITCH_ENGINE_RESAMPLER;
}

// ---- cell by cell -------------------------------------------------------------------------------------------------

/// Take up the past; a stretcher needs some cells to catch up with it.
RT static void
prime_voice(Pitch* const p, const Voice v)
{
  Stretcher* const st = stretcher_of(p, v.kind);
  if (st) {
    stretcher_start_rt(st);
  }
}

/// Sound from now on.
RT static void
start_voice(Pitch* const p, const Voice v)
{
  Stretcher* const st = stretcher_of(p, v.kind);
  if (st) {
    stretcher_aim_rt(st, v.delay);
  } else if (v.kind == VOICE_RESAMPLER) {
    resampler_start_rt(p->resampler, v.delay);
  }
}

/// Whether both voices are heard at one and the same shift for as long as a handover takes, so that they can be in
/// step: while the shift moves they are not, and have to go without if it won't stop.
RT static bool
agree(const Pitch* const p)
{
  const uint32_t delay[2] = {p->voice.delay, p->next.delay};
  const int64_t  while_   = p->handover.length + p->handover.fade;
  double         low = 1e9, high = 0.0;
  for (int i = 0; i < 4; ++i) {
    const double r = input_ratio_rt(&p->in, p->in.now - delay[i / 2] + (i % 2 ? while_ : 0));
    low            = fmin(low, r);
    high           = fmax(high, r);
  }
  const bool copy = p->voice.kind == VOICE_OFF || p->next.kind == VOICE_OFF; // never in step
  return copy || high < low * AGREE || p->primed >= PATIENCE;
}

RT static void
handover_step(Pitch* const p)
{
  const Voice v    = wanted_voice(p);
  const bool  same = v.kind == p->voice.kind && v.delay == p->voice.delay;
  if (p->phase == HANDOVER_NONE) {
    if (same) {
      return;
    }
    if (v.kind == VOICE_RESAMPLER && p->voice.kind == VOICE_RESAMPLER) {
      resampler_delay_rt(p->resampler, v.delay);
      p->voice = v;
      return;
    }
    p->next   = v;
    p->primed = 0;
    p->phase  = HANDOVER_PRIME;
    prime_voice(p, v);
  }
  if (p->phase == HANDOVER_PRIME) {
    Stretcher* const st = stretcher_of(p, p->next.kind);
    if (same) { // never mind
      p->phase = HANDOVER_NONE;
    } else if ((!st || stretcher_ready_rt(st)) && agree(p)) {
      start_voice(p, p->next);
      handover_begin_rt(&p->handover);
      p->phase = HANDOVER_RECORD;
    }
    ++p->primed;
  }
}

/// The recording is complete: align the new voice and fade.
RT static void
handover_align(Pitch* const p)
{
  const bool       fixed = p->next.kind == VOICE_OFF || p->voice.kind == VOICE_OFF;
  const double     lag   = handover_match_rt(&p->handover, fixed);
  Stretcher* const st    = stretcher_of(p, p->next.kind);
  if (lag != 0.0 && st) {
    stretcher_shift_rt(st, lag * stretcher_speed_rt(st));
  } else if (lag != 0.0) {
    resampler_shift_rt(p->resampler, lag * p->ratio);
  }
  p->phase = HANDOVER_FADE;
}

RT static void
first_voice(Pitch* const p)
{
  p->semitones = p->c.semitones;
  p->ratio     = exp2(p->semitones / 12.0);
  p->rest      = p->semitones == 0.0 ? REST : 0;
  p->large     = false;
  p->large     = is_large(p);
  p->voice     = wanted_voice(p);
  p->phase     = HANDOVER_NONE;
}

RT static void
begin_cell(Pitch* const p)
{
  if (p->fresh) {
    p->fresh = false;
    first_voice(p);
    input_reset_rt(&p->in, p->ratio);
    prime_voice(p, p->voice);
    start_voice(p, p->voice);
  }
  if (p->semitones != p->c.semitones) {
    p->semitones += (p->c.semitones - p->semitones) * (1.0 - exp(-1.0 / GLIDE));
    if (fabs(p->c.semitones - p->semitones) < ARRIVED) {
      p->semitones = p->c.semitones;
    }
    p->ratio = exp2(p->semitones / 12.0);
  }
  p->rest  = p->semitones != 0.0 ? 0 : p->rest < REST ? p->rest + 1 : REST;
  p->large = is_large(p);
  input_cell_rt(&p->in, p->ratio);
  if (p->phase == HANDOVER_RECORD && p->handover.at == p->handover.length) {
    handover_align(p);
  }
  handover_step(p);
  const bool both = p->phase != HANDOVER_NONE;
  for (int i = 0; i < (both ? 2 : 1); ++i) {
    const Voice      v  = i ? p->next : p->voice;
    Stretcher* const st = stretcher_of(p, v.kind);
    if (st) {
      stretcher_formant_rt(st, p->c.formant);
      stretcher_cell_rt(st, p->ahead);
    } else if (v.kind == VOICE_RESAMPLER && !(i && p->phase == HANDOVER_PRIME)) {
      resampler_cell_rt(p->resampler);
    }
  }
}

RT static void
read_voice(Pitch* const p, const Voice v, float* const out[2], const uint32_t n)
{
  Stretcher* const st = stretcher_of(p, v.kind);
  if (st) {
    stretcher_read_rt(st, out, n);
  } else if (v.kind == VOICE_RESAMPLER) {
    resampler_read_rt(p->resampler, out, n);
  } else {
    const float* const f = line_at_rt(&p->in.line, p->in.now - n - v.delay);
    for (uint32_t i = 0; i < n; ++i) {
      out[0][i] = f[2 * i];
      out[1][i] = f[2 * i + 1];
    }
  }
}

RT void
pitch_set_rt(Pitch* const p, const PitchControls* const c)
{
  p->c = *c;
  if (p->fresh) { // so that the latency is known before the first frame
    first_voice(p);
  }
}

RT void
pitch_run_rt(Pitch* const p, const float* const in[2], float* const out[2], const uint32_t n)
{
  for (uint32_t done = 0; done < n;) {
    const uint32_t into = (uint32_t)(p->in.now % p->in.cell);
    if (!into) {
      begin_cell(p);
    }
    const uint32_t left = p->in.cell - into;
    const uint32_t m    = n - done < left ? n - done : left;
    float          spare[INPUT_MOST_CELL];
    float* const   o[2] = {out[0] + done, p->channels == 1 ? spare : out[1] + done};
    input_write_rt(&p->in, in[0] + done, in[p->channels - 1] + done, m);
    read_voice(p, p->voice, o, m);
    if (p->phase == HANDOVER_RECORD || p->phase == HANDOVER_FADE) {
      float        l[INPUT_MOST_CELL], r[INPUT_MOST_CELL];
      float* const planes[2] = {l, r};
      read_voice(p, p->next, planes, m);
      if (p->phase == HANDOVER_RECORD) {
        handover_record_rt(&p->handover, o, planes, m);
      } else if (handover_fade_rt(&p->handover, o, planes, m)) {
        p->voice = p->next;
        p->phase = HANDOVER_NONE;
      }
    }
    done += m;
  }
}
