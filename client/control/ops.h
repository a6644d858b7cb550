// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_OPS_H
#define CONTROL_OPS_H

// What the control thread needs done by parts that it doesn't know: filled by who puts the program together (rig/).
// All are called on the control thread, with `self` first.

#include "base/status.h"
#include "msg/command.h"
#include "msg/levels.h"
#include "msg/midi.h"
#include "msg/request.h"
#include "msg/ring.h"

/// A control port of a hosted plugin, by symbol.
typedef struct {
  uint32_t    port; ///< index for CommandPort
  float       minimum, maximum, initial;
  bool        input;
  bool        toggled, integer; ///< enumerations count as integer
  const char* name;             ///< for people; NULL: the symbol
} OpsPort;

/// A plugin in a chain's slot.
typedef struct {
  const char* uri;
  const char* name;
  uint32_t    enabled; ///< the control input that switches it on (1) and off: each has one
  uint32_t    latency; ///< that it reports, frames
  uint64_t    number;  ///< no other has or had it
} OpsPlugin;

/// What is wanted of the host: a plugin, or what a preset means for it.
typedef struct {
  const char* uri;    ///< of the plugin
  const char* preset; ///< URI or label; NULL: make the plugin
  const char* folder; ///< with its state, to begin with; NULL: none
} OpsWish;

/// A port of a preset.
typedef struct {
  char  symbol[80];
  float value; ///< maybe beyond the port's range
} OpsValue;

typedef struct {
  Status    status;
  Error     error;
  Plugin*   plugin; ///< made; the taker's.  Of a preset: NULL where values are all it has
  OpsValue* values; ///< of a preset, malloc'd, the taker's
  uint32_t  nvalues;
  bool      kept; ///< of plugin_keep: there was something
} OpsMade;

typedef struct {
  double   cache_used_mb, cache_size_mb, disk_mb; ///< disk_mb: decoded since the start
  uint64_t record_lost;                           ///< pieces of the master that found no room
  bool     record_failed;                         ///< the running recording has come to an end
} OpsDiskStats;

typedef struct {
  void* self;

  Ring*    commands; ///< of Command: control is the only writer
  Ring*    notices;  ///< of Notice
  Ring*    requests; ///< of Request
  Ring*    replies;  ///< of Reply
  Levels*  levels;
  uint32_t rate;    ///< of the engine, Hz
  uint32_t decks;   ///< how many there are at the start
  bool     offline; ///< nobody waits for a cycle: what time it takes is no trouble

  /// Engine frame that is being processed about now; offline: exactly.
  int64_t (*frame_now)(void* self);

  /// The disk thread has requests to read.
  void (*wake_disk)(void* self);

  /// A port of the plugin in a chain's slot; a deck's chain, CHAIN_MIC or CHAIN_MASTER.  STATUS_NOT_FOUND with a text
  /// that lists what there is.
  Status (*plugin_port)(void* self, uint8_t deck, uint8_t slot, const char* symbol, OpsPort* out, Error* error);

  /// Control port `index` of the plugin in a chain's slot, from 0, and its symbol.  false: there are no more.
  bool (*plugin_port_at)(void* self, uint8_t deck, uint8_t slot, uint32_t index, OpsPort* out, const char** symbol);
  float (*plugin_value)(void* self, uint8_t deck, uint8_t slot, uint32_t port); ///< as the port stands now

  /// The plugin in a chain's slot.  false: none.  NULL: nobody hosts plugins.
  bool (*plugin_about)(void* self, uint8_t deck, uint8_t slot, OpsPlugin* out);

  /// Ask for a plugin or a preset: a ticket, 0: that can't be.  plugin_take: false until it is there.  plugin_drop:
  /// nobody wants it any more.
  uint32_t (*plugin_ask)(void* self, const OpsWish* wish);
  bool (*plugin_take)(void* self, uint32_t ticket, OpsMade* out);
  void (*plugin_drop)(void* self, uint32_t ticket);

  /// Ask that the plugin in a slot writes what it keeps beside its ports into a folder, which is made; as plugin_ask.
  uint32_t (*plugin_keep)(void* self, uint8_t deck, uint8_t slot, const char* folder);

  /// A plugin, or NULL, is on its way into a chain's slot: from here on it is the one that the slot has.
  void (*plugin_put)(void* self, uint8_t deck, uint8_t slot, Plugin* plugin);

  /// Make deck `deck` with its own plugins and send it to the engine.  STATUS_BUSY: the command ring is full.
  Status (*deck_add)(void* self, uint8_t deck, Error* error);

  /// A deck came back from the engine, its tracks and plugins before it: free it.
  void (*deck_retired)(void* self, uint8_t deck, struct DeckRt* memory);

  /// A plugin came back from the engine: free it.
  void (*plugin_retired)(void* self, Plugin* plugin);

  /// A deck got another track, title NULL: none (the JACK client shows it in its port names).
  void (*titled)(void* self, uint8_t deck, const char* title);

  /// A chain's latency changed (the JACK client tells the server).
  void (*latency_changed)(void* self, uint8_t deck);

  OpsDiskStats (*disk_stats)(void* self);

  /// Loudness of the master: momentary, short-term and integrated in LUFS, range in LU.  false: it isn't measured.
  bool (*loudness)(void* self, float out[4]);
  void (*loudness_reset)(void* self);

  MidiPort*   midi;     ///< NULL: there is none
  const char* midi_dir; ///< where ready MIDI maps lie; NULL: nowhere
} Ops;

#endif
