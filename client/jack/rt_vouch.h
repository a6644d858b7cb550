// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef JACK_RT_VOUCH_H
#define JACK_RT_VOUCH_H

// JACK functions that we hold to be RT-safe, each with the reason.  Each redeclares the function as RT.

#include "dsp/rt.h"

#include <jack/jack.h>
#include <jack/midiport.h>
#include <jack/transport.h>

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wredundant-decls"
#endif

RT void* jack_port_get_buffer(jack_port_t* port, jack_nframes_t nframes); // jack.h: to be called in each callback
RT void  jack_midi_clear_buffer(void* buffer); // midiport.h: to be called in each callback for an output

// transport.h: "suitable for use in the process callback"; it copies out of memory shared with the server
RT jack_transport_state_t jack_transport_query(const jack_client_t* client, jack_position_t* at);

// midiport.h: for the process callback; they read and write the port's buffer, which the server has made
RT jack_nframes_t    jack_midi_get_event_count(void* buffer);
RT int               jack_midi_event_get(jack_midi_event_t* event, void* buffer, uint32_t index);
RT jack_midi_data_t* jack_midi_event_reserve(void* buffer, jack_nframes_t time, size_t size);

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#endif
