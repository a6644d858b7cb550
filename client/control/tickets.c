// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/tickets.h"

#include "base/log.h"
#include "control/state.h"

#include <stdlib.h>
#include <string.h>

void
tickets_clear(Tickets* const t)
{
  for (size_t i = 0; i < t->nkept; ++i) {
    free(t->kept[i].path);
  }
  free(t->pending);
  free(t->kept);
  *t = (Tickets){0};
}

/// Room for one more element.
static bool
make_room(void** const array, size_t* const room, const size_t count, const size_t size)
{
  if (count < *room) {
    return true;
  }
  const size_t more = *room ? *room * 2 : 16;
  void* const  a    = realloc(*array, more * size);
  if (a) {
    *array = a;
    *room  = more;
  }
  return a != NULL;
}

static void
send_kept(Control* const c)
{
  Tickets* const t    = &c->tickets;
  size_t         sent = 0;
  while (sent < t->nkept && ring_write(c->ops.requests, &t->kept[sent])) {
    ++sent;
  }
  if (sent) {
    memmove(t->kept, t->kept + sent, (t->nkept - sent) * sizeof(Request));
    t->nkept -= sent;
    c->ops.wake_disk(c->ops.self);
  }
}

static void
no_memory(Call* const call, Request* const r)
{
  free(r->path);
  log_error("no memory for a request to the disk thread");
  if (call) {
    call->status = STATUS_NO_MEMORY;
    error_set(&call->error, STATUS_NO_MEMORY, "no memory");
  }
}

void
control_ask(Control* const c, Call* const call, Request* const r)
{
  Tickets* const t = &c->tickets;
  r->ticket        = ++t->last;
  if (!make_room((void**)&t->kept, &t->kept_room, t->nkept, sizeof(Request)) ||
      !make_room((void**)&t->pending, &t->room, t->count, sizeof(Pending))) {
    no_memory(call, r);
    return;
  }
  if (call) {
    t->pending[t->count++] = (Pending){r->ticket, call};
    ++call->waiting;
  }
  t->kept[t->nkept++] = *r;
  send_kept(c);
}

static Call*
take_pending(Tickets* const t, const uint32_t ticket)
{
  for (size_t i = 0; i < t->count; ++i) {
    if (t->pending[i].ticket == ticket) {
      Call* const call = t->pending[i].call;
      t->pending[i]    = t->pending[--t->count];
      return call;
    }
  }
  return NULL;
}

static void
take_reply(Control* const c, const Reply* const r)
{
  Call* const call = take_pending(&c->tickets, r->ticket);
  if (!call) {
    return;
  }
  --call->waiting;
  // A pin of a stem that was taken off meanwhile is missed by nobody; the others' are there
  const bool missed = !(r->kind == REQUEST_PIN && r->status == STATUS_NOT_FOUND);
  if (r->status && missed && !call->status) {
    call->status = r->status;
    call->error  = r->error;
  }
  if (r->kind == REQUEST_LOAD || r->kind == REQUEST_RECORD_STOP) {
    call->frames = r->frames;
    call->rate   = r->rate;
  }
  if (r->kind == REQUEST_LOAD) {
    call->track = r->status ? NULL : r->track;
    call->load  = r->status ? LOAD_FAILED : LOAD_READY;
    c->decks[call->deck].loading -= !call->cancelled;
  }
  if (call->cancelled && !call->waiting) {
    control_drop_call(c, call);
  }
}

void
control_take_replies(Control* const c)
{
  Reply r;
  send_kept(c);
  while (ring_read(c->ops.replies, &r)) {
    take_reply(c, &r);
  }
}
