// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_MIC_RT_H
#define ENGINE_MIC_RT_H

// The microphone's strip: gain, EQ, inserts, switch; and how far the decks go down while it speaks.  Process thread.
//
// A microphone can't be read ahead.  What came in at engine frame f is mixed into the frame that leaves the master at
// f + delay, where delay is by how much the mix is ahead; so its sound is kept by its frame, and the mix reads it that
// much later.  Where the delay changes, two readings are cross-faded.

#include "engine/delay_rt.h"
#include "engine/gain_rt.h"
#include "engine/meter_rt.h"
#include "engine/rack_rt.h"

#define MIC_HOLD_SECONDS 0.05 ///< it still speaks so long after its last peak

typedef struct {
  uint32_t rate;
  Queue    queue;
  Rack     rack; ///< EQ and inserts
  Meter    meter;
  Gain     gain;
  bool     enabled;
  Glide    gate;   ///< of the switch
  uint32_t mute;   ///< frames until a new plugin has anything to say
  uint32_t silent; ///< frames since anything came in
  uint32_t late;

  // Ducking
  Ramp     duck, threshold; ///< dB
  float    attack, release; ///< ms
  float    peak;            ///< since the last grid point
  uint32_t speaks;          ///< frames until it is over
  float    down;            ///< dB by which the decks are down
  float    way;             ///< dB that attack and release are the times of
  Glide    duck_gain;

  Delay   sound; ///< by engine frame
  float*  ducks; ///< gain of the decks, likewise
  int64_t heard; ///< engine frame from which on `sound` is silence
  int64_t level; ///< ... and `ducks` is 1

  // How the mix reads it
  uint32_t delay, old_delay;
  uint32_t fade; ///< frames that are left of the cross-fade from old_delay
} MicRt;

RT void mic_init_rt(MicRt* m);

/// Whether a command is the microphone's.
RT bool mic_owns_rt(const Command* c);

/// Take it in.  false: no room now.
RT bool     mic_take_rt(MicRt* m, const Command* c, int64_t now, uint64_t seq);
RT uint64_t mic_oldest_rt(const MicRt* m);

/// Run `n` frames that come in at engine frame `now`; in: NULL: silence.
RT void mic_run_rt(MicRt* m, int64_t now, uint32_t n, const float* const in[2], Laps* laps);

/// The mix is to be ahead by `delay` frames.  Return: by how much it may be now.
RT uint32_t mic_follow_rt(MicRt* m, int64_t now, uint32_t delay);

/// Mix it into the `n` frames of `mix`, the first of which leaves the master at engine frame `at`: the decks in it go
/// down, the microphone is added.
RT void mic_mix_rt(MicRt* m, int64_t at, uint32_t n, float* const mix[2]);

/// Frames from the port to the mix, without the delay.
RT uint32_t mic_latency_rt(const MicRt* m);

#endif
