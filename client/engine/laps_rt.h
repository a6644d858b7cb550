// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_LAPS_RT_H
#define ENGINE_LAPS_RT_H

// Where the time of a deck's cycle goes.  The clock is looked at once for each stage, at its end: on some machines a
// look takes as long as a deck takes for ten frames.  Process thread.

#include "base/clock.h"
#include "msg/notice.h"

typedef struct {
  int64_t ns[STAGE_COUNT]; ///< what lies between two stages counts with the second
  int64_t begin, last;
} Laps;

RT static inline void
laps_begin_rt(Laps* const l)
{
  *l       = (Laps){0};
  l->begin = l->last = clock_ns();
}

/// A stage ends here.
RT static inline void
laps_end_rt(Laps* const l, const Stage stage)
{
  const int64_t now = clock_ns();
  l->ns[stage] += now - l->last;
  l->last = now;
}

#endif
