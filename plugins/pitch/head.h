// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PITCH_HEAD_H
#define PITCH_HEAD_H

// A read head on a line: where it is, to 2^-32 of a frame, and how fast it goes.  Process thread.

#include "dsp/line.h"
#include "dsp/sinc.h"

#include <math.h>

typedef struct {
  int64_t  frame;
  uint32_t fraction; ///< of a frame, in 2^-32
  SincPos  step, dstep;
} Head;

/// Put the head at a place given as a whole frame and an offset of any size and sign.
RT static inline void
head_put_rt(Head* const h, const int64_t frame, const double offset)
{
  const double  whole = floor(offset);
  const int64_t part  = (int64_t)((offset - whole) * 0x1p32);
  h->frame            = frame + (int64_t)whole + (part >> 32);
  h->fraction         = (uint32_t)part;
}

RT static inline void
head_move_rt(Head* const h, const double frames)
{
  head_put_rt(h, h->frame, h->fraction * 0x1p-32 + frames);
}

/// How far the head is behind a frame.
RT static inline double
head_behind_rt(const Head* const h, const int64_t frame)
{
  return (double)(frame - h->frame) - h->fraction * 0x1p-32;
}

/// Go from speed `from` to speed `to` within `n` frames.  At one speed the step is exact.
RT static inline void
head_speed_rt(Head* const h, const double from, const double to, const uint32_t n)
{
  h->step  = (SincPos)llrint(from * 0x1p32);
  h->dstep = from == to ? 0 : (SincPos)llrint((to - from) * 0x1p32 / n);
}

RT static inline void
head_read_rt(Head* const h, const Line* const line, const SincTable* const sinc, float* const out[2], const uint32_t n)
{
  const int64_t base = h->frame - SINC_BEFORE;
  SincPos       pos  = ((SincPos)SINC_BEFORE << 32) + h->fraction;
  sinc_read_rt(sinc, line_at_rt(line, base), &pos, &h->step, h->dstep, out, n);
  h->frame    = base + (pos >> 32);
  h->fraction = (uint32_t)pos;
}

#endif
