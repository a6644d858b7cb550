// SPDX-License-Identifier: GPL-3.0-or-later

// The equaliser at rest: what it does to the spectrum, against the closed form, and what it leaves alone.

#include "eq/eq_state.h"
#include "support/signal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

enum { LONGEST = 1 << 17, N_SILENCE = 48000 };

static float in[2][LONGEST], out[2][LONGEST];

static void
defaults(float controls[EQ_CONTROLS])
{
  for (int c = 0; c < EQ_CONTROLS; ++c) {
    controls[c] = eq_control_info[c].def;
  }
}

// Frames of `in` through a new equaliser, in blocks.
static void
run_new(const double rate, const float controls[EQ_CONTROLS], const uint32_t n, const uint32_t block)
{
  Eq* const eq = eq_new(rate);
  assert_non_null(eq);
  for (uint32_t i = 0; i < n; i += block) {
    const uint32_t     k       = n - i < block ? n - i : block;
    const float* const from[2] = {in[0] + i, in[1] + i};
    float* const       to[2]   = {out[0] + i, out[1] + i};
    eq_run_rt(eq, controls, from, to, k);
  }
  eq_free(eq);
}

static uint32_t
impulse_frames(const double rate)
{
  return rate > 100e3 ? LONGEST : LONGEST / 4;
}

static void
impulse(const double rate, const float controls[EQ_CONTROLS])
{
  memset(in, 0, sizeof(in));
  in[0][0] = 1.0f;
  in[1][0] = -0.5f;
  run_new(rate, controls, impulse_frames(rate), 1024);
}

typedef struct {
  double low, mid, high, low_freq, mid_freq, mid_q, high_freq, gain;
} Setting;

static void
set(float controls[EQ_CONTROLS], const Setting* const s, const EqMode mode)
{
  defaults(controls);
  controls[EQ_MODE]      = mode;
  controls[EQ_LOW]       = (float)s->low;
  controls[EQ_MID]       = (float)s->mid;
  controls[EQ_HIGH]      = (float)s->high;
  controls[EQ_LOW_FREQ]  = (float)s->low_freq;
  controls[EQ_MID_FREQ]  = (float)s->mid_freq;
  controls[EQ_MID_Q]     = (float)s->mid_q;
  controls[EQ_HIGH_FREQ] = (float)s->high_freq;
  controls[EQ_GAIN]      = (float)s->gain;
}

static const double rates[] = {44100, 48000, 88200, 96000, 192000};

static const Setting settings[] = {
  //  low    mid   high  low_f  mid_f    Q  high_f  gain
  {-12.0, 0.0, 0.0, 200, 1000, 0.7, 4000, 0.0},     {12.0, 0.0, 0.0, 40, 1000, 0.7, 4000, 0.0},
  {-40.0, 0.0, 0.0, 40, 1000, 0.7, 4000, 0.0}, // the one that float coefficients miss by 0.6 dB at 192 kHz
  {-40.0, 0.0, 0.0, 1000, 1000, 0.7, 4000, 0.0},    {0.0, 12.0, 0.0, 200, 200, 4.0, 4000, 0.0},
  {0.0, -40.0, 0.0, 200, 200, 0.3, 4000, 0.0},      {0.0, -40.0, 0.0, 200, 8000, 4.0, 4000, 0.0},
  {0.0, 6.0, 0.0, 200, 8000, 0.3, 4000, 0.0},       {0.0, 0.0, 12.0, 200, 1000, 0.7, 16000, 0.0},
  {0.0, 0.0, -40.0, 200, 1000, 0.7, 16000, 0.0},    {0.0, 0.0, -40.0, 200, 1000, 0.7, 1000, 0.0},
  {-6.0, 3.0, -3.0, 200, 1000, 0.7, 4000, 0.0},     {12.0, 12.0, 12.0, 1000, 1000, 0.7, 1000, -24.0},
  {-40.0, -40.0, -40.0, 100, 700, 0.5, 9000, 12.0}, {-0.1, 0.1, -0.1, 60, 500, 1.5, 12000, 0.0},
};

// One setting at one rate, 20 Hz to 0.45 of the rate.  Return: the worst deviation, dB.
static double
check_response(const Setting* const s,
               const double         rate,
               const EqMode         mode,
               const double         tolerance_db,
               const double         floor_db)
{
  double worst = 0.0;
  float  controls[EQ_CONTROLS];
  set(controls, s, mode);
  impulse(rate, controls);
  for (int k = 0; k <= 24; ++k) {
    const double hz     = 20.0 * pow(0.45 * rate / 20.0, k / 24.0);
    const double expect = eq_response_db(controls, rate, hz);
    const double left   = signal_response_db(out[0], impulse_frames(rate), hz, rate);
    if (expect < floor_db ? left > floor_db + 1.0 : !(fabs(left - expect) <= tolerance_db)) {
      fail_msg("%g %g %g dB at %g %g %g Hz, Q %g, rate %g, %g Hz: %.4f dB, not %.4f", s->low, s->mid, s->high,
               s->low_freq, s->mid_freq, s->high_freq, s->mid_q, rate, hz, left, expect);
    }
    worst = expect < floor_db ? worst : fmax(worst, fabs(left - expect));
  }
  for (uint32_t i = 0; i < impulse_frames(rate); ++i) { // right is left times -0.5, exactly
    assert_true(out[1][i] == -0.5f * out[0][i] || fabs((double)out[1][i]) < 1e-36);
  }
  return worst;
}

static void
check_responses(const EqMode mode, const double tolerance_db, const double floor_db)
{
  double worst = 0.0;
  for (size_t r = 0; r < sizeof(rates) / sizeof(*rates); ++r) {
    for (size_t s = 0; s < sizeof(settings) / sizeof(*settings); ++s) {
      worst = fmax(worst, check_response(&settings[s], rates[r], mode, tolerance_db, floor_db));
    }
  }
  print_message("# worst deviation %.5f dB\n", worst);
}

// Each band alone and all together, with gain, frequency and Q at either end of their ranges, at every rate.
static void
test_tone_at_every_corner(void** const state)
{
  double worst = 0.0;
  for (size_t r = 0; r < sizeof(rates) / sizeof(*rates); ++r) {
    for (int corner = 0; corner < 4 * 8; ++corner) {
      const int     band = corner / 8;
      const double  db   = corner & 1 ? 12.0 : -40.0;
      const bool    all = band == 3, top = corner & 2;
      const Setting s = {.low       = all || band == 0 ? db : 0.0,
                         .mid       = all || band == 1 ? db : 0.0,
                         .high      = all || band == 2 ? db : 0.0,
                         .low_freq  = top ? 1000 : 40,
                         .mid_freq  = top ? 8000 : 200,
                         .mid_q     = corner & 4 ? 4.0 : (double)0.3f,
                         .high_freq = top ? 16000 : 1000};
      if (band % 2 == 0 && corner & 4) {
        continue; // a shelf has no Q to set
      }
      worst = fmax(worst, check_response(&s, rates[r], EQ_TONE, 0.01, -110.0));
    }
  }
  print_message("# worst deviation %.5f dB\n", worst);
}

static void
test_tone_is_the_cookbook(void** const state)
{
  check_responses(EQ_TONE, 0.01, -110.0);
}

static void
test_isolator_is_linkwitz_riley(void** const state)
{
  check_responses(EQ_ISOLATOR, 0.01, -80.0); // below, the impulse's own rounding to float shows
}

static void
test_isolator_sums_flat_at_every_crossover(void** const state)
{
  static const double lows[] = {40, 200, 1000}, highs[] = {1000, 2000, 16000};
  for (int l = 0; l < 3; ++l) {
    for (int h = 0; h < 3; ++h) {
      const Setting s = {.low_freq = lows[l], .high_freq = highs[h], .mid_freq = 1000, .mid_q = 0.7};
      float         controls[EQ_CONTROLS];
      set(controls, &s, EQ_ISOLATOR);
      impulse(48000, controls);
      for (double hz = 20; hz < 21600; hz *= 1.1) {
        assert_float_equal(signal_response_db(out[0], impulse_frames(48000), hz, 48000), 0.0, 0.005);
      }
    }
  }
}

// Level at `hz` in dB with a band killed by switch or by its gain.
static void
test_isolator_kills(void** const state)
{
  static const struct {
    int    band;
    double hz, at_most_db;
  } cases[] = {
    {0, 50, -46.0},   // two octaves inside
    {0, 25, -70.0},   // three
    {0, 1000, 0.5},   // elsewhere
    {1, 632, -17.0},  // the middle of 200 Hz to 2 kHz, where the slopes cross
    {1, 50, 0.5},     //
    {1, 8000, 0.5},   //
    {2, 8000, -46.0}, //
    {2, 500, 0.5},    //
  };
  for (size_t c = 0; c < sizeof(cases) / sizeof(*cases); ++c) {
    for (int by_switch = 0; by_switch < 2; ++by_switch) {
      const Setting s = {.low_freq = 200, .high_freq = 2000, .mid_freq = 1000, .mid_q = 0.7};
      float         controls[EQ_CONTROLS];
      set(controls, &s, EQ_ISOLATOR);
      controls[by_switch ? EQ_KILL_LOW + cases[c].band : EQ_LOW + cases[c].band] = by_switch ? 1.0f : -40.0f;
      impulse(48000, controls);
      assert_true(signal_response_db(out[0], impulse_frames(48000), cases[c].hz, 48000) <= cases[c].at_most_db);
    }
  }
}

static void
test_isolator_all_killed_is_silence(void** const state)
{
  float controls[EQ_CONTROLS];
  defaults(controls);
  controls[EQ_MODE]     = EQ_ISOLATOR;
  controls[EQ_KILL_LOW] = controls[EQ_KILL_MID] = controls[EQ_KILL_HIGH] = 1.0f;
  signal_noise(in[0], LONGEST, 1);
  signal_noise(in[1], LONGEST, 2);
  run_new(48000, controls, 48000, 256);
  assert_true(signal_peak(out[0], 48000) < 1e-5);
  assert_true(signal_peak(out[1], 48000) < 1e-5);
}

// Taking a band out raises the level nowhere, in either mode, whatever the other bands do.
static void
test_a_kill_raises_nothing(void** const state)
{
  for (int mode = EQ_TONE; mode <= EQ_ISOLATOR; ++mode) {
    for (size_t s = 0; s < sizeof(settings) / sizeof(*settings); ++s) {
      for (int band = 0; band < 3; ++band) {
        float controls[EQ_CONTROLS], killed[EQ_CONTROLS];
        set(controls, &settings[s], (EqMode)mode);
        memcpy(killed, controls, sizeof(killed));
        killed[EQ_KILL_LOW + band] = 1.0f;
        for (double hz = 20; hz < 21600; hz *= 1.02) {
          assert_true(eq_response_db(killed, 48000, hz) <= eq_response_db(controls, 48000, hz) + 0.5);
        }
      }
    }
  }
}

static void
test_flat_and_bypass_are_transparent(void** const state)
{
  for (int c = 0; c < 3; ++c) {
    float controls[EQ_CONTROLS];
    defaults(controls);
    if (c) {
      controls[EQ_ENABLED] = 0.0f;
      controls[EQ_LOW]     = -12.0f;
      controls[EQ_GAIN]    = 6.0f;
      controls[EQ_MODE]    = (float)(c - 1);
    }
    signal_noise(in[0], LONGEST, 3);
    signal_noise(in[1], LONGEST, 4);
    in[0][100] = 1e-41f; // a denormal
    in[1][101] = -0.0f;
    in[0][102] = 3e38f;
    run_new(48000, controls, LONGEST, 100);
    assert_memory_equal(in, out, sizeof(in));
  }
}

static void
test_flat_is_transparent_again_after_use(void** const state)
{
  float controls[EQ_CONTROLS];
  defaults(controls);
  signal_noise(in[0], 96000, 5);
  signal_noise(in[1], 96000, 6);
  Eq* const eq = eq_new(48000);
  for (uint32_t i = 0; i < 96000; i += 96) {
    controls[EQ_LOW]           = i < 24000 ? -40.0f : 0.0f;
    controls[EQ_MID]           = i > 9000 && i < 30000 ? 12.0f : 0.0f;
    controls[EQ_HIGH]          = i > 12000 && i < 24000 ? -3.0f : 0.0f;
    controls[EQ_MODE]          = i > 36000 && i < 40000 ? 1.0f : 0.0f;
    const float* const from[2] = {in[0] + i, in[1] + i};
    float* const       to[2]   = {out[0] + i, out[1] + i};
    eq_run_rt(eq, controls, from, to, 96);
  }
  eq_free(eq);
  const uint32_t done = 40032 + 960; // 20 ms
  assert_memory_equal(in[0] + done, out[0] + done, (96000 - done) * sizeof(float));
  assert_memory_equal(in[1] + done, out[1] + done, (96000 - done) * sizeof(float));
  assert_true(signal_difference(in[0], out[0], 20000) > 0.1);
}

static void
test_odd_controls(void** const state)
{
  float controls[EQ_CONTROLS], limits[EQ_CONTROLS];
  float expect[4096];
  signal_noise(in[0], 4096, 7);
  signal_noise(in[1], 4096, 8);

  // Not finite: the default
  defaults(controls);
  controls[EQ_LOW] = -6.0f;
  run_new(48000, controls, 4096, 256);
  memcpy(expect, out[0], sizeof(expect));
  for (int c = 0; c < EQ_CONTROLS; ++c) {
    controls[c] = c == EQ_LOW ? -6.0f : c % 3 == 0 ? NAN : c % 3 == 1 ? INFINITY : -INFINITY;
  }
  run_new(48000, controls, 4096, 256);
  assert_memory_equal(expect, out[0], sizeof(expect));

  // Out of range: the nearest in it
  for (int low = 0; low < 2; ++low) {
    for (int c = 0; c < EQ_CONTROLS; ++c) {
      controls[c] = low ? -1e9f : 1e9f;
      limits[c]   = low ? eq_control_info[c].min : eq_control_info[c].max;
    }
    controls[EQ_ENABLED] = limits[EQ_ENABLED] = 1.0f;
    run_new(48000, limits, 4096, 256);
    memcpy(expect, out[0], sizeof(expect));
    run_new(48000, controls, 4096, 256);
    assert_memory_equal(expect, out[0], sizeof(expect));
  }
}

// From telephone to studio: corners stay below 0.45 of the rate.
static void
test_every_rate(void** const state)
{
  static const double every_rate[] = {1000, 8000, 11025, 22050, 32000, 352800, 384000};
  static const float  lows[]       = {40, 1000};
  for (size_t r = 0; r < sizeof(every_rate) / sizeof(*every_rate); ++r) {
    for (int k = 0; k < 4; ++k) {
      const double  rate = every_rate[r];
      const EqMode  mode = k % 2 ? EQ_ISOLATOR : EQ_TONE;
      const Setting s    = {6, -6, 12, (double)lows[k / 2], 8000, 4, 16000, 0};
      float         controls[EQ_CONTROLS];
      set(controls, &s, mode);
      impulse(rate, controls);
      for (double hz = 20; hz < 0.45 * rate; hz *= 1.3) {
        assert_float_equal(signal_response_db(out[0], impulse_frames(rate), hz, rate),
                           eq_response_db(controls, rate, hz), 0.01);
      }
    }
  }
}

// Every set of loops that this machine has, through everything: at rest, in motion, in both modes.
static void
test_every_set_of_loops(void** const state)
{
  enum { N = 48000 };
  static float expect[2][N];
  signal_noise(in[0], N, 31);
  signal_noise(in[1], N, 32);
  for (int k = 0; loops_nth(k); ++k) {
    float controls[EQ_CONTROLS];
    defaults(controls);
    Eq* const eq = eq_new(48000);
    eq->loops    = loops_nth(k);
    for (uint32_t i = 0; i < N; i += 100) {
      const uint32_t t       = i / 100;
      controls[EQ_MODE]      = t / 120 % 2 ? 1.0f : 0.0f;
      controls[EQ_LOW]       = t % 60 < 30 ? -12.0f : 6.0f;
      controls[EQ_MID]       = t % 70 < 30 ? -40.0f : 3.0f;
      controls[EQ_HIGH]      = t % 80 < 50 ? 12.0f : 0.0f;
      controls[EQ_LOW_FREQ]  = t % 90 < 40 ? 90.0f : 600.0f;
      controls[EQ_HIGH_FREQ] = t % 100 < 60 ? 2000.0f : 9000.0f;
      eq_run_rt(eq, controls, (const float*[]){in[0] + i, in[1] + i}, (float*[]){out[0] + i, out[1] + i}, 100);
    }
    eq_free(eq);
    if (!k) {
      memcpy(expect[0], out[0], sizeof(expect[0]));
      memcpy(expect[1], out[1], sizeof(expect[1]));
    }
    assert_true(signal_difference(out[0], expect[0], N) < 1e-6); // an ulp of the loudest
    assert_true(signal_difference(out[1], expect[1], N) < 1e-6);
  }
}

#if defined(__SSE__)
// The processor notes when it meets a denormal number.  Without flush-to-zero, in silence after sound, it meets none.
static void
test_silence_meets_no_denormals(void** const state)
{
  static const float still[N_SILENCE];
  for (int mode = EQ_TONE; mode <= EQ_ISOLATOR; ++mode) {
    for (int k = 0; loops_nth(k); ++k) {
      const Setting s = {6, -6, 12, 40, 200, 4, 1000, 0};
      float         controls[EQ_CONTROLS];
      set(controls, &s, (EqMode)mode);
      Eq* const eq = eq_new(48000);
      eq->loops    = loops_nth(k);
      signal_noise(in[0], N_SILENCE, 33);
      eq_run_rt(eq, controls, (const float*[]){in[0], in[0]}, (float*[]){out[0], out[1]}, N_SILENCE);
      for (int second = 0; second < 60; ++second) {
        _mm_setcsr(0x1f80); // nothing noted, nothing flushed
        eq_run_rt(eq, controls, (const float*[]){still, still}, (float*[]){out[0], out[1]}, N_SILENCE);
        const unsigned noted = _mm_getcsr() & 0x12; // a denormal met, or made
        if (second >= 5 && noted) {
          fail_msg("mode %d, %s: denormals after %d s", mode, loops_nth(k)->name, second);
        }
      }
      assert_true(signal_peak(out[0], N_SILENCE) == 0.0);
      eq_free(eq);
    }
  }
}
#endif

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_tone_is_the_cookbook),
    cmocka_unit_test(test_tone_at_every_corner),
    cmocka_unit_test(test_isolator_is_linkwitz_riley),
    cmocka_unit_test(test_isolator_sums_flat_at_every_crossover),
    cmocka_unit_test(test_isolator_kills),
    cmocka_unit_test(test_isolator_all_killed_is_silence),
    cmocka_unit_test(test_a_kill_raises_nothing),
    cmocka_unit_test(test_flat_and_bypass_are_transparent),
    cmocka_unit_test(test_flat_is_transparent_again_after_use),
    cmocka_unit_test(test_odd_controls),
    cmocka_unit_test(test_every_rate),
    cmocka_unit_test(test_every_set_of_loops),
#if defined(__SSE__)
    cmocka_unit_test(test_silence_meets_no_denormals),
#endif
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
