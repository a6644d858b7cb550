// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/line.h"

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

typedef float   v4 __attribute__((vector_size(16)));
typedef int32_t v4i __attribute__((vector_size(16)));

RT static inline v4
sane(const v4 x)
{
  const v4i magnitude = (v4i)x & 0x7fffffff;
  return (v4)((v4i)x & ((v4)magnitude < LOUDEST)); // false for NaN, too
}

/// Interleave, replacing what is not sane.
RT static void
interleave(float* to, const float* const left, const float* const right, const uint32_t n)
{
  uint32_t i = 0;
  for (; i + 4 <= n; i += 4, to += 8) {
    v4 l, r;
    memcpy(&l, left + i, sizeof(l));
    memcpy(&r, right + i, sizeof(r));
    l          = sane(l);
    r          = sane(r);
    const v4 a = __builtin_shufflevector(l, r, 0, 4, 1, 5), b = __builtin_shufflevector(l, r, 2, 6, 3, 7);
    memcpy(to, &a, sizeof(a));
    memcpy(to + 4, &b, sizeof(b));
  }
  for (; i < n; ++i, to += 2) {
    const v4 f = sane((v4){left[i], right[i], 0.0f, 0.0f});
    to[0]      = f[0];
    to[1]      = f[1];
  }
}

RT void
line_write_rt(Line* const l, const float* const left, const float* const right, const uint32_t n)
{
  const uint32_t size = l->mask + 1;
  const uint32_t at   = (uint32_t)(l->end & (int64_t)l->mask);
  // Past the capacity lies the copy of the first frames, so one run of writes is enough; the copy is mended below
  float* const f = l->frames + 2 * (size_t)at;
  interleave(f, left, right, n);
  if (at + n > size) {
    memcpy(l->frames, l->frames + 2 * (size_t)size, 2 * sizeof(float) * (at + n - size));
  }
  if (at < l->guard) {
    const uint32_t m = at + n < l->guard ? n : l->guard - at;
    memcpy(l->frames + 2 * (size_t)(size + at), f, 2 * sizeof(float) * m);
  }
  l->end += n;
}
