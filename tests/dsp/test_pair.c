// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/pair.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

// Any length, any odd value at any place: it alone becomes silence, in its channel alone.
static void
test_load(void** const state)
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
        pair_load_rt(pairs, left, right, n);
        for (uint32_t i = 0; i < 16; ++i) {
          assert_true(pairs[i][0] == (i >= n ? 7.0 : i == at && o % 2 ? 0.0 : (double)left[i]));
          assert_true(pairs[i][1] == (i >= n ? 7.0 : i == at && !(o % 2) ? 0.0 : (double)right[i]));
        }
      }
    }
  }
}

static void
test_store(void** const state)
{
  for (uint32_t n = 0; n < 14; ++n) {
    Pair  pairs[16];
    float left[16], right[16];
    for (int i = 0; i < 16; ++i) {
      pairs[i] = (Pair){i, -i - 1.0};
      left[i] = right[i] = 99.0f;
    }
    pair_store_rt(left, right, pairs, 0.5, n);
    for (uint32_t i = 0; i < 16; ++i) {
      assert_true(left[i] == (i < n ? 0.5f * (float)i : 99.0f));
      assert_true(right[i] == (i < n ? -0.5f * (float)(i + 1) : 99.0f));
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_load),
    cmocka_unit_test(test_store),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
