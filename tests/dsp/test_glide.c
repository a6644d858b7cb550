// SPDX-License-Identifier: GPL-3.0-or-later

#include "dsp/glide.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
test_path_of_least_jerk(void** const state)
{
  Glide g;
  glide_set_rt(&g, 3.0);
  assert_false(glide_step_rt(&g));
  glide_aim_rt(&g, -1.0, 60);
  for (int i = 1; i <= 60; ++i) {
    const double u = i / 60.0;
    assert_true(glide_is_moving(&g));
    assert_true(glide_step_rt(&g));
    assert_float_equal(g.value, 3.0 - 4.0 * (10 * pow(u, 3) - 15 * pow(u, 4) + 6 * pow(u, 5)), 1e-12);
  }
  assert_true(g.value == -1.0);
  assert_false(glide_is_moving(&g));
  assert_false(glide_step_rt(&g));
}

// A new aim on the way: no jump of place, speed or acceleration, and the new target is met exactly.
static void
test_new_aim(void** const state)
{
  static const struct {
    int    at;
    double target;
  } cases[] = {{1, 5.0}, {100, -2.0}, {300, 0.0}, {599, 0.5}};
  for (int c = 0; c < 4; ++c) {
    Glide  g;
    double last[4] = {0, 0, 0, 0}; // values, newest first
    glide_set_rt(&g, 0.0);
    glide_aim_rt(&g, 1.0, 600);
    for (int i = 0; i < 1300; ++i) {
      if (i == cases[c].at) {
        glide_aim_rt(&g, cases[c].target, 600);
      }
      glide_step_rt(&g);
      const double third = g.value - 3 * last[0] + 3 * last[1] - last[2];
      assert_true(fabs(third) < 2e-5); // jerk of 60 * 7 over 600^3, and its jump
      last[2] = last[1], last[1] = last[0], last[0] = g.value;
    }
    assert_true(g.value == cases[c].target);
  }
}

static void
test_same_aim_changes_nothing(void** const state)
{
  Glide a, b;
  glide_set_rt(&a, 0.0);
  glide_set_rt(&b, 0.0);
  glide_aim_rt(&a, 1.0, 50);
  glide_aim_rt(&b, 1.0, 50);
  for (int i = 0; i < 60; ++i) {
    glide_aim_rt(&a, 1.0, 50);
    glide_step_rt(&a);
    glide_step_rt(&b);
    assert_true(a.value == b.value);
  }
}

// Between its points a curve has neither jumps nor kinks, stays within them, and rests exactly on the last.
static void
test_curve(void** const state)
{
  enum { STEPS = 16 };
  static const double points[] = {0, 0, 0, 1, 5, 4, -3, -3, -3, -3, -3};
  const int           n        = sizeof(points) / sizeof(*points);
  Curve               c;
  double              point[CURVE_WIDTH] = {0}, before = 0.0, slope = 0.0;
  curve_set_rt(&c, point);
  for (int p = 0; p < n; ++p) {
    for (int k = 0; k < CURVE_WIDTH; ++k) {
      point[k] = (k + 1) * points[p];
    }
    Ramps r;
    curve_push_rt(&c, point, 1.0 / STEPS, &r);
    assert_true(curve_last(&c)[1] == 2 * points[p]);
    assert_int_equal(curve_is_still(&c), p < 3 || p >= 8);
    assert_int_equal(curve_is_zero(&c, 5), p < 3);
    for (int i = 0; i < STEPS; ++i) {
      const double v = r.at[0];
      assert_true(v >= -3.0 - 1e-12 && v <= 5.0 + 1e-12);
      assert_true(fabs(v - before - slope) <= 11.0 / STEPS / STEPS + 1e-12); // bend: second difference of the points
      assert_float_equal(r.at[3], 4 * v, 1e-12);
      slope  = v - before;
      before = v;
      if (curve_is_still(&c)) {
        assert_true(v == points[p]);
      }
      for (int k = 0; k < CURVE_WIDTH; ++k) {
        r.at[k] += r.slope[k];
        r.slope[k] += r.bend[k];
      }
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_path_of_least_jerk),
    cmocka_unit_test(test_new_aim),
    cmocka_unit_test(test_same_aim_changes_nothing),
    cmocka_unit_test(test_curve),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
