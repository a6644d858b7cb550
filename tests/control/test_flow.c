// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "control/flow.h"

#include <stdlib.h>

/// How many of `n` commands for frames to come may go, dealt out over four decks.
static uint32_t
passed(Flow* const f, const Param param, const uint32_t n)
{
  uint32_t count = 0;
  for (uint32_t i = 0; i < n; ++i) {
    const Command c = {
      .at = 1000 + i, .kind = COMMAND_PARAM, .deck = (uint8_t)(i % 4), .param = {.param = param, .value = 0.5f}};
    count += flow_pass(f, &c);
  }
  return count;
}

static void
each_queue_of_the_engine_gets_what_it_holds(void** state)
{
  (void)state;
  Flow* const f = calloc(1, sizeof(*f));
  assert_non_null(f);
  assert_int_equal(passed(f, PARAM_TRIM, 1000), 4 * FLOW_DATED); // one queue a deck
  assert_int_equal(passed(f, PARAM_FADER, 1000), FLOW_DATED);    // the strips of all decks share the mixer's
  assert_int_equal(passed(f, PARAM_MASTER_GAIN, 10), 0);
  free(f);
}

static void
what_has_been_carried_out_makes_room(void** state)
{
  (void)state;
  Flow* const f    = calloc(1, sizeof(*f));
  Ring* const ring = ring_new(16, sizeof(Command));
  assert_true(f && ring);
  passed(f, PARAM_FADER, 1000);
  flow_update(f, ring, 1020, 10);
  assert_int_equal(passed(f, PARAM_FADER, 1000), 10);
  ring_free(ring);
  free(f);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(each_queue_of_the_engine_gets_what_it_holds),
                                     cmocka_unit_test(what_has_been_carried_out_makes_room)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
