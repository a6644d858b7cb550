// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/queue_rt.h"

RT void
queue_init_rt(Queue* const q)
{
  for (uint16_t i = 0; i < QUEUE_ROOM; ++i) {
    q->node[i].next = (uint16_t)(i + 1 < QUEUE_ROOM ? i + 1 : QUEUE_END);
  }
  q->first = q->last = QUEUE_END;
  q->free            = 0;
  q->count           = 0;
}

RT bool
queue_put_rt(Queue* const q, const Command* const c, const int64_t due, const uint64_t seq, const bool scheduled)
{
  const uint16_t i = q->free;
  if (i == QUEUE_END) {
    return false;
  }
  QueueNode* const n = &q->node[i];
  q->free            = n->next;
  n->command         = *c;
  n->due             = due;
  n->seq             = seq;
  n->scheduled       = scheduled;

  uint16_t before = q->last; // most come in order: look from the end
  while (before != QUEUE_END && q->node[before].due > due) {
    before = q->node[before].prev;
  }
  n->prev                                                      = before;
  n->next                                                      = before == QUEUE_END ? q->first : q->node[before].next;
  *(n->prev == QUEUE_END ? &q->first : &q->node[n->prev].next) = i;
  *(n->next == QUEUE_END ? &q->last : &q->node[n->next].prev)  = i;
  ++q->count;
  return true;
}

RT const QueueNode*
queue_take_rt(Queue* const q, const uint16_t i)
{
  QueueNode* const n                                           = &q->node[i];
  *(n->prev == QUEUE_END ? &q->first : &q->node[n->prev].next) = n->next;
  *(n->next == QUEUE_END ? &q->last : &q->node[n->next].prev)  = n->prev;
  n->next                                                      = q->free;
  q->free                                                      = i;
  --q->count;
  return n;
}

RT uint64_t
queue_oldest_rt(const Queue* const q)
{
  uint64_t oldest = UINT64_MAX;
  for (uint16_t i = q->first; i != QUEUE_END; i = q->node[i].next) {
    oldest = q->node[i].seq < oldest ? q->node[i].seq : oldest;
  }
  return oldest;
}
