// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_SESSION_STATES_H
#define CONTROL_SESSION_STATES_H

// What plugins keep beside their ports, in files beside a session: PATH.d/G/deck1-insert2/, where G counts the saves.
// A session names the folders that were written for it; those that neither it nor its backup names are taken away once
// it is in its place, so that at every moment there is a whole one.  Control thread, except where noted.

#include "control/control.h"
#include "msg/limits.h"

typedef struct States States;

States* states_new(void); ///< NULL: no memory
void    states_free(States* s);

/// Begin to write for a session that will be saved to `path`, and name the folders as it will; `absolute`: wherever it
/// is.
void states_begin(States* s, Control* c, const char* path, bool absolute);

/// Whether plugins are still at it.  Once they aren't: STATUS_OK, or what went wrong.
bool states_busy(States* s, Control* c, Status* status, Error* error);

/// The folder that was written for the plugin that is in a slot now, as the session names it; NULL: none.
const char* states_folder(const States* s, const Control* c, uint8_t chain, uint8_t slot);

/// All that was written, for states_sync; NULL: nothing.
const char* states_written(const States* s);

/// See to it that a folder is on the disk.  Any thread.
void states_sync(const char* folder);

/// Take a folder away.  Any thread.
void states_remove(const char* folder);

/// Take away what neither the session at `path` nor its backup names.  Any thread.
void states_prune(const char* path);

#endif
