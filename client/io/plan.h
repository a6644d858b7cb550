// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef IO_PLAN_H
#define IO_PLAN_H

// What to read next: looks at all playheads and pins, tells the cache what is wanted, and lists what is missing, the
// most urgent first.
//
// A playing deck has two seconds of output ahead, and is read on in pieces of 64 Ki frames beyond that.  A paused one
// has half a second.  Where a loop is on, what comes after its end is its start; a little of what follows the loop is
// kept too, for when it is switched off.  Where a deck has jumped away, what it was reading stays for a moment.  Where
// all that doesn't fit the cache everybody has less.

#include "engine/playhead.h"
#include "io/cache.h"
#include "io/pins.h"

#define RUN_CHUNKS 16u ///< read in one go: 64 Ki frames

/// Chunks to read one after the other.
typedef struct {
  TrackFile* track;
  uint32_t   first, count;
  int64_t    due;  ///< engine frames until the first is needed
  int64_t    step; ///< engine frames from one to the next
} Job;

typedef struct {
  Playhead* const*  playheads;
  uint32_t          decks;
  uint32_t          rate;   ///< of the engine, Hz
  TrackFile* const* tracks; ///< all that are alive: others in a playhead are passed over
  uint32_t          ntracks;
  int64_t           now_ns; ///< of any clock
} PlanView;

#define PLAN_JOBS (MAX_DECKS * MAX_STEMS + 32)

/// Where a deck was seen last, and which place it has left by a jump: it still fades out there.
typedef struct {
  const Track* track; ///< only to be compared
  int64_t      frame, left;
  int64_t      until_ns;
} Trail;

typedef struct {
  Job      jobs[PLAN_JOBS];
  uint32_t njobs;
  Trail    trail[MAX_DECKS][MAX_STEMS];
} Plan;

/// Begins a round of the cache.  Disk thread.
void plan_make(Plan* plan, const PlanView* view, Cache* cache, const Pins* pins);

#endif
