// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TESTS_RENDER_STAGE_H
#define TESTS_RENDER_STAGE_H

// Scores over generated signals, rendered by the program's own code in a folder that goes away, and looked at.

#include "base/log.h"
#include "render/render.h"
#include "support/wav.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define RATE 48000
#define TURN 6.283185307179586

static char        stage_dir[64];
static const char* stage_threads = "auto"; ///< what render() gives to --threads

static inline int
stage_open(void** state)
{
  (void)state;
  strcpy(stage_dir, "/tmp/deckhost-render-XXXXXX");
  log_set_level(LOG_WARN);
  return mkdtemp(stage_dir) && !chdir(stage_dir) ? 0 : -1;
}

static inline int
stage_close(void** state)
{
  (void)state;
  char command[128];
  snprintf(command, sizeof(command), "rm -rf '%s'", stage_dir);
  return chdir("/") || system(command);
}

/// Reproducible noise, flat, |x| < 0.5; frame 0 is silent, so that a start there needs no fade.
static inline float
noise(int64_t frame, int ch)
{
  uint64_t x = ((uint64_t)frame * 2u + (uint64_t)ch) * 0x9E3779B97F4A7C15u;
  x ^= x >> 32;
  x *= 0xD6E8FEB86659FD93u;
  x ^= x >> 32;
  return frame ? (float)(int32_t)(uint32_t)x * 0x1p-32f : 0.0f;
}

/// A file of noise in the folder.
static inline void
make_noise(const char* name, double seconds, uint32_t rate)
{
  const int64_t n = (int64_t)(seconds * rate);
  float* const  x = malloc((size_t)n * 8);
  for (int64_t i = 0; i < 2 * n; ++i) {
    x[i] = noise(i / 2, (int)(i % 2));
  }
  assert_int_equal(wav_write(name, x, n, rate), 0);
  free(x);
}

/// A file that sums sines of equal level 0.2; the right channel is half the left.
static inline void
make_sines(const char* name, double seconds, uint32_t rate, const double* hz, int count)
{
  const int64_t n = (int64_t)(seconds * rate);
  float* const  x = malloc((size_t)n * 8);
  for (int64_t i = 0; i < n; ++i) {
    double sum = 0.0;
    for (int k = 0; k < count; ++k) {
      sum += 0.2 * sin(TURN * hz[k] * (double)i / rate);
    }
    x[2 * i]     = (float)sum;
    x[2 * i + 1] = (float)(0.5 * sum);
  }
  assert_int_equal(wav_write(name, x, n, rate), 0);
  free(x);
}

static inline int
render_status(const char* score, const char* out, const char* block, const char* length)
{
  FILE* const f = fopen("test.score", "w");
  fputs(score, f);
  fclose(f);
  char* argv[12] = {(char*)"render",  (char*)"test.score", (char*)"-o",        (char*)out,
                    (char*)"--block", (char*)block,        (char*)"--threads", (char*)stage_threads};
  int   argc     = 8;
  if (length) {
    argv[argc++] = (char*)"--length";
    argv[argc++] = (char*)length;
  }
  return render_main(argc, argv);
}

/// The score as `deckhost render` plays it.  The frames are the caller's to free.
static inline Wav
render(const char* score, const char* block, const char* length)
{
  assert_int_equal(render_status(score, "out.wav", block, length), 0);
  const Wav w = wav_read("out.wav");
  assert_non_null(w.frames);
  assert_int_equal(w.rate, RATE);
  return w;
}

/// Frame `at` of a mix should be `left`, `right` to within `tolerance`; says which frame isn't.
static inline void
check_frame(const Wav* w, int64_t at, float left, float right, float tolerance)
{
  if (at >= w->n) {
    fail_msg("the mix ends at frame %lld, before %lld", (long long)w->n, (long long)at);
  }
  const float* const f = w->frames + 2 * at;
  if (!(fabsf(f[0] - left) <= tolerance && fabsf(f[1] - right) <= tolerance)) {
    fail_msg("first difference at frame %lld: %.9g %.9g, not %.9g %.9g within %g", (long long)at, (double)f[0],
             (double)f[1], (double)left, (double)right, (double)tolerance);
  }
}

/// Complex amplitude of `hz` in `n` frames of channel `ch` from frame `at`, Hann-windowed.
static inline void
tone_at(const Wav* w, int ch, int64_t at, int64_t n, double hz, double* re, double* im)
{
  double sum = 0.0;
  *re = *im = 0.0;
  assert_true(at + n <= w->n);
  for (int64_t i = 0; i < n; ++i) {
    const double hann  = 0.5 - 0.5 * cos(TURN * ((double)i + 0.5) / (double)n);
    const double phase = TURN * hz * (double)(at + i) / (double)w->rate;
    const double x     = (double)w->frames[2 * (at + i) + ch] * hann;
    sum += hann;
    *re += x * cos(phase);
    *im -= x * sin(phase);
  }
  *re *= 2.0 / sum;
  *im *= 2.0 / sum;
}

static inline double
amplitude_at(const Wav* w, int ch, int64_t at, int64_t n, double hz)
{
  double re, im;
  tone_at(w, ch, at, n, hz, &re, &im);
  return hypot(re, im);
}

/// How far the tone near `hz` is from it, cents: from how its phase moves between two halves.
static inline double
cents_off(const Wav* w, int ch, int64_t at, int64_t n, double hz)
{
  double a, b, c, d;
  tone_at(w, ch, at, n / 2, hz, &a, &b);
  tone_at(w, ch, at + n / 2, n / 2, hz, &c, &d);
  const double turn = atan2(d * a - c * b, c * a + d * b); // angle of the second over the first
  const double more = turn / TURN * (double)w->rate / ((double)n / 2.0);
  return 1200.0 * log2((hz + more) / hz);
}

#endif
