// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_SUBSCRIBERS_H
#define CONTROL_SUBSCRIBERS_H

// Who is told values without asking again: /subscribe.  Each subscription is a client, a pattern and a rate; it is told
// all that the pattern names once, then what has changed, meters always.  What is to be said in one turn of the loop is
// bounded: a large subscription takes several turns.

#include "control/answer.h"

enum { MAX_SUBSCRIPTIONS = 256, MAX_SUBSCRIPTIONS_OF_ONE = 64 };

/// A UDP client must be heard, whatever it says, within so many seconds.
#define SUBSCRIBER_SECONDS 60

typedef struct Subscription Subscription;

typedef struct {
  Subscription* of[MAX_SUBSCRIPTIONS];
  int           count;
  int           first; ///< to be served next: all have their turn
  Sender        heard; ///< the last one, ...
  int64_t       heard_ns;
} Subscribers;

/// Begin, or change the rate where the same client has the same pattern.  `error` says why not.
Status subscribe(Control* c, const Sender* who, const char* pattern, double times_per_second, Error* error);

/// End it; nothing happens where there is none.
void unsubscribe(Control* c, const Sender* who, const char* pattern);

/// End all of a client that is gone.
void subscribers_drop(Control* c, const Sender* who);

/// A client is there.
void subscribers_heard(Control* c, const Sender* who);

/// Say what is due.
void subscribers_turn(Control* c);

/// How long the loop may wait before the next is due, at most `timeout_ms`.
int subscribers_wait(const Control* c, int timeout_ms);

void subscribers_clear(Control* c);

#endif
