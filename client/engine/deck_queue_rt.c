// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/deck_rt.h"

#define FAR (INT64_C(1) << 40) // frames from now; beyond that numbers could overflow, and one is as good as another

// When commands are due.  What acts before the chain is carried out its latency ahead, so that it is heard in time;
// what stops or starts the output, and plain controls, at their frame.

typedef enum {
  AT_INPUT,     ///< heard the latency after it is carried out
  AT_OUTPUT,    ///< heard at once
  AT_TRANSPORT, ///< heard at once, and nothing behind it at the input may overtake it
} Act;

RT static Act
act_of(const Command* const c)
{
  switch ((CommandKind)c->kind) {
    case COMMAND_TRACK:
    case COMMAND_PLAY:
    case COMMAND_PAUSE:
    case COMMAND_STOP:
    case COMMAND_TOGGLE:
    case COMMAND_PLUGIN:
    case COMMAND_DECK_REMOVE:
      return AT_TRANSPORT;
    case COMMAND_SEEK:
    case COMMAND_CUE_GO:
    case COMMAND_LOOP:
    case COMMAND_LOOP_ENABLE:
    case COMMAND_REPEAT:
      return AT_INPUT;
    case COMMAND_PARAM:
      switch (c->param.param) {
        case PARAM_SPEED:
        case PARAM_PITCH: // the plugin hands a shift on with the input that it came with
        case PARAM_KEYLOCK:
        case PARAM_STEM_GAIN:
        case PARAM_STEM_MUTE:
        case PARAM_STEM_SOLO:
          return AT_INPUT;
        default:
          return AT_OUTPUT;
      }
    default:
      return AT_OUTPUT;
  }
}

RT static bool
is_speed(const Command* const c)
{
  return c->kind == COMMAND_PARAM && c->param.param == PARAM_SPEED;
}

// How long before its frame a command at the input is carried out, frames.
RT static int64_t
lead_of(const DeckRt* const d, const Command* const c)
{
  if (!d->running) {
    return is_speed(c) ? 0 : DECK_EARLY;
  }
  if (!is_speed(c)) {
    return d->rest_latency + path_latency_rt(&d->path) + d->replay_left;
  }
  // A head that catches up at double pace must know it in time
  const int64_t ahead = path_front_rt(&d->path) - d->path.now;
  return d->rest_latency + d->replay_left + (ahead > 0 ? ahead : 0) +
         (d->path.phase == PATH_ENGAGING ? 2 * SUB_BLOCK : 0);
}

RT static bool
jumps(const Command* const c)
{
  return act_of(c) == AT_INPUT && c->kind != COMMAND_PARAM;
}

// Whether something under way has to end before this command.
RT static bool
must_wait(const DeckRt* const d, const Command* const c, const Act act)
{
  switch (act) {
    case AT_INPUT:
      return d->closing || (d->running && jumps(c) && path_busy_rt(&d->path));
    case AT_TRANSPORT:
      return (d->closing && d->after != AFTER_REST) || (c->kind == COMMAND_PLUGIN && chain_fades_rt(&d->chain)) ||
             ((c->kind == COMMAND_TRACK || c->kind == COMMAND_PLUGIN) && !deck_has_room_rt(d));
    default:
      return false;
  }
}

RT int64_t
deck_next_rt(DeckRt* const d, const int64_t now, uint16_t* const which)
{
  const Queue* const q       = &d->queue;
  int64_t            next    = INT64_MAX;
  bool               blocked = false; // a start or stop still waits: the input behind it too
  // Slots whose next plugin still waits: what is set behind that is meant for it
  uint32_t slots = d->closing && d->after == AFTER_PLUGIN ? 1u << d->held.plugin.slot : 0;
  for (uint16_t i = q->first; i != QUEUE_END; i = q->node[i].next) {
    const QueueNode* const n   = &q->node[i];
    const Act              act = act_of(&n->command);
    int64_t                due = n->due;
    if (act == AT_INPUT) {
      due -= lead_of(d, &n->command);
    } else if (!d->running && !blocked && (n->command.kind == COMMAND_TRACK || n->command.kind == COMMAND_PLUGIN)) {
      due -= DECK_EARLY;
    }
    const bool port  = n->command.kind == COMMAND_PORT && (slots >> (n->command.port.slot & 31u) & 1);
    const bool waits = must_wait(d, &n->command, act) || (blocked && act != AT_OUTPUT) || port;
    if (due <= now && !waits) {
      *which = i;
      return now;
    }
    if (!waits) {
      next = due < next ? due : next;
    }
    blocked = blocked || act == AT_TRANSPORT || (waits && act != AT_OUTPUT);
    slots |= n->command.kind == COMMAND_PLUGIN ? 1u << n->command.plugin.slot : 0;
  }
  *which = QUEUE_END;
  return next;
}

// Controls take effect on the grid, transport on its frame.
RT static int64_t
frame_of(const Command* const c, const int64_t now)
{
  if (c->at == AT_NOW) {
    return now;
  }
  const int64_t earliest = now - FAR, latest = now + FAR;
  const int64_t at      = c->at < earliest ? earliest : c->at > latest ? latest : c->at;
  const bool    control = c->kind == COMMAND_PARAM || c->kind == COMMAND_PORT;
  return control && at > now ? (at + GRID - 1) & ~(int64_t)(GRID - 1) : at;
}

RT bool
deck_take_rt(DeckRt* const d, const Command* const c, const int64_t now, const uint64_t seq)
{
  const bool dated = c->at != AT_NOW;
  if (d->queue.free == QUEUE_END) {
    // No room: the earliest is carried out before its time rather than lost
    const QueueNode* const n = &d->queue.node[d->queue.first];
    if (must_wait(d, &n->command, act_of(&n->command))) {
      return false;
    }
    const Command early = n->command;
    queue_take_rt(&d->queue, d->queue.first);
    deck_command_rt(d, &early, now, now, false);
    ++d->late;
  }
  d->late += dated && c->at < now;
  return queue_put_rt(&d->queue, c, frame_of(c, now), seq, dated);
}

RT uint64_t
deck_oldest_rt(const DeckRt* const d)
{
  const uint64_t waiting = queue_oldest_rt(&d->queue);
  return d->closing && d->after != AFTER_REST && d->held_seq < waiting ? d->held_seq : waiting;
}
