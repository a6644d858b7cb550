// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/status.h"

static void
error_is_one_line_and_status_comes_back(void** state)
{
  (void)state;
  Error e;
  assert_int_equal(error_set(&e, STATUS_NOT_FOUND, "no deck %d: there are %d", 9, 4), STATUS_NOT_FOUND);
  assert_string_equal(e.text, "no deck 9: there are 4");
  assert_int_equal(error_set(NULL, STATUS_BUSY, "x"), STATUS_BUSY);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(error_is_one_line_and_status_comes_back)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
