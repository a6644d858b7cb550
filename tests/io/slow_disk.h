// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TESTS_IO_SLOW_DISK_H
#define TESTS_IO_SLOW_DISK_H

// Fifty decks on a slow drive, by the numbers: time here is counted, not measured.  Reading takes the time that the
// drive of the test would take, during which the engine's cycles go on as JACK's would; so that every run is the same
// on every machine.  This defines pread and clock_gettime for the whole program: include it once.

#include "engine/engine.h"
#include "io/disk.h"
#include "make_files.h"
#include "msg/command.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define RATE 48000
#define BLOCK 256
#define DECKS 50
#define AMPLITUDE 0.25

typedef struct {
  double mb_per_second;      ///< while it reads
  double ms_each;            ///< that every read takes besides
  double stall_ms, every_ms; ///< it stands still for so long, once in that time
} Drive;

static struct {
  Drive    drive;
  int64_t  now;        // ns
  int64_t  next_stall; // ns
  int64_t  frames;     // that the engine has done
  int64_t  begun;      // ns, at its frame 0
  bool     running;
  Engine*  engine;
  Disk*    disk;
  Track*   track[DECKS];
  float    before[DECKS][2]; // the last two samples of each deck
  double   bend[DECKS];      // its largest second difference
  int      waiting;          // replies that are to come
  uint32_t ticket;
  void (*script)(void); // what control does before each cycle
  void (*on_reply)(const Reply* r);
} sim = {.now = 1};

static void cycles_until_now(void);

int
clock_gettime(const clockid_t id, struct timespec* const t)
{
  (void)id;
  t->tv_sec  = sim.now / 1000000000;
  t->tv_nsec = sim.now % 1000000000;
  return 0;
}

ssize_t
pread(const int fd, void* const to, const size_t n, const off_t at)
{
  const ssize_t got = syscall(SYS_pread64, fd, to, n, at);
  if (sim.running && got > 0) {
    sim.now += (int64_t)(1e6 * sim.drive.ms_each + 1e9 * (double)got / (1e6 * sim.drive.mb_per_second));
    if (sim.drive.every_ms > 0.0 && sim.now >= sim.next_stall) {
      sim.now += (int64_t)(1e6 * sim.drive.stall_ms);
      sim.next_stall = sim.now + (int64_t)(1e6 * sim.drive.every_ms);
    }
    cycles_until_now();
  }
  return got;
}

/// 16 bits of a low tone, so that a click stands out of its second differences.
static float
low_tone(const int64_t frame, const int channel, const int rate)
{
  return (float)(AMPLITUDE * sin(6.2831853 * 90.0 * (double)frame / rate + channel));
}

static void
command(Command c)
{
  c.at = c.at ? c.at : AT_NOW;
  assert_true(ring_write(engine_commands(sim.engine), &c));
}

static uint32_t
ask(Request q)
{
  q.ticket = ++sim.ticket;
  ++sim.waiting;
  assert_true(ring_write(disk_requests(sim.disk), &q));
  return q.ticket;
}

static void
take_replies(void)
{
  Reply r;
  while (ring_read(disk_replies(sim.disk), &r)) {
    --sim.waiting;
    if (sim.on_reply) {
      sim.on_reply(&r);
    }
  }
}

static void
cycle(void)
{
  static float out[DECKS][2][BLOCK];
  EngineIo     io = {0};
  for (int d = 0; d < DECKS; ++d) {
    io.deck[d][0] = out[d][0];
    io.deck[d][1] = out[d][1];
  }
  engine_run_rt(engine_rt(sim.engine), BLOCK, &io);
  for (int d = 0; d < DECKS; ++d) {
    for (int k = 0; k < BLOCK; ++k) {
      const float x    = out[d][0][k];
      const float bend = fabsf(x - 2.0f * sim.before[d][1] + sim.before[d][0]);
      sim.bend[d]      = fmax(sim.bend[d], (double)bend);
      sim.before[d][0] = sim.before[d][1];
      sim.before[d][1] = x;
    }
  }
  for (Notice n; ring_read(engine_notices(sim.engine), &n);) {
  }
  sim.frames += BLOCK;
}

static void
cycles_until_now(void)
{
  static bool within; // what a script asks for is read by the disk later
  while (!within && sim.begun + sim.frames * 1000000000 / RATE <= sim.now) {
    within = true;
    take_replies();
    if (sim.script) {
      sim.script();
    }
    cycle();
    within = false;
  }
}

/// Let `seconds` pass.
static void
pass(const double seconds)
{
  const int64_t end = sim.now + (int64_t)(1e9 * seconds);
  while (sim.now < end) {
    sim.now += disk_work(sim.disk) ? 50000 : 4000000; // what it computes; else it sleeps
    cycles_until_now();
  }
}

static uint64_t
starves(const int deck)
{
  return atomic_load(&engine_levels(sim.engine)->deck[deck].starves);
}

static int
state_of(const int deck)
{
  return atomic_load(&engine_levels(sim.engine)->deck[deck].state);
}

/// All decks with that file, cued; time stands still meanwhile.
static void
sim_start(const Drive* const drive, const size_t cache_mb, const char* const path)
{
  sim.engine = NULL;
  memset(sim.bend, 0, sizeof(sim.bend));
  memset(sim.before, 0, sizeof(sim.before));
  assert_int_equal(engine_new(&sim.engine, &(EngineConfig){.rate = RATE, .decks = DECKS}, NULL), STATUS_OK);
  assert_int_equal(disk_new(&sim.disk, &(DiskConfig){sim.engine, cache_mb, false}, NULL), STATUS_OK);
  sim.running = false;
  sim.script  = NULL;
  sim.frames  = 0;
  for (int d = 0; d < DECKS; ++d) {
    Reply r;
    ask((Request){.kind = REQUEST_LOAD, .deck = (uint8_t)d, .path = strdup(path)});
    while (disk_work(sim.disk)) {
    }
    assert_true(ring_read(disk_replies(sim.disk), &r));
    assert_int_equal(r.status, STATUS_OK);
    sim.track[d] = r.track;
    command((Command){.kind = COMMAND_TRACK, .deck = (uint8_t)d, .track = {.track = r.track}});
    cycle();
  }
  sim.waiting = 0;
  for (int k = 0; k < 200; ++k) { // they are primed
    cycle();
    while (disk_work(sim.disk)) {
    }
  }
  sim.drive      = *drive;
  sim.begun      = sim.now - sim.frames * 1000000000 / RATE;
  sim.next_stall = sim.now + (int64_t)(1e6 * drive->every_ms);
  sim.running    = true;
}

static void
sim_stop(void)
{
  sim.running  = false;
  sim.on_reply = NULL;
  engine_retire_all(sim.engine);
  disk_free(sim.disk);
  engine_free(sim.engine);
}

#endif
