// SPDX-License-Identifier: GPL-3.0-or-later
// /deck/add and /deck/remove: numbers, what is answered for decks that are not there, what becomes of what was on its
// way to them.

#include "fake.h"

static void
numbers_are_given_and_taken(void** state)
{
  (void)state;
  Fake* const f = fake_new();
  assert_string_equal(fake_ask(f, "/deck/add"), "/ok /deck/add 5");
  assert_string_equal(fake_ask(f, "/deck/add \"#7\""), "/ok /deck/add \"#7\" 6");
  assert_string_equal(fake_ask(f, "/deck/6/fader 0.5"), "/ok /deck/6/fader");
  assert_string_equal(fake_ask(f, "/deck/remove 2"), "/ok /deck/remove");
  assert_int_equal(f->retired_decks, 1);
  assert_string_equal(fake_ask(f, "/deck/2/play"), "/error /deck/2/play \"no deck 2: there are 1, 3 .. 6\"");
  assert_string_equal(fake_ask(f, "/deck/remove 2"), "/error /deck/remove \"no deck 2: there are 1, 3 .. 6\"");
  assert_string_equal(fake_ask(f, "/start 0 2"), "/error /start \"no deck 2: there are 1, 3 .. 6\"");
  assert_string_equal(fake_ask(f, "/deck/add"), "/ok /deck/add 2");
  assert_string_equal(fake_ask(f, "/get /deck/2/fader"), "/ok /get");
  for (int d = 7; d <= MAX_DECKS; ++d) {
    char answer[40];
    snprintf(answer, sizeof(answer), "/ok /deck/add %d", d);
    assert_string_equal(fake_ask(f, "/deck/add"), answer);
  }
  assert_non_null(strstr(fake_ask(f, "/deck/add"), "/error /deck/add \"there can be 64 decks"));
  for (int d = MAX_DECKS; d > 1; --d) {
    fake_say(f, "/deck/remove %d", d);
  }
  fake_turn(f);
  assert_int_equal(f->retired_decks, MAX_DECKS);
  assert_non_null(strstr(fake_ask(f, "/deck/remove 1"), "/error /deck/remove \"deck 1 is the only one"));
  assert_string_equal(fake_ask(f, "/deck/2/play"), "/error /deck/2/play \"no deck 2: there is 1\"");
  fake_free(f);
}

// Deck 1 is no more needed than others.
static void
the_first_may_go(void** state)
{
  (void)state;
  Fake* const f = fake_new();
  assert_string_equal(fake_ask(f, "/deck/remove 1"), "/ok /deck/remove");
  assert_string_equal(fake_ask(f, "/get /deck/2/fader"), "/ok /get");
  assert_string_equal(fake_ask(f, "/crossfader 0.5"), "/ok /crossfader");
  assert_string_equal(fake_ask(f, "/deck/1/play"), "/error /deck/1/play \"no deck 1: there are 2 .. 4\"");
  assert_string_equal(fake_ask(f, "/deck/add"), "/ok /deck/add 1");
  fake_free(f);
}

// Its settings were another's.
static void
a_new_deck_is_at_its_defaults(void** state)
{
  (void)state;
  Fake* const f = fake_new();
  fake_load(f, 3);
  fake_ask(f, "/deck/3/fader 0.5");
  fake_ask(f, "/deck/3/stem/2/gain -6");
  fake_ask(f, "/deck/3/eq/low -12");
  fake_ask(f, "/deck/3/hotcue/1/set 5");
  fake_ask(f, "/deck/3/loop 1 2");
  fake_ask(f, "/deck/remove 3");
  fake_ask(f, "/deck/add");
  atomic_store(&f->levels.deck[2].state, DECK_EMPTY);
  static const char* const same[][2] = {{"fader", "1"}, {"stem/2/gain", "0"}, {"eq/low", "0"}, {"path", "\"\""}};
  for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); ++i) {
    char want[80];
    fake_say(f, "/get /deck/3/%s", same[i][0]);
    fake_turn(f);
    snprintf(want, sizeof(want), "/value /deck/3/%s %s", same[i][0], same[i][1]);
    assert_string_equal(f->answers[f->nanswers - 2], want);
  }
  assert_non_null(strstr(fake_ask(f, "/get /deck/3/hotcue/1/set"), "isn't set"));
  assert_non_null(strstr(fake_ask(f, "/get /deck/3/loop"), "isn't set"));
  fake_free(f);
}

// What was on its way to a deck that goes: answered, or taken back; tracks are freed.
static void
what_was_on_its_way_comes_back(void** state)
{
  (void)state;
  Fake* const f = fake_new();
  fake_load(f, 2);
  fake_load(f, 3);
  fake_ask(f, "/deck/3/play 10");
  fake_ask(f, "/start 20 2 3");
  fake_ask(f, "/start 30 3");
  f->disk_sleeps = true;
  fake_say(f, "/deck/3/load %s 2", f->file);
  fake_say(f, "/deck/remove 3");         // behind the load
  fake_say(f, "/deck/3/play \"#late\""); // behind the removal
  fake_turn(f);
  assert_int_equal(f->retired_decks, 0);
  f->disk_sleeps = false;
  fake_turn(f);
  assert_int_equal(f->retired_decks, 1);
  assert_string_equal(f->answers[f->nanswers - 1], "/error /deck/3/play \"#late\" \"no deck 3: it was removed\"");
  fake_forget(f);
  f->now += 40 * FAKE_RATE;
  fake_turn(f);
  assert_int_equal(f->nsent, 1); // of all starts that of deck 2 is left
  assert_int_equal(f->sent[0].kind, COMMAND_START);
  assert_true(f->sent[0].decks.mask == 2);
  fake_free(f);
}

// A score may speak of decks that it adds.
static void
a_score_adds_its_decks(void** state)
{
  (void)state;
  Fake* const f = fake_new();
  char        path[256];
  Error       error;
  fake_write(f, "adds.score", "0 /deck/add\n1 /deck/5/fader 0.5\n1 /ramp /deck/5/trim -6 1\n5 /deck/remove 5\n", path);
  assert_int_equal(control_play_score(f->control, path, f->now + 1000, &error), STATUS_OK);
  fake_turn(f);
  assert_true(f->added & 16);
  for (int i = 0; i < 70; ++i) {
    f->now += FAKE_RATE / 10;
    fake_turn(f);
  }
  assert_false(f->added & 16);
  assert_int_equal(f->sent[f->nsent - 1].kind, COMMAND_DECK_REMOVE);
  assert_true(llabs(f->sent[f->nsent - 1].at - (1000000 + 1000 + 5 * FAKE_RATE)) == 0);
  assert_int_equal(control_score_refused(f->control), 0);
  fake_free(f);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(numbers_are_given_and_taken),   cmocka_unit_test(the_first_may_go),
    cmocka_unit_test(a_new_deck_is_at_its_defaults), cmocka_unit_test(what_was_on_its_way_comes_back),
    cmocka_unit_test(a_score_adds_its_decks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
