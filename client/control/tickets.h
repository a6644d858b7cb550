// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_TICKETS_H
#define CONTROL_TICKETS_H

// What was asked of the disk thread and isn't answered yet, by ticket; and what found the request ring full.

#include "control/control.h"
#include "msg/request.h"

typedef struct Call Call;

typedef struct {
  uint32_t ticket;
  Call*    call;
} Pending;

typedef struct {
  uint32_t last;
  Pending* pending;
  size_t   count, room;
  Request* kept; ///< in order, waiting for room in the ring
  size_t   nkept, kept_room;
} Tickets;

void tickets_clear(Tickets* t);

/// Ask, on behalf of `call` (NULL: nobody waits), whose `waiting` goes up.  Takes the request's path.  Never refused:
/// what finds the ring full is sent later, in order.
void control_ask(Control* c, Call* call, Request* r);

/// Take in what the disk thread answered; send what was kept.
void control_take_replies(Control* c);

#endif
