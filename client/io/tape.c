// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/tape.h"

#include "base/log.h"
#include "io/recorder.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#define JOBS 64u
#define BUFFER_FRAMES 8192u // written at once
#define AT_ONCE 16u         // times that, then jobs have their turn
#define IDLE_NS 20000000    // between two looks at the master

struct Tape {
  TapeConfig config;
  Ring*      jobs; // of TapeJob
  Ring*      done; // of Answer*
  float*     buffer;
  Recorder*  recorder;    // NULL: none
  uint64_t   lost_before; // what the ring had refused at its start
  bool       threaded;
  pthread_t  thread;
  sem_t      wake;

  atomic_bool      quit, records, failed;
  _Atomic uint64_t frames;
};

// Move what the ring holds into the file.  Return: whether there is more.
static bool
drain(Tape* const t)
{
  for (uint32_t k = 0; k < AT_ONCE; ++k) {
    const uint32_t n = ring_read_n(t->config.ring, t->buffer, BUFFER_FRAMES);
    if (n > 0 && t->recorder) {
      if (!recorder_write(t->recorder, t->buffer, n)) {
        atomic_store_explicit(&t->records, false, memory_order_relaxed);
        atomic_store_explicit(&t->failed, true, memory_order_relaxed);
      }
      atomic_store_explicit(&t->frames, recorder_frames(t->recorder), memory_order_relaxed);
    }
    if (n < BUFFER_FRAMES) {
      return false;
    }
  }
  return true;
}

static void
start(Tape* const t, const TapeJob* const job, Reply* const r)
{
  if (t->recorder) {
    r->status = error_set(&r->error, STATUS_BUSY, "a recording is running: stop it first");
    return;
  }
  while (drain(t)) { // what is left of another time
  }
  const RecorderConfig config = {.path = job->path,
                                 .rate = t->config.rate,
                                 .part = !t->config.threaded ? 0
                                         : t->config.part    ? t->config.part
                                                             : RECORDER_PART_BYTES,
                                 .cue  = t->config.threaded};
  r->status                   = recorder_start(&t->recorder, &config, &r->error);
  atomic_store_explicit(&t->failed, false, memory_order_relaxed);
  t->lost_before = ring_refusals(t->config.ring);
  if (!r->status) {
    atomic_store_explicit(&t->frames, 0, memory_order_relaxed);
    atomic_store_explicit(&t->records, true, memory_order_relaxed);
  }
}

static void
stop(Tape* const t, Reply* const r)
{
  if (!t->recorder) {
    r->status = error_set(&r->error, STATUS_BAD_VALUE, "no recording is running");
    return;
  }
  while (drain(t)) {
  }
  const uint64_t lost = ring_refusals(t->config.ring) - t->lost_before;
  r->frames           = (int64_t)recorder_frames(t->recorder);
  r->status           = recorder_stop(t->recorder, &r->error);
  t->recorder         = NULL;
  if (!r->status && lost > 0) {
    r->status = error_set(&r->error, STATUS_FAILED,
                          "the recording has %llu gaps: the drive it went to was too slow; record to a faster one",
                          (unsigned long long)lost);
  }
  atomic_store_explicit(&t->records, false, memory_order_relaxed);
  atomic_store_explicit(&t->failed, false, memory_order_relaxed);
}

static void
carry_out(Tape* const t, TapeJob* const job)
{
  Reply ignored;
  switch (job->kind) {
    case TAPE_START:
      start(t, job, job->answer ? &job->answer->reply : &ignored);
      break;
    case TAPE_STOP:
      stop(t, job->answer ? &job->answer->reply : &ignored);
      break;
    case TAPE_MARK:
      if (t->recorder && job->frame >= 0) {
        recorder_mark(t->recorder, (uint64_t)job->frame, job->title, job->performer);
      }
      break;
  }
  free(job->path);
  free(job->title);
  free(job->performer);
  if (job->answer) {
    ring_write(t->done, &job->answer); // there is room: no more wait than there are jobs
    sem_post(t->config.wake);
  }
}

bool
tape_work(Tape* const t)
{
  TapeJob job;
  bool    any = false;
  while (ring_count(t->done) < JOBS && ring_read(t->jobs, &job)) {
    carry_out(t, &job);
    any = true;
  }
  return drain(t) || any;
}

static void
sleep_until_woken(Tape* const t)
{
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  at.tv_nsec += IDLE_NS;
  at.tv_sec += at.tv_nsec / 1000000000;
  at.tv_nsec %= 1000000000;
  while ((t->recorder ? sem_clockwait(&t->wake, CLOCK_MONOTONIC, &at) : sem_wait(&t->wake)) < 0 && errno == EINTR) {
  }
}

static void*
run(void* const self)
{
  Tape* const t = self;
  while (!atomic_load_explicit(&t->quit, memory_order_acquire)) {
    if (!tape_work(t)) {
      sleep_until_woken(t);
    }
  }
  return NULL;
}

Status
tape_new(Tape** const out, const TapeConfig* const config, Error* const error)
{
  Tape* const t = calloc(1, sizeof(*t));
  if (!t) {
    return error_set(error, STATUS_NO_MEMORY, "no memory to record");
  }
  t->config = *config;
  sem_init(&t->wake, 0, 0);
  t->jobs   = ring_new(JOBS, sizeof(TapeJob));
  t->done   = ring_new(2 * JOBS, sizeof(Answer*));
  t->buffer = malloc(sizeof(float) * 2 * BUFFER_FRAMES);
  if (!t->jobs || !t->done || !t->buffer) {
    tape_free(t);
    return error_set(error, STATUS_NO_MEMORY, "no memory to record");
  }
  if (config->threaded) {
    sigset_t all, before;
    sigfillset(&all); // signals are for others
    pthread_sigmask(SIG_SETMASK, &all, &before);
    t->threaded = pthread_create(&t->thread, NULL, run, t) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!t->threaded) {
      tape_free(t);
      return error_set(error, STATUS_FAILED, "can't start the thread that records");
    }
    pthread_setname_np(t->thread, "deckhost-tape");
  }
  *out = t;
  return STATUS_OK;
}

void
tape_free(Tape* const t)
{
  if (!t) {
    return;
  }
  if (t->threaded) {
    atomic_store_explicit(&t->quit, true, memory_order_release);
    sem_post(&t->wake);
    pthread_join(t->thread, NULL);
  }
  while (t->jobs && t->done && t->buffer && tape_work(t)) {
  }
  if (t->recorder) {
    recorder_stop(t->recorder, NULL);
  }
  for (Answer* a; t->done && ring_read(t->done, &a);) {
    free(a);
  }
  ring_free(t->jobs);
  ring_free(t->done);
  sem_destroy(&t->wake);
  free(t->buffer);
  free(t);
}

bool
tape_ask(Tape* const t, const TapeJob* const job)
{
  const bool taken = ring_write(t->jobs, job);
  if (taken) {
    sem_post(&t->wake);
  }
  return taken;
}

Answer*
tape_answered(Tape* const t)
{
  Answer* a = NULL;
  return ring_read(t->done, &a) ? a : NULL;
}

bool
tape_records(const Tape* const t)
{
  return atomic_load_explicit(&t->records, memory_order_relaxed);
}

bool
tape_failed(const Tape* const t)
{
  return atomic_load_explicit(&t->failed, memory_order_relaxed);
}

uint64_t
tape_frames(const Tape* const t)
{
  return atomic_load_explicit(&t->frames, memory_order_relaxed);
}

uint64_t
tape_lost(const Tape* const t)
{
  return ring_refusals(t->config.ring);
}
