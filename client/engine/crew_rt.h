// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_CREW_RT_H
#define ENGINE_CREW_RT_H

// The threads that run decks beside the process thread.  In each cycle the decks are a list of items; whoever is awake,
// the process thread too, takes the next one from it until none is left.  Which thread ran which item changes nothing
// in what comes out.
//
// The process thread never waits for an item that nobody has begun: it takes those itself.  It waits, spinning, for
// items that another thread is in the midst of.  That thread has its own priority, so what can hold it up is what could
// hold up the process thread as well; the wait is what is left of one item, and what the system takes from that thread
// meanwhile.

#include "dsp/rt.h"
#include "msg/limits.h"

#include <semaphore.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef void (*CrewWork)(void* job, uint32_t item) RT;

typedef struct {
  /// Number of the list * 256 + items of it that nobody has begun.  Taking one is a compare-and-swap, so that a thread
  /// that comes late can't take part in another list than the one it has looked at.
  alignas(64) _Atomic uint64_t list;
  alignas(64) _Atomic uint32_t undone; ///< items begun or not, until they are done
  alignas(64) CrewWork work;           ///< this and the next two belong to the list: written before it is shown
  void*   job;
  uint8_t order[MAX_DECKS]; ///< items, the dearest last; taken from the end

  // Process thread only
  float    cost[MAX_DECKS]; ///< ns per frame of each item, as it was lately
  uint32_t nitems;          ///< in `order`
  uint32_t nhands;          ///< other threads
  float    worth_ns;        ///< work that one more thread must be able to take over, else it isn't woken
  bool     offline;         ///< nobody has real-time priority: who waits lets others run
  sem_t    wake[MAX_THREADS];
  int64_t  waited_ns; ///< for items begun by others, in the last list
  uint32_t woken;     ///< threads, for the last list
} CrewRt;

/// Do items 0 .. nitems - 1 (at most MAX_DECKS) of a cycle of `nframes`, `work(job, item)` each once, on as many
/// threads as it is worth.  All are done when it returns.  Process thread.
RT void crew_run_rt(CrewRt* c, uint32_t nitems, uint32_t nframes, CrewWork work, void* job);

/// What an item has cost in a cycle of `nframes`.  Process thread.
RT void crew_learn_rt(CrewRt* c, uint32_t item, int64_t ns, uint32_t nframes);

/// Take part in the list that is shown now, if there is one.  Other threads, woken.
RT void crew_help_rt(CrewRt* c);

#endif
