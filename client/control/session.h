// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_SESSION_H
#define CONTROL_SESSION_H

// Sessions: all that there is, written as commands, and carried out again.  Control thread.

#include "control/answer.h"

typedef struct Session Session;

Session* session_new(void); ///< NULL: no memory
void     session_free(Session* s);

/// Begin to load a file: back to the beginning, then its lines, each with its own success.  STATUS_NOT_FOUND,
/// STATUS_BAD_FORMAT: `error` says why; nothing was done.  STATUS_BUSY: another is being loaded.
Status session_load_begin(Session* s, Control* c, const char* path, const Sender* by, Error* error);

/// Begin to carry out `text`, of session_text, into what is at its beginning.  false: no memory.
bool session_restore(Session* s, const char* text);

/// Whether lines are still under way.  Once none is: how many were carried out, and how many could not be.
bool session_loading(const Session* s, int* done, int* refused);

/// Begin to save to a file, on threads of their own: first what plugins keep, then the text.  STATUS_BUSY: it still
/// writes another.
Status session_save_begin(Session* s, Control* c, const char* path, Error* error);

/// Whether it still writes; once it doesn't, how it went.
bool session_saving(Session* s, Control* c, Status* status, Error* error);

/// From here on `path` is saved whenever something has changed, every few seconds.
Status session_keep(Session* s, const char* path, Error* error);

/// How far a load has come, 0 .. 1.
double session_progress(const Session* s);

/// Files from elsewhere get links beside what is saved from here on.
void session_collect(Session* s);

/// Whether anything but where decks stand has changed since the last time that `mark` was set.
bool session_changed(Session* s, Control* c, bool mark);

/// Every turn of the loop.
void session_turn(Session* s, Control* c);

#endif
