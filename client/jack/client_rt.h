// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef JACK_CLIENT_RT_H
#define JACK_CLIENT_RT_H

// What JACK's process callback sees: ports and the engine.  Filled before activation; decks' ports come and go later.

#include "engine/engine_rt.h"
#include "engine/track.h"
#include "msg/midi.h"

#include <jack/jack.h>

#include <stdbool.h>

#define NO_TRANSPORT INT64_MIN

typedef struct {
  EngineRt*             engine;
  Epoch                 cycles; ///< of the callback: what was taken out is in no use any more once one has passed
  jack_port_t*          master[2];
  jack_port_t*          cue[2];
  jack_port_t*          booth[2];
  jack_port_t*          mic[2];
  _Atomic(jack_port_t*) deck[MAX_DECKS][2]; ///< NULL: none
  jack_port_t*          midi_in;
  jack_port_t*          midi_out;
  MidiPort*             midi;
  jack_client_t*        client;    ///< to ask for the transport; NULL: nobody wants to know
  _Atomic int64_t       transport; ///< twice the place of jack_transport, and 1 while it rolls; or NO_TRANSPORT
} JackRt;

/// JACK's process callback; `data` is the JackRt.  Process thread.
RT int jack_process_rt(jack_nframes_t nframes, void* data);

#endif
