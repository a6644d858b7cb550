// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/commands.h"
#include "control/state.h"

#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

Status
check_record(Control* const c, const Call* const call, Error* const error)
{
  static const char* const endings[] = {".wav", ".flac", ".ogg", ".opus"};
  const char* const        path      = call->values[0].text;
  const char* const        dot       = strrchr(path, '.');
  bool                     known     = false;
  (void)c;
  for (size_t i = 0; dot && i < sizeof(endings) / sizeof(endings[0]); ++i) {
    known = known || !strcasecmp(dot, endings[i]);
  }
  if (!known) {
    return error_set(error, STATUS_BAD_VALUE, "the name must end in .wav, .flac, .ogg or .opus: %s doesn't", path);
  }
  const char* const slash  = strrchr(path, '/');
  char* const       folder = slash && slash > path ? strndup(path, (size_t)(slash - path)) : strdup("/");
  const bool        good   = folder && !access(folder, W_OK | X_OK);
  const Status      s =
    good ? STATUS_OK
              : error_set(error, STATUS_NOT_FOUND, "can't write into %s: %s", folder ? folder : "it", strerror(errno));
  free(folder);
  return s;
}

/// Offline the master is recorded for who renders: a score's own recording, meant for playing it live, is left out.
static bool
left_out(Control* const c, const Call* const call)
{
  if (!c->ops.offline || call->sender.kind != SENDER_SCORE) {
    return false;
  }
  log_info("%s of the score is left out: the mix goes to one file", call->address);
  answer_ok(c, call, NULL, 0);
  return true;
}

/// A line in the cue sheet: the deck's track starts at a frame of the recording.  Once for each time it was loaded: who
/// stops and starts it plays with it.
static void
mark(Control* const c, const uint8_t deck, const int64_t frame)
{
  const Stem* const s = deck_stem(c, deck);
  if (!c->ops.offline && s && s->track != c->recording.in[deck]) {
    Request r             = {.kind = REQUEST_RECORD_MARK, .deck = deck, .track = s->track, .frame = frame};
    c->recording.in[deck] = s->track;
    control_ask(c, NULL, &r);
  }
}

void
record_look(Control* const c)
{
  Recording* const rec  = &c->recording;
  const int64_t    from = atomic_load_explicit(&c->ops.levels->record_from, memory_order_relaxed);
  if (rec->on && !rec->begun && from) {
    rec->begun = true;
    for (uint32_t deck = 0; deck < MAX_DECKS; ++deck) { // those that play already
      if (atomic_load_explicit(&c->ops.levels->deck[deck].state, memory_order_relaxed) == DECK_PLAYING) {
        mark(c, (uint8_t)deck, 0);
      }
    }
  }
  rec->failed = rec->on && c->ops.disk_stats(c->ops.self).record_failed; // the disk's line in the log says why
}

void
record_note_state(Control* const c, const Notice* const n)
{
  const int64_t from = atomic_load_explicit(&c->ops.levels->record_from, memory_order_relaxed);
  if (c->recording.begun && from && n->state.state == DECK_PLAYING && deck_exists(c, n->deck)) {
    const int64_t frame = n->at - (from - 1);
    mark(c, n->deck, frame > 0 ? frame : 0);
  }
}

/// A recording that came to an end by itself gets out of the way of the next one.  false: the call was answered.
static bool
clear_failed(Control* const c, const Call* const call)
{
  const Command off = {.kind = COMMAND_RECORD, .toggle = {false}};
  Request       r   = {.kind = REQUEST_RECORD_STOP};
  if (!control_command(c, call, AT_NOW, &off)) {
    return false;
  }
  c->recording.on = false;
  control_ask(c, NULL, &r);
  return true;
}

Progress
run_record_start(Control* const c, Call* const call)
{
  Recording* const rec = &c->recording;
  if (call->waiting) {
    return CALL_WAITS;
  }
  if (left_out(c, call)) {
    return CALL_DONE;
  }
  if (call->phase == 0) {
    if (rec->on && rec->failed && !clear_failed(c, call)) {
      return CALL_DONE;
    }
    if (rec->on) {
      answer_error(c, call, "already recording to %s: /record/stop ends it", rec->path);
      return CALL_DONE;
    }
    Request r = {.kind = REQUEST_RECORD_START, .path = strdup(call->values[0].text)};
    if (!r.path) {
      answer_error(c, call, "no memory");
      return CALL_DONE;
    }
    control_ask(c, call, &r);
    call->phase = 1;
    return CALL_WAITS;
  }
  const Command on = {.kind = COMMAND_RECORD, .toggle = {true}};
  if (call->status) {
    answer_error(c, call, "%s", call->error.text);
  } else if (control_command(c, call, call->at, &on)) {
    rec->on    = true;
    rec->begun = rec->failed = false;
    memset(rec->in, 0, sizeof(rec->in));
    free(rec->path);
    rec->path = strdup(call->values[0].text);
    answer_ok(c, call, NULL, 0);
  }
  return CALL_DONE;
}

Progress
run_record_stop(Control* const c, Call* const call)
{
  enum { BEGIN, FENCED, DRAINED };
  Recording* const rec = &c->recording;
  if (call->waiting) {
    return CALL_WAITS;
  }
  if (left_out(c, call)) {
    return CALL_DONE;
  }
  if (call->phase == BEGIN) {
    if (!rec->on) {
      answer_error(c, call, "there is no recording: /record/start PATH begins one");
      return CALL_DONE;
    }
    const Command off   = {.kind = COMMAND_RECORD, .toggle = {false}};
    const Command fence = {.kind = COMMAND_QUIT_FENCE, .fence = ++c->fence};
    if (!control_command(c, call, call->at, &off) || !control_command(c, call, call->at, &fence)) {
      return CALL_DONE;
    }
    rec->fence_passed = false;
    call->phase       = FENCED;
    call->for_time    = true;
    return CALL_WAITS;
  }
  if (call->phase == FENCED) {
    call->for_time = !rec->fence_passed;
    if (rec->fence_passed) {
      Request r = {.kind = REQUEST_RECORD_STOP};
      control_ask(c, call, &r);
      call->phase = DRAINED;
    }
    return CALL_WAITS;
  }
  rec->on = rec->begun = rec->failed = false;
  if (call->status) {
    answer_error(c, call, "%s", call->error.text);
  } else {
    const Value length = value_double((double)call->frames / c->ops.rate);
    answer_ok(c, call, &length, 1);
  }
  return CALL_DONE;
}
