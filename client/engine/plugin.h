// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_PLUGIN_H
#define ENGINE_PLUGIN_H

// A plugin instance as the engine sees it.  Declared here for the engine, made and freed by host/.

#include "dsp/rt.h"

#include <stdbool.h>
#include <stdint.h>

#define NO_PORT UINT32_MAX
#define PLUGIN_MAX_LATENCY 262144 ///< frames; what claims more is not believed

typedef struct {
  const char* symbol;
  const char* name;
  float       minimum, maximum, initial; ///< in the port's unit
  bool        input;                     ///< a control input; else a control output
  bool        toggled, integer, enumeration;
} PluginPort;

typedef struct Plugin {
  const char* uri;
  const char* name;

  uint32_t    nports; ///< control ports only, audio and atom ports don't count
  PluginPort* ports;
  float*      values; ///< [nports], what the ports are connected to.  Process writes inputs and reads outputs

  uint32_t latency_port; ///< index of the latency output, or NO_PORT
  uint32_t enabled_port; ///< index of the lv2:enabled input, or NO_PORT

  void* self;

  /// Run `nframes` (0 .. MAX_BLOCK).  `in` and `out` may be the same planes.  Process thread.
  void (*run)(void* self, float* const in[2], float* const out[2], uint32_t nframes) RT;
} Plugin;

/// The index of a control port by its symbol, or NO_PORT.  Any thread.
RT uint32_t plugin_port(const Plugin* p, const char* symbol);

/// What the plugin reports now, frames; 0 where that makes no sense.  Process thread, or any before it runs there.
RT static inline uint32_t
plugin_latency_rt(const Plugin* p)
{
  const float says = p->latency_port == NO_PORT ? 0.0f : p->values[p->latency_port];
  return says > 0.0f && says <= PLUGIN_MAX_LATENCY ? (uint32_t)(says + 0.5f) : 0u;
}

#endif
