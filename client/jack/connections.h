// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef JACK_CONNECTIONS_H
#define JACK_CONNECTIONS_H

// What our ports are connected to, remembered so that it can be made again when the server has been away.
// Control thread.

#include <jack/jack.h>

#include <stddef.h>

typedef struct {
  char* ours; ///< our port's name without the client's
  char* theirs;
  int   output; ///< ours is the source
} Connection;

typedef struct {
  Connection* list;
  size_t      count;
} Connections;

/// Remember all connections of the client's ports as they are now, and forget what was remembered before.
void connections_note(Connections* c, jack_client_t* client);

/// Make those that are remembered again; returns how many could not be made.  Pre: active.
size_t connections_restore(const Connections* c, jack_client_t* client);

void connections_clear(Connections* c);

#endif
