// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/splice.h"

#include <math.h>
#include <string.h>

// Sums are kept in 8 lanes whatever the machine, so that every build of a loop adds in the same order.
#if defined(__x86_64__) && defined(__gnu_linux__)
#define FOR_EVERY_CPU __attribute__((target_clones("avx2", "default")))
#else
#define FOR_EVERY_CPU
#endif

typedef float v8 __attribute__((vector_size(32)));

typedef struct {
  float cross, a, b;
} Sums;

RT static inline float
sum8(const v8* const v)
{
  float f[8];
  memcpy(f, v, sizeof(f));
  return ((f[0] + f[4]) + (f[1] + f[5])) + ((f[2] + f[6]) + (f[3] + f[7]));
}

FOR_EVERY_CPU RT static void
correlate(const float* const a, const float* const b, const uint32_t n, Sums* const sums)
{
  v8       cross = {0}, aa = {0}, bb = {0};
  uint32_t i = 0;
  for (; i + 4 <= n; i += 4) {
    v8 x, y;
    memcpy(&x, a + 2 * i, sizeof(x));
    memcpy(&y, b + 2 * i, sizeof(y));
    cross += x * y;
    aa += x * x;
    bb += y * y;
  }
  sums->cross = sum8(&cross);
  sums->a     = sum8(&aa);
  sums->b     = sum8(&bb);
  for (i *= 2; i < 2 * n; ++i) {
    sums->cross += a[i] * b[i];
    sums->a += a[i] * a[i];
    sums->b += b[i] * b[i];
  }
}

RT float
splice_ncc_rt(const float* const a, const float* const b, const uint32_t n)
{
  Sums s;
  correlate(a, b, n, &s);
  const float power = s.a * s.b;
  return power > 1e-24f && power < 1e36f ? s.cross / sqrtf(power) : 0.0f;
}

RT void
splice_search_rt(const float* const a,
                 const float* const b,
                 const uint32_t     n,
                 const int32_t      first,
                 const int32_t      last,
                 const double       like,
                 const float        cost,
                 SpliceMatch* const best)
{
  for (int32_t lag = first; lag <= last; ++lag) {
    const float ncc   = splice_ncc_rt(a, b + 2 * lag, n);
    const float score = ncc - cost * (float)fabs(lag - like);
    if (score > best->score) {
      best->lag   = lag;
      best->ncc   = ncc;
      best->score = score;
    }
  }
}

RT SpliceMatch
splice_refine_rt(const float* const a, const float* const b, const uint32_t n, const double lag)
{
  int32_t at   = (int32_t)lrint(lag);
  float   here = splice_ncc_rt(a, b + 2 * at, n), below = 0.0f, above = 0.0f;
  for (int32_t step = 4; step; step /= 2) {
    below = splice_ncc_rt(a, b + 2 * (at - step), n);
    above = splice_ncc_rt(a, b + 2 * (at + step), n);
    if (below > here && below >= above) {
      at -= step;
      above = here;
      here  = below;
      below = step == 1 ? splice_ncc_rt(a, b + 2 * (at - 1), n) : 0.0f;
    } else if (above > here) {
      at += step;
      below = here;
      here  = above;
      above = step == 1 ? splice_ncc_rt(a, b + 2 * (at + 1), n) : 0.0f;
    }
  }
  const float       bend = below - 2.0f * here + above;
  const float       top  = bend < -1e-12f ? 0.5f * (below - above) / bend : 0.0f;
  const SpliceMatch m    = {at + (double)fminf(fmaxf(top, -1.0f), 1.0f), here, here};
  return m;
}

RT void
splice_gains_rt(float* const   from,
                float* const   to,
                const uint32_t at,
                const uint32_t n,
                const uint32_t length,
                const float    rho)
{
  const float r = fminf(fmaxf(rho, 0.0f), 1.0f);
  for (uint32_t i = 0; i < n; ++i) {
    const float c = 0.5f - 0.5f * cosf((float)M_PI * ((float)(at + i) + 0.5f) / (float)length);
    const float b = c, a = 1.0f - c;
    const float norm = 1.0f / sqrtf(a * a + b * b + 2.0f * a * b * r);
    from[i]          = a * norm;
    to[i]            = b * norm;
  }
}
