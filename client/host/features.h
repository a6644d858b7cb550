// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef HOST_FEATURES_H
#define HOST_FEATURES_H

// What we offer a plugin when it is instantiated.  Control thread.

#include "host/plugin_log.h"
#include "host/scratch.h"
#include "host/urid.h"
#include "host/worker.h"
#include "host/world.h"

#include <lv2/options/options.h>

#define SEQUENCE_SIZE 8192u ///< bytes of an atom port, at least

/// The features of one instance; it stays where it is as long as the instance lives.
typedef struct {
  PluginLog          log;
  float              rate;
  int32_t            min_block, max_block, nominal_block, sequence_size;
  LV2_Options_Option options[6];
  LV2_Feature        feature[16];
  const LV2_Feature* list[17];    ///< NULL at the end
  LV2_Feature        at_once;     ///< the worker, when its jobs are to be done in place
  const LV2_Feature* restore[17]; ///< what a plugin gets to restore a state with, before it runs
} Features;

/// `worker` NULL: not offered.  `name` and `scratch` outlive the features.
void features_init(Features* f, const char* name, uint32_t rate, Urids* urids, Worker* worker, Scratch* scratch);
void features_end(Features* f);

/// STATUS_BAD_FORMAT: the plugin needs one that we don't have, `error` names it.
Status features_check(const LilvPlugin* plugin, Error* error);

#endif
