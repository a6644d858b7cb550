// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_RACK_RT_H
#define ENGINE_RACK_RT_H

// The plugins of the microphone or the master: a chain and the commands for it.  A plugin is exchanged when nobody
// hears the chain; who runs it fades it out while one waits for that.  Process thread.

#include "engine/chain_rt.h"
#include "engine/queue_rt.h"

typedef struct {
  uint8_t  first_slot; ///< those before it don't exist
  Chain    chain;
  Queue    queue;
  bool     waits; ///< `held`, a COMMAND_PLUGIN, does until the chain is unheard
  Command  held;
  uint64_t held_seq;
  Plugin*  retired; ///< taken out; the next one waits until it has been sent back
  uint32_t swaps;   ///< how often a plugin came or went
  uint32_t late;
} Rack;

RT void rack_init_rt(Rack* r, uint8_t first_slot);

/// Whether there is such a slot.
RT bool rack_has_rt(const Rack* r, uint8_t slot);

/// Take in a COMMAND_PLUGIN or COMMAND_PORT at frame `now`.  false: no room now.
RT bool     rack_take_rt(Rack* r, const Command* c, int64_t now, uint64_t seq);
RT uint64_t rack_oldest_rt(const Rack* r);

/** Carry out what is due at frame `now`, move what is on a ramp.
 * @param unheard the chain's output is thrown away
 * @return how many of the next `n` frames can be run before something is due again */
RT uint32_t rack_obey_rt(Rack* r, int64_t now, uint32_t n, bool unheard);

/// Whether there is any plugin.
RT bool rack_filled_rt(const Rack* r);

#endif
