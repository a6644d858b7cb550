// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef RIG_RIG_OPS_H
#define RIG_RIG_OPS_H

// What a rig is made of, and what it does for the control thread.

#include "rig/rig.h"

struct Rig {
  Engine*  engine;
  Host*    host;
  Disk*    disk;
  Control* control;
  RigHooks hooks;
  uint32_t decks;
  bool     offline;
  Plugin*  slots[MAX_DECKS][MAX_SLOTS]; ///< as control sees them: what was sent to the engine last
};

/// Filled for control_new; all but `control` is there.
Ops rig_ops(Rig* r);

/// The engine holds it no more: free it.
void rig_plugin_retired(Rig* r, Plugin* plugin);

#endif
