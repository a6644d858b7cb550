// SPDX-License-Identifier: GPL-3.0-or-later
#include "pitch/onsets.h"

#include <math.h>
#include <string.h>

#define RECENT 20                             // cells that an onset must rise above
#define RISE 3.0f                             // times the energy of the loudest of them
#define DECAY 0.94f                           // per cell, of the peak that is remembered
static const float QUIET[2] = {1e-4f, 4e-4f}; // energies that are never an onset

#define REFRACTORY 30.0 // ms

RT void
onsets_reset_rt(Onsets* const on)
{
  memset(on, 0, sizeof(*on));
}

// Energies of the sum of the channels: of its second difference, which hears attacks, and of itself, which hears kicks.
RT static void
energies(const Input* const in, float e[2])
{
  const double   per_48k   = in->rate / 48000.0;
  const int32_t  d         = per_48k > 1.5 ? (int32_t)lrint(per_48k) : 1;
  const float*   f         = line_at_rt(&in->line, in->now - in->cell - 2 * d) + (size_t)4 * (uint32_t)d;
  float          attack[4] = {0}, body[4] = {0};
  const uint32_t n = in->cell & ~3u;
  for (uint32_t i = 0; i < n; i += 4) {
    for (uint32_t k = 0; k < 4; ++k, f += 2) {
      const float x0 = f[0] + f[1], x1 = f[-2 * d] + f[1 - 2 * d], x2 = f[-4 * d] + f[1 - 4 * d];
      const float c = x0 - 2.0f * x1 + x2;
      attack[k] += c * c;
      body[k] += x0 * x0;
    }
  }
  const float scale = (float)(1.0 / per_48k);
  e[0]              = scale * ((attack[0] + attack[1]) + (attack[2] + attack[3]));
  e[1]              = scale * ((body[0] + body[1]) + (body[2] + body[3]));
}

RT void
onsets_cell_rt(Onsets* const on, const Input* const in)
{
  float e[2];
  energies(in, e);
  bool rises = false;
  for (int b = 0; b < 2; ++b) {
    float most = on->peak[b];
    for (int i = 0; i < RECENT; ++i) {
      most = fmaxf(most, on->recent[b][i]);
    }
    rises                             = rises || e[b] > RISE * most + QUIET[b];
    on->peak[b]                       = fmaxf(e[b], DECAY * on->peak[b]);
    on->recent[b][on->cells % RECENT] = e[b];
  }
  ++on->cells;
  const int64_t at   = in->now - in->cell - in->cell / 2;
  const int64_t last = onsets_frame_rt(on, 0);
  if (rises && (last == INT64_MIN || (double)(at - last) > input_frames_of_ms(in, REFRACTORY))) {
    on->frame[on->count++ % ONSETS_KEPT] = at;
  }
}
