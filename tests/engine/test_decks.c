// SPDX-License-Identifier: GPL-3.0-or-later
// Decks that come and go while others play.

#include "fakes.h"

/// How often a notice of this kind came for a deck.
static uint32_t
count_of(const Rig* const r, const NoticeKind kind, const uint8_t deck)
{
  uint32_t count = 0;
  for (uint32_t i = 0; i < r->nnotices; ++i) {
    count += r->notice[i].kind == kind && r->notice[i].deck == deck;
  }
  return count;
}

// The deck fades where it was told to, what it held comes back, and then the deck itself; nothing is heard of it after.
static void
a_playing_deck_fades_and_comes_back(void** state)
{
  (void)state;
  Rig* const r = rig_up(2, 20000);
  rig_plugin(r, 1, SLOT_PITCH, fake_plugin(500));
  rig_plugin(r, 1, SLOT_EQ, fake_plugin(100));
  for (uint8_t s = 0; s < MAX_STEMS; ++s) {
    rig_track(r, 1, s, fake_track(60000, RATE, signal_slow), AT_NOW);
  }
  rig_param(r, 1, PARAM_STEM_GAIN, -18, 0, AT_NOW);
  rig_simple(r, COMMAND_PLAY, 1, 2000);
  rig_param(r, 1, PARAM_FADER, 0.1f, 0, AT_NOW);                   // eight at once
  rig_track(r, 1, 0, fake_track(60000, RATE, signal_slow), 15000); // which it will not see
  rig_plugin(r, 1, SLOT_INSERT, fake_plugin(0));
  rig_simple(r, COMMAND_DECK_REMOVE, 1, 10007);
  rig_run(r, 20000, 256);
  assert_int_equal(rig_count(r, NOTICE_TRACK_RETIRED), MAX_STEMS + 1);
  assert_int_equal(rig_count(r, NOTICE_PLUGIN_RETIRED), 3);
  assert_int_equal(rig_count(r, NOTICE_DECK_RETIRED), 1);
  assert_int_equal(r->notice[r->nnotices - 1].kind, NOTICE_DECK_RETIRED); // after all that it held
  float most = 0.0f;
  for (uint32_t i = 10007 + 64; i < 20000; ++i) {
    most = fmaxf(most, fabsf(r->master[0][i]));
  }
  assert_true(most == 0.0f);
  assert_true(fabsf(r->master[0][10007 - 100]) > 0.001f);
  assert_true(largest_bend(r->master[0], 9000, 20000) < 0.02f);
  rig_down(r);
}

// One that is there again under an old number knows nothing of the one before.
static void
a_number_begins_anew(void** state)
{
  (void)state;
  Rig* const r = rig_up(2, 20000);
  rig_track(r, 1, 0, fake_track(60000, RATE, signal_slow), AT_NOW);
  rig_param(r, 1, PARAM_FADER, 0.25f, 0, AT_NOW);
  rig_param(r, 1, PARAM_SPEED, 2.0f, 0, AT_NOW);
  rig_param(r, 1, PARAM_FADER, 0.5f, 0, 9000); // waits in the mixer
  rig_run(r, 1000, 256);
  rig_simple(r, COMMAND_DECK_REMOVE, 1, AT_NOW);
  rig_run(r, 2000, 256);
  assert_int_equal(count_of(r, NOTICE_DECK_RETIRED, 1), 1);
  rig_track(r, 1, 0, fake_track(100, RATE, signal_one), AT_NOW); // for nobody: it comes back
  rig_run(r, 2500, 256);
  assert_int_equal(rig_count(r, NOTICE_TRACK_RETIRED), 2);
  rig_add_deck(r, 1);
  rig_track(r, 1, 0, fake_track(60000, RATE, signal_ramp), AT_NOW);
  rig_run(r, 4000, 256);
  rig_simple(r, COMMAND_PLAY, 1, 5000);
  rig_run(r, 20000, 256);
  assert_ramp(r->master[0] + 5000, 14000, 0, 0); // fader and speed at 1, and no fader at 9000
  rig_down(r);
}

// A thousand come, play and go in every number there is; the deck that plays all the while never notices.
static void
a_thousand_come_and_go(void** state)
{
  (void)state;
  enum { TURNS = 1000, STEP = 400, ROOM = TURNS * STEP + 4000 };
  Rig* const r   = rig_up(1, ROOM);
  uint32_t   out = 0; // came back
  rig_track(r, 0, 0, fake_track(ROOM, RATE, signal_ramp), AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, 1000);
  rig_run(r, 2000, 200);
  for (uint32_t i = 0; i < TURNS; ++i) {
    const uint8_t deck = (uint8_t)(1 + i % (MAX_DECKS - 1));
    r->nnotices        = 0;
    rig_add_deck(r, deck);
    rig_plugin(r, deck, SLOT_PITCH, fake_plugin(i % 3 * 100));
    rig_track(r, deck, 0, fake_track(3000, RATE, signal_slow), AT_NOW);
    rig_param(r, deck, PARAM_FADER, 0, 0, AT_NOW);
    rig_simple(r, COMMAND_PLAY, deck, i & 1 ? AT_NOW : (int64_t)r->done + 150);
    rig_run(r, r->done + 200, 200);
    rig_simple(r, COMMAND_DECK_REMOVE, deck, AT_NOW);
    rig_run(r, r->done + 200, 50);
    out += count_of(r, NOTICE_DECK_RETIRED, deck);
    assert_int_equal(count_of(r, NOTICE_TRACK_RETIRED, deck), 1);
    assert_int_equal(count_of(r, NOTICE_PLUGIN_RETIRED, deck), 1);
  }
  assert_int_equal(out, TURNS);
  assert_ramp(r->deck[0] + 1000, r->done - 1000, 0, 0);
  assert_int_equal(atomic_load(&engine_levels(r->engine)->deck[0].starves), 0);
  assert_int_equal(atomic_load(&engine_levels(r->engine)->full_rings), 0);
  rig_down(r);
}

// A port of a deck that isn't there gives silence, not what was in the buffer.
static void
a_port_without_a_deck_is_silent(void** state)
{
  (void)state;
  Rig* const r = rig_up(2, 1000);
  float      bus[2][64];
  EngineIo   io = {0};
  for (int side = 0; side < 2; ++side) {
    for (int i = 0; i < 64; ++i) {
      bus[side][i] = 1.0f;
    }
    io.master[side]  = r->master[side];
    io.deck[5][side] = bus[side];
  }
  engine_run_rt(engine_rt(r->engine), 64, &io);
  for (int i = 0; i < 64; ++i) {
    assert_true(bus[0][i] == 0.0f && bus[1][i] == 0.0f);
  }
  rig_down(r);
}

// A second one of the same number goes back.
static void
a_number_is_given_once(void** state)
{
  (void)state;
  Rig* const r = rig_up(2, 1000);
  rig_add_deck(r, 1);
  rig_run(r, 500, 64);
  assert_int_equal(rig_count(r, NOTICE_DECK_RETIRED), 1);
  rig_down(r);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_playing_deck_fades_and_comes_back),
    cmocka_unit_test(a_number_begins_anew),
    cmocka_unit_test(a_thousand_come_and_go),
    cmocka_unit_test(a_port_without_a_deck_is_silent),
    cmocka_unit_test(a_number_is_given_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
