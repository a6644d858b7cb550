// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/cache.h"
#include "make_files.h"

static Cache*     cache;
static Epoch      epoch;
static TrackFile* track;

#define BLOCKS 32u // of 1 MB

static void
start(void)
{
  memset(&epoch, 0, sizeof(epoch));
  assert_true(access(in_folder("t.wav"), F_OK) == 0 || make_wav(in_folder("t.wav"), 48000, 200 * CHUNK_FRAMES));
  assert_int_equal(cache_new(&cache, 1, &epoch, NULL), STATUS_OK);
  assert_int_equal(track_file_new(&track, in_folder("t.wav"), NULL), STATUS_OK);
  assert_int_equal(cache_capacity(cache), BLOCKS);
  assert_int_equal(track->track.nchunks, 200);
}

static void
stop(void)
{
  cache_drop(cache, track);
  track_file_free(track);
  cache_free(cache);
}

static const float*
shown(const uint32_t index)
{
  return track_chunk_rt(&track->track, (int64_t)index * CHUNK_FRAMES);
}

// Put a chunk in, its number in every sample.  false: no memory now.
static bool
fill(const uint32_t index, const int64_t due)
{
  bool         waiting;
  float* const f = cache_take(cache, due, &waiting);
  if (!f) {
    return false;
  }
  for (int k = 0; k < 2 * CHUNK_FRAMES; ++k) {
    f[k] = (float)index;
  }
  cache_put(cache, track, index);
  return true;
}

static void
the_bound_is_kept(void** state)
{
  (void)state;
  start();
  for (uint32_t k = 0; k < 200; ++k) {
    cache_begin_round(cache);
    assert_true(fill(k, 0));
    assert_non_null(shown(k));
    size_t n = 0;
    for (uint32_t i = 0; i < 200; ++i) {
      n += shown(i) != NULL;
      assert_true(!shown(i) || shown(i)[100] == (float)i);
    }
    assert_true(n <= BLOCKS);
    assert_int_equal(cache_used_bytes(cache), n * sizeof(float) * 2 * CHUNK_FRAMES);
    if (k >= BLOCKS) {
      assert_true(n >= BLOCKS - 2); // and made use of
    }
  }
  stop();
}

static void
what_came_first_goes_first_unless_it_is_wanted(void** state)
{
  (void)state;
  start();
  for (uint32_t k = 0; k < 150; ++k) {
    cache_begin_round(cache);
    for (uint32_t i = 0; i < 5; ++i) { // five old ones are wanted each round
      cache_want(cache, track, i, 1000);
    }
    assert_true(fill(k, 0));
    for (uint32_t i = 0; i < 5 && i < k; ++i) {
      assert_non_null(shown(i));
    }
    if (k > 40) {
      assert_non_null(shown(k - 20));
      assert_null(shown(k - 32));
    }
  }
  stop();
}

static void
what_is_due_later_gives_way_to_what_is_due_sooner_only(void** state)
{
  (void)state;
  start();
  cache_begin_round(cache);
  for (uint32_t k = 0; k < BLOCKS; ++k) {
    assert_true(fill(k, 1000 + k));
  }
  assert_false(fill(100, 1000 + BLOCKS)); // later than all
  assert_true(fill(101, 500));
  assert_null(shown(BLOCKS - 1)); // the latest went
  assert_non_null(shown(BLOCKS - 2));
  assert_true(fill(102, 1000 + BLOCKS - 3));
  assert_null(shown(BLOCKS - 2));
  assert_non_null(shown(BLOCKS - 3)); // due as late: stays
  assert_false(fill(103, 1000 + BLOCKS - 3));
  stop();
}

static void
pins_stay_and_have_three_quarters_at_most(void** state)
{
  (void)state;
  start();
  assert_true(cache_pin(cache, track, 0, 11));
  assert_true(cache_pin(cache, track, 6, 17)); // overlapping: counted once
  assert_int_equal(cache_pinned(cache), 18);
  assert_false(cache_pin(cache, track, 30, 36));
  assert_int_equal(cache_pinned(cache), 18);
  assert_true(cache_pin(cache, track, 30, 35));
  for (uint32_t k = 0; k < 200; ++k) {
    cache_begin_round(cache);
    assert_true(fill(k, 0));
    for (uint32_t i = 0; i <= k; ++i) {
      assert_true(shown(i) || (i > 17 && i < 30) || i > 35);
    }
  }
  cache_unpin(cache, track, 0, 11);
  assert_int_equal(cache_pinned(cache), 18); // 6 .. 17, 30 .. 35
  cache_unpin(cache, track, 6, 17);
  cache_unpin(cache, track, 30, 35);
  assert_int_equal(cache_pinned(cache), 0);
  for (uint32_t k = 40; k < 80; ++k) {
    cache_begin_round(cache);
    assert_true(shown(k) || fill(k, 0));
  }
  for (uint32_t i = 0; i <= 17; ++i) {
    assert_null(shown(i));
  }
  stop();
}

static void
a_chunk_that_a_cycle_may_read_keeps_its_contents_until_the_cycle_ends(void** state)
{
  (void)state;
  start();
  for (uint32_t k = 0; k < BLOCKS; ++k) {
    cache_begin_round(cache);
    assert_true(fill(k, 0));
  }
  epoch_enter_rt(&epoch);
  const float* seen[BLOCKS];
  for (uint32_t k = 0; k < BLOCKS; ++k) {
    seen[k] = shown(k);
  }
  cache_begin_round(cache);
  uint32_t filled = 0;
  for (uint32_t k = 100; k < 180; ++k) {
    filled += fill(k, 0);
  }
  size_t gone = 0;
  for (uint32_t k = 0; k < BLOCKS; ++k) {
    gone += shown(k) == NULL && seen[k] != NULL;
    assert_true(!seen[k] || (seen[k][0] == (float)k && seen[k][2 * CHUNK_FRAMES - 1] == (float)k));
  }
  assert_true(gone > 0);    // unpublished ...
  assert_true(filled <= 2); // ... but not used again: only what was free before
  bool waiting = false;
  assert_null(cache_take(cache, 0, &waiting));
  assert_true(waiting);
  epoch_leave_rt(&epoch);
  assert_true(fill(181, 0));
  epoch_enter_rt(&epoch); // a cycle that began later doesn't hold anything up
  assert_true(fill(182, 0));
  epoch_leave_rt(&epoch);
  stop();
}

static void
a_dropped_track_frees_its_blocks_after_the_cycle(void** state)
{
  (void)state;
  start();
  for (uint32_t k = 0; k < BLOCKS; ++k) {
    cache_begin_round(cache);
    assert_true(fill(k, 0));
  }
  epoch_enter_rt(&epoch);
  cache_drop(cache, track);
  assert_int_equal(cache_used_bytes(cache), 0);
  for (uint32_t k = 0; k < BLOCKS; ++k) {
    assert_null(shown(k));
  }
  epoch_leave_rt(&epoch);
  cache_begin_round(cache);
  for (uint32_t k = 0; k < BLOCKS; ++k) {
    assert_true(fill(k, 0));
  }
  stop();
}

static void
what_open_files_need_is_left_to_them(void** state)
{
  (void)state;
  const size_t block = sizeof(float) * 2 * CHUNK_FRAMES;
  start();
  for (uint32_t k = 0; k < BLOCKS; ++k) {
    cache_begin_round(cache);
    assert_true(fill(k, 0));
  }
  cache_leave(cache, 9 * block + 1);
  assert_int_equal(cache_capacity(cache), BLOCKS - 10);
  assert_int_equal(cache_bound(cache), BLOCKS * block);
  for (uint32_t k = BLOCKS; k < 100; ++k) { // it shrinks while it is used
    cache_begin_round(cache);
    fill(k, 0);
  }
  assert_in_range(cache_used_bytes(cache) / block, BLOCKS - 12, BLOCKS - 10);
  assert_non_null(shown(99));
  cache_leave(cache, 1000 * block); // not more than half
  assert_int_equal(cache_capacity(cache), BLOCKS / 2);
  for (uint32_t k = 100; k < 150; ++k) {
    cache_begin_round(cache);
    fill(k, 0);
  }
  assert_in_range(cache_used_bytes(cache) / block, BLOCKS / 2 - 2, BLOCKS / 2);
  cache_leave(cache, 0); // and grows again
  for (uint32_t k = 150; k < 200; ++k) {
    cache_begin_round(cache);
    assert_true(fill(k, 0));
    assert_true(shown(k)[5] == (float)k);
  }
  assert_in_range(cache_used_bytes(cache) / block, BLOCKS - 2, BLOCKS);
  stop();
}

static void
an_impossible_size_is_refused(void** state)
{
  (void)state;
  Cache* c = NULL;
  Error  e = {""};
  assert_int_equal(cache_new(&c, (size_t)1 << 40, &epoch, &e), STATUS_NO_MEMORY);
  assert_non_null(strstr(e.text, "--cache"));
  assert_int_equal(cache_new(&c, 0, &epoch, &e), STATUS_OK); // the least there is
  assert_int_equal(cache_capacity(c), BLOCKS);
  cache_free(c);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_bound_is_kept),
    cmocka_unit_test(what_came_first_goes_first_unless_it_is_wanted),
    cmocka_unit_test(what_is_due_later_gives_way_to_what_is_due_sooner_only),
    cmocka_unit_test(pins_stay_and_have_three_quarters_at_most),
    cmocka_unit_test(a_chunk_that_a_cycle_may_read_keeps_its_contents_until_the_cycle_ends),
    cmocka_unit_test(a_dropped_track_frees_its_blocks_after_the_cycle),
    cmocka_unit_test(what_open_files_need_is_left_to_them),
    cmocka_unit_test(an_impossible_size_is_refused),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
