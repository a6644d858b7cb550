// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SESSION_STARTUP_H
#define SESSION_STARTUP_H

// The files of the command line: loaded on decks 1, 2, ..., and started together once every one is loaded or refused.

#include "control/control.h"
#include "session/options.h"

typedef struct Startup Startup;

/// Sends the loads; the rest happens in control_poll.  NULL: nothing to do, or no memory.  Control thread.
Startup* startup_new(Control* control, const Options* options);
void     startup_free(Startup* s); ///< Pre: control polls no more

#endif
