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
      assert_int_equal(atomic_load(&engine_levels(r->engine)->late), 0);
      rig_down(r);
    }
  }
}

// A seek, then a start at a set frame: the frame sought is heard there, after a fade-in of 64 frames.
static void
starts_where_it_was_put(void** state)
{
  (void)state;
  for (size_t l = 0; l < 4; ++l) {
    Rig* const r = rig_up(2, 60000);
    rig_plugin(r, 0, SLOT_EQ, fake_plugin(latencies[l]));
    rig_track(r, 0, 0, fake_track(200000, RATE, signal_ramp), AT_NOW);
    rig_seek(r, COMMAND_SEEK, 0, 77777, 12345);
    rig_simple(r, COMMAND_PLAY, 0, 12345);
    rig_run(r, 30000, 256);
    assert_true(r->master[0][12344] == 0.0f);
    assert_true(r->master[0][12345] > 0.0f);
    for (uint32_t i = 0; i < 64; ++i) { // the fade-in
      const float part = r->master[0][12345 + i] / signal_ramp(77777 + i, 0);
      assert_float_equal(part, (i + 1) / 64.0, 1e-6);
    }
    assert_ramp(r->master[0] + 12345 + 64, 10000, 77777 + 64, 0);
    assert_int_equal(rig_position(r, 0) >> 32, 77777 + 30000 - 12345);
    rig_down(r);
  }
}

// Pause fades within 64 frames and goes on from where it was pressed; stop goes back to the cue point.
static void
pauses_and_stops(void** state)
{
  (void)state;
  for (size_t l = 0; l < 4; ++l) {
    Rig* const r = rig_up(2, 100000);
    rig_plugin(r, 0, SLOT_EQ, fake_plugin(latencies[l]));
    rig_track(r, 0, 0, fake_track(200000, RATE, signal_ramp), AT_NOW);
    rig_seek(r, COMMAND_CUE, 0, 5000, AT_NOW);
    rig_simple(r, COMMAND_PLAY, 0, 20000);
    rig_simple(r, COMMAND_PAUSE, 0, 30000);
    rig_run(r, 40000, 333);
    assert_ramp(r->master[0] + 20064, 9936, 5064, 0);
    assert_true(r->master[0][30063] == 0.0f && r->master[0][30062] != 0.0f);
    assert_true(r->master[0][39999] == 0.0f);
    assert_int_equal(rig_position(r, 0) >> 32, 15000);
    assert_int_equal(atomic_load(&engine_levels(r->engine)->deck[0].state), DECK_PAUSED);

    rig_simple(r, COMMAND_PLAY, 0, 50000);
    rig_simple(r, COMMAND_STOP, 0, 60000);
    rig_run(r, 80000, 64);
    assert_ramp(r->master[0] + 50064, 9936, 15000 + 64, 0);
    assert_int_equal(rig_position(r, 0) >> 32, 5000);
    assert_int_equal(atomic_load(&engine_levels(r->engine)->deck[0].state), DECK_CUED);

    rig_simple(r, COMMAND_PLAY, 0, AT_NOW);
    rig_run(r, 90000, 64);
    assert_ramp(r->master[0] + 80064, 9936, 5064, 0);
    rig_down(r);
  }
}

// Decks of one group begin on one frame, though their chains differ.
static void
group_starts_together(void** state)
{
  (void)state;
  Rig* const r = rig_up(4, 60000);
  for (uint8_t d = 0; d < 3; ++d) {
    rig_plugin(r, d, SLOT_EQ, fake_plugin(d * 1500));
    rig_track(r, d, 0, fake_track(100000, RATE, signal_ramp), AT_NOW);
  }
  const Command c = {.at = 30000, .kind = COMMAND_START, .decks = {7, 0}};
  rig_send(r, &c);
  rig_run(r, 50000, 512);
  for (uint32_t i = 0; i < 20000; ++i) {
    assert_true(r->master[0][30000 + i] == 3.0f * signal_ramp(i, 0));
  }
  for (uint8_t d = 0; d < 3; ++d) {
    assert_int_equal(rig_position(r, d), (int64_t)20000 << 32);
  }
  rig_down(r);
}

// A start that comes before the deck is ready begins late, but where it would be by then.
static void
late_start_is_in_place(void** state)
{
  (void)state;
  Rig* const r = rig_up(2, 60000);
  rig_plugin(r, 0, SLOT_EQ, fake_plugin(4000));
  rig_track(r, 0, 0, fake_track(100000, RATE, signal_ramp), AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, 300);
  rig_run(r, 30000, 256);
  assert_ramp(r->master[0] + 10000, 20000, 10000 - 300, 0);
  assert_int_equal(atomic_load(&engine_levels(r->engine)->late), 1);

  // The same, with the frame already past
  rig_track(r, 1, 0, fake_track(100000, RATE, signal_ramp), AT_NOW);
  rig_run(r, 40000, 256);
  rig_simple(r, COMMAND_STOP, 0, AT_NOW);
  rig_run(r, 45000, 256);
  rig_simple(r, COMMAND_PLAY, 1, 44000);
  rig_run(r, 60000, 256);
  assert_ramp(r->master[0] + 50000, 10000, 6000, 0);
  assert_int_equal(atomic_load(&engine_levels(r->engine)->late), 2);
  rig_down(r);
}

// On a playing deck what acts before the chain is heard at its frame, if that lies the latency ahead.
static void
seeks_in_time(void** state)
{
  (void)state;
  for (size_t l = 0; l < 4; ++l) {
    Rig* const r = rig_up(2, 60000);
    rig_plugin(r, 0, SLOT_EQ, fake_plugin(latencies[l]));
    rig_track(r, 0, 0, fake_track(200000, RATE, signal_ramp), AT_NOW);
    rig_simple(r, COMMAND_PLAY, 0, 10000);
    rig_seek(r, COMMAND_SEEK, 0, 100000, 20001);
    rig_run(r, 19000, 100);
    rig_run(r, 40000, 333);
    assert_ramp(r->master[0] + 10000, 10001, 0, 0);
    assert_ramp(r->master[0] + 20001 + 64, 10000, 100064, 0);
    assert_int_equal(rig_position(r, 0) >> 32, 100000 + 40000 - 20001);
    rig_down(r);
  }
}

// A jump cross-fades: no click.
static void
seek_does_not_click(void** state)
{
  (void)state;
  Rig* const r = rig_up(2, 100000);
  rig_track(r, 0, 0, fake_track(400000, RATE, signal_slow), AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, 1000);
  for (uint32_t i = 0; i < 40; ++i) {
    rig_seek(r, COMMAND_SEEK, 0, 1000 + i * 7919, 5000 + i * 2000);
    rig_seek(r, COMMAND_SEEK, 0, 1480 + i * 7919, 5000 + i * 2000 + (i & 1 ? 0 : 20)); // one on the heels of the other
    rig_run(r, 4000 + (i + 1) * 2000, 256);
  }
  assert_true(largest_bend(r->master[0], 1100, 80000) < 0.02f);
  rig_down(r);
}

// At the end it pauses there; play begins again at the cue point.
static void
pauses_at_the_end(void** state)
{
  (void)state;
  for (size_t l = 0; l < 4; ++l) {
    Rig* const r = rig_up(2, 60000);
    rig_plugin(r, 0, SLOT_EQ, fake_plugin(latencies[l]));
    rig_track(r, 0, 0, fake_track(10000, RATE, signal_ramp), AT_NOW);
    rig_simple(r, COMMAND_PLAY, 0, 20000);
    rig_run(r, 40000, 128);
    assert_ramp(r->master[0] + 20000, 10000, 0, 0);
    assert_true(r->master[0][30000] == 0.0f);
    assert_int_equal(rig_position(r, 0) >> 32, 10000);
    assert_int_equal(atomic_load(&engine_levels(r->engine)->deck[0].state), DECK_PAUSED);
    rig_simple(r, COMMAND_PLAY, 0, AT_NOW);
    rig_run(r, 45000, 128);
    assert_int_equal(atomic_load(&engine_levels(r->engine)->deck[0].state), DECK_PLAYING);
    rig_run(r, 60000, 128);
    rig_down(r);
  }
}

// Loading on a playing deck stops it; the track before comes back only then.
static void
load_stops_and_retires(void** state)
{
  (void)state;
  Rig* const   r     = rig_up(2, 60000);
  Track* const first = fake_track(100000, RATE, signal_slow);
  rig_track(r, 0, 0, first, AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, 5000);
  rig_run(r, 10000, 256);
  assert_ptr_equal(atomic_load(&engine_playhead(r->engine, 0)->track[0]), first);
  rig_track(r, 0, 0, fake_track(100000, RATE, signal_ramp), AT_NOW);
  rig_run(r, 20000, 256);
  assert_int_equal(rig_count(r, NOTICE_TRACK_RETIRED), 1);
  assert_ptr_not_equal(atomic_load(&engine_playhead(r->engine, 0)->track[0]), first);
  assert_true(largest_bend(r->master[0], 5100, 20000) < 0.02f);
  assert_int_equal(atomic_load(&engine_levels(r->engine)->deck[0].state), DECK_CUED);
  assert_int_equal(rig_position(r, 0), 0);
  rig_simple(r, COMMAND_PLAY, 0, AT_NOW);
  rig_run(r, 30000, 256);
  assert_ramp(r->master[0] + 20000, 10000, 0, 0);
  rig_track(r, 0, 0, NULL, AT_NOW);
  rig_run(r, 31000, 256);
  assert_int_equal(rig_count(r, NOTICE_TRACK_RETIRED), 2);
  assert_int_equal(atomic_load(&engine_levels(r->engine)->deck[0].state), DECK_EMPTY);
  rig_down(r);
}

// The order of states, as the notices tell it.
static void
tells_its_states(void** state)
{
  (void)state;
  Rig* const r = rig_up(2, 60000);
  rig_track(r, 0, 0, fake_track(100000, RATE, signal_slow), AT_NOW);
  rig_run(r, 5000, 256);
  rig_simple(r, COMMAND_TOGGLE, 0, 6000);
  rig_simple(r, COMMAND_TOGGLE, 0, 8000);
  rig_simple(r, COMMAND_TOGGLE, 0, 10000);
  rig_simple(r, COMMAND_STOP_ALL, 0, 12000);
  rig_run(r, 20000, 256);
  static const struct {
    DeckState state;
    int64_t   at; // 0: any
  } expected[] = {{DECK_LOADING, 0},   {DECK_CUED, 0},        {DECK_PLAYING, 6000},
                  {DECK_PAUSED, 8000}, {DECK_PLAYING, 10000}, {DECK_CUED, 12064}};
  uint32_t k   = 0;
  for (uint32_t i = 0; i < r->nnotices; ++i) {
    if (r->notice[i].kind == NOTICE_STATE) {
      assert_true(k < 6);
      assert_int_equal(r->notice[i].state.state, expected[k].state);
      assert_true(!expected[k].at || r->notice[i].at == expected[k].at);
      ++k;
    }
  }
  assert_int_equal(k, 6);
  rig_down(r);
}

// A fence is answered once what came before it is done, and not earlier.
static void
fence_waits_for_all(void** state)
{
  (void)state;
  Rig* const r = rig_up(2, 60000);
  rig_simple(r, COMMAND_PLAY, 0, 5000);
  Command c = {.at = AT_NOW, .kind = COMMAND_QUIT_FENCE, .fence = 77};
  rig_send(r, &c);
  rig_simple(r, COMMAND_PLAY, 0, 30000);
  rig_run(r, 4096, 1024);
  assert_int_equal(rig_count(r, NOTICE_FENCE), 0);
  rig_run(r, 8192, 1024);
  assert_int_equal(rig_count(r, NOTICE_FENCE), 1);
  assert_int_equal(r->notice[r->nnotices - 1].fence, 77);
  rig_down(r);
}

// What was meant for a deck that isn't there comes back.
static void
returns_what_has_no_place(void** state)
{
  (void)state;
  Rig* const r = rig_up(2, 1000);
  rig_track(r, 9, 0, fake_track(1000, RATE, signal_one), AT_NOW);
  rig_track(r, 0, 8, fake_track(1000, RATE, signal_one), AT_NOW);
  rig_plugin(r, 0, MAX_SLOTS, fake_plugin(0));
  rig_plugin(r, 200, 0, fake_plugin(0));
  rig_cycle(r, 0);
  assert_int_equal(rig_count(r, NOTICE_TRACK_RETIRED), 2);
  assert_int_equal(rig_count(r, NOTICE_PLUGIN_RETIRED), 2);
  rig_down(r);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(plays_bit_for_bit),      cmocka_unit_test(starts_where_it_was_put),
    cmocka_unit_test(pauses_and_stops),       cmocka_unit_test(group_starts_together),
    cmocka_unit_test(late_start_is_in_place), cmocka_unit_test(seeks_in_time),
    cmocka_unit_test(seek_does_not_click),    cmocka_unit_test(pauses_at_the_end),
    cmocka_unit_test(load_stops_and_retires), cmocka_unit_test(tells_its_states),
    cmocka_unit_test(fence_waits_for_all),    cmocka_unit_test(returns_what_has_no_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
