// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_MASTER_RT_H
#define ENGINE_MASTER_RT_H

// What becomes of the mix: inserts, gain, limiter, the master's port and its taps; and what leaves beside it, booth and
// headphones.  Process thread.
//
//   mix -> inserts -> | -> gain -> limiter -> master -> meter, taps
//                     '-> booth gain -> booth
//   PFL and master -> headphones
//
// Inserts and limiter delay.  That is hidden as a deck's plugins are: decks and mixer run ahead of the master's port by
// what lies between, so that everything leaves it on its frame.  Every frame has one number, the engine frame at which
// it leaves the port; `mixed` and `gained` say how far each stage has come.  What leaves beside the master waits for
// its number, so that all ports give the same moment.  The mix gets ahead, and waits again, a little each cycle:
// nothing is cut or heard twice.  While that happens the sound goes around inserts and limiter, in place, and is
// cross-faded then.  With no insert and no limiter nothing is ahead, and nothing is in the path.

#include "engine/delay_rt.h"
#include "engine/gain_rt.h"
#include "engine/limiter_rt.h"
#include "engine/meter_rt.h"
#include "engine/rack_rt.h"
#include "engine/tap_rt.h"

typedef struct {
  uint32_t rate;
  Levels*  levels;
  Queue    gain_queue; ///< by the frame that gets its gain
  Queue    out_queue;  ///< by the frame that leaves
  Rack     rack;
  Tap      tap[TAP_COUNT];
  Meter    meter;
  uint32_t late;

  int64_t mixed;  ///< frame that is mixed next
  int64_t gained; ///< frame that gets its gain next
  Delay   dry, wet, before, after, pfl;

  // Inserts
  uint32_t latency;  ///< of them, as it is accounted for
  uint32_t swaps;    ///< of the rack, as seen
  int64_t  wet_from; ///< frame from which on their output is what it should be
  float    wet_part; ///< how much of it is heard

  // Limiter
  LimiterRt limiter;
  Ramp      ceiling; ///< dB
  bool      limiter_on;
  bool      limits; ///< it runs, be it to fade out
  int64_t   limits_from;
  float     limiter_part; ///< how much of it is heard

  Gain  gain, booth;
  Ramp  cue, cue_mix; ///< dB; 0 cue .. 1 master
  bool  split;
  Glide cue_gain, cue_master_gain, split_gain, split_part;
} MasterRt;

typedef struct {
  float* mix[2];    ///< in; without inserts and limiter it may be `master`
  float* pfl[2];    ///< in; likewise it may be `cue`
  float* master[2]; ///< out
  float* cue[2];    ///< out
  float* booth[2];  ///< out; NULL: not wanted
} MasterIo;

RT void master_init_rt(MasterRt* m, const SincTable* table);

/// Whether a command is the master's.
RT bool master_owns_rt(const Command* c);

/// Take it in at engine frame `now`.  false: no room now.
RT bool     master_take_rt(MasterRt* m, const Command* c, int64_t now, uint64_t seq);
RT uint64_t master_oldest_rt(const MasterRt* m);

/// By how many frames the mix should be ahead of the port.
RT uint32_t master_ahead_rt(const MasterRt* m);

/** How many frames to mix in a cycle of `n` at engine frame `now`.
 * @param most by how much the mix may be ahead at the end
 * @return 0 .. n + MASTER_GROWTH */
RT uint32_t master_wants_rt(const MasterRt* m, int64_t now, uint32_t n, uint32_t most);
#define MASTER_GROWTH 2048

/// Whether a cycle of `n` frames in which as many are mixed passes straight through.
RT bool master_is_straight_rt(const MasterRt* m, int64_t now);

/// Run a cycle of `n` frames at engine frame `now` in which `made` were mixed.
RT void master_run_rt(MasterRt* m, int64_t now, uint32_t n, uint32_t made, const MasterIo* io, Laps* laps);

#endif
