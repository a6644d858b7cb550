// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef HOST_INSTANCE_H
#define HOST_INSTANCE_H

// A plugin that is instantiated, connected and activated.  Control thread.

#include "engine/plugin.h"
#include "host/urid.h"
#include "host/worker.h"
#include "host/world.h"

/// What instances are made with; all outlive them.
typedef struct {
  World*   world;
  Urids*   urids;
  Workers* workers;
  uint32_t rate; ///< Hz
} InstanceMakings;

/// See host_plugin_new.
Status instance_new(Plugin** out, const InstanceMakings* m, const LilvPlugin* plugin, Error* error);
void   instance_free(Plugin* p);

#endif
