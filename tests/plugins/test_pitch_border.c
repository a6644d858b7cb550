// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/attack.h"
#include "support/chord.h"
#include "support/pitch_rig.h"

// From one engine to the other and back: no click, no dip, no flapping.

/// Level of 10 ms from `at` on, dB against a sine of amplitude 0.5.
static double
level(const Rig* const r, const uint32_t at)
{
  const uint32_t n   = (uint32_t)(r->rate * 0.01);
  double         sum = 0.0;
  for (uint32_t i = at; i < at + n; ++i) {
    sum += (double)r->out[0][i] * r->out[0][i];
  }
  return 10.0 * log10(sum / n / 0.125);
}

/// The largest second difference of a stretch of output.
static double
bend(const Rig* const r, const double from, const double to)
{
  double most = 0.0;
  for (uint32_t i = (uint32_t)(from * r->rate) + 2; i < (uint32_t)(to * r->rate); ++i) {
    most = fmax(most, fabs((double)r->out[0][i] - 2.0 * r->out[0][i - 1] + r->out[0][i - 2]));
  }
  return most;
}

static void
crossing_the_threshold_is_smooth(void** state)
{
  (void)state;
  static const struct {
    double           hz, from, to; ///< semitones
    PitchLatencyMode mode;
    PitchQuality     quality;
  } cases[] = {
    {1000, 2.9, 3.2, PITCH_LATENCY_CONSTANT, PITCH_QUALITY_FAST},
    {440, 2.0, 5.0, PITCH_LATENCY_CONSTANT, PITCH_QUALITY_FAST},
    {440, 5.0, 2.0, PITCH_LATENCY_CONSTANT, PITCH_QUALITY_FAST},
    {220, -2.9, -3.3, PITCH_LATENCY_CONSTANT, PITCH_QUALITY_FAST},
    {220, -4.0, -2.0, PITCH_LATENCY_CONSTANT, PITCH_QUALITY_FAST},
    {1000, -4.0, 0.0, PITCH_LATENCY_CONSTANT, PITCH_QUALITY_FAST},
    {440, 2.9, 3.2, PITCH_LATENCY_LOWEST, PITCH_QUALITY_FAST},
    {440, 3.5, 2.5, PITCH_LATENCY_LOWEST, PITCH_QUALITY_FAST},
    {440, 2.9, 4.0, PITCH_LATENCY_CONSTANT, PITCH_QUALITY_FINE},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); ++i) {
    PitchControls c = rig_controls(PITCH_ENGINE_AUTO, cases[i].from);
    c.latency_mode  = cases[i].mode;
    c.quality       = cases[i].quality;
    Rig r           = rig_new(48000.0, 2, 3.0, c);
    rig_sine(&r, cases[i].hz);
    rig_run(&r, 1.0);
    const PitchEngine before = pitch_active_engine_rt(r.pitch);
    r.c.semitones            = cases[i].to;
    rig_run(&r, 3.0);
    assert_int_not_equal(before, pitch_active_engine_rt(r.pitch));
    const double w    = 2.0 * M_PI * cases[i].hz / r.rate * exp2(fmax(cases[i].from, cases[i].to) / 12.0);
    const double most = bend(&r, 0.5, 3.0), expected = 0.5 * w * w;
    if (most > expected + 0.0005) { // the bend of a click 66 dB below the tone
      fail_msg("case %zu: second difference %.4f, the tone's own is %.4f", i, most, expected);
    }
    for (uint32_t at = 24000; at + 480 < r.frames; at += 240) {
      if (fabs(level(&r, at)) > 1.5) {
        fail_msg("case %zu: %.2f dB at %.3f s", i, level(&r, at), at / r.rate);
      }
    }
    rig_free(&r);
  }
}

typedef enum { CHORD = 1, DRUMS = 2 } Music;
enum { MOST_HITS = 20 };

/// Bursts of noise, each other one with a thump of 60 Hz, on a chord or not; returns how many.
static uint32_t
fill_music(Rig* const r, const Music music, uint32_t at[MOST_HITS])
{
  uint32_t seed = 5, n = 0;
  if (music & CHORD) {
    chord_fill(&CHORD_A, r->rate, r->in[0], r->in[1], r->frames);
  }
  for (double t = 0.3; (music & DRUMS) && n < MOST_HITS && t < 2.4; t += 0.12) {
    at[n] = (uint32_t)(t * r->rate) + 97 * n;
    for (uint32_t i = 0; i < 4800; ++i) {
      seed           = seed * 1664525u + 1013904223u;
      const double x = 0.5 * exp(-(double)i / 300.0) * (double)(int32_t)seed * 0x1p-31 +
                       (n % 2 ? 0.5 * exp(-(double)i / 2400.0) * sin(2.0 * M_PI * 60.0 * i / r->rate) : 0.0);
      r->in[0][at[n] + i] += (float)x;
      r->in[1][at[n] + i] += (float)x;
    }
    ++n;
  }
  return n;
}

/// Power of 50 ms.
static double
power_at(const float* const y)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < 2400; ++i) {
    sum += (double)y[i] * y[i] / 2400.0;
  }
  return sum;
}

typedef struct {
  double worst_db, squares, worst_ms;
  int    hits;
} Crossing;

static void
measure_crossing(const Rig* const r, const double seconds, const uint32_t at[], const uint32_t hits, Crossing* const c)
{
  const uint32_t late = pitch_latency_rt(r->pitch), border = (uint32_t)(seconds * r->rate);
  double         mean = 0.0;
  for (uint32_t i = 0; i + 2400 < r->frames; i += 2400) {
    mean += power_at(r->in[0] + i) * 2400.0 / r->frames;
  }
  for (uint32_t i = border; i < border + 16800; i += 480) { // what is far below the mean isn't heard as a dip
    const double was = power_at(r->in[0] + i - late) + 0.25 * mean, is = power_at(r->out[0] + i) + 0.25 * mean;
    c->worst_db = fmax(c->worst_db, fabs(10.0 * log10(is / was)));
  }
  for (uint32_t h = 0; h < hits; ++h) {
    const uint32_t due = at[h] + late;
    if (due > border - 9600 && due < border + 24000) {
      const double in  = attack_at(r->in[0], at[h] - 480, at[h] + 480) - (double)at[h];
      const double out = attack_at(r->out[0], due - 960, due + 960) - (double)due;
      const double ms  = (out - in) * 1e3 / r->rate;
      c->squares += ms * ms;
      c->worst_ms = fmax(c->worst_ms, fabs(ms));
      ++c->hits;
    }
  }
}

// Hits before, in and after a crossing are heard in time.  Where the Resampler takes over it has to know about hits
// that came in before it did; where Rubber Band does, they are as well in time as it ever plays them.
static void
music_crosses_in_time(void** state)
{
  (void)state;
  static const struct {
    Music  music;
    double from, to, db, rms_ms, worst_ms;
  } cases[] = {
    {CHORD, 2.5, 3.5, 1.5, 0, 0},
    {CHORD, 3.5, 2.5, 1.5, 0, 0},
    {CHORD, -2.5, -3.5, 1.5, 0, 0},
    {CHORD, -3.5, -2.5, 1.5, 0, 0},
    {DRUMS, 2.5, 3.5, 3.0, 0.9, 2.0},
    {DRUMS, 3.5, 2.5, 3.0, 0.5, 1.0},
    {DRUMS, -3.5, -2.5, 3.0, 0.7, 1.6},
    {CHORD | DRUMS, 2.5, 3.5, 2.5, 0.9, 2.0},
    {CHORD | DRUMS, 3.5, 2.5, 1.5, 0.6, 1.2},
    {CHORD | DRUMS, -2.5, -3.5, 3.0, 0.8, 2.0},
    {CHORD | DRUMS, -3.5, -2.5, 1.5, 1.0, 2.2},
  };
  for (size_t k = 0; k < sizeof(cases) / sizeof(*cases); ++k) {
    Crossing c = {0};
    for (int i = 0; i < 4; ++i) {
      const double   seconds = 1.2 + 0.037 * i;
      uint32_t       at[MOST_HITS];
      Rig            r    = rig_new(48000.0, 2, 2.6, rig_controls(PITCH_ENGINE_AUTO, cases[k].from));
      const uint32_t hits = fill_music(&r, cases[k].music, at);
      rig_run(&r, seconds);
      r.c.semitones = cases[k].to;
      rig_run(&r, 3.0);
      measure_crossing(&r, seconds, at, hits, &c);
      rig_free(&r);
    }
    const double rms = c.hits ? sqrt(c.squares / c.hits) : 0.0;
    print_message("%s%s%+.1f to %+.1f: level %.2f dB, hits off by %.2f ms rms, %.2f at worst\n",
                  cases[k].music & CHORD ? "chord " : "", cases[k].music & DRUMS ? "drums " : "", cases[k].from,
                  cases[k].to, c.worst_db, rms, c.worst_ms);
    if (c.worst_db > cases[k].db || rms > cases[k].rms_ms || c.worst_ms > cases[k].worst_ms) {
      fail_msg("case %zu", k);
    }
  }
}

static void
a_fader_on_the_border_does_not_flap(void** state)
{
  (void)state;
  Rig r = rig_new(48000.0, 2, 4.0, rig_controls(PITCH_ENGINE_AUTO, 3.0));
  rig_sine(&r, 440.0);
  rig_run(&r, 0.5);
  assert_int_equal(pitch_active_engine_rt(r.pitch), PITCH_ENGINE_RESAMPLER); // up to and including
  int         changes = 0;
  PitchEngine last    = PITCH_ENGINE_RESAMPLER;
  for (int k = 0; k < 50; ++k) {
    r.c.semitones = k % 2 ? 2.9 : 3.1;
    rig_run(&r, 0.5 + 0.05 * (k + 1));
    changes += pitch_active_engine_rt(r.pitch) != last;
    last = pitch_active_engine_rt(r.pitch);
  }
  assert_int_equal(changes, 1);
  assert_int_equal(last, PITCH_ENGINE_RUBBER_BAND);
  r.c.semitones = 2.75; // threshold - 0.25
  rig_run(&r, 4.0);
  assert_int_equal(pitch_active_engine_rt(r.pitch), PITCH_ENGINE_RESAMPLER);
  rig_free(&r);
}

static void
switching_off_does_not_click(void** state)
{
  (void)state;
  for (int k = 0; k < 2; ++k) {
    Rig r = rig_new(48000.0, 2, 3.0, rig_controls(PITCH_ENGINE_AUTO, k ? 6.0 : 2.0));
    rig_sine(&r, 440.0);
    rig_run(&r, 1.0);
    r.c.enabled = false;
    rig_run(&r, 2.0);
    r.c.enabled = true;
    rig_run(&r, 3.0);
    const double w = 2.0 * M_PI * 440.0 / r.rate * exp2(r.c.semitones / 12.0);
    assert_true(bend(&r, 0.5, 3.0) < 1.5 * 0.5 * w * w);
    rig_free(&r);
  }
}

// Any move of the shift, while a tone plays, over both engines: no click.
static void
gliding_does_not_click(void** state)
{
  (void)state;
  Rig r = rig_new(48000.0, 2, 6.0, rig_controls(PITCH_ENGINE_AUTO, 0.0));
  rig_sine(&r, 300.0);
  rig_run(&r, 0.5);
  for (int k = 0; k < 550; ++k) {
    r.c.semitones = 6.0 * sin(k * 0.02);
    rig_run(&r, 0.5 + 0.01 * (k + 1));
  }
  const double w = 2.0 * M_PI * 300.0 / r.rate * exp2(6.0 / 12.0);
  if (bend(&r, 0.3, 6.0) > 3.0 * 0.5 * w * w) {
    fail_msg("second difference %.5f, the tone's own is %.5f", bend(&r, 0.3, 6.0), 0.5 * w * w);
  }
  rig_free(&r);
}

// From one end to the other and back in one second, and at once: no click, no gap.
static void
a_sweep_of_all_is_clean(void** state)
{
  (void)state;
  for (int k = 0; k < 4; ++k) {
    PitchControls c = rig_controls(k & 1 ? PITCH_ENGINE_RUBBER_BAND : PITCH_ENGINE_AUTO, -12.0);
    Rig           r = rig_new(48000.0, 2, 3.0, c);
    rig_sine(&r, 300.0);
    for (int i = 0; i < 300; ++i) {
      const double t = i * 0.01;
      const double s = t < 1.0 ? -12.0 : t < 1.5 ? 48.0 * (t - 1.0) - 12.0 : t < 2.0 ? 12.0 - 48.0 * (t - 1.5) : -12.0;
      r.c.semitones  = k & 2 ? (t > 1.0 && t < 1.6 ? 12.0 : -12.0) : s;
      rig_run(&r, t + 0.01);
    }
    const double w = 2.0 * M_PI * 600.0 / r.rate;
    if (bend(&r, 0.5, 3.0) > 0.5 * w * w + 0.001) {
      fail_msg("case %d: second difference %.5f, the tone's own is %.5f", k, bend(&r, 0.5, 3.0), 0.5 * w * w);
    }
    for (uint32_t at = 24000; at + 480 < r.frames; at += 240) {
      if (level(&r, at) < -9.0) {
        fail_msg("case %d: %.1f dB at %.3f s", k, level(&r, at), at / r.rate);
      }
    }
    rig_free(&r);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(crossing_the_threshold_is_smooth),
    cmocka_unit_test(music_crosses_in_time),
    cmocka_unit_test(a_fader_on_the_border_does_not_flap),
    cmocka_unit_test(switching_off_does_not_click),
    cmocka_unit_test(gliding_does_not_click),
    cmocka_unit_test(a_sweep_of_all_is_clean),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
