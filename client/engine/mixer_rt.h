// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_MIXER_RT_H
#define ENGINE_MIXER_RT_H

// The mixer: a strip for each deck and the cross-fader; it makes the mix and what is listened to before the faders.
// What becomes of both is in master_rt.h.  Process thread.

#include "engine/glide_rt.h"
#include "engine/queue_rt.h"
#include "msg/limits.h"

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
  Queue    queue;
  Strip    strip[MAX_DECKS];
  Ramp     crossfader; ///< -1 .. 1
  Curve    curve;
  uint32_t late;
} MixerRt;

typedef struct {
  const float* deck[MAX_DECKS][2]; ///< NULL: silent
  float*       mix[2];
  float*       pfl[2];
} MixerIo;

RT void mixer_init_rt(MixerRt* m);

/// A strip as it was at the start, and what waits for it dropped: its deck is a new one.
RT void mixer_forget_rt(MixerRt* m, uint8_t deck);

/// Take a command in.  false: no room.
RT bool mixer_take_rt(MixerRt* m, const Command* c, int64_t now, uint64_t seq);

/// Whether a command is the mixer's.
RT bool mixer_owns_rt(const Command* c);

/// Mix `n` frames, the first of which is heard at engine frame `now`.
RT void mixer_run_rt(MixerRt* m, int64_t now, uint32_t n, const MixerIo* io);

/// Gain of one side of the cross-fader at `x` = -1 .. 1.
RT float crossfader_gain_rt(Curve curve, Assign side, float x);

#endif
