// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_CHAIN_RT_H
#define ENGINE_CHAIN_RT_H

// The plugins of a deck: its slots, their controls on ramps, and the run through EQ and inserts.  The pitch slot is
// run by the path (path_rt.h), which alone knows when it is in use.  Process thread.

#include "engine/glide_rt.h"
#include "engine/laps_rt.h"
#include "engine/plugin.h"
#include "msg/command.h"
#include "msg/notice.h"

#define CHAIN_RAMPS 128 ///< controls that can be on a ramp at once; one more jumps
#define CHAIN_GRID 32   ///< frames between two values of one
#define CHAIN_SIDE 256  ///< most frames that are run at a time while a plugin gives way

typedef struct {
  Ramp     ramp;
  uint8_t  slot;
  uint32_t port;
} ChainRamp;

/// One plugin gives way to another that delays as much: both run, the new one unheard at first, then they are
/// cross-faded.
typedef struct {
  bool     on;
  uint8_t  slot;
  Plugin*  old;              ///< NULL: there was none.  Once it is not on any more: to be sent back
  uint32_t done, warm, fade; ///< frames: so far, in which the new one settles, of the cross-fade
  float    side[2][CHAIN_SIDE];
} ChainSwap;

typedef struct {
  Plugin*   slot[MAX_SLOTS];
  ChainRamp ramp[CHAIN_RAMPS];
  uint32_t  nramps;
  ChainSwap swap;
} Chain;

/// Another plugin, or NULL, for a slot; returns the one before.
RT Plugin* chain_swap_rt(Chain* c, uint8_t slot, Plugin* plugin);

/// Whether `plugin` (NULL: none) can take the place of what is in a slot, by a cross-fade.
RT bool chain_can_fade_rt(const Chain* c, uint8_t slot, const Plugin* plugin);

/// Begin that: `warm` frames in which it settles, `fade` of cross-fade.  Pre: it can, and runs are of CHAIN_SIDE frames
/// at most.
RT void chain_fade_rt(Chain* c, uint8_t slot, Plugin* plugin, uint32_t warm, uint32_t fade);

/// Whether one is under way, or has something to send back.
RT bool chain_fades_rt(const Chain* c);

/// What has given way, NULL: nothing.  `at_once`: nobody listens, end it.
RT Plugin* chain_faded_rt(Chain* c, bool at_once);

/// Set a control port, or send it on a ramp.  Returns whether there is such a port and it moves.
RT bool chain_set_rt(Chain* c, const CommandPort* p, int64_t now);

/// Write the values of controls on ramps as they are at engine frame `now`.  Returns whether there are any.
RT bool chain_glide_rt(Chain* c, int64_t now);

/// What EQ and inserts report, frames.
RT uint32_t chain_latency_rt(const Chain* c);

/// Run EQ and inserts in place; ends their stages.
RT void chain_run_rt(Chain* c, float* const planes[2], uint32_t n, Laps* laps);

#endif
