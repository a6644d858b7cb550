// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef HOST_PLUGIN_LOG_H
#define HOST_PLUGIN_LOG_H

// What plugins have to say, in our log, each line with the plugin's name.  A plugin may also speak while it runs on the
// process thread, where nothing may be printed: those lines are counted instead, and the count told when it is freed.

#include "dsp/rt.h"
#include "host/urid.h"

#include <lv2/log/log.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  LV2_Log_Log feature;
  const char* name;
  LV2_URID    error, warning, note;
  atomic_uint unsaid; ///< lines of the process thread
} PluginLog;

/// `name` stays the caller's and outlives the log.  Control thread.
void plugin_log_init(PluginLog* l, const char* name, Urids* urids);

/// Tell what couldn't be said.  Control thread.
void plugin_log_end(PluginLog* l);

/// From here on (until called with false) this thread must not print.  Process thread, around a plugin's run.
RT void plugin_log_hush_rt(bool hushed);

#endif
