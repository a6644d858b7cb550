// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/state.h"

#include "base/log.h"
#include "control/commands.h"
#include "control/score.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_QUEUED = 4096 }; ///< calls of one deck that wait

void
control_drop_call(Control* const c, Call* const call)
{
  if (call->waiting) { // its replies come first
    c->decks[call->deck].loading -= call->load == LOAD_ASKED && !call->cancelled;
    call->cancelled = true;
    return;
  }
  if (call->job) {
    c->ops.plugin_drop(c->ops.self, call->job);
  }
  if (call->plugin) { // the engine never had it
    c->ops.plugin_retired(c->ops.self, call->plugin);
  }
  if (call->track) {
    Request r = {.kind = REQUEST_FREE, .deck = call->deck, .track = call->track};
    control_ask(c, NULL, &r);
  }
  call_free(call);
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
    if (!is_first(c, call)) {
      break;
    }
    if (table_is_of_deck(call->entry) && !deck_exists(c, call->deck)) {
      answer_error(c, call, "no deck %d: it was removed", call->deck + 1);
    } else if (call->entry->run(c, call) == CALL_WAITS) {
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
  if (call->entry->queue == QUEUE_MEMBERS) {
    return c->groups[call->k].members;
  }
  for (int i = 1; i < call->count; ++i) {
    mask |= UINT64_C(1) << ((unsigned)call->values[i].number - 1);
  }
  return mask ? mask : c->present;
}

/// The call's time is near: carry it out, or put it where it waits for those before it.
static void
begin(Control* const c, Call* const call)
{
  if (table_is_of_deck(call->entry) && !deck_exists(c, call->deck)) { // it went since the command was given
    answer_error(c, call, "no deck %d: it was removed", call->deck + 1);
    control_drop_call(c, call);
    return;
  }
  const int chain = insert_queue(c, call);
  if (call->entry->queue == QUEUE_NONE && chain < 0) {
    if (call->entry->run(c, call) == CALL_DONE) {
      control_drop_call(c, call);
    }
    return;
  }
  bool good = true;
  if (chain >= 0) {
    good = enqueue(&c->queues[INSERT_QUEUE + chain], call);
  } else if (call->entry->queue >= QUEUE_RECORD) {
    good = enqueue(&c->queues[RECORD_QUEUE + (call->entry->queue - QUEUE_RECORD)], call);
  } else {
    call->decks = decks_of(c, call);
    if (!call->decks) {
      answer_error(c, call, "group %d has no decks: /group/%d/add one first", call->k + 1, call->k + 1);
      control_drop_call(c, call);
      return;
    }
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
  if (call->at != AT_NOW && call->at > call->received + call_lead(c)) {
    if (!heap_push(c->futures, call->at, &call)) {
      answer_error(c, call, "too many commands wait for their time: send it again later");
      control_drop_call(c, call);
    }
    return;
  }
  begin(c, call);
}

Status
control_check_paths(const Control* const c, const Call* const call, const Sender* const sender, Error* const error)
{
  static const char file_uri[] = "file://";
  if (sender->kind == SENDER_LINE && !sender->remote) {
    return STATUS_OK;
  }
  for (int i = 0; i < call->count; ++i) {
    const ArgKind     kind = i < MAX_SPECS ? call->entry->args[i].kind : ARG_NONE;
    const char* const text = call->values[i].text;
    const bool        uri  = kind == ARG_TEXT && text && !strncasecmp(text, file_uri, sizeof(file_uri) - 1);
    if (kind == ARG_FILE || kind == ARG_PATH || uri) {
      if (uri && c->allowed.count && strchr(text, '%')) { // it may hide a slash
        return error_set(error, STATUS_BAD_VALUE, "%.200s: write it without %% signs", text);
      }
      const Status s = allowed_check(&c->allowed, uri ? text + sizeof(file_uri) - 1 : text, sender->remote, error);
      if (s) {
        return s;
      }
    }
  }
  return STATUS_OK;
}

void
control_submit(Control* const      c,
               const Words* const  w,
               const char* const   folder,
               const Sender* const sender,
               const int64_t       at)
{
  Error       error;
  Call* const call = call_new(w, folder, c->present, &error);
  if (!call) {
    answer_refuse(c, sender, w->address, w->id, error.text);
    return;
  }
  call->sender = *sender;
  call->at     = at;
  if (control_check_paths(c, call, sender, &error) || (call->entry->check && call->entry->check(c, call, &error))) {
    answer_error(c, call, "%s", error.text);
    call_free(call);
    return;
  }
  control_submit_call(c, call);
}

void
control_run_calls(Control* const c)
{
  const int64_t near = now_of(c) + call_lead(c);
  int64_t       at   = 0;
  for (Call** next; (next = heap_top(c->futures, &at)) && at <= near;) {
    Call* const call = *next;
    heap_pop(c->futures);
    begin(c, call);
  }
  if (c->score) {
    score_feed(c->score, c);
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
  control_remove_commands(c, cancel_command, &cancel);
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
