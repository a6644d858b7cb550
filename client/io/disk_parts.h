// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef IO_DISK_PARTS_H
#define IO_DISK_PARTS_H

// A disk without an engine: what it needs of one, piece by piece.

#include "engine/playhead.h"
#include "io/disk.h"

typedef struct {
  Playhead* playheads[MAX_DECKS];
  uint32_t  decks;
  Epoch*    epoch;
  Ring*     record; ///< of float[2]
  uint32_t  rate;   ///< Hz
  size_t    cache_mb;
  int64_t   record_part; ///< bytes of a recorded file at most; 0: the default
  bool      threaded;
} DiskParts;

/// As disk_new; the parts outlive the disk.
Status disk_new_of(Disk** out, const DiskParts* parts, Error* error);

#endif
