// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef MSG_COMMAND_H
#define MSG_COMMAND_H

// What the control thread tells the process thread: one Command an element of the command ring.
// Decks and stems count from 0 here (from 1 in everything people see).  Track positions are frames of the track at the
// track's own rate; times are frames of the engine's clock, which counts JACK's frames since the engine started.

#include "msg/limits.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct Track  Track;  // engine/track.h
typedef struct Plugin Plugin; // engine/plugin.h
struct DeckRt;                // engine/deck_rt.h

#define AT_NOW INT64_MIN ///< as soon as it is read

typedef enum {
  COMMAND_TRACK,  ///< .track  put a track on a stem; the one before is retired
  COMMAND_PLAY,   ///< deck
  COMMAND_PAUSE,  ///< deck
  COMMAND_STOP,   ///< deck    pause, back to the cue point, primed
  COMMAND_TOGGLE, ///< deck    play or pause
  COMMAND_SEEK,   ///< .seek
  COMMAND_CUE,    ///< .seek   set the cue point (frame < 0: here); a deck that doesn't play goes there and is primed
  COMMAND_CUE_GO, ///< deck    go to the cue point; playing goes on
  COMMAND_LOOP,   ///< .loop   set start and end, on
  COMMAND_LOOP_ENABLE, ///< .toggle
  COMMAND_REPEAT,      ///< .toggle
  COMMAND_PARAM,       ///< .param  any continuous or switched control of the engine's own
  COMMAND_PORT,        ///< .port   a control port of a hosted plugin
  COMMAND_PLUGIN,      ///< .plugin put an instance into a slot; the one before is retired
  COMMAND_START,       ///< .decks  start these decks on one frame, and stop others on it
  COMMAND_DECK_ADD,    ///< .memory a new deck, empty, its mixer strip at the defaults
  COMMAND_DECK_REMOVE, ///< deck    fades out, gives back all that it has, then itself
  COMMAND_STOP_ALL,    ///<         every deck, as COMMAND_STOP
  COMMAND_RECORD,      ///< .toggle the master goes to the recorder's ring from this frame on, or no longer
  COMMAND_STATS_RESET,
  COMMAND_QUIT_FENCE, ///<         answered with NOTICE_FENCE: all commands before it have been carried out
} CommandKind;

/// The engine's own controls.  Those marked * are per deck, + per deck and stem.
typedef enum {
  PARAM_SPEED,           ///< * frames per frame, 0.25 .. 4
  PARAM_PITCH,           ///< * semitones, -12 .. 12
  PARAM_KEYLOCK,         ///< * 0, 1
  PARAM_TRIM,            ///< * dB, -24 .. 12
  PARAM_FADER,           ///< * linear gain, 0 .. 1
  PARAM_MUTE,            ///< * 0, 1
  PARAM_PFL,             ///< * 0, 1
  PARAM_ASSIGN,          ///< * an Assign
  PARAM_STEM_GAIN,       ///< + dB, -60 .. 12
  PARAM_STEM_MUTE,       ///< + 0, 1
  PARAM_STEM_SOLO,       ///< + 0, 1
  PARAM_CROSSFADER,      ///<   -1 .. 1
  PARAM_CURVE,           ///<   a Curve
  PARAM_MASTER_GAIN,     ///<   dB, -60 .. 12
  PARAM_CUE_GAIN,        ///<   dB, -60 .. 12
  PARAM_CUE_MIX,         ///<   0 cue .. 1 master
  PARAM_CUE_SPLIT,       ///<   0, 1
  PARAM_BOOTH_GAIN,      ///<   dB, -60 .. 12
  PARAM_LIMITER,         ///<   0, 1
  PARAM_CEILING,         ///<   dB, -24 .. 0, of the limiter
  PARAM_LIMITER_RELEASE, ///< ms, 10 .. 2000
  PARAM_MIC_GAIN,        ///< dB, -24 .. 24, before the microphone's EQ
  PARAM_MIC_ENABLE,      ///< 0, 1
  PARAM_DUCK,            ///< dB, 0 .. 60: by how much the decks go down while the microphone speaks
  PARAM_DUCK_THRESHOLD,  ///< dB, -80 .. 0: from which peak on it speaks
  PARAM_DUCK_ATTACK,     ///< ms, 1 .. 2000: for all of the way down
  PARAM_DUCK_RELEASE,    ///< ms, 10 .. 10000: for all of the way back
  PARAM_COUNT
} Param;

typedef enum { ASSIGN_THRU, ASSIGN_A, ASSIGN_B } Assign;
typedef enum { CURVE_LINEAR, CURVE_POWER, CURVE_CUT } Curve;

typedef struct {
  Track*  track; ///< NULL: take the stem off.  The reference passes to the engine
  uint8_t stem;
} CommandTrack;

typedef struct {
  int64_t frame;    ///< of the track
  bool    relative; ///< `frame` is added to where the deck is
} CommandSeek;

typedef struct {
  int64_t start, end; ///< frames of the track, start < end
} CommandLoop;

typedef struct {
  bool on;
} CommandToggle;

typedef struct {
  Param    param;
  uint8_t  stem;
  float    value;       ///< in the param's unit
  uint32_t ramp_frames; ///< 0: at once (de-zippered); else linear in the param's unit from where it is
} CommandParam;

typedef struct {
  uint8_t  slot;
  uint32_t port;  ///< index in the plugin's port table
  float    value; ///< in the port's unit
  uint32_t ramp_frames;
} CommandPort;

typedef struct {
  uint8_t slot;
  Plugin* plugin; ///< NULL: empty the slot.  Ownership passes to the engine until it is retired
} CommandPlugin;

typedef struct {
  uint64_t mask; ///< bit N: deck N
  uint64_t stop; ///< decks to stop on the same frame, none of `mask`
} CommandDecks;

typedef struct {
  struct DeckRt* deck; ///< from engine_new_deck.  Ownership passes to the engine until it is retired
} CommandDeck;

typedef struct {
  int64_t  at;         ///< engine frame at which it is heard, or AT_NOW; past: at once, and counted as late
  uint16_t kind;       ///< a CommandKind
  uint8_t  deck;       ///< where the kind has one; of a plugin: the chain, a deck's, CHAIN_MIC or CHAIN_MASTER
  bool     takes_back; ///< a stop: starts to come that were given before it are forgotten ...
  bool     kept;       ///< ... but for those with this
  union {
    CommandTrack  track;
    CommandSeek   seek;
    CommandLoop   loop;
    CommandToggle toggle;
    CommandParam  param;
    CommandPort   port;
    CommandPlugin plugin;
    CommandDecks  decks;
    CommandDeck   memory;
    uint32_t      fence; ///< comes back in the NOTICE_FENCE
  };
} Command;

#endif
