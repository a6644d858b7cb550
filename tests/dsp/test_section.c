// SPDX-License-Identifier: GPL-3.0-or-later

// Filter sections and the isolator, in every set of loops that this machine can run: against a reference in the
// plainest form and double precision, both forms against each other, and one set's loops against each other, bit for
// bit.

#include "dsp/isolator.h"
#include "dsp/loops.h"
#include "dsp/response.h"
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
  for (int set = 0; loops_nth(set); ++set) {
    print_message("# loops: %s\n", loops_nth(set)->name);
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

typedef struct {
  void (*shape)(Shape, double, double, double) RT;
  double hz, rate, q, db;
} Case;

static const Case cases[] = {
  {shape_low_shelf_rt, 40, 192000, 0.7, -40},    {shape_bell_rt, 1000, 44100, 4.0, -40},
  {shape_high_shelf_rt, 16000, 44100, 0.7, 12},  {shape_low_shelf_rt, 200, 48000, 0.7, 12},
  {shape_bell_rt, 8000, 48000, 0.3, 12},         {shape_high_shelf_rt, 1000, 192000, 0.7, -40},
  {shape_high_shelf_rt, 16000, 384000, 0.7, -6}, {shape_low_shelf_rt, 40, 384000, 0.7, 6},
};

enum { CASES = sizeof(cases) / sizeof(*cases) };

static void
shape_of(const Case* const c, Shape shape)
{
  c->shape(shape, shape_corner_rt(c->hz, c->rate), 1.0 / c->q, shape_root_rt(c->db));
}

static void
glide_at_rest(Gliding* const g, const Shape shape)
{
  Curve  c;
  double point[CURVE_WIDTH];
  shape_point_rt(shape, point);
  curve_set_rt(&c, point);
  memset(g, 0, sizeof(*g));
  curve_rest_rt(&c, &g->ramps);
}

// The cookbook's formulae as they stand there, in direct form I, with more than double precision.
static void
reference(const Case* const c, const Pair* const in, Pair* const out)
{
  const long double a = powl(10.0L, (long double)c->db / 40), w = 2 * (long double)M_PI * c->hz / c->rate;
  const long double alpha = sinl(w) / (2 * (long double)c->q), k = cosl(w), r = 2 * sqrtl(a) * alpha;
  long double       b[3], d[3];
  if (c->shape == shape_bell_rt) {
    b[0] = 1 + alpha * a, b[1] = -2 * k, b[2] = 1 - alpha * a;
    d[0] = 1 + alpha / a, d[1] = -2 * k, d[2] = 1 - alpha / a;
  } else {
    const long double s = c->shape == shape_low_shelf_rt ? 1 : -1; // one is the other's mirror
    b[0] = a * (a + 1 - s * (a - 1) * k + r), b[1] = s * 2 * a * (a - 1 - s * (a + 1) * k);
    b[2] = a * (a + 1 - s * (a - 1) * k - r);
    d[0] = a + 1 + s * (a - 1) * k + r, d[1] = -s * 2 * (a - 1 + s * (a + 1) * k);
    d[2] = a + 1 + s * (a - 1) * k - r;
  }
  for (int channel = 0; channel < 2; ++channel) {
    long double x1 = 0, x2 = 0, y1 = 0, y2 = 0;
    for (int i = 0; i < N; ++i) {
      const long double x = in[i][channel];
      const long double y = (b[0] * x + b[1] * x1 + b[2] * x2 - d[1] * y1 - d[2] * y2) / d[0];
      x2 = x1, x1 = x, y2 = y1, y1 = y;
      out[i][channel] = (double)y;
    }
  }
}

static void
check_against_reference(const Loops* const loops)
{
  for (int c = 0; c < CASES; ++c) {
    static Pair expect[N], still[N], moving[N];
    Shape       shape;
    Section     section = {0};
    Gliding     gliding;
    shape_of(&cases[c], shape);
    reference(&cases[c], noise, expect);
    section_shape_rt(&section, shape);
    loops->still[1]((Section*[]){&section}, noise, still, N);
    glide_at_rest(&gliding, shape);
    loops->gliding[1]((Gliding*[]){&gliding}, noise, moving, N);
    if (!(difference(still, expect, N) < 1e-8) || !(difference(moving, expect, N) < 1e-10)) {
      fail_msg("%s, case %d: off by %g at rest, %g in motion", loops->name, c, difference(still, expect, N),
               difference(moving, expect, N));
    }
  }
}

static void
test_every_set_against_the_reference(void** const state)
{
  for (int set = 0; loops_nth(set); ++set) {
    check_against_reference(loops_nth(set));
  }
}

// In motion all the time, and changing form every 500 frames: one output.
static void
test_forms_are_one_filter(void** const state)
{
  for (int set = 0; loops_nth(set); ++set) {
    const Loops* const loops = loops_nth(set);
    for (int c = 0; c < CASES; ++c) {
      static Pair moving[N], both[N];
      Shape       shape;
      Gliding     one, two;
      Section     section = {0};
      shape_of(&cases[c], shape);
      glide_at_rest(&one, shape);
      glide_at_rest(&two, shape);
      loops->gliding[1]((Gliding*[]){&one}, noise, moving, N);
      for (int from = 0; from < N; from += 500) {
        const uint32_t n = from + 500 < N ? 500 : (uint32_t)(N - from);
        if (from / 500 % 2) {
          section_from_svf_rt(&section, &two.svf, shape);
          loops->still[1]((Section*[]){&section}, noise + from, both + from, n);
          svf_from_section_rt(&two.svf, &section, shape);
        } else {
          loops->gliding[1]((Gliding*[]){&two}, noise + from, both + from, n);
        }
      }
      assert_true(difference(moving, both, N) < 1e-8);
    }
  }
}

static void
test_gain_0_is_the_input(void** const state)
{
  for (int c = 0; c < CASES; ++c) {
    Shape shape;
    Case  flat = cases[c];
    flat.db    = 0.0;
    shape_of(&flat, shape);
    assert_true(shape_is_flat(shape));
    double point[POINT_WIDTH];
    shape_point_rt(shape, point);
    assert_true(point[POINT_D] == 1.0 && point[POINT_C1] == 0.0 && point[POINT_C2] == 0.0);
  }
}

// Cut anyhow, in place, and one section after the other: bit for bit.
static void
check_cuts(const Loops* const loops, const int k)
{
  static Pair a[N], b[N], c[N], d[N];
  Section     section[2][LOOPS_SECTIONS] = {0};
  Gliding     gliding[2][LOOPS_SECTIONS];
  Section*    sections[2][LOOPS_SECTIONS];
  Gliding*    glidings[2][LOOPS_SECTIONS];
  for (int copy = 0; copy < 2; ++copy) {
    for (int s = 0; s < k; ++s) {
      Shape shape;
      shape_of(&cases[s], shape);
      section_shape_rt(&section[copy][s], shape);
      glide_at_rest(&gliding[copy][s], shape);
      for (int m = 0; m < POINT_WIDTH; ++m) { // and it does move
        gliding[copy][s].ramps.slope[m] = m * 1e-8;
        gliding[copy][s].ramps.bend[m]  = (s - 1) * 1e-12;
      }
      sections[copy][s] = &section[copy][s];
      glidings[copy][s] = &gliding[copy][s];
    }
  }
  loops->still[k](sections[0], noise, a, N);
  loops->gliding[k](glidings[0], noise, c, N);
  memcpy(b, noise, sizeof(b));
  memcpy(d, noise, sizeof(d));
  for (uint32_t i = 0, n; i < N; i += n) {
    n = i % 7 + i % 2 < N - i ? i % 7 + i % 2 : N - i;
    n += !n;
    if (i % 3) {
      loops->still[k](sections[1], b + i, b + i, n);
      loops->gliding[k](glidings[1], d + i, d + i, n);
    } else {
      for (int s = 0; s < k; ++s) {
        loops->still[1](sections[1] + s, b + i, b + i, n);
        loops->gliding[1](glidings[1] + s, d + i, d + i, n);
      }
    }
    loops->still[k](sections[1], b + i, b + i, 0);
    loops->gliding[k](glidings[1], d + i, d + i, 0);
  }
  assert_memory_equal(a, b, sizeof(a));
  assert_memory_equal(c, d, sizeof(c));
}

static void
test_cuts_do_not_matter(void** const state)
{
  for (int set = 0; loops_nth(set); ++set) {
    for (int k = 1; k <= LOOPS_SECTIONS; ++k) {
      check_cuts(loops_nth(set), k);
    }
  }
}

// From plane to plane is load, still, store.
static void
test_direct(void** const state)
{
  static float in[2][N], direct[2][N], apart[2][N];
  static Pair  pairs[N];
  signal_noise(in[0], N, 3);
  signal_noise(in[1], N, 4);
  in[0][7] = NAN, in[1][9] = -INFINITY;
  for (int set = 0; loops_nth(set); ++set) {
    const Loops* const loops = loops_nth(set);
    for (int k = 1; k <= LOOPS_SECTIONS; ++k) {
      Section  section[2][LOOPS_SECTIONS] = {0};
      Section* sections[2][LOOPS_SECTIONS];
      for (int s = 0; s < 2 * k; ++s) {
        Shape shape;
        shape_of(&cases[s / 2], shape);
        section_shape_rt(&section[s % 2][s / 2], shape);
        sections[s % 2][s / 2] = &section[s % 2][s / 2];
      }
      loops->load(pairs, in[0], in[1], N);
      loops->still[k](sections[0], pairs, pairs, N);
      loops->store(apart[0], apart[1], pairs, 0.7, N);
      memcpy(direct, in, sizeof(direct));
      for (uint32_t i = 0; i < N; i += 64) { // crossed, in place
        loops->direct[k](sections[1], (const float*[]){direct[0] + i, direct[1] + i},
                         (float*[]){direct[1] + i, direct[0] + i}, 0.7, 64);
      }
      assert_memory_equal(apart[0], direct[1], sizeof(apart[0]));
      assert_memory_equal(apart[1], direct[0], sizeof(apart[1]));
    }
  }
}

// ---- isolator -----------------------------------------------------------------------------------------------------

static void
isolator_start(Isolator* const s, const double corners[2])
{
  Curve  c;
  double point[CURVE_WIDTH] = {0.5, 2.0, 1.5};
  memset(s, 0, sizeof(*s));
  isolator_shape_rt(s, corners);
  curve_set_rt(&c, point);
  curve_rest_rt(&c, &s->gains);
  isolator_point_rt(corners, point);
  curve_set_rt(&c, point);
  curve_rest_rt(&c, &s->corners);
}

typedef long double Biquad[2][2];

// Butterworth of second order in direct form I: low-pass, or the all-pass of the same poles.
static long double
butterworth(Biquad s, const long double g, const bool all, const long double x)
{
  const long double d0 = 1 + sqrtl(2) * g + g * g, d1 = 2 * (g * g - 1), d2 = 1 - sqrtl(2) * g + g * g;
  const long double b0 = all ? d2 : g * g, b1 = all ? d1 : 2 * g * g, b2 = all ? d0 : g * g;
  const long double y = (b0 * x + b1 * s[0][0] + b2 * s[0][1] - d1 * s[1][0] - d2 * s[1][1]) / d0;
  s[0][1] = s[0][0], s[0][0] = x, s[1][1] = s[1][0], s[1][0] = y;
  return y;
}

static void
isolator_reference(const double corners[2], Pair* const out)
{
  const long double g1 = corners[0], g2 = corners[1];
  for (int channel = 0; channel < 2; ++channel) {
    Biquad f[7] = {0};
    for (int i = 0; i < N; ++i) {
      const long double x    = noise[i][channel];
      const long double low  = butterworth(f[1], g1, false, butterworth(f[0], g1, false, x));
      const long double rest = butterworth(f[2], g1, true, x) - low;
      const long double mid  = butterworth(f[4], g2, false, butterworth(f[3], g2, false, rest));
      const long double high = butterworth(f[5], g2, true, rest) - mid;
      out[i][channel]        = (double)(0.5L * butterworth(f[6], g2, true, low) + 2.0L * mid + 1.5L * high);
    }
  }
}

static void
test_isolator_against_the_reference(void** const state)
{
  static const double hz[][3] = {
    {200, 2000, 48000}, {40, 1000, 384000}, {1000, 1000, 44100}, {1000, 16000, 44100}, {1000, 16000, 8000}};
  for (int c = 0; c < 5; ++c) {
    const double corners[2] = {shape_corner_rt(hz[c][0], hz[c][2]), shape_corner_rt(hz[c][1], hz[c][2])};
    static Pair  expect[N], rest[N], gains[N], moving[N], both[N];
    isolator_reference(corners, expect);
    for (int set = 0; loops_nth(set); ++set) {
      const Loops* const loops = loops_nth(set);
      Isolator           s[4];
      for (int k = 0; k < 4; ++k) {
        isolator_start(&s[k], corners);
      }
      loops->isolator(&s[0], noise, rest, N);
      loops->isolator_gains(&s[1], noise, gains, N);
      loops->isolator_gliding(&s[2], noise, moving, N);
      for (int from = 0; from < N; from += 256) {
        if (from / 256 % 2) {
          isolator_move_rt(&s[3], corners);
          loops->isolator_gliding(&s[3], noise + from, both + from, 256);
          isolator_rest_rt(&s[3], corners);
        } else {
          loops->isolator(&s[3], noise + from, both + from, 256);
        }
      }
      assert_memory_equal(rest, gains, sizeof(rest));
      if (!(difference(rest, expect, N) < 1e-8) || !(difference(moving, expect, N) < 1e-10) ||
          !(difference(both, expect, N) < 1e-8)) {
        fail_msg("%s, case %d: off by %g at rest, %g in motion, %g by turns", loops->name, c,
                 difference(rest, expect, N), difference(moving, expect, N), difference(both, expect, N));
      }
    }
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
    cmocka_unit_test(test_every_set_against_the_reference),
    cmocka_unit_test(test_forms_are_one_filter),
    cmocka_unit_test(test_gain_0_is_the_input),
    cmocka_unit_test(test_cuts_do_not_matter),
    cmocka_unit_test(test_direct),
    cmocka_unit_test(test_isolator_against_the_reference),
    cmocka_unit_test(test_closed_forms),
  };
  return cmocka_run_group_tests(tests, make_noise, NULL);
}
