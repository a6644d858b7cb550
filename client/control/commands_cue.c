// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/commands.h"
#include "control/state.h"

#include <math.h>

// Where a deck is to go, its data is pinned in the cache first; the command goes out when the disk thread says it is
// there.  So each of these runs twice: phase 0 asks, phase 1 acts.

/// Shortest loop, seconds.
static const double MIN_LOOP        = 0.001;
static const double MIN_LOOP_FRAMES = 16.0; ///< and of the track

/// How much earlier than estimated a jump's data is pinned, seconds.
static const double JUMP_MARGIN = 0.02;

/// Loops up to this are kept as a whole: wherever in its round a deck comes in, the data is there.  Seconds.
static const double SHORT_LOOP = 4.0;

/// Offline, where every cycle has all it needs, these too, if there is room.
static const double OFFLINE_LOOP = 120.0;

/// Have `length` frames (0: some) from `frame` on of all of the deck's stems kept under a pin slot.
static void
pin_all(Control* const c, Call* const call, const int slot, const int64_t frame, const int64_t length)
{
  for (uint8_t s = 0; s < MAX_STEMS; ++s) {
    Track* const track = c->decks[call->deck].stem[s].track;
    if (track) {
      Request r = {.kind   = REQUEST_PIN,
                   .deck   = call->deck,
                   .stem   = s,
                   .pin    = (uint8_t)slot,
                   .frame  = frame,
                   .length = length,
                   .track  = track};
      control_ask(c, call, &r);
    }
  }
  call->phase    = 1;
  call->for_time = false;
}

static void
pin(Control* const c, Call* const call, const int slot, const int64_t frame)
{
  pin_all(c, call, slot, frame, 0);
}

/// What each of them begins with.  Return: the deck's track; NULL: `*progress` is the end of this turn, its data isn't
/// there yet, or the call was answered.
static const Stem*
ready(Control* const c, Call* const call, Progress* const progress)
{
  *progress = call->waiting ? CALL_WAITS : CALL_DONE;
  if (call->waiting) {
    return NULL;
  }
  const Stem* const s = deck_loaded(c, call, call->deck);
  if (s && call->status) { // the pins were refused
    answer_error(c, call, "%s", call->error.text);
    return NULL;
  }
  return s;
}

/// Seconds of argument `i` as a frame of the track.  false: beyond its end; the call was answered.
static bool
place(Control* const c, Call* const call, const int i, const Stem* const s, int64_t* const frame)
{
  const int64_t length = deck_length(c, call->deck);
  *frame               = llround(call->values[i].number * s->rate);
  if (*frame > length) {
    answer_error(c, call, "%s must be 0 .. %.10g s, the length of the track, not %.10g", call->entry->args[i].name,
                 (double)length / s->rate, call->values[i].number);
    return false;
  }
  return true;
}

/// Where the deck will be at the call's time, about.
static int64_t
here(const Control* const c, const Call* const call)
{
  const int64_t length = deck_length(c, call->deck);
  const double  frame  = deck_frame_at(c, call->deck, call->at == AT_NOW ? now_of(c) : call->at);
  return frame < 0.0 ? 0 : frame > (double)length ? length : (int64_t)frame;
}

/// The next of the pins for seeks.  false: they are all needed until later.
static bool
take_seek_pin(Control* const c, Call* const call, int* const slot)
{
  Deck* const   d   = &c->decks[call->deck];
  const int64_t now = now_of(c);
  if (call->at != AT_NOW && call->at > now && d->seek_until[d->next_seek] > now) {
    call->for_time = true;
    return false;
  }
  *slot                       = PIN_SEEK + d->next_seek;
  d->seek_until[d->next_seek] = (call->at == AT_NOW ? now : call->at) + MAX_BLOCK;
  d->next_seek                = (d->next_seek + 1) % SEEK_PINS;
  return true;
}

static Progress
send_command(Control* const c, Call* const call, const Command* const command)
{
  if (control_command(c, call, call->at, command)) {
    if (deck_state(c, call->deck) != DECK_PLAYING && call->at == AT_NOW) { // it runs ahead from its new place
      c->decks[call->deck].ready_at = now_of(c) + frames_of(c, PRIMING_SECONDS);
    }
    answer_ok(c, call, NULL, 0);
  }
  return CALL_DONE;
}

Progress
run_seek(Control* const c, Call* const call)
{
  Progress          progress;
  const Stem* const s = ready(c, call, &progress);
  if (!s) {
    return progress;
  }
  if (call->phase == 0) {
    int slot = 0;
    if (!place(c, call, 0, s, &call->target)) {
      return CALL_DONE;
    }
    if (take_seek_pin(c, call, &slot)) {
      pin(c, call, slot, call->target);
    }
    return CALL_WAITS;
  }
  const Command command = {.kind = COMMAND_SEEK, .deck = call->deck, .seek = {call->target, false}};
  return send_command(c, call, &command);
}

Progress
run_jump(Control* const c, Call* const call)
{
  Progress          progress;
  const Stem* const s = ready(c, call, &progress);
  if (!s) {
    return progress;
  }
  const int64_t by = llround(call->values[0].number * s->rate);
  if (call->phase == 0) {
    int           slot   = 0;
    const int64_t length = deck_length(c, call->deck);
    const int64_t to     = here(c, call) + by - llround(JUMP_MARGIN * s->rate);
    if (take_seek_pin(c, call, &slot)) {
      pin(c, call, slot, to < 0 ? 0 : to > length ? length : to);
    }
    return CALL_WAITS;
  }
  const Command command = {.kind = COMMAND_SEEK, .deck = call->deck, .seek = {by, true}};
  return send_command(c, call, &command);
}

/// Ask for the place that a mark is to be set to: that of the call's argument, else here.
static Progress
pin_mark(Control* const c, Call* const call, const int slot, const Stem* const s)
{
  if (!call->count) {
    call->target = here(c, call);
  } else if (!place(c, call, 0, s, &call->target)) {
    return CALL_DONE;
  }
  pin(c, call, slot, call->target);
  return CALL_WAITS;
}

Progress
run_cue(Control* const c, Call* const call)
{
  Progress          progress;
  const Stem* const s = ready(c, call, &progress);
  if (!s) {
    return progress;
  }
  if (call->phase == 0) {
    return pin_mark(c, call, PIN_CUE, s);
  }
  const bool    later      = !call->count && call->at != AT_NOW; // where it is then is for the engine to say
  const Command command    = {.kind = COMMAND_CUE, .deck = call->deck, .seek = {later ? -1 : call->target, false}};
  c->decks[call->deck].cue = call->target;
  return send_command(c, call, &command);
}

Progress
run_cue_go(Control* const c, Call* const call)
{
  const Command command = {.kind = COMMAND_CUE_GO, .deck = call->deck};
  return deck_loaded(c, call, call->deck) ? send_command(c, call, &command) : CALL_DONE;
}

Progress
run_hot_cue_set(Control* const c, Call* const call)
{
  Progress          progress;
  const Stem* const s = ready(c, call, &progress);
  if (!s) {
    return progress;
  }
  if (call->phase == 0) {
    return pin_mark(c, call, PIN_HOT_CUE + call->k, s);
  }
  const Value at                        = value_double((double)call->target / s->rate);
  c->decks[call->deck].hot_cue[call->k] = call->target;
  answer_ok(c, call, &at, 1);
  return CALL_DONE;
}

/// The call's hot cue, < 0: it isn't set, and the call was answered so.
static int64_t
hot_cue(Control* const c, Call* const call)
{
  if (!deck_loaded(c, call, call->deck)) {
    return -1;
  }
  const int64_t frame = c->decks[call->deck].hot_cue[call->k];
  if (frame < 0) {
    answer_error(c, call, "deck %d has no hot cue %d: set it first", call->deck + 1, call->k + 1);
  }
  return frame;
}

Progress
run_hot_cue_go(Control* const c, Call* const call)
{
  const int64_t frame   = hot_cue(c, call);
  const Command command = {.kind = COMMAND_SEEK, .deck = call->deck, .seek = {frame, false}};
  return frame < 0 ? CALL_DONE : send_command(c, call, &command);
}

Progress
run_hot_cue_clear(Control* const c, Call* const call)
{
  if (hot_cue(c, call) >= 0) {
    Request r = {.kind = REQUEST_UNPIN, .deck = call->deck, .pin = (uint8_t)(PIN_HOT_CUE + call->k)};
    control_ask(c, NULL, &r);
    c->decks[call->deck].hot_cue[call->k] = -1;
    answer_ok(c, call, NULL, 0);
  }
  return CALL_DONE;
}

Progress
run_loop(Control* const c, Call* const call)
{
  Progress          progress;
  const Stem* const s   = ready(c, call, &progress);
  int64_t           end = 0;
  if (!s) {
    return progress;
  }
  if (call->phase == 0) {
    if (!place(c, call, 0, s, &call->target) || !place(c, call, 1, s, &end)) {
      return CALL_DONE;
    }
    const int64_t least = llround(fmax(MIN_LOOP * s->rate, MIN_LOOP_FRAMES));
    if (end - call->target < least) {
      answer_error(c, call, "end must be later than start, by %.4g s or more", (double)least / s->rate);
      return CALL_DONE;
    }
    const int64_t at    = here(c, call);
    const double  most  = c->ops.offline ? OFFLINE_LOOP : SHORT_LOOP;
    const bool    whole = end - call->target <= llround(most * s->rate);
    int           slot  = 0;
    // A deck that is beyond the loop's end goes to its place in the round, not to the start
    if (at >= end && (!whole || c->ops.offline)) {
      if (!take_seek_pin(c, call, &slot)) {
        return CALL_WAITS;
      }
      const int64_t to = call->target + (at - call->target) % (end - call->target) - llround(JUMP_MARGIN * s->rate);
      pin(c, call, slot, to < call->target ? call->target : to);
    }
    pin_all(c, call, PIN_LOOP, call->target, whole ? end - call->target : 0);
    return CALL_WAITS;
  }
  Deck* const d = &c->decks[call->deck];
  if (!place(c, call, 1, s, &end)) {
    return CALL_DONE;
  }
  const Command command = {.kind = COMMAND_LOOP, .deck = call->deck, .loop = {call->target, end}};
  d->loop_start         = call->target;
  d->loop_end           = end;
  d->loop_on            = true;
  return send_command(c, call, &command);
}

Progress
run_loop_enable(Control* const c, Call* const call)
{
  Deck* const   d       = &c->decks[call->deck];
  const bool    on      = call->values[0].number != 0.0;
  const Command command = {.kind = COMMAND_LOOP_ENABLE, .deck = call->deck, .toggle = {on}};
  if (!deck_loaded(c, call, call->deck)) {
    return CALL_DONE;
  }
  if (on && !d->loop_end) {
    answer_error(c, call, "deck %d has no loop: set one with /deck/%d/loop START END", call->deck + 1, call->deck + 1);
    return CALL_DONE;
  }
  d->loop_on = on;
  return send_command(c, call, &command);
}

Progress
run_repeat(Control* const c, Call* const call)
{
  const bool    on            = call->values[0].number != 0.0;
  const Command command       = {.kind = COMMAND_REPEAT, .deck = call->deck, .toggle = {on}};
  c->decks[call->deck].repeat = on;
  return send_command(c, call, &command);
}
