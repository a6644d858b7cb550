// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/splice.h"

#include <math.h>
#include <string.h>

// Sums are kept in 8 lanes whatever the machine, so that every build of a loop
// adds in the same order.
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
  v8       cross0 = {0}, cross1 = {0}, aa0 = {0}, aa1 = {0}, bb0 = {0}, bb1 = {0};
  uint32_t i = 0;
  for (; i + 8 <= n; i += 8) {
    v8 x0, x1, y0, y1;
    memcpy(&x0, a + 2 * i, sizeof(x0));
    memcpy(&x1, a + 2 * i + 8, sizeof(x1));
    memcpy(&y0, b + 2 * i, sizeof(y0));
    memcpy(&y1, b + 2 * i + 8, sizeof(y1));
    cross0 += x0 * y0;
    cross1 += x1 * y1;
    aa0 += x0 * x0;
    aa1 += x1 * x1;
    bb0 += y0 * y0;
    bb1 += y1 * y1;
  }
  cross0 += cross1;
  aa0 += aa1;
  bb0 += bb1;
  sums->cross = sum8(&cross0);
  sums->a     = sum8(&aa0);
  sums->b     = sum8(&bb0);
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

// Four lags at a time: each frame of `a` is loaded once for all.
FOR_EVERY_CPU RT static void
cross4(const float* const a, const float* const b, const uint32_t n, float cross[4])
{
  v8       s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
  uint32_t i = 0;
  for (; i + 4 <= n; i += 4) {
    const float* const p = b + 2 * i;
    v8                 x, y0, y1, y2, y3;
    memcpy(&x, a + 2 * i, sizeof(x));
    memcpy(&y0, p, sizeof(y0));
    memcpy(&y1, p + 2, sizeof(y1));
    memcpy(&y2, p + 4, sizeof(y2));
    memcpy(&y3, p + 6, sizeof(y3));
    s0 += x * y0;
    s1 += x * y1;
    s2 += x * y2;
    s3 += x * y3;
  }
  cross[0] = sum8(&s0);
  cross[1] = sum8(&s1);
  cross[2] = sum8(&s2);
  cross[3] = sum8(&s3);
  for (i *= 2; i < 2 * n; ++i) {
    for (int k = 0; k < 4; ++k) {
      cross[k] += a[i] * b[i + 2 * k];
    }
  }
}

RT void
splice_nccs_rt(const float* const a, const float* b, const uint32_t n, const int32_t lags, float ncc[SPLICE_LAGS])
{
  Sums first;
  correlate(a, b, n, &first);
  double energy = (double)first.b; // at one lag; the next differs by a frame at either end
  for (int32_t k = 0; k < lags; k += 4, b += 8) {
    float cross[4];
    if (k + 4 <= lags) {
      cross4(a, b, n, cross);
    } else {
      for (int32_t i = 0; k + i < lags; ++i) {
        Sums s;
        correlate(a, b + 2 * i, n, &s);
        cross[i] = s.cross;
      }
    }
    for (int32_t i = 0; i < 4 && k + i < lags; ++i) {
      const float power      = first.a * (float)energy;
      ncc[k + i]             = power > 1e-24f && power < 1e36f ? cross[i] / sqrtf(power) : 0.0f;
      const float *const out = b + 2 * i, *const in = out + 2 * (size_t)n;
      energy += (double)(in[0] * in[0] + in[1] * in[1]) - (double)(out[0] * out[0] + out[1] * out[1]);
    }
  }
}

RT void
splice_climb_begin_rt(SpliceClimb* const c, const double lag)
{
  const SpliceClimb at = {.at = (int32_t)lrint(lag), .step = 4};
  *c                   = at;
}

RT bool
splice_climb_rt(SpliceClimb* const c, const float* const a, const float* const b, const uint32_t n)
{
  const int32_t step = c->step;
  if (!c->begun) {
    c->begun = true;
    c->here  = splice_ncc_rt(a, b, n);
  }
  c->below = splice_ncc_rt(a, b - 2 * step, n);
  c->above = splice_ncc_rt(a, b + 2 * step, n);
  if (c->below > c->here && c->below >= c->above) {
    c->at -= step;
    c->above = c->here;
    c->here  = c->below;
    c->below = step == 1 ? splice_ncc_rt(a, b - 4, n) : 0.0f;
  } else if (c->above > c->here) {
    c->at += step;
    c->below = c->here;
    c->here  = c->above;
    c->above = step == 1 ? splice_ncc_rt(a, b + 4, n) : 0.0f;
  }
  c->step /= 2;
  return c->step != 0;
}

RT SpliceMatch
splice_climb_top_rt(const SpliceClimb* const c)
{
  const float       bend = c->below - 2.0f * c->here + c->above;
  const float       top  = bend < -1e-12f ? 0.5f * (c->below - c->above) / bend : 0.0f;
  const SpliceMatch m    = {c->at + (double)fminf(fmaxf(top, -1.0f), 1.0f), c->here, c->here};
  return m;
}

RT SpliceMatch
splice_refine_rt(const float* const a, const float* const b, const uint32_t n, const double lag)
{
  SpliceClimb c;
  splice_climb_begin_rt(&c, lag);
  while (splice_climb_rt(&c, a, b + 2 * (int64_t)c.at, n)) {
  }
  return splice_climb_top_rt(&c);
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
