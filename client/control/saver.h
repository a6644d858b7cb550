// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_SAVER_H
#define CONTROL_SAVER_H

// Writes a text file so that at every moment there is a whole one: into a new file, to the disk, then in place of the
// old one, which is kept as PATH.bak.  On a thread of its own, since the disk may take its time.

#include "base/status.h"

#include <stdbool.h>

typedef struct Saver Saver;

Saver* saver_new(void);      ///< NULL: no memory
void   saver_free(Saver* s); ///< waits for what it is writing

/// Begin to write `text` (malloc'd; taken) to `path`.  false: it is still writing, or no memory; `text` is freed.
bool saver_begin(Saver* s, const char* path, char* text);

/// The same with a session, `states`, what plugins have written for it (NULL: nothing) before it, and what none names
/// any more away after it: see session_states.h.
bool saver_begin_session(Saver* s, const char* path, char* text, const char* states);

/// Whether it is still writing.  Once it isn't, `status` and `error` say how the last one went.
bool saver_busy(Saver* s, Status* status, Error* error);

/// The same on this thread, at once.  STATUS_FAILED: `error` says why; the old file is as it was.
Status saver_write(const char* path, const char* text, Error* error);

#endif
