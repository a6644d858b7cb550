// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DSP_LINE_H
#define DSP_LINE_H

// A delay line of interleaved stereo frames, addressed by frame number since its start; frames before the first are
// silent.  Any `guard` frames in a row can be read through one pointer.

#include "dsp/rt.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  float*   frames;
  uint32_t mask;  ///< capacity - 1, the capacity being a power of two
  uint32_t guard; ///< frames that line_at_rt() gives in a row
  int64_t  end;   ///< frames written so far: the number of the next one
} Line;

/// Room for at least `frames` past frames.  Allocates; false: no memory.  Any thread but the process thread.
bool line_init(Line* l, uint32_t frames, uint32_t guard);
void line_release(Line* l);

/// Back to silence and to frame 0.
RT void line_clear_rt(Line* l);

/// Append `n` <= guard frames given as two planes.  What is not a finite number of sane size becomes 0.
RT void line_write_rt(Line* l, const float* left, const float* right, uint32_t n);

/// The frames from number `frame` on; those that were written and not yet overwritten are valid.
RT static inline const float*
line_at_rt(const Line* const l, const int64_t frame)
{
  return l->frames + 2 * (uint64_t)(frame & (int64_t)l->mask);
}

#endif
