// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/attack.h"
#include "support/chord.h"
#include "support/pitch_rig.h"

// How clean chords come out: the power within 2.5 Hz of the exactly scaled partials against all other power.  How well
// in time hits do.

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
    {&CHORD_A, PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_CONSTANT, 23.5, 23.0},
    {&CHORD_A, PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_LOWEST, 22.5, 22.0},
    {&CHORD_C7, PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_CONSTANT, 19.5, 17.0},
    {&CHORD_C7, PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_LOWEST, 17.0, 15.2},
    {&CHORD_WIDE, PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_CONSTANT, 21.0, 18.5},
    {&CHORD_WIDE, PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_LOWEST, 16.0, 13.0},
    {&CHORD_LOW, PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_CONSTANT, 18.5, 16.0},
    {&CHORD_LOW, PITCH_ENGINE_RESAMPLER, PITCH_LATENCY_LOWEST, 16.0, 11.5},
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

enum { HITS = 24 };

/// Bursts of noise, or thumps of 60 Hz, on a chord or alone.
static void
fill_hits(Rig* const r, const bool thump, const bool chord, uint32_t at[HITS])
{
  if (chord) {
    chord_fill(&CHORD_A, r->rate, r->in[0], r->in[1], r->frames);
  }
  uint32_t seed = 5;
  for (uint32_t h = 0; h < HITS; ++h) {
    at[h] = (uint32_t)(r->rate * (0.4 + 0.21 * h)) + 331 * (h * h % 17);
    for (uint32_t i = 0; i < 4800; ++i) {
      seed           = seed * 1664525u + 1013904223u;
      const double x = thump ? 0.8 * exp(-(double)i / 2400.0) * sin(2.0 * M_PI * 60.0 * i / r->rate)
                             : 0.5 * exp(-(double)i / 300.0) * (double)(int32_t)seed * 0x1p-31;
      r->in[0][at[h] + i] += (float)x;
      r->in[1][at[h] + i] += (float)x;
    }
  }
}

static void
hits_stay_in_time(void** state)
{
  (void)state;
  static const struct {
    const char* name;
    bool        thump, chord;
    double      rms_ms, worst_ms;
  } cases[] = {
    {"bursts alone", false, false, 0.15, 0.4},
    {"thumps alone", true, false, 0.15, 0.4},
    {"bursts on a chord", false, true, 0.5, 1.0},
  };
  for (size_t k = 0; k < sizeof(cases) / sizeof(*cases); ++k) {
    for (int mode = 0; mode < 2; ++mode) {
      double squares = 0.0, worst = 0.0;
      for (int s = 0; s < SHIFTS; ++s) {
        uint32_t      at[HITS];
        PitchControls c = rig_controls(PITCH_ENGINE_RESAMPLER, SEMITONES[s]);
        c.latency_mode  = (PitchLatencyMode)mode;
        Rig r           = rig_new(48000.0, 2, 5.9, c);
        fill_hits(&r, cases[k].thump, cases[k].chord, at);
        rig_run(&r, 1e9);
        const uint32_t late = pitch_latency_rt(r.pitch);
        for (int h = 0; h < HITS; ++h) {
          const double in = attack_at(r.in[0], at[h] - 480, at[h] + 960);
          const double ms = (attack_at(r.out[0], at[h] + late - 2400, at[h] + late + 2400) - late - in) / 48.0;
          squares += ms * ms / (HITS * SHIFTS);
          worst = fmax(worst, fabs(ms));
        }
        rig_free(&r);
      }
      print_message("%-18s %-8s off by %.2f ms rms, %.2f at worst\n", cases[k].name, mode ? "Lowest" : "Constant",
                    sqrt(squares), worst);
      if (sqrt(squares) > cases[k].rms_ms || worst > cases[k].worst_ms) {
        fail_msg("%s: %.2f ms rms, %.2f at worst", cases[k].name, sqrt(squares), worst);
      }
    }
  }
}

/// Drums (kicks, snares, hats), and 6 dB louder a bed of pink noise, the same in both channels.
static void
fill_bed(Rig* const r, uint32_t at[HITS])
{
  uint32_t seed  = 5;
  double   drums = 0.0, bed = 0.0, low[2] = {0.0, 0.0};
  for (uint32_t h = 0; h < HITS; ++h) {
    at[h] = (uint32_t)(r->rate * (0.4 + 0.21 * h)) + 331 * (h * h % 17);
    for (int i = 0; i < 7200; ++i) {
      seed               = seed * 1664525u + 1013904223u;
      const double noise = (double)(int32_t)seed * 0x1p-31,
                   kick  = sin(2.0 * M_PI * (45.0 * i + 9e4 * (1.0 - exp(-i / 1200.0))) / r->rate);
      r->in[0][at[h] + i] += (float)(h % 2   ? 0.25 * exp(-i / 700.0) * noise
                                     : h % 4 ? 0.35 * exp(-i / 1800.0) * noise
                                             : 0.8 * exp(-i / 2600.0) * kick + 0.2 * exp(-i / 60.0) * noise);
    }
  }
  for (uint32_t i = 0; i < r->frames; ++i) {
    drums += (double)r->in[0][i] * r->in[0][i];
  }
  for (int pass = 0; pass < 2; ++pass) { // its power, then the noise itself
    const double gain = pass ? 2.0 * sqrt(drums / bed) : 0.0;
    seed              = 3;
    for (uint32_t i = 0; i < r->frames; ++i) {
      seed           = seed * 1664525u + 1013904223u;
      const double x = (double)(int32_t)seed * 0x1p-31;
      low[0]         = 0.99765 * low[0] + 0.099 * x; // P. Kellet's pinking filter, its economy version
      low[1]         = 0.963 * low[1] + 0.2965 * x;
      const double y = low[0] + low[1] + 0.5 * x;
      bed += pass ? 0.0 : y * y;
      r->in[0][i] += (float)(gain * y);
    }
  }
}

// Hits that can hardly be heard: how late each comes is seen by a mark of -60 dB in the right channel alone, since both
// channels are always read at the same place.
static void
hits_under_noise_stay_in_time(void** state)
{
  (void)state;
  for (int mode = 0; mode < 2; ++mode) {
    double worst = 0.0;
    int    late  = 0;
    for (int s = 0; s < SHIFTS; ++s) {
      uint32_t      at[HITS];
      PitchControls c = rig_controls(PITCH_ENGINE_RESAMPLER, SEMITONES[s]);
      c.latency_mode  = (PitchLatencyMode)mode;
      Rig r           = rig_new(48000.0, 2, 5.9, c);
      fill_bed(&r, at);
      memcpy(r.in[1], r.in[0], r.frames * sizeof(float));
      for (int h = 0; h < HITS; ++h) {
        r.in[1][at[h] + 12] += 1e-3f;
      }
      rig_run(&r, 1e9);
      for (int h = 0; h < HITS; ++h) {
        const uint32_t due   = at[h] + 12 + pitch_latency_rt(r.pitch);
        double         power = 0.0, moment = 0.0;
        for (uint32_t i = due - 3000; i < due + 3000; ++i) {
          const double d = fabsf(r.out[1][i] - r.out[0][i]) > 1e-5f ? r.out[1][i] - r.out[0][i] : 0.0;
          power += d * d;
          moment += d * d * ((double)i - due);
        }
        const double ms = power > 0.0 ? moment / power / 48.0 : 99.0;
        worst           = fmax(worst, fabs(ms));
        late += fabs(ms) > 1.0;
      }
      rig_free(&r);
    }
    print_message("noise 6 dB above, %-8s %d of %d hits off by more than 1 ms, %.2f at worst\n",
                  mode ? "Lowest" : "Constant", late, SHIFTS * HITS, worst);
    if (worst > (mode ? 9.0 : 6.0) || late > SHIFTS * HITS / 10) {
      fail_msg("%d hits off by more than 1 ms, %.2f at worst", late, worst);
    }
  }
}

// Rubber Band follows a fader that runs through its range: the place that is heard stays the one that is due, so that
// the output never runs dry.
static void
the_stretcher_follows_fast_moves(void** state)
{
  (void)state;
  static const double paths[][4] = {{5, -12, 9, 0.5}, {-12, 12, -12, 12}, {7, 5, -5, -7}, {12, -7, 3, -12}};
  for (size_t k = 0; k < sizeof(paths) / sizeof(*paths); ++k) {
    for (int quality = 0; quality < 2; ++quality) {
      PitchControls c = rig_controls(PITCH_ENGINE_RUBBER_BAND, paths[k][0]);
      c.quality       = (PitchQuality)quality;
      Rig r           = rig_new(48000.0, 2, 4.0, c);
      rig_sine(&r, 440.0);
      for (int step = 0; step < 4; ++step) {
        r.c.semitones = paths[k][step];
        rig_run(&r, 1.0 + step);
        double cents;
        (void)rig_sinad(r.out[0] + r.at - 24000, 20000, 2.0 * M_PI * 440.0 / 48000.0 * exp2(r.c.semitones / 12.0),
                        &cents);
        if (fabs(cents) > 2.5) {
          fail_msg("path %zu step %d quality %d: %.2f cents off", k, step, quality, cents);
        }
      }
      assert_in_range(stretcher_dry_rt(r.stretcher[quality]), 0, 3); // a cell for a jump down to -12
      rig_free(&r);
    }
  }
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
    cmocka_unit_test(hits_stay_in_time),
    cmocka_unit_test(hits_under_noise_stay_in_time),
    cmocka_unit_test(the_stretcher_follows_fast_moves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
