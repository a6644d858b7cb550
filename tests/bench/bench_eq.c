// SPDX-License-Identifier: GPL-3.0-or-later
// The equaliser beside others: nanoseconds per stereo frame with three bands at work, at rest and while a control moves
// at every block, and what a step of -12 dB of the middle band leaves beside a tone.  With --plot FILE: no
// measurements, but a table of the responses as measured and as wanted, for docs/pictures/eq.py.

#include "dsp/denormal.h"
#include "eq/eq.h"
#include "host/host.h"
#include "rig/rig.h"
#include "support/signal.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if __has_include(<ladspa.h>)
#include <ladspa.h>
#define HAVE_LADSPA
#endif

enum { RATE = 48000, SIGNAL = 2 * RATE, RUNS = 7, MOST_PORTS = 64 };

static float signal[2][SIGNAL], out[2][SIGNAL];

/// Something that runs: an LV2 plugin by our host, or two LADSPA instances.
typedef struct {
  Plugin* plugin;
#ifdef HAVE_LADSPA
  const LADSPA_Descriptor* ladspa;
  LADSPA_Handle            handle[2];
  float                    values[MOST_PORTS];
#endif
} Subject;

typedef struct {
  const char* name;
  const char* uri;   ///< or a LADSPA library and label: "caps.so Eq4p"
  const char* ports; ///< "symbol=value ...", of LADSPA by port number
  const char* step;  ///< the middle band's gain,
  float       to;    ///< and its value for -12 dB
  float       freq;  ///< the tone beside which a step is listened for
} Case;

static const Case cases[] = {
  {"deckhost EQ, Tone", "urn:deckhost:eq", "low=-6 mid=0 high=4", "mid", -12, 1000},
  {"deckhost EQ, Isolator", "urn:deckhost:eq", "mode=1 low=-6 mid=0 high=4", "mid", -12, 1000},
  {"CAPS Eq4p x 2", "caps.so Eq4p", "0=0 1=200 2=0.3 3=-6 4=1 5=1000 6=0.3 8=-1 12=2 13=4000 14=0.3 15=4", "7", -12,
   1000},
  {"swh dj_eq", "http://plugin.org.uk/swh-plugins/dj_eq", "lo=-6 hi=4", "mid", -12, 1000},
  {"LSP para_equalizer_x16", "http://lsp-plug.in/plugins/lv2/para_equalizer_x16_stereo",
   "ft_0=5 f_0=200 g_0=0.5 ft_1=1 f_1=1000 g_1=1 q_1=1 ft_2=3 f_2=4000 g_2=1.5", "g_1", 0.2512f, 1000},
  {"eq10q, four bands", "http://eq10q.sourceforge.net/eq/eq4qs",
   "filter1_enable=0 filter2_enable=1 filter2_gain=-6 filter3_enable=1 filter3_freq=1000 filter4_enable=1 "
   "filter4_gain=4",
   "filter3_gain", -12, 1000},
  {"x42 fil4, four bands", "http://gareus.org/oss/lv2/fil4#stereo", "LSgain=-6 freq2=1000 HSgain=4", "gain2", -12,
   1000},
  {"ZamEQ2 x 2", "urn:zamaudio:ZamEQ2", "f1=1000 boostl=-6 fl=200 boosth=4 fh=4000", "boost1", -12, 1000},
  {"DPF 3BandEQ (one-pole bands)", "http://distrho.sf.net/plugins/3BandEQ", "low=-6 high=4 low_mid=400 mid_high=2500",
   "mid", -12, 1000},
};

enum { CASES = sizeof(cases) / sizeof(*cases) };

// ---- subjects -----------------------------------------------------------------------------------------------------

static void
subject_set(Subject* const s, const char* const port, const float value)
{
#ifdef HAVE_LADSPA
  if (!s->plugin) {
    s->values[atoi(port)] = value;
    return;
  }
#endif
  const uint32_t at = plugin_port(s->plugin, port);
  if (at == NO_PORT) {
    printf("  (%s has no port %s)\n", s->plugin->name, port);
  } else {
    s->plugin->values[at] = value;
  }
}

static void
subject_run(const Subject* const s, float* const from[2], float* const to[2], const uint32_t n)
{
#ifdef HAVE_LADSPA
  if (!s->plugin) {
    for (int c = 0; c < 2; ++c) {
      for (unsigned long p = 0, audio = 0; p < s->ladspa->PortCount; ++p) {
        if (LADSPA_IS_PORT_AUDIO(s->ladspa->PortDescriptors[p])) {
          s->ladspa->connect_port(s->handle[c], p, audio++ ? to[c] : from[c]);
        }
      }
      s->ladspa->run(s->handle[c], n);
    }
    return;
  }
#endif
  s->plugin->run(s->plugin->self, from, to, n);
}

#ifdef HAVE_LADSPA
static bool
ladspa_open(Subject* const s, const char* const library_and_label)
{
  char library[64], label[64], path[128];
  sscanf(library_and_label, "%63s %63s", library, label);
  snprintf(path, sizeof(path), "/usr/lib/ladspa/%s", library);
  void* const                      lib = dlopen(path, RTLD_NOW); // stays open
  const LADSPA_Descriptor_Function get = lib ? (LADSPA_Descriptor_Function)dlsym(lib, "ladspa_descriptor") : NULL;
  for (unsigned long i = 0; get && get(i); ++i) {
    if (!strcmp(get(i)->Label, label)) {
      s->ladspa = get(i);
    }
  }
  for (int c = 0; s->ladspa && c < 2; ++c) {
    s->handle[c] = s->ladspa->instantiate(s->ladspa, RATE);
    for (unsigned long p = 0; p < s->ladspa->PortCount; ++p) {
      if (LADSPA_IS_PORT_CONTROL(s->ladspa->PortDescriptors[p])) {
        s->ladspa->connect_port(s->handle[c], p, &s->values[p]);
      }
    }
    if (s->ladspa->activate) {
      s->ladspa->activate(s->handle[c]);
    }
  }
  return s->ladspa;
}
#endif

static bool
subject_open(Subject* const s, Host* const host, const Case* const c)
{
  Error error;
  memset(s, 0, sizeof(*s));
#ifdef HAVE_LADSPA
  if (strstr(c->uri, ".so ") && !ladspa_open(s, c->uri)) {
    return false;
  }
#endif
  if (!strchr(c->uri, ' ') && host_plugin_new(host, c->uri, &s->plugin, &error)) {
    return false;
  }
  if (strchr(c->uri, ' ')) {
#ifndef HAVE_LADSPA
    return false;
#endif
  }
  char  copy[300];
  char* save = NULL;
  snprintf(copy, sizeof(copy), "%s", c->ports);
  for (char* word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
    char* const equals = strchr(word, '=');
    *equals            = '\0';
    subject_set(s, word, strtof(equals + 1, NULL));
  }
  return true;
}

static void
subject_close(Subject* const s, Host* const host)
{
  if (s->plugin) {
    host_plugin_free(host, s->plugin);
    return;
  }
#ifdef HAVE_LADSPA
  for (int c = 0; c < 2; ++c) {
    s->ladspa->cleanup(s->handle[c]);
  }
#endif
}

// ---- measurements -------------------------------------------------------------------------------------------------

/// ns that this thread has run: others on the machine don't count.
static double
thread_ns(void)
{
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int
compare(const void* const a, const void* const b)
{
  return *(const double*)a < *(const double*)b ? -1 : *(const double*)a > *(const double*)b;
}

/// ns per frame, median.  `moves`: the middle band at every block.
static double
measure(Subject* const s, const Case* const c, const uint32_t block, const bool moves)
{
  double   ns[RUNS + 1];
  uint32_t count = 0;
  for (int r = 0; r <= RUNS; ++r) { // the first to settle
    const double begin  = thread_ns();
    double       frames = 0.0;
    for (int turn = 0; turn < 2; ++turn) {
      for (uint32_t i = 0; i + block <= SIGNAL; i += block) {
        float *const from[2] = {signal[0] + i, signal[1] + i}, *const to[2] = {out[0], out[1]};
        if (moves) {
          const float share = (float)(++count * 7919u % 997u) / 997.0f;
          subject_set(s, c->step, c->to < 0 ? c->to * share : 1.0f + (c->to - 1.0f) * share);
        }
        subject_run(s, from, to, block);
        frames += block;
      }
    }
    ns[r] = (thread_ns() - begin) / frames;
  }
  qsort(ns + 1, RUNS, sizeof(double), compare);
  return ns[1 + RUNS / 2];
}

/// What a step leaves above 5 kHz beside a tone, dB of the tone.
static double
zipper(Subject* const s, const Case* const c)
{
  enum { N = 24000, AT = 12032 };
  static float tone[N];
  signal_sine(tone, N, (double)c->freq, RATE, 0.25);
  subject_set(s, c->step, c->to < 0 ? 0.0f : 1.0f);
  for (int pass = 0; pass < 2; ++pass) { // first what settles
    for (uint32_t i = 0; i < N; i += 64) {
      float *const from[2] = {tone + i, tone + i}, *const to[2] = {out[0] + i, out[1] + i};
      if (pass && i == AT) {
        subject_set(s, c->step, c->to);
      }
      subject_run(s, from, to, 64);
    }
  }
  return 20 * log10(signal_peak_above(out[0] + AT - 2000, 6000, 5000, RATE) / 0.25);
}

static void
table(Host* const host)
{
  printf(
    "Equalisers, ns per stereo frame at %d Hz, three bands, median of %d; a step of -12 dB beside a tone of 1 kHz\n\n",
    RATE, RUNS);
  printf("%-30s %9s %9s %9s %9s %8s %10s\n", "", "block 64", "256", "1024", "moving", "ratio", "zipper");
  double ours = 0.0;
  for (int k = 0; k < CASES; ++k) {
    Subject s;
    if (!subject_open(&s, host, &cases[k])) {
      printf("%-30s skipped: not installed or does not start\n", cases[k].name);
      continue;
    }
    subject_set(&s, cases[k].step, cases[k].to < 0 ? -3.0f : 0.7f);
    const double small = measure(&s, &cases[k], 64, false), ns = measure(&s, &cases[k], 256, false);
    const double large = measure(&s, &cases[k], 1024, false), moving = measure(&s, &cases[k], 256, true);
    ours = k ? ours : ns;
    printf("%-30s %9.2f %9.2f %9.2f %9.2f %8.2f %7.0f dB\n", cases[k].name, small, ns, large, moving, ns / ours,
           zipper(&s, &cases[k]));
    fflush(stdout);
    subject_close(&s, host);
  }
  puts("\nmoving: its gain changes at every block of 256.  ratio: to the first line, block 256.  zipper: peak above 5 "
       "kHz.");
}

// ---- responses ----------------------------------------------------------------------------------------------------

static const struct {
  const char* name;
  float       mode;
  EqControl   moves; ///< a gain, drawn at several values, or a kill
} responses[] = {
  {"Tone, low", EQ_TONE, EQ_LOW},
  {"Tone, mid", EQ_TONE, EQ_MID},
  {"Tone, high", EQ_TONE, EQ_HIGH},
  {"Isolator, low killed", EQ_ISOLATOR, EQ_KILL_LOW},
  {"Isolator, mid killed", EQ_ISOLATOR, EQ_KILL_MID},
  {"Isolator, high killed", EQ_ISOLATOR, EQ_KILL_HIGH},
  {"Isolator, flat", EQ_ISOLATOR, EQ_ENABLED},
};

/// Lines of: curve, Hz, measured dB, wanted dB.
static void
plot_one(FILE* const to, const char* const name, const float controls[EQ_CONTROLS])
{
  static float impulse[2][SIGNAL];
  Eq* const    eq = eq_new(RATE);
  if (!eq) {
    return;
  }
  impulse[0][0] = impulse[1][0] = 1.0f;
  eq_run_rt(eq, controls, (const float*[]){impulse[0], impulse[1]}, (float*[]){out[0], out[1]}, SIGNAL);
  eq_free(eq);
  for (int k = 0; k <= 200; ++k) {
    const double hz = 20.0 * pow(0.45 * RATE / 20.0, k / 200.0);
    fprintf(to, "%s\t%.3f\t%.6f\t%.6f\n", name, hz, signal_response_db(out[0], SIGNAL, hz, RATE),
            eq_response_db(controls, RATE, hz));
  }
}

static int
plot(const char* const path)
{
  static const float gains[] = {-40, -20, -12, -6, 6, 12};
  FILE* const        to      = fopen(path, "w");
  if (!to) {
    perror(path);
    return EXIT_FAILURE;
  }
  for (size_t r = 0; r < sizeof(responses) / sizeof(*responses); ++r) {
    float controls[EQ_CONTROLS];
    for (int c = 0; c < EQ_CONTROLS; ++c) {
      controls[c] = eq_control_info[c].def;
    }
    controls[EQ_MODE] = responses[r].mode;
    for (int g = 0; g < (responses[r].mode == EQ_TONE ? 6 : 1); ++g) {
      controls[responses[r].moves] = responses[r].mode == EQ_TONE ? gains[g] : 1.0f;
      plot_one(to, responses[r].name, controls);
    }
  }
  return fclose(to) ? EXIT_FAILURE : EXIT_SUCCESS;
}

int
main(const int argc, char** const argv)
{
  if (argc == 3 && !strcmp(argv[1], "--plot")) {
    return plot(argv[2]);
  }
  const HostConfig  config = {.rate = RATE, .bundle_dir = rig_bundle_dir(), .offline = false};
  Host*             host   = NULL;
  const char* const path   = getenv("LV2_PATH");
  char              paths[4096];
  snprintf(paths, sizeof(paths), "%.3000s%s/usr/lib/lv2:/usr/local/lib/lv2", path ? path : "", path ? ":" : "");
  setenv("LV2_PATH", paths, 1); // the others, too
  if (!freopen("/dev/null", "w", stderr)) {
    puts("(standard error stays open)"); // on which foreign plugins complain
  }
  signal_noise(signal[0], SIGNAL, 1);
  signal_noise(signal[1], SIGNAL, 2);
  if (host_new(&host, &config, NULL)) {
    return EXIT_FAILURE;
  }
  denormal_guard_enter(); // as on any audio thread
  table(host);
  host_free(host);
  return EXIT_SUCCESS;
}
