// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/move.h"

#include "base/log.h"
#include "control/commands.h"
#include "control/score.h"
#include "control/session.h"
#include "control/session_text.h"
#include "control/state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char why[] = "the JACK server came back at another rate meanwhile: send it again";

int64_t
move_frame(const Move* const m, const int64_t frame)
{
  return frame <= m->from || frame == INT64_MAX ? frame : m->from + llround((double)(frame - m->from) * m->ratio);
}

/// What the engine has in hand already, or what belongs to the old one.
static bool
is_past(void* const data, void* const element)
{
  const Command* const m = &((const Outgoing*)element)->command;
  return m->at <= *(int64_t*)data || m->kind == COMMAND_TRACK || m->kind == COMMAND_PLUGIN ||
         m->kind == COMMAND_DECK_ADD || m->kind == COMMAND_RECORD;
}

/// Calls that are under way wait for what won't come any more.
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
      answer_error(c, call, "%s", why);
      for (size_t i = 0; i < c->tickets.count; ++i) {
        if (c->tickets.pending[i].call == call) {
          c->tickets.pending[i--] = c->tickets.pending[--c->tickets.count];
        }
      }
      call_free(call);
    }
  }
  for (size_t i = 0; i < c->tickets.count; ++i) {
    Call* const call = c->tickets.pending[i].call;
    if (--call->waiting == 0 && call->cancelled) {
      call_free(call);
    }
  }
  tickets_clear(&c->tickets);
}

/// What it had loaded ahead of its time is loaded again.
static void
move_call(const Move* const m, Call* const call)
{
  call->at       = move_frame(m, call->at);
  call->received = move_frame(m, call->received);
  call->track    = NULL;
  call->load     = LOAD_NONE;
  call->status   = STATUS_OK;
}

static int64_t
move_future(void* const data, const int64_t at, void* const element)
{
  move_call(data, *(Call**)element);
  return move_frame(data, at);
}

static int64_t
move_command(void* const data, const int64_t at, void* const element)
{
  const Move* const m = data;
  Command* const    o = &((Outgoing*)element)->command;
  o->at               = move_frame(m, o->at);
  if (o->kind == COMMAND_PARAM) {
    o->param.ramp_frames = (uint32_t)(o->param.ramp_frames * m->ratio);
  } else if (o->kind == COMMAND_PORT) {
    o->port.ramp_frames = (uint32_t)(o->port.ramp_frames * m->ratio);
  }
  return move_frame(m, at);
}

static void
move_load(void* const data, Call* const call)
{
  move_call(data, call);
}

/// Controls as they will be when all that the engine has in hand has happened.
static void
settle(Control* const c, const int64_t until)
{
  int64_t at = 0;
  for (const Outgoing* e; (e = heap_top(c->echoes, &at)) && at <= until; heap_pop(c->echoes)) {
    params_apply(c->params, &e->command, at);
  }
  params_settle(c->params);
}

/// What plugins keep beside their ports, in a folder for as long as it takes.  NULL: nothing.
static States*
keep_states(Control* const c)
{
  States* const s        = states_new();
  char          folder[] = "/tmp/deckhost-move-XXXXXX";
  char          path[64];
  Status        status = STATUS_OK;
  Error         error;
  if (!s || !mkdtemp(folder)) {
    states_free(s);
    return NULL;
  }
  snprintf(path, sizeof(path), "%s/all", folder);
  c->moving.folder = strdup(folder);
  states_begin(s, c, path, true);
  while (states_busy(s, c, &status, &error)) {
    usleep(1000);
  }
  if (status) {
    log_error("%s", error.text);
  }
  return s;
}

void
move_forget(Control* const c)
{
  if (c->moving.folder) {
    states_remove(c->moving.folder);
    free(c->moving.folder);
    c->moving.folder = NULL;
  }
}

/// The text of all there is, and lines that take away the decks that there were not.
static char*
text_of(Control* const c, const uint32_t decks)
{
  States* const states = keep_states(c);
  char* const   text   = session_text(c, NULL, TEXT_PLACES | TEXT_ENGINE, states);
  states_free(states);
  char* const out = text ? realloc(text, strlen(text) + 32 * MAX_DECKS + 1) : NULL;
  if (!out) {
    free(text);
    return NULL;
  }
  size_t n = strlen(out);
  for (uint32_t d = 0; d < decks; ++d) {
    n += deck_exists(c, d) ? 0 : (size_t)sprintf(out + n, "/deck/remove %u\n", d + 1);
  }
  return out;
}

uint32_t
control_move_begin(Control* const c, const int64_t frame)
{
  int64_t until = frame + RING_LEAD;
  Status  status;
  Error   error;
  while (session_saving(c->session, c, &status, &error)) { // the plugins are needed for it
    usleep(1000);
  }
  move_forget(c);
  c->moving = (Moving){.from = frame, .rate = c->ops.rate};
  for (uint8_t d = 0; d < MAX_DECKS; ++d) {
    c->moving.plays |= deck_exists(c, d) && deck_plays_at(c, d, until) ? UINT64_C(1) << d : 0;
    c->moving.decks = deck_exists(c, d) ? d + 1u : c->moving.decks;
  }
  if (c->recording.on) {
    log_warn("the recording ends here: a file has one rate");
  }
  end_calls(c);
  settle(c, until);
  c->moving.text = text_of(c, c->moving.decks);
  control_remove_commands(c, is_past, &until);
  heap_remove_if(c->echoes, is_past, &until);
  return c->moving.decks;
}

void
control_move(Control* const c, const Ops* const ops)
{
  Moving* const m    = &c->moving;
  const Move    move = {m->from, (double)ops->rate / m->rate};
  heap_move(c->futures, move_future, (void*)&move);
  heap_move(c->out, move_command, (void*)&move);
  heap_move(c->echoes, move_command, (void*)&move);
  if (c->score) {
    score_move(c->score, &move, move_load);
  }
  for (uint8_t d = 0; d < MAX_DECKS; ++d) {
    deck_reset(c, d);
    c->decks[d].loading = 0;
  }
  params_forget_all(c->params);
  free(c->recording.path);
  c->ops         = *ops;
  c->recording   = (Recording){0};
  c->flow        = (Flow){0};
  c->timetags    = (TimeTags){0};
  c->stats.taken = 0;
  c->aside.count = 0;
  c->held = c->full = false;
  c->leaving        = 0;
  c->present        = ops->decks >= MAX_DECKS ? UINT64_MAX : (UINT64_C(1) << ops->decks) - 1;
  memset(c->clips_before, 0, sizeof(c->clips_before));
  m->pending = m->text && session_restore(c->session, m->text);
  if (!m->pending) {
    log_error("no memory to bring back what there was: load a session");
  }
  free(m->text);
  m->text = NULL;
}

void
move_turn(Control* const c)
{
  char   line[16 + 4 * MAX_DECKS] = "/start 0.1"; // time to be primed
  size_t n                        = strlen(line);
  int    done                     = 0;
  int    refused                  = 0;
  bool   any                      = false;
  if (!c->moving.pending || session_loading(c->session, &done, &refused)) {
    return;
  }
  c->moving.pending = false;
  move_forget(c);
  for (uint8_t d = 0; d < MAX_DECKS; ++d) {
    if ((c->moving.plays >> d & 1) && deck_exists(c, d) && deck_stem(c, d)) {
      n += (size_t)snprintf(line + n, sizeof(line) - n, " %d", d + 1);
      any = true;
    }
  }
  if (any) {
    control_line(c, line, NULL, NULL);
  }
}
