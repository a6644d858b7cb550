// SPDX-License-Identifier: GPL-3.0-or-later
#include "host/worker.h"

#include "base/clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>

#define LONG_JOB 50000000 // ns: more than that is not done at real-time priority a second time

struct Worker {
  WorkerRt                    rt;
  Workers*                    all;
  Worker*                     next;
  const LV2_Worker_Interface* interface; ///< NULL: not attached
  LV2_Worker_Schedule         feature, at_once;
  bool                        taken, slow; ///< the thread's: `first` is its next job's; its jobs are long
  WorkerHeader                first;
  char*                       job;      ///< WORKER_ROOM bytes of the thread's own
  char*                       response; ///< likewise, to make a message in
};

struct Workers {
  bool                  offline, running, ending;
  atomic_int            priority; ///< real-time, 0: none
  int                   has;      ///< the thread's own
  atomic_uint_least32_t tickets;  ///< given to jobs
  pthread_t             thread;
  sem_t                 wake;
  pthread_mutex_t       lock; ///< of the list, `busy` and `ending`; not held while a job is done
  pthread_cond_t        idle; ///< `busy` became NULL
  Worker*               list;
  Worker*               busy; ///< whose job is being done
};

static LV2_Worker_Status
respond(const LV2_Worker_Respond_Handle handle, const uint32_t size, const void* const data)
{
  Worker* const w = handle;
  return worker_put_rt(w->rt.responses, w->response, 0, size, data);
}

// Offline there is no hurry
static LV2_Worker_Status
schedule_now(const LV2_Worker_Schedule_Handle handle, const uint32_t size, const void* const data)
{
  Worker* const     w      = (Worker*)handle;
  LV2_Worker_Status status = LV2_WORKER_ERR_UNKNOWN;
  RT_OFFLINE_BEGIN
  if (w->interface) {
    status = w->interface->work(w->rt.plugin, respond, w, size, data);
  }
  RT_OFFLINE_END
  return status;
}

/// Who has the oldest job.
static Worker*
next_with_job(const Workers* const all)
{
  Worker* oldest = NULL;
  for (Worker* w = all->list; w; w = w->next) {
    if (w->interface && !w->taken && ring_count(w->rt.jobs)) {
      w->taken = ring_read_n(w->rt.jobs, &w->first, sizeof(w->first)) != 0;
    }
    if (w->interface && w->taken && (!oldest || (int32_t)(w->first.ticket - oldest->first.ticket) < 0)) {
      oldest = w;
    }
  }
  return oldest;
}

/// Where there is a limit to what a real-time thread may take at a time, the program would be ended.
static bool
may_be_long(void)
{
  struct rlimit limit;
  return getrlimit(RLIMIT_RTTIME, &limit) || limit.rlim_cur == RLIM_INFINITY;
}

static void
take_priority(Workers* const all, const int priority)
{
  if (priority == all->has) {
    return;
  }
  const struct sched_param param = {.sched_priority = priority};
  pthread_setschedparam(pthread_self(), priority ? SCHED_FIFO : SCHED_OTHER, &param);
  all->has = priority; // or it is not allowed, and won't be
}

static void
do_job(Workers* const all, Worker* const w)
{
  take_priority(all, w->slow ? 0 : atomic_load(&all->priority));
  const int64_t begin = clock_ns();
  ring_read_n(w->rt.jobs, w->job, w->first.size);
  w->taken = false;
  w->interface->work(w->rt.plugin, respond, w, w->first.size, w->job);
  w->slow = w->slow || clock_ns() - begin > LONG_JOB;
}

static void*
work(void* const data)
{
  Workers* const all = data;
  pthread_mutex_lock(&all->lock);
  while (!all->ending) {
    Worker* const w = next_with_job(all);
    all->busy       = w;
    pthread_mutex_unlock(&all->lock);
    if (w) {
      do_job(all, w);
    } else {
      while (sem_wait(&all->wake) && errno == EINTR) {
      }
    }
    pthread_mutex_lock(&all->lock);
    all->busy = NULL;
    pthread_cond_broadcast(&all->idle);
  }
  pthread_mutex_unlock(&all->lock);
  return NULL;
}

void
workers_hurry(Workers* const all, const int priority)
{
  atomic_store(&all->priority, priority > 0 && may_be_long() ? priority : 0);
}

Workers*
workers_new(const bool offline)
{
  Workers* const all = calloc(1, sizeof(*all));
  if (all) {
    all->offline = offline;
    sem_init(&all->wake, 0, 0);
    pthread_mutex_init(&all->lock, NULL);
    pthread_cond_init(&all->idle, NULL);
  }
  return all;
}

void
workers_free(Workers* const all)
{
  if (!all) {
    return;
  }
  if (all->running) {
    pthread_mutex_lock(&all->lock);
    all->ending = true;
    pthread_mutex_unlock(&all->lock);
    sem_post(&all->wake);
    pthread_join(all->thread, NULL);
  }
  pthread_cond_destroy(&all->idle);
  pthread_mutex_destroy(&all->lock);
  sem_destroy(&all->wake);
  free(all);
}

static bool
start(Workers* const all)
{
  pthread_mutex_lock(&all->lock);
  if (!all->offline && !all->running) {
    all->running = !pthread_create(&all->thread, NULL, work, all);
    if (all->running) {
      pthread_setname_np(all->thread, "worker");
    }
  }
  const bool good = all->offline || all->running;
  pthread_mutex_unlock(&all->lock);
  return good;
}

Worker*
worker_new(Workers* const all)
{
  Worker* const w = calloc(1, sizeof(*w));
  if (!w) {
    return NULL;
  }
  w->all          = all;
  w->rt.wake      = &all->wake;
  w->rt.tickets   = &all->tickets;
  w->rt.jobs      = ring_new(WORKER_ROOM, 1);
  w->rt.responses = ring_new(WORKER_ROOM, 1);
  w->rt.message   = calloc(1, WORKER_ROOM);
  w->job          = calloc(1, WORKER_ROOM);
  w->response     = calloc(1, WORKER_ROOM);
  w->at_once      = (LV2_Worker_Schedule){w, schedule_now};
  w->feature =
    all->offline ? (LV2_Worker_Schedule){w, schedule_now} : (LV2_Worker_Schedule){&w->rt, worker_schedule_rt};
  if (!w->rt.jobs || !w->rt.responses || !w->rt.message || !w->job || !w->response || !start(all)) {
    worker_free(w);
    return NULL;
  }
  pthread_mutex_lock(&all->lock);
  w->next   = all->list;
  all->list = w;
  pthread_mutex_unlock(&all->lock);
  return w;
}

LV2_Worker_Schedule*
worker_schedule(Worker* const w)
{
  return &w->feature;
}

LV2_Worker_Schedule*
worker_schedule_at_once(Worker* const w)
{
  return &w->at_once;
}

void
worker_attach(Worker* const w, const LV2_Handle plugin, const LV2_Worker_Interface* const interface)
{
  pthread_mutex_lock(&w->all->lock);
  w->rt.plugin = plugin;
  w->interface = interface;
  if (interface) {
    RT_WAIVE_BEGIN("LV2 calls both on the process thread: a plugin that blocks in them breaks its contract")
    w->rt.work_response = interface->work_response;
    w->rt.end_run       = interface->end_run;
    RT_WAIVE_END
  }
  pthread_mutex_unlock(&w->all->lock);
}

WorkerRt*
worker_rt(Worker* const w)
{
  return w->interface ? &w->rt : NULL;
}

void
worker_free(Worker* const w)
{
  if (!w) {
    return;
  }
  pthread_mutex_lock(&w->all->lock);
  while (w->all->busy == w) {
    pthread_cond_wait(&w->all->idle, &w->all->lock);
  }
  Worker** link = &w->all->list;
  while (*link && *link != w) {
    link = &(*link)->next;
  }
  if (*link) {
    *link = w->next;
  }
  pthread_mutex_unlock(&w->all->lock);
  ring_free(w->rt.jobs);
  ring_free(w->rt.responses);
  free(w->rt.message);
  free(w->job);
  free(w->response);
  free(w);
}
