// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/plan.h"
#include "make_files.h"

#define RATE 48000
#define DECKS 4

static struct {
  Playhead   playheads[DECKS];
  Playhead*  pointers[DECKS];
  TrackFile* tracks[DECKS];
  Epoch      epoch;
  Cache*     cache;
  Pins*      pins;
  Plan       plan;
  int64_t    now; // ns
} rig;

static void
start(const size_t mb)
{
  memset(&rig, 0, sizeof(rig));
  assert_true(access(in_folder("t.wav"), F_OK) == 0 || make_wav(in_folder("t.wav"), RATE, 60 * RATE));
  assert_int_equal(cache_new(&rig.cache, mb, &rig.epoch, NULL), STATUS_OK);
  rig.pins = pins_new(rig.cache);
  for (int d = 0; d < DECKS; ++d) {
    assert_int_equal(track_file_new(&rig.tracks[d], in_folder("t.wav"), NULL), STATUS_OK);
    atomic_init(&rig.playheads[d].loop_end, -1);
    rig.pointers[d] = &rig.playheads[d];
  }
}

static void
stop(void)
{
  for (int d = 0; d < DECKS; ++d) {
    pins_drop(rig.pins, rig.tracks[d]);
    cache_drop(rig.cache, rig.tracks[d]);
    track_file_free(rig.tracks[d]);
  }
  pins_free(rig.pins);
  cache_free(rig.cache);
}

static void
put(const int deck, const int64_t frame, const double step, const bool moving)
{
  Playhead* const p = &rig.playheads[deck];
  atomic_store(&p->track[0], &rig.tracks[deck]->track);
  atomic_store(&p->frame, frame);
  atomic_store(&p->step, (float)step);
  atomic_store(&p->moving, moving);
}

static void
make(void)
{
  const PlanView view = {rig.pointers, DECKS, RATE, rig.tracks, DECKS, rig.now};
  plan_make(&rig.plan, &view, rig.cache, rig.pins);
}

static void
fill(const int deck, const uint32_t first, const uint32_t count)
{
  for (uint32_t k = first; k < first + count; ++k) {
    bool waiting;
    assert_non_null(cache_take(rig.cache, 0, &waiting));
    cache_put(rig.cache, rig.tracks[deck], k);
  }
}

static void
nothing_loaded_nothing_to_do(void** state)
{
  (void)state;
  start(8);
  make();
  assert_int_equal(rig.plan.njobs, 0);
  stop();
}

static void
who_runs_out_first_is_served_first(void** state)
{
  (void)state;
  start(64);
  put(0, 10 * CHUNK_FRAMES, 1.0, true);
  put(1, 10 * CHUNK_FRAMES, 1.0, true);
  put(2, 10 * CHUNK_FRAMES, 4.0, true);
  put(3, 10 * CHUNK_FRAMES, 1.0, false);
  fill(0, 9, 5); // 4 chunks ahead: 16384 frames
  fill(1, 9, 3); // 2
  fill(2, 9, 7); // 6, at four times the speed: 6144
  fill(3, 9, 1); // none, but it stands
  make();
  assert_int_equal(rig.plan.njobs, 4);
  static const struct {
    int      deck;
    uint32_t first;
    int64_t  due;
  } order[] = {{2, 16, 6144}, {1, 12, 8192}, {0, 14, 16384}, {3, 10, RATE / 2}};
  for (int k = 0; k < 4; ++k) {
    assert_ptr_equal(rig.plan.jobs[k].track, rig.tracks[order[k].deck]);
    assert_int_equal(rig.plan.jobs[k].first, order[k].first);
    assert_int_equal(rig.plan.jobs[k].due, order[k].due);
  }
  assert_int_equal(rig.plan.jobs[2].count, RUN_CHUNKS);
  assert_int_equal(rig.plan.jobs[2].step, CHUNK_FRAMES);
  assert_int_equal(rig.plan.jobs[0].step, CHUNK_FRAMES / 4);
  stop();
}

static void
who_has_two_seconds_waits_until_a_whole_run_is_due(void** state)
{
  (void)state;
  start(64);
  put(0, 0, 1.0, true);
  fill(0, 0, 2 * RATE / CHUNK_FRAMES + 1);
  make();
  assert_int_equal(rig.plan.njobs, 0);
  put(0, CHUNK_FRAMES, 1.0, true);
  make();
  assert_int_equal(rig.plan.njobs, 1);
  assert_int_equal(rig.plan.jobs[0].count, RUN_CHUNKS);
  stop();
}

static void
pins_are_wanted_soon_but_not_before_who_starves(void** state)
{
  (void)state;
  start(64);
  Answer a = {.waiting = 0};
  put(0, 0, 1.0, true);
  put(1, 0, 1.0, true);
  fill(1, 0, 2);
  assert_true(pins_set(rig.pins, 2, 0, PIN_CUE, pin_range(rig.tracks[2], 20 * RATE, 0), &a));
  make();
  assert_int_equal(rig.plan.njobs, 3);
  assert_ptr_equal(rig.plan.jobs[0].track, rig.tracks[0]);
  assert_ptr_equal(rig.plan.jobs[1].track, rig.tracks[2]);
  assert_int_equal(rig.plan.jobs[1].first, (20 * RATE - RATE / 100) / CHUNK_FRAMES);
  assert_ptr_equal(rig.plan.jobs[2].track, rig.tracks[1]);
  assert_int_equal(a.waiting, 1);
  assert_null(pins_settled(rig.pins));
  const PinRange r = pin_range(rig.tracks[2], 20 * RATE, 0);
  fill(2, r.first, r.last - r.first + 1);
  assert_ptr_equal(pins_settled(rig.pins), &a);
  assert_null(pins_settled(rig.pins));
  stop();
}

static void
a_pin_that_was_replaced_is_still_answered(void** state)
{
  (void)state;
  start(64);
  Answer         a = {.waiting = 0}, b = {.waiting = 0};
  const PinRange x = pin_range(rig.tracks[0], 10 * RATE, 0);
  const PinRange y = pin_range(rig.tracks[0], 20 * RATE, 0);
  assert_int_equal(pin_range(rig.tracks[0], 20 * RATE, 3 * RATE).last, (23 * RATE - 1) / CHUNK_FRAMES);
  assert_true(pins_set(rig.pins, 0, 0, PIN_CUE, x, &a));
  assert_true(pins_set(rig.pins, 0, 0, PIN_CUE, y, &b));
  assert_int_equal(cache_pinned(rig.cache), x.last - x.first + 1 + y.last - y.first + 1);
  fill(0, x.first, x.last - x.first + 1);
  assert_ptr_equal(pins_settled(rig.pins), &a);
  assert_int_equal(cache_pinned(rig.cache), y.last - y.first + 1); // now the first one is let go
  fill(0, y.first, y.last - y.first + 1);
  assert_ptr_equal(pins_settled(rig.pins), &b);
  pins_clear(rig.pins, 0, PIN_CUE);
  assert_int_equal(cache_pinned(rig.cache), 0);
  stop();
}

static void
in_a_loop_the_start_is_due_when_the_end_is_reached(void** state)
{
  (void)state;
  start(64);
  put(0, 100 * CHUNK_FRAMES, 2.0, true);
  atomic_store(&rig.playheads[0].loop_start, 10 * CHUNK_FRAMES);
  atomic_store(&rig.playheads[0].loop_end, 103 * CHUNK_FRAMES);
  fill(0, 99, 4);
  make();
  assert_int_equal(rig.plan.njobs, 1);
  assert_int_equal(rig.plan.jobs[0].first, 9); // the seam fades in from before the start
  assert_int_equal(rig.plan.jobs[0].due, 3 * CHUNK_FRAMES / 2);
  put(0, 104 * CHUNK_FRAMES, 2.0, true); // beyond the end it plays on
  make();
  assert_int_equal(rig.plan.jobs[0].first, 103);
  stop();
}

static void
in_a_small_cache_everybody_has_less(void** state)
{
  (void)state;
  start(1); // 8 chunks for each of four
  for (int d = 0; d < DECKS; ++d) {
    put(d, 50 * CHUNK_FRAMES, 1.0, true);
  }
  make();
  assert_int_equal(rig.plan.njobs, 4);
  for (int d = 0; d < DECKS; ++d) {
    assert_in_range(rig.plan.jobs[d].count, 3, 9); // with the one before the playhead
  }
  stop();
}

static void
unknown_and_broken_tracks_are_passed_over(void** state)
{
  (void)state;
  start(8);
  put(0, 0, 1.0, true);
  put(1, 0, 1.0, true);
  atomic_store(&rig.tracks[1]->track.broken, true);
  atomic_store(&rig.playheads[0].track[0], (Track*)(uintptr_t)0x1230); // never looked into
  make();
  assert_int_equal(rig.plan.njobs, 0);
  stop();
}

// In the cycle of a jump the deck still fades out where it was.
static void
a_place_that_was_left_stays_for_a_moment(void** state)
{
  (void)state;
  start(1);
  for (int late = 0; late < 2; ++late) {
    cache_drop(rig.cache, rig.tracks[0]);
    rig.now += 1000000000;
    put(0, 100 * CHUNK_FRAMES + 4000, 1.0, true);
    make();
    rig.now += 1000000000;
    make();
    fill(0, 99, 10);
    put(0, 10 * CHUNK_FRAMES, 1.0, true);
    make();
    rig.now += late ? 300000000 : 100000000;
    for (uint32_t k = 0; k < 40; ++k) { // others need room
      bool waiting;
      make();
      if (cache_take(rig.cache, 0, &waiting)) {
        cache_put(rig.cache, rig.tracks[1], k);
      }
    }
    for (uint32_t k = 100; k < 104; ++k) {
      assert_int_equal(rig.tracks[0]->blocks[k] != NO_BLOCK, !late);
    }
    cache_drop(rig.cache, rig.tracks[1]);
  }
  stop();
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_loaded_nothing_to_do),
    cmocka_unit_test(who_runs_out_first_is_served_first),
    cmocka_unit_test(who_has_two_seconds_waits_until_a_whole_run_is_due),
    cmocka_unit_test(pins_are_wanted_soon_but_not_before_who_starves),
    cmocka_unit_test(a_pin_that_was_replaced_is_still_answered),
    cmocka_unit_test(in_a_loop_the_start_is_due_when_the_end_is_reached),
    cmocka_unit_test(in_a_small_cache_everybody_has_less),
    cmocka_unit_test(unknown_and_broken_tracks_are_passed_over),
    cmocka_unit_test(a_place_that_was_left_stays_for_a_moment),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
