// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/engine.h"
#include "io/disk.h"
#include "make_files.h"
#include "msg/command.h"

// Disk and engine together, without threads: what is in the file comes out of the master.

#define RATE 48000
#define BLOCK 1024

static Engine* engine;
static Disk*   disk;
static int64_t now;

static void
start(void)
{
  Error e = {""};
  now     = 0;
  assert_int_equal(engine_new(&engine, &(EngineConfig){.rate = RATE, .decks = 2}, &e), STATUS_OK);
  assert_int_equal(disk_new(&disk, &(DiskConfig){engine, 4, false}, &e), STATUS_OK);
}

static void
stop(void)
{
  engine_retire_all(engine);
  disk_free(disk);
  engine_free(engine);
}

static void
cycle(float* const left, float* const right)
{
  EngineIo io = {.master = {left, right}};
  while (disk_work(disk)) {
  }
  engine_run_rt(engine_rt(engine), BLOCK, &io);
  now += BLOCK;
}

static void
command(Command c)
{
  c.at = c.at ? c.at : AT_NOW;
  assert_true(ring_write(engine_commands(engine), &c));
}

static Reply
reply(Request q)
{
  Reply r;
  assert_true(ring_write(disk_requests(disk), &q));
  while (disk_work(disk)) {
  }
  assert_true(ring_read(disk_replies(disk), &r));
  return r;
}

static void
a_file_comes_out_bit_for_bit_through_jumps_and_a_small_cache(void** state)
{
  (void)state;
  static float left[BLOCK], right[BLOCK];
  const char*  path = in_folder("t.wav");
  assert_true(make_wav(path, RATE, 30 * RATE));
  start();
  const Reply r = reply((Request){.kind = REQUEST_LOAD, .path = strdup(path)});
  assert_int_equal(r.status, STATUS_OK);
  command((Command){.kind = COMMAND_TRACK, .track = {.track = r.track}});
  for (int k = 0; k < 20; ++k) {
    cycle(left, right);
  }
  command((Command){.kind = COMMAND_PLAY, .at = now});
  for (int64_t f = 0; f + BLOCK < 10 * RATE; f += BLOCK) {
    cycle(left, right);
    for (int k = 0; k < BLOCK; ++k) {
      assert_true(left[k] == counter(f + k, 0));
      assert_true(right[k] == counter(f + k, 1));
    }
  }
  // A jump: pinned first, then exact after the cross-fade
  const int64_t to = 20 * RATE + 17;
  assert_int_equal(reply((Request){.kind = REQUEST_PIN, .pin = PIN_SEEK, .track = r.track, .frame = to}).status,
                   STATUS_OK);
  command((Command){.kind = COMMAND_SEEK, .at = now, .seek = {.frame = to}});
  for (int64_t f = to; f + BLOCK < 29 * RATE; f += BLOCK) {
    cycle(left, right);
    for (int k = f == to ? 64 : 0; k < BLOCK; ++k) {
      assert_true(left[k] == counter(f + k, 0));
    }
  }
  assert_int_equal(engine_levels(engine)->deck[0].starves, 0);
  stop();
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_file_comes_out_bit_for_bit_through_jumps_and_a_small_cache),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
