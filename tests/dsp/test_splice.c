// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dsp/line.h"
#include "dsp/splice.h"

#include <math.h>
#include <string.h>

enum { N = 768, ROOM = 1200 };

static float frames[2 * (N + 2 * ROOM)];

static void
fill(const double period, const double phase)
{
  for (int i = 0; i < N + 2 * ROOM; ++i) {
    frames[2 * i]     = (float)sin(2.0 * M_PI * i / period);
    frames[2 * i + 1] = (float)sin(2.0 * M_PI * i / period + phase);
  }
}

static void
correlation_is_the_cosine_of_the_phase(void** state)
{
  (void)state;
  fill(48.0, 1.0); // 768 frames are whole periods, so that the closed form is exact
  for (int lag = 0; lag < 48; ++lag) {
    const float ncc = splice_ncc_rt(frames, frames + 2 * lag, N);
    assert_true(fabs(ncc - cos(2.0 * M_PI * lag / 48.0)) < 1e-5);
  }
  const float silence[2 * 16] = {0};
  assert_true(splice_ncc_rt(frames, silence, 16) == 0.0f);
}

static void
search_finds_the_period_nearest_to_what_is_liked(void** state)
{
  (void)state;
  fill(100.0, M_PI); // in anti-phase: nothing in the sum of the channels
  static const struct {
    double  like;
    int32_t first, last;
    double  expect;
  } cases[] = {{310, 50, 950, 300}, {695, 50, 950, 700}, {0, 50, 950, 100}, {700, 50, 450, 400}};
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); ++i) {
    SpliceMatch m = {0.0, 0.0f, -1e9f};
    splice_search_rt(frames, frames, N, cases[i].first, cases[i].last, cases[i].like, 1e-4f, &m);
    assert_true(m.lag == cases[i].expect);
    assert_true(m.ncc > 0.999f);
  }
}

static void
lags_are_fractional(void** state)
{
  (void)state;
  static const double periods[] = {48.0 * 1000 / 997, 109.84, 436.36, 33.3};
  for (size_t i = 0; i < sizeof(periods) / sizeof(*periods); ++i) {
    fill(periods[i], 0.3);
    const double      whole = periods[i] * 2.0;
    const SpliceMatch m     = splice_refine_rt(frames, frames, N, whole + 3.0);
    assert_true(fabs(m.lag - whole) < 2e-3);
    assert_true(m.ncc > 0.99f);
  }
}

// Power through the fade stays at 1 for any correlation of the two signals that is not negative.
static void
fades_keep_their_power(void** state)
{
  (void)state;
  for (int k = 0; k <= 4; ++k) {
    const float rho = (float)k / 4.0f;
    float       from[200], to[200], part[2][200];
    splice_gains_rt(from, to, 0, 200, 200, rho);
    for (int i = 0; i < 200; ++i) {
      const float power = from[i] * from[i] + to[i] * to[i] + 2.0f * rho * from[i] * to[i];
      assert_true(fabsf(power - 1.0f) < 1e-5f);
    }
    assert_true(from[0] > 0.99f && to[199] > 0.99f && fabsf(from[100] - to[99]) < 1e-4f);
    splice_gains_rt(part[0], part[1], 77, 50, 200, rho); // in pieces the same
    assert_memory_equal(part[0], from + 77, 50 * sizeof(float));
    assert_memory_equal(part[1], to + 77, 50 * sizeof(float));
  }
}

static void
a_line_gives_back_what_it_took(void** state)
{
  (void)state;
  Line l;
  assert_true(line_init(&l, 1000, 100));
  float   left[100], right[100];
  int64_t at = 0;
  for (uint32_t k = 0; k < 400; ++k) {
    const uint32_t n = k * 37 % 100 + 1;
    for (uint32_t i = 0; i < n; ++i) {
      left[i]  = (float)(at + i + 1);
      right[i] = -left[i];
    }
    line_write_rt(&l, left, right, n);
    at += n;
    assert_true(l.end == at);
    for (int64_t from = at - 1000; from + 100 <= at; from += 33) {
      const float* const f = line_at_rt(&l, from);
      for (int64_t i = 0; i < 100; ++i) {
        const float expect = from + i < 0 ? 0.0f : (float)(from + i + 1);
        assert_true(f[2 * i] == expect && f[2 * i + 1] == -expect);
      }
    }
  }
  left[0]  = NAN;
  right[0] = -INFINITY;
  line_write_rt(&l, left, right, 1);
  assert_true(line_at_rt(&l, at)[0] == 0.0f && line_at_rt(&l, at)[1] == 0.0f);
  line_release(&l);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(correlation_is_the_cosine_of_the_phase),
    cmocka_unit_test(search_finds_the_period_nearest_to_what_is_liked),
    cmocka_unit_test(lags_are_fractional),
    cmocka_unit_test(fades_keep_their_power),
    cmocka_unit_test(a_line_gives_back_what_it_took),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
