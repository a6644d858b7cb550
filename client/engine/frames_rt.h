// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_FRAMES_RT_H
#define ENGINE_FRAMES_RT_H

// Loops over a plane of samples, four at a time in portable vectors (compilers leave loops of unknown length alone at
// -O2).  Each sample's result is that of the plain loop.  Process thread.

#include "dsp/rt.h"

#include <stdint.h>
#include <string.h>

typedef float   Frames4 __attribute__((vector_size(16)));
typedef int32_t Bits4 __attribute__((vector_size(16)));

RT static inline Frames4
frames_load_rt(const float* const p)
{
  Frames4 v;
  memcpy(&v, p, sizeof(v));
  return v;
}

RT static inline void
frames_store_rt(float* const p, const Frames4 v)
{
  memcpy(p, &v, sizeof(v));
}

/// out[] = in[] * gain; in place too.
RT static inline void
frames_scale_rt(float* const out, const float* const in, const uint32_t n, const float gain)
{
  const Frames4 g = {gain, gain, gain, gain};
  uint32_t      i = 0;
  for (; i + 4 <= n; i += 4) {
    frames_store_rt(out + i, frames_load_rt(in + i) * g);
  }
  for (; i < n; ++i) {
    out[i] = in[i] * gain;
  }
}

/// out[] += in[] * gain.
RT static inline void
frames_add_rt(float* const out, const float* const in, const uint32_t n, const float gain)
{
  const Frames4 g = {gain, gain, gain, gain};
  uint32_t      i = 0;
  for (; i + 4 <= n; i += 4) {
    frames_store_rt(out + i, frames_load_rt(out + i) + frames_load_rt(in + i) * g);
  }
  for (; i < n; ++i) {
    out[i] += in[i] * gain;
  }
}

/// The largest absolute value, as its bits: what isn't finite counts as more than all that is.  `squares` gets the sum
/// of the squares.
RT static inline uint32_t
frames_measure_rt(const float* const in, const uint32_t n, float* const squares)
{
  const Bits4 positive = {0x7fffffff, 0x7fffffff, 0x7fffffff, 0x7fffffff};
  Bits4       most     = {0, 0, 0, 0};
  Frames4     sum      = {0.0f, 0.0f, 0.0f, 0.0f};
  uint32_t    i        = 0;
  for (; i + 4 <= n; i += 4) {
    const Frames4 v = frames_load_rt(in + i);
    Bits4         b;
    memcpy(&b, &v, sizeof(b));
    b &= positive;
    const Bits4 more = b > most;
    most             = (b & more) | (most & ~more);
    sum += v * v;
  }
  uint32_t top = 0;
  for (int k = 0; k < 4; ++k) {
    top = (uint32_t)most[k] > top ? (uint32_t)most[k] : top;
  }
  *squares = (sum[0] + sum[1]) + (sum[2] + sum[3]);
  for (; i < n; ++i) {
    uint32_t bits;
    memcpy(&bits, in + i, sizeof(bits));
    bits &= 0x7fffffffu;
    top = bits > top ? bits : top;
    *squares += in[i] * in[i];
  }
  return top;
}

#endif
