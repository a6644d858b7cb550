// SPDX-License-Identifier: GPL-3.0-or-later
// The clock that others read from the levels.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "msg/levels.h"

#include <stdlib.h>

enum { RATE = 48000, BLOCK = 256 };

static const int64_t SECOND = 1000000000;

/// As process does at a cycle's start, `frame` frames after `zero`.
static void
begin_cycle(Levels* const l, const int64_t zero, const int64_t frame)
{
  atomic_store(&l->frame, frame);
  atomic_store(&l->origin_ns, zero);
  atomic_store(&l->block, BLOCK);
}

static void
it_stays_within_the_cycle(void** state)
{
  (void)state;
  static const int64_t frames[] = {0, BLOCK * 1000, BLOCK * INT64_C(100000000)}; // the last: six days
  Levels* const        l        = calloc(1, sizeof(*l));
  assert_int_equal(levels_frame_at(l, RATE, SECOND), 0);
  for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); ++i) {
    const int64_t zero  = 5 * SECOND;
    const int64_t start = zero + frames[i] / RATE * SECOND + frames[i] % RATE * SECOND / RATE;
    begin_cycle(l, zero, frames[i]);
    assert_true(levels_frame_at(l, RATE, start - SECOND) == frames[i]); // one that began early
    assert_true(levels_frame_at(l, RATE, start + 1) == frames[i]);
    assert_true(levels_frame_at(l, RATE, start + 1 + 100 * SECOND / RATE) == frames[i] + 100);
    assert_true(levels_frame_at(l, RATE, start + SECOND) == frames[i] + BLOCK); // nobody processes
  }
  free(l);
}

static void
two_cycles_mixed_are_still_one_of_them(void** state)
{
  (void)state;
  Levels* const l     = calloc(1, sizeof(*l));
  const int64_t zero  = 7 * SECOND;
  const int64_t frame = 1000 * BLOCK;
  const int64_t now   = zero + (frame + 10) * SECOND / RATE + 1;
  begin_cycle(l, zero, frame);
  atomic_store(&l->origin_ns, zero + 200000); // of the next, which began 0.2 ms late: 9.6 frames
  assert_in_range(levels_frame_at(l, RATE, now), frame, frame + 10);
  atomic_store(&l->frame, frame + BLOCK); // and the other way round
  atomic_store(&l->origin_ns, zero);
  assert_true(levels_frame_at(l, RATE, now) == frame + BLOCK);
  free(l);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_stays_within_the_cycle),
    cmocka_unit_test(two_cycles_mixed_are_still_one_of_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
