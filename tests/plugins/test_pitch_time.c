// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/pitch_rig.h"

// The latency that is reported is the one that is measured; unshifted and switched off, bit for bit.

enum { CLICKS = 24 };

static int
by_size(const void* const a, const void* const b)
{
  const double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}

/// Median of where clicks come out, milliseconds from where they should; the furthest of them in `*worst`.
static double
lateness(Rig* const r, double* const worst)
{
  uint32_t at[CLICKS];
  double   ms[CLICKS];
  for (int k = 0; k < CLICKS; ++k) {
    at[k]           = (uint32_t)(r->rate * (0.3 + 0.11 * k)) + 137u * (uint32_t)k;
    r->in[0][at[k]] = r->in[1][at[k]] = 0.9f;
  }
  rig_run(r, 1e9);
  *worst = 0.0;
  for (int k = 0; k < CLICKS; ++k) {
    const uint32_t due = at[k] + pitch_latency_rt(r->pitch), far = (uint32_t)(0.05 * r->rate);
    double         power = 0.0, moment = 0.0;
    for (uint32_t i = due - far; i < due + far; ++i) {
      const double p = (double)r->out[0][i] * r->out[0][i];
      power += p;
      moment += p * ((double)i - due);
    }
    ms[k]  = 1e3 * moment / power / r->rate;
    *worst = fmax(*worst, fabs(ms[k]));
  }
  qsort(ms, CLICKS, sizeof(*ms), by_size);
  return 0.5 * (ms[CLICKS / 2 - 1] + ms[CLICKS / 2]);
}

typedef struct {
  PitchEngine      engine;
  PitchLatencyMode mode;
  PitchQuality     quality;
  bool             enabled;
  double           semitones, rate, median_ms, worst_ms;
} TimeCase;

static void
check_time(const TimeCase* const t)
{
  PitchControls c         = rig_controls(t->engine, t->semitones);
  c.latency_mode          = t->mode;
  c.quality               = t->quality;
  c.enabled               = t->enabled;
  Rig            r        = rig_new(t->rate, 2, 3.2, c);
  const uint32_t reported = pitch_latency_rt(r.pitch); // before the first frame
  double         worst;
  const double   median = lateness(&r, &worst);
  assert_int_equal(reported, pitch_latency_rt(r.pitch));
  if (!(fabs(median) <= t->median_ms && worst <= t->worst_ms)) {
    fail_msg("engine %d, quality %d, %+.0f at %.0f Hz: median %.3f ms late, %.3f ms at worst", t->engine, t->quality,
             t->semitones, t->rate, median, worst);
  }
  rig_free(&r);
}

static void
reported_latency_is_measured(void** state)
{
  (void)state;
  static const TimeCase cases[] = {
    {PITCH_ENGINE_AUTO, PITCH_LATENCY_CONSTANT, PITCH_QUALITY_FAST, true, 0.0, 48000, 0.001, 0.001},
    {PITCH_ENGINE_AUTO, PITCH_LATENCY_CONSTANT, PITCH_QUALITY_FAST, false, 7.0, 48000, 0.001, 0.001},
    {PITCH_ENGINE_AUTO, PITCH_LATENCY_LOWEST, PITCH_QUALITY_FAST, false, 2.0, 44100, 0.001, 0.001},
    {PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_CONSTANT, PITCH_QUALITY_FAST, true, -3.0, 48000, 0.3, 0.5},
    {PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_CONSTANT, PITCH_QUALITY_FAST, true, -1.0, 48000, 0.2, 0.5},
    {PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_CONSTANT, PITCH_QUALITY_FAST, true, 3.0, 96000, 0.2, 0.5},
    {PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_LOWEST, PITCH_QUALITY_FAST, true, -2.0, 48000, 0.2, 0.5},
    {PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_LOWEST, PITCH_QUALITY_FAST, true, 1.0, 44100, 0.2, 0.5},
    {PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_LOWEST, PITCH_QUALITY_FAST, true, 3.0, 48000, 0.2, 0.5},
    {PITCH_ENGINE_RUBBER_BAND, PITCH_LATENCY_LOWEST, PITCH_QUALITY_FAST, true, 7.0, 48000, 0.5, 3.0},
    {PITCH_ENGINE_RUBBER_BAND, PITCH_LATENCY_CONSTANT, PITCH_QUALITY_FAST, true, 5.0, 44100, 0.5, 3.0},
    {PITCH_ENGINE_RUBBER_BAND, PITCH_LATENCY_CONSTANT, PITCH_QUALITY_FAST, true, -5.0, 96000, 0.5, 3.0},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); ++i) {
    check_time(&cases[i]);
  }
}

// One hit through Rubber Band is early or late by where its hops fall; the median of many is in time.
static void
rubber_band_is_in_time_at_every_shift(void** state)
{
  (void)state;
  for (int q = 0; q < 2; ++q) {
    for (int st = -12; st <= 12; st += q ? 3 : 1) {
      const bool     far = st < -9 || st > 7;
      const TimeCase t   = {PITCH_ENGINE_RUBBER_BAND, PITCH_LATENCY_CONSTANT, (PitchQuality)q, true, st, 48000,
                          far ? 1.5 : 0.5,          far ? 6.0 : 3.0};
      check_time(&t);
    }
  }
}

static void
constant_is_one_number_and_within_bounds(void** state)
{
  (void)state;
  Rig            r    = rig_new(48000.0, 2, 6.0, rig_controls(PITCH_ENGINE_AUTO, 0.0));
  const uint32_t here = pitch_latency_rt(r.pitch);
  rig_noise(&r);
  assert_true(here * 1e3 / r.rate <= 95.0);
  for (int k = 0; k < 60; ++k) {
    r.c.semitones = 12.0 * sin(k);
    r.c.engine    = (PitchEngine)(k / 7 % 3);
    r.c.enabled   = k % 11 != 3;
    rig_run(&r, 0.1 * (k + 1));
    assert_int_equal(pitch_latency_rt(r.pitch), here);
  }
  rig_free(&r);
  PitchControls c = rig_controls(PITCH_ENGINE_AUTO, 1.0);
  c.latency_mode  = PITCH_LATENCY_LOWEST;
  r               = rig_new(48000.0, 2, 0.1, c);
  assert_true(pitch_latency_rt(r.pitch) * 1e3 / r.rate <= 19.0);
  rig_free(&r);
  assert_true(pitch_longest_latency(192000.0) == 26870); // lv2:maximum of the port
}

/// The output from `from` seconds on is the input, `delay` frames ago, bit for bit.
static void
expect_copy(const Rig* const r, const double from)
{
  const uint32_t delay = pitch_latency_rt(r->pitch), first = (uint32_t)(from * r->rate);
  for (int ch = 0; ch < 2; ++ch) {
    if (memcmp(r->out[ch] + first, r->in[ch] + first - delay, (r->at - first) * sizeof(float)) != 0) {
      fail_msg("not a copy of the input %u frames ago", delay);
    }
  }
}

static void
unshifted_is_a_copy(void** state)
{
  (void)state;
  for (int engine = 0; engine < 3; ++engine) {
    for (int mode = 0; mode < 2; ++mode) {
      PitchControls c = rig_controls((PitchEngine)engine, 0.0);
      c.latency_mode  = (PitchLatencyMode)mode;
      Rig r           = rig_new(48000.0, 2, 4.0, c);
      rig_noise(&r);
      rig_run(&r, 0.5); // from the start
      expect_copy(&r, 0.2);
      r.c.semitones = engine == 2 ? 5.0 : 2.0; // and again after a shift
      rig_run(&r, 1.5);
      r.c.semitones = 0.0;
      rig_run(&r, 4.0);
      expect_copy(&r, 3.0);
      rig_free(&r);
    }
  }
}

static void
switched_off_is_a_copy(void** state)
{
  (void)state;
  for (int k = 0; k < 2; ++k) {
    Rig r = rig_new(44100.0, 2, 2.0, rig_controls(PITCH_ENGINE_AUTO, k ? 7.0 : -2.0));
    rig_noise(&r);
    rig_run(&r, 1.0);
    r.c.enabled = false;
    rig_run(&r, 2.0);
    expect_copy(&r, 1.1);
    rig_free(&r);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(reported_latency_is_measured),
    cmocka_unit_test(rubber_band_is_in_time_at_every_shift),
    cmocka_unit_test(constant_is_one_number_and_within_bounds),
    cmocka_unit_test(unshifted_is_a_copy),
    cmocka_unit_test(switched_off_is_a_copy),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
