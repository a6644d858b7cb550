// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_CREW_H
#define ENGINE_CREW_H

// The threads of the crew (crew_rt.h), made and ended.  Control thread.

#include "base/status.h"
#include "engine/crew_rt.h"

#include <pthread.h>

/// Who makes threads.  The engine doesn't know JACK: its client makes them at its own priority.
typedef struct {
  void* self;

  /// A thread that runs main(data).  Not OK: there is none, or it can't have the priority that it needs; `error` says
  /// why.
  Status (*start)(void* self, pthread_t* thread, void* (*main)(void* data), void* data, Error* error);

  /// Wait for its end, which is near.
  void (*join)(void* self, pthread_t thread);

  bool offline; ///< they have no real-time priority, and nobody is in a hurry
} CrewMaker;

/// Plain threads, for work offline.
extern const CrewMaker crew_plain;

typedef struct {
  CrewRt           rt;
  const CrewMaker* maker;
  atomic_bool      ending;
  pthread_t        thread[MAX_THREADS];
  struct CrewSeat {
    void*    crew;
    uint32_t number;
  } seat[MAX_THREADS];
} Crew;

/// Have `threads` of them run, that which calls crew_run_rt counted.  Not OK: there is that one only.  Pre: nobody
/// calls crew_run_rt; crew_stop was called since the last time.
Status crew_start(Crew* c, const CrewMaker* maker, uint32_t threads, Error* error);
void   crew_stop(Crew* c); ///< Pre: nobody calls crew_run_rt

/// How many threads this machine has the cores for: all of two or three, else all but one.
uint32_t crew_auto_threads(void);

#endif
