// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SUPPORT_PITCH_RIG_H
#define SUPPORT_PITCH_RIG_H

// The pitch shifter on a bench: signals in, signals out, and what the tests measure on them.

#include "pitch/pitch.h"
#include "support/tone.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  Pitch*        pitch;
  Stretcher*    stretcher[2]; ///< by quality; the shifter's
  PitchControls c;
  double        rate;
  uint32_t      channels, block, at, frames; ///< `at`: frames run so far
  float*        in[2];
  float*        out[2];
} Rig;

static inline PitchControls
rig_controls(const PitchEngine engine, const double semitones)
{
  const PitchControls c = {.enabled = true, .semitones = semitones, .engine = engine, .threshold = 3.0};
  return c;
}

/// A shifter with both stretchers, and room for `seconds`.
static inline Rig
rig_new(const double rate, const uint32_t channels, const double seconds, const PitchControls c)
{
  Rig r = {.pitch = pitch_new(rate, channels), .c = c, .rate = rate, .channels = channels, .block = 256};
  for (int q = 0; q < 2; ++q) {
    r.stretcher[q] = pitch_make_stretcher(r.pitch, (PitchQuality)q);
    if (!pitch_take_stretcher_rt(r.pitch, (PitchQuality)q, r.stretcher[q])) {
      abort();
    }
  }
  r.frames = (uint32_t)(rate * seconds);
  for (int ch = 0; ch < 2; ++ch) {
    r.in[ch]  = calloc(r.frames, sizeof(float));
    r.out[ch] = calloc(r.frames, sizeof(float));
  }
  pitch_set_rt(r.pitch, &r.c);
  return r;
}

static inline void
rig_free(Rig* const r)
{
  pitch_free(r->pitch);
  for (int ch = 0; ch < 2; ++ch) {
    free(r->in[ch]);
    free(r->out[ch]);
  }
}

/// Run up to a time, in blocks.
static inline void
rig_run(Rig* const r, const double seconds)
{
  const uint32_t end = seconds * r->rate < r->frames ? (uint32_t)(seconds * r->rate) : r->frames;
  while (r->at < end) {
    const uint32_t     n      = end - r->at < r->block ? end - r->at : r->block;
    const float* const in[2]  = {r->in[0] + r->at, r->in[1] + r->at};
    float* const       out[2] = {r->out[0] + r->at, r->out[1] + r->at};
    pitch_set_rt(r->pitch, &r->c);
    pitch_run_rt(r->pitch, in, out, n);
    r->at += n;
  }
}

static inline void
rig_sine(Rig* const r, const double hz)
{
  for (uint32_t i = 0; i < r->frames; ++i) {
    r->in[0][i] = (float)(0.5 * sin(2.0 * M_PI * hz / r->rate * i));
    r->in[1][i] = r->in[0][i];
  }
}

static inline void
rig_noise(Rig* const r)
{
  uint32_t seed = 7;
  for (uint32_t i = 0; i < 2 * r->frames; ++i) {
    seed                = seed * 1664525u + 1013904223u;
    r->in[i & 1][i / 2] = (float)(int32_t)seed * 0x1p-33f;
  }
}

#endif
