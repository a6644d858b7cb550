// SPDX-License-Identifier: GPL-3.0-or-later
// How our pitch shifter sounds beside others that are installed: tones, chords and clicks at shifts of up to three
// semitones, by the same measure as in test_pitch_table, and what that costs.  Plugins are run by our host, at blocks
// of 256; SoundTouch is a library.

#include "host/host.h"
#include "rig/rig.h"

#include "support/shift.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { BLOCK = 256, SHIFTS = 6 };

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
  Host*       host;
  const Case* c;
  double      spent_us, blocks; ///< in all
  double      slow_us;          ///< the fourth slowest block, since the machine has its own hiccups
} Work;

static void
account(Work* const w, double slow[4], const double spent, const bool settled)
{
  double rest = settled ? spent : 0.0;
  w->spent_us += spent;
  ++w->blocks;
  for (int k = 0; k < 4; ++k) {
    const double faster = fmin(rest, slow[k]);
    slow[k]             = fmax(rest, slow[k]);
    rest                = faster;
  }
  w->slow_us = fmax(w->slow_us, slow[3]);
}

static bool
shift_by_plugin(void* const    self,
                const double   semitones,
                float* const   in[2],
                float* const   out[2],
                const uint32_t frames)
{
  Work* const       w = (Work*)self;
  const Case* const c = w->c;
  Plugin*           p = NULL;
  if (host_plugin_new(w->host, c->uri, &p, NULL)) {
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
  for (uint32_t i = 0; i < frames; i += BLOCK) {
    const uint32_t n       = frames - i < BLOCK ? frames - i : BLOCK;
    float* const   from[2] = {in[0] + i, in[1] + i};
    float* const   to[2]   = {out[0] + i, out[1] + i};
    const double   begin   = thread_us();
    p->run(p->self, from, to, n);
    account(w, slow, thread_us() - begin, i > SHIFT_SETTLE / 2);
  }
  host_plugin_free(w->host, p);
  return true;
}

// SoundTouch is C++; its few functions are called by the names that they have in the library, so that it need not be
// there to build this.
typedef struct {
  void* library;
  void (*make)(void*);
  void (*unmake)(void*);
  void (*rate)(void*, unsigned);
  void (*channels)(void*, unsigned);
  void (*semitones)(void*, double);
  void (*put)(void*, const float*, unsigned);
  unsigned (*take)(void*, float*, unsigned);
} SoundTouch;

static SoundTouch touch;

static bool
find_soundtouch(void)
{
  touch.library             = dlopen("libSoundTouch.so.1", RTLD_NOW | RTLD_LOCAL);
  const char* const name[]  = {"C1Ev",
                               "D1Ev",
                               "13setSampleRateEj",
                               "11setChannelsEj",
                               "17setPitchSemiTonesEd",
                               "10putSamplesEPKfj",
                               "14receiveSamplesEPfj"};
  void* const       place[] = {&touch.make,      &touch.unmake, &touch.rate, &touch.channels,
                               &touch.semitones, &touch.put,    &touch.take};
  for (size_t i = 0; i < sizeof(name) / sizeof(*name); ++i) {
    char symbol[80];
    snprintf(symbol, sizeof(symbol), "_ZN10soundtouch10SoundTouch%s", name[i]);
    void* const found = touch.library ? dlsym(touch.library, symbol) : NULL;
    if (!found) {
      return false;
    }
    memcpy(place[i], &found, sizeof(found));
  }
  return true;
}

static bool
shift_by_soundtouch(void* const    self,
                    const double   semitones,
                    float* const   in[2],
                    float* const   out[2],
                    const uint32_t frames)
{
  static _Alignas(64) char object[16384]; // larger than any of theirs
  static float             both[2 * SHIFT_FRAMES];
  Work* const              w        = (Work*)self;
  double                   slow[4]  = {0.0, 0.0, 0.0, 0.0};
  uint32_t                 received = 0;
  touch.make(object);
  touch.rate(object, SHIFT_RATE);
  touch.channels(object, 2);
  touch.semitones(object, semitones);
  for (uint32_t i = 0; i < frames; i += BLOCK) {
    const uint32_t n = frames - i < BLOCK ? frames - i : BLOCK;
    float          block[2 * BLOCK];
    for (uint32_t k = 0; k < n; ++k) {
      block[2 * k]     = in[0][i + k];
      block[2 * k + 1] = in[1][i + k];
    }
    const double begin = thread_us();
    touch.put(object, block, n);
    received += touch.take(object, both + (size_t)2 * received, frames - received);
    account(w, slow, thread_us() - begin, i > SHIFT_SETTLE / 2);
  }
  touch.unmake(object);
  for (uint32_t i = 0; i < frames; ++i) { // what has not come by now is silent
    out[0][i] = i < received ? both[2 * i] : 0.0f;
    out[1][i] = i < received ? both[2 * i + 1] : 0.0f;
  }
  return true;
}

static void
line(const char* const name, const ShiftRun run, Work w)
{
  double mean = 0.0, least = 1e9, jitter = 0.0, span = 0.0, tone[SHIFTS];
  int    lost = 0;
  for (int s = 0; s < SHIFTS; ++s) {
    ShiftQuality q;
    if (!shift_measure(run, &w, SEMITONES[s], &CHORD_A, &q)) {
      printf("%-26s skipped: not installed or does not start\n", name);
      return;
    }
    mean += q.chord / SHIFTS;
    least   = fmin(least, q.chord);
    tone[s] = q.sinad;
    jitter  = fmax(jitter, q.jitter);
    span    = fmax(span, q.span);
    lost += q.lost;
  }
  printf("%-26s %8.1f %8.1f %8.1f %8.1f %7.1f %7.1f %8.2f %7.2f %5d\n", name, w.spent_us * 1e3 / w.blocks / BLOCK,
         w.slow_us, tone[0], tone[SHIFTS - 1], mean, least, jitter, span, lost);
  fflush(stdout);
}

int
main(void)
{
  const HostConfig config = {.rate = SHIFT_RATE, .bundle_dir = rig_bundle_dir(), .offline = true};
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
  puts("Shifts of -3 .. +3 semitones at 48 kHz, blocks of 256; tones of 1 kHz and chords in dB to everything else;\n"
       "of 144 clicks the jitter (rms) and the span, in ms, and how many did not come out as one");
  printf("%-26s %8s %8s %8s %8s %7s %7s %8s %7s %5s\n", "", "ns/frame", "slow us", "tone -3", "tone +3", "chord",
         "least", "jitter", "span", "lost");
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); ++i) {
    const Work w = {.host = h, .c = &cases[i]};
    line(cases[i].name, shift_by_plugin, w);
  }
  if (find_soundtouch()) {
    line("SoundTouch (library)", shift_by_soundtouch, (Work){.host = h});
  } else {
    printf("%-26s skipped: not installed\n", "SoundTouch (library)");
  }
  host_free(h);
  return EXIT_SUCCESS;
}
