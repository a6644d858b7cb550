// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/disk.h"

#include "base/clock.h"
#include "io/disk_state.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#define REQUESTS 256u
#define REPLIES 256u
#define URGENT_PART 3    // who is due within a third of a second doesn't wait for another's whole run
#define URGENT_RUN 4u    // chunks
#define ROUND_NS 4000000 // then requests have their turn
#define IDLE_NS 4000000  // between two looks at the playheads
#define EPOCH_NS 500000  // when only the end of a cycle is awaited

typedef enum { READ_NOTHING, READ_SOME, READ_WAITS } ReadResult;

// Read one job's chunks, at most `most`.
static ReadResult
read_job(Disk* const d, const Job* const job, const uint32_t most)
{
  ReadResult result = READ_NOTHING;
  for (uint32_t k = 0; k < job->count && k < most; ++k) {
    const uint32_t index   = job->first + k;
    bool           waiting = false;
    if (job->track->blocks[index] != NO_BLOCK) {
      continue; // another job was the same
    }
    float* const frames = cache_take(d->cache, job->due + k * job->step, &waiting);
    if (!frames) {
      return waiting ? READ_WAITS : result;
    }
    const bool any = track_file_read(job->track, index, frames);
    if (any) {
      cache_put(d->cache, job->track, index);
    } else {
      cache_untake(d->cache);
    }
    if (index > 0 && track_file_spoilt(job->track, index - 1)) {
      cache_drop_one(d->cache, job->track, index - 1);
    }
    if (!any) {
      return READ_SOME; // the end came nearer: that changes the plan
    }
    atomic_fetch_add_explicit(&d->read_bytes, sizeof(float) * 2 * CHUNK_FRAMES, memory_order_relaxed);
    result = READ_SOME;
  }
  return result;
}

// Carry out the plan, the most urgent job first.
static ReadResult
read_plan(Disk* const d)
{
  const PlanView view    = {d->parts.playheads, d->parts.decks, d->parts.rate, d->tracks, d->ntracks, clock_ns()};
  const int64_t  urgent  = d->parts.rate / URGENT_PART;
  const int64_t  started = clock_ns();
  ReadResult     result  = READ_NOTHING;
  plan_make(&d->plan, &view, d->cache, d->pins);
  for (uint32_t k = 0; k < d->plan.njobs; ++k) {
    const bool       hurry = k + 1 < d->plan.njobs && d->plan.jobs[k + 1].due < urgent;
    const ReadResult r     = read_job(d, &d->plan.jobs[k], hurry ? URGENT_RUN : RUN_CHUNKS);
    if (r == READ_WAITS) {
      return r;
    }
    result = r == READ_SOME ? r : result;
    if (clock_ns() - started > ROUND_NS) {
      break;
    }
  }
  return result;
}

static ReadResult
work(Disk* const d)
{
  const bool opening  = disk_go_on_opening(d);
  const bool answered = disk_answer_requests(d) || opening;
  const bool recorded = !d->parts.threaded && tape_work(d->tape);
  disk_send_settled(d);
  const ReadResult r = read_plan(d);
  disk_send_settled(d);
  return r == READ_NOTHING && (answered || recorded) ? READ_SOME : r;
}

bool
disk_work(Disk* const d)
{
  return work(d) != READ_NOTHING;
}

static void
sleep_until_woken(Disk* const d, const int64_t ns)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  t.tv_nsec += ns;
  t.tv_sec += t.tv_nsec / 1000000000;
  t.tv_nsec %= 1000000000;
  while (sem_clockwait(&d->wake, CLOCK_MONOTONIC, &t) < 0 && errno == EINTR) {
  }
}

static void*
run(void* const self)
{
  Disk* const d = self;
  while (!atomic_load_explicit(&d->quit, memory_order_acquire)) {
    const ReadResult r = work(d);
    if (r != READ_SOME) {
      sleep_until_woken(d, r == READ_WAITS ? EPOCH_NS : IDLE_NS);
    }
  }
  return NULL;
}

static Status
start_thread(Disk* const d, Error* const error)
{
  sigset_t all, before;
  sigfillset(&all); // signals are for others
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int failed = pthread_create(&d->thread, NULL, run, d);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (failed) {
    return error_set(error, STATUS_FAILED, "can't start the disk thread");
  }
  pthread_setname_np(d->thread, "deckhost-disk");
  d->threaded = true;
  return STATUS_OK;
}

Status
disk_new_of(Disk** const out, const DiskParts* const parts, Error* const error)
{
  Disk* const d = calloc(1, sizeof(*d));
  if (!d) {
    return error_set(error, STATUS_NO_MEMORY, "no memory for the disk thread");
  }
  d->parts = *parts;
  sem_init(&d->wake, 0, 0);
  Status s = cache_new(&d->cache, parts->cache_mb, parts->epoch, error);
  if (s) {
    disk_free(d);
    return s;
  }
  d->pins     = pins_new(d->cache);
  d->requests = ring_new(REQUESTS, sizeof(Request));
  d->replies  = ring_new(REPLIES, sizeof(Reply));
  if (!d->pins || !d->requests || !d->replies) {
    disk_free(d);
    return error_set(error, STATUS_NO_MEMORY, "no memory for the disk thread");
  }
  const TapeConfig tape = {.ring     = parts->record,
                           .rate     = parts->rate,
                           .threaded = parts->threaded,
                           .part     = parts->record_part,
                           .wake     = &d->wake};
  s                     = tape_new(&d->tape, &tape, error);
  s                     = !s && parts->threaded ? start_thread(d, error) : s;
  if (s) {
    disk_free(d);
    return s;
  }
  *out = d;
  return STATUS_OK;
}

static void
drop_requests(Disk* const d)
{
  Request q;
  while (d->requests && ring_read(d->requests, &q)) {
    free(q.path);
  }
}

void
disk_free(Disk* const d)
{
  if (!d) {
    return;
  }
  if (d->threaded) {
    atomic_store_explicit(&d->quit, true, memory_order_release);
    sem_post(&d->wake);
    pthread_join(d->thread, NULL);
  }
  tape_free(d->tape);
  drop_requests(d);
  disk_drop_openings(d);
  while (d->ntracks > 0) {
    disk_forget_track(d, d->tracks[d->ntracks - 1]);
  }
  pins_free(d->pins);
  if (d->cache) {
    cache_free(d->cache);
  }
  ring_free(d->requests);
  ring_free(d->replies);
  sem_destroy(&d->wake);
  free(d->tracks);
  free(d);
}

Ring*
disk_requests(Disk* const d)
{
  return d->requests;
}

Ring*
disk_replies(Disk* const d)
{
  return d->replies;
}

void
disk_wake(Disk* const d)
{
  sem_post(&d->wake);
}

DiskStats
disk_stats(const Disk* const d)
{
  const double mb = 1024.0 * 1024.0;
  DiskStats    s;
  s.cache_used_mb = (double)cache_used_bytes(d->cache) / mb;
  s.cache_size_mb = (double)cache_bound(d->cache) / mb;
  s.read_mb       = (double)atomic_load_explicit(&d->read_bytes, memory_order_relaxed) / mb;
  s.record_frames = tape_frames(d->tape);
  s.record_lost   = tape_lost(d->tape);
  s.recording     = tape_records(d->tape);
  s.record_failed = tape_failed(d->tape);
  return s;
}
