// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CROWD_STATE_H
#define CROWD_STATE_H

// What the files of this folder share.

#include "base/status.h"
#include "control/control.h"
#include "control/value.h"
#include "crowd/crowd.h"
#include "msg/limits.h"

#include <stdbool.h>

enum {
  LETTERS     = 4, ///< A to D
  BANDS       = 3, ///< low, mid, high
  MAX_ORIGINS = 16,
  MAX_STARTS  = 64,
  TONE_ID     = -1,
  NO_DECK     = -1,
  TONE_LETTER = LETTERS, ///< belongs to none
};

/// Messages that arrive within this of each other share the first one's time zero, seconds.
#define ORIGIN_WINDOW 0.05

/// A file as `/load_buffer` and `/cue` know it.
typedef struct {
  int      id;
  int      letter; ///< 0 .. 3, or TONE_LETTER
  char*    path;
  char*    name;
  int      deck;    ///< where it is loaded, from 0, or NO_DECK
  uint32_t serial;  ///< of its newest load
  bool     loading; ///< the load is under way
  bool     failed;
  bool     waits;   ///< for a deck
  int64_t  started; ///< engine frame of its newest start
  bool     armed;
  bool     loop;
  double   rate;
  double   volume;
  double   start;    ///< 0 .. 1 of the track
  double   duration; ///< of the section, seconds; 0: to the end
  double   length;   ///< of the track, seconds
  double   cue;      ///< the deck's cue point, seconds
  bool     cued;     ///< it stands there
  int64_t  ready;    ///< engine frame from which on it can start exactly
  uint64_t used;     ///< the later, the more recently
} Item;

typedef enum { START_ITEM, START_FADE } StartKind;

typedef struct {
  StartKind kind;
  int       id;      ///< START_ITEM
  int       letter;  ///< START_FADE
  double    seconds; ///< after the origin
  double    length;  ///< of the fade, seconds
} Start;

/// A time zero, and what is to start after it and isn't on its way yet.
typedef struct {
  int64_t frame;
  int64_t shift; ///< frames by which loads have moved all of it
  Start   starts[MAX_STARTS];
  int     nstarts;
} Origin;

/// What one deck was told last, so that it isn't told again.
typedef struct {
  bool  there, prepared;
  float fader, trim, speed;
  float db[BANDS];
  bool  kill[BANDS];
} Place;

typedef struct {
  double  from, to; ///< bpm
  int64_t start;
  double  seconds; ///< of the way
  double  beats;   ///< at `start`
  int     meter;
  bool    printing;
  int64_t printed; ///< the last whole beat that was
} Tempo;

typedef struct Load Load;

struct Crowd {
  Control* control;
  int      fd;
  bool     remote; ///< the message in hand comes from another machine
  double   base_bpm;
  Item*    items;
  size_t   nitems, room;
  Load*    loads; ///< under way
  uint64_t uses;
  uint32_t serials;
  bool     placing; ///< items that wait are being given decks
  bool     adding;  ///< a deck was asked for
  bool     no_more; ///< and refused
  Place    places[MAX_DECKS];
  double   level[LETTERS + 1];
  double   gain[LETTERS + 1][BANDS]; ///< linear
  int64_t  fade_at[LETTERS];         ///< engine frame at which a fade begins
  int64_t  fade_end[LETTERS];        ///< and at which it is over; 0: there is none
  Origin   origins[MAX_ORIGINS];
  int      norigins;
  int64_t  zero; ///< engine frame of the last /reset
  Tempo    tempo;
  int      tone_fd;
  int64_t  told_ns;
  unsigned untold;
};

// speak.c

/// One command of ours; errors are logged.
__attribute__((format(printf, 3, 4))) void say(Crowd* c, int64_t at, const char* format, ...);

/// The same with who gets the answer.
__attribute__((format(printf, 4, 5))) void ask(Crowd* c, ControlAnswer answer, void* data, const char* format, ...);

/// A line to standard output.
__attribute__((format(printf, 1, 2))) void show(const char* format, ...);

/// A line of trouble, and no more of them than can be read.
__attribute__((format(printf, 2, 3))) void complain(Crowd* c, const char* format, ...);

// arguments.c

/// Number `i` of the arguments, or `otherwise` where it is missing.  false: it isn't a number.
bool argument(const Words* w, int i, double otherwise, double* out);

// All that follow complain of what isn't there or isn't right, and say so.

bool        optional_argument(Crowd* c, const Words* w, int i, double otherwise, double* out);
bool        arguments(Crowd* c, const Words* w, int first, int count, double* out); ///< numbers
const char* text_argument(Crowd* c, const Words* w, int i);                         ///< or NULL
const char* path_argument(Crowd* c, const Words* w, int i);   ///< of a file that the sender may name, or NULL
int         letter_argument(Crowd* c, const Words* w, int i); ///< 0 .. 3, or -1
Item*       item_argument(Crowd* c, const Words* w);          ///< that argument 0 names, or NULL

// items.c

Item* item_find(const Crowd* c, int id);

/// The item of an id, made where there is none.  NULL: no memory.
Item* item_get(Crowd* c, int id);

/// Load `path` for it, wherever there is a deck for it.
void item_load(Crowd* c, Item* item, const char* path, const char* name);

/// See to it that it has a deck.
void item_place(Crowd* c, Item* item);

/// Whether it will be loaded, and isn't yet.
bool item_is_coming(const Item* item);

void loads_free(Crowd* c);

void item_forget(Crowd* c, Item* item);

/// Whether its deck plays now.
bool item_sounds(Crowd* c, const Item* item);

// starts.c

/// The time zero of a message that arrives now.
Origin* origin_now(Crowd* c);

/// Have something start after an origin.
void origin_add(Crowd* c, Origin* o, const Start* start);

/// Whether something that isn't on its way yet starts an item.
bool starts_wait_for(const Crowd* c, int id);

/// Nothing is to start it any more.
void starts_forget(Crowd* c, int id);

/// Send what is due.  Every turn.
void starts_turn(Crowd* c);

/// Bring a deck that doesn't play to where its item begins.
void item_cue(Crowd* c, Item* item);

/// Stop its deck, which goes back to its cue point.
void item_stop(Crowd* c, Item* item);

// mix.c

void mix_level(Crowd* c, int letter, double level);

/// Bring fader, EQ and speed of the item's deck to what they should be.
void mix_item(Crowd* c, const Item* item);
void mix_letter(Crowd* c, int letter);
void mix_turn(Crowd* c);

// beat.c

double bpm_now(const Crowd* c);
void   tempo_go(Crowd* c, double bpm, double seconds);
void   tempo_restart(Crowd* c);
double beat_now(const Crowd* c);
void   beat_turn(Crowd* c);

// tone.c

/// A second of a sine as a file that has no name, for one of the decks.
void tone_play(Crowd* c, double hz);

// messages_mix.c

void on_stem_volume(Crowd* c, const Words* w);
void on_crossfade_levels(Crowd* c, const Words* w);
void on_deck_levels(Crowd* c, const Words* w);
void on_deck_filter(Crowd* c, const Words* w);
void on_deck_eq(Crowd* c, const Words* w);
void on_deck_eq_all(Crowd* c, const Words* w);

// messages.c

void crowd_message(Crowd* c, const Words* w);

#endif
