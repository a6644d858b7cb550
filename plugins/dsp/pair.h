// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DSP_PAIR_H
#define DSP_PAIR_H

// Left and right of one frame side by side in double precision, so that one instruction serves both channels.
// Any thread; RT safe.

#include "dsp/rt.h"

#include <stdint.h>
#include <string.h>

typedef double Pair __attribute__((vector_size(16)));

/// The same value in both channels.
RT static inline Pair
pair_of(const double v)
{
  return (Pair){v, v};
}

/** Read `n` frames of two channels into pairs.
 *
 * What is no sound (not a number, infinite, or beyond 1e15 = +300 dB) is read as silence: it never reaches the state of
 * a filter, so there is nothing to recover from afterwards. */
RT static inline void
pair_load_rt(Pair* const out, const float* const left, const float* const right, const uint32_t n)
{
  typedef float   Quad __attribute__((vector_size(16)));
  typedef int32_t Mask __attribute__((vector_size(16)));
  typedef float   Half __attribute__((vector_size(8)));

  const Mask magnitude = {0x7fffffff, 0x7fffffff, 0x7fffffff, 0x7fffffff};
  const Quad limit     = {1e15f, 1e15f, 1e15f, 1e15f};
  uint32_t   i         = 0;
  for (; i + 4 <= n; i += 4) {
    Quad l, r;
    memcpy(&l, left + i, sizeof(l));
    memcpy(&r, right + i, sizeof(r));
    l             = (Quad)((Mask)l & ((Quad)((Mask)l & magnitude) < limit));
    r             = (Quad)((Mask)r & ((Quad)((Mask)r & magnitude) < limit));
    const Quad lo = __builtin_shufflevector(l, r, 0, 4, 1, 5);
    const Quad hi = __builtin_shufflevector(l, r, 2, 6, 3, 7);
    const Half h0 = __builtin_shufflevector(lo, lo, 0, 1), h1 = __builtin_shufflevector(lo, lo, 2, 3);
    const Half h2 = __builtin_shufflevector(hi, hi, 0, 1), h3 = __builtin_shufflevector(hi, hi, 2, 3);
    out[i]     = __builtin_convertvector(h0, Pair);
    out[i + 1] = __builtin_convertvector(h1, Pair);
    out[i + 2] = __builtin_convertvector(h2, Pair);
    out[i + 3] = __builtin_convertvector(h3, Pair);
  }
  for (; i < n; ++i) {
    const float l = left[i], r = right[i];
    out[i] = (Pair){l > -1e15f && l < 1e15f ? (double)l : 0.0, r > -1e15f && r < 1e15f ? (double)r : 0.0};
  }
}

/// Write `n` pairs, times `gain`, to two channels.
RT static inline void
pair_store_rt(float* const left, float* const right, const Pair* const in, const double gain, const uint32_t n)
{
  const Pair g = pair_of(gain);
  for (uint32_t i = 0; i < n; ++i) {
    const Pair v = in[i] * g;
    left[i]      = (float)v[0];
    right[i]     = (float)v[1];
  }
}

#endif
