// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef JACK_PORTS_H
#define JACK_PORTS_H

// The client's ports: names, flags, metadata, first connections.  Control thread.

#include "base/status.h"
#include "jack/client_rt.h"

/// Register every port into `rt`; `ndecks` 0: without deck ports.  Pre: not yet active.
Status ports_register(jack_client_t* client, JackRt* rt, uint32_t ndecks, Error* error);

/// Tell JACK's metadata how each is shown, and take that back.  Pre: registered.
void ports_describe(jack_client_t* client, const JackRt* rt);
void ports_undescribe(jack_client_t* client, const JackRt* rt);

/// Pretty names of a deck's two ports with the track's title; NULL: without.
void ports_title(jack_client_t* client, const JackRt* rt, uint32_t deck, const char* title);

/// Master to the first two physical playback ports; returns how many of the two were connected.  Pre: active.
int ports_connect_master(jack_client_t* client, const JackRt* rt);

#endif
