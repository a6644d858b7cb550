// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

// The mixing engine, set up.  What runs on the process thread is in engine_rt.h.

#include "base/status.h"
#include "engine/crew.h"
#include "engine/engine_rt.h"
#include "engine/playhead.h"
#include "engine/tap_rt.h"
#include "msg/levels.h"
#include "msg/ring.h"

typedef struct {
  uint32_t rate;  ///< Hz
  uint32_t decks; ///< 1 .. MAX_DECKS to begin with, numbers from 0
  bool     fine;  ///< decks read with SINC_32, else with SINC_16
  int64_t  frame; ///< that its clock begins with
} EngineConfig;

typedef struct Engine Engine;
typedef struct DeckRt DeckRt;

/// A new engine with empty decks and all controls at their defaults.  Everything that its process thread will touch is
/// allocated here, for MAX_BLOCK.  Control thread.
Status engine_new(Engine** out, const EngineConfig* config, Error* error);

/// Pre: nobody runs it.  Tracks and plugins that are still in it are listed as retired in its notice ring first: read
/// those.
void engine_retire_all(Engine* e);
void engine_free(Engine* e);

/// Have decks run on `threads` threads, that of engine_run_rt counted; 0: as many as there are cores for.  Of these,
/// each cycle wakes as many as its decks are worth; what comes out is the same.  Not OK: it runs on one, `error` says
/// why. Stops those there were.  Pre: nobody runs it.  Control thread.
Status engine_start_threads(Engine* e, const CrewMaker* maker, uint32_t threads, Error* error);
void   engine_stop_threads(Engine* e); ///< Pre: nobody runs it

EngineRt* engine_rt(Engine* e);       ///< for who runs it
Ring*     engine_commands(Engine* e); ///< of Command; the control thread writes
Ring*     engine_notices(Engine* e);  ///< of Notice; the control thread reads
Levels*   engine_levels(Engine* e);
Playhead* engine_playhead(Engine* e, uint32_t deck); ///< the disk thread reads
Epoch*    engine_epoch(Engine* e);
Tap*      engine_tap(Engine* e, TapKind kind);
Ring*     engine_record_ring(Engine* e); ///< of float[2], the master; the disk thread reads
uint32_t  engine_rate(const Engine* e);

/// An empty deck for COMMAND_DECK_ADD, all its memory touched, NULL: there is none.  The engine's until it comes back
/// in a NOTICE_DECK_RETIRED, then to be freed.  Control thread.
DeckRt* engine_new_deck(Engine* e, uint32_t number);
void    engine_free_deck(DeckRt* deck);

#endif
