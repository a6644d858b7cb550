// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_OPS_H
#define CONTROL_OPS_H

// What the control thread needs done by parts that it doesn't know: filled by who puts the program together (rig/).
// All are called on the control thread, with `self` first.

#include "base/status.h"
#include "msg/command.h"
#include "msg/levels.h"
#include "msg/request.h"
#include "msg/ring.h"

/// A control port of a hosted plugin, by symbol.
typedef struct {
  uint32_t port; ///< index for CommandPort
  float    minimum, maximum, initial;
  bool     input;
  bool     toggled, integer; ///< enumerations count as integer
} OpsPort;

typedef struct {
  double cache_used_mb, cache_size_mb, disk_mb; ///< disk_mb: decoded since the start
} OpsDiskStats;

typedef struct {
  void* self;

  Ring*    commands; ///< of Command: control is the only writer
  Ring*    notices;  ///< of Notice
  Ring*    requests; ///< of Request
  Ring*    replies;  ///< of Reply
  Levels*  levels;
  uint32_t rate;    ///< of the engine, Hz
  uint32_t decks;   ///< how many there are, 2 .. MAX_DECKS
  bool     offline; ///< nobody waits for a cycle: what time it takes is no trouble

  /// Engine frame that is being processed about now; offline: exactly.
  int64_t (*frame_now)(void* self);

  /// The disk thread has requests to read.
  void (*wake_disk)(void* self);

  /// A port of the plugin in a deck's slot.  STATUS_NOT_FOUND with a text that lists what there is.
  Status (*plugin_port)(void* self, uint8_t deck, uint8_t slot, const char* symbol, OpsPort* out, Error* error);
  float (*plugin_value)(void* self, uint8_t deck, uint8_t slot, uint32_t port); ///< as the port stands now

  /// A plugin came back from the engine: free it.
  void (*plugin_retired)(void* self, Plugin* plugin);

  /// A deck got another track, title NULL: none (the JACK client shows it in its port names).
  void (*titled)(void* self, uint8_t deck, const char* title);

  /// A deck's latency changed (the JACK client tells the server).
  void (*latency_changed)(void* self, uint8_t deck);

  OpsDiskStats (*disk_stats)(void* self);
} Ops;

#endif
