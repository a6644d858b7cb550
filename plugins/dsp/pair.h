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

/// States that fade away are cut off long before they become denormal numbers, which are slow on most machines.
RT static inline Pair
pair_settle(const Pair v)
{
  typedef int64_t Mask __attribute__((vector_size(16)));

  const Pair negative = -v, magnitude = (Pair)(((Mask)v & (v > negative)) | ((Mask)negative & ~(v > negative)));
  return (Pair)((Mask)v & (magnitude > pair_of(1e-100)));
}

#endif
