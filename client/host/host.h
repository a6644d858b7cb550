// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef HOST_HOST_H
#define HOST_HOST_H

// The LV2 host: one lilv world, instances made from it as the engine's Plugins.  Control thread, except where noted.

#include "base/status.h"
#include "engine/plugin.h"

#include <stdbool.h>
#include <stdint.h>

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

/// Pre: the engine holds it no more (NOTICE_PLUGIN_RETIRED, or it was never given to it).  What the host's own thread
/// has made it also frees.
void host_plugin_free(Host* h, Plugin* p);

// What may take its time is asked of a thread of the host's own, and taken when it is done.

typedef enum {
  HOST_MAKE,   ///< a plugin, with .preset or .folder to begin with
  HOST_PRESET, ///< what .preset means for .uri: values of ports, and where that is not all, a plugin that has it
  HOST_KEEP,   ///< write what .plugin keeps beside its ports into .folder, while it may be running
} HostTask;

typedef struct {
  HostTask    task;
  const char* uri;    ///< of the plugin
  const char* preset; ///< URI or label; NULL: none
  const char* folder; ///< that HOST_KEEP has written or is to write; NULL: none
  Plugin*     plugin; ///< of HOST_KEEP: one that came of HOST_MAKE or HOST_PRESET
} HostWish;

/// The value of a port.
typedef struct {
  char  symbol[80];
  float value; ///< in its unit, as the preset says, whatever the port's range
} HostValue;

typedef struct {
  Status     status;
  Error      error;  ///< where it isn't STATUS_OK
  Plugin*    plugin; ///< as from host_plugin_new; or NULL
  HostValue* values; ///< of the preset, malloc'd: the taker frees it
  uint32_t   nvalues;
  bool       kept; ///< there was something to keep
} HostMade;

/// Ask; offline it is done at once.  Returns a ticket, 0: no memory or no thread.
uint32_t host_ask(Host* h, const HostWish* wish);

/// Take what came of it.  false: it isn't done.
bool host_take(Host* h, uint32_t ticket, HostMade* out);

/// Nobody wants it any more.
void host_drop(Host* h, uint32_t ticket);

#endif
