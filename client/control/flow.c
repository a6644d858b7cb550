// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/flow.h"

/// Whose queue a control waits in: the deck's, or the mixer's, which has the strips of all decks.
static bool
is_mixers(const Param param)
{
  switch (param) {
    case PARAM_FADER:
    case PARAM_MUTE:
    case PARAM_PFL:
    case PARAM_ASSIGN:
      return true;
    default:
      return param >= PARAM_CROSSFADER;
  }
}

uint32_t
flow_lane(const Command* const c)
{
  switch ((CommandKind)c->kind) {
    case COMMAND_START:
    case COMMAND_STOP_ALL:
    case COMMAND_RECORD:
    case COMMAND_STATS_RESET:
    case COMMAND_QUIT_FENCE:
      return MAX_DECKS;
    case COMMAND_PARAM:
      return is_mixers(c->param.param) ? MAX_DECKS : c->deck;
    default:
      return c->deck < MAX_DECKS ? c->deck : MAX_DECKS;
  }
}

void
flow_update(Flow* const f, const Ring* const commands, const int64_t now, const int64_t margin)
{
  const bool read = ring_space(commands) == ring_capacity(commands);
  for (int i = 0; i <= MAX_DECKS; ++i) {
    FlowLane* const l = &f->lane[i];
    while (l->count && l->due[l->first] + margin < now) {
      l->first = (l->first + 1) % FLOW_DATED;
      --l->count;
    }
    l->burst = read ? 0 : l->burst;
  }
}

bool
flow_pass(Flow* const f, const Command* const c)
{
  FlowLane* const l = &f->lane[flow_lane(c)];
  if (c->at == AT_NOW) {
    return l->burst < FLOW_NOW && ++l->burst;
  }
  if (l->count == FLOW_DATED) {
    return false;
  }
  l->due[(l->first + l->count++) % FLOW_DATED] = c->at;
  return true;
}

void
flow_forget(Flow* const f, const uint8_t deck)
{
  f->lane[deck] = (FlowLane){.count = 0};
}
