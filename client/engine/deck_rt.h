// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_DECK_RT_H
#define ENGINE_DECK_RT_H

// A deck: transport, path, chain and trim.  It shares nothing with other decks, so that they can run side by side.
// Process thread.
//
// Two clocks: engine frames `now` (arguments), and deck frames (path.now), which stand still while the deck does.  What
// is heard at deck frame c was read for c - (latency of EQ and inserts); path.history knows what that was.
//
// A deck that stands still is primed: its chain has run up to the frame where it would be heard, is frozen there, and
// goes on when it plays.  STALE -> SILENCE (what rings dies away) -> WAIT (for data) -> FILL (the latency) -> READY.

#include "engine/chain_rt.h"
#include "engine/delay_rt.h"
#include "engine/meter_rt.h"
#include "engine/path_rt.h"
#include "engine/playhead.h"
#include "engine/queue_rt.h"
#include "msg/levels.h"

#define DECK_FADE 64     ///< frames of the fade at start and stop
#define DECK_NOTICES 64  ///< that wait for the engine to send them
#define DECK_EARLY 24576 ///< frames by which a deck that stands still carries out what would otherwise be on time

typedef enum { PRIME_STALE, PRIME_SILENCE, PRIME_WAIT, PRIME_FILL, PRIME_READY } Prime;

/// What happens when the output has faded out.
typedef enum {
  AFTER_REST,   ///< stand still here
  AFTER_CUE,    ///< ... and go to the cue point
  AFTER_TRACK,  ///< carry out `held`, a COMMAND_TRACK
  AFTER_PLUGIN, ///< carry out `held`, a COMMAND_PLUGIN, and go on playing if it does
  AFTER_REMOVE, ///< give back all that it has
} After;

typedef struct DeckRt {
  uint8_t   number;
  uint32_t  rate; ///< of the engine, Hz
  Levels*   levels;
  Playhead* playhead;
  float*    bus[2];     ///< [MAX_MADE] to play into where no port is there for it
  Delay     port_delay; ///< what it made ahead of its time, for its port

  Queue queue;
  Path  path;
  Chain chain;

  DeckState state;
  bool      running; ///< the chain runs and is heard, if only for its fade-out
  bool      closing; ///< the output fades out
  After     after;
  Command   held;
  bool      leaving;       ///< it is being removed
  bool      gone;          ///< ... and has given back all it had
  uint64_t  seq, held_seq; ///< number of the command carried out last, and of the one that is held
  bool      wants_play;    ///< play as soon as it is ready
  float     gate;          ///< of the output, 0 .. 1
  uint32_t  mute;          ///< frames of output that belong to nobody
  uint32_t  rest_latency;  ///< EQ and inserts, as it is accounted for
  uint32_t  ahead;         ///< frames by which the mix will be ahead of what is heard after this cycle
  int64_t   end_at;        ///< deck frame at which the end of the track has been heard; INT64_MAX: not in sight

  /// What a pause fades out over: heard again when it goes on, since the chain has run past it.
  float    replay[2][DECK_FADE];
  uint32_t nreplay; ///< frames in it, the last `replay_left` of which are still to be heard
  uint32_t replay_left;
  bool     keeps; ///< the fade-out goes into it

  Prime    prime;
  uint32_t prime_left;
  SincPos  rest; ///< where it stands, in the track
  int64_t  cue;

  float speed;      ///< asked for
  Ramp  speed_ramp; ///< that began while it stood still
  Ramp  pitch;      ///< semitones
  Ramp  trim;       ///< dB
  Glide trim_glide;

  Notice   notices[DECK_NOTICES];
  uint32_t nnotices;

  // Of this cycle
  bool     sounds; ///< something was written to the bus
  uint32_t late;
  uint32_t lost; ///< notices that found no room
  Meter    meter;
  Laps     laps;
  int64_t  ns;
} DeckRt;

RT void deck_init_rt(DeckRt* d);

/** Run one cycle of `n` frames from engine frame `now` into the two planes of `bus`.
 * @param fill write silence too; else `bus` is left alone when `sounds` is false */
RT void deck_run_rt(DeckRt* d, int64_t now, uint32_t n, float* const bus[2], bool fill);

/// Take a command in.  false: no room, and none could be made.  (Commands of other parts are not given to it.)
RT bool deck_take_rt(DeckRt* d, const Command* c, int64_t now, uint64_t seq);

/// The lowest number of a command not carried out yet, UINT64_MAX: none.
RT uint64_t deck_oldest_rt(const DeckRt* d);

/// Where it is heard now, in the track.
RT SincPos deck_heard_rt(const DeckRt* d);

// Within the deck

RT void    deck_command_rt(DeckRt* d, const Command* c, int64_t now, int64_t due, bool scheduled);
RT int64_t deck_next_rt(DeckRt* d, int64_t now, uint16_t* which); ///< when a command is due next; which, if it is now
RT void    deck_prime_rt(DeckRt* d, uint32_t budget);
RT void    deck_start_rt(DeckRt* d, int64_t now, int64_t due, bool scheduled);
RT void    deck_restart_rt(DeckRt* d, SincPos heard);
RT void    deck_close_rt(DeckRt* d, After after);
RT void    deck_closed_rt(DeckRt* d, int64_t now);
RT void    deck_stale_rt(DeckRt* d);
RT void    deck_state_rt(DeckRt* d, DeckState state, int64_t now);
RT void    deck_place_rt(DeckRt* d, SincPos pos);
RT void    deck_notice_rt(DeckRt* d, const Notice* n);
RT void    deck_show_rt(DeckRt* d, int64_t now, uint32_t n);
RT bool    deck_has_room_rt(const DeckRt* d); ///< for the notices of a command that retires something
RT void    deck_swap_track_rt(DeckRt* d, uint8_t stem, Track* track, int64_t now);
RT void    deck_drop_leaving_rt(DeckRt* d, int64_t now); ///< Pre: not running
RT void    deck_drop_faded_rt(DeckRt* d, int64_t now);   ///< a plugin that has given way
RT void    deck_leave_rt(DeckRt* d, int64_t now);        ///< Pre: leaving, not running
RT void    deck_swap_plugin_rt(DeckRt* d, uint8_t slot, Plugin* plugin, int64_t now);
RT SincPos deck_step_rt(const DeckRt* d, float speed);

#endif
