// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef JACK_CLIENT_H
#define JACK_CLIENT_H

// The JACK client: its ports, callbacks and metadata.  Control thread, except the callbacks.

#include "base/status.h"
#include "engine/engine.h"
#include "jack/saves.h"
#include "msg/midi.h"

typedef struct JackClient JackClient;

typedef struct {
  const char* name;
  const char* server; ///< server name, NULL: the default (or $JACK_DEFAULT_SERVER)
  bool        start_server;
  bool        deck_ports;
  bool        exact_name; ///< else the server may number it
  uint32_t    threads;    ///< for decks, 0: as many as there are cores for
  const char* uuid;       ///< by which a JACK session knows us, or NULL
  bool        transport;  ///< jack_transport is wanted
  bool        connect;    ///< master to the first two physical playback ports
} JackConfig;

/// Opens the client, so that rate and block are known.  STATUS_NO_SERVER: there is none, `error` says what to do.
Status      jack_open_client(JackClient** out, const JackConfig* config, Error* error);
uint32_t    jack_rate(const JackClient* c);
uint32_t    jack_block(const JackClient* c);
int         jack_priority(const JackClient* c); ///< real-time, of the process thread; 0: none
const char* jack_name(const JackClient* c);     ///< the server may have made it unique

/// Registers the ports, those of decks for the first `decks`, sets the callbacks, activates, connects.  From here on
/// the engine runs.  `midi` is written and read by the process thread.
Status jack_start(JackClient* c, Engine* engine, MidiPort* midi, uint32_t decks, Error* error);
void   jack_stop(JackClient* c); ///< deactivates: the engine runs no more
void   jack_close_client(JackClient* c);

/// A deck came or went: its ports too.  Waits for the end of a cycle that runs.  Pre: started; the engine is done with
/// it.
Status jack_add_deck(JackClient* c, uint32_t deck, Error* error);
void   jack_remove_deck(JackClient* c, uint32_t deck);

/// Engine frame that is processed about now; never less than the last time.
int64_t jack_frame_now(JackClient* c);

/// The server went away or threw the client out; and what it said about it.
bool        jack_lost(const JackClient* c);
const char* jack_lost_reason(const JackClient* c);

/// Once it is lost: tries to be a client again, so that the rate is known.  The engine runs no more.  STATUS_NO_SERVER:
/// there is none yet, try again.  Anything else: it can't be. `error` says why.
Status jack_come_back(JackClient* c, Error* error);

/// Then: the engine, the one there was or another of the server's rate, goes on, with the same ports and connections.
Status jack_go_on(JackClient* c, Engine* engine, Error* error);

/// Sees what our ports are connected to, for jack_come_back.  To be called every now and then.
void jack_look(JackClient* c);

void jack_set_title(JackClient* c, uint32_t deck, const char* title); ///< pretty names of the deck's ports
void jack_latency_changed(JackClient* c); ///< has the server ask the latency callbacks again

/// Whether somebody asks for a save, by JACK-Session; then jack_saved must follow.
bool jack_asked_to_save(JackClient* c, Save* out);

/// `command` brings the session back; NULL: it could not be saved.
void jack_saved(JackClient* c, Save* save, const char* command);

/** JACK's transport.  Pre: it is wanted.
 * @param place its frame while it stands; while it rolls, its frame less the engine's, which doesn't change then
 * @return false: nothing is known of it */
bool jack_transport(const JackClient* c, bool* rolling, int64_t* place);

#endif
