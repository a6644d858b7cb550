// SPDX-License-Identifier: GPL-3.0-or-later
// Files by their ids, and the decks they are on.  Each has a deck of its own while there are decks: its letter's own
// (A to D are 1 to 4), or one that is added.  Where there are no more, what doesn't play makes room.
#include "crowd/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ID = 100, IDS_OF_LETTER = 1000 };

/// A load under way, for its answer.
struct Load {
  Load*    next;
  Crowd*   crowd;
  int      id;
  uint32_t serial;
};

static int
letter_of(const int id)
{
  const int l = id < FIRST_ID ? LETTERS - 1 : (id - FIRST_ID) / IDS_OF_LETTER;
  return id == TONE_ID ? TONE_LETTER : l < LETTERS ? l : LETTERS - 1;
}

Item*
item_find(const Crowd* const c, const int id)
{
  for (size_t i = 0; i < c->nitems; ++i) {
    if (c->items[i].id == id) {
      return &c->items[i];
    }
  }
  return NULL;
}

Item*
item_get(Crowd* const c, const int id)
{
  Item* const found = item_find(c, id);
  if (found) {
    return found;
  }
  if (c->nitems == c->room) {
    const size_t room  = c->room ? 2 * c->room : 32;
    Item* const  items = realloc(c->items, room * sizeof(*items));
    if (!items) {
      complain(c, "no memory");
      return NULL;
    }
    c->items = items;
    c->room  = room;
  }
  Item* const item = &c->items[c->nitems++];
  *item = (Item){.id = id, .letter = letter_of(id), .deck = NO_DECK, .rate = 1.0, .volume = 0.8, .loop = true};
  return item;
}

static void
ignore(void* const data, const char* const line)
{
  (void)data;
  (void)line;
}

static void
leave_deck(Crowd* const c, Item* const item)
{
  if (item->deck != NO_DECK) {
    ask(c, ignore, c, "/deck/%d/unload", item->deck + 1); // it may be empty, where a load failed
  }
  item->deck    = NO_DECK;
  item->loading = item->armed = item->waits = false;
  item->cued                                = false;
  item->serial                              = ++c->serials; // an answer still to come isn't for it any more
}

void
item_forget(Crowd* const c, Item* const item)
{
  leave_deck(c, item);
  free(item->path);
  free(item->name);
  *item = c->items[--c->nitems];
}

bool
item_sounds(Crowd* const c, const Item* const item)
{
  return item->deck != NO_DECK && control_deck_playing(c->control, (uint32_t)item->deck);
}

static const Item*
item_on(const Crowd* const c, const int deck)
{
  for (size_t i = 0; i < c->nitems; ++i) {
    if (c->items[i].deck == deck) {
      return &c->items[i];
    }
  }
  return NULL;
}

static void place_waiting(Crowd* c);

static void
on_added(void* const data, const char* const line)
{
  Crowd* const c    = data;
  int          deck = 0;
  c->adding         = false;
  if (sscanf(line, "/ok /deck/add %d", &deck) == 1 && deck > LETTERS && deck <= MAX_DECKS) {
    c->places[deck - 1] = (Place){.there = true};
  } else {
    c->no_more = true;
  }
  place_waiting(c);
}

static bool
is_idle(Crowd* const c, const Item* const item)
{
  return !item->loading && !item->armed && !starts_wait_for(c, item->id) &&
         control_now(c->control) > item->started + control_rate(c->control) / 2 && !item_sounds(c, item);
}

/// The least recently used item that has a deck it doesn't need now, NULL: there is none.
static Item*
find_idle(Crowd* const c)
{
  Item* idle = NULL;
  for (size_t i = 0; i < c->nitems; ++i) {
    Item* const item = &c->items[i];
    if (item->deck != NO_DECK && (!idle || item->used < idle->used) && is_idle(c, item)) {
      idle = item;
    }
  }
  return idle;
}

static int
free_deck(const Crowd* const c, const int letter)
{
  if (letter < LETTERS && !item_on(c, letter)) {
    return letter;
  }
  for (int d = LETTERS; d < MAX_DECKS; ++d) {
    if (c->places[d].there && !item_on(c, d)) {
      return d;
    }
  }
  return NO_DECK;
}

/// A deck for an item; NO_DECK: none now, but where one is being added.
static int
find_deck(Crowd* const c, const int letter)
{
  int deck = free_deck(c, letter);
  if (deck == NO_DECK && !c->no_more && !c->adding) {
    c->adding = true;
    ask(c, on_added, c, "/deck/add");
    deck = free_deck(c, letter); // if the answer came already
  }
  Item* const idle = deck == NO_DECK && c->no_more ? find_idle(c) : NULL;
  if (idle) {
    deck = idle->deck;
    leave_deck(c, idle);
  }
  return deck;
}

static void
on_loaded(void* const data, const char* const line)
{
  Load* const  load = data;
  Crowd* const c    = load->crowd;
  Item* const  item = item_find(c, load->id);
  if (item && item->serial == load->serial) {
    item->loading = false;
    item->failed  = sscanf(line, "/ok /deck/%*d/load %lf", &item->length) != 1;
    item->cued    = !item->failed;
    item->cue     = 0.0;
    item->ready   = control_now(c->control) + control_rate(c->control) / 10;
    if (item->failed) {
      complain(c, "%s", line);
      show("Load failed: %s", item->name);
    } else {
      show("Loaded %s (%.1f s) on deck %d", item->name, item->length, item->deck + 1);
      mix_item(c, item);
    }
  }
  for (Load** l = &c->loads; *l; l = &(*l)->next) {
    if (*l == load) {
      *l = load->next;
      break;
    }
  }
  free(load);
}

void
loads_free(Crowd* const c)
{
  for (Load* l = c->loads; l;) {
    Load* const next = l->next;
    free(l);
    l = next;
  }
}

/// `text` as a line of commands quotes it.
static void
quote(char* out, const char* text)
{
  for (; *text; ++text) {
    if (*text == '"' || *text == '\\') {
      *out++ = '\\';
    }
    *out++ = *text;
  }
  *out = '\0';
}

static void
send_load(Crowd* const c, Item* const item)
{
  Load* const load   = malloc(sizeof(*load));
  char* const quoted = malloc(2 * strlen(item->path) + 1);
  item->serial       = ++c->serials;
  item->loading      = true;
  item->failed       = false;
  item->cued         = false;
  if (load && quoted) {
    *load    = (Load){c->loads, c, item->id, item->serial};
    c->loads = load;
    quote(quoted, item->path);
    ask(c, on_loaded, load, "/deck/%d/load \"%s\"", item->deck + 1, quoted);
  } else {
    complain(c, "no memory");
    item->loading = false;
    item->failed  = true;
    free(load);
  }
  free(quoted);
}

static void
place_waiting(Crowd* const c)
{
  if (c->placing) {
    return;
  }
  c->placing = true;
  for (size_t i = 0; i < c->nitems; ++i) {
    Item* const item = &c->items[i];
    const int   deck = item->waits ? find_deck(c, item->letter) : NO_DECK;
    if (item->waits && !c->adding) {
      item->waits  = false;
      item->failed = deck == NO_DECK;
    }
    if (deck != NO_DECK) {
      item->waits = false;
      item->deck  = deck;
      send_load(c, item);
    } else if (item->failed) {
      complain(c, "no deck for %s: all %d play", item->name, MAX_DECKS);
    }
  }
  c->placing = false;
}

void
item_place(Crowd* const c, Item* const item)
{
  if (item->deck == NO_DECK && item->path) {
    item->waits = true;
    place_waiting(c);
  }
}

bool
item_is_coming(const Item* const item)
{
  return item->loading || item->waits;
}

void
item_load(Crowd* const c, Item* const item, const char* const path, const char* const name)
{
  char* const p = strdup(path);
  char* const n = strdup(name);
  if (!p || !n) {
    complain(c, "no memory");
    free(p);
    free(n);
    return;
  }
  free(item->path);
  free(item->name);
  item->path  = p;
  item->name  = n;
  item->armed = false;
  item->used  = ++c->uses;
  if (item->deck != NO_DECK) {
    send_load(c, item); // stops what plays there
  } else {
    item->failed = false;
    item_place(c, item);
  }
}
