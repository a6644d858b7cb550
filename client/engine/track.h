// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_TRACK_H
#define ENGINE_TRACK_H

// A track: facts that don't change, and a table of chunks that the disk thread fills and the process thread reads.
// Declared here for the engine, made and filled by io/.

#include "dsp/rt.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define CHUNK_FRAMES 4096 ///< of the track; always interleaved stereo float (mono doubled), 32 KiB

/// Frames of the longest track (12 hours at 48 kHz): positions are 32.32, and some room beyond the end is needed.
#define TRACK_MAX_FRAMES ((INT64_C(1) << 31) - (INT64_C(1) << 26))

typedef struct Track {
  const char* path;  ///< as given, absolute
  const char* title; ///< from the file's tags, or its name without directory and ending
  uint32_t    rate;  ///< Hz
  uint32_t    channels;
  int64_t     frames; ///< as the header says; at most TRACK_MAX_FRAMES

  /// Where the data really ends.  Starts as `frames`; disk lowers it when the file turns out shorter.
  _Atomic int64_t end;

  /// The file can't be read any more: what is in the table may be played, nothing will be added.
  atomic_bool broken;

  size_t                 nchunks;
  _Atomic(const float*)* chunks; ///< [nchunks] CHUNK_FRAMES stereo frames each, or NULL.  Load with acquire.
                                 ///< What was loaded stays valid to the end of the cycle (see Epoch).
} Track;

/// Frame `frame`'s chunk, or NULL where it isn't in the cache.  Pre: 0 <= frame < nchunks * CHUNK_FRAMES.
RT static inline const float*
track_chunk_rt(const Track* t, int64_t frame)
{
  return atomic_load_explicit(&t->chunks[frame / CHUNK_FRAMES], memory_order_acquire);
}

/** Tells the disk thread when a chunk that it has taken out of the tables may be used for something else: once the
 * cycle that may still read it is over.  Odd while a cycle runs, even between two. */
typedef struct {
  _Atomic uint64_t count;
} Epoch;

RT static inline void
epoch_enter_rt(Epoch* e)
{
  atomic_fetch_add_explicit(&e->count, 1, memory_order_seq_cst);
}

RT static inline void
epoch_leave_rt(Epoch* e)
{
  atomic_fetch_add_explicit(&e->count, 1, memory_order_release);
}

/// Call after unpublishing; keep the answer.  Adding nothing puts us in the row of those who change the count: a cycle
/// that begins after this mark sees what was unpublished before it.  Disk thread.
static inline uint64_t
epoch_mark(Epoch* e)
{
  return atomic_fetch_add_explicit(&e->count, 0, memory_order_acq_rel);
}

/// Whether no cycle that was running at `mark` still runs.  Disk thread.
static inline int
epoch_passed(Epoch* e, uint64_t mark)
{
  return !(mark & 1) || atomic_load_explicit(&e->count, memory_order_acquire) != mark;
}

#endif
