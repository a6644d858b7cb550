// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef JACK_THREADS_H
#define JACK_THREADS_H

// Threads for the engine's decks, made by JACK's client at the priority of its own.  Control thread.

#include "engine/crew.h"

#include <jack/jack.h>

/// A maker for `client`; it must be open whenever one is started.
CrewMaker jack_threads(jack_client_t* client);

#endif
