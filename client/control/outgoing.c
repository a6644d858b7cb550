// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/groups.h"
#include "control/state.h"

#include <stdlib.h>
#include <string.h>

// Commands on their way to the process thread: they wait for their time, then for room.

/// What a start stops beside it: known ahead as if it had been said.
static void
plan_stops(Control* const c, const Command* const m)
{
  Command start = *m;
  groups_apply(c, &start);
  for (uint8_t d = 0; start.kind == COMMAND_START && d < MAX_DECKS; ++d) {
    const Command stop = {.at = m->at, .kind = COMMAND_STOP, .deck = d};
    if (start.decks.stop >> d & 1) {
      deck_plan(c, &stop);
      if (m->at == AT_NOW) {
        deck_will_be(c, &stop);
      }
    }
  }
}

bool
control_command(Control* const c, const Call* const call, const int64_t at, const Command* const command)
{
  Outgoing copy     = {*command, call->sender.kind == SENDER_SCORE ? call->sender.score.score : NULL};
  copy.command.at   = at;
  copy.command.kept = copy.score != NULL;
  const bool echo   = command->kind == COMMAND_PARAM || command->kind == COMMAND_PORT;
  if (!heap_push(c->out, at, &copy) || (echo && at != AT_NOW && !heap_push(c->echoes, at, &copy))) {
    answer_error(c, call, "too many commands wait for their time: send it again later");
    return false;
  }
  if (echo && at == AT_NOW) {
    params_apply(c->params, &copy.command, now_of(c));
  }
  if (command->deck >= MAX_DECKS) { // for the plugins of the microphone or the master
    return true;
  }
  plan_stops(c, &copy.command);
  deck_plan(c, &copy.command);
  if (at == AT_NOW) {
    deck_will_be(c, &copy.command);
  }
  return true;
}

/// One that concerns several decks goes when all before it have gone, and nothing overtakes it.
static bool
is_of_many(const Command* const m)
{
  return m->kind == COMMAND_START || m->kind == COMMAND_STOP_ALL || m->kind == COMMAND_QUIT_FENCE ||
         m->kind == COMMAND_DECK_REMOVE;
}

/// Send it if there is room for it.  `jam`: bit of each lane in which something waits.
static bool
pass_on(Control* const c, const Outgoing* const e, uint64_t jam[2])
{
  Command m = e->command;
  groups_apply(c, &m);
  const uint32_t lane = flow_lane(&m);
  const bool     many = is_of_many(&m);
  const bool     room = ring_space(c->ops.commands) > 0;
  c->stats.full += !room && !c->full;
  c->full = !room;
  if (room && !(jam[lane / 64] >> lane % 64 & 1) && !(many && (jam[0] | jam[1])) && flow_pass(&c->flow, &m)) {
    ring_write(c->ops.commands, &m);
    return true;
  }
  if (many || !room) {
    jam[0] = jam[1] = UINT64_MAX;
  } else {
    jam[lane / 64] |= UINT64_C(1) << lane % 64;
  }
  return false;
}

/// Put one aside whose deck has its queue full, so that others needn't wait for it.  false: no memory.
static bool
put_aside(Control* const c, const Outgoing* const e)
{
  Aside* const a = &c->aside;
  if (a->count == a->room) {
    const size_t    room = a->room ? 2 * a->room : 64;
    Outgoing* const list = realloc(a->list, room * sizeof(*list));
    if (!list) {
      return false;
    }
    a->list = list;
    a->room = room;
  }
  a->list[a->count++] = *e;
  return true;
}

bool
control_fill_ring(Control* const c)
{
  const int64_t now    = now_of(c);
  uint64_t      jam[2] = {0, 0};
  int64_t       at     = 0;
  for (const Outgoing* e; (e = heap_top(c->echoes, &at)) && at <= now; heap_pop(c->echoes)) {
    params_apply(c->params, &e->command, at);
  }
  flow_update(&c->flow, c->ops.commands, now, 2 * (int64_t)atomic_load(&c->ops.levels->block));
  size_t kept = 0;
  for (size_t i = 0; i < c->aside.count; ++i) { // first what came first
    if (!pass_on(c, &c->aside.list[i], jam)) {
      c->aside.list[kept++] = c->aside.list[i];
    }
  }
  c->aside.count = kept;
  for (const Outgoing* e; jam[0] != UINT64_MAX && (e = heap_top(c->out, &at)) && at <= now + RING_LEAD;
       heap_pop(c->out)) {
    if (!pass_on(c, e, jam) && (jam[0] == UINT64_MAX || !put_aside(c, e))) {
      break; // it stays where it is
    }
  }
  c->held = jam[0] || jam[1];
  return c->held;
}

void
control_remove_commands(Control* const c, bool (*const unwanted)(void* data, void* element), void* const data)
{
  size_t kept = 0;
  heap_remove_if(c->out, unwanted, data);
  for (size_t i = 0; i < c->aside.count; ++i) {
    if (!unwanted(data, &c->aside.list[i])) {
      c->aside.list[kept++] = c->aside.list[i];
    }
  }
  c->aside.count = kept;
}
