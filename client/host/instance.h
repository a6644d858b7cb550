// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef HOST_INSTANCE_H
#define HOST_INSTANCE_H

// A plugin that is instantiated, connected and activated.  The thread that owns the world it is made from.

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

/// What one is to begin with, both may be NULL.
typedef struct {
  const LilvState* state;  ///< restored before it is activated
  const char*      folder; ///< that instance_keep wrote; it is copied, and not needed any more then
} InstanceBegin;

/// See host_plugin_new.
Status instance_new(Plugin**               out,
                    const InstanceMakings* m,
                    const LilvPlugin*      plugin,
                    const InstanceBegin*   begin,
                    Error*                 error);
void   instance_free(Plugin* p);

/** Write what it keeps beside its ports (state:interface) into a folder, which is made.  It may run meanwhile.
 * @param saved false: there is nothing of that kind, and no folder
 * Return: STATUS_FAILED */
Status instance_keep(Plugin* p, const InstanceMakings* m, const char* folder, bool* saved, Error* error);

#endif
