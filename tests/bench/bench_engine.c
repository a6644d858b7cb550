// SPDX-License-Identifier: GPL-3.0-or-later
// What decks cost, offline: nanoseconds per deck and frame, percent of one core for 4 and for 50 of them, and how much
// faster than real time `deckhost render` is with them.

#include "base/log.h"
#include "rig/rig.h"
#include "support/wav.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

enum { RATE = 48000, BLOCK = 256, FILE_SECONDS = 20, TURNS = 20000, RUNS = 5 };

static char file[64];

typedef struct {
  Rig*     rig;
  int64_t  frame;
  uint32_t decks;
} Bench;

/// Nanoseconds that this thread has run: what else the machine does matters less.
static int64_t
cpu_ns(void)
{
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t
frame_now(void* const self)
{
  return ((Bench*)self)->frame;
}

static void
failed(void* const data, const char* const line)
{
  (void)data;
  if (!strncmp(line, "/error", 6)) {
    printf("%s\n", line);
    exit(EXIT_FAILURE);
  }
}

static void
turn(const Bench* const b)
{
  control_poll(rig_control(b->rig), 0);
  while (disk_work(rig_disk(b->rig))) {
  }
  control_poll(rig_control(b->rig), 0);
}

/// Run cycles; returns the nanoseconds that the engine took.
static double
cycles(Bench* const b, const int count)
{
  static float   master[2][BLOCK];
  const EngineIo io = {.master = {master[0], master[1]}};
  double         ns = 0.0;
  for (int i = 0; i < count; ++i) {
    turn(b);
    const int64_t begin = cpu_ns();
    engine_run_rt(engine_rt(rig_engine(b->rig)), BLOCK, &io);
    ns += (double)(cpu_ns() - begin);
    b->frame += BLOCK;
  }
  return ns;
}

/// `format` with the deck's number, to every deck.
static void
each(const Bench* const b, const char* const address, const char* const args)
{
  for (uint32_t deck = 1; deck <= b->decks; ++deck) {
    char line[300];
    snprintf(line, sizeof(line), "/deck/%u/%s %s", deck, address, args);
    control_line(rig_control(b->rig), line, failed, NULL);
  }
}

static int
compare(const void* const a, const void* const b)
{
  return *(const double*)a < *(const double*)b ? -1 : *(const double*)a > *(const double*)b;
}

static const struct {
  const char *name, *address, *args, *address2, *args2;
} cases[] = {
  {"plain", NULL, NULL, NULL, NULL},           {"EQ on, one band", "eq/low", "-6", NULL, NULL},
  {"speed 1.06", "speed", "1.06", NULL, NULL}, {"speed 1.06, key lock", "speed", "1.06", "keylock", "1"},
  {"pitch +2", "pitch", "2", NULL, NULL},      {"pitch +7", "pitch", "7", NULL, NULL},
};

static void
measure(const size_t which, const uint32_t decks, const int seconds)
{
  const RigConfig config = {.rate = RATE, .decks = decks, .cache_mb = 512, .offline = true};
  Bench           b      = {.decks = decks};
  Error           error;
  double          ns[RUNS];
  if (rig_new(&b.rig, &config, &error)) {
    puts(error.text);
    exit(EXIT_FAILURE);
  }
  const RigHooks hooks = {.self = &b, .frame_now = frame_now};
  rig_set_hooks(b.rig, &hooks);
  each(&b, "load", file);
  cycles(&b, 50);
  each(&b, "repeat", "1");
  if (cases[which].address) {
    each(&b, cases[which].address, cases[which].args);
  }
  if (cases[which].address2) {
    each(&b, cases[which].address2, cases[which].args2);
  }
  each(&b, "play", "");
  cycles(&b, RATE / BLOCK); // primed, engaged, cross-faded
  const int     count = seconds * RATE / BLOCK / RUNS;
  const int64_t begin = cpu_ns();
  for (int r = 0; r < RUNS; ++r) {
    ns[r] = cycles(&b, count) / ((double)count * BLOCK);
  }
  const double whole = (double)(cpu_ns() - begin);
  qsort(ns, RUNS, sizeof(double), compare);
  const double per_frame = ns[RUNS / 2];
  printf("%-24s %5u %12.1f ns %11.2f %% %13.1f x\n", cases[which].name, decks, per_frame / decks,
         per_frame * RATE * 1e-7, (double)count * RUNS * BLOCK / RATE / (whole * 1e-9));
  fflush(stdout);
  rig_free(b.rig);
}

/// A chord with a beat: what a pitch shifter has to work at.
static bool
make_file(void)
{
  const int64_t n = (int64_t)FILE_SECONDS * RATE;
  float* const  x = malloc((size_t)n * 8);
  for (int64_t i = 0; x && i < n; ++i) {
    const double t    = (double)i / RATE;
    const double beat = exp(-fmod(t, 0.5) * 20.0) * sin(6.2831853 * 60.0 * t);
    const double c    = sin(6.2831853 * 220.0 * t) + sin(6.2831853 * 277.2 * t) + sin(6.2831853 * 329.6 * t);
    x[2 * i]          = (float)(0.02 * beat + 0.005 * c);
    x[2 * i + 1]      = (float)(0.02 * beat + 0.004 * c);
  }
  const int  fd   = (strcpy(file, "/tmp/deckhost-bench-XXXXXX.wav"), mkstemps(file, 4));
  const bool good = fd >= 0 && x && !wav_write(file, x, n, RATE);
  if (fd >= 0) {
    close(fd);
  }
  free(x);
  return good;
}

int
main(void)
{
  log_set_level(LOG_ERROR);
  if (!make_file()) {
    puts("can't write into /tmp");
    return EXIT_FAILURE;
  }
  printf("The engine at %d Hz, blocks of %d frames, one thread, offline; median of %d\n\n", RATE, BLOCK, RUNS);
  printf("%-24s %5s %15s %13s %15s\n", "every deck", "decks", "per deck frame", "of one core", "with the disk");
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    measure(i, 4, 10);
    measure(i, 50, 5);
  }
  puts("\nwith the disk: times real time of everything together, as `deckhost render` has it.");
  unlink(file);
  return EXIT_SUCCESS;
}
