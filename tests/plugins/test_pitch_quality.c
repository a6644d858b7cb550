// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/chord.h"
#include "support/pitch_rig.h"

// How clean chords come out: the power within 2.5 Hz of the exactly scaled partials against all other power.

enum { BITS = 17, SHIFTS = 6 };

static const double SEMITONES[SHIFTS] = {-3, -2, -1, 1, 2, 3};

static double
shifted_chord(const Chord* const chord, const PitchControls c)
{
  Rig r = rig_new(48000.0, 2, (double)((1u << BITS) + 30000) / 48000.0, c);
  chord_fill(chord, r.rate, r.in[0], r.in[1], r.frames);
  rig_run(&r, 1e9);
  double db = 0.0;
  for (int ch = 0; ch < 2; ++ch) {
    db += 0.5 * chord_db(chord, r.rate, exp2(c.semitones / 12.0), r.out[ch] + 30000, BITS);
  }
  rig_free(&r);
  return db;
}

static void
chords_stay_clean(void** state)
{
  (void)state;
  static const struct {
    const Chord*     chord;
    PitchEngine      engine;
    PitchLatencyMode mode;
    double           mean_db, least_db; ///< over the shifts, and at each
  } cases[] = {
    {&CHORD_A, PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_CONSTANT, 20.0, 17.0},
    {&CHORD_A, PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_LOWEST, 22.5, 22.0},
    {&CHORD_C7, PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_CONSTANT, 17.5, 15.8},
    {&CHORD_C7, PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_LOWEST, 17.0, 15.2},
    {&CHORD_WIDE, PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_CONSTANT, 22.5, 18.5},
    {&CHORD_WIDE, PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_LOWEST, 15.0, 12.0},
    {&CHORD_LOW, PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_CONSTANT, 18.5, 16.0},
    {&CHORD_LOW, PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_LOWEST, 13.0, 11.0},
    {&CHORD_A, PITCH_ENGINE_RUBBER_BAND, PITCH_LATENCY_CONSTANT, 13.0, 4.0},
  };
  double all[2] = {0.0, 0.0};
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); ++i) {
    double mean = 0.0, least = 1e9;
    for (int s = 0; s < SHIFTS; ++s) {
      PitchControls c = rig_controls(cases[i].engine, SEMITONES[s]);
      c.latency_mode  = cases[i].mode;
      const double db = shifted_chord(cases[i].chord, c);
      mean += db / SHIFTS;
      least = fmin(least, db);
    }
    print_message("%-16s %-11s %-8s mean %5.1f least %5.1f dB\n", cases[i].chord->name,
                  cases[i].engine == PITCH_ENGINE_RESAMPLER ? "Resampler" : "Rubber Band",
                  cases[i].mode == PITCH_LATENCY_LOWEST ? "Lowest" : "Constant", mean, least);
    if (mean < cases[i].mean_db || least < cases[i].least_db) {
      fail_msg("case %zu: %.1f dB in the mean, %.1f at worst", i, mean, least);
    }
    all[cases[i].mode] += cases[i].engine == PITCH_ENGINE_RESAMPLER ? mean / 4.0 : 0.0;
  }
  assert_true(all[PITCH_LATENCY_CONSTANT] >= 20.0 && all[PITCH_LATENCY_LOWEST] >= 16.0);
}

// The measure itself: a chord not shifted is one, and noise of a known level is found.
static void
the_measure_is_right(void** state)
{
  (void)state;
  PitchControls c = rig_controls(PITCH_ENGINE_AUTO, 0.0);
  assert_true(shifted_chord(&CHORD_A, c) > 55.0);
  static float l[1 << BITS], r[1 << BITS];
  chord_fill(&CHORD_C7, 48000.0, l, r, 1 << BITS);
  double   power = 0.0, noise = 0.0;
  uint32_t seed = 3;
  for (int i = 0; i < 1 << BITS; ++i) {
    seed           = seed * 1664525u + 1013904223u;
    const double x = 0.01 * (double)(int32_t)seed * 0x1p-31;
    power += (double)l[i] * l[i];
    noise += x * x;
    l[i] += (float)x;
  }
  assert_true(fabs(chord_db(&CHORD_C7, 48000.0, 1.0, l, BITS) - 10.0 * log10(power / noise)) < 0.3);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_measure_is_right),
    cmocka_unit_test(chords_stay_clean),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
