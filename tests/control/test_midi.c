// SPDX-License-Identifier: GPL-3.0-or-later
// Controllers give commands: at which frame, with which value, and what is shown on them of it.

#include "fake.h"

#include "control/midi.h"
#include "control/state.h"

#include <math.h>

static void
event(Fake* const f, const int64_t frame, const int a, const int b, const int c)
{
  const MidiEvent e = {frame, 3, {(uint8_t)a, (uint8_t)b, (uint8_t)c}};
  assert_true(ring_write(f->midi->in, &e));
}

/// Something is moved, and all that follows of it happens.
static void
move(Fake* const f, const int a, const int b, const int c)
{
  event(f, f->now, a, b, c);
  fake_turn(f);
  f->now += 4800;
  fake_turn(f);
}

static void
bound(Fake* const f, const char* const controller, const char* const address, const char* const options)
{
  char line[512];
  snprintf(line, sizeof(line), "/midi/bind \"%s\" %s%s%s%s", controller, address, *options ? " \"" : "", options,
           *options ? "\"" : "");
  const char* const answer = fake_ask(f, line);
  if (strcmp(answer, "/ok /midi/bind") != 0) {
    print_message("%s\n%s\n", line, answer);
    fail();
  }
}

static double
value(Fake* const f, const char* const address)
{
  char line[128];
  snprintf(line, sizeof(line), "/get %s", address);
  fake_ask(f, line);
  const char* const v = f->answers[f->nanswers - 2];
  assert_memory_equal(v, "/value ", 7);
  return atof(strrchr(v, ' ') + 1);
}

static Fake*
begin(void)
{
  Fake* const f = fake_new();
  atomic_store(&f->levels.block, 256);
  return f;
}

static void
test_at_its_frame(void** const state)
{
  (void)state;
  Fake* const f = begin();
  fake_load(f, 1);
  bound(f, "note 1 36", "/deck/1/play", "");
  bound(f, "note 1 37", "/deck/1/toggle", "");
  bound(f, "cc 1 70", "/deck/1/fader", "jump");
  assert_int_equal(value(f, "/midi/latency"), 256 + 144);
  const int64_t at = f->now - 77;
  event(f, at, 0x90, 36, 100);
  event(f, at + 3, 0xB0, 70, 64);
  event(f, at + 5, 0x90, 37, 1);
  event(f, at + 5, 0x80, 36, 0);
  const int before = f->nsent;
  fake_turn(f);
  assert_int_equal(f->nsent, before + 3);
  assert_int_equal(f->sent[before].kind, COMMAND_PLAY);
  assert_true(f->sent[before].at == at + 400);
  assert_int_equal(f->sent[before + 1].kind, COMMAND_PARAM);
  assert_true(f->sent[before + 1].at == at + 403);
  assert_true(f->sent[before + 1].param.value == 0.5f);
  assert_int_equal(f->sent[before + 2].kind, COMMAND_TOGGLE);
  assert_true(f->sent[before + 2].at == at + 405);
  f->now += 131; // seen later, and yet as long after
  event(f, at + 7, 0x90, 36, 1);
  fake_turn(f);
  assert_true(fake_last(f)->at == at + 407);
  atomic_store(&f->levels.ahead, 1000); // a limiter looks ahead: so much earlier it has to be known
  assert_int_equal(value(f, "/midi/latency"), 256 + 144 + 1000);
  fake_free(f);
}

static void
test_channels(void** const state)
{
  (void)state;
  Fake* const f = begin();
  bound(f, "cc 2 70", "/deck/1/trim", "0 10 jump");
  bound(f, "cc * 71", "/deck/2/trim", "0 10 jump");
  move(f, 0xB0, 70, 127);
  assert_true(value(f, "/deck/1/trim") == 0.0);
  move(f, 0xB1, 70, 127);
  assert_true(value(f, "/deck/1/trim") == 10.0);
  for (int ch = 0; ch < 16; ++ch) {
    move(f, 0xB0 | ch, 71, 8 * ch);
    assert_true(fabs(value(f, "/deck/2/trim") - 10.0 * midi_position((uint16_t)(8 * ch), 127)) < 1e-5);
  }
  fake_free(f);
}

static void
test_scaling(void** const state)
{
  (void)state;
  static const struct {
    const char* options;
    int         value;
    double      expected;
  } of[] = {
    {"0.5 2 jump", 0, 0.5},           {"0.5 2 jump", 127, 2.0},           {"0.5 2 jump", 64, 1.25},
    {"0.5 2 log jump", 64, 1.0},      {"0.5 2 log jump", 32, 0.70710678}, {"2 0.5 jump", 0, 2.0},
    {"2 0.5 log jump", 127, 0.5},     {"1 2 square jump", 64, 1.25},      {"1 2 exp jump", 64, 1.0 + 9.0 / 99.0},
    {"0.5 4 center 1 jump", 64, 1.0}, {"0.5 4 center 1 jump", 32, 0.75},  {"0.5 4 center 1 jump", 127, 4.0},
  };
  Fake* const f = begin();
  for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); ++i) {
    bound(f, "cc 1 70", "/deck/1/speed", of[i].options);
    move(f, 0xB0, 70, of[i].value);
    const double got = value(f, "/deck/1/speed");
    if (fabs(got - of[i].expected) > 1e-6) {
      print_message("%s at %d: %.9g, not %.9g\n", of[i].options, of[i].value, got, of[i].expected);
      fail();
    }
  }
  bound(f, "cc 1 71", "/crossfader", "jump"); // no range: the table's, its 0 in the middle
  move(f, 0xB0, 71, 64);
  assert_true(value(f, "/crossfader") == 0.0);
  bound(f, "cc 1 72", "/deck/1/eq/low", "jump");
  move(f, 0xB0, 72, 64);
  assert_true(value(f, "/deck/1/eq/low") == 0.0);
  move(f, 0xB0, 72, 0);
  assert_true(value(f, "/deck/1/eq/low") == -40.0);
  bound(f, "bend 1", "/deck/1/pitch", "-2 2 jump");
  move(f, 0xE0, 0, 0x40);
  assert_true(value(f, "/deck/1/pitch") == 0.0);
  move(f, 0xE0, 127, 127);
  assert_true(value(f, "/deck/1/pitch") == 2.0);
  bound(f, "cc14 1 16", "/deck/1/trim", "-10 10 jump");
  move(f, 0xB0, 16, 96);
  event(f, f->now, 0xB0, 16, 96);
  move(f, 0xB0, 48, 3);
  assert_true(fabs(value(f, "/deck/1/trim") - (-10.0 + 20.0 * midi_position(96 << 7 | 3, 16383))) < 1e-5);
  bound(f, "nrpn 1 1000", "/master/gain", "-20 0 jump");
  event(f, f->now, 0xB0, 99, 1000 >> 7);
  event(f, f->now, 0xB0, 98, 1000 & 127);
  event(f, f->now, 0xB0, 6, 64);
  move(f, 0xB0, 38, 0);
  assert_true(value(f, "/master/gain") == -10.0);
  bound(f, "cc 1 73", "/deck/1/assign", "");
  move(f, 0xB0, 73, 127);
  assert_string_equal(fake_ask(f, "/get /deck/1/assign") ? f->answers[f->nanswers - 2] : "", "/value /deck/1/assign b");
  fake_free(f);
}

static void
test_encoders(void** const state)
{
  (void)state;
  static const struct {
    const char* controller;
    int         up1, up3, down1, down2;
  } of[] = {{"cc-twos 1 70", 1, 3, 127, 126}, {"cc-sign 1 70", 1, 3, 65, 66}, {"cc-offset 1 70", 65, 67, 63, 62}};
  for (int i = 0; i < 3; ++i) {
    Fake* const f = begin();
    bound(f, of[i].controller, "/deck/1/trim", "-5 5 steps 100");
    move(f, 0xB0, 70, of[i].up1);
    assert_true(fabs(value(f, "/deck/1/trim") - 0.1) < 1e-5);
    move(f, 0xB0, 70, of[i].up3);
    assert_true(fabs(value(f, "/deck/1/trim") - 0.4) < 1e-5);
    move(f, 0xB0, 70, of[i].down1);
    move(f, 0xB0, 70, of[i].down2);
    assert_true(fabs(value(f, "/deck/1/trim") - 0.1) < 1e-5);
    fake_ask(f, "/deck/1/trim 4.95"); // from where it is, whoever moved it
    move(f, 0xB0, 70, of[i].up3);
    assert_true(value(f, "/deck/1/trim") == 5.0);
    for (int k = 0; k < 10; ++k) { // ten at once are ten
      event(f, f->now + k, 0xB0, 70, of[i].down1);
    }
    fake_turn(f);
    f->now += 4800;
    fake_turn(f);
    assert_true(fabs(value(f, "/deck/1/trim") - 4.0) < 1e-5);
    bound(f, of[i].controller, "/deck/1/jump", "-0.5 0.25"); // can't be read: told by how much
    fake_load(f, 1);
    fake_free(f);
  }
}

static void
test_pickup(void** const state)
{
  (void)state;
  Fake* const f = begin();
  bound(f, "cc 1 70", "/deck/1/fader", ""); // picked up if nothing is said
  assert_true(value(f, "/deck/1/fader") == 1.0);
  move(f, 0xB0, 70, 20);
  move(f, 0xB0, 70, 100);
  assert_true(value(f, "/deck/1/fader") == 1.0); // no jump
  move(f, 0xB0, 70, 127);
  move(f, 0xB0, 70, 64);
  assert_true(value(f, "/deck/1/fader") == 0.5); // it has it
  move(f, 0xB0, 70, 32);
  assert_true(value(f, "/deck/1/fader") == 0.25);
  fake_ask(f, "/deck/1/fader 0.75"); // somebody else takes it
  move(f, 0xB0, 70, 40);
  assert_true(value(f, "/deck/1/fader") == 0.75);
  move(f, 0xB0, 70, 90);
  assert_true(value(f, "/deck/1/fader") == 0.75);
  move(f, 0xB0, 70, 100); // passes by
  assert_true(fabs(value(f, "/deck/1/fader") - midi_position(100, 127)) < 1e-6);
  bound(f, "cc 1 71", "/crossfader", "");
  move(f, 0xB0, 71, 64);
  fake_forget(f);
  for (int i = 0; i < 100; ++i) { // faster than values are read: no gap
    event(f, f->now + i, 0xB0, 71, 100 - i);
  }
  fake_turn(f);
  assert_int_equal(f->nsent, 100);
  for (int i = 1; i < 100; ++i) {
    assert_true(f->sent[i].param.value < f->sent[i - 1].param.value && f->sent[i].at == f->sent[i - 1].at + 1);
  }
  fake_free(f);
}

static void
test_buttons(void** const state)
{
  (void)state;
  Fake* const f = begin();
  bound(f, "note 1 36", "/deck/1/mute", "");
  bound(f, "note 1 37", "/deck/1/pfl", "momentary");
  bound(f, "note 1 38", "/deck/1/fader", "1 0.25 momentary");
  bound(f, "cc 1 70", "/deck/2/mute", "");
  bound(f, "note 1 39", "/deck/3/fader", "= 0.5");
  bound(f, "note 1 40", "/deck/1/eq/set", "= low_freq 300");
  bound(f, "cc 1 71", "/deck/1/eq/set", "40 1000 log = low_freq value");
  bound(f, "note 1 41", "/deck/2/fader", "0 1 toggle");
  for (int i = 1; i < 4; ++i) {
    move(f, 0x90, 36, 100);
    move(f, 0x80, 36, 0);
    assert_true(value(f, "/deck/1/mute") == i % 2);
  }
  event(f, f->now, 0x90, 36, 1); // twice before the first is done
  event(f, f->now + 1, 0x90, 36, 0);
  event(f, f->now + 2, 0x90, 36, 1);
  move(f, 0x90, 36, 0);
  assert_true(value(f, "/deck/1/mute") == 1);
  move(f, 0x90, 37, 100);
  assert_true(value(f, "/deck/1/pfl") == 1);
  move(f, 0x90, 37, 0);
  assert_true(value(f, "/deck/1/pfl") == 0);
  move(f, 0x90, 38, 100);
  assert_true(value(f, "/deck/1/fader") == 0.25);
  move(f, 0x80, 38, 0);
  assert_true(value(f, "/deck/1/fader") == 1);
  move(f, 0xB0, 70, 127);
  move(f, 0xB0, 70, 0);
  assert_true(value(f, "/deck/2/mute") == 1);
  move(f, 0xB0, 70, 127); // one that tells presses only
  move(f, 0xB0, 70, 127);
  move(f, 0xB0, 70, 127);
  assert_true(value(f, "/deck/2/mute") == 0);
  for (int v = 1; v < 120; ++v) { // a knob on its way presses nothing again
    move(f, 0xB0, 70, v);
  }
  assert_true(value(f, "/deck/2/mute") == 0);
  move(f, 0x90, 39, 1);
  assert_true(value(f, "/deck/3/fader") == 0.5);
  move(f, 0x90, 40, 1);
  assert_int_equal(fake_last(f)->kind, COMMAND_PORT);
  assert_true(fake_last(f)->port.value == 300.0f);
  move(f, 0xB0, 71, 64);
  assert_true(fabsf(fake_last(f)->port.value - 200.0f) < 1e-3f);
  move(f, 0x90, 41, 1);
  assert_true(value(f, "/deck/2/fader") == 0.0);
  move(f, 0x90, 41, 1);
  assert_true(value(f, "/deck/2/fader") == 1.0);
  fake_free(f);
}

static int
shown(Fake* const f, MidiEvent* const out)
{
  MidiEvent e;
  int       n = 0;
  while (ring_read(f->midi->out, &e)) {
    *out = e;
    ++n;
  }
  return n;
}

static void
later(Fake* const f, const int ms)
{
  for (int i = 0; i < ms; i += 5) {
    f->now += 240;
    fake_turn(f);
  }
}

static void
test_lights_and_motors(void** const state)
{
  (void)state;
  Fake* const f = begin();
  MidiEvent   e;
  fake_load(f, 1);
  bound(f, "note 2 36", "/deck/1/toggle", "on 100 off 3");
  later(f, 30);
  assert_int_equal(shown(f, &e), 1);
  assert_int_equal(e.byte[0], 0x91);
  assert_int_equal(e.byte[1], 36);
  assert_int_equal(e.byte[2], 3);
  assert_true(e.frame >= f->now - 30 * 48);
  atomic_store(&f->levels.deck[0].state, DECK_PLAYING);
  later(f, 30);
  assert_int_equal(shown(f, &e), 1);
  assert_int_equal(e.byte[2], 100);
  later(f, 100);
  assert_int_equal(shown(f, &e), 0); // once
  bound(f, "bend 3", "/deck/1/fader", "jump");
  bound(f, "cc14 1 16", "/deck/2/fader", "");
  bound(f, "cc 1 90", "/deck/2/fader", "out");
  later(f, 40);
  assert_int_equal(shown(f, &e), 4);
  fake_ask(f, "/deck/1/fader 0.5");
  later(f, 40);
  assert_int_equal(shown(f, &e), 1);
  assert_int_equal(e.byte[0], 0xE2);
  assert_int_equal(e.byte[1], 0);
  assert_int_equal(e.byte[2], 0x40);
  move(f, 0xE2, 0, 0x20); // by hand: nothing to be told
  later(f, 1000);
  assert_true(value(f, "/deck/1/fader") == 0.25);
  assert_int_equal(shown(f, &e), 0);
  move(f, 0xE2, 0, 0x30);
  fake_ask(f, "/deck/1/fader 1"); // somebody takes it while the hand is there
  later(f, 100);
  assert_int_equal(shown(f, &e), 0);
  later(f, 300);
  assert_int_equal(shown(f, &e), 1); // the motor goes there then
  assert_int_equal(e.byte[2], 0x7F);
  move(f, 0xB0, 90, 5); // shown only
  assert_true(value(f, "/deck/2/fader") == 1.0);
  atomic_fetch_add(&f->midi->listeners, 1); // a controller is connected: it is told all
  later(f, 60);
  assert_int_equal(shown(f, &e), 5);
  fake_free(f);
}

static void
test_a_loop_of_cable(void** const state)
{
  (void)state;
  Fake* const f = begin();
  MidiEvent   e;
  fake_load(f, 1);
  bound(f, "note 1 36", "/deck/1/mute", "");
  bound(f, "cc 1 70", "/deck/1/fader", "jump");
  bound(f, "cc 1 71", "/deck/1/fader", "jump");
  int messages = 0;
  for (int i = 0; i < 400; ++i) { // all that goes out comes in again
    f->now += 240;
    fake_turn(f);
    for (const MidiEvent* due; (due = ring_peek(f->midi->out)) && due->frame < f->now;) {
      ring_read(f->midi->out, &e);
      ++messages;
      event(f, e.frame + 256 * (i % 3), e.byte[0], e.byte[1], e.byte[2]);
    }
    if (i == 100) {
      fake_say(f, "/deck/1/mute 1");
    } else if (i == 200) {
      event(f, f->now, 0xB0, 70, 30);
    }
  }
  assert_true(messages >= 4 && messages < 12);
  assert_true(value(f, "/deck/1/mute") == 1.0);
  assert_true(fabs(value(f, "/deck/1/fader") - midi_position(30, 127)) < 1e-6);
  assert_true(f->control->midi->echoes > 0);
  fake_free(f);
}

static void
test_many_lights_are_paced(void** const state)
{
  (void)state;
  Fake* const f = begin();
  char        controller[32];
  MidiEvent   e;
  int64_t     before = 0;
  int         n      = 0;
  for (int i = 0; i < 128; ++i) {
    snprintf(controller, sizeof(controller), "note 1 %d", i);
    bound(f, controller, "/deck/1/mute", "");
  }
  later(f, 300);
  for (; ring_read(f->midi->out, &e); ++n) {
    assert_true(e.frame >= before + 24); // 0.5 ms
    before = e.frame;
  }
  assert_int_equal(n, 128);
  fake_free(f);
}

static void
test_learn(void** const state)
{
  (void)state;
  Fake* const f = begin();
  assert_string_equal(fake_ask(f, "/midi/learn /deck/1/fader"), "/ok /midi/learn");
  fake_ask(f, "/get /midi/learn");
  assert_string_equal(f->answers[f->nanswers - 2], "/value /midi/learn /deck/1/fader");
  move(f, 0x80, 5, 0); // released, not moved
  move(f, 0xB3, 7, 60);
  fake_ask(f, "/midi/map");
  assert_string_equal(f->answers[f->nanswers - 2], "/midi/map \"cc 4 7\" /deck/1/fader \"0 1 pickup\"");
  assert_true(value(f, "/deck/1/fader") == 1.0);
  move(f, 0xB3, 7, 64); // the hand that teaches has it
  assert_true(value(f, "/deck/1/fader") == 0.5);
  fake_ask(f, "/midi/learn /deck/1/speed 0.92 1.08");
  event(f, f->now, 0xB0, 40, 9); // 14 bits, the low half first
  move(f, 0xB0, 8, 70);
  fake_ask(f, "/midi/map");
  assert_string_equal(f->answers[f->nanswers - 2], "/midi/map \"cc14 1 8\" /deck/1/speed \"0.92 1.08 pickup\"");
  fake_ask(f, "/midi/learn /deck/1/toggle");
  move(f, 0x99, 36, 9);
  fake_ask(f, "/midi/map");
  assert_string_equal(f->answers[f->nanswers - 2], "/midi/map \"note 10 36\" /deck/1/toggle \"\"");
  fake_ask(f, "/midi/learn /crossfader");
  event(f, f->now, 0xB0, 99, 2);
  event(f, f->now, 0xB0, 98, 3);
  event(f, f->now, 0xB0, 6, 3);
  move(f, 0xB0, 38, 3);
  fake_ask(f, "/midi/map");
  assert_string_equal(f->answers[f->nanswers - 2], "/midi/map \"nrpn 1 259\" /crossfader \"-1 1 center 0 pickup\"");
  fake_ask(f, "/midi/learn /deck/2/fader"); // what is moved does something else now
  move(f, 0xB3, 7, 60);
  assert_string_equal(fake_ask(f, "/midi/forget /deck/1/fader"),
                      "/error /midi/forget \"nothing is bound to /deck/1/fader\"");
  assert_string_equal(fake_ask(f, "/midi/forget /deck/2/fader"), "/ok /midi/forget 1");
  fake_ask(f, "/midi/learn /deck/1/trim");
  assert_string_equal(fake_ask(f, "/midi/forget /deck/1/trim"), "/ok /midi/forget 0"); // not learned any more
  move(f, 0xB3, 9, 60);
  assert_non_null(strstr(fake_ask(f, "/midi/learn /deck/1/fadr"), "/error"));
  assert_non_null(strstr(fake_ask(f, "/midi/learn /deck/1/fader 0 2"), "0 .. 1"));
  assert_non_null(strstr(fake_ask(f, "/midi/learn /deck/1/fader 0"), "two numbers"));
  assert_non_null(strstr(fake_ask(f, "/midi/learn /deck/1/seek"), "needs a range"));
  fake_free(f);
}

static void
test_what_cannot_be_done(void** const state)
{
  (void)state;
  Fake* const f = begin();
  bound(f, "cc 1 70", "/deck/9/fader", "jump"); // may be added
  for (int i = 0; i < 50; ++i) {
    move(f, 0xB0, 70, i);
  }
  assert_int_equal(f->control->midi->refused, 50);
  event(f, f->now, 0xB0, 200, 1);
  fake_turn(f);
  assert_int_equal(f->control->midi->parser.malformed, 1);
  fake_free(f);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_at_its_frame),
    cmocka_unit_test(test_channels),
    cmocka_unit_test(test_scaling),
    cmocka_unit_test(test_encoders),
    cmocka_unit_test(test_pickup),
    cmocka_unit_test(test_buttons),
    cmocka_unit_test(test_lights_and_motors),
    cmocka_unit_test(test_a_loop_of_cable),
    cmocka_unit_test(test_many_lights_are_paced),
    cmocka_unit_test(test_learn),
    cmocka_unit_test(test_what_cannot_be_done),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
