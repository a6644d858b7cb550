// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef JACK_SAVES_H
#define JACK_SAVES_H

// JACK-Session, which JACK itself calls deprecated and QjackCtl's session window still speaks: a save that somebody
// asks the server for.  Control thread, but for the callback.

#include <jack/jack.h>

#include <stdbool.h>

typedef struct {
  _Atomic(void*) asked; ///< the event that nobody has taken yet
} Saves;

/// One that was asked for.
typedef struct {
  void*       event;
  const char* folder; ///< of our own, ends with a slash
  const char* uuid;   ///< what JACK wants to be told when we come back
  bool        quit;   ///< and then go
} Save;

/// Pre: not yet active.
void saves_listen(Saves* s, jack_client_t* client);

/// false: nobody asks.  True: saves_done must follow.
bool saves_take(Saves* s, Save* out);

/// @param command that brings the session back, ${SESSION_DIR} for the folder; NULL: it could not be saved
void saves_done(jack_client_t* client, Save* save, const char* command);

/// What was not taken; the server is gone.
void saves_drop(Saves* s);

#endif
