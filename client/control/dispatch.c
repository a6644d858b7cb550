// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/state.h"

#include "base/log.h"
#include "control/score.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_QUEUED = 4096 }; ///< calls of one deck that wait

void
control_drop_call(Control* const c, Call* const call)
{
  if (call->waiting) { // its replies come first
    call->cancelled = true;
    return;
  }
  if (call->track) {
    Request r = {.kind = REQUEST_FREE, .deck = call->deck, .track = call->track};
    control_ask(c, NULL, &r);
  }
  call_free(call);
}

bool
control_command(Control* const c, const Call* const call, const int64_t at, const Command* const command)
{
  Outgoing copy   = {*command, call->sender.kind == SENDER_SCORE ? call->sender.score.score : NULL};
  copy.command.at = at;
  const bool echo = command->kind == COMMAND_PARAM || command->kind == COMMAND_PORT;
  if (!heap_push(c->out, at, &copy) || (echo && at != AT_NOW && !heap_push(c->echoes, at, &copy))) {
    answer_error(c, call, "too many commands wait for their time: send it again later");
    return false;
  }
  if (echo && at == AT_NOW) {
    params_apply(c->params, &copy.command, now_of(c));
  }
  deck_plan(c, &copy.command);
  if (at == AT_NOW) {
    deck_will_be(c, &copy.command);
  }
  return true;
}

bool
control_fill_ring(Control* const c)
{
  const int64_t now = now_of(c);
  int64_t       at  = 0;
  for (const Outgoing* e; (e = heap_top(c->echoes, &at)) && at <= now; heap_pop(c->echoes)) {
    params_apply(c->params, &e->command, at);
  }
  flow_update(&c->flow, c->ops.commands, now, 2 * (int64_t)atomic_load(&c->ops.levels->block));
  c->held = false;
  for (const Outgoing* e; (e = heap_top(c->out, &at)) && at <= now + RING_LEAD; heap_pop(c->out)) {
    const bool room = ring_space(c->ops.commands) > 0;
    c->held         = !room || !flow_pass(&c->flow, &e->command);
    c->stats.full += !room && !c->full;
    c->full = !room;
    if (c->held) {
      return true;
    }
    ring_write(c->ops.commands, &e->command);
  }
  return false;
}

/// Whether `call` is the first in all queues it is in.
static bool
is_first(const Control* const c, const Call* const call)
{
  for (int q = 0; q < MAX_DECKS; ++q) {
    if ((call->decks >> q & 1) && (!c->queues[q].count || c->queues[q].calls[0] != call)) {
      return false;
    }
  }
  return true;
}

static void
leave_queue(Queue* const q, const Call* const call)
{
  size_t kept = 0;
  for (size_t i = 0; i < q->count; ++i) {
    if (q->calls[i] != call) {
      q->calls[kept++] = q->calls[i];
    }
  }
  q->count = kept;
}

static void
leave_queues(Control* const c, const Call* const call)
{
  for (int q = 0; q < QUEUE_COUNT; ++q) {
    leave_queue(&c->queues[q], call);
  }
}

/// Carry out what is first in queue `q`, and what comes after it.
static bool
run_queue(Control* const c, const int index)
{
  Queue* const q   = &c->queues[index];
  bool         any = false;
  while (q->count) {
    Call* const call = q->calls[0];
    if (!is_first(c, call) || call->entry->run(c, call) == CALL_WAITS) {
      break;
    }
    leave_queues(c, call);
    control_drop_call(c, call);
    any = true;
  }
  return any;
}

static void
run_queues(Control* const c)
{
  if (c->running) { // an answer was itself answered with a command: the loop below comes to it
    return;
  }
  c->running = true;
  for (bool any = true; any;) { // a call that was in several lets others go on
    any = false;
    for (int q = 0; q < QUEUE_COUNT; ++q) {
      any = (c->queues[q].count && run_queue(c, q)) || any;
    }
  }
  c->running = false;
}

static bool
enqueue(Queue* const q, Call* const call)
{
  if (q->count == q->room) {
    const size_t room  = q->room ? q->room * 2 : 16;
    Call** const calls = q->count < MAX_QUEUED ? realloc(q->calls, room * sizeof(*calls)) : NULL;
    if (!calls) {
      return false;
    }
    q->calls = calls;
    q->room  = room;
  }
  size_t i = q->count++; // by time, those of equal time as they came
  for (; i && call_order(q->calls[i - 1]) > call_order(call); --i) {
    q->calls[i] = q->calls[i - 1];
  }
  q->calls[i] = call;
  return true;
}

static uint64_t
decks_of(const Control* const c, const Call* const call)
{
  uint64_t mask = 0;
  if (call->entry->queue == QUEUE_DECK) {
    return UINT64_C(1) << call->deck;
  }
  for (int i = 1; i < call->count; ++i) {
    mask |= UINT64_C(1) << ((unsigned)call->values[i].number - 1);
  }
  const uint64_t all = c->ops.decks == 64 ? UINT64_MAX : (UINT64_C(1) << c->ops.decks) - 1;
  return mask ? mask : all;
}

/// The call's time is near: carry it out, or put it where it waits for those before it.
static void
begin(Control* const c, Call* const call)
{
  if (call->entry->queue == QUEUE_NONE) {
    if (call->entry->run(c, call) == CALL_DONE) {
      control_drop_call(c, call);
    }
    return;
  }
  bool good = true;
  if (call->entry->queue == QUEUE_RECORD || call->entry->queue == QUEUE_SCORE) {
    good = enqueue(&c->queues[call->entry->queue == QUEUE_RECORD ? RECORD_QUEUE : SCORE_QUEUE], call);
  } else {
    call->decks = decks_of(c, call);
    for (int q = 0; q < MAX_DECKS && good; ++q) {
      good = !(call->decks >> q & 1) || enqueue(&c->queues[q], call);
    }
  }
  if (!good) {
    leave_queues(c, call);
    answer_error(c, call, "too many commands wait for deck %d: send it again later", call->deck + 1);
    control_drop_call(c, call);
    return;
  }
  run_queues(c);
}

void
control_submit_call(Control* const c, Call* const call)
{
  call->received = now_of(c);
  if (call->at != AT_NOW && call->at > call->received + frames_of(c, CALL_LEAD_SECONDS)) {
    if (!heap_push(c->futures, call->at, &call)) {
      answer_error(c, call, "too many commands wait for their time: send it again later");
      control_drop_call(c, call);
    }
    return;
  }
  begin(c, call);
}

void
control_submit(Control* const      c,
               const Words* const  w,
               const char* const   folder,
               const Sender* const sender,
               const int64_t       at)
{
  Error       error;
  Call* const call = call_new(w, folder, c->ops.decks, &error);
  if (!call) {
    answer_refuse(c, sender, w->address, w->id, error.text);
    return;
  }
  call->sender = *sender;
  call->at     = at;
  if (call->entry->check && call->entry->check(c, call, &error)) {
    answer_error(c, call, "%s", error.text);
    call_free(call);
    return;
  }
  control_submit_call(c, call);
}

void
control_run_calls(Control* const c)
{
  const int64_t near = now_of(c) + frames_of(c, CALL_LEAD_SECONDS);
  int64_t       at   = 0;
  for (Call** next; (next = heap_top(c->futures, &at)) && at <= near;) {
    Call* const call = *next;
    heap_pop(c->futures);
    begin(c, call);
  }
  run_queues(c);
}

static bool
is_of_score(void* const data, void* const element)
{
  const Call* const call = *(Call**)element;
  return call->sender.kind == SENDER_SCORE && call->sender.score.score == data;
}

typedef struct {
  Control*     c;
  const Score* score;
} Cancel;

static bool
cancel_future(void* const data, void* const element)
{
  const Cancel* const cancel = data;
  Call* const         call   = *(Call**)element;
  if (!is_of_score((void*)cancel->score, element)) {
    return false;
  }
  control_drop_call(cancel->c, call);
  return true;
}

/// Whether a command may be taken back: control doesn't count on it, and it can't be in the ring yet.
static bool
cancel_command(void* const data, void* const element)
{
  const Cancel* const   cancel = data;
  const Outgoing* const out    = element;
  if (out->score != cancel->score || out->command.at <= now_of(cancel->c) + RING_LEAD) {
    return false;
  }
  switch ((CommandKind)out->command.kind) {
    case COMMAND_PLAY:
    case COMMAND_PAUSE:
    case COMMAND_STOP:
    case COMMAND_TOGGLE:
    case COMMAND_START:
    case COMMAND_STOP_ALL:
    case COMMAND_SEEK:
    case COMMAND_CUE_GO:
    case COMMAND_PARAM:
    case COMMAND_PORT:
      return true;
    default:
      return false;
  }
}

void
control_cancel_score(Control* const c, const Score* const score)
{
  Cancel cancel = {c, score};
  heap_remove_if(c->futures, cancel_future, &cancel);
  heap_remove_if(c->out, cancel_command, &cancel);
  heap_remove_if(c->echoes, cancel_command, &cancel);
  for (int i = 0; i < QUEUE_COUNT; ++i) {
    Queue* const q = &c->queues[i];
    for (size_t k = 0; k < q->count;) {
      Call* const call = q->calls[k];
      if (is_of_score((void*)score, &q->calls[k])) {
        leave_queues(c, call);
        control_drop_call(c, call);
      } else {
        ++k;
      }
    }
  }
}
