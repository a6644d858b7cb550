// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_NOTICES_H
#define CONTROL_NOTICES_H

// What the process thread has to say: retired tracks and plugins go back, troubles are logged in plain words, not more
// often than one can read.

#include "control/control.h"

/// A kind of trouble that may come in thousands.
typedef struct {
  int64_t  told;     ///< ns, when it was last logged
  uint64_t unspoken; ///< since then
} Trouble;

typedef struct {
  Trouble starved[MAX_DECKS];
  Trouble overrun;
} Notices;

void control_take_notices(Control* c);

#endif
