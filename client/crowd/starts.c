// SPDX-License-Identifier: GPL-3.0-or-later
// What is to happen at a time.  Messages that come together share their time zero, and a load that takes longer than
// the time left moves all that counts from it alike: the beat between two decks stays what was asked for.
#include "crowd/state.h"

#include <math.h>
#include <string.h>

static const double GATHER = 0.008; ///< seconds for which a start waits for others to come with it
static const double MARGIN = 0.010; ///< seconds that a command needs to be in time
static const double EARLY  = 1.0;   ///< seconds before its time that a start is sent

static int64_t
frames(const Crowd* const c, const double seconds)
{
  return (int64_t)llround(seconds * control_rate(c->control));
}

static void
drop_origin(Crowd* const c, const int i)
{
  memmove(&c->origins[i], &c->origins[i + 1], (size_t)(--c->norigins - i) * sizeof(c->origins[0]));
}

Origin*
origin_now(Crowd* const c)
{
  const int64_t now = control_now(c->control);
  for (int i = 0; i < c->norigins; ++i) {
    if (now - c->origins[i].frame <= frames(c, ORIGIN_WINDOW)) {
      return &c->origins[i];
    }
  }
  for (int i = 0; i < c->norigins; ++i) { // those from which nothing is to come any more
    if (!c->origins[i].nstarts) {
      drop_origin(c, i--);
    }
  }
  if (c->norigins == MAX_ORIGINS) {
    complain(c, "too many starts wait for their time");
    return NULL;
  }
  Origin* const o = &c->origins[c->norigins++];
  *o              = (Origin){.frame = now};
  return o;
}

void
origin_add(Crowd* const c, Origin* const o, const Start* const start)
{
  if (!o || o->nstarts == MAX_STARTS) {
    complain(c, "too many starts wait for their time");
    return;
  }
  o->starts[o->nstarts++] = *start;
}

bool
starts_wait_for(const Crowd* const c, const int id)
{
  for (int i = 0; i < c->norigins; ++i) {
    for (int k = 0; k < c->origins[i].nstarts; ++k) {
      const Start* const s = &c->origins[i].starts[k];
      if (s->kind == START_ITEM && s->id == id) {
        return true;
      }
    }
  }
  return false;
}

void
starts_forget(Crowd* const c, const int id)
{
  for (int i = 0; i < c->norigins; ++i) {
    Origin* const o    = &c->origins[i];
    int           kept = 0;
    for (int k = 0; k < o->nstarts; ++k) {
      if (o->starts[k].kind != START_ITEM || o->starts[k].id != id) {
        o->starts[kept++] = o->starts[k];
      }
    }
    o->nstarts = kept;
  }
}

void
item_cue(Crowd* const c, Item* const item)
{
  const double at = item->start * item->length;
  if (item->deck == NO_DECK || item->failed || (item->cued && item->cue == at) || item_sounds(c, item)) {
    return;
  }
  say(c, INT64_MIN, "/deck/%d/cue %.9f", item->deck + 1, at);
  item->cue   = at;
  item->cued  = true;
  item->ready = control_now(c->control) + frames(c, 0.1);
}

void
item_stop(Crowd* const c, Item* const item)
{
  say(c, INT64_MIN, "/deck/%d/stop", item->deck + 1);
  item->cued  = true;
  item->ready = control_now(c->control) + frames(c, 0.1);
}

static void
start_item(Crowd* const c, Item* const item, const int64_t at)
{
  const int    deck = item->deck + 1;
  const double from = item->start * item->length;
  const double to   = from + item->duration;
  if (item_sounds(c, item)) {
    say(c, at, "/deck/%d/seek %.9f", deck, from);
  }
  mix_item(c, item);
  say(c, INT64_MIN, "/deck/%d/repeat %d", deck, item->loop && item->duration == 0.0);
  if (item->duration > 0.0 && item->loop && to <= item->length) {
    say(c, INT64_MIN, "/deck/%d/loop %.9f %.9f", deck, from, to);
  } else {
    say(c, INT64_MIN, "/deck/%d/loop/enable 0", deck);
  }
  say(c, at, "/deck/%d/play", deck);
  if (item->duration > 0.0 && !item->loop) {
    say(c, at + frames(c, item->duration / (item->rate * bpm_now(c) / c->base_bpm)), "/deck/%d/stop", deck);
  }
  item->armed   = false;
  item->cued    = false;
  item->started = at;
  item->used    = ++c->uses;
  show("Playing %d (%s) on deck %d, rate %.3f", item->id, item->name, deck, item->rate);
}

static void
start_fade(Crowd* const c, const Start* const s, const int64_t at)
{
  for (size_t i = 0; i < c->nitems; ++i) {
    const Item* const item = &c->items[i];
    if (item->letter == s->letter && item->deck != NO_DECK) {
      say(c, at, "/ramp /deck/%d/fader 0 %.6f", item->deck + 1, s->length);
      c->places[item->deck].fader = NAN; // whatever comes is another
    }
  }
  c->fade_at[s->letter]  = at;
  c->fade_end[s->letter] = at + frames(c, s->length);
  show("Fading %c in %.2f s", 'A' + s->letter, s->length);
}

/// The frame before which an origin's earliest start can't happen; INT64_MAX: that isn't known yet.
static int64_t
soonest(const Crowd* const c, const Origin* const o, const int64_t now, int64_t* const earliest)
{
  int64_t late = INT64_MIN;
  *earliest    = INT64_MAX;
  for (int k = 0; k < o->nstarts; ++k) {
    const Start* const s    = &o->starts[k];
    const Item* const  item = s->kind == START_ITEM ? item_find(c, s->id) : NULL;
    const int64_t      at   = o->frame + frames(c, s->seconds);
    int64_t            can  = now + frames(c, MARGIN);
    if (item && item_is_coming(item)) {
      return INT64_MAX;
    }
    can       = item && item->ready > can ? item->ready : can;
    late      = can - at > late ? can - at : late;
    *earliest = at < *earliest ? at : *earliest;
  }
  return late;
}

static void
send_starts(Crowd* const c, Origin* const o)
{
  int kept = 0;
  for (int k = 0; k < o->nstarts; ++k) {
    const Start   s    = o->starts[k];
    const int64_t at   = o->frame + o->shift + frames(c, s.seconds);
    Item* const   item = s.kind == START_ITEM ? item_find(c, s.id) : NULL;
    if (at > control_now(c->control) + frames(c, EARLY)) {
      o->starts[kept++] = s;
    } else if (s.kind == START_FADE) {
      start_fade(c, &s, at);
    } else if (item && item->deck != NO_DECK && !item->failed) {
      start_item(c, item, at);
    } else {
      complain(c, "nothing to start: the file of %d isn't loaded", s.id);
    }
  }
  o->nstarts = kept;
}

/// Bring those that are loaded by now to where they begin.
static void
cue_starts(Crowd* const c, const Origin* const o)
{
  for (int k = 0; k < o->nstarts; ++k) {
    Item* const item = o->starts[k].kind == START_ITEM ? item_find(c, o->starts[k].id) : NULL;
    if (item && !item_is_coming(item)) {
      item_cue(c, item);
    }
  }
}

/// Whether something that is armed is still being loaded: its start may be the next message of the same time zero.
static bool
more_may_come(const Crowd* const c, const Origin* const o, const int64_t now)
{
  for (size_t i = 0; now < o->frame + frames(c, ORIGIN_WINDOW) && i < c->nitems; ++i) {
    if (c->items[i].armed && item_is_coming(&c->items[i])) {
      return true;
    }
  }
  return false;
}

void
starts_turn(Crowd* const c)
{
  const int64_t now = control_now(c->control);
  for (int i = 0; i < c->norigins; ++i) {
    Origin* const o = &c->origins[i];
    if (!o->nstarts || now < o->frame + frames(c, GATHER) || more_may_come(c, o, now)) {
      continue;
    }
    cue_starts(c, o);
    int64_t       earliest;
    const int64_t late = soonest(c, o, now, &earliest);
    if (late == INT64_MAX || earliest + o->shift > now + frames(c, EARLY)) {
      continue; // something is being loaded, or there is time
    }
    o->shift = late > o->shift ? late : o->shift;
    send_starts(c, o);
  }
}
