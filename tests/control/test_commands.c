// SPDX-License-Identifier: GPL-3.0-or-later
// Every command with right, boundary and wrong values: its answer, and what process is told.

#include "fake.h"

#include <math.h>

/// Of a loaded deck 1; `kind` < 0: nothing is to be sent.
static const struct {
  const char* line;
  const char* answer; ///< its beginning
  int         kind;
} cases[] = {
  {"/deck/1/play", "/ok /deck/1/play", COMMAND_PLAY},
  {"/deck/1/play 0.5", "/ok", COMMAND_PLAY},
  {"/deck/1/play -1", "/error /deck/1/play \"seconds-from-now must be 0 .. 86400 s, not -1\"", -1},
  {"/deck/1/play \"now\"", "/error", -1},
  {"/deck/1/play 1 2", "/error /deck/1/play \"expects [seconds-from-now], got 2 arguments\"", -1},
  {"/deck/1/pause", "/ok", COMMAND_PAUSE},
  {"/deck/1/stop", "/ok", COMMAND_STOP},
  {"/deck/1/toggle", "/ok", COMMAND_TOGGLE},
  {"/deck/2/play", "/error /deck/2/play \"deck 2 is empty: load a track first\"", -1},
  {"/deck/5/play", "/error /deck/5/play \"no deck 5: there are 4\"", -1},
  {"/deck/0/play", "/error /deck/0/play \"no deck 0: there are 4\"", -1},
  {"/deck/99999999999999999999/play", "/error", -1},
  {"/deck/x/play", "/error /deck/x/play \"unknown command", -1},
  {"/deck/1/plya", "/error /deck/1/plya \"unknown command /deck/1/plya: did you mean /deck/1/play?", -1},
  {"/deck/3/eq/kil/low",
   "/error /deck/3/eq/kil/low \"unknown command /deck/3/eq/kil/low: did you mean /deck/3/eq/kill/low?", -1},
  {"/frobnicate", "/error /frobnicate \"unknown command /frobnicate: /help lists all", -1},
  {"/crosfader 0", "/error /crosfader \"unknown command /crosfader: did you mean /crossfader?", -1},
  {"/deck/*/play", "/error /deck/*/play \"/deck/*/play is a pattern: only /get takes one", -1},
  {"/", "/error / \"unknown command", -1},
  {"/deck/1/seek 100", "/ok", COMMAND_SEEK},
  {"/deck/1/seek 0", "/ok", COMMAND_SEEK},
  {"/deck/1/seek 100.1", "/error /deck/1/seek \"seconds must be 0 .. 100 s, the length of the track, not 100.1\"", -1},
  {"/deck/1/seek -0.1", "/error", -1},
  {"/deck/1/seek", "/error /deck/1/seek \"expects seconds, got 0 arguments\"", -1},
  {"/deck/1/jump -4", "/ok", COMMAND_SEEK},
  {"/deck/1/jump 1e7", "/error", -1},
  {"/deck/1/cue 2", "/ok", COMMAND_CUE},
  {"/deck/1/cue", "/ok", COMMAND_CUE},
  {"/deck/1/cue 101", "/error", -1},
  {"/deck/1/cue/go", "/ok", COMMAND_CUE_GO},
  {"/deck/1/hotcue/16/go", "/error /deck/1/hotcue/16/go \"deck 1 has no hot cue 16: set it first\"", -1},
  {"/deck/1/hotcue/16/set 3", "/ok /deck/1/hotcue/16/set 3", -1},
  {"/deck/1/hotcue/16/go", "/ok", COMMAND_SEEK},
  {"/deck/1/hotcue/16/clear", "/ok", -1},
  {"/deck/1/hotcue/16/go", "/error", -1},
  {"/deck/1/hotcue/17/set 3", "/error /deck/1/hotcue/17/set \"no hot cue 17: there are 16\"", -1},
  {"/deck/1/loop/enable 1", "/error /deck/1/loop/enable \"deck 1 has no loop", -1},
  {"/deck/1/loop 1 2", "/ok", COMMAND_LOOP},
  {"/deck/1/loop/enable 0", "/ok", COMMAND_LOOP_ENABLE},
  {"/deck/1/loop/enable 1", "/ok", COMMAND_LOOP_ENABLE},
  {"/deck/1/loop/enable 2", "/error /deck/1/loop/enable \"on must be 0 or 1, not 2\"", -1},
  {"/deck/1/loop 2 2", "/error", -1},
  {"/deck/1/loop 2 1", "/error", -1},
  {"/deck/1/loop 2 101", "/error", -1},
  {"/deck/1/repeat 1", "/ok", COMMAND_REPEAT},
  {"/deck/2/repeat 0", "/ok", COMMAND_REPEAT},
  {"/deck/1/speed 0.25", "/ok", COMMAND_PARAM},
  {"/deck/1/speed 4", "/ok", COMMAND_PARAM},
  {"/deck/1/speed 0.249", "/error /deck/1/speed \"speed must be 0.25 .. 4, not 0.249\"", -1},
  {"/deck/1/speed 4.001", "/error", -1},
  {"/deck/1/speed nan", "/error", -1},
  {"/deck/1/speed 1", "/ok", COMMAND_PARAM},
  {"/deck/1/keylock 1", "/ok", COMMAND_PARAM},
  {"/deck/1/keylock 0", "/ok", COMMAND_PARAM},
  {"/deck/1/pitch 12", "/ok /deck/1/pitch", COMMAND_PARAM},
  {"/deck/1/pitch -12", "/ok", COMMAND_PARAM},
  {"/deck/1/pitch 12.5", "/error /deck/1/pitch \"pitch must be -12 .. 12 semitones, not 12.5\"", -1},
  {"/deck/1/eq/low -40", "/ok", COMMAND_PORT},
  {"/deck/1/eq/mid 12", "/ok", COMMAND_PORT},
  {"/deck/1/eq/high 12.1", "/error /deck/1/eq/high \"gain must be -40 .. 12 dB, not 12.1\"", -1},
  {"/deck/1/eq/kill/low 1", "/ok", COMMAND_PORT},
  {"/deck/1/eq/kill/mid 0", "/ok", COMMAND_PORT},
  {"/deck/1/eq/kill/high 0.5", "/error", -1},
  {"/deck/1/eq/mode isolator", "/ok", COMMAND_PORT},
  {"/deck/1/eq/mode 0", "/ok", COMMAND_PORT},
  {"/deck/1/eq/mode 2", "/error /deck/1/eq/mode \"mode must be tone or isolator, not 2\"", -1},
  {"/deck/1/eq/set low_freq 1000", "/ok", COMMAND_PORT},
  {"/deck/1/eq/set low_freq 1001", "/error /deck/1/eq/set \"low_freq must be 40 .. 1000, not 1001\"", -1},
  {"/deck/1/eq/set nothing 1", "/error /deck/1/eq/set \"no port nothing\"", -1},
  {"/deck/1/eq/set enabled 0", "/ok", COMMAND_PORT},
  {"/deck/1/eq/set enabled 0.5", "/error", -1},
  {"/deck/1/eq/set mode 0.5", "/error", -1},
  {"/deck/1/pitch/set engine 2", "/ok", COMMAND_PORT},
  {"/deck/1/pitch/set semitones 2", "/error /deck/1/pitch/set \"semitones is owned by the deck", -1},
  {"/deck/1/pitch/set cents 2", "/error", -1},
  {"/deck/1/pitch/set enabled 0", "/error", -1},
  {"/deck/1/pitch/set latency 1", "/error /deck/1/pitch/set \"latency is an output", -1},
  {"/deck/1/trim -24", "/ok", COMMAND_PARAM},
  {"/deck/1/trim -24.5", "/error", -1},
  {"/deck/1/fader 0", "/ok", COMMAND_PARAM},
  {"/deck/1/fader 1", "/ok", COMMAND_PARAM},
  {"/deck/1/fader 1.01", "/error /deck/1/fader \"gain must be 0 .. 1, not 1.01\"", -1},
  {"/deck/1/mute 1", "/ok", COMMAND_PARAM},
  {"/deck/1/pfl 1", "/ok", COMMAND_PARAM},
  {"/deck/1/pfl on", "/error", -1},
  {"/deck/1/assign a", "/ok", COMMAND_PARAM},
  {"/deck/1/assign B", "/ok", COMMAND_PARAM},
  {"/deck/1/assign thru", "/ok", COMMAND_PARAM},
  {"/deck/1/assign c", "/error /deck/1/assign \"side must be thru, a or b, not c\"", -1},
  {"/deck/1/stem/8/gain -60", "/ok", COMMAND_PARAM},
  {"/deck/1/stem/8/mute 1", "/ok", COMMAND_PARAM},
  {"/deck/1/stem/1/solo 1", "/ok", COMMAND_PARAM},
  {"/deck/1/stem/9/gain 0", "/error /deck/1/stem/9/gain \"no stem 9: there are 8\"", -1},
  {"/deck/1/state", "/error /deck/1/state \"/deck/1/state can only be read: /get /deck/1/state\"", -1},
  {"/start 0.5 1", "/ok", COMMAND_START},
  {"/start 0", "/ok", COMMAND_START},
  {"/start 0 1 2", "/error /start \"deck 2 is empty: load a track first\"", -1},
  {"/start 0 1 5", "/error /start \"no deck 5: there are 4\"", -1},
  {"/start", "/error", -1},
  {"/stop", "/ok", COMMAND_STOP_ALL},
  {"/crossfader -1", "/ok", COMMAND_PARAM},
  {"/crossfader -1.1", "/error", -1},
  {"/crossfader/curve power", "/ok", COMMAND_PARAM},
  {"/crossfader/curve sharp", "/error /crossfader/curve \"curve must be linear, power or cut, not sharp\"", -1},
  {"/master/gain -60", "/ok", COMMAND_PARAM},
  {"/master/gain 13", "/error", -1},
  {"/cue/gain 12", "/ok", COMMAND_PARAM},
  {"/cue/mix 0.5", "/ok", COMMAND_PARAM},
  {"/cue/mix 1.5", "/error", -1},
  {"/ramp /deck/1/eq/low -12 4", "/ok", COMMAND_PORT},
  {"/ramp /deck/1/fader 0 4", "/ok", COMMAND_PARAM},
  {"/ramp /deck/1/fader 2 4", "/error /ramp \"gain must be 0 .. 1, not 2\"", -1},
  {"/ramp /deck/1/fader 1 -1", "/error", -1},
  {"/ramp /deck/1/mute 1 4", "/error /ramp \"/deck/1/mute isn't a continuous control", -1},
  {"/ramp /deck/1/fadr 1 4", "/error /ramp \"unknown command /deck/1/fadr: did you mean /deck/1/fader?", -1},
  {"/ramp /deck/9/fader 1 4", "/error /ramp \"no deck 9: there are 4\"", -1},
  {"/record/stop", "/error /record/stop \"there is no recording", -1},
  {"/record/start /tmp/x.mp3", "/error /record/start \"the name must end in .wav, .flac, .ogg or .opus", -1},
  {"/record/start /nowhere/at/all/x.wav", "/error /record/start \"can't write into /nowhere/at/all", -1},
  {"/record/start /tmp/x.wav", "/ok", COMMAND_RECORD},
  {"/record/start /tmp/y.wav", "/error /record/start \"already recording to /tmp/x.wav", -1},
  {"/record/stop", "/ok /record/stop 2", COMMAND_QUIT_FENCE},
  {"/stats", "/ok /stats", -1},
  {"/stats/reset", "/ok", COMMAND_STATS_RESET},
  {"/help", "/ok /help", -1},
  {"/help /deck/1/play", "/ok", -1},
  {"/help /nothing", "/error /help \"unknown command /nothing", -1},
  {"/get /deck/1/fader", "/ok", -1},
  {"/get /deck/1/play", "/error /get \"/deck/1/play has no value to read\"", -1},
  {"/get /deck/*/nothing", "/error /get \"nothing that can be read matches", -1},
  {"/get /deck/1/hotcue/2/set", "/error /get \"/deck/1/hotcue/2/set isn't set\"", -1},
  {"/deck/1/load /no/such/file.wav", "/error /deck/1/load \"can't open /no/such/file.wav: No such file", -1},
  {"/deck/1/load /tmp", "/error /deck/1/load \"/tmp isn't a file\"", -1},
  {"/deck/1/load \"\"", "/error /deck/1/load \"path must be a text that isn't empty", -1},
  {"/deck/1/unload", "/ok", COMMAND_TRACK},
  {"/deck/1/unload", "/error", -1},
  {"deck/1/play", "/error deck/1/play \"a command begins with /", -1},
  {"/deck/1/load \"/tmp/x", "/error", -1},
};

static void
every_command_is_answered_once_and_sent(void** state)
{
  (void)state;
  Fake* const f = fake_new();
  fake_load(f, 1);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    fake_forget(f);
    const char* const answer = fake_ask(f, cases[i].line);
    int               final  = 0;
    for (int a = 0; a < f->nanswers; ++a) {
      final += !strncmp(f->answers[a], "/ok ", 4) || !strncmp(f->answers[a], "/error ", 7);
    }
    const bool sent = cases[i].kind < 0 ? f->nsent == 0 : f->nsent > 0 && fake_last(f)->kind == cases[i].kind;
    if (strncmp(answer, cases[i].answer, strlen(cases[i].answer)) || final != 1 || !sent) {
      fail_msg("%s: answered %d times, last %s, expected %s; %d sent", cases[i].line, final, answer, cases[i].answer,
               f->nsent);
    }
  }
  fake_free(f);
}

static void
seconds_become_frames_of_the_track(void** state)
{
  (void)state;
  char        path[256];
  Fake* const f = fake_new();
  fake_write(f, "441.wav", "", path);
  fake_say(f, "/deck/2/load %s", path);
  fake_turn(f);
  fake_ask(f, "/deck/2/seek 1.5");
  assert_int_equal(fake_last(f)->seek.frame, 66150);
  assert_int_equal(fake_last(f)->deck, 1);
  assert_true(fake_last(f)->at == AT_NOW);
  fake_ask(f, "/deck/2/loop 0.5 1");
  assert_int_equal(fake_last(f)->loop.start, 22050);
  assert_int_equal(fake_last(f)->loop.end, 44100);
  fake_ask(f, "/deck/2/play 0.25"); // of the engine's frames
  assert_int_equal(fake_last(f)->at, f->now + 12000);
  fake_ask(f, "/ramp /deck/2/speed 2 0.5");
  assert_int_equal(fake_last(f)->param.ramp_frames, 24000);
  fake_free(f);
}

static void
ids_come_back(void** state)
{
  (void)state;
  Fake* const f = fake_new();
  assert_string_equal(fake_ask(f, "/deck/1/fader \"#7\" 0.5"), "/ok /deck/1/fader \"#7\"");
  assert_string_equal(fake_ask(f, "/deck/1/play \"#x y\""),
                      "/error /deck/1/play \"#x y\" \"deck 1 is empty: load a track first\"");
  assert_string_equal(fake_ask(f, "/deck/9/play \"#8\""), "/error /deck/9/play \"#8\" \"no deck 9: there are 4\"");
  fake_free(f);
}

static void
key_lock_and_pitch_are_limited_and_say_so(void** state)
{
  (void)state;
  Fake* const f = fake_new();
  fake_ask(f, "/deck/1/speed 0.5");
  fake_ask(f, "/deck/1/keylock 1"); // +12
  assert_string_equal(fake_ask(f, "/deck/1/pitch 0"), "/ok /deck/1/pitch");
  const char* const answer = fake_ask(f, "/deck/1/pitch 3");
  assert_non_null(strstr(answer, "/ok /deck/1/pitch \"limited to 12 semitones: pitch 3 and key lock 12 are 15"));
  assert_string_equal(fake_ask(f, "/deck/1/pitch -3"), "/ok /deck/1/pitch");
  assert_non_null(strstr(fake_ask(f, "/deck/1/speed 0.25"), "limited to 12"));
  assert_string_equal(fake_ask(f, "/deck/1/keylock 0"), "/ok /deck/1/keylock");
  fake_free(f);
}

static void
what_was_answered_is_read_at_once(void** state)
{
  (void)state;
  static const struct {
    const char *command, *state, *position;
  } steps[] = {
    {"/deck/1/seek 5", "cued", "5"},
    {"/deck/1/jump -1", "cued", "4"},
    {"/deck/1/cue", "cued", "4"}, // here is where the jump went
    {"/deck/1/cue 3", "cued", "3"},
    {"/deck/1/play", "playing", "3"},
    {"/deck/1/toggle", "paused", "3"},
    {"/deck/1/toggle", "playing", "3"},
    {"/deck/1/pause", "paused", "3"},
    {"/start 0 1", "playing", "3"},
    {"/deck/1/seek 50", "playing", "50"},
    {"/deck/1/stop", "cued", "3"},
    {"/deck/1/seek 7", "cued", "7"},
    {"/deck/1/cue/go", "cued", "3"},
    {"/stop", "cued", "3"},
    {"/deck/1/unload", "empty", "0"},
  };
  Fake* const f = fake_new();
  fake_load(f, 1);
  atomic_store(&f->levels.deck[0].state, DECK_LOADING); // being primed, and so it stays
  atomic_store(&f->levels.block, 256);
  for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); ++i) {
    char expected[100];
    fake_ask(f, steps[i].command);
    fake_forget(f);
    fake_ask(f, "/get /deck/1/{state,position}");
    assert_int_equal(f->nanswers, 3);
    snprintf(expected, sizeof(expected), "/value /deck/1/state %s", steps[i].state);
    assert_string_equal(f->answers[0], expected);
    snprintf(expected, sizeof(expected), "/value /deck/1/position %s", steps[i].position);
    assert_string_equal(f->answers[1], expected);
  }
  f->now += FAKE_RATE; // and then the levels are believed
  fake_forget(f);
  fake_ask(f, "/get /deck/1/state");
  assert_string_equal(f->answers[0], "/value /deck/1/state loading");
  fake_free(f);
}

static void
values_are_read_back(void** state)
{
  (void)state;
  static const char* const pairs[][3] = {
    {"/deck/1/fader 0.5", "/deck/1/fader", "0.5"},
    {"/deck/1/mute 1", "/deck/1/mute", "1"},
    {"/deck/1/assign b", "/deck/1/assign", "b"},
    {"/deck/1/eq/low -7.25", "/deck/1/eq/low", "-7.25"},
    {"/deck/1/eq/kill/mid 1", "/deck/1/eq/kill/mid", "1"},
    {"/deck/1/eq/mode isolator", "/deck/1/eq/mode", "1"},
    {"/deck/1/stem/3/gain -6", "/deck/1/stem/3/gain", "-6"},
    {"/deck/1/stem/3/gain -6", "/deck/1/stem/4/gain", "0"},
    {"/deck/1/stem/3/gain -6", "/deck/2/fader", "1"},
    {"/crossfader -0.5", "/crossfader", "-0.5"},
    {"/crossfader/curve cut", "/crossfader/curve", "cut"},
    {"/deck/1/cue 2.5", "/deck/1/cue", "2.5"},
    {"/deck/1/hotcue/4/set 1.25", "/deck/1/hotcue/4/set", "1.25"},
    {"/deck/1/loop 1 2", "/deck/1/loop", "1 2"},
    {"/deck/1/loop/enable 0", "/deck/1/loop/enable", "0"},
    {"/deck/1/repeat 1", "/deck/1/repeat", "1"},
    {"/deck/1/repeat 1", "/deck/1/length", "100"},
    {"/deck/1/repeat 1", "/deck/1/state", "cued"},
    {"/deck/1/repeat 1", "/deck/2/path", "\"\""},
    {"/deck/1/repeat 1", "/deck/1/position", "2.25"},
    {"/deck/1/repeat 1", "/deck/1/meter", "0 -200"},
  };
  Fake* const f = fake_new();
  fake_load(f, 1);
  atomic_store(&f->levels.deck[0].position, (int64_t)108000 << 32);
  for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); ++i) {
    char get[100];
    char expected[200];
    atomic_store(&f->levels.deck[0].meter.peak[0], 1.0f);
    fake_ask(f, pairs[i][0]);
    f->now += FAKE_RATE; // until the levels show it
    fake_forget(f);
    snprintf(get, sizeof(get), "/get %s", pairs[i][1]);
    snprintf(expected, sizeof(expected), "/value %s %s", pairs[i][1], pairs[i][2]);
    assert_string_equal(fake_ask(f, get), "/ok /get");
    assert_int_equal(f->nanswers, 2);
    assert_string_equal(f->answers[0], expected);
  }
  fake_free(f);
}

static void
patterns_read_many(void** state)
{
  (void)state;
  static const struct {
    const char* pattern;
    int         count;
  } patterns[] = {
    {"/deck/*/fader", 4},
    {"/deck/[1-2]/fader", 2},
    {"/deck/{1,4}/{fader,trim}", 4},
    {"/deck/?/eq/{low,mid,high}", 12},
    {"/deck/[!1]/mute", 3},
    {"/deck/*/stem/*/gain", 32},
    {"/crossfade[r]", 1},
    {"/*/gain", 4},
    {"/deck/*/hotcue/*/set", 0 + 0},
    {"/deck/1/m*", 2},
  };
  Fake* const f = fake_new();
  for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); ++i) {
    char get[100];
    fake_forget(f);
    snprintf(get, sizeof(get), "/get %s", patterns[i].pattern);
    assert_string_equal(fake_ask(f, get), "/ok /get");
    if (f->nanswers != patterns[i].count + 1) {
      fail_msg("%s gave %d values, expected %d", patterns[i].pattern, f->nanswers - 1, patterns[i].count);
    }
  }
  fake_free(f);
}

static void
a_ramp_is_seen_moving(void** state)
{
  (void)state;
  Fake* const f = fake_new();
  fake_ask(f, "/deck/1/trim -20");
  fake_ask(f, "/ramp /deck/1/trim 10 2");
  static const struct {
    double      seconds;
    const char* value;
  } points[]          = {{0.0, "-20"}, {0.5, "-12.5"}, {1.0, "-5"}, {2.0, "10"}, {9.0, "10"}};
  const int64_t begin = f->now;
  for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); ++i) {
    char expected[60];
    f->now = begin + (int64_t)(points[i].seconds * FAKE_RATE);
    snprintf(expected, sizeof(expected), "/value /deck/1/trim %s", points[i].value);
    fake_forget(f);
    fake_ask(f, "/get /deck/1/trim");
    assert_string_equal(f->answers[0], expected);
  }
  f->now = begin + FAKE_RATE; // a new one begins where the old one is: -5
  fake_ask(f, "/ramp /deck/1/trim 5 1");
  f->now += FAKE_RATE / 2;
  fake_forget(f);
  fake_ask(f, "/get /deck/1/trim");
  assert_string_equal(f->answers[0], "/value /deck/1/trim 0");
  fake_free(f);
}

static void
stats_have_their_keys(void** state)
{
  (void)state;
  static const char* const keys[] = {"rate 48000",
                                     "block",
                                     "cycles",
                                     "xruns 3",
                                     "late",
                                     "full_rings",
                                     "starves 2",
                                     "load",
                                     "load_worst",
                                     "budget",
                                     "cycle/mean",
                                     "cycle/p99",
                                     "cycle/max",
                                     "threads",
                                     "join/mean",
                                     "join/max",
                                     "stage/read/mean",
                                     "stage/pitch/p99",
                                     "stage/eq/max",
                                     "stage/inserts/mean",
                                     "stage/mix/mean",
                                     "deck/4/mean",
                                     "deck/4/p99",
                                     "deck/4/max",
                                     "deck/1/starves 2",
                                     "cache/used 12",
                                     "cache/size 256",
                                     "disk/rate"};
  Fake* const              f      = fake_new();
  atomic_store(&f->levels.xruns, 3);
  atomic_store(&f->levels.deck[0].starves, 2);
  fake_ask(f, "/stats");
  for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); ++k) {
    char   expected[60];
    bool   found = false;
    size_t n     = (size_t)snprintf(expected, sizeof(expected), "/stats/%s", keys[k]);
    for (int i = 0; i < f->nanswers; ++i) {
      found = found || (!strncmp(f->answers[i], expected, n) && (f->answers[i][n] == ' ' || !f->answers[i][n]));
    }
    if (!found) {
      fail_msg("no %s", expected);
    }
  }
  fake_free(f);
}

// Where key lock and pitch together want more than can be shifted the answer says so, of a ramp too.
static void
a_ramp_says_when_it_is_limited(void** state)
{
  (void)state;
  Fake* const f = fake_new();
  assert_string_equal(fake_ask(f, "/ramp /deck/1/speed 2.5 1"), "/ok /ramp"); // without key lock
  assert_string_equal(fake_ask(f, "/deck/1/speed 1"), "/ok /deck/1/speed");
  fake_ask(f, "/deck/1/keylock 1");
  assert_string_equal(fake_ask(f, "/ramp /deck/1/speed 0.5 1"), "/ok /ramp");
  assert_non_null(strstr(fake_ask(f, "/ramp /deck/1/pitch 1 1"), "/ok /ramp \"limited to 12 semitones"));
  assert_non_null(strstr(fake_ask(f, "/ramp /deck/1/speed 2.5 1"), "/ok /ramp \"limited to -12 semitones"));
  assert_string_equal(fake_ask(f, "/ramp /deck/1/trim -6 1"), "/ok /ramp");
  fake_free(f);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_command_is_answered_once_and_sent),
    cmocka_unit_test(seconds_become_frames_of_the_track),
    cmocka_unit_test(ids_come_back),
    cmocka_unit_test(key_lock_and_pitch_are_limited_and_say_so),
    cmocka_unit_test(values_are_read_back),
    cmocka_unit_test(what_was_answered_is_read_at_once),
    cmocka_unit_test(patterns_read_many),
    cmocka_unit_test(a_ramp_is_seen_moving),
    cmocka_unit_test(stats_have_their_keys),
    cmocka_unit_test(a_ramp_says_when_it_is_limited),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
