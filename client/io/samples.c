// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/samples.h"

#include <stdbool.h>
#include <string.h>

// Loops whose speed matters: with wider registers where there are some.
#if defined(__x86_64__) && defined(__gnu_linux__)
#define FOR_EVERY_CPU __attribute__((target_clones("avx2", "default")))
#else
#define FOR_EVERY_CPU
#endif

typedef float   Float8 __attribute__((vector_size(32)));
typedef int32_t Int8 __attribute__((vector_size(32)));

static bool
is_finite(const float x)
{
  uint32_t bits;
  memcpy(&bits, &x, sizeof(bits));
  return (bits & 0x7F800000u) != 0x7F800000u;
}

// Infinities and what is no number would stay in every filter they meet: silence instead.  There are none, as a rule,
// so look at many at a time: what isn't finite, less itself, isn't 0.
FOR_EVERY_CPU void
samples_make_finite(float* const samples, const int64_t n)
{
  Int8    bad  = {0};
  int64_t done = 0;
  for (; done + 32 <= n; done += 32) {
    Float8 a, b, c, d;
    memcpy(&a, samples + done, sizeof(a));
    memcpy(&b, samples + done + 8, sizeof(b));
    memcpy(&c, samples + done + 16, sizeof(c));
    memcpy(&d, samples + done + 24, sizeof(d));
    bad |= ((Int8)(a - a) | (Int8)(b - b)) | ((Int8)(c - c) | (Int8)(d - d));
  }
  int32_t all[8];
  memcpy(all, &bad, sizeof(all));
  const bool any = (all[0] | all[1] | all[2] | all[3] | all[4] | all[5] | all[6] | all[7]) != 0;
  for (int64_t k = any ? 0 : done; k < n; ++k) {
    samples[k] = is_finite(samples[k]) ? samples[k] : 0.0f;
  }
}

FOR_EVERY_CPU void
samples_from_mono(float* const stereo, const float* const mono, const int64_t n)
{
  int64_t k = 0;
  for (; k + 8 <= n; k += 8) {
    Float8 in;
    memcpy(&in, mono + k, sizeof(in));
    const Float8 low  = __builtin_shufflevector(in, in, 0, 0, 1, 1, 2, 2, 3, 3);
    const Float8 high = __builtin_shufflevector(in, in, 4, 4, 5, 5, 6, 6, 7, 7);
    memcpy(stereo + 2 * k, &low, sizeof(low));
    memcpy(stereo + 2 * k + 8, &high, sizeof(high));
  }
  for (; k < n; ++k) {
    stereo[2 * k] = stereo[2 * k + 1] = mono[k];
  }
}

void
samples_from_many(float* const stereo, const float* const wide, const int64_t n, const int channels)
{
  for (int64_t k = 0; k < n; ++k) {
    stereo[2 * k]     = wide[k * channels];
    stereo[2 * k + 1] = wide[k * channels + 1];
  }
}
