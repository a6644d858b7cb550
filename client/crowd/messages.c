// SPDX-License-Identifier: GPL-3.0-or-later
// What crowdstream's mixers say, and what each of it means here.
#include "crowd/state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double MAX_WAIT = 86400.0; ///< seconds

static bool
seconds_ahead(Crowd* const c, const Words* const w, const double seconds)
{
  if (seconds >= 0.0 && seconds <= MAX_WAIT) {
    return true;
  }
  complain(c, "%s: %g seconds is not between now and a day ahead", w->address, seconds);
  return false;
}

static const char*
file_name(const char* const path)
{
  const char* const slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static void
on_load_buffer(Crowd* const c, const Words* const w)
{
  double            id   = 0.0;
  const char* const path = arguments(c, w, 0, 1, &id) ? path_argument(c, w, 1) : NULL;
  Item* const       item = path && id >= 0.0 && id < 1e9 ? item_get(c, (int)id) : NULL;
  if (item) {
    const char* const name = w->count > 2 && w->values[2].text ? w->values[2].text : file_name(path);
    item_load(c, item, path, name);
  }
}

/// Play from where it was told, now.
static void
play(Crowd* const c, const Words* const w, Item* const item, const bool section)
{
  double rate, volume, loop, start, duration = 0.0;
  if (optional_argument(c, w, 1, 1.0, &rate) && optional_argument(c, w, 2, 0.8, &volume) &&
      optional_argument(c, w, 3, 1.0, &loop) && optional_argument(c, w, 4, 0.0, &start) &&
      (!section || optional_argument(c, w, 5, 0.0, &duration))) {
    item->rate     = fmax(0.25, fmin(4.0, rate));
    item->volume   = fmax(0.0, volume);
    item->loop     = loop != 0.0;
    item->start    = fmax(0.0, fmin(1.0, start));
    item->duration = fmax(0.0, duration);
    item_place(c, item);
    origin_add(c, origin_now(c), &(const Start){.kind = START_ITEM, .id = item->id});
  }
}

static void
on_play_stem(Crowd* const c, const Words* const w)
{
  Item* const item = item_argument(c, w);
  if (item) {
    play(c, w, item, false);
  }
}

static void
on_play_stem_section(Crowd* const c, const Words* const w)
{
  Item* const item = item_argument(c, w);
  if (item) {
    play(c, w, item, true);
  }
}

static void
on_stop_stem(Crowd* const c, const Words* const w)
{
  Item* const item = item_argument(c, w);
  if (item && item->deck != NO_DECK) {
    starts_forget(c, item->id);
    item_stop(c, item);
    show("Stopped %d", item->id);
  }
}

/// The id of a letter's own file.
static int
base_id(const int letter)
{
  return 100 + 1000 * letter;
}

/// Load a path under the letter's own id, unless it is there.  NULL: no memory.
static Item*
load_own(Crowd* const c, const int letter, const char* const path)
{
  Item* const item = item_get(c, base_id(letter));
  if (!item) {
    return NULL;
  }
  const bool there = item->path && !strcmp(item->path, path) && !item->failed;
  if (there && item_sounds(c, item)) {
    item_stop(c, item);
  }
  if (!there) {
    item_load(c, item, path, file_name(path));
  } else {
    item_place(c, item);
  }
  item->rate     = 1.0;
  item->volume   = 0.8;
  item->loop     = true;
  item->start    = 0.0;
  item->duration = 0.0;
  return item;
}

static void
on_cue(Crowd* const c, const Words* const w)
{
  double            start  = 0.0;
  const int         letter = letter_argument(c, w, 0);
  const char* const path   = letter < 0 ? NULL : path_argument(c, w, 1);
  if (path && optional_argument(c, w, 2, 0.0, &start)) {
    Item* const item = load_own(c, letter, path);
    if (item) {
      item->start = fmax(0.0, fmin(1.0, start));
      item->armed = true;
      show("Cueing %c: %s at %.3f", 'A' + letter, item->name, item->start);
    }
  }
}

static void
on_play(Crowd* const c, const Words* const w)
{
  double            seconds = 0.0;
  const int         letter  = letter_argument(c, w, 0);
  const char* const path    = letter < 0 ? NULL : path_argument(c, w, 1);
  if (path && arguments(c, w, 2, 1, &seconds) && seconds_ahead(c, w, seconds)) {
    Item* const item = load_own(c, letter, path);
    if (item) {
      origin_add(c, origin_now(c), &(const Start){.kind = START_ITEM, .id = item->id, .seconds = seconds});
    }
  }
}

/// What starts for a letter: what is armed, else its own file, else any.
static const Item*
item_to_start(const Crowd* const c, const int letter)
{
  const Item* best = NULL;
  for (size_t i = 0; i < c->nitems; ++i) {
    const Item* const item = &c->items[i];
    if (item->letter == letter && item->path &&
        (!best || item->armed > best->armed || (item->armed == best->armed && item->id == base_id(letter)))) {
      best = item;
    }
  }
  return best;
}

static void
on_start_group(Crowd* const c, const Words* const w)
{
  double seconds = NAN; // it and the decks come in any order
  double number  = 0.0;
  for (int i = 0; i < w->count; ++i) {
    if (argument(w, i, 0.0, &number)) {
      seconds = number;
    }
  }
  if (isnan(seconds) || w->count < 2) {
    complain(c, "%s: expects seconds and decks", w->address);
    return;
  }
  Origin* const o = seconds_ahead(c, w, seconds) ? origin_now(c) : NULL;
  for (int i = 0; o && i < w->count; ++i) {
    const int letter = argument(w, i, 0.0, &number) ? -1 : letter_argument(c, w, i);
    if (letter >= 0) {
      const Item* const item = item_to_start(c, letter);
      if (item) {
        origin_add(c, o, &(const Start){.kind = START_ITEM, .id = item->id, .seconds = seconds});
      } else {
        complain(c, "%s: deck %c isn't armed", w->address, 'A' + letter);
      }
    }
  }
}

static void
on_fade(Crowd* const c, const Words* const w)
{
  double    seconds = 0.0;
  double    length  = 0.0;
  const int letter  = letter_argument(c, w, 0);
  if (letter >= 0 && arguments(c, w, 1, 1, &seconds) && seconds_ahead(c, w, seconds) &&
      optional_argument(c, w, 2, 2.0, &length)) {
    const Start fade = {
      .kind = START_FADE, .letter = letter, .seconds = seconds, .length = fmax(0.0, fmin(length, 3600.0))};
    origin_add(c, origin_now(c), &fade);
  }
}

static void
on_schedule_c_at(Crowd* const c, const Words* const w)
{
  double            seconds = 0.0;
  const Item* const item    = item_find(c, base_id(2));
  if (!arguments(c, w, 0, 1, &seconds)) {
    return;
  }
  if (!item || !item->path) {
    complain(c, "%s: load %d first", w->address, base_id(2));
    return;
  }
  Origin* const o = origin_now(c);
  if (o) {
    const double since = (double)(o->frame - c->zero) / (double)control_rate(c->control);
    origin_add(c, o, &(const Start){.kind = START_ITEM, .id = item->id, .seconds = fmax(0.0, seconds - since)});
  }
}

static void
on_reset(Crowd* const c, const Words* const w)
{
  (void)w;
  c->zero = control_now(c->control);
  tempo_restart(c);
  show("Time zero is now");
}

static bool
bpm_argument(Crowd* const c, const Words* const w, double* const bpm)
{
  if (!arguments(c, w, 0, 1, bpm)) {
    return false;
  }
  if (*bpm > 0.0 && *bpm <= 1000.0) {
    return true;
  }
  complain(c, "%s: a tempo must be above 0 and at most 1000 bpm, not %g", w->address, *bpm);
  return false;
}

static void
on_set_tempo(Crowd* const c, const Words* const w)
{
  double bpm = 0.0;
  if (bpm_argument(c, w, &bpm)) {
    tempo_go(c, bpm, 0.0);
    tempo_restart(c);
    show("Tempo %.2f bpm", bpm);
  }
}

static void
on_set_meter(Crowd* const c, const Words* const w)
{
  double beats = 0.0;
  if (!arguments(c, w, 0, 1, &beats)) {
    return;
  }
  if (beats < 1.0 || beats > 64.0) {
    complain(c, "%s: beats in a bar must be 1 to 64, not %g", w->address, beats);
    return;
  }
  c->tempo.meter = (int)beats;
  show("Meter %d/4", c->tempo.meter);
}

static void
on_print_clock(Crowd* const c, const Words* const w)
{
  double on = 1.0;
  if (optional_argument(c, w, 0, 1.0, &on)) {
    c->tempo.printing = on != 0.0;
  }
}

static void
on_movement(Crowd* const c, const Words* const w)
{
  double m = 0.0;
  if (arguments(c, w, 0, 1, &m)) {
    const double above  = fmin((m - 0.10) / (0.6 - 0.10), 1.0);
    const double target = m < 0.02 ? 105.0 : m < 0.05 ? 110.0 : m < 0.10 ? 115.0 : 118.0 + above * (130.0 - 118.0);
    if (fabs(target - c->tempo.to) > 0.05) {
      tempo_go(c, target, 30.0);
    }
  }
}

static void
on_get_status(Crowd* const c, const Words* const w)
{
  int loaded = 0;
  int active = 0;
  (void)w;
  for (size_t i = 0; i < c->nitems; ++i) {
    loaded += c->items[i].path && !c->items[i].failed;
    active += item_sounds(c, &c->items[i]);
  }
  show("=== DECKHOST ===");
  show("Sample Rate: %u Hz", control_rate(c->control));
  show("Tempo: %.1f BPM", bpm_now(c));
  show("Beat Position: %.2f", beat_now(c));
  show("Buffers loaded: %d", loaded);
  show("Active players: %d", active);
  show("Decks -> A:%.2f B:%.2f C:%.2f D:%.2f", c->level[0], c->level[1], c->level[2], c->level[3]);
}

static void
on_mixer_cleanup(Crowd* const c, const Words* const w)
{
  (void)w;
  c->norigins = 0;
  while (c->nitems) {
    item_forget(c, &c->items[c->nitems - 1]);
  }
  show("Cleaned");
}

static void
on_test_tone(Crowd* const c, const Words* const w)
{
  double hz = 0.0;
  if (optional_argument(c, w, 0, 440.0, &hz)) {
    tone_play(c, fmax(10.0, fmin(hz, 0.45 * control_rate(c->control))));
    show("Test tone: %.1f Hz", hz);
  }
}

static void
on_dummy(Crowd* const c, const Words* const w)
{
  (void)c;
  (void)w;
}

static const struct {
  const char* address;
  void (*take)(Crowd* c, const Words* w);
} table[] = {
  {"/load_buffer", on_load_buffer},
  {"/play_stem", on_play_stem},
  {"/play_stem_section", on_play_stem_section},
  {"/stop_stem", on_stop_stem},
  {"/stem_volume", on_stem_volume},
  {"/crossfade_levels", on_crossfade_levels},
  {"/deck_levels", on_deck_levels},
  {"/deck_filter", on_deck_filter},
  {"/deck_eq", on_deck_eq},
  {"/deck_eq_all", on_deck_eq_all},
  {"/cue", on_cue},
  {"/start_group", on_start_group},
  {"/play", on_play},
  {"/fade", on_fade},
  {"/schedule_c_at", on_schedule_c_at},
  {"/reset", on_reset},
  {"/set_tempo", on_set_tempo},
  {"/set_meter", on_set_meter},
  {"/print_clock", on_print_clock},
  {"/dance/total_movement", on_movement},
  {"/get_status", on_get_status},
  {"/mixer_cleanup", on_mixer_cleanup},
  {"/test_tone", on_test_tone},
  {"/dummy", on_dummy},
};

void
crowd_message(Crowd* const c, const Words* const w)
{
  for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); ++i) {
    if (!strcmp(table[i].address, w->address)) {
      table[i].take(c, w);
      return;
    }
  }
  complain(c, "unknown message %s", w->address);
}
