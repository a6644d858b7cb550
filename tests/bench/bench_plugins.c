// SPDX-License-Identifier: GPL-3.0-or-later
// What our plugins cost, mode by mode, beside others that are installed: nanoseconds per stereo frame, run by our host.

#include "host/host.h"
#include "rig/rig.h"

#include <math.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { RATE = 48000, SIGNAL = RATE / 4, RUNS = 7 };

static const double RUN_NS = 40e6; ///< at least so long is each of the runs that the median is of

typedef struct {
  const char* name;
  const char* uri;
  const char* ports; ///< "symbol=value ..."
  double      ns[2]; ///< at blocks of 256 and 64; 0: not there
} Case;

#define EQ "urn:deckhost:eq"
#define PITCH "urn:deckhost:pitch"

static Case eqs[] = {
  {"eq, Tone, flat", EQ, "", {0}},
  {"eq, Tone, three bands", EQ, "low=-6 mid=3 high=4", {0}},
  {"eq, Isolator, low killed", EQ, "mode=1 kill_low=1", {0}},
  {"eq:mono x 2, Tone, three bands", EQ ":mono", "low=-6 mid=3 high=4", {0}},
  {"x42 fil4, four bands", "http://gareus.org/oss/lv2/fil4#stereo", "gain1=6 gain2=-6 gain3=3 gain4=-3", {0}},
  {"swh DJ EQ", "http://plugin.org.uk/swh-plugins/dj_eq", "lo=-6 mid=3 hi=4", {0}},
  {"Calf EQ, 5 bands",
   "http://calf.sourceforge.net/plugins/Equalizer5Band",
   "ls_active=1 hs_active=1 p1_active=1",
   {0}},
  {"LSP para_equalizer_x8",
   "http://lsp-plug.in/plugins/lv2/para_equalizer_x8_stereo",
   "ft_0=5 g_0=0.5 ft_1=1 g_1=1.4 ft_2=3 g_2=1.5",
   {0}},
};

static Case pitches[] = {
  {"pitch, Rubber Band Fine, +7", PITCH, "engine=2 quality=1 semitones=7", {0}},
  {"pitch, Rubber Band Fast, +7", PITCH, "engine=2 semitones=7", {0}},
  {"pitch, Resampler, +2", PITCH, "engine=1 semitones=2", {0}},
  {"pitch, Resampler, +7", PITCH, "engine=1 semitones=7", {0}},
  {"pitch, Auto, +2, Constant", PITCH, "semitones=2", {0}},
  {"pitch, Auto, 0", PITCH, "", {0}},
  {"Rubber Band's own plugin, +7", "http://breakfastquay.com/rdf/lv2-rubberband#stereo", "semitones=7", {0}},
  {"Rubber Band's own, R3, +7", "http://breakfastquay.com/rdf/lv2-rubberband#r3stereo", "semitones=7", {0}},
  {"swh pitchScaleHQ x 2, +2", "http://plugin.org.uk/swh-plugins/pitchScaleHQ", "mult=1.1225", {0}},
  {"swh amPitchshift x 2, +2", "http://plugin.org.uk/swh-plugins/amPitchshift", "pitch=1.1225", {0}},
};

/// Nanoseconds that this thread has run: what else the machine does matters less.
static int64_t
cpu_ns(void)
{
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static float signal[2][SIGNAL];

/// Something like music: a chord, a beat, a little noise.
static void
make_signal(void)
{
  uint32_t seed = 1;
  for (int i = 0; i < SIGNAL; ++i) {
    const double t    = (double)i / RATE;
    const double beat = exp(-fmod(t, 0.5) * 20.0) * sin(6.2831853 * 60.0 * t);
    const double c    = sin(6.2831853 * 220.0 * t) + sin(6.2831853 * 277.2 * t) + sin(6.2831853 * 329.6 * t);
    seed              = seed * 1664525u + 1013904223u;
    signal[0][i]      = (float)(0.3 * beat + 0.1 * c + 0.05 * ((double)(int32_t)seed / 2147483648.0));
    signal[1][i]      = (float)(0.3 * beat + 0.08 * c);
  }
}

static void
set_ports(const Plugin* const p, const char* const ports)
{
  char  copy[200];
  char* save = NULL;
  snprintf(copy, sizeof(copy), "%s", ports);
  for (char* word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
    char* const equals = strchr(word, '=');
    *equals            = '\0';
    const uint32_t at  = plugin_port(p, word);
    if (at == NO_PORT) {
      printf("  (%s has no port %s)\n", p->name, word);
    } else {
      p->values[at] = strtof(equals + 1, NULL);
    }
  }
}

/// One pass over the signal; returns the frames done.
static uint32_t
pass(const Plugin* const p, const uint32_t block, float* const out[2])
{
  for (uint32_t i = 0; i + block <= SIGNAL; i += block) {
    float* const in[2] = {signal[0] + i, signal[1] + i};
    p->run(p->self, in, out, block);
  }
  return SIGNAL / block * block;
}

static int
compare(const void* const a, const void* const b)
{
  return *(const double*)a < *(const double*)b ? -1 : *(const double*)a > *(const double*)b;
}

static double
measure(const Plugin* const p, const uint32_t block)
{
  static float left[256], right[256];
  float* const out[2] = {left, right};
  double       ns[RUNS];
  pass(p, block, out); // settled, and in the cache
  for (int r = 0; r < RUNS; ++r) {
    const int64_t begin  = cpu_ns();
    double        frames = 0.0, spent;
    do {
      frames += pass(p, block, out);
      spent = (double)(cpu_ns() - begin);
    } while (spent < RUN_NS);
    ns[r] = spent / frames;
  }
  qsort(ns, RUNS, sizeof(double), compare);
  return ns[RUNS / 2];
}

/// Times each case, and prints it beside `reference`, the first one's name that others are compared with.
static void
table(Host* const h, const char* const title, Case* const cases, const size_t n, const size_t reference)
{
  printf("\n%-34s %12s %12s %10s %12s\n", title, "block 256", "block 64", "ratio", "one core");
  for (size_t i = 0; i < n; ++i) {
    const size_t k = i == 0 ? reference : i <= reference ? i - 1 : i; // the reference first
    Case* const  c = &cases[k];
    Plugin*      p = NULL;
    Error        error;
    if (host_plugin_new(h, c->uri, &p, &error)) {
      printf("%-34s skipped: not installed or does not start\n", c->name);
      continue;
    }
    set_ports(p, c->ports);
    c->ns[0] = measure(p, 256);
    c->ns[1] = measure(p, 64);
    host_plugin_free(h, p);
    printf("%-34s %9.2f ns %9.2f ns %10.2f %10.3f %%\n", c->name, c->ns[0], c->ns[1],
           cases[reference].ns[0] > 0.0 ? c->ns[0] / cases[reference].ns[0] : 1.0, c->ns[0] * RATE * 1e-7);
    fflush(stdout);
  }
}

/// Foreign plugins complain on standard error when they don't start: that is said in the table.
static void
hush(void)
{
  if (!freopen("/dev/null", "w", stderr)) {
    puts("(standard error stays open)");
  }
}

int
main(void)
{
  const HostConfig config = {.rate = RATE, .bundle_dir = rig_bundle_dir(), .offline = false};
  Host*            h      = NULL;
  const char*      path   = getenv("LV2_PATH");
  char             paths[4096];
  snprintf(paths, sizeof(paths), "%.3000s%s/usr/lib/lv2:/usr/local/lib/lv2", path ? path : "", path ? ":" : "");
  setenv("LV2_PATH", paths, 1); // the others, too
  hush();
  make_signal();
  if (host_new(&h, &config, NULL)) {
    return EXIT_FAILURE;
  }
  printf("Nanoseconds per stereo frame at %d Hz, median of %d runs\n", RATE, RUNS);
  table(h, "EQ", eqs, sizeof(eqs) / sizeof(eqs[0]), 1);
  table(h, "Pitch", pitches, sizeof(pitches) / sizeof(pitches[0]), 1);
  puts("\nratio: to the first line of the table.  one core: what one instance takes of it at this rate.");
  host_free(h);
  return EXIT_SUCCESS;
}
