// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef HOST_HOST_H
#define HOST_HOST_H

// The LV2 host: one lilv world, instances made from it as the engine's Plugins.  Control thread, except where noted.

#include "base/status.h"
#include "engine/plugin.h"

typedef struct Host Host;

typedef struct {
  uint32_t    rate;       ///< Hz
  const char* bundle_dir; ///< where our own bundles lie (build/lv2 or the installed LV2DIR); loaded first.  NULL: none
  bool        offline;    ///< no hurry: work for the worker is done at once, within run
} HostConfig;

Status host_new(Host** out, const HostConfig* config, Error* error);
void   host_free(Host* h); ///< Pre: all its plugins are freed

/// The process thread has this real-time priority, 0: none.  Plugins' workers get one a little below, where allowed.
void host_hurry(Host* h, int priority);

/** A new, activated instance of the plugin with this URI: stereo in and out, or mono, of which two are run.
 * Return: STATUS_NOT_FOUND, STATUS_BAD_FORMAT (required feature that we lack, no audio ports that match, an instance
 * that fails), each with the reason in `error`.  All inputs stand at their defaults. */
Status host_plugin_new(Host* h, const char* uri, Plugin** out, Error* error);

/// Pre: the engine holds it no more (NOTICE_PLUGIN_RETIRED, or it was never given to it).
void host_plugin_free(Host* h, Plugin* p);

#endif
