// SPDX-License-Identifier: GPL-3.0-or-later
// The small parts: words of a line, patterns, the heap, time tags.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "control/heap.h"
#include "control/pattern.h"
#include "control/timetag.h"
#include "control/value.h"
#include "msg/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
  const char* line;
  const char* back; ///< as line_append writes it; NULL: refused
} lines[] = {
  {"/a", "/a"},
  {"  /a\t1   2.5 -3 1e3 .5 # more", "/a 1 2.5 -3 1000 0.5"},
  {"/a \"two words\" \"\" \"a\\\"b\\\\\"", "/a \"two words\" \"\" \"a\\\"b\\\\\""},
  {"/a \"12\" inf nan 0x10 1.2.3 --1", "/a \"12\" inf nan 0x10 1.2.3 --1"},
  {"/a \"#7\" b", "/a b"}, // the id is taken out
  {"/a b#c", "/a \"b#c\""},
  {"/a \"x", NULL},
  {"/a \"x\"y", NULL},
  {"a", NULL},
  {"", NULL},
  {"# /a", NULL},
  {"/a 16777217 0.1 123456.789", "/a 16777217 0.1 123456.789"},
};

static void
lines_become_words_and_lines_again(void** state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); ++i) {
    char  back[200] = "";
    Words w;
    char* storage = malloc(strlen(lines[i].line) + 1); // exactly: a checker sees what goes beyond
    if (words_read(&w, lines[i].line, storage, NULL)) {
      assert_null(lines[i].back);
    } else {
      snprintf(back, sizeof(back), "%s", w.address);
      for (int k = 0; k < w.count; ++k) {
        line_append(back, sizeof(back), &w.values[k]);
      }
      assert_non_null(lines[i].back);
      assert_string_equal(back, lines[i].back);
    }
    free(storage);
  }
}

static void
control_characters_dont_get_out(void** state)
{
  (void)state;
  char        line[40] = "/a";
  const Value v        = value_text("x\033[2J\n");
  line_append(line, sizeof(line), &v);
  assert_string_equal(line, "/a \"x?[2J?\"");
  char small[8] = "/a";
  line_append(small, sizeof(small), &v);
  assert_int_equal(strlen(small), 7);
}

static const struct {
  const char* pattern;
  const char* address;
  bool        matches;
} patterns[] = {
  {"/a/b", "/a/b", true},
  {"/a/b", "/a/bc", false},
  {"/a/*", "/a/bc", true},
  {"/a/*", "/a/b/c", false},
  {"/*/b", "/a/b", true},
  {"/a*c", "/abcbc", true},
  {"/a?c", "/abc", true},
  {"/a?c", "/a/c", false},
  {"/[a-c]", "/b", true},
  {"/[a-c]", "/d", false},
  {"/[!a-c]", "/d", true},
  {"/[!a-c]", "/b", false},
  {"/[abc-]", "/-", true},
  {"/{ab,a}c", "/abc", true},
  {"/{a,ab}c", "/abc", true},
  {"/{a,b}", "/c", false},
  {"/{a,b", "/a", false},
  {"/[a", "/a", false},
  {"/[]", "/]", false},
  {"/*", "/", true},
  {"/**a", "/bca", true},
  {"", "", true},
  {"/deck/{1,2}/eq/*", "/deck/2/eq/low", true},
};

static void
patterns_match_as_osc_says(void** state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); ++i) {
    if (pattern_matches(patterns[i].pattern, patterns[i].address) != patterns[i].matches) {
      fail_msg("%s and %s", patterns[i].pattern, patterns[i].address);
    }
  }
  char stars[2001]; // ends, and soon
  for (int i = 0; i < 2000; i += 2) {
    stars[i]     = '*';
    stars[i + 1] = 'a';
  }
  stars[2000] = '\0';
  assert_false(pattern_matches(stars, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"));
}

static bool
is_odd(void* const data, void* const element)
{
  (void)data;
  return *(int*)element % 2;
}

static void
the_heap_gives_by_time_and_then_by_turn(void** state)
{
  (void)state;
  Heap* const h    = heap_new(sizeof(int), 1000);
  unsigned    seed = 1;
  for (int i = 0; i < 1000; ++i) {
    seed = seed * 1664525u + 1013904223u;
    assert_true(heap_push(h, (int64_t)(seed >> 24) % 50, &i));
  }
  int x = 0;
  assert_false(heap_push(h, 0, &x));
  heap_remove_if(h, is_odd, NULL);
  assert_int_equal(heap_count(h), 500);
  assert_true(heap_push(h, AT_NOW, &x));
  int64_t last      = INT64_MIN;
  int     last_turn = -1;
  int64_t at        = 0;
  for (const int* e; (e = heap_top(h, &at)); heap_pop(h)) {
    assert_true(at >= last);
    assert_true(at > last || *e > last_turn);
    assert_int_equal(*e % 2, 0);
    last      = at;
    last_turn = *e;
  }
  heap_free(h);
}

static void
tags_become_frames(void** state)
{
  (void)state;
  TimeTags       t      = {0};
  const uint64_t second = UINT64_C(1) << 32;
  const uint64_t now    = UINT64_C(3900000000) << 32;
  int64_t        frame  = 0;
  Error          error;
  assert_int_equal(timetag_frame(&t, TIME_TAG_NOW, now, 5000, 48000, &frame, NULL), STATUS_OK);
  assert_true(frame == AT_NOW);
  timetag_frame(&t, now + second, now, 5000, 48000, &frame, NULL);
  assert_int_equal(frame, 53000);
  timetag_frame(&t, now + second / 2, now + second / 100, 5000 + 480 + 100, 48000, &frame, NULL); // 2 ms of drift
  assert_int_equal(frame, 29000);
  timetag_frame(&t, now + second, now + second / 100, 5000 + 480 + 480, 48000, &frame, NULL); // 10 ms: some are to come
  assert_int_equal(frame, 53000);
  timetag_frame(&t, now + second, now + second / 100, 5000 + 480 + 6000, 48000, &frame, NULL); // 125 ms: tied anew
  assert_int_equal(frame, 59000);
  timetag_frame(&t, now - 3600 * second, now + second / 100, 5960, 48000, &frame, NULL);
  assert_int_equal(frame, 0);
  assert_int_equal(timetag_frame(&t, now + 86500 * second, now, 5000, 48000, &frame, &error), STATUS_BAD_VALUE);
  assert_non_null(strstr(error.text, "compare the clocks"));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(lines_become_words_and_lines_again),
    cmocka_unit_test(control_characters_dont_get_out),
    cmocka_unit_test(patterns_match_as_osc_says),
    cmocka_unit_test(the_heap_gives_by_time_and_then_by_turn),
    cmocka_unit_test(tags_become_frames),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
