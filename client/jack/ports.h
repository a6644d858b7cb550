// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef JACK_PORTS_H
#define JACK_PORTS_H

// The client's ports: names, flags, metadata, first connections.  Control thread.

#include "base/status.h"
#include "jack/client_rt.h"

/// Register every port into `rt`, those of decks for the numbers in the mask `decks`.  Pre: not yet active.
Status ports_register(jack_client_t* client, JackRt* rt, uint64_t decks, Error* error);

/// Register and describe the two ports of a deck; process takes them from its next cycle on.
Status ports_add_deck(jack_client_t* client, JackRt* rt, uint32_t deck, Error* error);

/// Take a deck's ports out of process's sight, into `taken`; false: there are none.  Then wait for a cycle to pass,
/// then unregister them.
bool ports_take_deck(JackRt* rt, uint32_t deck, jack_port_t* taken[2]);
void ports_unregister(jack_client_t* client, jack_port_t* const taken[2]);

/// Tell JACK's metadata how each is shown, and take that back.  Pre: registered.
void ports_describe(jack_client_t* client, const JackRt* rt);
void ports_undescribe(jack_client_t* client, const JackRt* rt);

/// Pretty names of a deck's two ports with the track's title; NULL: without.
void ports_title(jack_client_t* client, const JackRt* rt, uint32_t deck, const char* title);

/// Master to the first two physical playback ports; returns how many of the two were connected.  Pre: active.
int ports_connect_master(jack_client_t* client, const JackRt* rt);

#endif
