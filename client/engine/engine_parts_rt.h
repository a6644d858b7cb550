// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_ENGINE_PARTS_RT_H
#define ENGINE_ENGINE_PARTS_RT_H

// What the engine is made of, for the files of this folder.  Process thread.

#include "engine/crew_rt.h"
#include "engine/deck_rt.h"
#include "engine/engine_rt.h"
#include "engine/master_rt.h"
#include "engine/mic_rt.h"
#include "engine/mixer_rt.h"

#define ENGINE_NOTICES 64
#define ENGINE_FENCES 16
#define MAX_MADE (MAX_BLOCK + MASTER_GROWTH) ///< frames that decks and mixer make in a cycle, at most

typedef struct {
  uint32_t id;
  uint64_t seq;
} Fence;

struct EngineRt {
  uint32_t  rate;
  uint32_t  ndecks; ///< one more than the highest number in use
  int64_t   frame;  ///< of the clock: frames processed since the start
  uint64_t  seq;    ///< commands read since the start
  Ring*     commands;
  Ring*     notices;
  Levels*   levels;
  Epoch*    epoch;
  Playhead* playheads;
  DeckRt*   deck[MAX_DECKS]; ///< NULL: there is none of this number
  float*    spare[4];        ///< master and cue, where nobody wants them, or while the mix is ahead.  MAX_MADE frames
  MixerRt   mixer;
  CrewRt*   crew;
  MicRt     mic;
  MasterRt  master;
  Laps      laps; ///< of the plugins of microphone and master, this cycle

  uint64_t handed; ///< decks that have got the command for several decks that is first in the ring
  Fence    fence[ENGINE_FENCES];
  uint32_t nfences;
  Notice   mail[ENGINE_NOTICES]; ///< own notices that wait for room
  uint32_t nmail;
};

/// Read the command ring and hand the commands on.
RT void dispatch_rt(EngineRt* e);

/// Send what decks and engine have to say, as far as there is room.
RT void send_notices_rt(EngineRt* e);

/// Let go of decks that have given back all they had.  After the cycle: their buses are read until then.
RT void drop_decks_rt(EngineRt* e);
/// Say what is new of the plugins of microphone and master: their latency, and those taken out.
RT void show_chains_rt(EngineRt* e);

/// Queue a notice of the engine's own.
RT void engine_notice_rt(EngineRt* e, const Notice* n);

#endif
