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

int64_t
deck_position(const Control* const c, const uint8_t deck)
{
  return atomic_load_explicit(&c->ops.levels->deck[deck].position, memory_order_relaxed) >> 32;
}

int
deck_state(const Control* const c, const uint8_t deck)
{
  const int state = atomic_load_explicit(&c->ops.levels->deck[deck].state, memory_order_relaxed);
  return state != DECK_PLAYING && c->decks[deck].loading ? DECK_LOADING : state;
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

bool
deck_is_idle(const Control* const c, const uint8_t deck)
{
  return atomic_load_explicit(&c->ops.levels->deck[deck].state, memory_order_relaxed) != DECK_PLAYING &&
         now_of(c) >= c->decks[deck].set_going;
}
