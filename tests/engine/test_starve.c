// SPDX-License-Identifier: GPL-3.0-or-later
// Missing data: fades around holes, keeps its place in time, counts; a broken file stops the deck.

#include "fakes.h"

static uint64_t
starves(const Rig* const r)
{
  return atomic_load(&engine_levels(r->engine)->deck[0].starves);
}

static void
fades_around_a_hole(void** state)
{
  (void)state;
  for (uint32_t latency = 0; latency <= 3000; latency += 3000) {
    Rig* const   r = rig_up(2, 60000);
    Track* const t = fake_track(100000, RATE, signal_slow);
    fake_track_hole(t, 3, true);
    rig_plugin(r, 0, SLOT_EQ, fake_plugin(latency));
    rig_track(r, 0, 0, t, AT_NOW);
    rig_simple(r, COMMAND_PLAY, 0, 10000);
    rig_run(r, 40000, 200);
    const uint32_t hole = 10000 + 3 * CHUNK_FRAMES, back = hole + CHUNK_FRAMES;
    for (uint32_t i = 10000; i < 40000; ++i) {
      const float here = r->master[0][i];
      if (i >= hole && i < back) {
        assert_true(here == 0.0f);
      } else if (i < hole - 64 || i >= back + 64) {
        assert_true(i < 10000 + 64 || here == signal_slow(i - 10000, 0));
      }
    }
    assert_true(largest_bend(r->master[0], 10100, 40000) < 0.02f);
    assert_int_equal(starves(r), 1);
    assert_int_equal(rig_count(r, NOTICE_STARVED), 1);
    assert_int_equal(rig_position(r, 0) >> 32, 30000);
    rig_down(r);
  }
}

// Data that comes in the middle of a hole is heard where it belongs.
static void
comes_back_in_place(void** state)
{
  (void)state;
  Rig* const   r = rig_up(2, 60000);
  Track* const t = fake_track(100000, RATE, signal_slow);
  fake_track_hole(t, 2, true);
  fake_track_hole(t, 3, true);
  rig_track(r, 0, 0, t, AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, 10000);
  rig_run(r, 20000, 250);
  assert_true(r->master[0][19999] == 0.0f);
  fake_track_hole(t, 2, false);
  fake_track_hole(t, 3, false);
  rig_run(r, 40000, 250);
  for (uint32_t i = 20000 + 200; i < 40000; ++i) {
    assert_true(r->master[0][i] == signal_slow(i - 10000, 0));
  }
  assert_true(largest_bend(r->master[0], 10100, 40000) < 0.02f);
  assert_int_equal(starves(r), 1);
  rig_down(r);
}

// Getting ready waits for data and doesn't count as starving; a start then follows at once.
static void
priming_waits(void** state)
{
  (void)state;
  for (uint32_t latency = 0; latency <= 3000; latency += 3000) {
    Rig* const   r = rig_up(2, 60000);
    Track* const t = fake_track(100000, RATE, signal_ramp);
    for (size_t c = 0; c < 3; ++c) {
      fake_track_hole(t, c, true);
    }
    rig_plugin(r, 0, SLOT_EQ, fake_plugin(latency));
    rig_track(r, 0, 0, t, AT_NOW);
    rig_simple(r, COMMAND_PLAY, 0, AT_NOW);
    rig_run(r, 20000, 256);
    assert_int_equal(atomic_load(&engine_levels(r->engine)->deck[0].state), DECK_LOADING);
    assert_int_equal(starves(r), 0);
    for (size_t c = 0; c < 3; ++c) {
      fake_track_hole(t, c, false);
    }
    rig_run(r, 50000, 256);
    assert_int_equal(atomic_load(&engine_levels(r->engine)->deck[0].state), DECK_PLAYING);
    const uint32_t start = 50000 - (uint32_t)(rig_position(r, 0) >> 32);
    assert_in_range(start, 20000, 26000);
    assert_ramp(r->master[0] + start, 50000 - start, 0, 0);
    assert_int_equal(starves(r), 0);
    rig_down(r);
  }
}

static void
broken_file_stops(void** state)
{
  (void)state;
  Rig* const   r = rig_up(2, 60000);
  Track* const t = fake_track(100000, RATE, signal_slow);
  fake_track_hole(t, 4, true);
  atomic_store(&t->broken, true);
  rig_track(r, 0, 0, t, AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, 10000);
  rig_run(r, 60000, 256);
  assert_int_equal(rig_count(r, NOTICE_BROKEN), 1);
  assert_int_equal(rig_count(r, NOTICE_STARVED), 0);
  assert_int_equal(atomic_load(&engine_levels(r->engine)->deck[0].state), DECK_PAUSED);
  assert_true(largest_bend(r->master[0], 10100, 60000) < 0.02f);
  assert_in_range(rig_position(r, 0) >> 32, 4 * CHUNK_FRAMES - 100, 4 * CHUNK_FRAMES + 500);
  rig_down(r);
}

// So does one that is found to be broken only while the deck waits for data (a network that hangs, then fails).
static void
waiting_for_a_broken_file_stops(void** state)
{
  (void)state;
  Rig* const   r = rig_up(2, 60000);
  Track* const t = fake_track(200000, RATE, signal_slow);
  for (size_t c = 4; c < 48; ++c) {
    fake_track_hole(t, c, true);
  }
  rig_track(r, 0, 0, t, AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, 10000);
  rig_run(r, 40000, 256);
  assert_int_equal(rig_count(r, NOTICE_STARVED), 1);
  assert_int_equal(atomic_load(&engine_levels(r->engine)->deck[0].state), DECK_PLAYING);
  atomic_store(&t->broken, true);
  rig_run(r, 45000, 256);
  assert_int_equal(rig_count(r, NOTICE_BROKEN), 1);
  assert_int_equal(rig_count(r, NOTICE_STARVED), 1);
  assert_int_equal(starves(r), 1);
  assert_int_equal(atomic_load(&engine_levels(r->engine)->deck[0].state), DECK_PAUSED);
  rig_down(r);
}

// A file that turns out shorter ends there.
static void
end_moves(void** state)
{
  (void)state;
  Rig* const   r = rig_up(2, 60000);
  Track* const t = fake_track(100000, RATE, signal_ramp);
  rig_track(r, 0, 0, t, AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, 10000);
  rig_run(r, 15000, 256);
  atomic_store(&t->end, 12000);
  rig_run(r, 60000, 256);
  assert_ramp(r->master[0] + 10000, 12000, 0, 0);
  assert_true(r->master[0][22000] == 0.0f);
  assert_int_equal(rig_position(r, 0) >> 32, 12000);
  assert_int_equal(atomic_load(&engine_levels(r->engine)->deck[0].length), 12000);
  rig_down(r);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(fades_around_a_hole),
    cmocka_unit_test(comes_back_in_place),
    cmocka_unit_test(priming_waits),
    cmocka_unit_test(broken_file_stops),
    cmocka_unit_test(waiting_for_a_broken_file_stops),
    cmocka_unit_test(end_moves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
