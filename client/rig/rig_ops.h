// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef RIG_RIG_OPS_H
#define RIG_RIG_OPS_H

// What a rig is made of, and what it does for the control thread.

#include "io/loudness.h"
#include "rig/rig.h"

struct Rig {
  RigConfig config;
  Engine*   engine;
  Host*     host;
  Disk*     disk;
  Control*  control;
  Loudness* loudness; ///< NULL: offline
  MidiPort* midi;     ///< likewise
  RigHooks  hooks;
  uint32_t  decks; ///< at the start
  bool      offline;
  Plugin*   slots[MAX_CHAINS][MAX_SLOTS];   ///< as control sees them: what was sent to the engine last
  uint64_t  numbers[MAX_CHAINS][MAX_SLOTS]; ///< of those that were put there
  uint64_t  puts;
};

/// Filled for control_new; all but `control` is there.
Ops rig_ops(Rig* r);

/// Make the plugins that a deck has before inserts; all or none.
Status rig_make_plugins(Rig* r, Plugin* made[MAX_SLOTS], Error* error);
void   rig_free_plugins(Rig* r, Plugin* const made[MAX_SLOTS]);

/// Send them to a deck.  Pre: MAX_SLOTS have room in the command ring.
void rig_send_plugins(Rig* r, uint8_t deck, Plugin* const made[MAX_SLOTS]);

/// The engine holds it no more: free it.
void rig_plugin_retired(Rig* r, Plugin* plugin);

// rig_inserts.c: see Ops

bool     rig_plugin_about(void* self, uint8_t chain, uint8_t slot, OpsPlugin* out);
uint32_t rig_plugin_ask(void* self, const OpsWish* wish);
uint32_t rig_plugin_keep(void* self, uint8_t chain, uint8_t slot, const char* folder);
bool     rig_plugin_take(void* self, uint32_t ticket, OpsMade* out);
void     rig_plugin_drop(void* self, uint32_t ticket);
void     rig_plugin_put(void* self, uint8_t chain, uint8_t slot, Plugin* plugin);

#endif
