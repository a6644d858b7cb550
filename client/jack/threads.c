// SPDX-License-Identifier: GPL-3.0-or-later
#include "jack/threads.h"

#include <jack/thread.h>

#include <errno.h>
#include <sched.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#define LOOKS 50 ///< at a new thread's priority, 2 ms apart: some servers ask another program for it

// What a new thread is to do, if it turns out to have the priority.
typedef struct {
  void* (*run)(void*);
  void* data;
  pid_t id;
  sem_t told, decided;
  bool  go;
} Errand;

static void
wait_for(sem_t* const sem)
{
  while (sem_wait(sem) && errno == EINTR) {
  }
}

static void
errand_free(Errand* const e)
{
  if (e) {
    sem_destroy(&e->told);
    sem_destroy(&e->decided);
    free(e);
  }
}

static void*
begin(void* const data)
{
  Errand* const e = data;
  pthread_setname_np(pthread_self(), "decks");
  e->id = gettid();
  sem_post(&e->told);
  wait_for(&e->decided);
  const Errand mine = *e;
  errand_free(e);
  return mine.go ? mine.run(mine.data) : NULL;
}

static bool
is_real_time(const pid_t id)
{
  for (int i = 0; i < LOOKS; ++i, usleep(2000)) {
    const int policy = sched_getscheduler(id) & ~SCHED_RESET_ON_FORK;
    if (policy == SCHED_FIFO || policy == SCHED_RR) {
      return true;
    }
  }
  return false;
}

static Status
refused(Error* const error)
{
  return error_set(
    error, STATUS_FAILED,
    "no real-time priority for a second thread, so all decks run on one: deckhost doctor says what to do");
}

static Status
start(void* const self, pthread_t* const thread, void* (*const run)(void*), void* const data, Error* const error)
{
  jack_client_t* const client = self;
  if (!jack_is_realtime(client)) {
    return error_set(error, STATUS_FAILED,
                     "all decks run on one thread, since the JACK server runs without real-time priority: start it "
                     "with -R");
  }
  Errand* const e = calloc(1, sizeof(*e));
  if (!e) {
    return error_set(error, STATUS_NO_MEMORY, "no memory for a second thread: all decks run on one");
  }
  *e = (Errand){.run = run, .data = data};
  sem_init(&e->told, 0, 0);
  sem_init(&e->decided, 0, 0);
  if (jack_client_create_thread(client, thread, jack_client_real_time_priority(client), 1, begin, e)) {
    errand_free(e);
    return refused(error);
  }
  wait_for(&e->told);
  const bool good = is_real_time(e->id);
  e->go           = good;
  sem_post(&e->decided); // from here on it belongs to the thread
  if (!good) {
    pthread_join(*thread, NULL);
    return refused(error);
  }
  return STATUS_OK;
}

static void
join(void* const self, const pthread_t thread)
{
  (void)self; // whose server may be gone
  pthread_join(thread, NULL);
}

CrewMaker
jack_threads(jack_client_t* const client)
{
  return (CrewMaker){client, start, join, false};
}
