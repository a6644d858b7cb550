// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef REMOTE_LINK_H
#define REMOTE_LINK_H

// A line to a running deckhost: OSC messages over TCP, so that long answers arrive whole, and a missing deckhost is
// known at once.  One thread.

#include "base/status.h"

#include <lo/lo.h>

#define LINK_PORT 9900 ///< where a deckhost listens unless told otherwise

typedef struct Link Link;

/// One message as it came.  `address` and `message` belong to who received it: link_message_clear.
typedef struct {
  char*      address;
  lo_message message;
} LinkMessage;

/// Connect to `host` ("127.0.0.1") at `port`.  STATUS_NOT_FOUND: nobody listens there, `error` says what to do.
Status link_open(Link** out, const char* host, int port, Error* error);
void   link_free(Link* l);

/// The same for a deckhost that may be about to start: tries for `seconds`, then waits until it is ready, at most as
/// long again or half a minute.  STATUS_BUSY: it is there, but not ready.
Status link_open_ready(Link** out, const char* host, int port, double seconds, Error* error);

/// Send `message` to `address`; the message stays the caller's.  STATUS_FAILED: the other side is gone.
Status link_send(Link* l, const char* address, lo_message message, Error* error);

/// The next message, waiting up to `timeout_ms`.  STATUS_BUSY: none in time, or a signal came.  STATUS_FAILED: the
/// other side closed the line, or doesn't speak OSC.
Status link_receive(Link* l, int timeout_ms, LinkMessage* out, Error* error);
void   link_message_clear(LinkMessage* m);

#endif
