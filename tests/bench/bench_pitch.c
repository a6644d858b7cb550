// SPDX-License-Identifier: GPL-3.0-or-later
// How our pitch shifter sounds beside others that are installed: tones, chords and hits at shifts of up to three
// semitones, and what that costs.  All are run by our host, at blocks of 256.

#include "host/host.h"
#include "rig/rig.h"

#include "support/chord.h"
#include "support/tone.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { RATE = 48000, BLOCK = 256, BITS = 17, FRAMES = (1 << BITS) + RATE, HITS = 24, SHIFTS = 6 };

static const double SEMITONES[SHIFTS] = {-3, -2, -1, 1, 2, 3};

typedef struct {
  const char* name;
  const char* uri;
  const char* ports; ///< "symbol=value ..."
  const char* shift; ///< the port for it
  bool        ratio; ///< it takes a ratio, not semitones
} Case;

static const Case cases[] = {
  {"pitch, Constant", "urn:deckhost:pitch", "engine=1", "semitones", false},
  {"pitch, Lowest", "urn:deckhost:pitch", "engine=1 latency_mode=1", "semitones", false},
  {"pitch, Rubber Band Fast", "urn:deckhost:pitch", "engine=2", "semitones", false},
  {"pitch, Rubber Band Fine", "urn:deckhost:pitch", "engine=2 quality=1", "semitones", false},
  {"Rubber Band's own plugin", "http://breakfastquay.com/rdf/lv2-rubberband#stereo", "", "semitones", false},
  {"swh pitchScaleHQ x 2", "http://plugin.org.uk/swh-plugins/pitchScaleHQ", "", "mult", true},
  {"swh amPitchshift x 2", "http://plugin.org.uk/swh-plugins/amPitchshift", "size=4", "pitch", true},
  {"TAP pitch x 2", "http://moddevices.com/plugins/tap/pitch", "", "semitone", false},
};

static float in[2][FRAMES], out[2][FRAMES];

static double
thread_us(void)
{
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static void
set_port(const Plugin* const p, const char* const symbol, const double value)
{
  const uint32_t at = plugin_port(p, symbol);
  if (at != NO_PORT) {
    p->values[at] = (float)value;
  }
}

typedef struct {
  double mean_us, worst_us; ///< of a block: the fourth slowest, since the machine has its own hiccups
} Cost;

/// A new instance over the whole signal.  False: it does not start.
static bool
shift_signal(Host* const h, const Case* const c, const double semitones, Cost* const cost)
{
  Plugin* p = NULL;
  if (host_plugin_new(h, c->uri, &p, NULL)) {
    return false;
  }
  char  copy[200];
  char* save = NULL;
  snprintf(copy, sizeof(copy), "%s", c->ports);
  for (char* word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
    char* const equals = strchr(word, '=');
    *equals            = '\0';
    set_port(p, word, strtod(equals + 1, NULL));
  }
  set_port(p, c->shift, c->ratio ? exp2(semitones / 12.0) : semitones);
  double slow[4] = {0.0, 0.0, 0.0, 0.0};
  cost->mean_us  = 0.0;
  for (uint32_t i = 0; i + BLOCK <= FRAMES; i += BLOCK) {
    float* const from[2] = {in[0] + i, in[1] + i};
    float* const to[2]   = {out[0] + i, out[1] + i};
    const double begin   = thread_us();
    p->run(p->self, from, to, BLOCK);
    const double spent = thread_us() - begin;
    cost->mean_us += spent * BLOCK / FRAMES;
    double rest = i > RATE / 2 ? spent : 0.0;
    for (int k = 0; k < 4; ++k) {
      const double faster = fmin(rest, slow[k]);
      slow[k]             = fmax(rest, slow[k]);
      rest                = faster;
    }
  }
  cost->worst_us = slow[3];
  host_plugin_free(h, p);
  return true;
}

static double
tone_db(Host* const h, const Case* const c, const double semitones)
{
  Cost   cost;
  double cents;
  for (uint32_t i = 0; i < FRAMES; ++i) {
    in[0][i] = in[1][i] = (float)(0.4 * sin(2.0 * M_PI * 1000.0 / RATE * i));
  }
  shift_signal(h, c, semitones, &cost);
  return rig_sinad(out[0] + RATE, 40000, 2.0 * M_PI * 1000.0 / RATE * exp2(semitones / 12.0), &cents);
}

/// How far the time from a click's coming in to its coming out is from the mean of it: rms, milliseconds.
static double
click_jitter(Host* const h, const Case* const c, const double semitones)
{
  Cost     cost;
  uint32_t at[HITS];
  double   sum = 0.0, squares = 0.0;
  memset(in, 0, sizeof(in));
  for (uint32_t k = 0; k < HITS; ++k) {
    at[k]        = RATE / 2 + 4800 * k + 331 * (k * k % 7);
    in[0][at[k]] = in[1][at[k]] = 0.9f;
  }
  shift_signal(h, c, semitones, &cost);
  uint32_t best = 0; // the delay: where most of the clicks add up
  double   most = 0.0;
  for (uint32_t d = 0; d < RATE / 4; d += 24) {
    double e = 0.0;
    for (uint32_t k = 0; k < HITS; ++k) {
      for (uint32_t i = at[k] + d; i < at[k] + d + 960 && i < FRAMES; ++i) {
        e += (double)out[0][i] * out[0][i];
      }
    }
    best = e > most ? d : best;
    most = fmax(most, e);
  }
  for (uint32_t k = 0; k < HITS; ++k) {
    double power = 1e-30, moment = 0.0;
    for (uint32_t i = 0; i < 1920 && at[k] + best + i < FRAMES + 480; ++i) {
      const double y = out[0][at[k] + best + i - 480];
      power += y * y;
      moment += y * y * i;
    }
    const double ms = 1e3 * moment / power / RATE;
    sum += ms / HITS;
    squares += ms * ms / HITS;
  }
  return sqrt(fmax(squares - sum * sum, 0.0));
}

static void
line(Host* const h, const Case* const c)
{
  double chord = 0.0, least = 1e9;
  Cost   cost = {0}, all = {0};
  for (int s = 0; s < SHIFTS; ++s) {
    chord_fill(&CHORD_A, RATE, in[0], in[1], FRAMES);
    if (!shift_signal(h, c, SEMITONES[s], &cost)) {
      printf("%-26s skipped: not installed or does not start\n", c->name);
      return;
    }
    const double db = chord_db(&CHORD_A, RATE, exp2(SEMITONES[s] / 12.0), out[0] + RATE, BITS);
    chord += db / SHIFTS;
    least = fmin(least, db);
    all.mean_us += cost.mean_us / SHIFTS;
    all.worst_us = fmax(all.worst_us, cost.worst_us);
  }
  printf("%-26s %8.1f %9.1f %8.1f %8.1f %8.1f %8.1f %10.2f\n", c->name, all.mean_us * 1e3 / BLOCK, all.worst_us,
         tone_db(h, c, -3.0), tone_db(h, c, 3.0), chord, least, click_jitter(h, c, 2.0));
  fflush(stdout);
}

int
main(void)
{
  const HostConfig config = {.rate = RATE, .bundle_dir = rig_bundle_dir(), .offline = true};
  Host*            h      = NULL;
  const char*      path   = getenv("LV2_PATH");
  char             paths[4096];
  snprintf(paths, sizeof(paths), "%.3000s%s/usr/lib/lv2:/usr/local/lib/lv2", path ? path : "", path ? ":" : "");
  setenv("LV2_PATH", paths, 1); // the others, too
  if (!freopen("/dev/null", "w", stderr)) {
    puts("(standard error stays open)");
  }
  if (host_new(&h, &config, NULL)) {
    return EXIT_FAILURE;
  }
  puts("Shifts of -3 .. +3 semitones at 48 kHz, blocks of 256; tones of 1 kHz and chords as signal to everything else");
  printf("%-26s %8s %9s %8s %8s %8s %8s %10s\n", "", "ns/frame", "worst us", "tone -3", "tone +3", "chord", "least",
         "clicks ms");
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); ++i) {
    line(h, &cases[i]);
  }
  host_free(h);
  return EXIT_SUCCESS;
}
