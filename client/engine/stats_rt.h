// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_STATS_RT_H
#define ENGINE_STATS_RT_H

// Times of cycles, stages and decks.  Only the process thread writes them.

#include "dsp/rt.h"
#include "msg/levels.h"

/// Count one time.
RT void timing_add_rt(Timing* t, int64_t ns);

/// All times and counters to 0.
RT void stats_reset_rt(Levels* l);

/// All that is shown of a deck, as if it had never been.
RT void deck_levels_reset_rt(DeckLevels* l);

#endif
