// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history_rt.h"

#include <stdbool.h>

#define HISTORY_FRAMES 1048576 ///< for so long one entry holds at most

// Where a reading that was as in `e` is at deck frame `at`.
RT static SincPos
foretell(const HistoryEntry* const e, const int64_t at, SincPos* const step)
{
  const int64_t k     = at - e->at;
  const SincPos dstep = k > 0 ? e->dstep : 0; // before all that is known it went straight
  SincPos       pos   = e->pos + k * e->step;
  if (dstep) {
    pos += dstep * (k * (k - 1) / 2);
  }
  *step = e->step + k * dstep;
  if (e->wrap_end >= 0 && pos >> 32 >= e->wrap_end) {
    const SincPos start = e->wrap_start * SINC_ONE, length = (e->wrap_end - e->wrap_start) * SINC_ONE;
    pos = start + (pos - start) % length;
  }
  return pos;
}

RT static const HistoryEntry*
entry_at(const History* const h, const int64_t at)
{
  uint64_t i = h->end - 1;
  while (i > h->first && h->entry[i % HISTORY_ROOM].at > at) {
    --i;
  }
  return &h->entry[i % HISTORY_ROOM];
}

RT void
history_reset_rt(History* const h, const HistoryEntry* const e)
{
  h->entry[0] = *e;
  h->first    = 0;
  h->end      = 1;
}

// Whether nothing new is to be said about `e`.  Now and then it is said nevertheless: what is foretold from too long
// ago (hours in a loop) would not fit the numbers.
RT static bool
is_foretold(const HistoryEntry* const last, const HistoryEntry* const e)
{
  SincPos step;
  return e->at - last->at < HISTORY_FRAMES && foretell(last, e->at, &step) == e->pos && step == e->step &&
         last->dstep == e->dstep && last->wrap_start == e->wrap_start && last->wrap_end == e->wrap_end;
}

RT void
history_note_rt(History* const h, const HistoryEntry* const e)
{
  while (h->end > h->first && h->entry[(h->end - 1) % HISTORY_ROOM].at >= e->at) {
    --h->end;
  }
  if (h->end > h->first && is_foretold(&h->entry[(h->end - 1) % HISTORY_ROOM], e)) {
    return;
  }
  h->entry[h->end++ % HISTORY_ROOM] = *e;
  if (h->end - h->first > HISTORY_ROOM) {
    ++h->first;
  }
}

RT SincPos
history_at_rt(const History* const h, const int64_t at, SincPos* const step)
{
  SincPos       s;
  const SincPos pos = foretell(entry_at(h, at), at, &s);
  if (step) {
    *step = s;
  }
  return pos;
}
