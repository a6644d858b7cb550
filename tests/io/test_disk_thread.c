// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_engine.h"

#include <pthread.h>
#include <time.h>

// A process thread that reads eight decks as fast as the data comes, checks every frame, and jumps now and then.

#define READERS 8
#define SECONDS 20
#define BLOCK 512

static atomic_bool done;
static atomic_int  wrong;
static atomic_uint played, jumps;

static void
pause_ms(const int ms)
{
  nanosleep(&(struct timespec){0, ms * 1000000L}, NULL);
}

static void
read_cycle(Track* const t, int64_t* const at)
{
  if (!is_there(t, *at, *at + BLOCK)) {
    return; // starved: comes later
  }
  for (int64_t f = *at; f < *at + BLOCK; ++f) {
    const float* const c = track_chunk_rt(t, f);
    // A chunk that was there may go out of the table in mid-cycle; what was loaded stays
    if (c && c[2 * (f % CHUNK_FRAMES)] != counter(f, 0)) {
      atomic_fetch_add(&wrong, 1);
    }
  }
  *at += BLOCK;
  atomic_fetch_add(&played, 1);
}

static void*
process(void* const arg)
{
  Track** const tracks      = arg;
  int64_t       at[READERS] = {0};
  uint32_t      dice        = 1;
  while (!atomic_load(&done)) {
    epoch_enter_rt(&rig.epoch);
    for (int d = 0; d < READERS; ++d) {
      read_cycle(tracks[d], &at[d]);
      dice = scramble(dice + 12345);
      if (dice % 400 == 0 || at[d] + BLOCK > tracks[d]->frames) {
        at[d] = scramble(dice) % (SECONDS * RATE - BLOCK);
        atomic_fetch_add(&jumps, 1);
      }
      atomic_store(&rig.playheads[d].frame, at[d]);
    }
    const float frame[2] = {(float)dice, 1.0f};
    if (ring_space(rig.record) > 0) { // JACK's clock doesn't run that fast
      ring_write(rig.record, frame);
    }
    epoch_leave_rt(&rig.epoch);
  }
  return NULL;
}

static Reply
wait_for(const uint32_t ticket)
{
  Reply r;
  disk_wake(rig.disk);
  for (int k = 0; !ring_read(disk_replies(rig.disk), &r); ++k) {
    assert_true(k < 20000);
    pause_ms(1);
  }
  assert_int_equal(r.ticket, ticket);
  return r;
}

static void
what_a_cycle_reads_is_always_the_right_frame(void** state)
{
  (void)state;
  Track*            tracks[READERS];
  const char* const path = in_folder("t.wav");
  assert_true(make_wav(path, RATE, SECONDS * RATE));
  rig_start(4, true); // 128 chunks for eight decks: much is evicted
  for (uint8_t d = 0; d < READERS; ++d) {
    const Reply r = wait_for(ask_load(d, 0, path));
    assert_int_equal(r.status, STATUS_OK);
    tracks[d] = r.track;
    put_playhead(d, tracks[d], 0, 1.0, true);
  }
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, process, tracks), 0);
  assert_int_equal(wait_for(ask((Request){.kind = REQUEST_RECORD_START, .path = strdup(in_folder("r.wav"))})).status,
                   STATUS_OK);
  Track* other = NULL;
  for (int k = 0; k < 60 || (atomic_load(&played) < 20000 && k < 5000); ++k) { // meanwhile others are loaded and freed
    if (k < 60) {
      other = wait_for(ask_load(20, 0, path)).track;
      assert_non_null(other);
      const Reply pinned = wait_for(ask_pin(20, PIN_SEEK, other, (int64_t)k * 4000));
      assert_true(pinned.status == STATUS_OK);
      ask((Request){.kind = REQUEST_FREE, .track = other});
      assert_true(disk_stats(rig.disk).cache_used_mb <= 4.0);
    }
    pause_ms(2);
  }
  const Reply r = wait_for(ask((Request){.kind = REQUEST_RECORD_STOP}));
  assert_int_equal(r.status, STATUS_OK);
  assert_true(r.frames > 0);
  atomic_store(&done, true);
  pthread_join(thread, NULL);
  assert_int_equal(atomic_load(&wrong), 0);
  assert_true(atomic_load(&played) >= 20000);
  assert_true(atomic_load(&jumps) > 10);
  assert_true(disk_stats(rig.disk).read_mb > 1.0);
  rig_stop();
}

static void
a_thread_ends_at_once_with_requests_unread(void** state)
{
  (void)state;
  for (int k = 0; k < 20; ++k) {
    rig_start(1, true);
    ask_load(0, 0, "/nowhere/a.wav");
    ask_load(1, 0, "/nowhere/b.wav");
    rig_stop();
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_a_cycle_reads_is_always_the_right_frame),
    cmocka_unit_test(a_thread_ends_at_once_with_requests_unread),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
