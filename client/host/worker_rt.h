// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef HOST_WORKER_RT_H
#define HOST_WORKER_RT_H

// The process thread's side of a plugin's worker: jobs go out while it runs, what came of them goes in afterwards.

#include "base/rt_vouch.h"
#include "msg/ring.h"

#include <lv2/worker/worker.h>

#include <stdatomic.h>

#define WORKER_ROOM 8192 ///< bytes of jobs, and of responses, that can be under way for one plugin

/// Before each job and response in its ring.
typedef struct {
  uint32_t size;   ///< bytes that follow
  uint32_t ticket; ///< of a job: the lower, the older, over all plugins
} WorkerHeader;

typedef struct {
  LV2_Handle plugin;
  LV2_Worker_Status (*work_response)(LV2_Handle, uint32_t, const void*) RT;
  LV2_Worker_Status (*end_run)(LV2_Handle) RT; ///< may be NULL

  Ring*                  jobs;      ///< of bytes: a header, then as many as it says; process writes
  Ring*                  responses; ///< likewise; process reads
  sem_t*                 wake;      ///< of the worker thread
  atomic_uint_least32_t* tickets;   ///< given out so far, to all plugins
  char*                  message;   ///< WORKER_ROOM bytes of process' own
} WorkerRt;

/// The feature's schedule_work: LV2_WORKER_ERR_NO_SPACE when the ring is full.  Called by the plugin within run.
RT LV2_Worker_Status worker_schedule_rt(LV2_Worker_Schedule_Handle handle, uint32_t size, const void* data);

/// Hand the plugin what came back.  After each run.
RT void worker_deliver_rt(WorkerRt* w);

/// Put one message, made in `buffer` of WORKER_ROOM bytes, into a ring.  The ring's writer.
RT LV2_Worker_Status worker_put_rt(Ring* r, char* buffer, uint32_t ticket, uint32_t size, const void* data);

#endif
