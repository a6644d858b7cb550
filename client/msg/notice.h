// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef MSG_NOTICE_H
#define MSG_NOTICE_H

// What the process thread tells the control thread, which polls.  Decks count from 0.

#include "msg/command.h"

typedef enum {
  NOTICE_TRACK_RETIRED,  ///< .track   the engine holds no pointer to it any more: free it
  NOTICE_PLUGIN_RETIRED, ///< .plugin  likewise
  NOTICE_DECK_RETIRED,   ///< .memory  likewise: the deck is gone; its tracks and plugins came before
  NOTICE_STATE,          ///< .state   a deck changed state
  NOTICE_STARVED,        ///< .starve  a deck had no data; fades in again when it has
  NOTICE_BROKEN,         ///< .starve  a deck stopped because its file ended early or vanished
  NOTICE_LATENCY,        ///< .latency a chain reports another latency: a deck's, CHAIN_MIC or CHAIN_MASTER
  NOTICE_OVERRUN,        ///< .overrun a cycle took over 90 % of its budget
  NOTICE_FENCE,          ///< .fence
} NoticeKind;

typedef enum { DECK_EMPTY, DECK_LOADING, DECK_CUED, DECK_PLAYING, DECK_PAUSED } DeckState;

/// The stages of a cycle that are timed.
typedef enum { STAGE_READ, STAGE_PITCH, STAGE_EQ, STAGE_INSERTS, STAGE_MIX, STAGE_COUNT } Stage;

typedef struct {
  int64_t  at; ///< engine frame
  uint16_t kind;
  uint8_t  deck;
  union {
    Track*         track;
    Plugin*        plugin;
    struct DeckRt* memory;
    struct {
      uint8_t state; ///< a DeckState
    } state;
    struct {
      int64_t frame; ///< of the track
    } starve;
    struct {
      uint32_t frames;
    } latency;
    struct {
      float   cycle_us, budget_us;
      uint8_t stage; ///< the Stage that took most
      uint8_t deck;  ///< the deck that took most
    } overrun;
    uint32_t fence;
  };
} Notice;

#endif
