// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef IO_DISK_H
#define IO_DISK_H

// The disk thread: keeps the chunks ahead of every playhead in the cache, loads tracks.  It has who records
// the master.
// Answers what the control thread asks (msg/request.h) through two rings.

#include "base/status.h"
#include "engine/engine.h"
#include "msg/request.h"

typedef struct Disk Disk;

typedef struct {
  Engine* engine;   ///< whose playheads it runs ahead of; outlives the disk
  size_t  cache_mb; ///< bound of the chunk cache, MB
  bool    threaded; ///< false: no thread; the owner calls disk_work itself (offline rendering, tests)
} DiskConfig;

Status disk_new(Disk** out, const DiskConfig* config, Error* error);

/// Ends the thread, finishes a running recording, frees all tracks.  Pre: the engine doesn't run and its tracks are
/// retired.
void disk_free(Disk* d);

Ring* disk_requests(Disk* d); ///< of Request; the control thread writes
Ring* disk_replies(Disk* d);  ///< of Reply; the control thread reads

/// Wake the thread: there is a request (else it looks every few milliseconds).  Any thread but process.
void disk_wake(Disk* d);

/** One round: answer requests, fill what is due soonest; record, where there are no threads.
 * Return: whether there is more to do now.  Disk thread, or the owner where there is none: calling it until it returns
 * false leaves every playhead with all it needs for the next MAX_BLOCK frames and beyond. */
bool disk_work(Disk* d);

/// For /stats.  Any thread.
typedef struct {
  double   cache_used_mb, cache_size_mb;
  double   read_mb;       ///< decoded since the start
  uint64_t record_frames; ///< of the running or last recording
  uint64_t record_lost;   ///< pieces of the master that found no room
  bool     recording;     ///< false also after it failed ...
  bool     record_failed; ///< ... which this says until it is stopped
} DiskStats;
DiskStats disk_stats(const Disk* d);

#endif
