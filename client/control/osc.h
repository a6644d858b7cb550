// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_OSC_H
#define CONTROL_OSC_H

// The OSC port: one UDP socket, and TCP connections.  Never blocks but in osc_wait: who doesn't read its answers is
// closed, not waited for.

#include "control/answer.h"

/// What comes before osc_serve is held by the system, as far as it has room.
Status osc_open(Osc** out, const char* address, int port, Error* error);
void   osc_free(Osc* o);

/// From now on there is somebody to hand messages to.
void osc_serve(Osc* o, Control* c);

/// Wait up to `timeout_ms` for something to read here or on one of the `nothers` other sockets; `o` may be NULL.
void osc_wait(Osc* o, const int* others, int nothers, int timeout_ms);

/// Whether a sender is on another machine, as far as can be told.
bool osc_is_remote(const struct sockaddr_storage* a);

/// Hand all that came to control_submit; send what connections had no room for.
void osc_receive(Osc* o);

/// One message to who sent a command.  `o` may be NULL.
void osc_send(Osc* o, const Sender* to, const char* address, const Value* values, int count);

/// Whether a client can be sent more: 1, 0: it should read first, < 0: it is gone.  `o` may be NULL.
int osc_room(const Osc* o, const Sender* to);

/// Answers that the system had no room for.  `o` may be NULL.
uint64_t osc_unsent(const Osc* o);

/// Packets that the system threw away because they came faster than they were read.  `o` may be NULL.
uint64_t osc_lost(const Osc* o);

#endif
