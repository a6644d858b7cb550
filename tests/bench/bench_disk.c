// SPDX-License-Identifier: GPL-3.0-or-later
// What the disk thread costs beside libsndfile alone: a file played through by one deck, and by eight, its chunks going
// through the cache, against reading the same file into as much memory, as the same stereo floats: of a mono file
// libsndfile alone reads a piece that stays in a near cache, each sample of which is then written twice.

#include "base/log.h"
#include "io/disk_parts.h"

#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
  RATE        = 48000,
  SECONDS     = 60,
  RUNS        = 7,
  RAW_FRAMES  = 65536,
  MONO_FRAMES = 8192,
  CACHE_MB    = 16,
  MOST        = 8,
  STEP        = 16384
};

static const struct {
  const char* name;
  int         format, channels;
} kinds[] = {
  {"WAV, float", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 2},
  {"WAV, 16 bit", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 2},
  {"WAV, 24 bit", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 2},
  {"WAV, float, mono", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 1},
  {"WAV, 16 bit, mono", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1},
  {"AIFF, 16 bit", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 2},
  {"FLAC", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 2},
  {"Ogg Vorbis", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 2},
  {"MP3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 2},
  {"Opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 2},
};

static char path[64];

/// Nanoseconds that this thread has run: what else the machine does matters less.
static double
cpu_ns(void)
{
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void
give_up(const char* const why)
{
  puts(why);
  exit(EXIT_FAILURE);
}

static void
make_file(const int format, const int channels)
{
  SF_INFO        info = {.samplerate = RATE, .channels = channels, .format = format};
  SNDFILE* const f    = sf_open(path, SFM_WRITE, &info);
  float*         x    = malloc(sizeof(float) * (size_t)channels * RATE);
  uint32_t       dice = 1;
  if (!f || !x) {
    give_up("can't make a file");
  }
  for (int s = 0; s < SECONDS; ++s) {
    for (int k = 0; k < RATE * channels; ++k) {
      const double t = s + (double)(k / channels) / RATE;
      dice           = dice * 1664525u + 1013904223u;
      x[k]           = (float)(0.3 * sin(1382.3 * t) + 0.1 * sin(7756.0 * t + k % channels) + 0x1p-37 * (int32_t)dice);
    }
    sf_writef_float(f, x, RATE);
  }
  sf_close(f);
  free(x);
}

/// RAW_FRAMES frames, or as many as there are, as stereo.
static sf_count_t
read_stereo(SNDFILE* const f, const int channels, float* const to)
{
  static float mono[MONO_FRAMES];
  sf_count_t   n = 0, got = 1;
  if (channels == 2) {
    return sf_readf_float(f, to, RAW_FRAMES);
  }
  while (n < RAW_FRAMES && (got = sf_readf_float(f, mono, MONO_FRAMES)) > 0) {
    for (sf_count_t k = 0; k < got; ++k) {
      to[2 * (n + k)] = to[2 * (n + k) + 1] = mono[k];
    }
    n += got;
  }
  return n;
}

/// libsndfile alone, into as much memory as the cache has.  Nanoseconds per frame.
static double
raw(void)
{
  static float   memory[CACHE_MB * 2][2 * RAW_FRAMES]; // half a MB each
  SF_INFO        info  = {0};
  const double   begin = cpu_ns();
  SNDFILE* const f     = sf_open(path, SFM_READ, &info);
  sf_count_t     n     = 0, got;
  for (int k = 0; (got = read_stereo(f, info.channels, memory[k % (CACHE_MB * 2)])) > 0; ++k) {
    n += got;
  }
  sf_close(f);
  return (cpu_ns() - begin) / (double)n;
}

typedef struct {
  Disk*    disk;
  Epoch    epoch;
  Ring*    record;
  Playhead playhead[MOST];
  Track*   track[MOST];
  uint32_t decks;
} Bench;

static void
work(const Bench* const b)
{
  while (disk_work(b->disk)) {
  }
}

static void
start(Bench* const b, const uint32_t decks)
{
  DiskParts parts = {.epoch = &b->epoch, .rate = RATE, .cache_mb = CACHE_MB, .decks = decks};
  b->decks        = decks;
  b->record       = ring_new(16, 2 * sizeof(float));
  parts.record    = b->record;
  for (uint32_t d = 0; d < decks; ++d) {
    atomic_init(&b->playhead[d].loop_end, -1);
    atomic_init(&b->playhead[d].step, 1.0f);
    parts.playheads[d] = &b->playhead[d];
  }
  if (disk_new_of(&b->disk, &parts, NULL)) {
    give_up("no disk");
  }
  for (uint32_t d = 0; d < decks; ++d) {
    const Request q = {.kind = REQUEST_LOAD, .deck = (uint8_t)d, .path = strdup(path)};
    Reply         r;
    ring_write(disk_requests(b->disk), &q);
    work(b);
    if (!ring_read(disk_replies(b->disk), &r) || r.status) {
      give_up("the file doesn't load");
    }
    b->track[d] = r.track;
  }
}

/// Play the file through on all decks, a look at the playheads every STEP frames.  Nanoseconds per deck and frame.
static double
play(Bench* const b)
{
  const double begin = cpu_ns();
  for (int64_t frame = 0; frame < SECONDS * RATE; frame += STEP) {
    for (uint32_t d = 0; d < b->decks; ++d) {
      atomic_store(&b->playhead[d].track[0], b->track[d]);
      atomic_store(&b->playhead[d].frame, frame);
      atomic_store(&b->playhead[d].moving, true);
    }
    work(b);
  }
  return (cpu_ns() - begin) / ((double)SECONDS * RATE * b->decks);
}

/// What it costs to find that there is nothing to do.  Nanoseconds.
static double
look(Bench* const b)
{
  enum { LOOKS = 20000 };
  work(b);
  const double begin = cpu_ns();
  for (int k = 0; k < LOOKS; ++k) {
    disk_work(b->disk);
  }
  return (cpu_ns() - begin) / LOOKS;
}

static void
stop(Bench* const b)
{
  disk_free(b->disk);
  ring_free(b->record);
  memset(b, 0, sizeof(*b));
}

static double
least(const double a, const double b)
{
  return a < b ? a : b;
}

int
main(void)
{
  static Bench one, many;
  const int    fd = (strcpy(path, "/tmp/deckhost-bench-XXXXXX"), mkstemp(path));
  if (fd < 0) {
    give_up("can't write into /tmp");
  }
  close(fd);
  log_set_level(LOG_ERROR);
  printf("The disk thread beside libsndfile, %d s at %d Hz, cache %d MB; least of %d, ns per frame\n\n", SECONDS, RATE,
         CACHE_MB, RUNS);
  printf("%-20s %10s %10s %7s %10s %7s %15s\n", "", "libsndfile", "one deck", "", "8 decks", "", "idle look, deck");
  for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); ++k) {
    double idle = 0.0, alone = HUGE_VAL, ns1 = HUGE_VAL, ns8 = HUGE_VAL;
    make_file(kinds[k].format, kinds[k].channels);
    start(&one, 1);
    start(&many, MOST);
    for (int r = 0; r < RUNS; ++r) {
      alone = least(alone, raw());
      ns1   = least(ns1, play(&one));
      ns8   = least(ns8, r < 3 ? play(&many) : ns8);
    }
    idle = look(&many) / MOST;
    stop(&one);
    stop(&many);
    printf("%-20s %10.2f %10.2f %6.2fx %10.2f %6.2fx %12.0f ns\n", kinds[k].name, alone, ns1, ns1 / alone, ns8,
           ns8 / alone, idle);
    fflush(stdout);
  }
  unlink(path);
  return EXIT_SUCCESS;
}
