// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_DELAY_RT_H
#define ENGINE_DELAY_RT_H

// Stereo frames kept under their number on the engine's clock: what is written ahead of its time is read when its time
// comes.  Process thread, but for making one.

#include "dsp/rt.h"
#include "msg/limits.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/// How far ahead of the master's port the decks can be mixed, frames; what plugins there delay beyond it isn't hidden.
#define MAX_AHEAD 8192

/// Room: a cycle and all that is ahead of it.
#define DELAY_ROOM (MAX_BLOCK + MAX_AHEAD)

typedef struct {
  float* plane[2]; ///< DELAY_ROOM frames each, a power of two
} Delay;

/// Whether there is one: where memory or need is missing there isn't.
RT static inline bool
delay_is_rt(const Delay* const d)
{
  return d->plane[0] && d->plane[1];
}

/// Write `n` <= DELAY_ROOM frames as number `at` and following.
RT static inline void
delay_put_rt(Delay* const d, const int64_t at, float* const in[2], const uint32_t n)
{
  const uint32_t first = (uint32_t)(at & (DELAY_ROOM - 1));
  const uint32_t run   = n < DELAY_ROOM - first ? n : DELAY_ROOM - first;
  for (int side = 0; side < 2; ++side) {
    memcpy(d->plane[side] + first, in[side], run * sizeof(float));
    memcpy(d->plane[side], in[side] + run, (n - run) * sizeof(float));
  }
}

/// Read them.
RT static inline void
delay_get_rt(const Delay* const d, const int64_t at, float* const out[2], const uint32_t n)
{
  const uint32_t first = (uint32_t)(at & (DELAY_ROOM - 1));
  const uint32_t run   = n < DELAY_ROOM - first ? n : DELAY_ROOM - first;
  for (int side = 0; side < 2; ++side) {
    memcpy(out[side], d->plane[side] + first, run * sizeof(float));
    memcpy(out[side] + run, d->plane[side], (n - run) * sizeof(float));
  }
}

/// Silence from number `at` on.
RT static inline void
delay_clear_rt(Delay* const d, const int64_t at, const uint32_t n)
{
  const uint32_t first = (uint32_t)(at & (DELAY_ROOM - 1));
  const uint32_t run   = n < DELAY_ROOM - first ? n : DELAY_ROOM - first;
  for (int side = 0; side < 2; ++side) {
    memset(d->plane[side] + first, 0, run * sizeof(float));
    memset(d->plane[side], 0, (n - run) * sizeof(float));
  }
}

#endif
