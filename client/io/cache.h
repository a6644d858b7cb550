// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef IO_CACHE_H
#define IO_CACHE_H

// The bounded memory that chunks of all tracks live in: blocks of one chunk each, locked, got from the system as they
// are needed.  Disk thread only, except where noted.
//
// A block is free, or holds a chunk that a track's table shows, or is in limbo: taken out of the table, but a cycle
// that began before may still read it.  What was wanted in the last round (cache_begin_round) or is pinned stays; of
// the rest, what has been there longest goes first.

#include "engine/track.h"
#include "io/track_file.h"

typedef struct Cache Cache;

/// The smallest bound that makes sense.
#define CACHE_MIN_MB 1

Status cache_new(Cache** out, size_t mb, Epoch* epoch, Error* error);
void   cache_free(Cache* c); ///< Pre: no track's table shows a block

uint32_t cache_capacity(const Cache* c);   ///< blocks, without those left to others
size_t   cache_bound(const Cache* c);      ///< bytes, with them
uint32_t cache_pinned(const Cache* c);     ///< chunks that pins hold, whether they are there yet or not
size_t   cache_used_bytes(const Cache* c); ///< in tables now.  Any thread

/// The bound is for all that the tracks take: leave `bytes` of it to what open files need, but no more than half.
/// Blocks that are too many are given back to the system as they come free.
void cache_leave(Cache* c, size_t bytes);

/// A new round of looking at all playheads begins: nothing is wanted any more.
void cache_begin_round(Cache* c);

/// Some playhead will read this chunk in `due` engine frames.  Return: whether it is there.
bool cache_want(Cache* c, TrackFile* t, uint32_t index, int64_t due);

/** Memory for a chunk that is due then: free, or evicted from what isn't wanted, or from what is due later.
 * NULL: there is none now; `*waiting` says whether a cycle's end will help. */
float* cache_take(Cache* c, int64_t due, bool* waiting);

/// Show what was taken and filled as chunk `index` / give it back unused.
void cache_put(Cache* c, TrackFile* t, uint32_t index);
void cache_untake(Cache* c);

/// Take all chunks out of a track's table, or one if it is there and no pin holds it.
void cache_drop(Cache* c, TrackFile* t);
void cache_drop_one(Cache* c, TrackFile* t, uint32_t index);

/// Keep chunks first .. last until they are unpinned as often.  false: they don't fit beside the other pins.
bool cache_pin(Cache* c, TrackFile* t, uint32_t first, uint32_t last);
void cache_unpin(Cache* c, TrackFile* t, uint32_t first, uint32_t last);

#endif
