// SPDX-License-Identifier: GPL-3.0-or-later
// MIDI messages become moves: halves in either order, parameters, and nothing of what is no message.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "control/midi_parser.h"

#include <math.h>
#include <stdlib.h>

enum { RATE = 48000, HOLD = 192, KEPT = 64 };

typedef struct {
  MidiParser parser;
  MidiMove   moves[KEPT];
  int        n;
} Stage;

static void
keep(void* const data, const MidiMove* const m)
{
  Stage* const s = data;
  assert_true(m->value <= m->top && m->channel < 16 && m->number < 16384 && m->kind < MIDI_KINDS);
  if (s->n < KEPT) {
    s->moves[s->n++] = *m;
  }
}

static Stage
begin(void)
{
  Stage s = {.n = 0};
  midi_parser_init(&s.parser, RATE);
  return s;
}

static void
take(Stage* const s, const int64_t frame, const int a, const int b, const int c)
{
  const MidiEvent e = {frame, 3, {(uint8_t)a, (uint8_t)b, (uint8_t)c}};
  midi_parser_take(&s->parser, &e, keep, s);
}

static void
cc(Stage* const s, const int64_t frame, const int number, const int value)
{
  take(s, frame, 0xB2, number, value);
}

/// The last move of a kind, NULL: there was none.
static const MidiMove*
last(const Stage* const s, const MidiKind kind)
{
  for (int i = s->n; i-- > 0;) {
    if (s->moves[i].kind == kind) {
      return &s->moves[i];
    }
  }
  return NULL;
}

static int
count(const Stage* const s, const MidiKind kind)
{
  int n = 0;
  for (int i = 0; i < s->n; ++i) {
    n += s->moves[i].kind == kind;
  }
  return n;
}

static void
test_notes_and_bend(void** const state)
{
  (void)state;
  Stage s = begin();
  take(&s, 5, 0x93, 60, 100);
  assert_int_equal(s.n, 1);
  assert_int_equal(s.moves[0].kind, MIDI_NOTE);
  assert_int_equal(s.moves[0].channel, 3);
  assert_int_equal(s.moves[0].number, 60);
  assert_int_equal(s.moves[0].value, 100);
  assert_int_equal(s.moves[0].frame, 5);
  assert_true(s.moves[0].press);
  take(&s, 6, 0x93, 60, 0); // as good as off
  assert_false(s.moves[1].press);
  take(&s, 7, 0x83, 60, 64);
  assert_false(s.moves[2].press);
  assert_int_equal(s.moves[2].value, 0);
  take(&s, 8, 0xE0, 0x7F, 0x7F);
  assert_int_equal(s.moves[3].kind, MIDI_BEND);
  assert_int_equal(s.moves[3].value, 16383);
  take(&s, 9, 0xE0, 0, 0x40);
  assert_int_equal(s.moves[4].value, 8192);
  assert_int_equal(s.parser.malformed, 0);
}

static void
test_high_half_first(void** const state)
{
  (void)state;
  Stage s = begin();
  cc(&s, 100, 16, 64);
  assert_null(last(&s, MIDI_CC14)); // its other half may come
  cc(&s, 101, 48, 3);
  assert_int_equal(count(&s, MIDI_CC14), 1);
  assert_int_equal(last(&s, MIDI_CC14)->value, 64 << 7 | 3);
  assert_int_equal(last(&s, MIDI_CC14)->frame, 101);
  assert_int_equal(last(&s, MIDI_CC14)->number, 16);
  assert_false(last(&s, MIDI_CC14)->alone);
  cc(&s, 200, 48, 5); // fine only
  assert_int_equal(count(&s, MIDI_CC14), 1);
  midi_parser_wait(&s.parser, 200 + HOLD - 1, keep, &s);
  assert_int_equal(count(&s, MIDI_CC14), 1);
  midi_parser_wait(&s.parser, 200 + HOLD, keep, &s);
  assert_int_equal(count(&s, MIDI_CC14), 2);
  assert_int_equal(last(&s, MIDI_CC14)->value, 64 << 7 | 5);
  assert_int_equal(last(&s, MIDI_CC14)->frame, 200 + HOLD);
  cc(&s, 1000, 16, 65); // high only: the low one is 0, as the standard has it
  midi_parser_wait(&s.parser, 5000, keep, &s);
  assert_int_equal(last(&s, MIDI_CC14)->value, 65 << 7);
  assert_int_equal(count(&s, MIDI_CC), 4); // each half by itself as well
}

static void
test_low_half_first(void** const state)
{
  (void)state;
  Stage s = begin();
  for (int i = 0; i < 10; ++i) {
    cc(&s, 100 + 10 * i, 32, 127 - i);
    cc(&s, 101 + 10 * i, 0, 10 + i);
    assert_int_equal(count(&s, MIDI_CC14), i + 1);
    assert_int_equal(last(&s, MIDI_CC14)->value, (10 + i) << 7 | (127 - i));
  }
}

static void
test_never_a_step_back_on_the_way_up(void** const state)
{
  (void)state;
  for (int order = 0; order < 2; ++order) {
    Stage s      = begin();
    int   before = -1;
    for (int v = 0; v < 16384; v += 37) {
      s.n = 0;
      cc(&s, v * 10, order ? 39 : 7, order ? v & 127 : v >> 7);
      cc(&s, v * 10 + 1, order ? 7 : 39, order ? v >> 7 : v & 127);
      assert_int_equal(count(&s, MIDI_CC14), 1);
      assert_true(last(&s, MIDI_CC14)->value > before);
      before = last(&s, MIDI_CC14)->value;
      assert_int_equal(before, v);
    }
  }
}

static void
test_coarse_only_has_the_whole_range(void** const state)
{
  (void)state;
  Stage s = begin();
  cc(&s, 0, 7, 127);
  cc(&s, 5, 7, 126); // the next one comes before it waited long enough
  assert_int_equal(last(&s, MIDI_CC14)->value, 127);
  assert_int_equal(last(&s, MIDI_CC14)->top, 127);
  assert_true(last(&s, MIDI_CC14)->alone);
  assert_int_equal(last(&s, MIDI_CC14)->half, 7);
}

static void
test_parameters(void** const state)
{
  (void)state;
  Stage s = begin();
  cc(&s, 0, 6, 1); // none is selected
  midi_parser_wait(&s.parser, 1000, keep, &s);
  assert_null(last(&s, MIDI_NRPN));
  cc(&s, 2000, 99, 7);
  cc(&s, 2000, 98, 104);
  cc(&s, 2001, 6, 100);
  cc(&s, 2002, 38, 1);
  assert_int_equal(last(&s, MIDI_NRPN)->number, 7 << 7 | 104);
  assert_int_equal(last(&s, MIDI_NRPN)->value, 100 << 7 | 1);
  assert_int_equal(last(&s, MIDI_NRPN)->top, 16383);
  cc(&s, 2003, 96, 0);
  assert_int_equal(last(&s, MIDI_NRPN)->value, 100 << 7 | 2);
  cc(&s, 2003, 97, 0);
  cc(&s, 2003, 97, 0);
  assert_int_equal(last(&s, MIDI_NRPN)->value, 100 << 7);
  cc(&s, 3000, 101, 0); // registered: pitch bend range
  cc(&s, 3000, 100, 0);
  cc(&s, 3001, 6, 12);
  cc(&s, 3002, 38, 50);
  assert_int_equal(last(&s, MIDI_RPN)->number, 0);
  assert_int_equal(last(&s, MIDI_RPN)->value, 12 << 7 | 50);
  cc(&s, 3100, 6, 13); // another one is selected before its other half comes
  cc(&s, 3101, 99, 0);
  assert_int_equal(last(&s, MIDI_RPN)->value, 13 << 7);
  cc(&s, 4000, 98, 5);
  cc(&s, 4001, 6, 9); // coarse
  midi_parser_wait(&s.parser, 5000, keep, &s);
  assert_int_equal(last(&s, MIDI_NRPN)->number, 5);
  assert_int_equal(last(&s, MIDI_NRPN)->value, 9);
  assert_int_equal(last(&s, MIDI_NRPN)->top, 127);
  cc(&s, 6000, 101, 127);
  cc(&s, 6000, 100, 127); // none again
  const int before = count(&s, MIDI_RPN);
  cc(&s, 6001, 6, 44);
  cc(&s, 6001, 38, 44);
  assert_int_equal(count(&s, MIDI_RPN), before);
  cc(&s, 6002, 96, 0);
  assert_int_equal(count(&s, MIDI_RPN), before);
}

static void
test_channels_are_apart(void** const state)
{
  (void)state;
  Stage s = begin();
  take(&s, 0, 0xB0, 10, 1);
  take(&s, 0, 0xB1, 42, 2);
  assert_null(last(&s, MIDI_CC14));
  take(&s, 0, 0xB0, 42, 3);
  assert_int_equal(last(&s, MIDI_CC14)->channel, 0);
  assert_int_equal(last(&s, MIDI_CC14)->value, 1 << 7 | 3);
}

static void
test_positions(void** const state)
{
  (void)state;
  const uint16_t tops[] = {127, 16383};
  for (int t = 0; t < 2; ++t) {
    assert_true(midi_position(0, tops[t]) == 0.0);
    assert_true(midi_position((uint16_t)((tops[t] + 1) / 2), tops[t]) == 0.5);
    assert_true(midi_position(tops[t], tops[t]) == 1.0);
    for (int v = 0; v <= tops[t]; ++v) {
      assert_int_equal(midi_value(midi_position((uint16_t)v, tops[t]), tops[t]), v);
      assert_true(!v || midi_position((uint16_t)v, tops[t]) > midi_position((uint16_t)(v - 1), tops[t]));
    }
  }
  assert_int_equal(midi_value(-1.0, 127), 0);
  assert_int_equal(midi_value(2.0, 127), 127);
}

static void
test_malformed(void** const state)
{
  (void)state;
  static const MidiEvent bad[] = {
    {0, 0, {0x90, 1, 1}},    {0, 1, {0x90, 0, 0}},    {0, 2, {0xB0, 1, 0}}, {0, 3, {0x40, 1, 1}},
    {0, 3, {0xB0, 128, 1}},  {0, 3, {0xB0, 1, 255}},  {0, 3, {0xC0, 1, 1}}, {0, 1, {0xF4, 0, 0}},
    {0, 3, {0xF0, 1, 0xF7}}, {0, 3, {0xE0, 0x80, 0}}, {0, 2, {0xF8, 0, 0}},
  };
  static const MidiEvent good[] = {
    {0, 2, {0xC0, 5, 0}}, {0, 2, {0xD0, 5, 0}}, {0, 3, {0xA0, 1, 2}}, {0, 1, {0xF8, 0, 0}}, {0, 3, {0xF2, 1, 2}}};
  Stage s = begin();
  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); ++i) {
    midi_parser_take(&s.parser, &bad[i], keep, &s);
    assert_int_equal(s.parser.malformed, i + 1);
  }
  for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); ++i) {
    midi_parser_take(&s.parser, &good[i], keep, &s);
  }
  assert_int_equal(s.parser.malformed, sizeof(bad) / sizeof(bad[0]));
  assert_int_equal(s.n, 0);
}

static void
test_noise(void** const state)
{
  (void)state;
  Stage    s      = begin();
  uint32_t chance = 1;
  int64_t  frame  = 0;
  for (int i = 0; i < 300000; ++i) {
    MidiEvent e = {.frame = frame};
    for (int k = 0; k < 3; ++k) {
      chance    = chance * 1664525u + 1013904223u;
      e.byte[k] = (uint8_t)(chance >> 24);
      e.byte[k] = (uint8_t)(k && i % 3 ? e.byte[k] & 0x7F : k == 0 && i % 2 ? 0xB0 | (e.byte[k] & 3) : e.byte[k]);
      if (k == 1 && i % 5 == 0) {
        e.byte[k] = (uint8_t)(6 + 32 * (e.byte[k] & 1) + (e.byte[k] & 2 ? 92 : 0)); // parameters and their data
      }
    }
    e.size = (uint8_t)(i % 7 ? 3 : chance >> 30);
    frame += chance >> 8 & 0x3F;
    midi_parser_take(&s.parser, &e, keep, &s);
    assert_true(s.parser.nwaiting >= 0 && s.parser.nwaiting <= MIDI_PAIR_LIST);
  }
  midi_parser_wait(&s.parser, frame + HOLD, keep, &s);
  assert_int_equal(s.parser.nwaiting, 0);
  assert_true(s.parser.malformed > 1000);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_notes_and_bend),
    cmocka_unit_test(test_high_half_first),
    cmocka_unit_test(test_low_half_first),
    cmocka_unit_test(test_never_a_step_back_on_the_way_up),
    cmocka_unit_test(test_coarse_only_has_the_whole_range),
    cmocka_unit_test(test_parameters),
    cmocka_unit_test(test_channels_are_apart),
    cmocka_unit_test(test_positions),
    cmocka_unit_test(test_malformed),
    cmocka_unit_test(test_noise),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
