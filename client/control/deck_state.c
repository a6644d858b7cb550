// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/state.h"

#include <stdlib.h>
#include <string.h>

const Stem*
deck_stem(const Control* const c, const uint8_t deck)
{
  for (int i = 0; i < MAX_STEMS; ++i) {
    if (c->decks[deck].stem[i].track) {
      return &c->decks[deck].stem[i];
    }
  }
  return NULL;
}

const Stem*
deck_loaded(Control* const c, const Call* const call, const uint8_t deck)
{
  const Stem* const s = deck_stem(c, deck);
  if (!deck_exists(c, deck)) {
    answer_error(c, call, "no deck %d: it was removed", deck + 1);
    return NULL;
  }
  if (!s) {
    answer_error(c, call, "deck %d is empty: load a track first", deck + 1);
  }
  return s;
}

int64_t
deck_length(const Control* const c, const uint8_t deck)
{
  int64_t length = 0;
  for (int i = 0; i < MAX_STEMS; ++i) {
    const Stem* const s = &c->decks[deck].stem[i];
    length              = s->track && s->frames > length ? s->frames : length;
  }
  return length;
}

double
deck_heard(const Control* const c, const uint8_t deck)
{
  const Deck* const       d = &c->decks[deck];
  const DeckLevels* const l = &c->ops.levels->deck[deck];
  return now_of(c) < d->coming_frame_until
           ? (double)d->coming_frame
           : (double)atomic_load_explicit(&l->position, memory_order_relaxed) / 4294967296.0;
}

int64_t
deck_position(const Control* const c, const uint8_t deck)
{
  return (int64_t)deck_heard(c, deck);
}

int
deck_state(const Control* const c, const uint8_t deck)
{
  const Deck* const d     = &c->decks[deck];
  const int64_t     now   = now_of(c);
  int               state = atomic_load_explicit(&c->ops.levels->deck[deck].state, memory_order_relaxed);
  if (now < d->coming_state_until) {
    state = d->coming_state;
  } else if (state == DECK_LOADING && now < d->ready_at) {
    state = DECK_CUED; // being primed, and can be started
  }
  return state != DECK_PLAYING && d->loading ? DECK_LOADING : state;
}

/// "dir/title.flac" -> "title"
static void
title_of(const char* const path, char* const out, const size_t size)
{
  const char* const slash  = strrchr(path, '/');
  const char* const name   = slash ? slash + 1 : path;
  const char* const dot    = strrchr(name, '.');
  const size_t      length = dot && dot != name ? (size_t)(dot - name) : strlen(name);
  const size_t      kept   = length < size ? length : size - 1;
  memcpy(out, name, kept);
  out[kept] = '\0';
}

void
deck_put(Control* const c, const uint8_t deck, const uint8_t stem, const Stem* const s)
{
  Deck* const d = &c->decks[deck];
  free(d->stem[stem].path);
  d->stem[stem] = s ? *s : (Stem){0};
  if (stem == 0 || !deck_stem(c, deck)) { // what was marked was marked in the old track
    d->cue        = 0;
    d->loop_start = d->loop_end = 0;
    d->loop_on                  = false;
    for (int i = 0; i < MAX_HOT_CUES; ++i) {
      d->hot_cue[i] = -1;
    }
  }
  const Stem* const first = deck_stem(c, deck);
  char              title[256];
  if (first) {
    title_of(first->path, title, sizeof(title));
  }
  c->ops.titled(c->ops.self, deck, first ? title : NULL);
}

void
deck_will_move(Control* const c, const uint8_t deck, const int64_t at)
{
  Deck* const   d    = &c->decks[deck];
  const int64_t from = at == AT_NOW ? now_of(c) : at;
  const int64_t to   = from + 2 * MAX_BLOCK; // by then its state is seen
  d->set_going       = to > d->set_going ? to : d->set_going;
}

/// Engine frame from which on what is done at `from` is seen in the levels: with the next block, after a fade.
static int64_t
seen_from(const Control* const c, const int64_t from)
{
  return from + 3 * (int64_t)atomic_load(&c->ops.levels->block) + 64;
}

static int64_t
time_of(const Control* const c, const Command* const m)
{
  return m->at == AT_NOW ? now_of(c) : m->at;
}

static void
state_comes(Control* const c, const Command* const m, const uint8_t deck, const DeckState state)
{
  Deck* const d    = &c->decks[deck];
  int64_t     from = time_of(c, m);
  from             = state == DECK_PLAYING && d->ready_at > from ? d->ready_at : from; // a start waits that long
  if (deck_stem(c, deck)) {
    d->coming_state       = (int)state;
    d->coming_state_until = seen_from(c, from);
  }
}

static void
frame_comes(Control* const c, const Command* const m, const uint8_t deck, const int64_t frame)
{
  const int64_t length              = deck_length(c, deck);
  c->decks[deck].coming_frame       = frame < 0 ? 0 : frame > length ? length : frame;
  c->decks[deck].coming_frame_until = seen_from(c, time_of(c, m));
}

static void
stop_comes(Control* const c, const Command* const m, const uint8_t deck)
{
  state_comes(c, m, deck, DECK_CUED);
  frame_comes(c, m, deck, c->decks[deck].cue);
}

/// Whether a COMMAND_TRACK brings or takes one stem beside others, which play on.
static bool
is_stem_of_many(const Control* const c, const Command* const m)
{
  const Deck* const d     = &c->decks[m->deck];
  int               other = 0;
  for (int s = 0; s < MAX_STEMS; ++s) {
    other += s != m->track.stem && d->stem[s].track;
  }
  return other && (!m->track.track || !d->stem[m->track.stem].track);
}

static void
track_comes(Control* const c, const Command* const m)
{
  Deck* const d = &c->decks[m->deck];
  if (is_stem_of_many(c, m)) {
    return;
  }
  d->coming_state       = m->track.track ? DECK_CUED : DECK_EMPTY;
  d->coming_state_until = seen_from(c, time_of(c, m));
  frame_comes(c, m, m->deck, 0);
}

void
deck_will_be(Control* const c, const Command* const m)
{
  const bool plays = deck_state(c, m->deck) == DECK_PLAYING;
  switch ((CommandKind)m->kind) {
    case COMMAND_TRACK:
      track_comes(c, m);
      break;
    case COMMAND_PLAY:
      state_comes(c, m, m->deck, DECK_PLAYING);
      break;
    case COMMAND_PAUSE:
    case COMMAND_TOGGLE:
      if (plays || m->kind == COMMAND_TOGGLE) {
        state_comes(c, m, m->deck, plays ? DECK_PAUSED : DECK_PLAYING);
      }
      break;
    case COMMAND_STOP:
      stop_comes(c, m, m->deck);
      break;
    case COMMAND_SEEK:
      frame_comes(c, m, m->deck, (m->seek.relative ? deck_position(c, m->deck) : 0) + m->seek.frame);
      break;
    case COMMAND_CUE:
      if (!plays) {
        state_comes(c, m, m->deck, DECK_CUED);
        frame_comes(c, m, m->deck, m->seek.frame < 0 ? deck_position(c, m->deck) : m->seek.frame);
      }
      break;
    case COMMAND_CUE_GO:
      frame_comes(c, m, m->deck, c->decks[m->deck].cue);
      break;
    case COMMAND_START:
    case COMMAND_STOP_ALL:
      for (uint8_t d = 0; d < MAX_DECKS; ++d) {
        if (m->kind == COMMAND_STOP_ALL) {
          stop_comes(c, m, d);
        } else if (m->decks.mask >> d & 1) {
          state_comes(c, m, d, DECK_PLAYING);
        }
      }
      break;
    default:
      break; // nothing that is read from the levels
  }
}

/// Whether what is on its way to the deck says more of `at` than the levels do.
static bool
is_planned(const Control* const c, const uint8_t deck, const int64_t at)
{
  const int64_t plan = c->decks[deck].plan_at;
  return plan != INT64_MIN && plan <= at && now_of(c) < seen_from(c, plan);
}

bool
deck_plays_at(const Control* const c, const uint8_t deck, const int64_t at)
{
  return is_planned(c, deck, at) ? c->decks[deck].plan_plays : deck_state(c, deck) == DECK_PLAYING;
}

double
deck_frame_at(const Control* const c, const uint8_t deck, const int64_t at)
{
  const Stem* const       s     = deck_stem(c, deck);
  const DeckLevels* const l     = &c->ops.levels->deck[deck];
  const bool              plan  = is_planned(c, deck, at);
  const int64_t           from  = plan ? c->decks[deck].plan_at : now_of(c);
  const double            frame = plan ? c->decks[deck].plan_frame : deck_heard(c, deck);
  const double            ahead = s && deck_plays_at(c, deck, at) ? (double)(at - from) / c->ops.rate * s->rate : 0.0;
  return frame + ahead * (double)atomic_load_explicit(&l->speed, memory_order_relaxed);
}

static void
plan(Control* const c, const uint8_t deck, const Command* const m)
{
  Deck* const   d     = &c->decks[deck];
  const int64_t at    = time_of(c, m);
  double        frame = deck_frame_at(c, deck, at);
  bool          plays = deck_plays_at(c, deck, at);
  if (m->kind == COMMAND_TRACK && is_stem_of_many(c, m)) {
    return;
  }
  if (m->kind == COMMAND_SEEK) {
    frame = (m->seek.relative ? frame : 0.0) + (double)m->seek.frame;
  } else if (m->kind == COMMAND_CUE && m->seek.frame >= 0 && !plays) {
    frame = (double)m->seek.frame;
  } else if (m->kind == COMMAND_CUE_GO) {
    frame = (double)d->cue;
  } else if (m->kind == COMMAND_STOP || m->kind == COMMAND_STOP_ALL || m->kind == COMMAND_TRACK) {
    frame = m->kind == COMMAND_TRACK ? 0.0 : (double)d->cue;
    plays = false;
  } else if (m->kind == COMMAND_PLAY || m->kind == COMMAND_START || m->kind == COMMAND_PAUSE) {
    plays = m->kind != COMMAND_PAUSE;
  } else if (m->kind == COMMAND_TOGGLE) {
    plays = !plays;
  } else {
    return;
  }
  if (at >= d->plan_at) { // else what comes later stays the plan
    d->plan_at    = at;
    d->plan_frame = frame < 0.0 ? 0.0 : frame;
    d->plan_plays = plays;
  }
}

void
deck_plan(Control* const c, const Command* const m)
{
  const uint64_t one  = UINT64_C(1) << m->deck;
  const uint64_t mask = m->kind == COMMAND_START ? m->decks.mask : m->kind == COMMAND_STOP_ALL ? UINT64_MAX : one;
  for (uint8_t d = 0; d < MAX_DECKS; ++d) {
    if (mask >> d & 1) {
      plan(c, d, m);
    }
  }
}

bool
deck_is_idle(const Control* const c, const uint8_t deck)
{
  return atomic_load_explicit(&c->ops.levels->deck[deck].state, memory_order_relaxed) != DECK_PLAYING &&
         now_of(c) >= c->decks[deck].set_going;
}
