// SPDX-License-Identifier: GPL-3.0-or-later
// One command that starts some decks and stops others: on one frame, whatever the decks' latency, and no later.

#include "fakes.h"

enum { ROOM = 40000, SWAP = 20011, FADE = 64 };

static void
send_start(Rig* const r, const uint64_t mask, const uint64_t stop, const int64_t at, const bool takes_back)
{
  const Command c = {.at = at, .kind = COMMAND_START, .takes_back = takes_back, .decks = {mask, stop}};
  rig_send(r, &c);
}

/// Three decks of the same track, each with another latency; deck 0 plays since frame 1000.
static Rig*
three(void)
{
  Rig* const r = rig_up(3, ROOM);
  for (uint8_t d = 0; d < 3; ++d) {
    rig_plugin(r, d, SLOT_EQ, fake_plugin(d * 333u));
    rig_track(r, d, 0, fake_track(60000, RATE, d ? signal_ramp : signal_slow), AT_NOW);
  }
  rig_simple(r, COMMAND_PLAY, 0, 1000);
  rig_run(r, 15000, 256);
  return r;
}

static DeckState
state_of(const Rig* const r, const uint8_t deck)
{
  return (DeckState)atomic_load(&engine_levels(r->engine)->deck[deck].state);
}

static void
one_ends_where_the_other_begins(void** state)
{
  (void)state;
  static const uint32_t blocks[] = {64, 256, 1000};
  for (int k = 0; k < 3; ++k) {
    Rig* const r = three();
    send_start(r, 2, 1, SWAP, false);
    rig_run(r, ROOM, blocks[k]);
    assert_int_equal(state_of(r, 0), DECK_CUED);
    assert_int_equal(state_of(r, 1), DECK_PLAYING);
    for (uint32_t i = 1100; i < SWAP; ++i) { // as it was up to the frame ...
      assert_true(r->deck[0][i] == signal_slow((int64_t)i - 1000, 0));
    }
    assert_true(fabsf(r->deck[0][SWAP + FADE / 2]) < fabsf(signal_slow(SWAP + FADE / 2 - 1000, 0)));
    for (uint32_t i = SWAP + FADE; i < ROOM; ++i) { // ... gone a fade later
      assert_true(r->deck[0][i] == 0.0f);
    }
    assert_ramp(r->master[0] + SWAP + FADE, ROOM - SWAP - FADE, FADE, 0);
    rig_down(r);
  }
}

// Those that do not play, and those that are not there, don't mind.
static void
it_stops_who_plays(void** state)
{
  (void)state;
  Rig* const r = three();
  send_start(r, 4, UINT64_MAX & ~UINT64_C(4), AT_NOW, false);
  rig_run(r, 16000, 256);
  assert_int_equal(state_of(r, 0), DECK_CUED);
  assert_int_equal(state_of(r, 1), DECK_CUED);
  assert_int_equal(state_of(r, 2), DECK_PLAYING);
  rig_down(r);
}

// A stop that takes back takes those that were given before it and wait in the deck; a start's stop leaves them.
static void
a_stop_takes_back_what_waits(void** state)
{
  (void)state;
  for (int k = 0; k < 4; ++k) {
    Rig* const    r    = three();
    const Command play = {.at = SWAP, .kind = COMMAND_PLAY, .deck = 1, .kept = k == 2};
    const Command stop = {.at = AT_NOW, .kind = COMMAND_STOP, .deck = 1, .takes_back = true};
    if (k < 3) {
      rig_send(r, &play);
    }
    rig_run(r, 16000, 256);
    if (k == 1) {
      send_start(r, 0, 2, AT_NOW, false);
    } else {
      rig_send(r, &stop);
    }
    if (k == 3) {
      rig_send(r, &play);
    }
    rig_run(r, SWAP + 1000, 256);
    assert_int_equal(state_of(r, 1), k == 0 ? DECK_CUED : DECK_PLAYING);
    rig_down(r);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(one_ends_where_the_other_begins),
    cmocka_unit_test(it_stops_who_plays),
    cmocka_unit_test(a_stop_takes_back_what_waits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
