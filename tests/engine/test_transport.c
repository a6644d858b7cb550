// SPDX-License-Identifier: GPL-3.0-or-later
// Starts, stops and positions, to the frame, with and without latency.

#include "fakes.h"

static const uint32_t latencies[] = {0, 1, 700, 4000};

// A deck that plays from the start gives the file, bit for bit, whatever the blocks.
static void
plays_bit_for_bit(void** state)
{
  (void)state;
  static const uint32_t blocks[] = {1, 16, 64, 333, 1024, 8192};
  for (size_t l = 0; l < 4; ++l) {
    for (size_t b = 0; b < 6; ++b) {
      Rig* const r = rig_up(2, 60000);
      rig_plugin(r, 0, SLOT_EQ, fake_plugin(latencies[l]));
      rig_track(r, 0, 0, fake_track(100000, RATE, signal_ramp), AT_NOW);
      rig_simple(r, COMMAND_PLAY, 0, 20000);
      rig_run(r, 40000, blocks[b]);
      for (uint32_t i = 0; i < 20000; ++i) {
        assert_true(r->master[0][i] == 0.0f);
      }
      for (int side = 0; side < 2; ++side) {
        assert_ramp(r->master[side] + 20000, 20000, 0, side);
        assert_ramp(r->deck[side] + 20000, 20000, 0, side);
      }
      assert_int_equal(rig_position(r, 0) >> 32, 20000);
      assert_int_equal(atomic_load(&engine_levels(r->engine)->deck[0].latency), latencies[l]);
      rig_down(r);
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(plays_bit_for_bit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
