// SPDX-License-Identifier: GPL-3.0-or-later
// The limiter on signals that are made to get past it: neither a sample nor what lies between samples exceeds the
// ceiling; it comes in and goes without a step; what it shows is what it does.

#include "engine/limiter_rt.h"

#include "fakes.h"

#define FRAMES 60000u

// ---- the peak between samples, by a far finer interpolation than the limiter's own --------------------------------

static double
sinc(const double x)
{
  return x == 0.0 ? 1.0 : sin(M_PI * x) / (M_PI * x);
}

/// The largest absolute value at 16 times the rate over [from, to): a sinc of 128 taps under a Blackman window.
static double
true_peak(const float* const x, const uint32_t from, const uint32_t to)
{
  enum { FINE = 16, HALF = 64 };
  static double kernel[FINE][2 * HALF];
  double        most = 0.0;
  for (int p = 0; p < FINE; ++p) {
    for (int k = 0; k < 2 * HALF; ++k) {
      const double t = k - (HALF - 1) - (double)p / FINE, w = M_PI * t / HALF;
      kernel[p][k] = sinc(t) * (0.42 + 0.5 * cos(w) + 0.08 * cos(2.0 * w));
    }
  }
  for (uint32_t i = from + HALF; i < to - HALF; ++i) {
    if (fabsf(x[i]) < 0.3 && fabsf(x[i + 1]) < 0.3) {
      continue; // nothing to look for here
    }
    for (int p = 0; p < FINE; ++p) {
      double sum = 0.0;
      for (int k = 0; k < 2 * HALF; ++k) {
        sum += kernel[p][k] * (double)x[i - (HALF - 1) + (uint32_t)k];
      }
      most = fmax(most, fabs(sum));
    }
  }
  return most;
}

// ---- signals ------------------------------------------------------------------------------------------------------

static float
quarter(const int64_t i, const int side) // its samples miss its peaks by 3 dB
{
  (void)side;
  return 1.3f * (float)sin(M_PI / 2.0 * (double)i + M_PI / 4.0);
}

static float
loud_noise(const int64_t i, const int side)
{
  return 6.0f * signal_noise(i, side);
}

static float
bass(const int64_t i, const int side)
{
  return 2.0f * (float)sin(2.0 * M_PI * 45.0 / 48000.0 * (double)i + side);
}

static float
bursts(const int64_t i, const int side)
{
  return i % 6000 < 700 ? 3.0f * (float)sin(2.0 * M_PI * 3456.7 / 48000.0 * (double)i + side) : 0.01f;
}

static float
pulses(const int64_t i, const int side)
{
  return i % 997 == 5 ? (side ? -4.0f : 4.0f) : 0.02f * (float)sin((double)i);
}

static float
high(const int64_t i, const int side) // 19 kHz
{
  return 1.6f * (float)sin(2.0 * M_PI * 19001.0 / 48000.0 * (double)i + side);
}

static float
square(const int64_t i, const int side)
{
  return (i / 37) % 2 ? 1.4f : side ? -1.4f : -1.1f;
}

static float
music(const int64_t i, const int side) // forty tones from 80 Hz to 20 kHz
{
  double sum = 0.0;
  for (int k = 0; k < 40; ++k) {
    sum += sin(2.0 * M_PI * 80.0 * pow(250.0, k / 39.0) / 48000.0 * (double)i + k * k * 1.7 + side);
  }
  return 0.25f * (float)sum;
}

static Rig*
limited(const Signal signal, const float ceiling, const uint32_t block)
{
  Rig* const r = rig_up(2, FRAMES);
  rig_track(r, 0, 0, fake_track(FRAMES, RATE, signal), AT_NOW);
  rig_param(r, 0, PARAM_LIMITER, 1.0f, 0, AT_NOW);
  rig_param(r, 0, PARAM_CEILING, ceiling, 0, AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, 8000);
  rig_run(r, FRAMES, block);
  return r;
}

// No sample above the ceiling, ever; nothing between samples by more than `over` dB.  What goes beyond a few hundredths
// has its reason above 20 kHz, where nobody interpolates well in 32 taps.
static void
true_to_its_ceiling(void** state)
{
  (void)state;
  static const struct {
    const char* name;
    Signal      signal;
    double      over; ///< dB
  } cases[]                     = {{"a quarter of the rate, 45 degrees", quarter, 0.02},
                                   {"45 Hz", bass, 0.02},
                                   {"bursts", bursts, 0.15},
                                   {"19 kHz", high, 0.02},
                                   {"square", square, 0.1},
                                   {"pulses", pulses, 0.02},
                                   {"forty tones up to 20 kHz", music, 0.05},
                                   {"white noise up to half the rate", loud_noise, 0.9}};
  static const float ceilings[] = {-0.3f, -6.0f};
  for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); ++k) {
    for (size_t c = 0; c < 2; ++c) {
      Rig* const   r       = limited(cases[k].signal, ceilings[c], 256);
      const double ceiling = pow(10.0, (double)ceilings[c] / 20.0);
      double       sample = 0.0, between = 0.0;
      for (int side = 0; side < 2; ++side) {
        for (uint32_t i = 0; i < FRAMES; ++i) {
          sample = fmax(sample, fabs((double)r->master[side][i]));
        }
        between = fmax(between, true_peak(r->master[side], 20000, 36000));
      }
      const double over = 20.0 * log10(between / ceiling);
      print_message("  %-36s ceiling %4.1f dB: samples %+.4f dB, between them %+.3f dB\n", cases[k].name,
                    (double)ceilings[c], 20.0 * log10(sample / ceiling), over);
      assert_true(sample <= ceiling * (1.0 + 1e-6));
      assert_true(over <= cases[k].over);
      rig_down(r);
    }
  }
}

// Below the ceiling it is the signal, bit for bit, at any level up to it.
static float
just_below(const int64_t i, const int side)
{
  return (side ? -0.966f : 0.966f) * (float)sin(2.0 * M_PI * 997.0 / 48000.0 * (double)i);
}

static void
transparent_below(void** state)
{
  (void)state;
  Rig* const r = limited(just_below, -0.3f, 256);
  for (uint32_t i = 8000; i < FRAMES; ++i) {
    assert_true(r->master[0][i] == just_below(i - 8000, 0) && r->master[1][i] == just_below(i - 8000, 1));
  }
  rig_down(r);
}

// How the signal is cut into cycles changes nothing.
static void
blocks_change_nothing(void** state)
{
  (void)state;
  Rig* const one   = limited(bursts, -3.0f, 64);
  Rig* const other = limited(bursts, -3.0f, 1000);
  assert_memory_equal(one->master[0] + 10000, other->master[0] + 10000, (FRAMES - 10000) * sizeof(float));
  rig_down(one);
  rig_down(other);
}

static float
tone(const int64_t i, const int side)
{
  (void)side;
  return 2.0f * (float)sin(2.0 * M_PI * 1000.0 / 48000.0 * (double)i);
}

// 6.02 dB over full scale, ceiling -0.3: 6.32 dB go, and that is what it shows.
static void
shows_its_reduction(void** state)
{
  (void)state;
  Rig* const     r     = limited(tone, -0.3f, 256);
  _Atomic float* taken = &engine_levels(r->engine)->limiter_taken;
  float          most  = 0.0f;
  for (uint32_t i = FRAMES - 4800; i < FRAMES; ++i) {
    most = fmaxf(most, fabsf(r->master[0][i]));
  }
  const double shown = 20.0 * log10((double)levels_take_peak(taken)), made = 20.0 * log10(2.0 / (double)most);
  assert_float_equal(made, 6.3206, 0.01);
  assert_float_equal(shown, made, 0.01);
  rig_down(r);
}

// The way back: 63 % of it within the release time (the look-ahead's mean smears it by a millisecond).
static float
one_burst(const int64_t i, const int side)
{
  (void)side;
  return (i < 20000 ? 1.0f : 0.1f) * (float)sin(2.0 * M_PI * 1000.0 / 48000.0 * (double)i);
}

static void
releases_in_its_time(void** state)
{
  (void)state;
  Rig* const r = rig_up(2, FRAMES);
  rig_track(r, 0, 0, fake_track(FRAMES, RATE, one_burst), AT_NOW);
  rig_param(r, 0, PARAM_LIMITER, 1.0f, 0, AT_NOW);
  rig_param(r, 0, PARAM_CEILING, -12.0f, 0, AT_NOW);
  rig_param(r, 0, PARAM_LIMITER_RELEASE, 200.0f, 0, AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, 8000);
  rig_run(r, FRAMES, 256);
  const double low = pow(10.0, -12.0 / 20.0);
  for (uint32_t ms = 20; ms < 500; ms += 20) {
    const uint32_t at   = 28000 + ms * 48 + 12; // at a peak of the tone
    const double   gain = (double)r->master[0][at] / (double)one_burst(at - 8000, 0);
    assert_float_equal(gain, 1.0 - (1.0 - low) * exp(-(double)ms / 200.0), 0.006);
  }
  rig_down(r);
}

// Switched on while something loud plays: the level goes down in 10 ms, the wave has no corner.
static void
comes_in_without_a_step(void** state)
{
  (void)state;
  Rig* const r = rig_up(2, FRAMES);
  rig_track(r, 0, 0, fake_track(FRAMES, RATE, bass), AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, 8000);
  rig_param(r, 0, PARAM_LIMITER, 1.0f, 0, 20000);
  rig_param(r, 0, PARAM_CEILING, -6.0f, 4800, 30000);
  rig_param(r, 0, PARAM_CEILING, 0.0f, 0, 40000);
  rig_param(r, 0, PARAM_LIMITER, 0.0f, 0, 50000);
  rig_run(r, FRAMES, 64);
  assert_true(r->master[0][19999] == bass(11999, 0));
  const float own = 2.0f * (float)pow(2.0 * M_PI * 45.0 / 48000.0, 2.0); // of the tone itself
  print_message("  largest bend %.5f, of the tone itself %.5f\n", (double)largest_bend(r->master[0], 10000, FRAMES),
                (double)own);
  assert_true(largest_bend(r->master[0], 10000, FRAMES) < 0.003f);
  for (uint32_t i = 52000; i < FRAMES; ++i) {
    assert_true(r->master[0][i] == bass(i - 8000, 0));
  }
  rig_down(r);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(true_to_its_ceiling),   cmocka_unit_test(transparent_below),
    cmocka_unit_test(blocks_change_nothing), cmocka_unit_test(shows_its_reduction),
    cmocka_unit_test(releases_in_its_time),  cmocka_unit_test(comes_in_without_a_step),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
