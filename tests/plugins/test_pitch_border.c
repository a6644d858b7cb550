// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(crossing_the_threshold_is_smooth),
    cmocka_unit_test(a_fader_on_the_border_does_not_flap),
    cmocka_unit_test(switching_off_does_not_click),
    cmocka_unit_test(gliding_does_not_click),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
