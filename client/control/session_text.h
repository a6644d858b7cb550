// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_SESSION_TEXT_H
#define CONTROL_SESSION_TEXT_H

// All that there is, as commands: a score without times.  Only what isn't as it is at first.

#include "control/control.h"
#include "control/session_states.h"

typedef enum {
  TEXT_PLACES  = 1, ///< where decks stand, too
  TEXT_ENGINE  = 4, ///< only what the engine knows
  TEXT_COLLECT = 2, ///< files from elsewhere get links in a folder audio/ beside the session, and are named by them
} TextFlags;

/** The text of a session.  Paths of files below `folder` become relative to it.
 * @param flags TextFlags
 * @param states what plugins have written to go with it, NULL: nothing
 * @return malloc'd; NULL: no memory */
char* session_text(Control* c, const char* folder, int flags, const States* states);

/// Commands that bring all back to where it is at first, likewise.
char* session_reset_text(Control* c);

#endif
