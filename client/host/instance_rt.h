// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef HOST_INSTANCE_RT_H
#define HOST_INSTANCE_RT_H

// A plugin as the process thread runs it: one instance that takes and gives one or two channels, or two mono ones side
// by side.

#include "engine/plugin.h"
#include "host/bypass_rt.h"
#include "host/worker_rt.h"

#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/urid/urid.h>

/// An atom port's buffer.
typedef struct {
  LV2_Atom* atom;
  uint32_t  capacity; ///< bytes after the header
  LV2_URID  type;     ///< to be written before each run: inputs an empty sequence, outputs a chunk of `capacity`
  bool      input;
} AtomRt;

/// One LV2 instance.
typedef struct {
  LV2_Handle handle;
  WorkerRt*  worker; ///< NULL: none
  uint32_t   natoms;
  AtomRt*    atoms;
} CopyRt;

typedef struct {
  void (*connect)(LV2_Handle, uint32_t port, void* data) RT;
  void (*run)(LV2_Handle, uint32_t nframes) RT;
  uint32_t ncopies;   ///< 2: mono ones, one for each side
  uint32_t nin, nout; ///< channels of each copy, 1 or 2
  uint32_t audio_in[2], audio_out[2];
  CopyRt   copy[2];
  float*   apart[2]; ///< MAX_BLOCK frames each, where the input isn't what comes in or must stay what it was; else NULL
  BypassRt bypass;
} InstanceRt;

/// Plugin.run; `self` is an InstanceRt.  Process thread; time as the plugin has it.
RT void instance_run_rt(void* self, float* const in[2], float* const out[2], uint32_t nframes);

#endif
