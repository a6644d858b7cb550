// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef IO_DISK_STATE_H
#define IO_DISK_STATE_H

// What the disk thread keeps, for the files that are the disk: disk.c (thread and rounds), disk_request.c (answers).

#include "io/cache.h"
#include "io/disk_parts.h"
#include "io/pins.h"
#include "io/plan.h"
#include "io/recorder.h"

#include <pthread.h>
#include <semaphore.h>

struct Disk {
  DiskParts parts;
  Ring*     requests;
  Ring*     replies;
  Cache*    cache;
  Pins*     pins;
  Plan      plan;

  TrackFile** tracks; ///< all that are alive
  uint32_t    ntracks, room;
  TrackFile*  stems[MAX_DECKS][MAX_STEMS]; ///< loaded last, NULL: none or freed

  uint32_t  owed; ///< replies that will come: each keeps its place in the ring
  Recorder* recorder;
  float*    record_buffer;

  bool        threaded;
  pthread_t   thread;
  sem_t       wake;
  atomic_bool quit;

  // For disk_stats
  _Atomic uint64_t read_bytes, record_frames;
  atomic_bool      recording;
};

/// Carry out what the control thread asks, up to the next load.  Return: whether there was anything.
bool disk_answer_requests(Disk* d);

/// Send the replies of pins and loads that have what they waited for.
void disk_send_settled(Disk* d);

/// Move what the master's ring holds into the file.  Return: whether there is more.
bool disk_drain_record(Disk* d);

/// The track's chunks and pins go, then itself.
void disk_forget_track(Disk* d, TrackFile* t);

#endif
