// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SESSION_JACK_SESSION_H
#define SESSION_JACK_SESSION_H

// Saves that JACK's server asks for: into a folder of its choosing, with the command line that brings all back.

#include "control/control.h"
#include "jack/client.h"
#include "session/options.h"

typedef struct JackSession JackSession;

JackSession* jack_session_new(Control* control, JackClient* jack, const Options* options); ///< NULL: no memory
void         jack_session_free(JackSession* s); ///< Pre: control polls no more

/// Every turn of the loop.
void jack_session_turn(JackSession* s);

#endif
