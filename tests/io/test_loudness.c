// SPDX-License-Identifier: GPL-3.0-or-later
// Loudness against EBU Tech 3341 (cases 1 to 5 and 9) and Tech 3342 (range, cases 1 to 3): stereo sines of 1 kHz.

#include "io/loudness.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct {
  double db, seconds;
} Part;

typedef struct {
  Tap       tap;
  Loudness* loudness;
  uint32_t  rate;
  int64_t   frame;
} Stage;

static void
up(Stage* const s, const uint32_t rate, const bool threaded)
{
  *s          = (Stage){.rate = rate};
  s->tap.ring = ring_new(4 * rate, 2 * sizeof(float));
  assert_int_equal(loudness_new(&s->loudness, &s->tap, rate, threaded, NULL), STATUS_OK);
  assert_true(atomic_load(&s->tap.on));
}

static void
down(Stage* const s)
{
  loudness_free(s->loudness);
  assert_false(atomic_load(&s->tap.on));
  ring_free(s->tap.ring);
}

static void
feed(Stage* const s, const Part part)
{
  const double  gain = pow(10.0, part.db / 20.0);
  const int64_t end  = s->frame + (int64_t)(part.seconds * s->rate);
  while (s->frame < end) {
    float    left[4096], right[4096];
    uint32_t n = 0;
    for (; n < 4096 && s->frame < end; ++n, ++s->frame) {
      left[n] = right[n] = (float)(gain * sin(2.0 * M_PI * 1000.0 * (double)s->frame / s->rate));
    }
    float* const planes[2] = {left, right};
    assert_true(tap_write_rt(&s->tap, planes, n));
    if (ring_space(s->tap.ring) < s->rate) {
      loudness_work(s->loudness);
    }
  }
  loudness_work(s->loudness);
}

static void
integrated(void** state)
{
  (void)state;
  static const struct {
    Part   parts[6];
    double expected; ///< LUFS, within 0.1
  } cases[] = {
    {{{-23, 20}}, -23},
    {{{-33, 20}}, -33},
    {{{-36, 10}, {-23, 60}, {-36, 10}}, -23},
    {{{-72, 10}, {-36, 10}, {-23, 60}, {-36, 10}, {-72, 10}}, -23},
    {{{-26, 20}, {-20, 20.1}, {-26, 20}}, -23},
  };
  for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); ++k) {
    Stage s;
    up(&s, 48000, false);
    for (int i = 0; i < 6 && cases[k].parts[i].seconds > 0.0; ++i) {
      feed(&s, cases[k].parts[i]);
    }
    assert_float_equal(loudness_values(s.loudness).integrated, cases[k].expected, 0.1);
    down(&s);
  }
}

static void
momentary_and_short_term(void** state)
{
  (void)state;
  static const uint32_t rates[] = {44100, 48000, 96000};
  for (size_t k = 0; k < 3; ++k) {
    Stage s;
    up(&s, rates[k], false);
    assert_float_equal(loudness_values(s.loudness).momentary, LOUDNESS_NONE, 0.0);
    feed(&s, (Part){-23, 4});
    assert_float_equal(loudness_values(s.loudness).momentary, -23, 0.1);
    assert_float_equal(loudness_values(s.loudness).short_term, -23, 0.1);
    feed(&s, (Part){-13, 0.5});
    assert_float_equal(loudness_values(s.loudness).momentary, -13, 0.1);
    const double mean = 10.0 * log10((2.5 * pow(10, -2.3) + 0.5 * pow(10, -1.3)) / 3.0);
    assert_float_equal(loudness_values(s.loudness).short_term, mean, 0.1);
    down(&s);
  }
}

static void
range(void** state)
{
  (void)state;
  static const struct {
    Part   parts[2];
    double expected; ///< LU, within 1
  } cases[] = {{{{-20, 20}, {-30, 20}}, 10}, {{{-20, 20}, {-15, 20}}, 5}, {{{-40, 20}, {-20, 20}}, 20}};
  for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); ++k) {
    Stage s;
    up(&s, 48000, false);
    feed(&s, cases[k].parts[0]);
    feed(&s, cases[k].parts[1]);
    assert_float_equal(loudness_values(s.loudness).range, cases[k].expected, 1.0);
    down(&s);
  }
}

static void
begins_anew(void** state)
{
  (void)state;
  Stage s;
  up(&s, 48000, false);
  feed(&s, (Part){-10, 5});
  loudness_reset(s.loudness);
  loudness_work(s.loudness);
  assert_float_equal(loudness_values(s.loudness).integrated, LOUDNESS_NONE, 0.0);
  feed(&s, (Part){-30, 5});
  assert_float_equal(loudness_values(s.loudness).integrated, -30, 0.1);
  down(&s);
}

// With its own thread: the values come by themselves.
static void
by_itself(void** state)
{
  (void)state;
  Stage s;
  up(&s, 48000, true);
  float* const plane     = calloc(48000, sizeof(float));
  float* const planes[2] = {plane, plane};
  for (int i = 0; i < 48000; ++i) {
    plane[i] = 0.1f * sinf(2.0f * (float)M_PI * (float)i / 48.0f);
  }
  assert_true(tap_write_rt(&s.tap, planes, 48000));
  for (int i = 0; i < 1000 && loudness_values(s.loudness).momentary < -20.2f; ++i) {
    usleep(10000);
  }
  assert_float_equal(loudness_values(s.loudness).momentary, -20, 0.1);
  free(plane);
  down(&s);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(integrated), cmocka_unit_test(momentary_and_short_term),
    cmocka_unit_test(range),      cmocka_unit_test(begins_anew),
    cmocka_unit_test(by_itself),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
