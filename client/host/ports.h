// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef HOST_PORTS_H
#define HOST_PORTS_H

// What ports a plugin has and what each is to be connected to, read from its data.  Control thread.

#include "engine/plugin.h"
#include "host/world.h"

typedef enum {
  PORT_AUDIO_IN,
  PORT_AUDIO_OUT,
  PORT_SIDE_CHAIN, ///< an audio input beside the main ones: it hears silence
  PORT_SPARE,      ///< an audio output beside the main ones: nobody hears it
  PORT_CONTROL,    ///< `at`: index in the control table
  PORT_ATOM_IN,
  PORT_ATOM_OUT,
  PORT_UNUSED, ///< may stay unconnected
} PortUse;

typedef struct {
  PortUse  use;
  uint32_t at;   ///< audio: channel; control: index
  uint32_t size; ///< atom: bytes
} PortRole;

typedef struct {
  uint32_t    nports;
  PortRole*   roles;                     ///< [nports] by LV2 port index
  uint32_t    nin, nout;                 ///< 1 or 2 each
  uint32_t    audio_in[2], audio_out[2]; ///< LV2 port indices, [nin] and [nout]
  uint32_t    ncontrols;
  PluginPort* controls; ///< [ncontrols], symbols and names are owned
  uint32_t    latency, enabled;
  bool        bypassed;    ///< `enabled` is ours, at the end of the table, without a symbol: the plugin has none
  float       max_latency; ///< what it says it reports at most, frames; 0: it doesn't say
  bool        in_place_broken;
} Ports;

/// STATUS_BAD_FORMAT: audio ports that don't fit a deck's chain, or ports of a kind that we can't connect.
Status ports_read(Ports* p, const World* w, const LilvPlugin* plugin, uint32_t rate, Error* error);
void   ports_free(Ports* p);

#endif
