// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef HOST_WORKER_H
#define HOST_WORKER_H

// The LV2 worker extension: what a plugin can't do while it runs is done on the thread "worker", one for all plugins,
// the oldest job first.  Any thread but process, one at a time for each plugin, except where noted.

#include "host/worker_rt.h"

#include <stdbool.h>

typedef struct Workers Workers; ///< the thread and all that it works for
typedef struct Worker  Worker;  ///< one plugin instance's

/// No thread runs until a plugin needs it.  `offline`: none ever, jobs are done at once, within run.  NULL: no memory.
Workers* workers_new(bool offline);
void     workers_free(Workers* all); ///< Pre: all its workers are freed

/// The thread is to run at this real-time priority, which should be below the process thread's, so that work that is
/// needed soon is not kept waiting by what else the machine does.  Where that is not allowed it does not.  A plugin
/// whose jobs turn out to be long is served without it.
void workers_hurry(Workers* all, int priority);

/// For an instance that is about to be made.  NULL: no memory, or no thread.
Worker* worker_new(Workers* all);

/// The feature `worker:schedule` for it.
LV2_Worker_Schedule* worker_schedule(Worker* w);

/// The same for when the plugin doesn't run: jobs are done in place, what comes of them is delivered with its first
/// run.
LV2_Worker_Schedule* worker_schedule_at_once(Worker* w);

/// The instance is there: work for it.  Before it runs.  `interface` NULL: it has no work after all.
void worker_attach(Worker* w, LV2_Handle plugin, const LV2_Worker_Interface* interface);

/// For instance_run_rt; NULL: nothing to deliver, ever.
WorkerRt* worker_rt(Worker* w);

/// Waits for the end of a job that is being done; those not begun are dropped.  Pre: the plugin is deactivated.
void worker_free(Worker* w);

#endif
