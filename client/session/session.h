// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

// The program from start to end: opens JACK, puts the rig together, plays until it is told to quit.

#include "session/options.h"

/// Return: the program's exit status.  Errors are printed.
int session_run(const Options* options);

#endif
