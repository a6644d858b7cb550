// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_engine.h"

#define MINUTE (60 * RATE)

static const char*
long_wav(void)
{
  const char* const path = in_folder("long.wav");
  if (access(path, F_OK) != 0) {
    assert_true(make_wav(path, RATE, 2 * MINUTE));
  }
  return path;
}

static void
a_load_is_answered_when_its_first_quarter_second_is_there(void** state)
{
  (void)state;
  rig_start(16, false);
  const uint32_t ticket = ask_load(3, 2, long_wav());
  const Reply    r      = reply_to(ticket);
  assert_int_equal(r.status, STATUS_OK);
  assert_int_equal(r.kind, REQUEST_LOAD);
  assert_int_equal(r.deck, 3);
  assert_int_equal(r.stem, 2);
  assert_int_equal(r.frames, 2 * MINUTE);
  assert_int_equal(r.rate, RATE);
  assert_string_equal(r.track->path, long_wav());
  assert_string_equal(r.track->title, "long");
  assert_int_equal(r.track->frames, 2 * MINUTE);
  assert_int_equal(r.track->end, 2 * MINUTE);
  assert_true(holds_counter(r.track, 0, RATE / 4));
  assert_true(chunks_there(r.track) < 5); // and no more than that
  rig_stop();
}

static void
a_relative_path_is_made_absolute(void** state)
{
  (void)state;
  char here[512], expected[600];
  assert_true(make_wav(in_folder("near.wav"), RATE, 100));
  assert_non_null(getcwd(here, sizeof(here)));
  assert_int_equal(chdir(folder), 0);
  assert_non_null(getcwd(expected, 512));
  strcat(expected, "/near.wav");
  rig_start(1, false);
  const Track* const t = load(0, "near.wav");
  assert_string_equal(t->path, expected);
  assert_int_equal(chdir(here), 0);
  rig_stop();
}

static void
what_cannot_be_loaded_is_answered_with_a_line(void** state)
{
  (void)state;
  rig_start(1, false);
  Reply r = reply_to(ask_load(0, 0, in_folder("missing.wav")));
  assert_int_equal(r.status, STATUS_NOT_FOUND);
  assert_null(r.track);
  assert_non_null(strstr(r.error.text, "missing.wav"));
  r = reply_to(ask((Request){.kind = REQUEST_LOAD}));
  assert_int_equal(r.status, STATUS_BAD_VALUE);
  r = reply_to(ask((Request){.kind = REQUEST_LOAD, .deck = MAX_DECKS, .path = strdup("x")}));
  assert_int_equal(r.status, STATUS_BAD_VALUE);
  r = reply_to(ask((Request){.kind = 99}));
  assert_int_equal(r.status, STATUS_BAD_VALUE);
  rig_stop();
}

static void
every_request_has_one_reply_with_its_ticket_however_many(void** state)
{
  (void)state;
  rig_start(64, false);
  Track* const t = load(0, long_wav());
  bool         seen[700];
  memset(seen, 0, sizeof(seen));
  // More requests than both rings hold: nobody reads replies until no more can be asked
  uint32_t asked = 0, got = 0, first = rig.ticket + 1;
  Reply    r;
  while (got < 600) {
    while (asked < 600 && ring_space(disk_requests(rig.disk)) > 0) {
      const int kind = (int)(asked % 3);
      if (kind == 0) {
        ask_pin((uint8_t)(asked % 64), PIN_SEEK + asked % 8, t, (int64_t)scramble(asked) % (2 * MINUTE));
      } else if (kind == 1) {
        ask((Request){.kind = REQUEST_UNPIN, .deck = (uint8_t)(asked % 64), .pin = PIN_SEEK});
      } else {
        ask_load(1, 1, "/nowhere/x.wav");
      }
      ++asked;
    }
    settle_disk();
    if (asked < 600 && ring_space(disk_requests(rig.disk)) > 0) {
      continue; // ask on: replies that nobody reads hold up the requests
    }
    while (ring_read(disk_replies(rig.disk), &r)) {
      assert_true(r.ticket >= first && r.ticket < first + 600);
      assert_false(seen[r.ticket - first]);
      seen[r.ticket - first] = true;
      ++got;
    }
  }
  assert_false(ring_read(disk_replies(rig.disk), &r));
  assert_int_equal(ring_refusals(disk_replies(rig.disk)), 0);
  rig_stop();
}

static void
a_pin_holds_a_quarter_second_and_what_comes_just_before(void** state)
{
  (void)state;
  rig_start(16, false);
  Track* const         t      = load(0, long_wav());
  static const int64_t at[]   = {0, 1, 50 * 4096, 4095, 100000, 2 * MINUTE - 1, 2 * MINUTE - 5000};
  static const uint8_t slot[] = {PIN_CUE, PIN_LOOP, PIN_SEEK, PIN_SEEK + 7, PIN_HOT_CUE, PIN_HOT_CUE + 15, PIN_CUE};
  for (size_t k = 0; k < sizeof(at) / sizeof(at[0]); ++k) {
    const Reply r = reply_to(ask_pin(0, slot[k], t, at[k]));
    assert_int_equal(r.status, STATUS_OK);
    const int64_t from = at[k] > 64 ? at[k] - 64 : 0;
    const int64_t to   = at[k] + RATE / 4 < t->frames ? at[k] + RATE / 4 : t->frames;
    assert_true(is_there(t, from, to));
    assert_true(holds_counter(t, from, to));
  }
  rig_stop();
}

static void
a_pin_holds_in_all_stems_of_the_deck(void** state)
{
  (void)state;
  rig_start(16, false);
  Track* tracks[3];
  for (uint8_t s = 0; s < 3; ++s) {
    tracks[s] = reply_to(ask_load(5, s, long_wav())).track;
  }
  Track* const other = load(6, long_wav());
  assert_int_equal(reply_to(ask_pin(5, PIN_HOT_CUE, tracks[0], MINUTE)).status, STATUS_OK);
  for (int s = 0; s < 3; ++s) {
    assert_true(is_there(tracks[s], MINUTE, MINUTE + RATE / 4));
  }
  assert_false(is_there(other, MINUTE, MINUTE + 1));
  rig_stop();
}

// A jump of a deck that loses one of its stems meanwhile still happens in the others.
static void
a_pin_over_several_stems_outlives_one_of_them(void** state)
{
  (void)state;
  rig_start(16, false);
  Track* tracks[2];
  for (uint8_t s = 0; s < 2; ++s) {
    tracks[s] = reply_to(ask_load(5, s, long_wav())).track;
  }
  for (int late = 0; late < 2; ++late) { // gone before the request is read, and while it is waited for
    Track* const   other = late ? reply_to(ask_load(5, 1, long_wav())).track : tracks[1];
    const uint32_t free1 = late ? 0 : ask((Request){.kind = REQUEST_FREE, .track = other});
    const uint32_t first = ask_pin(5, PIN_SEEK, tracks[0], MINUTE + late * 20 * RATE);
    const uint32_t second =
      ask((Request){.kind = REQUEST_PIN, .deck = 5, .stem = 1, .pin = PIN_SEEK, .track = other, .frame = MINUTE});
    const uint32_t free2 = late ? ask((Request){.kind = REQUEST_FREE, .track = other}) : 0;
    Reply          r;
    settle_disk();
    for (int k = 0; k < 2; ++k) {
      assert_true(ring_read(disk_replies(rig.disk), &r));
      assert_true(r.ticket == first || r.ticket == second);
      assert_int_equal(r.status, STATUS_OK);
    }
    assert_true(free1 + free2 > 0);
    assert_true(is_there(tracks[0], MINUTE, MINUTE + RATE / 4));
  }
  rig_stop();
}

static void
pins_that_do_not_fit_are_refused_and_the_others_stay(void** state)
{
  (void)state;
  rig_start(1, false); // 32 blocks, of which pins may have 24
  Track* const t = load(0, long_wav());
  Reply        r;
  int          fitted = 0;
  for (int k = 0; k < MAX_HOT_CUES; ++k) {
    r = reply_to(ask_pin(0, (uint8_t)(PIN_HOT_CUE + k), t, (int64_t)(k + 1) * 5 * RATE));
    if (r.status != STATUS_OK) {
      break;
    }
    ++fitted;
  }
  assert_int_equal(r.status, STATUS_NO_MEMORY);
  assert_non_null(strstr(r.error.text, "cache of 1 MB"));
  assert_non_null(strstr(r.error.text, "--cache"));
  assert_in_range(fitted, 4, 8);
  // Playing through the whole track pushes none of them out
  for (int64_t f = 0; f < 2 * MINUTE; f += 10000) {
    put_playhead(0, t, f, 1.0, true);
    settle_disk();
    assert_true(is_there(t, f, f + MAX_BLOCK < t->frames ? f + MAX_BLOCK : t->frames));
    for (int k = 0; k < fitted; ++k) {
      assert_true(is_there(t, (int64_t)(k + 1) * 5 * RATE, (int64_t)(k + 1) * 5 * RATE + RATE / 4));
    }
    assert_true(disk_stats(rig.disk).cache_used_mb <= 1.0);
  }
  // Where one is forgotten another fits
  assert_int_equal(reply_to(ask((Request){.kind = REQUEST_UNPIN, .pin = PIN_HOT_CUE})).status, STATUS_OK);
  assert_int_equal(reply_to(ask_pin(0, PIN_LOOP, t, MINUTE + 11)).status, STATUS_OK);
  rig_stop();
}

static void
pins_of_fifty_decks_fit_the_default_cache(void** state)
{
  (void)state;
  rig_start(256, false);
  for (uint8_t d = 0; d < 50; ++d) {
    Track* const t = load(d, long_wav());
    for (int k = 0; k < MAX_HOT_CUES; ++k) {
      const Reply r = reply_to(ask_pin(d, (uint8_t)(PIN_HOT_CUE + k), t, (int64_t)(k + 1) * 4 * RATE + 1000 * d));
      assert_int_equal(r.status, STATUS_OK);
    }
    put_playhead(d, t, 0, 1.0, true);
  }
  settle_disk();
  for (int d = 0; d < 50; ++d) {
    assert_true(is_there(rig.playheads[d].track[0], 0, RATE));
  }
  assert_true(disk_stats(rig.disk).cache_used_mb <= 256.0);
  for (int d = 0; d < 50; ++d) {
    put_playhead(d, NULL, 0, 1.0, false);
  }
  rig_stop();
}

static void
offline_every_playhead_has_what_the_next_cycle_needs(void** state)
{
  (void)state;
  static const double steps[] = {0.25, 1.0, 1.37, 4.0, 16.0};
  for (size_t s = 0; s < sizeof(steps) / sizeof(steps[0]); ++s) {
    rig_start(8, false);
    Track* const  t    = load(0, long_wav());
    const int64_t need = (int64_t)(MAX_BLOCK * steps[s]) + 64;
    for (int64_t f = 0; f < 2 * MINUTE; f += need) {
      put_playhead(0, t, f, steps[s], true);
      settle_disk();
      assert_true(is_there(t, f > 64 ? f - 64 : 0, f + need < t->frames ? f + need : t->frames));
    }
    rig_stop();
  }
}

static void
a_playing_deck_has_two_seconds_ahead_and_a_paused_one_half(void** state)
{
  (void)state;
  rig_start(64, false);
  Track* const a = load(0, long_wav());
  Track* const b = load(1, long_wav());
  put_playhead(0, a, MINUTE, 1.5, true);
  put_playhead(1, b, MINUTE, 1.5, false);
  settle_disk();
  assert_true(holds_counter(a, MINUTE - 64, MINUTE + 3 * RATE));
  assert_true(holds_counter(b, MINUTE - 64, MINUTE + RATE * 3 / 4));
  assert_true(chunks_there(b) < 20);
  rig_stop();
}

static void
after_a_loops_end_comes_its_start(void** state)
{
  (void)state;
  static const struct {
    int64_t start, end, at;
  } loops[] = {
    {0, 4000, 100},                             // shorter than a chunk
    {MINUTE, MINUTE + RATE, MINUTE + 20000},    // shorter than what is read ahead: all of it
    {RATE, MINUTE, MINUTE - 5000},              // long, near its end
    {50 * CHUNK_FRAMES, MINUTE, MINUTE - 5000}, // the seam's fade begins in the chunk before
    {MINUTE, MINUTE + 2 * RATE, RATE},          // to be reached
    {0, 2 * MINUTE, 2 * MINUTE - 3000},         // the whole track
  };
  for (size_t k = 0; k < sizeof(loops) / sizeof(loops[0]); ++k) {
    rig_start(16, false);
    Track* const t = load(0, long_wav());
    put_playhead(0, t, loops[k].at, 1.0, true);
    put_loop(0, loops[k].start, loops[k].end);
    settle_disk();
    // Follow the next two seconds frame by frame, as they will be heard, with the seam's fade
    int64_t f = loops[k].at;
    for (int n = 0; n < 2 * RATE; ++n) {
      assert_true(is_there(t, f, f + 1));
      if (++f == loops[k].end) {
        f = loops[k].start;
        assert_true(is_there(t, f > 240 ? f - 240 : 0, f + 1));
      }
    }
    rig_stop();
  }
}

static void
a_short_loop_stays_in_the_cache_whatever_others_do(void** state)
{
  (void)state;
  rig_start(2, false);
  Track* const a = load(0, long_wav());
  Track* const b = load(1, long_wav());
  put_loop(0, MINUTE, MINUTE + RATE / 2);
  for (int n = 0; n < 300; ++n) {
    put_playhead(0, a, MINUTE + n * 1777 % (RATE / 2), 1.0, true);
    put_playhead(1, b, n * 15000, 1.0, true);
    settle_disk();
    assert_true(is_there(a, MINUTE, MINUTE + RATE / 2));
    assert_true(is_there(b, n * 15000, n * 15000 + MAX_BLOCK));
  }
  rig_stop();
}

// However many files are to be opened, a deck that plays gets its data in between.
static void
loads_take_turns_with_decks_that_play(void** state)
{
  (void)state;
  rig_start(64, false);
  Track* const t = load(0, long_wav());
  for (uint8_t d = 1; d <= 8; ++d) {
    ask_load(d, 0, "/nowhere/x.wav");
  }
  for (uint32_t k = 1; k <= 8; ++k) {
    const int64_t frame = (int64_t)k * 10 * RATE;
    put_playhead(0, t, frame, 1.0, true);
    assert_true(disk_work(rig.disk));
    assert_int_equal(ring_count(disk_replies(rig.disk)), k);
    assert_true(is_there(t, frame, frame + MAX_BLOCK));
  }
  rig_stop();
}

// A stream without a length, much of it: to count it takes long, and nobody notices.
static void
a_file_that_must_be_counted_does_not_hold_up_a_deck_that_plays(void** state)
{
  (void)state;
  const char* const path = in_folder("counted.mp3");
  assert_true(make_file(path, SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, RATE, 2, 30 * RATE, 0.0, NULL, music));
  FILE* const f = fopen(path, "r+b");
  char*       x = malloc(1 << 20);
  size_t      n = fread(x, 1, 1 << 20, f);
  for (size_t k = 0; k < 4096; ++k) {
    if (!memcmp(x + k, "Xing", 4) || !memcmp(x + k, "Info", 4)) {
      memset(x + k, 0, 120);
    }
  }
  x[n / 2] = 0;
  rewind(f);
  for (int k = 0; k < 12; ++k) { // 12 MB
    fwrite(x, 1, n, f);
  }
  // and a quieter end, so that its bit rate isn't the same everywhere
  assert_true(
    make_file(in_folder("end.mp3"), SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, RATE, 2, 30 * RATE, 0.9, NULL, music));
  FILE* const end = fopen(in_folder("end.mp3"), "rb");
  n               = fread(x, 1, 1 << 20, end);
  fwrite(x, 1, n, f);
  fclose(end);
  fclose(f);
  free(x);
  rig_start(64, false);
  Track* const   t      = load(0, long_wav());
  const uint32_t ticket = ask_load(1, 0, path);
  int            rounds = 0;
  int64_t        frame  = 0;
  while (ring_count(disk_replies(rig.disk)) == 0) {
    frame += MAX_BLOCK;
    put_playhead(0, t, frame % MINUTE, 1.0, true);
    assert_true(disk_work(rig.disk));
    assert_true(is_there(t, frame % MINUTE, frame % MINUTE + MAX_BLOCK));
    ++rounds;
  }
  assert_true(rounds > 15);
  const Reply r = reply_to(ticket);
  assert_int_equal(r.status, STATUS_OK);
  assert_in_range(r.frames, 12 * 20 * RATE, 14 * 30 * RATE);
  // Who stops while it counts leaves nothing behind
  ask_load(2, 0, path);
  disk_work(rig.disk);
  rig_stop();
}

static void
a_freed_track_is_gone_also_where_a_playhead_still_shows_it(void** state)
{
  (void)state;
  rig_start(8, false);
  Track* const t = load(0, long_wav());
  put_playhead(0, t, 0, 1.0, true);
  settle_disk();
  assert_true(disk_stats(rig.disk).cache_used_mb > 1.0);
  ask_pin(0, PIN_CUE, t, MINUTE);
  ask((Request){.kind = REQUEST_FREE, .track = t});
  const Reply r = reply_to(rig.ticket - 1); // who waited is told
  assert_int_equal(r.status, STATUS_NOT_FOUND);
  assert_true(disk_stats(rig.disk).cache_used_mb == 0.0);
  settle_disk();
  assert_int_equal(reply_to(ask_pin(0, PIN_CUE, t, 0)).status, STATUS_NOT_FOUND);
  free_track(t); // once more: nothing
  rig_stop();
}

static void
two_decks_may_have_the_same_file(void** state)
{
  (void)state;
  rig_start(8, false);
  Track* const a = load(0, long_wav());
  Track* const b = load(1, long_wav());
  assert_ptr_not_equal(a, b);
  free_track(a);
  put_playhead(1, b, RATE, 1.0, true);
  settle_disk();
  assert_true(holds_counter(b, RATE, 3 * RATE));
  rig_stop();
}

static void
all_rates_play(void** state)
{
  (void)state;
  static const int rates[] = {8000, 22050, 44100, 96000, 192000, 384000};
  for (size_t k = 0; k < sizeof(rates) / sizeof(rates[0]); ++k) {
    assert_true(make_wav(in_folder("r.wav"), rates[k], 6 * rates[k]));
    rig_start(32, false);
    Track* const t    = load(0, in_folder("r.wav"));
    const double step = (double)rates[k] / RATE;
    put_playhead(0, t, rates[k], step, true);
    settle_disk();
    assert_true(holds_counter(t, rates[k] - 64, 3 * rates[k]));
    rig_stop();
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_load_is_answered_when_its_first_quarter_second_is_there),
    cmocka_unit_test(a_relative_path_is_made_absolute),
    cmocka_unit_test(what_cannot_be_loaded_is_answered_with_a_line),
    cmocka_unit_test(every_request_has_one_reply_with_its_ticket_however_many),
    cmocka_unit_test(a_pin_holds_a_quarter_second_and_what_comes_just_before),
    cmocka_unit_test(a_pin_holds_in_all_stems_of_the_deck),
    cmocka_unit_test(a_pin_over_several_stems_outlives_one_of_them),
    cmocka_unit_test(pins_that_do_not_fit_are_refused_and_the_others_stay),
    cmocka_unit_test(pins_of_fifty_decks_fit_the_default_cache),
    cmocka_unit_test(offline_every_playhead_has_what_the_next_cycle_needs),
    cmocka_unit_test(a_playing_deck_has_two_seconds_ahead_and_a_paused_one_half),
    cmocka_unit_test(after_a_loops_end_comes_its_start),
    cmocka_unit_test(a_short_loop_stays_in_the_cache_whatever_others_do),
    cmocka_unit_test(loads_take_turns_with_decks_that_play),
    cmocka_unit_test(a_file_that_must_be_counted_does_not_hold_up_a_deck_that_plays),
    cmocka_unit_test(a_freed_track_is_gone_also_where_a_playhead_still_shows_it),
    cmocka_unit_test(two_decks_may_have_the_same_file),
    cmocka_unit_test(all_rates_play),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
