// SPDX-License-Identifier: GPL-3.0-or-later
// Groups of decks: who is in them, what a start of an exclusive one's deck stops, on which frame; and what a stop takes
// back.

#include "fake.h"

/// Decks 1 to 3 loaded, 1 and 2 in group 5, which is exclusive.
static Fake*
exclusive_pair(void)
{
  Fake* const f = fake_new();
  for (int d = 1; d <= 3; ++d) {
    fake_load(f, d);
  }
  f->now += FAKE_RATE;
  assert_string_equal(fake_ask(f, "/group/5/add 1"), "/ok /group/5/add");
  assert_string_equal(fake_ask(f, "/group/5/add 2"), "/ok /group/5/add");
  assert_string_equal(fake_ask(f, "/group/5/exclusive 1"), "/ok /group/5/exclusive");
  fake_forget(f);
  return f;
}

static const char*
value_of(Fake* const f, const char* const address)
{
  fake_say(f, "/get %s", address);
  fake_turn(f);
  return f->answers[f->nanswers - 2];
}

static void
members_come_and_go(void** state)
{
  (void)state;
  Fake* const f = exclusive_pair();
  assert_string_equal(value_of(f, "/group/5/decks"), "/value /group/5/decks \"1 2\"");
  assert_string_equal(value_of(f, "/group/5/exclusive"), "/value /group/5/exclusive 1");
  assert_string_equal(value_of(f, "/group/16/decks"), "/value /group/16/decks \"\"");
  assert_string_equal(fake_ask(f, "/group/17/add 1"), "/error /group/17/add \"no group 17: there are 16\"");
  assert_string_equal(fake_ask(f, "/group/1/add 5"), "/error /group/1/add \"no deck 5: there are 4\"");
  assert_string_equal(fake_ask(f, "/group/1/remove 1"), "/error /group/1/remove \"deck 1 isn't in group 1\"");
  assert_string_equal(fake_ask(f, "/group/5/remove 1"), "/ok /group/5/remove");
  assert_string_equal(value_of(f, "/group/5/decks"), "/value /group/5/decks \"2\"");
  fake_ask(f, "/deck/remove 2"); // it leaves its groups, too
  assert_string_equal(value_of(f, "/group/5/decks"), "/value /group/5/decks \"\"");
  assert_non_null(strstr(fake_ask(f, "/group/5/play"), "/error /group/5/play \"group 5 has no decks"));
  assert_non_null(strstr(fake_ask(f, "/group/5/stop"), "/error /group/5/stop \"group 5 has no decks"));
  fake_free(f);
}

/// The last command must start `mask` and stop `stop`, at `at`.
static void
assert_start(const Fake* const f, const uint64_t mask, const uint64_t stop, const int64_t at)
{
  const Command* const c = fake_last(f);
  assert_int_equal(c->kind, COMMAND_START);
  assert_int_equal(c->decks.mask, mask);
  assert_int_equal(c->decks.stop, stop);
  assert_true(c->at == at);
}

static void
a_start_stops_the_others(void** state)
{
  (void)state;
  Fake* const f = exclusive_pair();
  fake_ask(f, "/deck/1/play");
  assert_start(f, 1, 2, AT_NOW);
  fake_ask(f, "/deck/2/play 0.25");
  assert_start(f, 2, 1, f->now + FAKE_RATE / 4);
  fake_ask(f, "/start 0.3 2 3");
  assert_start(f, 6, 1, f->now + FAKE_RATE * 3 / 10);
  fake_ask(f, "/deck/3/play"); // is in no group
  assert_int_equal(fake_last(f)->kind, COMMAND_PLAY);
  assert_string_equal(fake_ask(f, "/start 0 1 2"),
                      "/error /start \"group 5 is exclusive: only one of its decks can play\"");
  assert_string_equal(fake_ask(f, "/group/5/play"),
                      "/error /group/5/play \"group 5 is exclusive: only one of its decks can play\"");
  fake_free(f);
}

// Whether a toggle starts is known from what is on its way, also for later.
static void
a_toggle_stops_the_others_if_it_starts(void** state)
{
  (void)state;
  Fake* const f = exclusive_pair();
  fake_ask(f, "/deck/1/toggle");
  assert_start(f, 1, 2, AT_NOW);
  assert_string_equal(value_of(f, "/deck/1/state"), "/value /deck/1/state playing");
  fake_ask(f, "/deck/1/toggle");
  assert_int_equal(fake_last(f)->kind, COMMAND_PAUSE);
  fake_ask(f, "/deck/2/toggle 0.1");
  assert_start(f, 2, 1, f->now + FAKE_RATE / 10);
  fake_ask(f, "/deck/2/toggle 0.2");
  assert_int_equal(fake_last(f)->kind, COMMAND_PAUSE);
  fake_free(f);
}

// What counts is who is in the group when the start is near.
static void
a_start_to_come_sees_the_groups_of_its_time(void** state)
{
  (void)state;
  Fake* const   f  = exclusive_pair();
  const int64_t at = f->now + 10 * FAKE_RATE;
  fake_ask(f, "/deck/1/play 10");
  fake_ask(f, "/group/5/add 3");
  fake_ask(f, "/group/5/remove 2");
  f->now += 10 * FAKE_RATE - 1000;
  fake_turn(f);
  assert_start(f, 1, 4, at);
  fake_free(f);
}

static void
a_group_starts_and_stops_as_one(void** state)
{
  (void)state;
  Fake* const f = exclusive_pair();
  fake_ask(f, "/group/2/add 1");
  fake_ask(f, "/group/2/add 3");
  fake_ask(f, "/group/2/add 4"); // has no track
  fake_ask(f, "/group/2/play");
  assert_start(f, 5, 2, AT_NOW); // deck 1's other group has something to say, too
  fake_ask(f, "/group/2/stop 1");
  f->now += FAKE_RATE;
  fake_turn(f);
  assert_start(f, 0, 13, f->now);
  assert_false(fake_last(f)->takes_back);
  fake_ask(f, "/group/2/stop");
  assert_start(f, 0, 13, AT_NOW);
  assert_true(fake_last(f)->takes_back);
  fake_free(f);
}

// Who presses stop wants silence: starts that were to come are off.  Not those of a score, which has its own stop, and
// not what is given afterwards.
static void
a_stop_takes_starts_back(void** state)
{
  (void)state;
  Fake* const f = exclusive_pair();
  char        path[256];
  fake_write(f, "late.score", "8 /deck/1/play\n", path);
  assert_int_equal(control_play_score(f->control, path, f->now, NULL), STATUS_OK);
  fake_ask(f, "/deck/1/play 10");
  fake_ask(f, "/deck/1/toggle 11"); // a pause, then
  fake_ask(f, "/start 12 1 3");
  fake_ask(f, "/deck/3/play 13");
  fake_ask(f, "/deck/1/pause 14");
  fake_ask(f, "/deck/1/stop 5"); // one for later takes nothing back
  fake_ask(f, "/deck/1/stop");
  fake_ask(f, "/deck/1/play 15");
  fake_forget(f);
  for (int i = 0; i < 32; ++i) {
    f->now += FAKE_RATE / 2;
    fake_turn(f);
  }
  static const struct {
    CommandKind kind;
    uint64_t    mask;
  } left[] = {{COMMAND_STOP, 0}, {COMMAND_START, 1}, {COMMAND_PAUSE, 0}, {COMMAND_START, 4},
              {COMMAND_PLAY, 0}, {COMMAND_PAUSE, 0}, {COMMAND_START, 1}};
  assert_int_equal(f->nsent, sizeof(left) / sizeof(left[0]));
  for (int i = 0; i < f->nsent; ++i) {
    assert_int_equal(f->sent[i].kind, left[i].kind);
    assert_true(f->sent[i].kind != COMMAND_START || f->sent[i].decks.mask == left[i].mask);
  }
  fake_forget(f);
  fake_ask(f, "/deck/3/play 5");
  fake_ask(f, "/deck/1/play 5");
  fake_ask(f, "/stop");
  assert_true(fake_last(f)->takes_back);
  fake_forget(f);
  f->now += 6 * FAKE_RATE;
  fake_turn(f);
  assert_int_equal(f->nsent, 0);
  fake_free(f);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(members_come_and_go),
    cmocka_unit_test(a_start_stops_the_others),
    cmocka_unit_test(a_toggle_stops_the_others_if_it_starts),
    cmocka_unit_test(a_start_to_come_sees_the_groups_of_its_time),
    cmocka_unit_test(a_group_starts_and_stops_as_one),
    cmocka_unit_test(a_stop_takes_starts_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
