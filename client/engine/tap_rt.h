// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_TAP_RT_H
#define ENGINE_TAP_RT_H

// A tap of the master: what leaves its port, for one reader on another thread.  There can be several.

#include "dsp/rt.h"
#include "msg/ring.h"

#include <stdatomic.h>
#include <stdint.h>

typedef enum { TAP_RECORD, TAP_LOUDNESS, TAP_COUNT } TapKind;

typedef struct {
  Ring*       ring; ///< of float[2]
  atomic_bool on;   ///< TAP_RECORD: COMMAND_RECORD sets it, at its frame; others: their reader, from the next cycle on
  _Atomic uint64_t lost; ///< frames that found the ring full
} Tap;

#define TAP_PIECE 256

/// Give `n` frames to the reader.  Process thread.  false: some were lost.
RT static inline bool
tap_write_rt(Tap* const t, float* const planes[2], const uint32_t n)
{
  float piece[TAP_PIECE][2];
  bool  good = true;
  for (uint32_t done = 0, run; done < n; done += run) {
    run = n - done < TAP_PIECE ? n - done : TAP_PIECE;
    for (uint32_t i = 0; i < run; ++i) {
      piece[i][0] = planes[0][done + i];
      piece[i][1] = planes[1][done + i];
    }
    if (!ring_write_n(t->ring, piece, run)) {
      atomic_fetch_add_explicit(&t->lost, run, memory_order_relaxed);
      good = false;
    }
  }
  return good;
}

#endif
