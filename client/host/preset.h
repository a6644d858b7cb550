// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef HOST_PRESET_H
#define HOST_PRESET_H

// Presets of a plugin, and what was kept of it: as lilv has them, states.  The thread that owns the world.

#include "host/host.h"
#include "host/urid.h"
#include "host/world.h"

/// The preset of a plugin by its URI or label (capitals or not).  STATUS_NOT_FOUND: `error` lists what there is.
Status preset_find(LilvState** out, World* w, Urids* urids, const LilvPlugin* plugin, const char* wanted, Error* error);

/// What a plugin that asks for it (state:loadDefaultState) is to begin with; NULL: nothing.
LilvState* preset_default(const World* w, Urids* urids, const LilvPlugin* plugin);

/// What preset_keep has written into a folder.  STATUS_BAD_FORMAT, STATUS_NOT_FOUND.
Status preset_read(LilvState** out, const World* w, Urids* urids, const char* folder, Error* error);

/// The values of ports in a state, into an array that is malloc'd; returns how many.
uint32_t preset_values(const LilvState* state, Urids* urids, HostValue** out);

/// A port's value as lilv hands it out: false where it isn't a number.
bool preset_number(Urids* urids, const void* value, uint32_t size, uint32_t type, float* out);

#endif
