// SPDX-License-Identifier: GPL-3.0-or-later
#include "pitch/onsets.h"

#include <math.h>
#include <string.h>

#define RECENT 20                             // cells that an onset must rise above
#define RISE 3.0f                             // times the energy of the loudest of them
#define RISE_AGAIN 6.0f                       // where it was as loud not long ago: low chords beat
#define DECAY 0.94f                           // per cell, of the peak that is remembered
static const float QUIET[2] = {1e-4f, 4e-4f}; // energies that are never an onset

#define GROUP 8         // cells
#define SLOW 3          // cells
#define FLOOR 1e-6f     // of energy: less is silence
#define RARE 4.0f       // standard deviations above its mean that a steady level never comes by chance
#define STEADY 1e-4f    // no level is steadier: variance
#define ABOVE_MOST 0.1f // and that much above the highest

#define MOST_FRAMES 320 // of a cell and what lies before it, at the highest rate
#define REFRACTORY 30.0 // ms

RT void
onsets_reset_rt(Onsets* const on)
{
  memset(on, 0, sizeof(*on));
  for (int b = 0; b < 2; ++b) {
    OnsetsHabit* const h = &on->habit[b];
    for (int g = 0; g < ONSETS_GROUPS; ++g) {
      h->most[g]    = logf(FLOOR);
      h->sum[g]     = GROUP * h->most[g];
      h->squares[g] = h->sum[g] * h->most[g];
    }
    h->new_most = logf(FLOOR);
  }
}

typedef float v4 __attribute__((vector_size(16)));

RT static inline v4
load4(const float* const p)
{
  v4 v;
  memcpy(&v, p, sizeof(v));
  return v;
}

// Energies of the sum of the channels: of its second difference, which hears attacks, and of itself, which hears kicks.
// At high rates the difference spans more frames.
RT static void
energies(const Input* const in, float e[2])
{
  const double   per_48k = in->rate / 48000.0;
  const uint32_t d       = per_48k > 1.5 ? (uint32_t)lrint(per_48k) : 1;
  const uint32_t n       = in->cell & ~3u;
  const float*   f       = line_at_rt(&in->line, in->now - in->cell - 2 * d);
  float          mono[MOST_FRAMES];
  for (uint32_t i = 0; i < n + 2 * d; i += 4, f += 8) { // up to 3 frames more than are looked at
    const v4 a = load4(f), b = load4(f + 4);
    const v4 m = __builtin_shufflevector(a, b, 0, 2, 4, 6) + __builtin_shufflevector(a, b, 1, 3, 5, 7);
    memcpy(mono + i, &m, sizeof(m));
  }
  v4 attack = {0}, body = {0};
  for (uint32_t i = 0; i < n; i += 4) {
    const v4 x = load4(mono + i + 2 * d), c = x - 2.0f * load4(mono + i + d) + load4(mono + i);
    attack += c * c;
    body += x * x;
  }
  const float scale = (float)(1.0 / per_48k);
  e[0]              = scale * ((attack[0] + attack[1]) + (attack[2] + attack[3]));
  e[1]              = scale * ((body[0] + body[1]) + (body[2] + body[3]));
}

/// Whether a level is out of the habit; the highest of it in `*highest`.
RT static bool
unusual(const OnsetsHabit* const h, const float level, float* const highest)
{
  float sum = 0.0f, squares = 0.0f, most = h->new_most;
  for (int g = 0; g < ONSETS_GROUPS; ++g) {
    sum += h->sum[g];
    squares += h->squares[g];
    most = most > h->most[g] ? most : h->most[g];
  }
  *highest         = most;
  const float mean = sum / (ONSETS_GROUPS * GROUP), variance = squares / (ONSETS_GROUPS * GROUP) - mean * mean;
  return level > mean + RARE * sqrtf(fmaxf(variance, 0.0f) + STEADY) && level > most + ABOVE_MOST;
}

RT static void
get_used_to(OnsetsHabit* const h, const float level, const uint32_t cells)
{
  h->new_sum += level;
  h->new_squares += level * level;
  h->new_most = h->new_most > level ? h->new_most : level;
  if (cells % GROUP == GROUP - 1) {
    const uint32_t g = cells / GROUP % ONSETS_GROUPS;
    h->sum[g]        = h->new_sum;
    h->squares[g]    = h->new_squares;
    h->most[g]       = h->new_most;
    h->new_sum = h->new_squares = 0.0f;
    h->new_most                 = logf(FLOOR);
  }
}

RT bool
onsets_cell_rt(Onsets* const on, const Input* const in)
{
  float e[2];
  energies(in, e);
  bool rises = false, sharp = false;
  for (int b = 0; b < 2; ++b) {
    float most = on->peak[b];
    for (int i = 0; i < RECENT; ++i) {
      most = most > on->recent[b][i] ? most : on->recent[b][i];
    }
    const float level = logf(e[b] + on->energy[b] + FLOOR);
    float       highest;
    const bool  odd  = unusual(&on->habit[b], level, &highest);
    const float rise = b == 0 || level > highest ? RISE : RISE_AGAIN;
    const bool  here = odd || e[b] > rise * most + QUIET[b];
    rises            = rises || here;
    sharp            = sharp || (here && b == 0);
    get_used_to(&on->habit[b], level, on->cells);
    on->energy[b]                     = e[b];
    on->peak[b]                       = e[b] > DECAY * on->peak[b] ? e[b] : DECAY * on->peak[b];
    on->recent[b][on->cells % RECENT] = e[b];
  }
  ++on->cells;
  // What has no attack has begun before it is seen
  const int64_t at   = in->now - in->cell - in->cell / 2 - (sharp ? 0 : SLOW * in->cell);
  const int64_t last = onsets_frame_rt(on, 0);
  if (rises && (last == INT64_MIN || (double)(at - last) > input_frames_of_ms(in, REFRACTORY))) {
    on->frame[on->count++ % ONSETS_KEPT] = at;
    return true;
  }
  return false;
}
