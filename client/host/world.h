// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef HOST_WORLD_H
#define HOST_WORLD_H

// What LV2 plugins there are: our own bundles at once, all others of the machine when one of them is asked for.
// The thread that owns it.

#include "base/status.h"

#include <lilv/lilv.h>

#include <stdbool.h>

/// The words of LV2 that we look for in a plugin's data.
typedef struct {
  LilvNode *audio_port, *control_port, *cv_port, *input_port, *output_port, *atom_port;
  LilvNode *optional, *side_chain, *toggled, *integer, *enumeration, *sample_rate, *reports_latency;
  LilvNode *designation, *latency, *enabled, *minimum_size;
  LilvNode *worker_schedule, *in_place_broken;
  LilvNode *group, *main_input, *main_output, *side_chain_of;
  LilvNode *preset, *label, *load_default_state;
} Words;

typedef struct {
  LilvWorld* lilv;
  Words      word;
  bool       complete; ///< all of the machine's bundles are loaded
} World;

/// Between these no other world reads data: lilv has a variable for that which all of them share.  The functions below
/// do it by themselves, and whatever they return has been read.
void world_lock(void);
void world_unlock(void);

/// `bundle_dir` (may be NULL) holds our eq.lv2 and pitch.lv2.  A bundle that is missing shows when it is asked for.
Status world_init(World* w, const char* bundle_dir, Error* error);
void   world_end(World* w);

/// Load what the machine has, if that wasn't done yet.  Returns whether there is more now.
bool world_complete(World* w);

/// The plugin with this URI; NULL: there is none, `error` says so.
const LilvPlugin* world_plugin(World* w, const char* uri, Error* error);

#endif
