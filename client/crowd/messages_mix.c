// SPDX-License-Identifier: GPL-3.0-or-later
// Levels and EQ, as crowdstream's mixers say them.
#include "crowd/state.h"

#include <math.h>
#include <strings.h>

void
on_stem_volume(Crowd* const c, const Words* const w)
{
  double      volume = 0.0;
  Item* const item   = item_argument(c, w);
  if (item && arguments(c, w, 1, 1, &volume)) {
    item->volume = fmax(0.0, volume);
    mix_item(c, item);
  }
}

void
on_crossfade_levels(Crowd* const c, const Words* const w)
{
  double level[2];
  if (arguments(c, w, 0, 2, level)) {
    mix_level(c, 0, fmax(0.0, level[0]));
    mix_level(c, 1, fmax(0.0, level[1]));
  }
}

void
on_deck_levels(Crowd* const c, const Words* const w)
{
  double level[LETTERS];
  if (arguments(c, w, 0, w->count < LETTERS ? w->count : LETTERS, level)) {
    for (int l = 0; l < LETTERS && l < w->count; ++l) {
      mix_level(c, l, fmax(0.0, level[l]));
    }
  }
}

static int
band_argument(Crowd* const c, const Words* const w, const int i)
{
  static const char* const begin[BANDS] = {"lo", "mi", "hi"};
  const char* const        t            = text_argument(c, w, i);
  for (int b = 0; t && b < BANDS; ++b) {
    if (!strncasecmp(t, begin[b], 2)) {
      return b;
    }
  }
  if (t) {
    complain(c, "%s: the band must be low, mid or high, not \"%s\"", w->address, t);
  }
  return -1;
}

/// Cut only: 50 and above is flat, 0 kills, -24 dB lies just above it.
static double
gain_of_percent(const double percent)
{
  return percent <= 0.0 ? 0.0 : percent >= 50.0 ? 1.0 : pow(10.0, (percent / 50.0 - 1.0) * 24.0 / 20.0);
}

static void
set_band(Crowd* const c, const Words* const w, double (*gain)(double))
{
  double    value  = 0.0;
  const int letter = letter_argument(c, w, 0);
  const int band   = letter < 0 ? -1 : band_argument(c, w, 1);
  if (band >= 0 && arguments(c, w, 2, 1, &value)) {
    c->gain[letter][band] = gain(value);
    mix_letter(c, letter);
  }
}

static double
gain_itself(const double gain)
{
  return fmax(0.0, gain);
}

void
on_deck_filter(Crowd* const c, const Words* const w)
{
  set_band(c, w, gain_itself);
}

void
on_deck_eq(Crowd* const c, const Words* const w)
{
  set_band(c, w, gain_of_percent);
}

void
on_deck_eq_all(Crowd* const c, const Words* const w)
{
  double    percent[BANDS];
  const int letter = letter_argument(c, w, 0);
  if (letter >= 0 && arguments(c, w, 1, BANDS, percent)) {
    for (int b = 0; b < BANDS; ++b) {
      c->gain[letter][b] = gain_of_percent(percent[b]);
    }
    mix_letter(c, letter);
  }
}
