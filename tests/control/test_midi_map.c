// SPDX-License-Identifier: GPL-3.0-or-later
// Map files: what is read is what is written, mistakes are named, the ready maps are good, sessions hold the map.

#include "fake.h"

#include "control/midi.h"
#include "control/state.h"

#include <math.h>

static const MidiBinder nobody = {NULL, NULL, NULL};

static void
test_written_as_read(void** const state)
{
  (void)state;
  static const char* const lines[][3] = {
    {"cc 1 7", "/deck/1/fader", "0 1 pickup"},
    {"cc * 127", "/deck/64/fader", "1 0.25 exp jump"},
    {"cc14 16 31", "/deck/1/speed", "0.92 1.08 log jump silent"},
    {"bend 9", "/crossfader", "-1 1 center 0.5 pickup"},
    {"nrpn 1 16382", "/master/gain", "-20 0 square pickup"},
    {"rpn 2 5", "/deck/1/trim", "-1 1 jump"},
    {"cc-twos 1 20", "/deck/1/jump", "-0.02 0.02"},
    {"cc-sign 1 20", "/deck/1/pitch", "-12 12 center 0 steps 24"},
    {"cc-offset 1 20", "/deck/1/assign", "0 2"},
    {"note 1 36", "/deck/1/mute", "0 1 toggle on 100 off 3"},
    {"note 1 36", "/deck/1/mute", "0 1 momentary"},
    {"note 1 36", "/deck/1/fader", "0 1 follow pickup"},
    {"note 1 36", "/deck/1/toggle", ""},
    {"note 1 36", "/deck/1/loop", "= 0 4"},
    {"note 1 36", "/deck/1/assign", "= a"},
    {"cc 1 36", "/deck/1/eq/set", "80 800 log = low_freq value"},
    {"note 1 36", "/ramp", "= /deck/1/fader 0.5 4"},
    {"note 1 36", "/deck/2/load", "= \"/a b/\\\"c\\\" #1.wav\" 3"},
    {"note 1 36", "/start", "= 0 1 2"},
    {"cc 1 90", "/deck/1/meter", "-48 0 out"},
    {"note 1 90", "/deck/1/state", "on 5 out"},
  };
  for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); ++i) {
    Binding b;
    Error   error = {""};
    char    controller[MAX_BOUND_TEXT];
    char    options[MAX_BOUND_TEXT];
    if (binding_read(&b, lines[i][0], lines[i][1], lines[i][2], &nobody, &error)) {
      print_message("%s %s %s: %s\n", lines[i][0], lines[i][1], lines[i][2], error.text);
      fail();
    }
    binding_controller(&b, controller, sizeof(controller));
    binding_options(&b, options, sizeof(options));
    assert_string_equal(controller, lines[i][0]);
    assert_string_equal(b.address, lines[i][1]);
    assert_string_equal(options, lines[i][2]);
    binding_clear(&b);
  }
}

static void
test_mistakes_are_named(void** const state)
{
  (void)state;
  static const char* const lines[][4] = {
    {"knob 1 7", "/deck/1/fader", "", "cc14"},
    {"cc 0 7", "/deck/1/fader", "", "1 .. 16"},
    {"cc 17 7", "/deck/1/fader", "", "1 .. 16"},
    {"cc 1 128", "/deck/1/fader", "", "0 .. 127"},
    {"cc 1", "/deck/1/fader", "", "needs a number"},
    {"cc 1 7 9", "/deck/1/fader", "", "nothing after"},
    {"cc14 1 32", "/deck/1/fader", "", "0 .. 31"},
    {"bend 1 3", "/deck/1/fader", "", "has no number"},
    {"", "/deck/1/fader", "", "a controller is"},
    {"cc 1 7", "/deck/1/fadr", "", "fader"},
    {"cc 1 7", "/deck/65/fader", "", "deck"},
    {"cc 1 7", "/deck/1/fader", "0", "two numbers"},
    {"cc 1 7", "/deck/1/fader", "0 2", "0 .. 1"},
    {"cc 1 7", "/deck/1/fader", "1 1", "none"},
    {"cc 1 7", "/deck/1/fader", "0 1 logg", "no option"},
    {"cc 1 7", "/deck/1/fader", "pickup 0 1", "comes first"},
    {"cc 1 7", "/deck/1/fader", "0 1 log", "one side of 0"},
    {"cc 1 7", "/deck/1/fader", "0 1 center 2", "between"},
    {"cc 1 7", "/deck/1/fader", "0 1 center", "needs a number"},
    {"cc 1 7", "/deck/1/speed", "0.5 2 center 1 log", "linear"},
    {"cc 1 7", "/deck/1/fader", "on 128", "0 .. 127"},
    {"cc-twos 1 7", "/deck/1/toggle", "", "encoder"},
    {"cc-twos 1 7", "/deck/1/mute", "toggle", "encoder"},
    {"cc-twos 1 7", "/deck/1/fader", "steps 0", "steps"},
    {"cc 1 7", "/deck/1/seek", "", "needs a range"},
    {"cc 1 7", "/deck/1/toggle", "0 1", "no value"},
    {"cc 1 7", "/deck/1/toggle", "momentary", "on press"},
    {"note 1 7", "/deck/1/mute", "pickup", "pickup"},
    {"note 1 7", "/deck/1/eq/set", "", "after ="},
    {"note 1 7", "/deck/1/eq/set", "= low_freq", "expects"},
    {"note 1 7", "/deck/1/eq/set", "0 1 = value value", "one value"},
    {"note 1 7", "/deck/1/load", "= value", "isn't a number"},
    {"note 1 7", "/deck/1/fader", "= 3", "0 .. 1"},
    {"note 1 7", "/deck/1/meter", "", "out"},
    {"note 1 7", "/help", "", "nothing to do"},
    {"note 1 7", "/start", "= 1 2 3 4 5 6 7 8 9", "more than"},
    {"note 1 7", "/ramp", "= \"/deck/1/fader", "quote"},
  };
  for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); ++i) {
    Binding b;
    Error   error = {""};
    if (!binding_read(&b, lines[i][0], lines[i][1], lines[i][2], &nobody, &error) || !strstr(error.text, lines[i][3])) {
      print_message("%s %s %s: \"%s\"\n", lines[i][0], lines[i][1], lines[i][2], error.text);
      fail();
    }
  }
}

static void
test_files(void** const state)
{
  (void)state;
  Fake* const f = fake_new();
  char        path[256];
  char        line[600];
  fake_write(f, "a.map",
             "# mine\r\n\r\n  cc 1 7   /deck/1/fader\t0 1 # a fader\n"
             "note 1 3 /deck/1/load = \"b #1.wav\"\n"
             "cc 1 8 /deck/2/fader",
             path);
  snprintf(line, sizeof(line), "/midi/load %s", path);
  assert_non_null(strstr(fake_ask(f, line), "/ok /midi/load 3 "));
  fake_ask(f, "/midi/map");
  snprintf(line, sizeof(line), "/midi/map \"note 1 3\" /deck/1/load \"= \\\"%s/b #1.wav\\\"\"", f->folder);
  assert_string_equal(f->answers[f->nanswers - 3], line); // beside the map
  fake_write(f, "b.map", "cc 1 7 /deck/1/fader\n\ncc 1 8 /deck/1/nothing\n", path);
  snprintf(line, sizeof(line), "/midi/load %s", path);
  assert_non_null(strstr(fake_ask(f, line), "b.map:3: "));
  assert_string_equal(fake_ask(f, "/midi/map"), "/ok /midi/map 3"); // as it was
  fake_write(f, "c.map", "cc 1 7\n", path);
  snprintf(line, sizeof(line), "/midi/load %s", path);
  assert_non_null(strstr(fake_ask(f, line), "c.map:1: a line is"));
  assert_non_null(strstr(fake_ask(f, "/midi/load /nowhere/x.map"), "can't open"));
  snprintf(line, sizeof(line), "/midi/save %s/d.map", f->folder);
  fake_say(f, "%s", line);
  const int before = f->nanswers;
  for (int i = 0; i < 5000 && f->nanswers == before; ++i) {
    fake_turn(f);
    usleep(1000);
  }
  assert_string_equal(f->answers[f->nanswers - 1], "/ok /midi/save 3");
  assert_string_equal(fake_ask(f, "/midi/clear"), "/ok /midi/clear 3");
  snprintf(line, sizeof(line), "/midi/load %s/d.map", f->folder);
  assert_non_null(strstr(fake_ask(f, line), "/ok /midi/load 3 "));
  fake_free(f);
}

/// A session brings back the very map, and one without any brings none.
static void
test_sessions(void** const state)
{
  (void)state;
  Fake* const f = fake_new();
  char        path[256];
  char        line[600];
  fake_ask(f, "/midi/bind \"cc 1 7\" /deck/1/fader \"0.25 1 exp\"");
  fake_ask(f, "/midi/bind \"note 1 3\" /deck/1/load \"= \\\"/a \\\\\\\"b\\\\\\\".wav\\\" 2\"");
  fake_ask(f, "/midi/bind \"note 1 4\" /deck/1/toggle");
  fake_ask(f, "/midi/map");
  char* const first  = strdup(f->answers[f->nanswers - 4]);
  char* const second = strdup(f->answers[f->nanswers - 3]);
  Error       error;
  snprintf(path, sizeof(path), "%s/s.session", f->folder);
  assert_int_equal(control_save_session(f->control, path, &error), STATUS_OK);
  fake_ask(f, "/midi/clear");
  fake_ask(f, "/midi/bind \"cc 9 9\" /crossfader");
  snprintf(line, sizeof(line), "/session/load %s", path);
  assert_non_null(strstr(fake_ask(f, line), "/ok /session/load"));
  assert_string_equal(fake_ask(f, "/midi/map"), "/ok /midi/map 3");
  assert_string_equal(f->answers[f->nanswers - 4], first);
  assert_string_equal(f->answers[f->nanswers - 3], second);
  fake_write(f, "empty.session", "/deck/1/fader 0.5\n", path);
  snprintf(line, sizeof(line), "/session/load %s", path);
  fake_ask(f, line);
  assert_string_equal(fake_ask(f, "/midi/map"), "/ok /midi/map 0");
  free(first);
  free(second);
  fake_free(f);
}

static void
test_remote_clients_name_no_files(void** const state)
{
  (void)state;
  Fake* const      f      = fake_new();
  const Sender     remote = {.kind = SENDER_UDP, .remote = true};
  const MidiBinder by     = {f->control, &remote, NULL};
  Binding          b;
  Error            error;
  assert_int_not_equal(binding_read(&b, "note 1 1", "/deck/1/load", "= /etc/passwd", &by, &error), STATUS_OK);
  fake_free(f);
}

static void
test_ready_maps(void** const state)
{
  (void)state;
  static const char* const names[] = {"two-channel", "pad-grid", "motor-faders"};
  for (int i = 0; i < 3; ++i) {
    Fake* const f      = fake_new();
    const char* source = getenv("DECKHOST_SOURCE");
    char        line[2000];
    snprintf(line, sizeof(line), "/midi/load \"%s/presets/midi/%s.map\"", source ? source : LV2_BUILD_DIR "/../..",
             names[i]);
    const char* const answer = fake_ask(f, line);
    if (strncmp(answer, "/ok", 3) != 0) {
      print_message("%s\n", answer);
      fail();
    }
    char* const text = map_text(&f->control->midi->map); // what is saved of it is the same
    MidiMap     again;
    Error       error;
    assert_int_equal(map_read(&again, text, "again", &nobody, &error), STATUS_OK);
    assert_int_equal(again.count, f->control->midi->map.count);
    for (int k = 0; k < again.count; ++k) {
      char a[MAX_BOUND_TEXT];
      char b[MAX_BOUND_TEXT];
      binding_options(&again.of[k], a, sizeof(a));
      binding_options(&f->control->midi->map.of[k], b, sizeof(b));
      assert_string_equal(a, b);
    }
    map_clear(&again);
    free(text);
    fake_free(f);
  }
}

static void
test_damaged_maps(void** const state)
{
  (void)state;
  static const char good[] = "cc 1 7 /deck/1/fader 0 1 exp pickup\nnote * 36 /deck/2/toggle on 100 off 3\n"
                             "cc-twos 1 20 /deck/1/jump -1 1\ncc 1 3 /deck/1/eq/set 40 900 log = low_freq value # x\n"
                             "note 1 5 /deck/1/load = \"a \\\"b\\\".wav\" 2\nbend 3 /crossfader -1 1 center 0\n";
  static const char odd[]  = "\"\\#/=*0919-.e \t\n\r\x01\xff";
  uint32_t          chance = 7;
  int               taken  = 0;
  for (int i = 0; i < 20000; ++i) {
    char    text[sizeof(good)];
    MidiMap m = {NULL, 0, 0};
    Error   error;
    memcpy(text, good, sizeof(good));
    for (int k = 0; k <= i % 4; ++k) {
      chance                                   = chance * 1664525u + 1013904223u;
      text[(chance >> 8) % (sizeof(good) - 1)] = odd[(chance >> 24) % (sizeof(odd) - 1)];
    }
    if (!map_read(&m, text, "damaged", &nobody, &error)) {
      char* const again = map_text(&m); // what is taken can be written and read again
      MidiMap     n;
      assert_int_equal(map_read(&n, again, "again", &nobody, &error), STATUS_OK);
      assert_int_equal(n.count, m.count);
      map_clear(&n);
      free(again);
      ++taken;
    }
    map_clear(&m);
  }
  assert_true(taken > 1000 && taken < 19000);
}

static void
test_scales(void** const state)
{
  (void)state;
  const Scale scales[] = {
    {0, 1, 0, false, SHAPE_LINEAR},  {1, 0, 0, false, SHAPE_EXP}, {40, 16000, 0, false, SHAPE_LOG},
    {-2, -0.5, 0, false, SHAPE_LOG}, {-40, 12, 0, true, 0},       {12, -40, 0, true, 0},
    {-3, 5, 0, false, SHAPE_SQUARE}};
  for (size_t i = 0; i < sizeof(scales) / sizeof(scales[0]); ++i) {
    const Scale* const s      = &scales[i];
    double             before = s->low;
    assert_int_equal(scale_check(s, NULL), STATUS_OK);
    assert_true(scale_value(s, 0.0) == s->low && scale_value(s, 1.0) == s->high);
    assert_true(scale_position(s, s->low) == 0.0 && scale_position(s, s->high) == 1.0);
    for (int k = 1; k <= 1000; ++k) {
      const double v = scale_value(s, k / 1000.0);
      assert_true((v > before) == (s->high > s->low));
      assert_true(fabs(scale_position(s, v) - k / 1000.0) < 1e-9);
      before = v;
    }
    const double beyond = s->high + (s->high - s->low);
    assert_true(scale_position(s, beyond) == 1.0 && scale_position(s, s->low - (s->high - s->low)) == 0.0);
  }
  assert_true(fabs(20.0 * log10(scale_value(&(Scale){0, 1, 0, false, SHAPE_EXP}, 0.5)) - -20.83) < 0.01);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_written_as_read),
    cmocka_unit_test(test_mistakes_are_named),
    cmocka_unit_test(test_files),
    cmocka_unit_test(test_sessions),
    cmocka_unit_test(test_remote_clients_name_no_files),
    cmocka_unit_test(test_ready_maps),
    cmocka_unit_test(test_scales),
    cmocka_unit_test(test_damaged_maps),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
