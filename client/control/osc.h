// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_OSC_H
#define CONTROL_OSC_H

// The OSC port: one UDP socket, and TCP connections.  Never blocks but in osc_wait: who doesn't read its answers is
// closed, not waited for.

#include "control/answer.h"

typedef struct Osc Osc;

Status osc_open(Osc** out, Control* c, const char* address, int port, Error* error);
void   osc_free(Osc* o);

/// Wait up to `timeout_ms` for something to read here or on one of the `nothers` other sockets; `o` may be NULL.
void osc_wait(Osc* o, const int* others, int nothers, int timeout_ms);

/// Hand all that came to control_submit; send what connections had no room for.
void osc_receive(Osc* o);

/// One message to who sent a command.  `o` may be NULL.
void osc_send(Osc* o, const Sender* to, const char* address, const Value* values, int count);

/// Packets that the system threw away because they came faster than they were read.  `o` may be NULL.
uint64_t osc_lost(const Osc* o);

#endif
