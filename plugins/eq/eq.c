// SPDX-License-Identifier: GPL-3.0-or-later
#include "eq/eq.h"

#include "eq/eq_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 128 ///< most frames taken through the filters at once

#define CONTROL_INFO(name, symbol, min, max, def) {symbol, (float)(min), (float)(max), (float)(def)},
const EqControlInfo eq_control_info[EQ_CONTROLS] = {EQ_CONTROL_LIST(CONTROL_INFO)};
#undef CONTROL_INFO

Eq*
eq_new(const double rate)
{
  Eq* const eq = aligned_alloc(_Alignof(Eq), sizeof(*eq));
  if (eq) {
    memset(eq, 0, sizeof(*eq));
    eq->rate      = rate;
    eq->loops     = loops_best();
    eq->grid      = GLIDING_GROUP * (uint32_t)fmax(1.0, round(rate / (1000.0 * GLIDING_GROUP))); // whole groups
    eq->per_frame = 1.0 / eq->grid;
    // 20 ms in all: up to one line until it starts, and two until its curve is at rest
    eq->glide_steps = (uint32_t)fmax(1.0, floor(0.020 * rate / eq->grid) - 3.0);
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

RT static int
still_rt(EqTone* const t, Section* sections[EQ_BANDS])
{
  int held = 0;
  for (int b = 0; b < EQ_BANDS; ++b) {
    if (t->band[b].on) {
      sections[held++] = &t->band[b].still;
    }
  }
  return held;
}

RT static int
gliding_rt(EqTone* const t, Gliding* sections[EQ_BANDS])
{
  int held = 0;
  for (int b = 0; b < EQ_BANDS; ++b) {
    if (t->band[b].on) {
      sections[held++] = &t->band[b].gliding;
    }
  }
  return held;
}

// Return: where the result is.
RT static const Pair*
run_tone_rt(Eq* const eq, const Pair* const in, Pair* const out, const uint32_t n)
{
  Section*  still[EQ_BANDS];
  Gliding*  gliding[EQ_BANDS];
  const int held = eq->tone.moves ? gliding_rt(&eq->tone, gliding) : still_rt(&eq->tone, still);
  if (!held) {
    return in;
  }
  if (eq->tone.moves) {
    eq->loops->gliding[held](gliding, in, out, n);
  } else {
    eq->loops->still[held](still, in, out, n);
  }
  return out;
}

RT static const Pair*
run_isolator_rt(Eq* const eq, const Pair* const in, Pair* const out, const uint32_t n)
{
  EqCross* const c = &eq->cross;
  if (c->corners_move) {
    eq->loops->isolator_gliding(&c->filter, in, out, n);
  } else if (c->gains_move) {
    eq->loops->isolator_gains(&c->filter, in, out, n);
  } else {
    eq->loops->isolator(&c->filter, in, out, n);
  }
  return out;
}

// `out` = the modes' outputs times their gains, in motion.
RT static void
run_mix_rt(EqMix* const mix, const Pair* const in[MIX_WIDTH], Pair* const out, const uint32_t n)
{
  bool filled = false;
  for (int k = 0; k < MIX_WIDTH; ++k) {
    if (curve_is_zero(&mix->gains, k)) {
      continue;
    }
    const Pair bend = pair_of(mix->ramps.bend[k]), none = pair_of(0.0);
    Pair       at = pair_of(mix->ramps.at[k]), slope = pair_of(mix->ramps.slope[k]);
    for (uint32_t i = 0; i < n; ++i) {
      out[i] = (filled ? out[i] : none) + at * in[k][i];
      at += slope;
      slope += bend;
    }
    mix->ramps.at[k]    = at[0];
    mix->ramps.slope[k] = slope[0];
    filled              = true;
  }
  if (!filled) {
    memset(out, 0, n * sizeof(*out));
  }
}

// Bands at rest, and nothing else to do: from plane to plane.  Return: how many frames are done.
RT static uint32_t
run_direct_rt(Eq* const eq, const float* const in[2], float* const out[2], const uint32_t n)
{
  Section*  still[EQ_BANDS];
  const int held = still_rt(&eq->tone, still);
  if (!held || still[0]->half) {
    return 0;
  }
  const double* const gains = curve_last(&eq->mix.gains);
  eq->loops->direct[held](still, in, out, gains[MIX_TONE], n & ~3u);
  return n & ~3u;
}

// At most CHUNK frames; at most to the next grid line if anything moves.
RT static void
run_chunk_rt(Eq* const eq, const float* const in[2], float* const out[2], const uint32_t n)
{
  Pair dry[CHUNK], tone_buffer[CHUNK], isolator_buffer[CHUNK];
  eq->loops->load(dry, in[0], in[1], n);
  const Pair* const tone     = eq->tone_on ? run_tone_rt(eq, dry, tone_buffer, n) : dry;
  const Pair* const isolator = eq->isolator_on ? run_isolator_rt(eq, dry, isolator_buffer, n) : dry;

  if (eq->mix.still) {
    const double* const gains = curve_last(&eq->mix.gains);
    eq->loops->store(out[0], out[1], eq->isolator_on ? isolator : tone, gains[MIX_TONE] + gains[MIX_ISOLATOR], n);
    return;
  }
  const Pair* const all[MIX_WIDTH] = {[MIX_DRY] = dry, [MIX_TONE] = tone, [MIX_ISOLATOR] = isolator};
  Pair              mixed[CHUNK];
  run_mix_rt(&eq->mix, all, mixed, n);
  eq->loops->store(out[0], out[1], mixed, 1.0, n);
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
  if (controls) {
    eq_steer_read_rt(eq, controls);
  }
  for (uint32_t i = 0, k; i < n; i += k) {
    const bool moves = eq->changed || eq->busy;
    if (moves || eq->phase > UINT32_MAX / 2) { // a division, so not at every block
      eq->phase %= eq->grid;
    }
    if (moves && !eq->phase) {
      eq_steer_step_rt(eq);
    }
    const float* const from[2] = {in[0] + i, in[1] + i};
    float* const       to[2]   = {out[0] + i, out[1] + i};
    k                          = n - i;
    if (eq->changed || eq->busy) {
      k = k < eq->grid - eq->phase ? k : eq->grid - eq->phase;
    }
    uint32_t done = 0;
    if (!eq->busy && eq->tone_on && !eq->isolator_on) {
      done = run_direct_rt(eq, from, to, k);
    }
    if (eq->through) {
      copy_rt(from, to, k);
    } else if (done) {
      k = done;
    } else {
      k = k < CHUNK ? k : CHUNK;
      run_chunk_rt(eq, from, to, k);
    }
    eq->phase += k;
  }
}
