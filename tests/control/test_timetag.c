// SPDX-License-Identifier: GPL-3.0-or-later
// Time tags to frames, with clocks that drift apart and jump.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "control/timetag.h"
#include "msg/command.h"

#include <math.h>
#include <stdlib.h>

enum { RATE = 48000 };

static const double START = 4000000000.0; ///< seconds since 1900

static uint64_t
tag_of(const double seconds)
{
  const double whole = floor(START + seconds);
  return (uint64_t)whole << 32 | (uint64_t)((START + seconds - whole) * 4294967296.0);
}

/// The frame of a tag at `tag` seconds that comes at `now` seconds, when the engine is at `frame`.
static int64_t
frame_of(TimeTags* const t, const double tag, const double now, const double frame)
{
  int64_t out = 0;
  assert_int_equal(timetag_frame(t, tag_of(tag), tag_of(now), llround(frame), RATE, &out, NULL), STATUS_OK);
  return out;
}

static void
early_tags_keep_their_distance_though_clocks_drift(void** state)
{
  (void)state;
  TimeTags     t     = {0};
  const double drift = 1.0 + 100e-6; // as bad as sound cards are
  // minutes before, a minute apart, while the clocks go 6 ms apart with each
  const int64_t first  = frame_of(&t, 300.0, 0.0, 1000.0);
  const int64_t second = frame_of(&t, 300.13, 60.0, 1000.0 + 60.0 * RATE * drift);
  const int64_t third  = frame_of(&t, 300.0 + 1.0 / RATE, 120.0, 1000.0 + 120.0 * RATE * drift);
  assert_in_range(second - first - llround(0.13 * RATE) + 1, 0, 2);
  assert_in_range(third - first, 0, 2);
  // when all that is over, the clocks are compared again
  const int64_t later = frame_of(&t, 401.0, 400.0, 1000.0 + 400.0 * RATE * drift);
  assert_in_range(later - llround(1000.0 + 400.0 * RATE * drift) - RATE + 1, 0, 2);
}

static void
an_endless_stream_follows_the_clock(void** state)
{
  (void)state;
  TimeTags     t     = {0};
  const double drift = 1.0 - 50e-6;
  int64_t      last  = 0;
  for (int i = 0; i < 20000; ++i) { // ten a second, each a second ahead
    const double  now   = i * 0.1;
    const int64_t frame = frame_of(&t, now + 1.0, now, 5000.0 + now * RATE * drift);
    if (i) {
      assert_in_range(frame - last - RATE / 10 + 1, 0, 2);
    }
    last = frame;
    assert_true(llabs(frame - llround(5000.0 + now * RATE * drift) - RATE) < RATE / 100);
  }
}

static void
a_clock_that_is_set_is_believed(void** state)
{
  (void)state;
  TimeTags t = {0};
  frame_of(&t, 10.0, 0.0, 0.0);
  const int64_t frame = frame_of(&t, 3601.5, 3601.0, 1.0 * RATE); // an hour later, a second of the engine
  assert_in_range(frame - llround(1.5 * RATE) + 1, 0, 2);
}

static void
at_once_and_much_too_far(void** state)
{
  (void)state;
  TimeTags t   = {0};
  int64_t  out = 0;
  for (uint64_t tag = 0; tag < 2; ++tag) {
    assert_int_equal(timetag_frame(&t, tag, tag_of(0), 5, RATE, &out, NULL), STATUS_OK);
    assert_true(out == AT_NOW);
  }
  assert_true(frame_of(&t, -5.0, 0.0, 100.0) == 0); // older than the engine
  Error error;
  assert_int_equal(timetag_frame(&t, tag_of(90000), tag_of(0), 5, RATE, &out, &error), STATUS_BAD_VALUE);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(early_tags_keep_their_distance_though_clocks_drift),
    cmocka_unit_test(an_endless_stream_follows_the_clock),
    cmocka_unit_test(a_clock_that_is_set_is_believed),
    cmocka_unit_test(at_once_and_much_too_far),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
