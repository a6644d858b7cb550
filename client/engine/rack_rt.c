// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rack_rt.h"

RT void
rack_init_rt(Rack* const r, const uint8_t first_slot)
{
  queue_init_rt(&r->queue);
  r->first_slot = first_slot;
}

RT bool
rack_has_rt(const Rack* const r, const uint8_t slot)
{
  return slot >= r->first_slot && slot < MAX_SLOTS;
}

RT bool
rack_filled_rt(const Rack* const r)
{
  for (int i = r->first_slot; i < MAX_SLOTS; ++i) {
    if (r->chain.slot[i]) {
      return true;
    }
  }
  return false;
}

RT uint64_t
rack_oldest_rt(const Rack* const r)
{
  const uint64_t oldest = queue_oldest_rt(&r->queue);
  return r->waits && r->held_seq < oldest ? r->held_seq : oldest;
}

RT bool
rack_take_rt(Rack* const r, const Command* const c, const int64_t now, const uint64_t seq)
{
  const bool dated = c->at != AT_NOW;
  int64_t    due   = dated && c->at > now ? c->at : now;
  if (r->queue.free == QUEUE_END) {
    return false;
  }
  if (c->kind == COMMAND_PORT && due > now) {
    due = (due + GRID - 1) & ~(int64_t)(GRID - 1);
  }
  r->late += dated && c->at < now;
  return queue_put_rt(&r->queue, c, due, seq, dated);
}

RT static void
swap(Rack* const r)
{
  r->retired = chain_swap_rt(&r->chain, r->held.plugin.slot, r->held.plugin.plugin);
  r->waits   = false;
  ++r->swaps;
}

RT uint32_t
rack_obey_rt(Rack* const r, const int64_t now, uint32_t n, const bool unheard)
{
  if (r->waits && unheard && !r->retired) {
    swap(r);
  }
  while (!r->waits && r->queue.first != QUEUE_END) {
    const QueueNode* const q = &r->queue.node[r->queue.first];
    if (q->due > now) {
      n = q->due - now < (int64_t)n ? (uint32_t)(q->due - now) : n;
      break;
    }
    queue_take_rt(&r->queue, r->queue.first);
    if (q->command.kind == COMMAND_PORT) {
      chain_set_rt(&r->chain, &q->command.port, now);
      continue;
    }
    r->waits    = true;
    r->held     = q->command;
    r->held_seq = q->seq;
    if (unheard && !r->retired) {
      swap(r);
    }
  }
  if (chain_glide_rt(&r->chain, grid_floor_rt(now, CHAIN_GRID))) {
    const uint32_t left = grid_left_rt(now, CHAIN_GRID);
    n                   = left < n ? left : n;
  }
  return n;
}
