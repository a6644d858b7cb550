// SPDX-License-Identifier: GPL-3.0-or-later
// How much memory fifty decks take that play five-minute files of any format, measured of a process of their own.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"
#include "rig/rig.h"

#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RATE = 48000, BLOCK = 256, CACHE_MB = 64, BESIDES_MB = 64, STRETCHER_MB = 4, MINUTES = 5 };

static char folder[] = "/tmp/deckhost-memory-XXXXXX";

static const struct {
  const char* name;
  int         format;
} kinds[] = {{"a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16},
             {"b.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16},
             {"c.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS},
             {"d.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III},
             {"e.opus", SF_FORMAT_OGG | SF_FORMAT_OPUS}};

#define KINDS (int)(sizeof(kinds) / sizeof(kinds[0]))

// Nearly silent, and so quickly coded.
static int
make_files(void** state)
{
  static float x[2 * RATE];
  (void)state;
  bool good = mkdtemp(folder) != NULL;
  for (int k = 0; good && k < KINDS; ++k) {
    char path[64];
    snprintf(path, sizeof(path), "%s/%s", folder, kinds[k].name);
    SF_INFO        info = {.samplerate = RATE, .channels = 2, .format = kinds[k].format};
    SNDFILE* const f    = sf_open(path, SFM_WRITE, &info);
    for (int s = 0; f && s < MINUTES * 60; ++s) {
      x[s] = 0.1f;
      sf_writef_float(f, x, RATE);
    }
    good = f && sf_close(f) == 0;
  }
  return good ? 0 : -1;
}

static int
remove_files(void** state)
{
  char command[64];
  (void)state;
  snprintf(command, sizeof(command), "rm -rf '%s'", folder);
  return system(command);
}

typedef struct {
  Rig*    rig;
  int64_t frame;
  int     answers, errors;
} Fifty;

static int64_t
frame_now(void* const self)
{
  return ((Fifty*)self)->frame;
}

static void
answered(void* const data, const char* const line)
{
  Fifty* const s = data;
  s->answers += !strncmp(line, "/ok", 3) || !strncmp(line, "/error", 6);
  s->errors += !strncmp(line, "/error", 6);
}

static void
cycles(Fifty* const s, const int count)
{
  static float   master[2][BLOCK];
  const EngineIo io = {.master = {master[0], master[1]}};
  for (int i = 0; i < count; ++i) {
    control_poll(rig_control(s->rig), 0);
    while (disk_work(rig_disk(s->rig))) {
    }
    control_poll(rig_control(s->rig), 0);
    engine_run_rt(engine_rt(rig_engine(s->rig)), BLOCK, &io);
    s->frame += BLOCK;
  }
}

__attribute__((format(printf, 2, 3))) static void
tell(Fifty* const s, const char* const format, ...)
{
  char    line[300];
  va_list args;
  va_start(args, format);
  vsnprintf(line, sizeof(line), format, args);
  va_end(args);
  control_line(rig_control(s->rig), line, answered, s);
}

/// The most memory this process ever had, kB.
static long
most_kb(void)
{
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return u.ru_maxrss;
}

static bool
set_up(Fifty* const s, const uint32_t decks, const size_t cache_mb)
{
  const RigConfig config = {.rate = RATE, .decks = decks, .cache_mb = cache_mb, .offline = true};
  const RigHooks  hooks  = {.self = s, .frame_now = frame_now};
  Error           error;
  if (rig_new(&s->rig, &config, &error)) {
    puts(error.text);
    return false;
  }
  rig_set_hooks(s->rig, &hooks);
  return true;
}

/// Fifty decks, of one kind or (< 0) of all, `shifted` of them with Rubber Band, until the cache is full.
static long
play_fifty(const int kind, const int shifted)
{
  Fifty s = {0};
  if (!set_up(&s, 50, CACHE_MB)) {
    return -1;
  }
  for (int d = 0; d < 50; ++d) {
    tell(&s, "/deck/%d/load %s/%s", d + 1, folder, kinds[kind < 0 ? d % KINDS : kind].name);
    if (d < shifted) {
      tell(&s, "/deck/%d/pitch 7", d + 1);
    }
  }
  cycles(&s, 100);
  tell(&s, "/start 0");
  cycles(&s, 4 * RATE / BLOCK);
  DiskStats  stats = disk_stats(rig_disk(s.rig));
  const bool good  = s.errors == 0 && s.answers == 51 + shifted && stats.cache_used_mb <= CACHE_MB;
  rig_free(s.rig);
  return good ? most_kb() : -1;
}

/// 27 decks with eight stems each.
static long
load_216(const int unused, const int unused_too)
{
  (void)unused;
  (void)unused_too;
  Fifty s = {0};
  if (!set_up(&s, 27, 256)) {
    return -1;
  }
  for (int k = 0; k < 216; ++k) {
    tell(&s, "/deck/%d/load %s/%s %d", k / 8 + 1, folder, kinds[k % KINDS].name, k % 8 + 1);
  }
  cycles(&s, 400);
  tell(&s, "/start 0");
  cycles(&s, RATE / BLOCK);
  uint64_t starves = 0;
  for (int d = 0; d < 27; ++d) {
    starves += atomic_load(&engine_levels(rig_engine(s.rig))->deck[d].starves);
  }
  const bool good = s.errors == 0 && s.answers == 217 && starves == 0;
  rig_free(s.rig);
  return good ? most_kb() : -1;
}

/// What `run` says, in a process of its own.
static long
apart(long (*const run)(int, int), const int kind, const int shifted)
{
  int  ends[2];
  long kb = -1;
  assert_int_equal(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    log_set_level(LOG_ERROR);
    kb = run(kind, shifted);
    _exit(write(ends[1], &kb, sizeof(kb)) != sizeof(kb));
  }
  close(ends[1]);
  assert_int_equal(read(ends[0], &kb, sizeof(kb)), sizeof(kb));
  close(ends[0]);
  waitpid(child, NULL, 0);
  return kb;
}

static void
fifty_decks_stay_within_the_cache_and_64_mb(void** state)
{
  (void)state;
  for (int kind = -1; kind < KINDS; ++kind) {
    const long kb = apart(play_fifty, kind, 0);
    print_message("%-8s %ld kB\n", kind < 0 ? "mixed" : kinds[kind].name, kb);
    assert_true(kb > 0);
#if !defined(DECKHOST_SANITIZED)
    assert_true(kb <= (CACHE_MB + BESIDES_MB) * 1024L);
#endif
  }
}

static void
rubber_band_takes_at_most_4_mb_more_a_deck(void** state)
{
  (void)state;
  const long kb = apart(play_fifty, 0, 8);
  print_message("8 shifted %ld kB\n", kb);
  assert_true(kb > 0);
#if !defined(DECKHOST_SANITIZED)
  assert_true(kb <= (CACHE_MB + BESIDES_MB + 8 * STRETCHER_MB) * 1024L);
#endif
}

static void
two_hundred_and_sixteen_tracks_are_no_problem(void** state)
{
  (void)state;
  const long kb = apart(load_216, 0, 0);
  print_message("216 tracks %ld kB\n", kb);
  assert_true(kb > 0);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(fifty_decks_stay_within_the_cache_and_64_mb),
    cmocka_unit_test(rubber_band_takes_at_most_4_mb_more_a_deck),
    cmocka_unit_test(two_hundred_and_sixteen_tracks_are_no_problem),
  };
  return cmocka_run_group_tests(tests, make_files, remove_files);
}
