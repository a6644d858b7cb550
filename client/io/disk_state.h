// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef IO_DISK_STATE_H
#define IO_DISK_STATE_H

// What the disk thread keeps, for the files that are the disk: disk.c (thread and rounds), disk_request.c (answers).

#include "io/cache.h"
#include "io/disk_parts.h"
#include "io/pins.h"
#include "io/plan.h"
#include "io/tape.h"

#include <pthread.h>
#include <semaphore.h>

/// A file being opened: how long it is isn't known yet.
typedef struct Opening {
  TrackFile*      track;
  Answer*         answer;
  struct Opening* next;
} Opening;

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

  size_t   file_bytes; ///< what all files take beside their chunks
  Opening* opening;    ///< the one whose turn it is first

  uint32_t owed; ///< replies that will come: each keeps its place in the ring
  Tape*    tape;

  bool        threaded;
  pthread_t   thread;
  sem_t       wake;
  atomic_bool quit;

  // For disk_stats
  _Atomic uint64_t read_bytes;
};

/// Carry out what the control thread asks, up to the next load.  Return: whether there was anything.
bool disk_answer_requests(Disk* d);

/// Go on with a file that is being opened.  Return: whether there was one.
bool disk_go_on_opening(Disk* d);

/// Nobody waits for them any more.
void disk_drop_openings(Disk* d);

/// Send the replies of pins, loads and recordings that have what they waited for.
void disk_send_settled(Disk* d);

/// The track's chunks and pins go, then itself.
void disk_forget_track(Disk* d, TrackFile* t);

#endif
