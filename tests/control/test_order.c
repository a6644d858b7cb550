// SPDX-License-Identifier: GPL-3.0-or-later
// What waits for what: loads, pins, the future, full rings.

#include "fake.h"

static int
count_sent(const Fake* const f, const int kind)
{
  int n = 0;
  for (int i = 0; i < f->nsent; ++i) {
    n += f->sent[i].kind == kind;
  }
  return n;
}

static void
commands_wait_behind_a_load(void** state)
{
  (void)state;
  Fake* const f  = fake_new();
  f->disk_sleeps = true;
  fake_say(f, "/deck/1/load %s", f->file);
  fake_say(f, "/deck/1/seek 3");
  fake_say(f, "/deck/1/play");
  fake_say(f, "/deck/1/fader 0.5"); // of the mixer: waits for nothing
  fake_say(f, "/deck/2/repeat 1");  // of another deck
  fake_turn(f);
  assert_int_equal(f->nsent, 2);
  assert_int_equal(f->nanswers, 2);
  assert_true(control_busy(f->control, f->now));
  fake_ask(f, "/get /deck/1/state");
  assert_string_equal(f->answers[2], "/value /deck/1/state loading");
  f->disk_sleeps = false;
  fake_turn(f);
  assert_int_equal(f->nsent, 5);
  assert_int_equal(f->sent[2].kind, COMMAND_TRACK);
  assert_int_equal(f->sent[3].kind, COMMAND_SEEK);
  assert_int_equal(f->sent[4].kind, COMMAND_PLAY);
  assert_string_equal(f->answers[4], "/ok /deck/1/load 100");
  assert_string_equal(f->answers[5], "/ok /deck/1/seek");
  assert_string_equal(f->answers[6], "/ok /deck/1/play");
  assert_string_equal(f->title[0], "one");
  assert_false(control_busy(f->control, f->now));
  fake_free(f);
}

static void
a_failed_load_leaves_the_deck_as_it_was(void** state)
{
  (void)state;
  char        path[256];
  Fake* const f = fake_new();
  fake_load(f, 1);
  fake_write(f, "noise.wav", "", path);
  fake_forget(f);
  fake_say(f, "/deck/1/load %s", path);
  fake_turn(f);
  assert_non_null(strstr(f->answers[0], "/error /deck/1/load \""));
  assert_non_null(strstr(f->answers[0], "isn't audio"));
  assert_int_equal(f->nsent, 0);
  assert_string_equal(fake_ask(f, "/deck/1/play"), "/ok /deck/1/play");
  fake_free(f);
}

static void
all_stems_are_pinned_before_a_seek(void** state)
{
  (void)state;
  Fake* const f = fake_new();
  fake_load(f, 1);
  fake_say(f, "/deck/1/load %s 3", f->file);
  fake_turn(f);
  fake_forget(f);
  f->disk_sleeps = true;
  fake_say(f, "/deck/1/seek 2");
  fake_turn(f);
  assert_int_equal(f->nsent, 0);
  f->disk_sleeps = false;
  f->disk_pause  = 1; // one of two
  fake_disk(f);
  control_poll(f->control, 0);
  fake_process(f);
  assert_int_equal(f->nasked, 1);
  assert_int_equal(f->nsent, 0);
  fake_turn(f);
  assert_int_equal(f->nsent, 1);
  assert_int_equal(f->nasked, 2);
  for (int i = 0; i < 2; ++i) {
    assert_int_equal(f->asked[i].kind, REQUEST_PIN);
    assert_int_equal(f->asked[i].frame, 96000);
    assert_int_equal(f->asked[i].pin, PIN_SEEK);
    assert_int_equal(f->asked[i].stem, i ? 2 : 0);
  }
  f->disk_refuses = true;
  assert_string_equal(fake_ask(f, "/deck/1/seek 2"), "/error /deck/1/seek \"the cache is too small for this pin\"");
  assert_int_equal(f->nsent, 1);
  fake_free(f);
}

// A stem that is taken off while its place is being pinned is missed by nobody: the others go there.
static void
a_stem_that_goes_holds_up_no_seek(void** state)
{
  (void)state;
  Fake* const f = fake_new();
  fake_load(f, 1);
  fake_say(f, "/deck/1/load %s 2", f->file);
  fake_turn(f);
  f->disk_forgot = true;
  assert_string_equal(fake_ask(f, "/deck/1/seek 50"), "/ok /deck/1/seek");
  assert_int_equal(fake_last(f)->kind, COMMAND_SEEK);
  fake_free(f);
}

static void
the_future_enters_the_ring_shortly_before_its_time(void** state)
{
  (void)state;
  Fake* const f = fake_new();
  fake_load(f, 1);
  fake_forget(f);
  fake_say(f, "/deck/1/play 10");
  fake_say(f, "/deck/1/pause 5");
  fake_turn(f);
  assert_int_equal(f->nanswers, 2);
  assert_int_equal(f->nsent, 0);
  const int64_t begin = f->now;
  f->now              = begin + 5 * FAKE_RATE - 32769;
  fake_turn(f);
  assert_int_equal(f->nsent, 0);
  assert_false(control_busy(f->control, f->now));
  f->now += 1;
  fake_turn(f);
  assert_int_equal(f->nsent, 1);
  assert_int_equal(f->sent[0].kind, COMMAND_PAUSE);
  assert_int_equal(f->sent[0].at, begin + 5 * FAKE_RATE);
  f->now = begin + 10 * FAKE_RATE;
  fake_turn(f);
  assert_int_equal(f->sent[1].at, begin + 10 * FAKE_RATE);
  fake_free(f);
}

static void
nothing_is_lost_when_rings_are_full(void** state)
{
  (void)state;
  enum { STORM = 3000 };
  Fake* const f = fake_new_with_rings(16, 8);
  fake_load(f, 1);
  fake_forget(f);
  for (int i = 0; i < STORM; ++i) {
    fake_say(f, "/deck/1/fader %.4f", i / (double)STORM);
  }
  for (int i = 0; i < STORM; ++i) {
    fake_say(f, "/deck/1/hotcue/%d/set %d", i % 16 + 1, i % 90);
  }
  for (int i = 0; i < 1000; ++i) {
    fake_turn(f);
  }
  assert_int_equal(f->nanswers, 2 * STORM);
  for (int i = 0; i < f->nanswers; ++i) {
    assert_true(!strncmp(f->answers[i], "/ok ", 4));
  }
  assert_int_equal(count_sent(f, COMMAND_PARAM), STORM);
  for (int i = 0; i < STORM; ++i) { // in order
    assert_true(f->sent[i].param.value == (float)(int)(i * 10000.0 / STORM + 0.5) / 10000.0f);
  }
  assert_int_equal(f->nasked, STORM);
  fake_ask(f, "/stats");
  for (int i = 2 * STORM; i < f->nanswers; ++i) {
    assert_string_not_equal(f->answers[i], "/stats/full_rings 0");
  }
  fake_free(f);
}

/// How many commands for a deck are in the ring; they stay there.
static int
heard_of(Fake* const f, const uint8_t deck)
{
  const uint32_t n     = ring_count(f->commands);
  int            count = 0;
  for (uint32_t i = 0; i < n; ++i) { // round the ring once
    Command c;
    ring_read(f->commands, &c);
    count += c.kind == COMMAND_PARAM && c.deck == deck;
    ring_write(f->commands, &c);
  }
  return count;
}

static void
no_more_are_on_their_way_to_a_deck_than_it_has_room_for(void** state)
{
  (void)state;
  enum { MANY = 600, ROOM = 512 }; // the engine's queue of a deck
  Fake* const f = fake_new();
  fake_load(f, 1);
  fake_forget(f);
  const int64_t begin = f->now;
  for (int i = 0; i < MANY; ++i) {
    fake_say(f, "/deck/1/fader 0.%03d", i);                            // now
    fake_say(f, "/deck/1/%s 0.%03d", i % 2 ? "play" : "pause", i + 1); // within the lead
  }
  fake_say(f, "/deck/2/trim -1"); // another deck has its own, and needn't wait
  control_poll(f->control, 0);
  assert_true(ring_count(f->commands) < ROOM);
  assert_int_equal(heard_of(f, 1), 1);
  assert_false(control_busy(f->control, f->now + FAKE_RATE)); // it is the engine's turn
  for (int i = 0; f->nsent < 2 * MANY + 1; ++i) {
    assert_true(i < 1000);
    f->now += 256;
    fake_turn(f);
    int waiting = 0;
    for (int k = 0; k < f->nsent; ++k) {
      waiting += f->sent[k].at != AT_NOW && f->sent[k].at > f->now;
    }
    assert_true(waiting < ROOM);
  }
  for (int i = 0; i < f->nsent; ++i) { // none came after its time
    assert_true(f->sent[i].at == AT_NOW || f->sent[i].at >= begin);
  }
  assert_int_equal(count_sent(f, COMMAND_PLAY) + count_sent(f, COMMAND_PAUSE), MANY);
  fake_free(f);
}

static void
a_queue_without_end_is_refused(void** state)
{
  (void)state;
  enum { STORM = 5000 };
  Fake* const f  = fake_new();
  f->disk_sleeps = true;
  fake_say(f, "/deck/1/load %s", f->file);
  for (int i = 0; i < STORM; ++i) {
    fake_say(f, "/deck/1/play");
  }
  fake_turn(f);
  assert_true(f->nanswers > 0);
  assert_non_null(strstr(f->answers[0], "/error /deck/1/play \"too many commands wait for deck 1"));
  f->disk_sleeps = false;
  fake_turn(f);
  assert_int_equal(f->nanswers, STORM + 1);
  assert_int_equal(count_sent(f, COMMAND_PLAY) + f->nanswers, count_sent(f, COMMAND_PLAY) + STORM + 1);
  fake_free(f);
}

static void
a_stop_outlives_what_waits(void** state)
{
  (void)state;
  Fake* const f  = fake_new();
  f->disk_sleeps = true;
  fake_say(f, "/deck/1/load %s", f->file);
  fake_say(f, "/deck/1/play");
  fake_say(f, "/stop");
  fake_turn(f);
  assert_int_equal(f->nsent, 1);
  assert_int_equal(f->sent[0].kind, COMMAND_STOP_ALL);
  f->disk_sleeps = false;
  fake_turn(f);
  assert_int_equal(fake_last(f)->kind, COMMAND_STOP);
  assert_int_equal(f->nanswers, 3);
  fake_free(f);
}

static void
a_start_waits_for_all_its_decks(void** state)
{
  (void)state;
  Fake* const f = fake_new();
  fake_load(f, 2);
  fake_forget(f);
  f->disk_sleeps = true;
  fake_say(f, "/deck/1/load %s", f->file);
  fake_say(f, "/start 0.5 1 2");
  fake_say(f, "/deck/2/pause"); // behind the start
  fake_turn(f);
  assert_int_equal(f->nsent, 0);
  f->disk_sleeps      = false;
  const int64_t given = f->now;
  f->now += 1000;
  fake_turn(f);
  assert_int_equal(f->nanswers, 3);
  const Command* start = NULL;
  for (int i = 0; i < f->nsent; ++i) {
    start = f->sent[i].kind == COMMAND_START ? &f->sent[i] : start;
  }
  assert_non_null(start);
  assert_int_equal(start->at, given + FAKE_RATE / 2);
  assert_int_equal(start->decks.mask, 3);
  fake_free(f);
}

static void
decks_just_loaded_start_together(void** state)
{
  (void)state;
  Fake* const f = fake_new();
  fake_load(f, 1);
  f->now += FAKE_RATE;
  fake_load(f, 2);
  f->now += 100;
  fake_ask(f, "/start 0 1 2");
  assert_int_equal(fake_last(f)->at, f->now - 100 + FAKE_RATE / 10);
  f->now += FAKE_RATE;
  fake_ask(f, "/start 0 1 2"); // ready long since
  assert_true(fake_last(f)->at == AT_NOW);
  f->now += FAKE_RATE;           // the levels show neither playing
  fake_ask(f, "/deck/1/seek 3"); // one is elsewhere now
  fake_ask(f, "/start 0 1 2");
  assert_int_equal(fake_last(f)->at, f->now + FAKE_RATE / 10);
  fake_free(f);
}

static void
a_start_never_overtakes_its_load(void** state)
{
  (void)state;
  static const char* const starts[] = {"/deck/1/play 0.001", "/start 0.001 1", "/start 0 1"};
  for (int i = 0; i < 3; ++i) {
    Fake* const f = fake_new();
    fake_say(f, "/deck/1/load %s", f->file);
    fake_say(f, "%s", starts[i]);
    f->now += 200; // less than counts as waiting
    fake_turn(f);
    assert_int_equal(f->nsent, 2);
    assert_int_equal(f->sent[0].kind, COMMAND_TRACK);
    assert_int_equal(f->sent[1].at, f->now + FAKE_RATE / 10);
    fake_free(f);
  }
}

static void
a_start_that_its_load_outlasts_comes_soon(void** state)
{
  (void)state;
  Fake* const f  = fake_new();
  f->disk_sleeps = true;
  fake_say(f, "/deck/1/load %s", f->file);
  fake_say(f, "/start 0.5 1");
  fake_turn(f);
  f->now += 2 * FAKE_RATE;
  f->disk_sleeps = false;
  fake_turn(f);
  assert_int_equal(fake_last(f)->kind, COMMAND_START);
  assert_int_equal(fake_last(f)->at, f->now + FAKE_RATE / 10);
  fake_free(f);
}

static void
retired_things_go_back(void** state)
{
  (void)state;
  Fake* const  f         = fake_new();
  const Notice notices[] = {
    {.kind = NOTICE_TRACK_RETIRED, .track = (Track*)(uintptr_t)1},
    {.kind = NOTICE_PLUGIN_RETIRED},
    {.kind = NOTICE_LATENCY, .deck = 1},
    {.kind = NOTICE_STATE},
    {.kind = NOTICE_STARVED, .deck = 3},
    {.kind = NOTICE_OVERRUN, .overrun = {900, 1000, 1, 2}},
  };
  for (size_t i = 0; i < sizeof(notices) / sizeof(notices[0]); ++i) {
    ring_write(f->notices, &notices[i]);
  }
  fake_turn(f);
  assert_int_equal(f->freed, 1);
  assert_int_equal(f->retired_plugins, 1);
  assert_int_equal(f->latency_changes, 1);
  fake_free(f);
}

static void
a_recording_ends_behind_the_fence(void** state)
{
  (void)state;
  Fake* const f = fake_new();
  fake_ask(f, "/record/start /tmp/x.flac");
  fake_say(f, "/record/stop");
  control_poll(f->control, 0);
  fake_disk(f);
  assert_int_equal(f->asked[f->nasked - 1].kind, REQUEST_RECORD_START); // not yet asked to stop
  assert_false(control_busy(f->control, f->now));                       // it is the engine's turn
  fake_turn(f);
  assert_int_equal(f->asked[f->nasked - 1].kind, REQUEST_RECORD_STOP);
  assert_string_equal(f->answers[f->nanswers - 1], "/ok /record/stop 2");
  fake_free(f);
}

static void
say_more(void* const data, const char* const line)
{
  Fake* const f = data;
  fake_keep(f, line);
  if (f->nanswers == 1) {
    control_line(f->control, "/start 0.1 1", say_more, f);
  }
}

static void
an_answer_may_be_answered_with_a_command(void** state)
{
  (void)state;
  char        line[200];
  Fake* const f = fake_new();
  snprintf(line, sizeof(line), "/deck/1/load %s", f->file);
  control_line(f->control, line, say_more, f);
  fake_turn(f);
  assert_int_equal(f->nanswers, 2);
  assert_string_equal(f->answers[1], "/ok /start");
  assert_int_equal(count_sent(f, COMMAND_TRACK), 1);
  assert_int_equal(count_sent(f, COMMAND_START), 1);
  fake_free(f);
}

static void
the_end_comes_whatever_waits(void** state)
{
  (void)state;
  Fake* const f  = fake_new();
  f->disk_sleeps = true;
  fake_say(f, "/deck/1/load %s", f->file);
  fake_say(f, "/start 0 1 2 3");
  fake_say(f, "/deck/1/play 100");
  assert_false(control_quitting(f->control));
  fake_say(f, "/quit");
  fake_turn(f);
  assert_true(control_quitting(f->control));
  assert_string_equal(f->answers[f->nanswers - 1], "/ok /quit");
  fake_free(f);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(commands_wait_behind_a_load),
    cmocka_unit_test(a_failed_load_leaves_the_deck_as_it_was),
    cmocka_unit_test(all_stems_are_pinned_before_a_seek),
    cmocka_unit_test(a_stem_that_goes_holds_up_no_seek),
    cmocka_unit_test(the_future_enters_the_ring_shortly_before_its_time),
    cmocka_unit_test(nothing_is_lost_when_rings_are_full),
    cmocka_unit_test(no_more_are_on_their_way_to_a_deck_than_it_has_room_for),
    cmocka_unit_test(a_queue_without_end_is_refused),
    cmocka_unit_test(a_stop_outlives_what_waits),
    cmocka_unit_test(a_start_waits_for_all_its_decks),
    cmocka_unit_test(decks_just_loaded_start_together),
    cmocka_unit_test(a_start_never_overtakes_its_load),
    cmocka_unit_test(a_start_that_its_load_outlasts_comes_soon),
    cmocka_unit_test(retired_things_go_back),
    cmocka_unit_test(a_recording_ends_behind_the_fence),
    cmocka_unit_test(an_answer_may_be_answered_with_a_command),
    cmocka_unit_test(the_end_comes_whatever_waits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
