// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_QUEUE_RT_H
#define ENGINE_QUEUE_RT_H

// Commands that wait for their frame, in order of it; equal frames in order of arrival.  Process thread.

#include "dsp/rt.h"
#include "msg/command.h"

#define QUEUE_ROOM 512
#define QUEUE_END UINT16_MAX

typedef struct {
  Command  command;
  int64_t  due;       ///< engine frame
  uint64_t seq;       ///< number of the command since the start
  bool     scheduled; ///< it named its frame, and came before it
  uint16_t next, prev;
} QueueNode;

typedef struct {
  QueueNode node[QUEUE_ROOM];
  uint16_t  first, last, free, count;
} Queue;

RT void queue_init_rt(Queue* q);

/// false: full.
RT bool queue_put_rt(Queue* q, const Command* c, int64_t due, uint64_t seq, bool scheduled);

/// Take node `i` out; it stays readable until the next put.
RT const QueueNode* queue_take_rt(Queue* q, uint16_t i);

/// The lowest number among those that wait, UINT64_MAX: none.
RT uint64_t queue_oldest_rt(const Queue* q);

#endif
