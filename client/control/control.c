// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/control.h"

#include "control/commands.h"
#include "control/midi.h"
#include "control/move.h"
#include "control/osc.h"
#include "control/score.h"
#include "control/session.h"
#include "control/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  MAX_COMMANDS = 1 << 18, ///< that wait for their frame
  HURRY_MS     = 1        ///< between two looks while the disk or process thread owes us something: they can't wake us
};

Status
control_new(Control** const out, const Ops* const ops, Error* const error)
{
  Control* const c = calloc(1, sizeof(*c));
  if (!c) {
    return error_set(error, STATUS_NO_MEMORY, "no memory for the control thread");
  }
  c->ops          = *ops;
  c->meters.first = &c->meters.recent;
  c->params       = params_new();
  c->out          = heap_new(sizeof(Outgoing), MAX_COMMANDS);
  c->echoes       = heap_new(sizeof(Outgoing), MAX_COMMANDS);
  c->futures      = heap_new(sizeof(Call*), MAX_COMMANDS);
  c->session      = session_new();
  c->midi         = midi_new(ops->rate);
  if (!c->midi || !c->params || !c->out || !c->echoes || !c->futures || !c->session) {
    control_free(c);
    return error_set(error, STATUS_NO_MEMORY, "no memory for the control thread");
  }
  for (uint8_t d = 0; d < MAX_DECKS; ++d) {
    deck_reset(c, d);
    c->present |= d < ops->decks ? UINT64_C(1) << d : 0;
  }
  *out = c;
  return STATUS_OK;
}

/// Free a call, whatever it waits for.
static void
end_call(Control* const c, Call* const call)
{
  for (size_t i = 0; i < c->tickets.count; ++i) {
    if (c->tickets.pending[i].call == call) {
      c->tickets.pending[i--] = c->tickets.pending[--c->tickets.count];
    }
  }
  call_free(call);
}

static void
end_calls(Control* const c)
{
  for (int q = 0; q < QUEUE_COUNT; ++q) {
    while (c->queues[q].count) {
      Call* const call = c->queues[q].calls[0];
      for (int r = 0; r < QUEUE_COUNT; ++r) { // it may be in several
        size_t kept = 0;
        for (size_t i = 0; i < c->queues[r].count; ++i) {
          if (c->queues[r].calls[i] != call) {
            c->queues[r].calls[kept++] = c->queues[r].calls[i];
          }
        }
        c->queues[r].count = kept;
      }
      end_call(c, call);
    }
    free(c->queues[q].calls);
  }
  for (size_t i = 0; c->futures && i < heap_count(c->futures); ++i) {
    end_call(c, *(Call**)heap_element(c->futures, i, NULL));
  }
  while (c->tickets.count) { // cancelled ones, held by nothing else
    end_call(c, c->tickets.pending[0].call);
  }
}

void
control_free(Control* const c)
{
  if (!c) {
    return;
  }
  score_free(c->score, c);
  end_calls(c);
  midi_free(c->midi);
  subscribers_clear(c);
  osc_free(c->osc);
  tickets_clear(&c->tickets);
  heap_free(c->out);
  free(c->aside.list);
  heap_free(c->echoes);
  heap_free(c->futures);
  params_free(c->params);
  session_free(c->session);
  move_forget(c);
  for (int d = 0; d < MAX_DECKS; ++d) {
    for (int s = 0; s < MAX_STEMS; ++s) {
      free(c->decks[d].stem[s].path);
    }
  }
  free(c->recording.path);
  allowed_clear(&c->allowed);
  free(c->moving.text);
  free(c);
}

Status
control_open_osc(Control* const c, const char* const address, const int port, Error* const error)
{
  Osc*         osc    = NULL;
  const Status status = osc_open(&osc, address, port, error);
  if (!status) {
    control_serve(c, osc);
  }
  return status;
}

Status
control_listen(Osc** const out, const char* const address, const int port, Error* const error)
{
  return osc_open(out, address, port, error);
}

Status
control_allow_path(Control* const c, const char* const folder, Error* const error)
{
  return allowed_add(&c->allowed, folder, error);
}

Status
control_path_allowed(const Control* const c, const char* const path, const bool remote, Error* const error)
{
  return allowed_check(&c->allowed, path, remote, error);
}

void
control_hang_up(Osc* const osc)
{
  osc_free(osc);
}

void
control_serve(Control* const c, Osc* const osc)
{
  osc_free(c->osc);
  c->osc = osc;
  osc_serve(osc, c);
}

void
control_attach(Control* const c, const int fd, const ControlTurn turn, void* const data)
{
  c->attached[c->nattached++] = (Attached){fd, turn, data};
}

void
control_detach(Control* const c, void* const data)
{
  int kept = 0;
  for (int i = 0; i < c->nattached; ++i) {
    if (c->attached[i].data != data) {
      c->attached[kept++] = c->attached[i];
    }
  }
  c->nattached = kept;
}

int64_t
control_now(const Control* const c)
{
  return now_of(c);
}

uint32_t
control_rate(const Control* const c)
{
  return c->ops.rate;
}

bool
control_deck_playing(const Control* const c, const uint32_t deck)
{
  return deck_state(c, (uint8_t)deck) == DECK_PLAYING;
}

void
control_line(Control* const c, const char* const line, const ControlAnswer answer, void* const data)
{
  control_line_at(c, line, AT_NOW, answer, data);
}

void
control_line_at(Control* const      c,
                const char* const   line,
                const int64_t       at,
                const ControlAnswer answer,
                void* const         data)
{
  const Sender sender  = {.kind = answer ? SENDER_LINE : SENDER_NONE, .line = {answer, data}};
  char* const  storage = malloc(strlen(line) + 1);
  Words        w;
  Error        error = {"no memory"};
  if (!storage || words_read(&w, line, storage, &error)) {
    answer_refuse(c, &sender, line, NULL, error.text);
  } else {
    control_submit(c, &w, NULL, &sender, at);
  }
  free(storage);
}

Status
control_keep_session(Control* const c, const char* const path, Error* const error)
{
  const Sender nobody = {.kind = SENDER_NONE};
  Status       status = STATUS_OK;
  if (access(path, F_OK) == 0) {
    status = session_load_begin(c->session, c, path, &nobody, error);
  } else if (errno != ENOENT) {
    status = error_set(error, STATUS_FAILED, "can't open %s: %s", path, strerror(errno));
  }
  return status ? status : session_keep(c->session, path, error);
}

bool
control_loads_session(const Control* const c)
{
  int done    = 0;
  int refused = 0;
  return session_loading(c->session, &done, &refused);
}

static void
submit_path(Control* const      c,
            const char* const   address,
            const char* const   path,
            const ControlAnswer answer,
            void* const         data)
{
  const Sender sender = {.kind = SENDER_LINE, .line = {answer, data}};
  Words        w;
  w.address   = address;
  w.id        = NULL;
  w.count     = 1;
  w.values[0] = value_text(path);
  control_submit(c, &w, NULL, &sender, AT_NOW);
}

void
control_save(Control* const c, const char* const path, const ControlAnswer answer, void* const data)
{
  submit_path(c, "/session/save", path, answer, data);
}

void
control_load(Control* const c, const char* const path, const ControlAnswer answer, void* const data)
{
  submit_path(c, "/session/load", path, answer, data);
}

void
control_load_midi(Control* const c, const char* const path, const ControlAnswer answer, void* const data)
{
  submit_path(c, "/midi/load", path, answer, data);
}

double
control_session_progress(const Control* const c)
{
  return session_progress(c->session);
}

bool
control_session_changed(Control* const c, const bool mark)
{
  return session_changed(c->session, c, mark);
}

void
control_collect_files(Control* const c)
{
  session_collect(c->session);
}

Status
control_save_session(Control* const c, const char* const path, Error* const error)
{
  Status status = STATUS_OK;
  while (session_saving(c->session, c, &status, error)) {
    usleep(1000);
  }
  status = session_save_begin(c->session, c, path, error);
  if (status) {
    return status;
  }
  while (session_saving(c->session, c, &status, error)) {
    usleep(1000);
  }
  return status;
}

Status
control_play_score(Control* const c, const char* const path, const int64_t origin, Error* const error)
{
  Score*       s      = NULL;
  const Status status = score_new(&s, c, path, error);
  if (status) {
    return status;
  }
  score_free(c->score, c);
  c->score = s;
  score_start(s, c, origin);
  return STATUS_OK;
}

double
control_score_length(const Control* const c)
{
  return c->score ? score_length(c->score) : 0.0;
}

size_t
control_score_pending(const Control* const c)
{
  return c->score ? score_pending(c->score, now_of(c)) : 0;
}

size_t
control_score_refused(const Control* const c)
{
  return c->refused;
}

/// Do all that can be done now.  Returns whether something is owed to us soon.
static bool
work(Control* const c)
{
  control_take_notices(c);
  control_take_replies(c);
  midi_turn(c);
  control_run_calls(c);
  record_look(c);
  const bool full    = control_fill_ring(c);
  bool       waiting = full || c->tickets.count || c->tickets.nkept;
  for (int q = 0; q < QUEUE_COUNT; ++q) {
    waiting = waiting || c->queues[q].count;
  }
  return waiting;
}

void
control_poll(Control* const c, const int timeout_ms)
{
  const bool soon = work(c);
  stats_update(c);
  session_turn(c->session, c);
  move_turn(c);
  meters_turn(c);
  subscribers_turn(c);
  int others[MAX_ATTACHED];
  int nothers = 0;
  for (int i = 0; i < c->nattached; ++i) {
    others[nothers] = c->attached[i].fd;
    nothers += c->attached[i].fd >= 0;
  }
  const int wait = soon && timeout_ms > HURRY_MS ? HURRY_MS : midi_wait(c, subscribers_wait(c, timeout_ms));
  osc_wait(c->osc, others, nothers, control_quitting(c) ? 0 : wait);
  if (c->osc) {
    osc_receive(c->osc);
  }
  for (int i = 0; i < c->nattached; ++i) {
    c->attached[i].turn(c->attached[i].data);
  }
  work(c);
}

bool
control_busy(const Control* const c, const int64_t frame)
{
  int64_t at = 0;
  if (c->tickets.nkept || (!c->held && heap_top(c->out, &at) && at <= frame) ||
      (heap_top(c->futures, &at) && at <= frame) || (c->score && score_behind(c->score, frame))) {
    return true;
  }
  for (int q = 0; q < QUEUE_COUNT; ++q) {
    for (size_t i = 0; i < c->queues[q].count; ++i) {
      const Call* const call = c->queues[q].calls[i];
      if (call->for_time) {
        break; // and those behind it wait for it
      }
      if (call->waiting || call->at == AT_NOW || call->at <= frame) {
        return true;
      }
    }
  }
  return false;
}

bool
control_quitting(const Control* const c)
{
  return atomic_load(&c->quitting);
}

void
control_quit(Control* const c)
{
  atomic_store(&c->quitting, true);
}
