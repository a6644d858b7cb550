// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_STATE_H
#define CONTROL_STATE_H

// What the parts of the control thread share.  Only files of this folder include it.

#include "control/allowed.h"
#include "control/call.h"
#include "control/control.h"
#include "control/flow.h"
#include "control/groups.h"
#include "control/heap.h"
#include "control/meters.h"
#include "control/notices.h"
#include "control/params.h"
#include "control/stats.h"
#include "control/subscribers.h"
#include "control/tickets.h"
#include "control/timetag.h"

#include <stdatomic.h>

/// How far ahead of its frame a command enters the ring: the chain's latency and a block must fit in.
#define RING_LEAD 32768

/// Seconds that a deck may need from its track or place to an exact start.
#define PRIMING_SECONDS 0.1

/// Calls for the future begin so many seconds before their time: data is pinned, tracks are handed over.
#define CALL_LEAD_SECONDS 2.0

enum {
  SEEK_PINS    = PIN_HOT_CUE - PIN_SEEK,
  RECORD_QUEUE = MAX_DECKS, ///< after those of the decks
  SCORE_QUEUE,
  GROUPS_QUEUE, ///< in the order of QueueKind
  INSERT_QUEUE, ///< one for each chain
  QUEUE_COUNT = INSERT_QUEUE + MAX_CHAINS
};

/// What control knows of a stem's track.
typedef struct {
  Track*   track; ///< NULL: none.  The engine's: only to be named in requests
  char*    path;
  int64_t  frames;
  uint32_t rate;
} Stem;

/// A deck as control has told it to be.
typedef struct {
  Stem    stem[MAX_STEMS];
  int     loading;              ///< how many loads are under way
  int64_t cue;                  ///< frames of the track
  int64_t loop_start, loop_end; ///< loop_end 0: there is none
  bool    loop_on, repeat;
  int64_t hot_cue[MAX_HOT_CUES]; ///< < 0: not set
  int64_t ready_at;              ///< engine frame from which on it surely is primed
  int64_t set_going;             ///< engine frame up to which a command may yet start it
  int64_t seek_until[SEEK_PINS]; ///< engine frame up to which the pin is needed
  int     coming_state;          ///< a DeckState that a command on its way brings
  int64_t coming_state_until;    ///< engine frame from which on it is seen in the levels
  int64_t coming_frame;          ///< likewise of the track
  int64_t coming_frame_until;
  int64_t plan_at;    ///< engine frame at which the last of the commands on their way sets it on its course
  double  plan_frame; ///< frame of the track at which it is then
  bool    plan_plays;
  int     next_seek;
} Deck;

/// Calls in order; the first is the one being carried out.
typedef struct {
  Call** calls;
  size_t count, room;
} Queue;

/// A command and the score that gave it, NULL: none.
typedef struct {
  Command      command;
  const Score* score;
} Outgoing;

/// What found its deck's queue in the engine full, in order.
typedef struct {
  Outgoing* list;
  size_t    count, room;
} Aside;

typedef struct {
  bool         on;
  char*        path;
  bool         fence_passed;
  bool         failed;        ///< it came to an end by itself: the file is closed
  bool         begun;         ///< its first frame has come: levels say when
  const Track* in[MAX_DECKS]; ///< which track of each deck is in the cue sheet; only to be compared
} Recording;

/// What is kept while one engine takes another's place: see control_move_begin.
typedef struct {
  int64_t  from; ///< engine frame at which that happens
  uint32_t rate; ///< of the old one
  uint32_t decks;
  uint64_t plays; ///< bit d: deck d
  char*    text;
  bool     pending; ///< the text is being carried out; then what played goes on
  char*    folder;  ///< with what plugins keep, until they have it again; NULL: none
} Moving;

/// Another part's work on this thread.
typedef struct {
  int         fd;
  ControlTurn turn;
  void*       data;
} Attached;

struct Control {
  Ops      ops;
  Params*  params;
  Heap*    out;     ///< of Outgoing: waiting for the ring
  Aside    aside;   ///< likewise
  Heap*    echoes;  ///< of Outgoing: to be shown in params when their frame comes
  Heap*    futures; ///< of Call*: not begun
  Flow     flow;
  bool     held; ///< something due waits for the process thread to read
  bool     full; ///< because the ring is
  Tickets  tickets;
  uint64_t present;  ///< bit d: deck d is there
  uint64_t expected; ///< that a score being checked will add
  uint64_t leaving;  ///< likewise: the engine has yet to let go of it
  Deck     decks[MAX_DECKS];
  Group    groups[MAX_GROUPS];
  Queue    queues[QUEUE_COUNT];

  uint64_t        clips_before[MAX_CHAINS]; ///< at the last /clips/reset
  Recording       recording;
  Score*          score;
  size_t          refused; ///< how many commands of scores failed
  struct Session* session;
  struct Midi*    midi;
  struct Osc*     osc;
  Allowed         allowed;
  TimeTags        timetags;
  Stats           stats;
  Notices         notices;
  Meters          meters;
  Subscribers     subscribers;

  const Sender* asker;    ///< who is being answered a /get, for meters
  Ear*          listener; ///< of the subscription that is being served, likewise

  Moving      moving;
  Attached    attached[MAX_ATTACHED];
  int         nattached;
  bool        running; ///< the queues are being gone through
  uint32_t    fence;   ///< the last one sent
  atomic_bool quitting;
};

static inline int64_t
now_of(const Control* c)
{
  return c->ops.frame_now(c->ops.self);
}

static inline bool
deck_exists(const Control* c, const uint32_t deck)
{
  return c->present >> deck & 1;
}

static inline int64_t
frames_of(const Control* c, double seconds)
{
  const double frames = seconds * (double)c->ops.rate;
  return (int64_t)(frames + (frames < 0.0 ? -0.5 : 0.5));
}

/// The same in frames; at low rates they begin earlier, since commands enter the ring so many frames before their time.
static inline int64_t
call_lead(const Control* c)
{
  const int64_t lead = frames_of(c, CALL_LEAD_SECONDS);
  return lead > 2 * RING_LEAD ? lead : 2 * RING_LEAD;
}

// dispatch.c

/// Take in a command.  It is answered sooner or later, at once where it is wrong.
void control_submit(Control* c, const Words* w, const char* folder, const Sender* sender, int64_t at);

/// Whether the files that `call` names may be used by who sent it; see allowed.h.
Status control_check_paths(const Control* c, const Call* call, const Sender* sender, Error* error);

/// The same with a call that was made before.
void control_submit_call(Control* c, Call* call);

/// Begin the calls whose time is near, go on with those that waited.
void control_run_calls(Control* c);

// outgoing.c

/// Carry out `call`'s command at engine frame `at` (or AT_NOW).  false: too many wait; the call was answered.
bool control_command(Control* c, const Call* call, int64_t at, const Command* command);

/// Move what is due into the command ring; whether something due had no room.
bool control_fill_ring(Control* c);

/// Take back commands that aren't in the ring yet; `element` is an Outgoing, which `unwanted` may change.
void control_remove_commands(Control* c, bool (*unwanted)(void* data, void* element), void* data);

// dispatch.c

/// Free calls that nobody wants, and the tracks that they hold.
void control_drop_call(Control* c, Call* call);

/// Forget what `score` has given and the process thread doesn't know of yet.
void control_cancel_score(Control* c, const Score* score);

// move.c

/// Every turn of the loop.
void move_turn(Control* c);

// commands_deck.c

/// As if nothing had ever been done to it.
void deck_reset(Control* c, uint8_t deck);

/// The engine has let go of it: its number is free.
void deck_retired(Control* c, const Notice* n);

// deck_state.c

/// Deck `deck`'s first loaded stem, NULL: it is empty, and the call was answered so.
const Stem* deck_loaded(Control* c, const Call* call, uint8_t deck);
const Stem* deck_stem(const Control* c, uint8_t deck);                       ///< likewise, no answer
int64_t     deck_length(const Control* c, uint8_t deck);                     ///< frames of the longest stem
int64_t     deck_position(const Control* c, uint8_t deck);                   ///< frames of the track, heard now
double      deck_heard(const Control* c, uint8_t deck);                      ///< the same with its fraction
double      deck_frame_at(const Control* c, uint8_t deck, int64_t at);       ///< and then, about: speed and loops aside
int         deck_state(const Control* c, uint8_t deck);                      ///< a DeckState
void        deck_put(Control* c, uint8_t deck, uint8_t stem, const Stem* s); ///< another track, or NULL: none
void        deck_will_move(Control* c, uint8_t deck, int64_t at);            ///< a start is on its way
void        deck_will_be(Control* c, const Command* command);                ///< soon: read as if it had been
void        deck_plan(Control* c, const Command* command);                   ///< at its time, for deck_frame_at
bool        deck_plays_at(const Control* c, uint8_t deck, int64_t at);       ///< and then
bool        deck_is_idle(const Control* c, uint8_t deck); ///< doesn't play, and nothing on its way starts it

#endif
