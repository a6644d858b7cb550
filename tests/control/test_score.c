// SPDX-License-Identifier: GPL-3.0-or-later
// Scores: what is wrong is found before anything happens, what is right happens on its frame.

#include "fake.h"

static const struct {
  const char* text;
  const char* error; ///< after "PATH:"
} wrong[] = {
  {"0 /deck/1/play\n1 /deck/1/plya\n", "2: unknown command /deck/1/plya: did you mean /deck/1/play?"},
  {"\n# all\n\n x /stop", "4: a line begins with its time in seconds, or +SECONDS after the line before, not \"x\""},
  {"-1 /stop", "1: a line begins with its time"},
  {"+-1 /stop", "1: a line begins with its time"},
  {"nan /stop", "1: a line begins with its time"},
  {"1e30 /stop", "1: a line begins with its time"},
  {"1", "1: there is no command"},
  {"1 stop", "1: a command begins with /, \"stop\" doesn't"},
  {"1 /deck/5/play", "1: no deck 5: there are 4"},
  {"1 /deck/1/fader 2", "1: /deck/1/fader: gain must be 0 .. 1, not 2"},
  {"1 /deck/1/fader", "1: /deck/1/fader: expects gain, got 0 arguments"},
  {"1 /deck/1/load none.wav", "1: /deck/1/load: can't open "},
  {"1 /deck/1/load \"one.wav", "1: a quote (\") isn't closed"},
  {"1 /deck/1/eq/set lo 3", "1: /deck/1/eq/set: no port lo"},
  {"1 /get /crossfader", "1: /get has no place in a score"},
  {"1 /ramp /deck/1/mute 1 1", "1: /ramp: /deck/1/mute isn't a continuous control"},
};

static void
what_is_wrong_is_named_with_its_line(void** state)
{
  (void)state;
  Fake* const f = fake_new();
  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); ++i) {
    char  path[256];
    Error error;
    fake_write(f, "set.score", wrong[i].text, path);
    assert_int_equal(control_play_score(f->control, path, f->now, &error), STATUS_BAD_VALUE);
    const size_t n = strlen(path);
    if (strncmp(error.text, path, n) || error.text[n] != ':') {
      fail_msg("%s: %s", wrong[i].text, error.text);
    }
    const char* const what = strstr(error.text + n, wrong[i].error);
    if (!what && !strstr(error.text + n + 1, strchr(wrong[i].error, ' ') + 1)) {
      fail_msg("%s: %s, expected %s", wrong[i].text, error.text, wrong[i].error);
    }
    assert_true(error.text[n + 1] == wrong[i].error[0]);
    fake_turn(f);
    assert_int_equal(f->nsent + f->nasked, 0);
  }
  Error error;
  assert_int_equal(control_play_score(f->control, "/no/such.score", 0, &error), STATUS_NOT_FOUND);
  assert_non_null(strstr(error.text, "/no/such.score"));
  fake_free(f);
}

/// Let time pass in steps until `end`.
static void
pass(Fake* const f, const int64_t end)
{
  while (f->now < end) {
    f->now += 4800;
    fake_turn(f);
  }
}

static void
everything_happens_on_its_frame(void** state)
{
  (void)state;
  char        path[256];
  Error       error;
  Fake* const f = fake_new();
  fake_write(f, "set.score",
             "# a comment\n"
             "1.5  /deck/1/fader 0.5   # half\n"
             "+0.25 /deck/1/fader 0.25\n"
             "0 /deck/1/load one.wav\n"
             "0 /deck/1/play\n"
             "1.5 /deck/1/fader 0.75\n"
             "3 /deck/1/seek 10\r\n"
             "\t 4 /deck/1/load \"one.wav\" 2",
             path);
  const int64_t origin = f->now + FAKE_RATE;
  assert_int_equal(control_play_score(f->control, path, origin, &error), STATUS_OK);
  assert_true(control_score_length(f->control) == 4.0);
  assert_int_equal(control_score_pending(f->control), 7);
  assert_true(control_busy(f->control, origin));
  fake_turn(f);
  atomic_store(&f->levels.deck[0].state, DECK_PLAYING);
  pass(f, origin + 2 * FAKE_RATE);
  assert_int_equal(control_score_pending(f->control), 2);
  pass(f, origin + 5 * FAKE_RATE);
  static const struct {
    int    kind;
    double at; ///< < 0: at once
    float  value;
  } expected[] = {{COMMAND_TRACK, -1, 0},      {COMMAND_PLAY, 0, 0},         {COMMAND_PARAM, 1.5, 0.5f},
                  {COMMAND_PARAM, 1.5, 0.75f}, {COMMAND_PARAM, 1.75, 0.25f}, {COMMAND_SEEK, 3, 0},
                  {COMMAND_TRACK, 4, 0}};
  assert_int_equal(f->nsent, 7);
  for (int i = 0; i < 7; ++i) {
    const Command* const c = &f->sent[i];
    assert_int_equal(c->kind, expected[i].kind);
    assert_true(expected[i].at < 0 ? c->at == AT_NOW : c->at == origin + (int64_t)(expected[i].at * FAKE_RATE));
    assert_true(c->kind != COMMAND_PARAM || c->param.value == expected[i].value);
  }
  assert_int_equal(control_score_pending(f->control), 0);
  fake_free(f);
}

static void
a_track_is_handed_over_early_to_an_idle_deck_and_on_time_to_a_playing_one(void** state)
{
  (void)state;
  for (int playing = 0; playing < 2; ++playing) {
    char        path[256];
    Fake* const f = fake_new();
    fake_load(f, 1);
    fake_forget(f);
    fake_write(f, "set.score", "10 /deck/1/load one.wav\n10 /deck/1/play", path);
    atomic_store(&f->levels.deck[0].state, playing ? DECK_PLAYING : DECK_PAUSED);
    const int64_t origin = f->now;
    assert_int_equal(control_play_score(f->control, path, origin, NULL), STATUS_OK);
    fake_turn(f);
    assert_int_equal(f->nasked, 1); // the load, long before
    assert_int_equal(f->asked[0].kind, REQUEST_LOAD);
    pass(f, origin + 8 * FAKE_RATE + FAKE_RATE / 2);
    assert_int_equal(f->nsent > 0, !playing);
    pass(f, origin + 11 * FAKE_RATE);
    assert_int_equal(f->nsent, 2);
    assert_int_equal(f->sent[0].kind, COMMAND_TRACK);
    assert_true(f->sent[0].at == (playing ? origin + 10 * FAKE_RATE : AT_NOW));
    assert_int_equal(f->sent[1].at, origin + 10 * FAKE_RATE);
    fake_free(f);
  }
}

static void
a_deck_that_a_score_starts_and_pauses_is_not_taken_for_idle_too_early(void** state)
{
  (void)state;
  char        path[256];
  Fake* const f = fake_new();
  fake_load(f, 1);
  fake_forget(f);
  fake_write(f, "set.score", "9 /deck/1/play\n10 /deck/1/load one.wav\n", path);
  const int64_t origin = f->now;
  assert_int_equal(control_play_score(f->control, path, origin, NULL), STATUS_OK);
  pass(f, origin + 9 * FAKE_RATE);
  assert_int_equal(f->nsent, 1);
  atomic_store(&f->levels.deck[0].state, DECK_PLAYING);
  pass(f, origin + 11 * FAKE_RATE);
  assert_int_equal(f->nsent, 2);
  assert_int_equal(f->sent[1].at, origin + 10 * FAKE_RATE);
  fake_free(f);
}

static void
paths_are_relative_to_the_score(void** state)
{
  (void)state;
  char        path[256];
  char        expected[256];
  Fake* const f = fake_new();
  fake_write(f, "set.score", "0 /deck/1/load one.wav", path);
  assert_int_equal(chdir(f->folder), 0);
  static const char* const names[] = {"set.score", "./set.score", NULL};
  for (int i = 0; i < 3; ++i) { // as named from here, and from elsewhere
    fake_forget(f);
    assert_int_equal(control_play_score(f->control, names[i] ? names[i] : path, f->now, NULL), STATUS_OK);
    fake_turn(f);
    snprintf(expected, sizeof(expected), "/value /deck/1/path %s", f->file);
    fake_ask(f, "/get /deck/1/path");
    assert_string_equal(f->answers[0], expected);
    if (i == 1) {
      assert_int_equal(chdir("/"), 0);
    }
  }
  fake_free(f);
}

static void
a_hand_on_the_deck_goes_before_what_a_score_will_do(void** state)
{
  (void)state;
  char        path[256];
  Fake* const f = fake_new();
  fake_load(f, 1);
  atomic_store(&f->levels.deck[0].state, DECK_PLAYING);
  fake_write(f, "set.score", "1.5 /deck/1/load one.wav\n1.5 /deck/1/play", path);
  assert_int_equal(control_play_score(f->control, path, f->now, NULL), STATUS_OK);
  fake_turn(f);
  fake_forget(f);
  assert_string_equal(fake_ask(f, "/deck/1/pause"), "/ok /deck/1/pause"); // the load waits for its time
  assert_int_equal(fake_last(f)->kind, COMMAND_PAUSE);
  fake_free(f);
}

static void
one_track_is_loaded_ahead_for_each_deck(void** state)
{
  (void)state;
  char        path[256];
  Fake* const f = fake_new();
  fake_write(f, "set.score",
             "10 /deck/1/load one.wav\n60 /deck/1/load one.wav\n90 /deck/1/load one.wav\n70 /deck/2/load one.wav\n",
             path);
  const int64_t origin = f->now;
  assert_int_equal(control_play_score(f->control, path, origin, NULL), STATUS_OK);
  fake_turn(f);
  assert_int_equal(f->nasked, 2);
  pass(f, origin + 11 * FAKE_RATE);
  assert_int_equal(f->nasked, 3);
  pass(f, origin + 100 * FAKE_RATE);
  assert_int_equal(f->nasked, 4);
  assert_int_equal(f->nsent, 4);
  fake_free(f);
}

static void
a_live_score_begins_when_its_tracks_are_there(void** state)
{
  (void)state;
  char        path[256];
  Fake* const f = fake_new();
  fake_write(f, "set.score",
             "50 /stop\n0 /deck/1/load one.wav\n0 /deck/1/play\n1 /deck/1/pause\n1 /deck/1/speed 2\n3 /deck/1/play",
             path);
  f->disk_sleeps = true;
  fake_say(f, "/score/play %s", path);
  fake_turn(f);
  assert_int_equal(f->nanswers, 0);
  f->now += 3 * FAKE_RATE;
  f->disk_sleeps = false;
  fake_turn(f);
  assert_string_equal(f->answers[0], "/ok /score/play 50");
  assert_int_equal(f->sent[0].kind, COMMAND_TRACK);
  const int64_t origin = (f->now + FAKE_RATE + MAX_BLOCK - 1) / MAX_BLOCK * MAX_BLOCK;
  pass(f, f->now + FAKE_RATE / 2); // its play has entered the ring
  assert_int_equal(f->sent[1].kind, COMMAND_PLAY);
  assert_int_equal(f->sent[1].at, origin);
  assert_string_equal(fake_ask(f, "/score/stop"), "/ok /score/stop");
  pass(f, origin + 5 * FAKE_RATE);
  assert_int_equal(f->nsent, 2); // no pause, though it was on its way
  fake_forget(f);
  fake_ask(f, "/get /deck/1/speed");
  assert_string_equal(f->answers[0], "/value /deck/1/speed 1");
  fake_write(f, "noise.wav", "", path);
  fake_write(f, "bad.score", "0 /stop\n1 /deck/1/load noise.wav\n", path);
  char line[300];
  snprintf(line, sizeof(line), "/score/play %s", path);
  const char* const answer = fake_ask(f, line);
  assert_non_null(strstr(answer, "/error /score/play"));
  assert_non_null(strstr(answer, "bad.score:2: "));
  assert_int_equal(f->nsent, 0);
  fake_free(f);
}

static void
here_is_where_the_score_will_have_the_deck(void** state)
{
  (void)state;
  char        path[256];
  Error       error;
  Fake* const f = fake_new();
  fake_load(f, 1);
  atomic_store(&f->levels.deck[0].speed, 1.0f);
  fake_write(f, "set.score",
             "0   /deck/1/play\n"
             "0.5 /deck/1/seek 50\n"
             "1   /deck/1/hotcue/1/set\n" // 50.5
             "1.2 /deck/1/jump -20\n"     // to 30.7
             "1.3 /deck/1/hotcue/2/set\n" // 30.8
             "1.4 /deck/1/pause\n"        // at 30.9
             "1.8 /deck/1/hotcue/3/set\n",
             path);
  assert_int_equal(control_play_score(f->control, path, f->now + FAKE_RATE / 10, &error), STATUS_OK);
  for (int i = 0; i < 20; ++i) { // before any of it has happened
    fake_turn(f);
  }
  static const char* const expected[] = {"/value /deck/1/hotcue/1/set 50.5", "/value /deck/1/hotcue/2/set 30.8",
                                         "/value /deck/1/hotcue/3/set 30.9"};
  for (int k = 0; k < 3; ++k) {
    char get[64];
    snprintf(get, sizeof(get), "/get /deck/1/hotcue/%d/set", k + 1);
    fake_forget(f);
    fake_ask(f, get);
    assert_string_equal(f->answers[0], expected[k]);
  }
  fake_free(f);
}

static void
a_long_score_is_given_away_as_it_comes(void** state)
{
  (void)state;
  enum { LINES = 100000, A_SECOND = 28 }; // an hour of them
  char        path[256];
  Fake* const f = fake_new();
  fake_write(f, "long.score", "\xEF\xBB\xBF# as some editors begin a file\n", path);
  FILE* const file = fopen(path, "a");
  for (int i = 0; i < LINES; ++i) {
    fprintf(file, "%d.%03d /crossfader %g\n", i / A_SECOND, 35 * (i % A_SECOND), i % 2 ? 0.5 : 1.0);
  }
  fclose(file);
  const int64_t origin = f->now;
  assert_int_equal(control_play_score(f->control, path, origin, NULL), STATUS_OK);
  assert_int_equal(control_score_pending(f->control), LINES - 1); // the first was for now
  int seen = 0;
  for (int second = 0; second < 60; ++second) {
    fake_say(f, "/stats");
    for (int i = 0; i < f->nanswers; ++i) {
      const char* const key = "/stats/commands/waiting ";
      if (!strncmp(f->answers[i], key, strlen(key))) {
        assert_in_range(atoi(f->answers[i] + strlen(key)), 1, 4 * A_SECOND); // two seconds of it, not an hour
        ++seen;
      }
    }
    fake_forget(f);
    pass(f, f->now + FAKE_RATE);
    assert_false(control_busy(f->control, f->now + FAKE_RATE / 2));
  }
  assert_int_equal(seen, 60);
  assert_in_range(control_score_pending(f->control), LINES - 62 * A_SECOND, LINES - 58 * A_SECOND);
  assert_string_equal(fake_ask(f, "/score/stop"), "/ok /score/stop");
  fake_forget(f);
  pass(f, f->now + 5 * FAKE_RATE);
  assert_in_range(f->nsent, 0, A_SECOND); // what was in the ring's reach
  fake_free(f);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_wrong_is_named_with_its_line),
    cmocka_unit_test(everything_happens_on_its_frame),
    cmocka_unit_test(a_track_is_handed_over_early_to_an_idle_deck_and_on_time_to_a_playing_one),
    cmocka_unit_test(a_deck_that_a_score_starts_and_pauses_is_not_taken_for_idle_too_early),
    cmocka_unit_test(paths_are_relative_to_the_score),
    cmocka_unit_test(a_hand_on_the_deck_goes_before_what_a_score_will_do),
    cmocka_unit_test(one_track_is_loaded_ahead_for_each_deck),
    cmocka_unit_test(a_live_score_begins_when_its_tracks_are_there),
    cmocka_unit_test(here_is_where_the_score_will_have_the_deck),
    cmocka_unit_test(a_long_score_is_given_away_as_it_comes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
