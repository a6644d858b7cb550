// SPDX-License-Identifier: GPL-3.0-or-later
#include "eq/eq.h"

#include "eq/eq_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 64 ///< most frames taken through the filters at once

#define CONTROL_INFO(name, symbol, min, max, def) {symbol, (float)(min), (float)(max), (float)(def)},
const EqControlInfo eq_control_info[EQ_CONTROLS] = {EQ_CONTROL_LIST(CONTROL_INFO)};
#undef CONTROL_INFO

Eq*
eq_new(const double rate)
{
  Eq* const eq = calloc(1, sizeof(*eq));
  if (eq) {
    eq->rate  = rate;
    eq->loops = still_loops();
    // 20 ms in all: up to one line until it starts, and two until its curve is at rest
    eq->glide_steps = (uint32_t)fmax(1.0, round(0.020 * rate / EQ_GRID) - 3.0);
    eq_activate(eq);
  }
  return eq;
}

void
eq_free(Eq* const eq)
{
  free(eq);
}

void
eq_activate(Eq* const eq)
{
  eq->fresh = true;
}

// One after the other, those at rest in one go.  Return: where the result is.
RT static const Pair*
run_tone_rt(Eq* const eq, const Pair* in, Pair* const out, const uint32_t n)
{
  Section* still[EQ_BANDS];
  int      held = 0;
  for (int k = 0; k <= EQ_BANDS; ++k) {
    EqBand* const b = k < EQ_BANDS ? &eq->band[k] : NULL;
    if (b && b->form == FORM_OFF) {
      continue;
    }
    if (b && b->form == FORM_STILL) {
      still[held++] = &b->still;
      continue;
    }
    if (held) {
      eq->loops->cascade[held](still, in, out, n);
      in   = out;
      held = 0;
    }
    if (b) {
      for (uint32_t i = 0; i < n; ++i) {
        const double t    = (eq->phase + i) * (1.0 / EQ_GRID);
        const double x    = curve_value(&b->segment, SHAPE_X, t);
        const double band = curve_value(&b->segment, SHAPE_BP, t);
        const double low  = curve_value(&b->segment, SHAPE_LP, t);
        const Pair   v    = in[i];
        Pair         bp, lp;
        svf_frame_rt(&b->gliding, curve_value(&b->segment, SHAPE_G, t), curve_value(&b->segment, SHAPE_K, t), v, &bp,
                     &lp);
        out[i] = pair_of(x) * v + pair_of(band) * bp + pair_of(low) * lp;
      }
      in = out;
    }
  }
  return in;
}

RT static const Pair*
run_isolator_rt(Eq* const eq, const Pair* const in, Pair* const out, const uint32_t n)
{
  EqCross* const c = &eq->cross;
  if (c->form == FORM_STILL) {
    eq->loops->isolator(&c->still, in, out, n);
    return out;
  }
  for (uint32_t i = 0; i < n; ++i) {
    const double t = (eq->phase + i) * (1.0 / EQ_GRID);
    double       shape[ISOLATOR_WIDTH];
    for (int k = 0; k < ISOLATOR_WIDTH; ++k) {
      shape[k] = curve_value(&c->segment, k, t);
    }
    out[i] = isolator_svf_frame_rt(&c->gliding, shape, in[i]);
  }
  return out;
}

// At most CHUNK frames; at most to the next grid line if anything moves.
RT static void
run_chunk_rt(Eq* const eq, const float* const in[2], float* const out[2], const uint32_t n)
{
  Pair dry[CHUNK], tone_buffer[CHUNK], isolator_buffer[CHUNK];
  pair_load_rt(dry, in[0], in[1], n);
  const Pair* const tone     = eq->tone_on ? run_tone_rt(eq, dry, tone_buffer, n) : dry;
  const Pair* const isolator = eq->isolator_on ? run_isolator_rt(eq, dry, isolator_buffer, n) : dry;

  if (eq->mix.still) {
    const double* const gains = curve_last(&eq->mix.gains);
    pair_store_rt(out[0], out[1], eq->isolator_on ? isolator : tone, gains[MIX_TONE] + gains[MIX_ISOLATOR], n);
    return;
  }
  Pair mixed[CHUNK];
  for (uint32_t i = 0; i < n; ++i) {
    const double t = (eq->phase + i) * (1.0 / EQ_GRID);
    mixed[i]       = pair_of(curve_value(&eq->mix.segment, MIX_DRY, t)) * dry[i] +
               pair_of(curve_value(&eq->mix.segment, MIX_TONE, t)) * tone[i] +
               pair_of(curve_value(&eq->mix.segment, MIX_ISOLATOR, t)) * isolator[i];
  }
  pair_store_rt(out[0], out[1], mixed, 1.0, n);
}

// Bit for bit, in place or crossed too.
RT static void
copy_rt(const float* const in[2], float* const out[2], const uint32_t n)
{
  if (out[0] == in[0] && out[1] == in[1]) {
    return;
  }
  if (out[0] != in[1]) {
    memmove(out[0], in[0], n * sizeof(float));
    memmove(out[1], in[1], n * sizeof(float));
    return;
  }
  for (uint32_t i = 0, k; i < n; i += k) {
    float left[CHUNK];
    k = n - i < CHUNK ? n - i : CHUNK;
    memcpy(left, in[0] + i, k * sizeof(float));
    memmove(out[1] + i, in[1] + i, k * sizeof(float));
    memcpy(out[0] + i, left, k * sizeof(float));
  }
}

void
eq_run_rt(Eq* const eq, const float* const controls, const float* const in[2], float* const out[2], const uint32_t n)
{
  if (!n) {
    return;
  }
  eq_steer_read_rt(eq, controls);
  for (uint32_t i = 0, k; i < n; i += k) {
    if (!eq->phase && (eq->pending || eq->busy)) {
      eq_steer_step_rt(eq);
    }
    const float* const from[2] = {in[0] + i, in[1] + i};
    float* const       to[2]   = {out[0] + i, out[1] + i};
    k                          = n - i;
    if (eq->pending || eq->busy) {
      k = k < EQ_GRID - eq->phase ? k : EQ_GRID - eq->phase;
    }
    if (eq->through) {
      copy_rt(from, to, k);
    } else {
      k = k < CHUNK ? k : CHUNK;
      run_chunk_rt(eq, from, to, k);
    }
    eq->phase = (eq->phase + k) % EQ_GRID;
  }
}
