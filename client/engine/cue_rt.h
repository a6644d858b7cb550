// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_CUE_RT_H
#define ENGINE_CUE_RT_H

// The headphones: the decks listened to, the master, both mixed, or one on each ear.  Process thread.

#include "engine/master_rt.h"

RT void cue_init_rt(MasterRt* m);

/// One of the headphones' own parameters.
RT void cue_set_rt(MasterRt* m, const CommandParam* p, int64_t now, uint32_t jump);

/// Mix `n` frames from `now` on: `cue` holds the decks listened to, and gets what is heard.
RT void cue_run_rt(MasterRt* m, int64_t now, uint32_t n, float* const master[2], float* const cue[2]);

#endif
