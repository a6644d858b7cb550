// SPDX-License-Identifier: GPL-3.0-or-later
#include "remote/screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static void
tell(Snapshot* const s, const char* const address, const char* const types, ...)
{
  va_list ap;
  va_start(ap, types);
  lo_message m = lo_message_new();
  char       all[8];
  snprintf(all, sizeof(all), "%s$$", types);
  lo_message_add_varargs(m, all, ap);
  va_end(ap);
  snapshot_answer(s, address, m);
  lo_message_free(m);
}

#define TELL(s, address, types, ...) tell(s, address, types, __VA_ARGS__, LO_MARKER_A, LO_MARKER_B)

/// Columns of a line: what is left without colours and UTF-8 continuation bytes.
static int
columns(const char* c)
{
  int n = 0;
  while (*c) {
    if (*c == '\033') {
      c += strcspn(c, "m") + 1;
    } else {
      n += ((unsigned char)*c & 0xC0) != 0x80;
      ++c;
    }
  }
  return n;
}

static void
answers_fill_a_snapshot(void** state)
{
  Snapshot s;
  snapshot_init(&s);
  assert_int_equal(snapshot_decks(&s), 0);
  assert_true(s.deck[0].speed == 1.0);
  TELL(&s, "/value", "ss", "/deck/2/state", "playing");
  TELL(&s, "/value", "sd", "/deck/2/position", 12.25);
  TELL(&s, "/value", "sff", "/deck/2/meter", -6.0, -INFINITY);
  TELL(&s, "/value", "si", "/deck/2/keylock", 1);
  TELL(&s, "/value", "sf", "/deck/2/eq/low", -12.0);
  TELL(&s, "/value", "si", "/deck/64/eq/kill/high", 1);
  TELL(&s, "/value", "si", "/master/clips", 7);
  TELL(&s, "/value", "sf", "/master/limiter/reduction", 3.25);
  assert_true(s.clips == 7.0 && s.reduction == 3.25);
  TELL(&s, "/value", "sf", "/crossfader", -0.5);
  TELL(&s, "/stats/load_worst", "d", 11.5);
  TELL(&s, "/stats/cycle/max", "d", 999.0);
  TELL(&s, "/stats/deck/2/starves", "h", (int64_t)3);
  assert_int_equal(snapshot_decks(&s), 64);
  assert_string_equal(s.deck[1].state, "playing");
  assert_true(s.deck[1].position == 12.25 && s.deck[1].keylock && s.deck[1].low == -12.0);
  assert_true(s.deck[1].meter[0] == -6.0 && s.deck[1].meter[1] == -200.0);
  assert_true(s.deck[1].starves == 3.0 && s.deck[63].kill_high);
  assert_true(s.crossfader == -0.5 && s.load_worst == 11.5 && s.cycle_max == 999.0);
  snapshot_begin(&s);
  assert_true(s.deck[1].meter[0] == -200.0 && s.deck[1].position == 12.25);
}

static void
strange_answers_harm_nothing(void** state)
{
  Snapshot s, before;
  snapshot_init(&s);
  before = s;
  TELL(&s, "/value", "sf", "/deck/0/speed", 2.0);
  TELL(&s, "/value", "sf", "/deck/65/speed", 2.0);
  TELL(&s, "/value", "sf", "/deck/x/speed", 2.0);
  TELL(&s, "/value", "sf", "/deck/1", 2.0);
  TELL(&s, "/value", "i", 7);
  TELL(&s, "/stats/deck/1/cycle/mean", "f", 2.0);
  TELL(&s, "/stats/unheard", "f", 2.0);
  TELL(&s, "/elsewhere", "f", 2.0);
  assert_memory_equal(&s, &before, sizeof(s));
}

static void
every_line_fits_eighty_columns(void** state)
{
  static Screen screen;
  Snapshot      s;
  snapshot_init(&s);
  for (int i = 0; i < 5; ++i) {
    SnapshotDeck* const d = &s.deck[i];
    *d                    = (SnapshotDeck){.known = true,

                                           .position = 35999.9,
                                           .length   = 35999.9,
                                           .meter    = {11.25, 12.0},
                                           .speed    = 0.333,
                                           .pitch    = -12.0,
                                           .low      = -40.0,
                                           .mid      = -40.0,
                                           .high     = -40.0,
                                           .fader    = 1.0,
                                           .keylock  = true,
                                           .mute     = true};
    strcpy(d->state, i % 2 ? "playing" : "loading");
    strcpy(d->path, "/music/a name that is much too long for its column äöü äöü äöü \033[2J.flac");
  }
  s.load = s.load_worst = 100.0;
  s.budget              = 170666.0;
  s.xruns = s.starves = 99999.0;
  s.reduction         = 24.3;
  for (int variant = 0; variant < 4; ++variant) {
    s.clips                 = variant & 1 ? 99999999.0 : 0.0;
    const ScreenStyle style = {.title =
                                 "a title that is longer than anybody would ever want it to be in a terminal äöü",
                               .elapsed = 3599.0,
                               .length  = 3599.0,
                               .rows    = 19,
                               .colour  = variant & 1,
                               .blocks  = variant & 2};
    screen_draw(&screen, &s, &style);
    assert_true(screen.count <= style.rows);
    assert_string_equal(screen.lines[screen.count - 1], "   and 1 more decks");
    for (int i = 0; i < screen.count; ++i) {
      if (columns(screen.lines[i]) > SCREEN_COLUMNS) {
        fail_msg("%d columns: %s", columns(screen.lines[i]), screen.lines[i]);
      }
      assert_null(strstr(screen.lines[i], "\033[2J"));
      assert_true(style.colour || !strchr(screen.lines[i], '\033'));
    }
  }
}

static void
a_deck_looks_like_this(void** state)
{
  static Screen screen;
  Snapshot      s;
  snapshot_init(&s);
  TELL(&s, "/value", "ss", "/deck/1/state", "playing");
  TELL(&s, "/value", "ss", "/deck/1/path", "/a/b/bass.flac");
  TELL(&s, "/value", "sd", "/deck/1/position", 61.98);
  TELL(&s, "/value", "sd", "/deck/1/length", 125.0);
  TELL(&s, "/value", "sff", "/deck/1/meter", -24.0, -30.0);
  TELL(&s, "/value", "sf", "/deck/1/speed", 1.05);
  TELL(&s, "/value", "si", "/deck/1/keylock", 1);
  TELL(&s, "/value", "sf", "/deck/1/pitch", 5.0);
  TELL(&s, "/value", "sf", "/deck/1/eq/low", -40.0);
  TELL(&s, "/value", "si", "/deck/1/eq/kill/high", 1);
  TELL(&s, "/value", "sf", "/master/limiter/reduction", 3.14);
  const ScreenStyle style = {.elapsed = 5.0, .length = -1.0, .rows = 24};
  screen_draw(&screen, &s, &style);
  assert_non_null(strstr(screen.lines[3], "limit -3.1"));
  assert_int_equal(screen.count, 7);
  assert_string_equal(screen.lines[5],
                      " 1 > playing   1:01.9 / 2:05.0 bass.flac                #######-------  -24.0 dB");
  assert_string_equal(screen.lines[6], "   x1.050 key pitch  +5.00  fader 1.00      EQ low -40.0 mid  +0.0 high  kill");
}

// The numbers of decks that were removed leave no line behind.
static void
a_removed_deck_is_not_drawn(void** state)
{
  static Screen screen;
  Snapshot      s;
  (void)state;
  snapshot_init(&s);
  for (int round = 0; round < 2; ++round) {
    snapshot_begin(&s);
    TELL(&s, "/value", "ss", "/deck/1/state", "playing");
    TELL(&s, "/value", "ss", "/deck/3/state", "cued");
    if (round == 0) {
      TELL(&s, "/value", "ss", "/deck/2/state", "paused");
    }
    const ScreenStyle style = {.elapsed = 5.0, .length = -1.0, .rows = 24};
    screen_draw(&screen, &s, &style);
    assert_int_equal(screen.count, round == 0 ? 13 : 10);
    assert_memory_equal(screen.lines[screen.count - 2], " 3 ", 3);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(answers_fill_a_snapshot),        cmocka_unit_test(strange_answers_harm_nothing),
    cmocka_unit_test(every_line_fits_eighty_columns), cmocka_unit_test(a_removed_deck_is_not_drawn),
    cmocka_unit_test(a_deck_looks_like_this),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
