// SPDX-License-Identifier: GPL-3.0-or-later
// Rendered scores, what they sound like: pitch in cents, EQ in dB, alignment in frames.

#include "render/stage.h"

#include <complex.h>

/// |H| in dB of the cookbook's low shelf (kind -1), bell (0) and high shelf (1).
static double
cookbook_db(const int kind, const double f0, const double q, const double db, const double hz)
{
  const double         a = pow(10.0, db / 40.0), w0 = TURN * f0 / RATE, c = cos(w0), alpha = sin(w0) / (2.0 * q);
  const double         s = 2.0 * sqrt(a) * alpha;
  const double complex z = cexp(-I * TURN * hz / RATE);
  double complex       h;
  if (!kind) {
    h = (1 + alpha * a - 2 * c * z + (1 - alpha * a) * z * z) / (1 + alpha / a - 2 * c * z + (1 - alpha / a) * z * z);
  } else {
    const double k = -kind; // the high shelf is the low one with the signs of the cosine turned
    h              = a *
        ((a + 1) - k * (a - 1) * c + s + k * 2 * ((a - 1) - k * (a + 1) * c) * z +
         ((a + 1) - k * (a - 1) * c - s) * z * z) /
        ((a + 1) + k * (a - 1) * c + s - k * 2 * ((a - 1) + k * (a + 1) * c) * z +
         ((a + 1) + k * (a - 1) * c - s) * z * z);
  }
  return 20.0 * log10(cabs(h));
}

static void
test_eq_equals_the_cookbook(void** const state)
{
  (void)state;
  static const double hz[] = {60.0, 250.0, 1000.0, 4000.0, 12000.0};
  static const struct {
    const char* commands;
    double      low, mid, high;
  } cases[] = {
    {"", 0, 0, 0},
    {"0 /deck/1/eq/low -12\n", -12, 0, 0},
    {"0 /deck/1/eq/mid 6\n", 0, 6, 0},
    {"0 /deck/1/eq/high -40\n", 0, 0, -40},
    {"0 /deck/1/eq/low 12\n0 /deck/1/eq/mid -9\n0 /deck/1/eq/set high 5\n", 12, -9, 5},
  };
  make_sines("s.wav", 3.0, RATE, hz, 5);
  for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); ++c) {
    char score[300];
    snprintf(score, sizeof(score), "0 /deck/1/load s.wav\n%s0 /deck/1/play\n", cases[c].commands);
    Wav w = render(score, "256", "2.5");
    for (int k = 0; k < 5; ++k) {
      const double expected = cookbook_db(-1, 200.0, 0.7, cases[c].low, hz[k]) +
                              cookbook_db(0, 1000.0, 0.7, cases[c].mid, hz[k]) +
                              cookbook_db(1, 4000.0, 0.7, cases[c].high, hz[k]);
      for (int ch = 0; ch < 2; ++ch) {
        const double heard = 20.0 * log10(amplitude_at(&w, ch, RATE, RATE, hz[k]) / (ch ? 0.1 : 0.2));
        if (fabs(heard - expected) > 0.1) {
          fail_msg("case %zu, %g Hz: %.3f dB, not %.3f", c, hz[k], heard, expected);
        }
      }
    }
    free(w.frames);
  }
}

static void
test_isolator_kills(void** const state)
{
  (void)state;
  static const double hz[] = {50.0, 700.0, 8000.0};
  make_sines("s.wav", 3.0, RATE, hz, 3);
  Wav w = render("0 /deck/1/load s.wav\n0 /deck/1/eq/mode 1\n0 /deck/1/eq/kill/low 1\n0 /deck/1/play\n", "256", "2.5");
  assert_true(20.0 * log10(amplitude_at(&w, 0, RATE, RATE, 50.0) / 0.2) < -46.0);
  assert_true(fabs(20.0 * log10(amplitude_at(&w, 0, RATE, RATE, 700.0) / 0.2)) < 0.5);
  assert_true(fabs(20.0 * log10(amplitude_at(&w, 0, RATE, RATE, 8000.0) / 0.2)) < 0.1);
  free(w.frames);
}

static void
test_pitch_in_cents(void** const state)
{
  (void)state;
  static const struct {
    const char* commands;
    double      ratio; ///< heard over the file's
    double      cents; ///< tolerance
  } cases[] = {
    {"0 /deck/1/speed 1.1\n", 1.1, 0.01},
    {"0 /deck/1/speed 0.5\n", 0.5, 0.01},
    {"0 /deck/1/pitch 2\n", 1.122462048, 0.5},
    {"0 /deck/1/pitch -1.5\n", 0.917004043, 0.5},
    {"0 /deck/1/pitch 7\n", 1.498307077, 2.0},
    {"0 /deck/1/pitch -12\n", 0.5, 2.0},
    {"0 /deck/1/speed 1.1\n0 /deck/1/keylock 1\n", 1.0, 0.5},
    {"0 /deck/1/speed 0.7\n0 /deck/1/keylock 1\n", 1.0, 2.0},
    {"0 /deck/1/speed 1.1\n0 /deck/1/keylock 1\n0 /deck/1/pitch 1\n", 1.059463094, 0.5},
  };
  static const double hz[] = {441.7};
  make_sines("s.wav", 8.0, RATE, hz, 1);
  for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); ++c) {
    char score[300];
    snprintf(score, sizeof(score), "0 /deck/1/load s.wav\n%s0.5 /deck/1/play\n", cases[c].commands);
    Wav          w     = render(score, "256", "4");
    const double heard = hz[0] * cases[c].ratio;
    const double off   = cents_off(&w, 0, RATE, 2 * RATE, heard);
    const double level = amplitude_at(&w, 0, RATE, RATE / 4, heard);
    if (fabs(off) > cases[c].cents || fabs(20.0 * log10(level / 0.2)) > 1.0) {
      fail_msg("case %zu: %.3f cents off %.2f Hz, level %.4f", c, off, heard, level);
    }
    free(w.frames);
  }
}

// The plugin hears of a change one latency (84 ms) before it is to be heard.  (Where the Resampler sounds, its head
// wanders by 24 ms about that.)
static void
test_a_change_of_pitch_is_heard_at_its_frame(void** const state)
{
  (void)state;
  static const double hz[]   = {441.7};
  const double        before = hz[0] * exp2(5.0 / 12.0), after = hz[0] * exp2(7.0 / 12.0);
  make_sines("s.wav", 4.0, RATE, hz, 1);
  Wav w = render("0 /deck/1/load s.wav\n0 /deck/1/pitch 5\n0 /deck/1/play\n2 /deck/1/pitch 7\n", "256", "3");
  assert_true(fabs(20.0 * log10(amplitude_at(&w, 0, 2 * RATE - 3200, 2400, before) / 0.2)) < 1.0);
  assert_true(fabs(20.0 * log10(amplitude_at(&w, 0, 2 * RATE + 800, 2400, after) / 0.2)) < 1.0);
  free(w.frames);
}

static void
test_files_of_other_rates(void** const state)
{
  (void)state;
  static const uint32_t rates[] = {44100, 22050, 96000};
  static const double   hz[]    = {1000.0};
  for (size_t c = 0; c < 3; ++c) {
    make_sines("s.wav", 3.0, rates[c], hz, 1);
    Wav    w = render("0 /deck/1/load s.wav\n0 /deck/1/play\n", "256", NULL);
    double re, im, rest = 0.0;
    assert_in_range(w.n, 3 * RATE, 3.3 * RATE);
    tone_at(&w, 0, RATE / 2, RATE, hz[0], &re, &im);
    for (int64_t i = RATE / 2; i < RATE + RATE / 2; ++i) {
      const double phase = TURN * hz[0] * (double)i / RATE;
      const double error = (double)w.frames[2 * i] - (re * cos(phase) - im * sin(phase));
      rest += error * error;
    }
    const double snr = 10.0 * log10((re * re + im * im) / 2.0 / (rest / RATE));
    if (snr < 80.0 || fabs(cents_off(&w, 0, RATE / 2, RATE, hz[0])) > 0.01 ||
        fabs(atan2(im, re) + TURN / 4.0) > 0.01) { // a sine, in time
      fail_msg("%u Hz: %.1f dB, %.4f cents, phase %.4f", rates[c], snr, cents_off(&w, 0, RATE / 2, RATE, hz[0]),
               atan2(im, re) + TURN / 4.0);
    }
    free(w.frames);
  }
}

/// Hits every half second, each a burst of noise that dies away in 4 ms: where things are.
static void
make_hits(const char* const name)
{
  const int64_t n = 6 * RATE;
  float* const  x = calloc((size_t)n, 8);
  for (int64_t i = 0; i < n; ++i) {
    const double t = (double)(i % (RATE / 2)) / RATE;
    for (int ch = 0; ch < 2; ++ch) {
      x[2 * i + ch] = t < 0.05 ? (float)(exp(-t / 0.004) * (double)noise(i, ch)) : 0.0f;
    }
  }
  assert_int_equal(wav_write(name, x, n, RATE), 0);
  free(x);
}

/// Where the energy within 30 ms of frame `at` has its centre, frames from `at`.
static double
centre(const Wav* const w, const double at)
{
  double sum = 1e-20, moment = 0.0;
  for (int64_t i = (int64_t)at - RATE * 3 / 100; i < (int64_t)at + RATE * 3 / 100; ++i) {
    const double l = (double)w->frames[2 * i], r = (double)w->frames[2 * i + 1];
    sum += l * l + r * r;
    moment += (l * l + r * r) * ((double)i - at);
  }
  return moment / sum;
}

static void
test_latency_is_hidden(void** const state)
{
  (void)state;
  static const struct {
    const char* commands;
    double      speed;
    double      ms; ///< tolerance: Rubber Band smears a hit
  } cases[] = {
    {"", 1.0, 0.3},
    {"0 /deck/1/pitch 2\n", 1.0, 1.0},
    {"0 /deck/1/pitch -7\n", 1.0, 2.5},
    {"0 /deck/1/speed 1.25\n0 /deck/1/keylock 1\n", 1.25, 2.5},
    {"1.2 /deck/1/pitch 2\n", 1.0, 1.0}, // while it plays
    {"1.2 /deck/1/pitch -5\n", 1.0, 2.5},
  };
  make_hits("b.wav");
  for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); ++c) {
    char score[300];
    snprintf(score, sizeof(score), "0 /deck/1/load b.wav\n%s0.75 /deck/1/play\n", cases[c].commands);
    Wav w = render(score, "256", "4.6");
    for (int k = 0; k < 6; ++k) {
      const double expected = (0.75 + 0.5 * k / cases[c].speed) * RATE;
      const double late     = centre(&w, expected) - 0.002 * RATE / cases[c].speed; // the hit's own centre is at 2 ms
      if (fabs(late) > cases[c].ms * 0.001 * RATE) {
        fail_msg("case %zu, hit %d: %.1f frames late", c, k, late);
      }
    }
    free(w.frames);
  }
}

static void
test_all_at_time_zero(void** const state)
{
  (void)state;
  make_hits("b.wav");
  Wav    w     = render("0 /deck/1/load b.wav\n0 /deck/1/pitch 2\n0 /deck/1/play\n", "256", "2.1");
  double first = 0.0, whole = 0.0;
  for (int64_t i = 0; i < RATE / 4; ++i) {
    const double e = (double)w.frames[2 * i] * (double)w.frames[2 * i];
    whole += e;
    first += i < RATE / 100 ? e : 0.0;
  }
  assert_true(whole > 1.0 && first > 0.98 * whole); // the first hit is there, and at once
  for (int k = 1; k < 4; ++k) {
    assert_true(fabs(centre(&w, 0.5 * k * RATE) - 0.002 * RATE) < 0.001 * RATE);
  }
  free(w.frames);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_eq_equals_the_cookbook), cmocka_unit_test(test_isolator_kills),
    cmocka_unit_test(test_pitch_in_cents),         cmocka_unit_test(test_a_change_of_pitch_is_heard_at_its_frame),
    cmocka_unit_test(test_files_of_other_rates),   cmocka_unit_test(test_latency_is_hidden),
    cmocka_unit_test(test_all_at_time_zero),
  };
  return cmocka_run_group_tests(tests, stage_open, stage_close);
}
