// SPDX-License-Identifier: GPL-3.0-or-later

// Filter sections and the isolator: the two forms are one filter, and the fast loops are the plain ones.

#include "dsp/isolator.h"
#include "dsp/response.h"
#include "dsp/still.h"
#include "support/signal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { N = 4096 };

static Pair noise[N];

static int
make_noise(void** const state)
{
  float x[2 * N];
  signal_noise(x, 2 * N, 1);
  for (int i = 0; i < N; ++i) {
    noise[i] = (Pair){(double)x[2 * i], (double)x[2 * i + 1]};
  }
  return 0;
}

static double
difference(const Pair* const a, const Pair* const b, const int n)
{
  double peak = 0.0;
  for (int i = 0; i < n; ++i) {
    peak = fmax(peak, fmax(fabs(a[i][0] - b[i][0]), fabs(a[i][1] - b[i][1])));
  }
  return peak;
}

static Pair
svf_step(Svf* const s, const Shape shape, const Pair x)
{
  Pair bp, lp;
  svf_frame_rt(s, shape[SHAPE_G], shape[SHAPE_K], x, &bp, &lp);
  return pair_of(shape[SHAPE_X]) * x + pair_of(shape[SHAPE_BP]) * bp + pair_of(shape[SHAPE_LP]) * lp;
}

static const struct {
  void (*shape)(Shape, double, double, double, double) RT;
  double hz, rate, q, db;
} cases[] = {
  {shape_low_shelf_rt, 40, 192000, 0.7, -40},   {shape_low_shelf_rt, 200, 48000, 0.7, 12},
  {shape_bell_rt, 1000, 44100, 4.0, -40},       {shape_bell_rt, 8000, 48000, 0.3, 12},
  {shape_high_shelf_rt, 16000, 44100, 0.7, 12}, {shape_high_shelf_rt, 1000, 192000, 0.7, -40},
};

enum { CASES = sizeof(cases) / sizeof(*cases) };

// In motion all the time, at rest all the time, and changing form every 500 frames: one output.
static void
test_forms_are_one_filter(void** const state)
{
  for (int c = 0; c < CASES; ++c) {
    static Pair moving[N], still[N], both[N];
    Shape       shape;
    cases[c].shape(shape, cases[c].hz, cases[c].rate, cases[c].q, cases[c].db);
    Svf      svf     = {0};
    Section  section = {0};
    Section* one     = &section;
    for (int i = 0; i < N; ++i) {
      moving[i] = svf_step(&svf, shape, noise[i]);
    }
    section_shape_rt(&section, shape);
    still_loops_plain()->cascade[1](&one, noise, still, N);
    assert_true(difference(moving, still, N) < 1e-9);

    memset(&svf, 0, sizeof(svf));
    for (int from = 0; from < N; from += 500) {
      const int to = from + 500 < N ? from + 500 : N;
      if (from / 500 % 2) {
        section_from_svf_rt(&section, &svf, shape);
        still_loops_plain()->cascade[1](&one, noise + from, both + from, (uint32_t)(to - from));
        svf_from_section_rt(&svf, &section, shape);
      } else {
        for (int i = from; i < to; ++i) {
          both[i] = svf_step(&svf, shape, noise[i]);
        }
      }
    }
    assert_true(difference(moving, both, N) < 1e-9);
  }
}

static void
test_gain_0_is_the_input(void** const state)
{
  for (int c = 0; c < CASES; ++c) {
    Shape shape;
    cases[c].shape(shape, cases[c].hz, cases[c].rate, cases[c].q, 0.0);
    assert_true(shape[SHAPE_X] == 1.0 && shape[SHAPE_BP] == 0.0 && shape[SHAPE_LP] == 0.0);
  }
}

static void
test_loops_agree(void** const state)
{
  const StillLoops* const plain = still_loops_plain();
  const StillLoops* const fast  = still_loops();
  for (int k = 1; k <= STILL_SECTIONS; ++k) {
    static Pair a[N], b[N], d[N];
    Section     one[STILL_SECTIONS] = {0}, two[STILL_SECTIONS] = {0}, three[STILL_SECTIONS] = {0};
    Section *   ones[STILL_SECTIONS], *twos[STILL_SECTIONS], *threes[STILL_SECTIONS];
    for (int s = 0; s < k; ++s) {
      Shape shape;
      cases[s * 2].shape(shape, cases[s * 2].hz, cases[s * 2].rate, cases[s * 2].q, cases[s * 2].db);
      section_shape_rt(&one[s], shape);
      section_shape_rt(&two[s], shape);
      section_shape_rt(&three[s], shape);
      ones[s] = &one[s], twos[s] = &two[s], threes[s] = &three[s];
    }
    plain->cascade[k](ones, noise, a, N);
    fast->cascade[k](twos, noise, b, N);
    assert_true(difference(a, b, N) < 1e-10);

    // Cut anyhow, in place, and one section after the other: bit for bit
    memcpy(d, noise, sizeof(d));
    for (uint32_t i = 0, n; i < N; i += n) {
      n = i % 7 + 1 < N - i ? i % 7 + 1 : N - i;
      if (i % 2) {
        fast->cascade[k](threes, d + i, d + i, n);
      } else {
        for (int s = 0; s < k; ++s) {
          fast->cascade[1](threes + s, d + i, d + i, n);
        }
      }
    }
    assert_memory_equal(b, d, sizeof(b));
  }
}

static void
test_isolator_forms_and_loops_agree(void** const state)
{
  static const double corners[][3] = {
    {200, 2000, 48000}, {40, 1000, 192000}, {1000, 1000, 44100}, {1000, 16000, 44100}};
  for (int c = 0; c < 4; ++c) {
    static Pair  moving[N], plain[N], fast[N], both[N];
    const double shape[] = {shape_corner_rt(corners[c][0], corners[c][2]),
                            shape_corner_rt(corners[c][1], corners[c][2]), 0.5, 2.0, 1.5};
    IsolatorSvf  svf     = {0};
    Isolator     one = {0}, two = {0}, three = {0};
    isolator_shape_rt(&one, shape);
    isolator_shape_rt(&two, shape);
    for (int i = 0; i < N; ++i) {
      moving[i] = isolator_svf_frame_rt(&svf, shape, noise[i]);
    }
    still_loops_plain()->isolator(&one, noise, plain, N);
    still_loops()->isolator(&two, noise, fast, N);
    assert_true(difference(moving, plain, N) < 1e-9);
    assert_true(difference(fast, plain, N) < 1e-9);

    memset(&svf, 0, sizeof(svf));
    for (int from = 0; from < N; from += 256) {
      if (from / 256 % 2) {
        isolator_from_svf_rt(&three, &svf, shape);
        still_loops()->isolator(&three, noise + from, both + from, 256);
        isolator_svf_from_rt(&svf, &three, shape);
      } else {
        for (int i = from; i < from + 256; ++i) {
          both[i] = isolator_svf_frame_rt(&svf, shape, noise[i]);
        }
      }
    }
    assert_true(difference(moving, both, N) < 1e-9);
  }
}

// The closed forms themselves, at the points that define them.
static void
test_closed_forms(void** const state)
{
  const double cross[2] = {200, 2000}, flat[3] = {1, 1, 1}, no_low[3] = {0, 1, 1};
  assert_float_equal(response_low_shelf_db(200, 48000, 200, 0.7, -12), -6.0, 0.05); // half the gain at the corner
  assert_float_equal(response_low_shelf_db(5, 48000, 200, 0.7, -12), -12.0, 0.01);
  assert_float_equal(response_low_shelf_db(8000, 48000, 200, 0.7, -12), 0.0, 0.01);
  assert_float_equal(response_bell_db(1000, 48000, 1000, 0.7, 9), 9.0, 1e-9);
  assert_float_equal(response_bell_db(10, 48000, 1000, 0.7, 9), 0.0, 0.01);
  assert_float_equal(response_high_shelf_db(4000, 48000, 4000, 0.7, 6), 3.0, 0.05);
  assert_float_equal(response_high_shelf_db(23900, 48000, 4000, 0.7, 6), 6.0, 0.01);
  assert_float_equal(response_isolator_db(200, 48000, cross, flat), 0.0, 1e-9);
  assert_float_equal(response_isolator_db(200, 48000, cross, no_low), -6.02, 0.01); // -6 dB where they cross
  assert_float_equal(response_isolator_db(50, 48000, cross, no_low), -48.2, 0.1);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_forms_are_one_filter), cmocka_unit_test(test_gain_0_is_the_input),
    cmocka_unit_test(test_loops_agree),          cmocka_unit_test(test_isolator_forms_and_loops_agree),
    cmocka_unit_test(test_closed_forms),
  };
  return cmocka_run_group_tests(tests, make_noise, NULL);
}
