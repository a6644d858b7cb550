// SPDX-License-Identifier: GPL-3.0-or-later
#include "pitch/input.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool
input_init(Input* const in, const double rate, const uint32_t past, const uint32_t guard)
{
  in->rate          = rate;
  in->cell          = (uint32_t)lrint(rate / 1000.0);
  in->ratio         = malloc(INPUT_RATIOS * sizeof(*in->ratio));
  const bool line   = line_init(&in->line, past + guard, guard);
  const bool coarse = line_init(&in->coarse, (past + guard) / INPUT_COARSE, guard / INPUT_COARSE + 1);
  if (!in->ratio || !line || !coarse) {
    input_release(in);
    return false;
  }
  input_reset_rt(in, 1.0);
  return true;
}

void
input_release(Input* const in)
{
  free(in->ratio);
  line_release(&in->line);
  line_release(&in->coarse);
  in->ratio = NULL;
}

RT void
input_reset_rt(Input* const in, const double ratio)
{
  line_clear_rt(&in->line);
  line_clear_rt(&in->coarse);
  in->now   = 0;
  in->cells = 0;
  pace_begin_rt(&in->pace, in->rate);
  for (int i = 0; i < INPUT_RATIOS; ++i) {
    in->ratio[i] = ratio;
  }
}

typedef float v4 __attribute__((vector_size(16)));

/// Sum up the frames that have come since the last time.
RT static void
coarsen(Input* const in)
{
  float    left[64], right[64];
  uint32_t n = 0;
  for (int64_t at = in->coarse.end * INPUT_COARSE; at + INPUT_COARSE <= in->now && n < 64; at += INPUT_COARSE, ++n) {
    const float* const f = line_at_rt(&in->line, at);
    v4                 v[4];
    memcpy(v, f, sizeof(v));
    const v4 sum = (v[0] + v[1]) + (v[2] + v[3]);
    left[n]      = sum[0] + sum[2];
    right[n]     = sum[1] + sum[3];
  }
  line_write_rt(&in->coarse, left, right, n);
}

RT void
input_cell_rt(Input* const in, const double ratio)
{
  coarsen(in);
  pace_note_rt(&in->pace, in->now);
  in->ratio[in->cells++ & (INPUT_RATIOS - 1)] = ratio;
}

RT void
input_write_rt(Input* const in, const float* const left, const float* const right, const uint32_t n)
{
  line_write_rt(&in->line, left, right, n);
  in->now += n;
}

RT double
input_ratio_rt(const Input* const in, const int64_t frame)
{
  const int64_t cell = (int64_t)in->cell;
  const int64_t i    = (frame < 0 ? frame - (cell - 1) : frame) / cell;
  if (i + 1 >= in->cells) {
    return in->ratio[(in->cells - 1) & (INPUT_RATIOS - 1)];
  }
  const double r0 = in->ratio[i & (INPUT_RATIOS - 1)], r1 = in->ratio[(i + 1) & (INPUT_RATIOS - 1)];
  return r0 == r1 ? r0 : r0 + (r1 - r0) * (double)(frame - i * cell) / (double)cell;
}

RT double
input_cell_ratio_rt(const Input* const in, const int64_t frame)
{
  return in->ratio[(frame / (int64_t)in->cell) & (INPUT_RATIOS - 1)];
}
