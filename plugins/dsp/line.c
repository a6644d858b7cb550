// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/line.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LOUDEST 1e9f // beyond it squares would leave the range of floats

bool
line_init(Line* const l, const uint32_t frames, const uint32_t guard)
{
  uint32_t size = 1;
  while (size < frames || size < guard) {
    size *= 2;
  }
  l->mask   = size - 1;
  l->guard  = guard;
  l->end    = 0;
  l->frames = malloc(2 * sizeof(float) * ((size_t)size + guard));
  if (l->frames) {
    line_clear_rt(l);
  }
  return l->frames;
}

void
line_release(Line* const l)
{
  free(l->frames);
  l->frames = NULL;
}

RT void
line_clear_rt(Line* const l)
{
  memset(l->frames, 0, 2 * sizeof(float) * ((size_t)l->mask + 1 + l->guard));
  l->end = 0;
}

RT static inline float
sane(const float x)
{
  return fabsf(x) < LOUDEST ? x : 0.0f; // false for NaN, too
}

RT void
line_write_rt(Line* const l, const float* const left, const float* const right, const uint32_t n)
{
  const uint32_t size = l->mask + 1;
  const uint32_t at   = (uint32_t)(l->end & (int64_t)l->mask);
  // Past the capacity lies the copy of the first frames, so one run of writes is enough; the copy is mended below
  float* const f = l->frames + 2 * (size_t)at;
  for (uint32_t i = 0; i < n; ++i) {
    f[2 * i]     = sane(left[i]);
    f[2 * i + 1] = sane(right[i]);
  }
  if (at + n > size) {
    memcpy(l->frames, l->frames + 2 * (size_t)size, 2 * sizeof(float) * (at + n - size));
  }
  if (at < l->guard) {
    const uint32_t m = at + n < l->guard ? n : l->guard - at;
    memcpy(l->frames + 2 * (size_t)(size + at), f, 2 * sizeof(float) * m);
  }
  l->end += n;
}
