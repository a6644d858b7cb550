// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/loops.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

// Any length, any odd value at any place: it alone becomes silence, in its channel alone.
static void
check_load(const Loops* const loops)
{
  static const float odd[] = {NAN, -NAN, INFINITY, -INFINITY, 3e38f, -2e15f};
  for (uint32_t n = 0; n < 14; ++n) {
    for (uint32_t at = 0; at < n; ++at) {
      for (int o = 0; o < 6; ++o) {
        float left[16], right[16];
        Pair  pairs[16];
        for (uint32_t i = 0; i < 16; ++i) {
          left[i]  = (float)i + 0.1f;
          right[i] = -9e14f + (float)i;
          pairs[i] = pair_of(7.0);
        }
        (o % 2 ? left : right)[at] = odd[o];
        loops->load(pairs, left, right, n);
        for (uint32_t i = 0; i < 16; ++i) {
          assert_true(pairs[i][0] == (i >= n ? 7.0 : i == at && o % 2 ? 0.0 : (double)left[i]));
          assert_true(pairs[i][1] == (i >= n ? 7.0 : i == at && !(o % 2) ? 0.0 : (double)right[i]));
        }
      }
    }
  }
}

static void
test_load(void** const state)
{
  for (int set = 0; loops_nth(set); ++set) {
    check_load(loops_nth(set));
  }
}

static void
check_store(const Loops* const loops)
{
  for (uint32_t n = 0; n < 14; ++n) {
    Pair  pairs[16];
    float left[16], right[16];
    for (int i = 0; i < 16; ++i) {
      pairs[i] = (Pair){i, -i - 1.0};
      left[i] = right[i] = 99.0f;
    }
    loops->store(left, right, pairs, 0.5, n);
    for (uint32_t i = 0; i < 16; ++i) {
      assert_true(left[i] == (i < n ? 0.5f * (float)i : 99.0f));
      assert_true(right[i] == (i < n ? -0.5f * (float)(i + 1) : 99.0f));
    }
  }
}

static void
test_store(void** const state)
{
  for (int set = 0; loops_nth(set); ++set) {
    check_store(loops_nth(set));
  }
}

// What fades is cut off far below anything that is heard, and far above denormal numbers.
static void
test_settle(void** const state)
{
  const Pair a = pair_settle((Pair){1e-99, -1e-99}), b = pair_settle((Pair){1e-101, -1e-101});
  const Pair c = pair_settle((Pair){-3e7, 4e-320});
  assert_true(a[0] == 1e-99 && a[1] == -1e-99 && b[0] == 0.0 && b[1] == 0.0 && c[0] == -3e7 && c[1] == 0.0);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_load),
    cmocka_unit_test(test_store),
    cmocka_unit_test(test_settle),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
