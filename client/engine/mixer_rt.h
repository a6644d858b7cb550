// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_MIXER_RT_H
#define ENGINE_MIXER_RT_H

// The mixer: a strip for each deck, the cross-fader, master, cue bus, and the tap for the recorder.  Process thread.

#include "engine/glide_rt.h"
#include "engine/queue_rt.h"
#include "msg/levels.h"
#include "msg/ring.h"

typedef struct {
  Ramp   fader; ///< linear gain
  bool   mute, pfl;
  Assign assign;
  Glide  gain; ///< to the master: fader, mute and cross-fader
  Glide  cue;  ///< to the cue bus
} Strip;

typedef struct {
  uint32_t rate;
  uint32_t nstrips;
  Levels*  levels;
  Ring*    record; ///< of float[2]
  Queue    queue;
  Strip    strip[MAX_DECKS];
  Ramp     crossfader; ///< -1 .. 1
  Curve    curve;
  Ramp     master, cue; ///< dB
  Ramp     cue_mix;     ///< 0 cue .. 1 master
  Glide    master_gain, cue_gain, cue_master_gain;
  bool     recording;
  uint32_t late;
} MixerRt;

typedef struct {
  const float* deck[MAX_DECKS][2]; ///< NULL: silent
  float*       master[2];
  float*       cue[2];
} MixerIo;

RT void mixer_init_rt(MixerRt* m);

/// Take a command in.  false: no room.
RT bool mixer_take_rt(MixerRt* m, const Command* c, int64_t now, uint64_t seq);

/// Whether a command is the mixer's.
RT bool mixer_owns_rt(const Command* c);

/// Mix one cycle of `n` frames from engine frame `now`.
RT void mixer_run_rt(MixerRt* m, int64_t now, uint32_t n, const MixerIo* io);

/// Gain of one side of the cross-fader at `x` = -1 .. 1.
RT float crossfader_gain_rt(Curve curve, Assign side, float x);

#endif
