// SPDX-License-Identifier: GPL-3.0-or-later
#include "eq/eq_state.h"

#include <math.h>
#include <string.h>

// ---- controls to targets ------------------------------------------------------------------------------------------

RT static double
band_db_rt(const Eq* const eq, const int band)
{
  const bool kill = eq->controls[EQ_KILL_LOW + band] > 0.5f;
  return kill ? (double)eq_control_info[EQ_LOW].min : (double)eq->controls[EQ_LOW + band];
}

RT static double
corner_rt(const Eq* const eq, const EqControl hz)
{
  return log(shape_corner_rt((double)eq->controls[hz], eq->rate));
}

RT static double
target_rt(const Eq* const eq, const EqGlide glide)
{
  const bool on = eq->controls[EQ_ENABLED] > 0.5f, isolator = eq->controls[EQ_MODE] > 0.5f;
  switch (glide) {
    case GLIDE_LOW_FREQ:
      return corner_rt(eq, EQ_LOW_FREQ);
    case GLIDE_MID_FREQ:
      return corner_rt(eq, EQ_MID_FREQ);
    case GLIDE_HIGH_FREQ:
      return corner_rt(eq, EQ_HIGH_FREQ);
    case GLIDE_MID_Q:
      return -log((double)eq->controls[EQ_MID_Q]);
    case GLIDE_GAIN:
      return (double)eq->controls[EQ_GAIN];
    case GLIDE_TO_TONE:
      return on && !isolator ? 1.0 : 0.0;
    case GLIDE_TO_ISOLATOR:
      return on && isolator ? 1.0 : 0.0;
    default:
      break;
  }
  if (glide < GLIDE_ISOLATOR) {
    return band_db_rt(eq, (int)(glide - GLIDE_TONE));
  }
  const double db = band_db_rt(eq, (int)(glide - GLIDE_ISOLATOR));
  return db > (double)eq_control_info[EQ_LOW].min ? exp(db * (M_LN10 / 20.0)) : 0.0;
}

#define BIT(n) (1u << (n))
#define BANDS(first) (BIT(first) | BIT((first) + 1) | BIT((first) + 2))

// The glides whose targets a control is part of.
static const uint32_t part_of[EQ_CONTROLS] = {
  [EQ_ENABLED]   = BIT(GLIDE_TO_TONE) | BIT(GLIDE_TO_ISOLATOR),
  [EQ_MODE]      = BIT(GLIDE_TO_TONE) | BIT(GLIDE_TO_ISOLATOR),
  [EQ_LOW]       = BIT(GLIDE_TONE) | BIT(GLIDE_ISOLATOR),
  [EQ_MID]       = BIT(GLIDE_TONE + 1) | BIT(GLIDE_ISOLATOR + 1),
  [EQ_HIGH]      = BIT(GLIDE_TONE + 2) | BIT(GLIDE_ISOLATOR + 2),
  [EQ_KILL_LOW]  = BIT(GLIDE_TONE) | BIT(GLIDE_ISOLATOR),
  [EQ_KILL_MID]  = BIT(GLIDE_TONE + 1) | BIT(GLIDE_ISOLATOR + 1),
  [EQ_KILL_HIGH] = BIT(GLIDE_TONE + 2) | BIT(GLIDE_ISOLATOR + 2),
  [EQ_LOW_FREQ]  = BIT(GLIDE_LOW_FREQ),
  [EQ_MID_FREQ]  = BIT(GLIDE_MID_FREQ),
  [EQ_MID_Q]     = BIT(GLIDE_MID_Q),
  [EQ_HIGH_FREQ] = BIT(GLIDE_HIGH_FREQ),
  [EQ_GAIN]      = BIT(GLIDE_GAIN),
};

// Take the glides that moved out of their logarithms.
RT static void
unfold_rt(Eq* const eq, const uint32_t moved)
{
  for (int b = 0; b < EQ_BANDS; ++b) {
    if (moved & BIT(GLIDE_LOW_FREQ + b)) {
      eq->corner[b] = exp(eq->glide[GLIDE_LOW_FREQ + b].value);
    }
  }
  if (moved & BIT(GLIDE_MID_Q)) {
    eq->damping = exp(eq->glide[GLIDE_MID_Q].value);
  }
  if (moved & BIT(GLIDE_GAIN)) {
    eq->gain = exp(eq->glide[GLIDE_GAIN].value * (M_LN10 / 20.0));
  }
}

// ---- shapes -------------------------------------------------------------------------------------------------------

RT static void
band_shape_rt(const Eq* const eq, const int band, const double db, Shape shape)
{
  const double root = shape_root_rt(db);
  if (band == 0) {
    shape_low_shelf_rt(shape, eq->corner[0], 1.0 / EQ_SHELF_Q, root);
  } else if (band == 1) {
    shape_bell_rt(shape, eq->corner[1], eq->damping, root);
  } else {
    shape_high_shelf_rt(shape, eq->corner[2], 1.0 / EQ_SHELF_Q, root);
  }
}

RT static void
cross_corners_rt(const Eq* const eq, EqCross* const c, double point[CURVE_WIDTH])
{
  c->at[0] = eq->corner[0];
  c->at[1] = eq->corner[2];
  isolator_point_rt(c->at, point);
}

RT static void
cross_gains_rt(const Eq* const eq, double gains[CURVE_WIDTH])
{
  memset(gains, 0, CURVE_WIDTH * sizeof(*gains));
  for (int b = 0; b < EQ_BANDS; ++b) {
    gains[b] = eq->glide[GLIDE_ISOLATOR + b].value;
  }
}

RT static void
mix_gains_rt(const Eq* const eq, double gains[CURVE_WIDTH])
{
  const double tone = eq->glide[GLIDE_TO_TONE].value, isolator = eq->glide[GLIDE_TO_ISOLATOR].value;
  memset(gains, 0, CURVE_WIDTH * sizeof(*gains));
  gains[MIX_DRY]      = 1.0 - tone - isolator;
  gains[MIX_TONE]     = eq->gain * tone;
  gains[MIX_ISOLATOR] = eq->gain * isolator;
}

// ---- filters ------------------------------------------------------------------------------------------------------

// At rest at the glides' values, with no sound in it.
RT static void
band_start_rt(const Eq* const eq, EqBand* const b, const int band)
{
  double point[POINT_WIDTH];
  memset(b, 0, sizeof(*b));
  band_shape_rt(eq, band, eq->glide[GLIDE_TONE + band].value, b->shape);
  shape_point_rt(b->shape, point);
  curve_set_rt(&b->points, point);
  section_shape_rt(&b->still, b->shape);
  b->on = !shape_is_flat(b->shape);
}

RT static void
cross_start_rt(const Eq* const eq, EqCross* const c)
{
  double point[CURVE_WIDTH], gains[CURVE_WIDTH];
  memset(c, 0, sizeof(*c));
  cross_corners_rt(eq, c, point);
  cross_gains_rt(eq, gains);
  curve_set_rt(&c->corners, point);
  curve_set_rt(&c->gains, gains);
  isolator_shape_rt(&c->filter, c->at);
  curve_rest_rt(&c->gains, &c->filter.gains);
}

// One that was flat comes in.
RT static void
band_enter_rt(const Eq* const eq, EqBand* const b, const int band)
{
  double point[POINT_WIDTH];
  band_shape_rt(eq, band, 0.0, b->shape);
  shape_point_rt(b->shape, point);
  curve_set_rt(&b->points, point);
  memset(&b->gliding, 0, sizeof(b->gliding));
  b->on = true;
}

// Return: whether it moves.
RT static bool
band_step_rt(const Eq* const eq, EqBand* const b, const int band, const bool move)
{
  double point[POINT_WIDTH];
  if (!move && curve_is_still(&b->points)) {
    return false;
  }
  if (move) {
    band_shape_rt(eq, band, eq->glide[GLIDE_TONE + band].value, b->shape);
    shape_point_rt(b->shape, point);
  } else {
    memcpy(point, curve_last(&b->points), sizeof(point));
  }
  curve_push_rt(&b->points, point, eq->per_frame, &b->gliding.ramps);
  gliding_straighten_rt(&b->gliding);
  if (!curve_is_still(&b->points)) {
    return true;
  }
  b->on = !shape_is_flat(b->shape);
  return false;
}

// The glides that shape a band.
static const uint32_t shaped_by[EQ_BANDS] = {
  BIT(GLIDE_LOW_FREQ) | BIT(GLIDE_TONE),
  BIT(GLIDE_MID_FREQ) | BIT(GLIDE_TONE + 1) | BIT(GLIDE_MID_Q),
  BIT(GLIDE_HIGH_FREQ) | BIT(GLIDE_TONE + 2),
};

RT static void
tone_step_rt(const Eq* const eq, EqTone* const t, const uint32_t moved)
{
  bool move[EQ_BANDS], any = false, moves = false;
  for (int b = 0; b < EQ_BANDS; ++b) { // what is flat is so wherever its corner is
    move[b] = moved & (t->band[b].on ? shaped_by[b] : BIT(GLIDE_TONE + b));
    any     = any || move[b];
  }
  if (!t->moves && !any) {
    return;
  }
  for (int b = 0; b < EQ_BANDS; ++b) {
    if (!t->band[b].on && move[b]) {
      band_enter_rt(eq, &t->band[b], b);
    } else if (t->band[b].on && !t->moves) {
      svf_from_section_rt(&t->band[b].gliding.svf, &t->band[b].still, t->band[b].shape);
      curve_rest_rt(&t->band[b].points, &t->band[b].gliding.ramps);
    }
    if (t->band[b].on && band_step_rt(eq, &t->band[b], b, move[b])) {
      moves = true;
    }
  }
  t->moves = moves;
  for (int b = 0; !moves && b < EQ_BANDS; ++b) {
    if (t->band[b].on) {
      section_from_svf_rt(&t->band[b].still, &t->band[b].gliding.svf, t->band[b].shape);
    }
  }
}

RT static void
cross_corners_step_rt(const Eq* const eq, EqCross* const c, const bool move)
{
  double point[CURVE_WIDTH];
  if (!c->corners_move) {
    if (!move) {
      return;
    }
    isolator_move_rt(&c->filter, c->at);
    c->corners_move = true;
  }
  if (move) {
    cross_corners_rt(eq, c, point);
  } else {
    memcpy(point, curve_last(&c->corners), sizeof(point));
  }
  curve_push_rt(&c->corners, point, eq->per_frame, &c->filter.corners);
  if (curve_is_still(&c->corners)) {
    isolator_rest_rt(&c->filter, c->at);
    c->corners_move = false;
  }
}

RT static void
cross_gains_step_rt(const Eq* const eq, EqCross* const c, const bool move)
{
  if (!c->gains_move && !move) {
    return;
  }
  double gains[CURVE_WIDTH];
  cross_gains_rt(eq, gains);
  curve_push_rt(&c->gains, gains, eq->per_frame, &c->filter.gains);
  c->gains_move = !curve_is_still(&c->gains);
}

// The gains of a mode that was not heard, which nobody moved meanwhile.
RT static void
gains_start_rt(Eq* const eq, const EqGlide first)
{
  for (int b = 0; b < EQ_BANDS; ++b) {
    glide_set_rt(&eq->glide[first + b], target_rt(eq, (EqGlide)(first + b)));
  }
}

// Which modes are heard before the next grid line; one that comes up starts from silence.
RT static void
modes_start_rt(Eq* const eq)
{
  bool tone = false, isolator = false;
  for (int p = 0; p < 3; ++p) {
    tone     = tone || eq->mix.gains.point[p][MIX_TONE] != 0.0;
    isolator = isolator || eq->mix.gains.point[p][MIX_ISOLATOR] != 0.0;
  }
  if (tone && !eq->tone_on) {
    gains_start_rt(eq, GLIDE_TONE);
    for (int b = 0; b < EQ_BANDS; ++b) {
      band_start_rt(eq, &eq->tone.band[b], b);
    }
    eq->tone.moves = false;
  }
  if (isolator && !eq->isolator_on) {
    gains_start_rt(eq, GLIDE_ISOLATOR);
    cross_start_rt(eq, &eq->cross);
  }
  eq->tone_on     = tone;
  eq->isolator_on = isolator;
}

// Whether anything moves, and whether the sound needs touching at all.
RT static void
settle_rt(Eq* const eq)
{
  eq->busy = eq->gliding || !eq->mix.still || (eq->tone_on && eq->tone.moves) ||
             (eq->isolator_on && (eq->cross.corners_move || eq->cross.gains_move));
  const double* const gains = curve_last(&eq->mix.gains);
  bool                flat  = !eq->isolator_on && gains[MIX_TONE] == 1.0;
  for (int b = 0; flat && eq->tone_on && b < EQ_BANDS; ++b) {
    flat = !eq->tone.band[b].on;
  }
  eq->through = eq->mix.still && (flat || gains[MIX_DRY] == 1.0);
}

// ---- steering -----------------------------------------------------------------------------------------------------

RT static void
start_rt(Eq* const eq)
{
  double gains[CURVE_WIDTH];
  for (int g = 0; g < GLIDES; ++g) {
    glide_set_rt(&eq->glide[g], target_rt(eq, (EqGlide)g));
  }
  unfold_rt(eq, ~0u);
  mix_gains_rt(eq, gains);
  curve_set_rt(&eq->mix.gains, gains);
  eq->mix.still   = true;
  eq->tone_on     = false;
  eq->isolator_on = false;
  eq->fresh       = false;
  eq->changed     = 0;
  eq->gliding     = 0;
  eq->phase       = 0;
  modes_start_rt(eq);
  settle_rt(eq);
}

void
eq_steer_read_rt(Eq* const eq, const float* const controls)
{
  if (!eq->fresh && !memcmp(controls, eq->given, sizeof(eq->given))) {
    return;
  }
  for (int c = 0; c < EQ_CONTROLS; ++c) {
    if (!eq->fresh && !memcmp(&controls[c], &eq->given[c], sizeof(eq->given[c]))) {
      continue;
    }
    const EqControlInfo* const info = &eq_control_info[c];
    float                      v    = isfinite(controls[c]) ? controls[c] : info->def;
    v                               = v < info->min ? info->min : v > info->max ? info->max : v;
    eq->changed |= (uint32_t)(v != eq->controls[c]) << c;
    eq->controls[c] = v;
    eq->given[c]    = controls[c];
  }
  if (eq->fresh) {
    start_rt(eq);
  }
}

// The controls that changed set glides off; the gains of a mode that is not heard need none, they wait until it is.
RT static void
aim_rt(Eq* const eq)
{
  const uint32_t deaf  = (eq->tone_on ? 0 : BANDS(GLIDE_TONE)) | (eq->isolator_on ? 0 : BANDS(GLIDE_ISOLATOR));
  uint32_t       aimed = 0;
  for (uint32_t left = eq->changed; left; left &= left - 1) {
    aimed |= part_of[__builtin_ctz(left)];
  }
  for (aimed &= ~deaf; aimed; aimed &= aimed - 1) {
    const int g = __builtin_ctz(aimed);
    glide_aim_rt(&eq->glide[g], target_rt(eq, (EqGlide)g), eq->glide_steps);
    eq->gliding |= glide_is_moving(&eq->glide[g]) ? BIT(g) : 0;
  }
  eq->changed = 0;
}

void
eq_steer_step_rt(Eq* const eq)
{
  if (eq->changed) {
    aim_rt(eq);
  }
  const uint32_t moved = eq->gliding;
  for (uint32_t left = moved; left; left &= left - 1) {
    const int g = __builtin_ctz(left);
    glide_step_rt(&eq->glide[g]);
    eq->gliding &= glide_is_moving(&eq->glide[g]) ? ~0u : ~BIT(g);
  }
  unfold_rt(eq, moved);

  const bool tone_was = eq->tone_on, isolator_was = eq->isolator_on;
  if (!eq->mix.still || moved & (BIT(GLIDE_GAIN) | BIT(GLIDE_TO_TONE) | BIT(GLIDE_TO_ISOLATOR))) {
    double gains[CURVE_WIDTH];
    mix_gains_rt(eq, gains);
    curve_push_rt(&eq->mix.gains, gains, eq->per_frame, &eq->mix.ramps);
    eq->mix.still = curve_is_still(&eq->mix.gains);
    modes_start_rt(eq);
  }
  if (tone_was && eq->tone_on) {
    tone_step_rt(eq, &eq->tone, moved);
  }
  if (isolator_was && eq->isolator_on) {
    cross_corners_step_rt(eq, &eq->cross, moved & (BIT(GLIDE_LOW_FREQ) | BIT(GLIDE_HIGH_FREQ)));
    cross_gains_step_rt(eq, &eq->cross, moved & BANDS(GLIDE_ISOLATOR));
  }
  settle_rt(eq);
}
