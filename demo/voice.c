// SPDX-License-Identifier: GPL-3.0-or-later
#include "voice.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double TAU = 6.283185307179586;

Tape
tape_new(const double seconds, const double rate)
{
  Tape t    = {.frames = llround(seconds * rate), .rate = rate};
  t.samples = calloc((size_t)t.frames * 2, sizeof(float));
  if (!t.samples) {
    fprintf(stderr, "synth: no memory\n");
    exit(1);
  }
  return t;
}

void
tape_free(Tape* const t)
{
  free(t->samples);
  t->samples = NULL;
}

static void
add(Tape* const t, const int64_t frame, const double left, const double right)
{
  const int64_t at = frame % t->frames;
  t->samples[2 * at] += (float)left;
  t->samples[2 * at + 1] += (float)right;
}

void
tape_echo(Tape* const t, const double seconds, const double feedback, const double wet)
{
  const int64_t delay = llround(seconds * t->rate);
  float* const  line  = calloc((size_t)delay * 2, sizeof(float));
  if (!line) {
    return;
  }
  // Twice around: the first pass fills the line with what the end leaves for the beginning
  for (int pass = 0; pass < 2; ++pass) {
    for (int64_t i = 0; i < t->frames; ++i) {
      float* const l     = line + 2 * (i % delay);
      float* const s     = t->samples + 2 * i;
      const float  left  = l[0];
      const float  right = l[1];
      l[0]               = (s[0] + s[1]) * 0.5f + (float)feedback * right;
      l[1]               = (float)feedback * left;
      if (pass) {
        s[0] += (float)wet * left;
        s[1] += (float)wet * right;
      }
    }
  }
  free(line);
}

void
tape_pump(Tape* const t, const double beat_seconds, const double depth)
{
  for (int64_t i = 0; i < t->frames; ++i) {
    const double phase = fmod((double)i / t->rate, beat_seconds) / beat_seconds;
    const double gain  = 1.0 - depth * exp(-phase * 5.0) * (1.0 - exp(-phase * 120.0));
    t->samples[2 * i] *= (float)gain;
    t->samples[2 * i + 1] *= (float)gain;
  }
}

void
tape_level(Tape* const t, const double peak)
{
  float loudest = 1e-9f;
  for (int64_t i = 0; i < t->frames * 2; ++i) {
    loudest = fmaxf(loudest, fabsf(t->samples[i]));
  }
  for (int64_t i = 0; i < t->frames * 2; ++i) {
    t->samples[i] *= (float)peak / loudest;
  }
}

static double
note_hz(const double midi)
{
  return 440.0 * exp2((midi - 69.0) / 12.0);
}

/// Rises in `attack`, falls in `release` after `seconds`.
static double
envelope(const double now, const double seconds, const double attack, const double release)
{
  const double up   = now < attack ? now / attack : 1.0;
  const double down = now > seconds ? 1.0 - (now - seconds) / release : 1.0;
  return up * (down > 0.0 ? down * down : 0.0);
}

/// What to add near the jump of a saw, so that it doesn't alias: a polynomial band-limited step.
static double
poly_blep(double phase, const double step)
{
  if (phase < step) {
    phase /= step;
    return phase + phase - phase * phase - 1.0;
  }
  if (phase > 1.0 - step) {
    phase = (phase - 1.0) / step;
    return phase * phase + phase + phase + 1.0;
  }
  return 0.0;
}

static double
saw(double* const phase, const double step)
{
  *phase += step;
  *phase -= floor(*phase);
  return 2.0 * *phase - 1.0 - poly_blep(*phase, step);
}

/// A state-variable low-pass (trapezoidal), resonance 1.
typedef struct {
  double a, b;
} LowPass;

static double
low_pass(LowPass* const f, const double in, const double corner, const double rate)
{
  const double g  = tan(0.5 * TAU * fmin(corner, 0.45 * rate) / rate);
  const double k  = 1.0;
  const double v3 = in - f->b;
  const double v1 = (f->a + g * v3) / (1.0 + g * (g + k));
  const double v2 = f->b + g * v1;
  f->a            = 2.0 * v1 - f->a;
  f->b            = 2.0 * v2 - f->b;
  return v2;
}

void
add_saw(Tape* const t, const SawNote* const n)
{
  const int64_t start    = llround(n->start * t->rate);
  const int64_t frames   = llround((n->seconds + n->release) * t->rate);
  const double  step[2]  = {note_hz(n->midi - n->detune * 0.5) / t->rate, note_hz(n->midi + n->detune * 0.5) / t->rate};
  double        phase[2] = {0.1, 0.6};
  LowPass       f[2]     = {{0.0, 0.0}, {0.0, 0.0}};
  for (int64_t i = 0; i < frames; ++i) {
    const double now    = (double)i / t->rate;
    const double corner = n->dark + (n->bright - n->dark) * exp(-now / n->fall);
    const double gain   = n->gain * envelope(now, n->seconds, n->attack, n->release);
    const double one    = low_pass(&f[0], saw(&phase[0], step[0]), corner, t->rate) * gain;
    const double two    = low_pass(&f[1], saw(&phase[1], step[1]), corner, t->rate) * gain;
    const double spread = 0.35; // how far the two stand apart
    const double left   = one * (1.0 + spread) + two * (1.0 - spread);
    const double right  = one * (1.0 - spread) + two * (1.0 + spread);
    add(t, start + i, left * (1.0 - fmax(n->pan, 0.0)), right * (1.0 + fmin(n->pan, 0.0)));
  }
}

void
add_sub(Tape* const t, const double start, const double seconds, const double midi, const double gain)
{
  const int64_t from   = llround(start * t->rate);
  const double  step   = TAU * note_hz(midi) / t->rate;
  const int64_t frames = llround((seconds + 0.03) * t->rate);
  for (int64_t i = 0; i < frames; ++i) {
    const double s = gain * envelope((double)i / t->rate, seconds, 0.01, 0.03) * sin(step * (double)i);
    add(t, from + i, s, s);
  }
}

void
add_bell(Tape* const  t,
         const double start,
         const double seconds,
         const double midi,
         const double gain,
         const double pan)
{
  const int64_t from   = llround(start * t->rate);
  const int64_t frames = llround((seconds + 0.25) * t->rate);
  const double  step   = TAU * note_hz(midi) / t->rate;
  for (int64_t i = 0; i < frames; ++i) {
    const double now   = (double)i / t->rate;
    const double index = 1.8 * exp(-now / 0.12) + 0.35;
    const double amp   = gain * envelope(now, seconds, 0.004, 0.25) * (0.35 + 0.65 * exp(-now / 0.35));
    const double vib   = 0.03 * sin(TAU * 5.2 * now) * fmin(now * 2.0, 1.0);
    const double x     = step * (double)i;
    const double s     = amp * (sin(x + vib + index * sin(2.0 * x)) + 0.25 * sin(0.5 * x));
    add(t, from + i, s * (1.0 - fmax(pan, 0.0)), s * (1.0 + fmin(pan, 0.0)));
  }
}

/// A sine that falls from `high` to `low` Hz.
static void
add_drop(Tape* const t, double start, double high, double low, double fall, double decay, double gain, double pan)
{
  const int64_t from   = llround(start * t->rate);
  const int64_t frames = llround(decay * 7.0 * t->rate);
  double        phase  = 0.0;
  for (int64_t i = 0; i < frames; ++i) {
    const double now = (double)i / t->rate;
    phase += TAU * (low + (high - low) * exp(-now / fall)) / t->rate;
    const double s = gain * exp(-now / decay) * fmin(now * 2000.0, 1.0) * sin(phase);
    add(t, from + i, s * (1.0 - fmax(pan, 0.0)), s * (1.0 + fmin(pan, 0.0)));
  }
}

void
add_kick(Tape* const t, const double start, const double gain)
{
  add_drop(t, start, 190.0, 48.0, 0.032, 0.13, gain, 0.0);
  add_noise(t, start, 3000.0, 0.003, 0.2 * gain, 0.0);
}

void
add_tom(Tape* const t, const double start, const double hz, const double gain, const double pan)
{
  add_drop(t, start, hz * 1.6, hz, 0.05, 0.11, gain, pan);
}

void
add_clap(Tape* const t, const double start, const double gain)
{
  static const double hands[] = {0.0, 0.011, 0.021, 0.030};
  for (int i = 0; i < 4; ++i) {
    add_noise(t, start + hands[i], 900.0, i < 3 ? 0.006 : 0.075, gain * (i < 3 ? 0.7 : 1.0), i % 2 ? 0.3 : -0.3);
  }
}

/// White noise, the same at each run.
static double
noise(uint32_t* const state)
{
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return (double)*state / 2147483648.0 - 1.0;
}

void
add_noise(Tape* t, double start, const double corner, const double decay, const double gain, const double pan)
{
  const int64_t from   = llround(start * t->rate);
  const int64_t frames = llround(decay * 7.0 * t->rate);
  uint32_t      state  = 2463534242u ^ (uint32_t)(from * 2654435761u);
  LowPass       f[2]   = {{0.0, 0.0}, {0.0, 0.0}};
  for (int64_t i = 0; i < frames; ++i) {
    const double now  = (double)i / t->rate;
    const double in   = noise(&state);
    const double high = in - low_pass(&f[0], in, corner, t->rate);
    const double s    = gain * exp(-now / decay) * (high - low_pass(&f[1], high, corner, t->rate));
    add(t, from + i, s * (1.0 - fmax(pan, 0.0)), s * (1.0 + fmin(pan, 0.0)));
  }
}
