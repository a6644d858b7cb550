// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/pitch_rig.h"

// Tones at every kind of shift come out at the right pitch and clean.

static void
tones_are_shifted(void** state)
{
  (void)state;
  static const struct {
    PitchEngine      engine;
    PitchLatencyMode mode;
    double           semitones, hz, least_db;
  } cases[] = {
    {PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_CONSTANT, -3.0, 997, 80},
    {PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_CONSTANT, -1.0, 437, 80},
    {PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_CONSTANT, 0.5, 1000, 80},
    {PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_CONSTANT, 2.0, 110, 80},
    {PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_CONSTANT, 3.0, 1000, 80},
    {PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_LOWEST, -3.0, 1000, 80},
    {PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_LOWEST, -2.0, 110, 80},
    {PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_LOWEST, 0.13, 437, 80},
    {PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_LOWEST, 1.0, 100, 80},
    {PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_LOWEST, 3.0, 997, 80},
    {PITCH_ENGINE_RUBBER_BAND, PITCH_LATENCY_CONSTANT, -12.0, 1000, 50},
    {PITCH_ENGINE_RUBBER_BAND, PITCH_LATENCY_CONSTANT, -5.0, 997, 50},
    {PITCH_ENGINE_RUBBER_BAND, PITCH_LATENCY_CONSTANT, 3.0, 1000, 55},
    {PITCH_ENGINE_RUBBER_BAND, PITCH_LATENCY_CONSTANT, 5.0, 437, 50},
    {PITCH_ENGINE_RUBBER_BAND, PITCH_LATENCY_CONSTANT, 7.0, 1000, 50},
    {PITCH_ENGINE_RUBBER_BAND, PITCH_LATENCY_LOWEST, 12.0, 1000, 40},
    {PITCH_ENGINE_AUTO, PITCH_LATENCY_CONSTANT, 3.0, 1000, 80},
    {PITCH_ENGINE_AUTO, PITCH_LATENCY_CONSTANT, 4.0, 1000, 50},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); ++i) {
    PitchControls c = rig_controls(cases[i].engine, cases[i].semitones);
    c.latency_mode  = cases[i].mode;
    Rig r           = rig_new(48000.0, 2, 2.0, c);
    rig_sine(&r, cases[i].hz);
    rig_run(&r, 2.0);
    const double w = 2.0 * M_PI * cases[i].hz / r.rate * exp2(cases[i].semitones / 12.0);
    double       cents;
    const double db = rig_sinad(r.out[1] + 48000, 40000, w, &cents);
    if (db < cases[i].least_db || fabs(cents) > 0.05) {
      fail_msg("case %zu: %.1f dB, %.3f cents off", i, db, cents);
    }
    rig_free(&r);
  }
}

static void
all_rates_work(void** state)
{
  (void)state;
  static const double rates[] = {22050, 32000, 44100, 88200, 96000, 192000};
  for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); ++i) {
    for (int k = 0; k < 2; ++k) {
      const double semitones = k ? -5.0 : 2.0;
      Rig          r         = rig_new(rates[i], 1, 1.4, rig_controls(PITCH_ENGINE_AUTO, semitones));
      rig_sine(&r, 1000.0);
      rig_run(&r, 1.4);
      double       cents;
      const double db = rig_sinad(r.out[0] + (int)(0.7 * rates[i]), (uint32_t)(0.6 * rates[i]),
                                  2.0 * M_PI * 1000.0 / rates[i] * exp2(semitones / 12.0), &cents);
      if (db < (k ? 40.0 : 75.0) || fabs(cents) > 0.05) {
        fail_msg("%g Hz, %g semitones: %.1f dB, %.3f cents off", rates[i], semitones, db, cents);
      }
      assert_true(pitch_latency_rt(r.pitch) * 1000.0 / rates[i] <= 95.0);
      rig_free(&r);
    }
  }
}

// Formants stay: a buzz through a resonance at 1 kHz, shifted up by 7 semitones, is loudest near 1 kHz and not
// near 1.5.
static void
formants_are_kept(void** state)
{
  (void)state;
  double share[2];
  for (int keep = 0; keep < 2; ++keep) {
    PitchControls c = rig_controls(PITCH_ENGINE_RUBBER_BAND, 7.0);
    c.formant       = keep;
    c.quality       = PITCH_QUALITY_FINE;
    Rig    r        = rig_new(48000.0, 1, 1.5, c);
    double y1 = 0, y2 = 0;
    for (uint32_t i = 0; i < r.frames; ++i) { // 150 Hz pulses, resonator of 1 kHz
      const double x = i % 320 == 0 ? 1.0 : 0.0;
      const double y = x + 2.0 * 0.985 * cos(2.0 * M_PI * 1000.0 / 48000.0) * y1 - 0.985 * 0.985 * y2;
      y2             = y1;
      y1             = y;
      r.in[0][i]     = (float)(0.05 * y);
    }
    rig_run(&r, 1.5);
    double power[2] = {0, 0};
    for (int h = 3; h <= 9; ++h) { // harmonics of the shifted buzz
      const double hz = 150.0 * exp2(7.0 / 12.0) * h, w = 2.0 * M_PI * hz / 48000.0;
      double       re = 0, im = 0;
      for (int i = 0; i < 24000; ++i) {
        re += r.out[0][36000 + i] * cos(w * i);
        im += r.out[0][36000 + i] * sin(w * i);
      }
      power[hz > 1225.0] += re * re + im * im;
    }
    share[keep] = power[0] / power[1];
    rig_free(&r);
  }
  if (share[1] < 4.0 || share[0] > 0.5) {
    fail_msg("power below over above 1225 Hz: %.2f kept, %.2f moved", share[1], share[0]);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(tones_are_shifted),
    cmocka_unit_test(all_rates_work),
    cmocka_unit_test(formants_are_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
