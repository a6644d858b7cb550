// SPDX-License-Identifier: GPL-3.0-or-later
// Levels and EQ of the letters, as faders, trims and EQ plugins of the decks that play for them.
#include "crowd/state.h"

#include <math.h>

static const char* const bands[BANDS] = {"low", "mid", "high"};

/// An isolator with that engine's crossovers.
static void
prepare(Crowd* const c, const int deck)
{
  say(c, INT64_MIN, "/deck/%d/eq/mode isolator", deck + 1);
  say(c, INT64_MIN, "/deck/%d/eq/set low_freq 200", deck + 1);
  say(c, INT64_MIN, "/deck/%d/eq/set high_freq 2000", deck + 1);
  c->places[deck] = (Place){.there = true, .prepared = true, .fader = 1.0f, .speed = 1.0f};
}

static void
mix_eq(Crowd* const c, const int deck, const int letter)
{
  Place* const p = &c->places[deck];
  for (int b = 0; b < BANDS; ++b) {
    const double gain = c->gain[letter][b];
    const bool   kill = gain <= 0.0;
    const double db   = kill ? 0.0 : fmax(-40.0, fmin(12.0, 20.0 * log10(gain)));
    if (!kill && (float)db != p->db[b]) {
      p->db[b] = (float)db;
      say(c, INT64_MIN, "/deck/%d/eq/%s %.6g", deck + 1, bands[b], db);
    }
    if (kill != p->kill[b]) {
      p->kill[b] = kill;
      say(c, INT64_MIN, "/deck/%d/eq/kill/%s %d", deck + 1, bands[b], kill);
    }
  }
}

/// What is more than a fader gives comes from the trim.
static void
mix_gain(Crowd* const c, const int deck, const double gain)
{
  Place* const p     = &c->places[deck];
  const float  fader = (float)fmin(gain, 1.0);
  const float  trim  = gain > 1.0 ? (float)fmin(20.0 * log10(gain), 12.0) : 0.0f;
  if (fader != p->fader) {
    p->fader = fader;
    say(c, INT64_MIN, "/deck/%d/fader %.9g", deck + 1, (double)fader);
  }
  if (trim != p->trim) {
    p->trim = trim;
    say(c, INT64_MIN, "/deck/%d/trim %.6g", deck + 1, (double)trim);
  }
}

static void
mix_speed(Crowd* const c, const int deck, const double rate)
{
  Place* const p     = &c->places[deck];
  const float  speed = (float)fmax(0.25, fmin(4.0, rate * bpm_now(c) / c->base_bpm));
  if (speed != p->speed) {
    p->speed = speed;
    say(c, INT64_MIN, "/deck/%d/speed %.9g", deck + 1, (double)speed);
  }
  if (c->tempo.seconds > 0.0) { // it is on its way
    const double left =
      c->tempo.seconds - (double)(control_now(c->control) - c->tempo.start) / (double)control_rate(c->control);
    if (left > 0.0) {
      p->speed = (float)fmax(0.25, fmin(4.0, rate * c->tempo.to / c->base_bpm));
      say(c, INT64_MIN, "/ramp /deck/%d/speed %.9g %.6f", deck + 1, (double)p->speed, left);
    }
  }
}

static bool
fades(const Crowd* const c, const int letter)
{
  return letter < LETTERS && c->fade_end[letter] && control_now(c->control) >= c->fade_at[letter];
}

void
mix_level(Crowd* const c, const int letter, const double level)
{
  if (fades(c, letter)) {
    c->fade_end[letter] = 0; // a new value ends it
  }
  c->level[letter] = level;
  mix_letter(c, letter);
}

void
mix_item(Crowd* const c, const Item* const item)
{
  if (item->deck == NO_DECK) {
    return;
  }
  if (!c->places[item->deck].prepared) {
    prepare(c, item->deck);
  }
  mix_eq(c, item->deck, item->letter);
  if (!fades(c, item->letter)) {
    mix_gain(c, item->deck, c->level[item->letter] * item->volume);
  }
  mix_speed(c, item->deck, item->rate);
}

void
mix_letter(Crowd* const c, const int letter)
{
  bool own = false; // the letter's own deck shows it, whoever is on it
  for (size_t i = 0; i < c->nitems; ++i) {
    if (c->items[i].letter == letter) {
      mix_item(c, &c->items[i]);
      own = own || c->items[i].deck == letter;
    }
  }
  if (!own && letter < LETTERS) {
    if (!c->places[letter].prepared) {
      prepare(c, letter);
    }
    mix_eq(c, letter, letter);
  }
}

void
mix_turn(Crowd* const c)
{
  for (int l = 0; l < LETTERS; ++l) {
    if (c->fade_end[l] && control_now(c->control) >= c->fade_end[l]) {
      c->fade_end[l] = 0;
      c->level[l]    = 0.0;
      mix_letter(c, l);
    }
  }
}
