// SPDX-License-Identifier: GPL-3.0-or-later
// Stems that are taken off or put on while the deck plays: what is taken off comes back, whatever the deck does.

#include "fakes.h"

static DeckState
state_of(const Rig* const r)
{
  return (DeckState)atomic_load(&engine_levels(r->engine)->deck[0].state);
}

/// A deck that plays three stems since frame 1000.
static Rig*
three_stems(const uint32_t room, const float speed)
{
  Rig* const r = rig_up(2, room);
  rig_plugin(r, 0, SLOT_PITCH, fake_plugin(1000));
  for (uint8_t s = 0; s < 3; ++s) {
    rig_track(r, 0, s, fake_track(200000, RATE, signal_slow), AT_NOW);
  }
  rig_param(r, 0, PARAM_KEYLOCK, 1, 0, AT_NOW);
  rig_param(r, 0, PARAM_SPEED, speed, 0, AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, 1000);
  return r;
}

// Also while the pitch plugin is in the path, and stays in it.
static void
one_taken_off_comes_back(void** state)
{
  (void)state;
  static const float speeds[] = {1.0f, 1.1f};
  for (int k = 0; k < 2; ++k) {
    Rig* const r = three_stems(60000, speeds[k]);
    rig_run(r, 20000, 256);
    rig_track(r, 0, 1, NULL, AT_NOW);
    rig_run(r, 21000, 256);
    assert_int_equal(rig_count(r, NOTICE_TRACK_RETIRED), 1);
    assert_int_equal(state_of(r), DECK_PLAYING);
    rig_run(r, 60000, 256);
    assert_int_equal(state_of(r), DECK_PLAYING);
    assert_true(largest_bend(r->master[0], 19000, 60000) < 0.02f);
    rig_down(r);
  }
}

static void
all_taken_off_leave_an_empty_deck(void** state)
{
  (void)state;
  static const float speeds[] = {1.0f, 1.1f};
  for (int k = 0; k < 2; ++k) {
    Rig* const r = three_stems(60000, speeds[k]);
    rig_run(r, 20000, 256);
    for (uint8_t s = 0; s < 3; ++s) {
      rig_track(r, 0, s, NULL, AT_NOW);
    }
    rig_run(r, 30000, 256);
    assert_int_equal(rig_count(r, NOTICE_TRACK_RETIRED), 3);
    assert_int_equal(state_of(r), DECK_EMPTY);
    assert_true(largest_bend(r->master[0], 19000, 30000) < 0.1f); // three fades in 64 frames
    rig_down(r);
  }
}

// A deck that pauses in the midst of it doesn't keep the track.
static void
one_taken_off_before_a_pause_comes_back(void** state)
{
  (void)state;
  Rig* const r = three_stems(60000, 1.0f);
  rig_run(r, 20000, 64);
  rig_track(r, 0, 1, NULL, AT_NOW);
  rig_simple(r, COMMAND_PAUSE, 0, AT_NOW);
  rig_run(r, 25000, 64);
  assert_int_equal(state_of(r), DECK_PAUSED);
  assert_int_equal(rig_count(r, NOTICE_TRACK_RETIRED), 1);
  const int64_t stands = rig_position(r, 0);
  rig_simple(r, COMMAND_PLAY, 0, AT_NOW);
  rig_run(r, 40000, 64);
  assert_int_equal(state_of(r), DECK_PLAYING);
  assert_true(rig_position(r, 0) > stands);
  rig_down(r);
}

// Another track for a stem that is just fading out, at every moment of it: the deck loads it, as it would without.
static void
one_replaced_while_it_leaves(void** state)
{
  (void)state;
  for (uint32_t wait = 0; wait <= 320; wait += 16) {
    Rig* const r = three_stems(60000, 1.0f);
    rig_run(r, 20000, 16);
    rig_track(r, 0, 1, NULL, AT_NOW);
    rig_run(r, 20000 + wait, 16);
    rig_track(r, 0, 1, fake_track(200000, RATE, signal_slow), AT_NOW);
    rig_run(r, 30000, 16);
    assert_int_equal(rig_count(r, NOTICE_TRACK_RETIRED), 1);
    const DeckState s = state_of(r);
    assert_true(s == DECK_CUED || s == DECK_PLAYING);
    if (s == DECK_PLAYING) { // it was out already, and the new one joined
      assert_true(r->master[0][29999] != 0.0f);
      assert_true(rig_position(r, 0) >> 32 > 28000);
    }
    rig_down(r);
  }
}

// One that joins where its data isn't there yet: the others play on, and it fades in when it is.
static void
one_that_joins_waits_for_its_data(void** state)
{
  (void)state;
  Rig* const   r = rig_up(2, 60000);
  Track* const a = fake_track(200000, RATE, signal_slow);
  Track* const b = fake_track(200000, RATE, signal_slow);
  for (size_t c = 1; c < b->nchunks; ++c) {
    fake_track_hole(b, c, true);
  }
  rig_track(r, 0, 0, a, AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, 1000);
  rig_run(r, 20000, 256);
  rig_track(r, 0, 1, b, AT_NOW);
  rig_run(r, 30000, 256);
  for (uint32_t i = 20000; i < 30000; ++i) {
    assert_true(r->master[0][i] == signal_slow(i - 1000, 0));
  }
  assert_int_equal(rig_count(r, NOTICE_STARVED), 0);
  for (size_t c = 1; c < b->nchunks; ++c) {
    fake_track_hole(b, c, false);
  }
  rig_run(r, 40000, 256);
  for (uint32_t i = 31000; i < 40000; ++i) {
    assert_true(r->master[0][i] == 2.0f * signal_slow(i - 1000, 0));
  }
  assert_true(largest_bend(r->master[0], 1100, 40000) < 0.02f);
  // From then on it counts as the others do
  for (size_t c = 10; c < 12; ++c) {
    fake_track_hole(b, c, true);
  }
  rig_run(r, 60000, 256);
  assert_int_equal(rig_count(r, NOTICE_STARVED), 1);
  rig_down(r);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(one_taken_off_comes_back),
    cmocka_unit_test(all_taken_off_leave_an_empty_deck),
    cmocka_unit_test(one_taken_off_before_a_pause_comes_back),
    cmocka_unit_test(one_replaced_while_it_leaves),
    cmocka_unit_test(one_that_joins_waits_for_its_data),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
