// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef RIG_RIG_H
#define RIG_RIG_H

// Engine, plugins, disk and control put together, without anything that makes time pass: session/ adds JACK to it,
// render/ a loop.

#include "base/status.h"
#include "control/control.h"
#include "engine/engine.h"
#include "host/host.h"
#include "io/disk.h"
#include "msg/midi.h"

typedef struct {
  uint32_t rate;  ///< Hz
  uint32_t decks; ///< 2 .. MAX_DECKS
  size_t   cache_mb;
  bool     fine;    ///< the better varispeed reader
  int64_t  frame;   ///< that the engine's clock begins with
  bool     offline; ///< no disk thread, no workers: who runs the engine calls disk_work
} RigConfig;

typedef struct Rig Rig;

/// Everything in order, each deck with its pitch and EQ plugin.  `error` says what is missing and what to do.
Status rig_new(Rig** out, const RigConfig* config, Error* error);
void   rig_free(Rig* r); ///< Pre: nobody runs the engine

Engine*  rig_engine(Rig* r);
Disk*    rig_disk(Rig* r);
Control* rig_control(Rig* r);

/// For who has MIDI ports; NULL: offline.
MidiPort* rig_midi(Rig* r);

/** Another engine, with its plugins and tracks, for another rate; control brings back what there was and goes on as it
 * is.  Not OK: all is as before, but what was under way was answered with errors.  Pre: nobody runs the engine; control
 * doesn't poll until who makes time pass has the new one. */
Status rig_change_rate(Rig* r, uint32_t rate, Error* error);

/// The thread that runs the engine has this real-time priority, 0: none.
void rig_hurry(Rig* r, int priority);

/// Hooks for who makes time pass; unset: the engine's own frame counter, nothing.  Before the engine runs.
typedef struct {
  void* self;
  int64_t (*frame_now)(void* self);
  void (*titled)(void* self, uint8_t deck, const char* title);
  void (*latency_changed)(void* self, uint8_t deck);
  Status (*deck_added)(void* self, uint8_t deck, Error* error); ///< if it fails there is no deck
  void (*deck_removed)(void* self, uint8_t deck);
} RigHooks;
void rig_set_hooks(Rig* r, const RigHooks* hooks);

/// Where the bundles and presets lie: beside the program in the build tree, else where they were installed.
const char* rig_bundle_dir(void);

/// Likewise the ready MIDI maps.
const char* rig_midi_dir(void);

#endif
