// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/crew.h"

#include "dsp/denormal.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

#define WORTH_NS 20000.0f ///< to wake a thread takes some 2 to 10 us, until it runs up to 50

static void*
crew_main(void* const data)
{
  const struct CrewSeat* const seat = data;
  Crew* const                  c    = seat->crew;
  (void)denormal_guard_enter(); // for good: the thread is ours
  for (;;) {
    while (sem_wait(&c->rt.wake[seat->number]) && errno == EINTR) {
    }
    if (atomic_load_explicit(&c->ending, memory_order_acquire)) {
      return NULL;
    }
    crew_help_rt(&c->rt);
  }
}

Status
crew_start(Crew* const c, const CrewMaker* const maker, const uint32_t threads, Error* const error)
{
  Status status  = STATUS_OK;
  c->maker       = maker;
  c->rt.offline  = maker->offline;
  c->rt.worth_ns = WORTH_NS;
  atomic_store(&c->ending, false);
  while (!status && c->rt.nhands + 1 < threads && c->rt.nhands + 1 < MAX_THREADS) {
    const uint32_t i = c->rt.nhands;
    c->seat[i]       = (struct CrewSeat){c, i};
    sem_init(&c->rt.wake[i], 0, 0);
    status = maker->start(maker->self, &c->thread[i], crew_main, &c->seat[i], error);
    if (status) {
      sem_destroy(&c->rt.wake[i]);
    } else {
      ++c->rt.nhands;
    }
  }
  if (status) {
    crew_stop(c);
  }
  return status;
}

void
crew_stop(Crew* const c)
{
  atomic_store_explicit(&c->ending, true, memory_order_release);
  for (uint32_t i = 0; i < c->rt.nhands; ++i) {
    sem_post(&c->rt.wake[i]);
  }
  for (uint32_t i = 0; i < c->rt.nhands; ++i) {
    c->maker->join(c->maker->self, c->thread[i]);
    sem_destroy(&c->rt.wake[i]);
  }
  c->rt.nhands = 0;
}

uint32_t
crew_auto_threads(void)
{
  cpu_set_t      set;
  const int      count = sched_getaffinity(0, sizeof(set), &set) ? 1 : CPU_COUNT(&set);
  const uint32_t cores = count < 1 ? 1 : (uint32_t)count;
  const uint32_t ours  = cores < 4 ? cores : cores - 1;
  return ours < MAX_THREADS ? ours : MAX_THREADS;
}

static Status
plain_start(void* const self, pthread_t* const thread, void* (*const run)(void*), void* const data, Error* const error)
{
  (void)self;
  const int failed = pthread_create(thread, NULL, run, data);
  if (failed) {
    return error_set(error, STATUS_FAILED, "the system gives no thread (%s): everything runs on one", strerror(failed));
  }
  pthread_setname_np(*thread, "decks");
  return STATUS_OK;
}

static void
plain_join(void* const self, const pthread_t thread)
{
  (void)self;
  pthread_join(thread, NULL);
}

const CrewMaker crew_plain = {NULL, plain_start, plain_join, true};
