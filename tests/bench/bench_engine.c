// SPDX-License-Identifier: GPL-3.0-or-later
// What decks cost, offline: nanoseconds per deck and frame, percent of one core for 4 and for 50 of them, how much
// faster than real time `deckhost render` is with them, how it grows from 1 to 64 decks, and what a second thread is
// worth.  An argument picks cases by name.

#include "base/clock.h"
#include "base/log.h"
#include "rig/rig.h"
#include "support/wav.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdbool.h>
#include <unistd.h>

enum { RATE = 48000, BLOCK = 256, FILE_SECONDS = 20, RUNS = 9 };

static char file[64];

typedef struct {
  Rig*     rig;
  int64_t  frame;
  uint32_t decks;
} Bench;

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
  int64_t        ns = 0;
  for (int i = 0; i < count; ++i) {
    turn(b);
    const int64_t begin = clock_ns();
    engine_run_rt(engine_rt(rig_engine(b->rig)), BLOCK, &io);
    ns += clock_ns() - begin;
    b->frame += BLOCK;
  }
  return (double)ns;
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

typedef struct {
  const char *name, *address, *args, *address2, *args2;
  bool        fine;
} Case;

static const Case cases[] = {
  {"plain", NULL, NULL, NULL, NULL, false},
  {"EQ on, one band", "eq/low", "-6", NULL, NULL, false},
  {"speed 1.06", "speed", "1.06", NULL, NULL, false},
  {"speed 1.06, EQ", "speed", "1.06", "eq/low", "-6", false},
  {"speed 1.06, fine reader", "speed", "1.06", NULL, NULL, true},
  {"speed 1.06, key lock", "speed", "1.06", "keylock", "1", false},
  {"speed 1.122, key lock", "speed", "1.122462", "keylock", "1", false}, // two semitones
  {"pitch +2, EQ", "pitch", "2", "eq/low", "-6", false},
  {"pitch +7, Rubber Band", "pitch", "7", NULL, NULL, false},
};
enum { CASES = sizeof(cases) / sizeof(cases[0]), EQ = 3, RUBBER = CASES - 1 };

/// All decks playing, engaged, cross-faded.
static Bench
begin(const Case* const c, const uint32_t decks)
{
  const RigConfig config = {.rate = RATE, .decks = decks, .cache_mb = 512, .fine = c->fine, .offline = true};
  Bench           b      = {.decks = decks};
  Error           error;
  if (rig_new(&b.rig, &config, &error)) {
    puts(error.text);
    exit(EXIT_FAILURE);
  }
  return b;
}

static void
play(Bench* const b, const Case* const c)
{
  const RigHooks hooks = {.self = b, .frame_now = frame_now};
  rig_set_hooks(b->rig, &hooks);
  each(b, "load", file);
  cycles(b, 50);
  each(b, "repeat", "1");
  if (c->address) {
    each(b, c->address, c->args);
  }
  if (c->address2) {
    each(b, c->address2, c->args2);
  }
  each(b, "play", "");
  cycles(b, RATE / BLOCK);
}

/// Nanoseconds that the plugins have taken so far.
static double
in_plugins(const Bench* const b)
{
  const Levels* const l = engine_levels(rig_engine(b->rig));
  return (double)(atomic_load(&l->stage[STAGE_PITCH].sum_ns) + atomic_load(&l->stage[STAGE_EQ].sum_ns) +
                  atomic_load(&l->stage[STAGE_INSERTS].sum_ns));
}

// The machine is seldom ours alone, and nothing makes a run faster than it is: the best of several.
static void
measure(const Case* const c, const uint32_t decks, const double seconds)
{
  Bench b = begin(c, decks);
  play(&b, c);
  const int     count  = (int)(seconds * RATE / BLOCK / RUNS);
  const double  frames = (double)count * BLOCK * decks;
  const int64_t start  = clock_ns();
  double        best = 1e30, beside = 0.0;
  for (int r = 0; r < RUNS; ++r) {
    const double plugins = in_plugins(&b);
    const double ns      = cycles(&b, count) / frames;
    if (ns < best) {
      best   = ns;
      beside = ns - (in_plugins(&b) - plugins) / frames;
    }
  }
  const double whole = (double)(clock_ns() - start);
  printf("%-24s %5u %9.1f ns %9.1f ns %9.2f %% %9.1f x\n", c->name, decks, best, beside, best * decks * RATE * 1e-7,
         (double)count * RUNS * BLOCK / RATE / (whole * 1e-9));
  fflush(stdout);
  rig_free(b.rig);
}

/// Nanoseconds per deck and frame on one thread and on two, in turns.
static void
on_two_threads(const Case* const c, const uint32_t decks, const double seconds, double best[2])
{
  Bench b = begin(c, decks);
  play(&b, c);
  const int count = (int)(seconds * RATE / BLOCK / RUNS / 2) + 1;
  best[0] = best[1] = 1e30;
  for (int r = 0; r < 2 * RUNS; ++r) {
    engine_start_threads(rig_engine(b.rig), &crew_plain, 1 + (uint32_t)r % 2, NULL);
    const double ns = cycles(&b, count) / ((double)count * BLOCK * decks);
    best[r % 2]     = ns < best[r % 2] ? ns : best[r % 2];
  }
  rig_free(b.rig);
}

static void
grow(void)
{
  printf("\nHow it grows, per deck frame       on one thread      on two\n");
  for (int which = 0; which < 2; ++which) {
    const Case* const c = &cases[which ? RUBBER : EQ];
    for (uint32_t decks = 1; decks <= 64; decks *= 2) {
      const uint32_t n = decks == 32 ? 50 : decks;
      double         ns[2];
      on_two_threads(c, n, which ? 20.0 / n + 0.5 : 4.0, ns);
      printf("%-24s %5u %10.1f ns %8.1f ns %8.2f times as fast\n", c->name, n, ns[0], ns[1], ns[0] / ns[1]);
      fflush(stdout);
    }
  }
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
main(const int argc, char** const argv)
{
  log_set_level(LOG_ERROR);
  if (!make_file()) {
    puts("can't write into /tmp");
    return EXIT_FAILURE;
  }
  const char* const only = argc > 1 ? argv[1] : "";
  printf("The engine at %d Hz, blocks of %d frames, offline; the best of %d\n\n", RATE, BLOCK, RUNS);
  printf("%-24s %5s %12s %12s %11s %11s\n", "every deck, one thread", "decks", "deck frame", "no plugins", "of a core",
         "with disk");
  for (size_t i = 0; i < CASES; ++i) {
    if (strstr(cases[i].name, only)) {
      measure(&cases[i], 4, 6.0);
      measure(&cases[i], 50, 3.0);
    }
  }
  puts("\nno plugins: what is left when the time in plugins is taken off.\nwith disk: times real time of everything "
       "together, as `deckhost render` has it.");
  if (!*only) {
    grow();
  }
  unlink(file);
  return EXIT_SUCCESS;
}
