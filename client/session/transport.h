// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SESSION_TRANSPORT_H
#define SESSION_TRANSPORT_H

// Decks that follow JACK's transport: while it rolls, all that have a track play, at its place.

#include "control/control.h"
#include "jack/client.h"

typedef struct Transport Transport;

Transport* transport_new(Control* control, JackClient* jack); ///< NULL: no memory
void       transport_free(Transport* t);                      ///< Pre: control polls no more

/// Every turn of the loop.
void transport_turn(Transport* t);

#endif
