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

#define BIT(control) (1u << EQ_##control)

// Which controls a glide's target is made of.
static const uint32_t made_of[GLIDES] = {
  [GLIDE_LOW_FREQ]     = BIT(LOW_FREQ),
  [GLIDE_MID_FREQ]     = BIT(MID_FREQ),
  [GLIDE_HIGH_FREQ]    = BIT(HIGH_FREQ),
  [GLIDE_MID_Q]        = BIT(MID_Q),
  [GLIDE_TONE]         = BIT(LOW) | BIT(KILL_LOW),
  [GLIDE_TONE + 1]     = BIT(MID) | BIT(KILL_MID),
  [GLIDE_TONE + 2]     = BIT(HIGH) | BIT(KILL_HIGH),
  [GLIDE_ISOLATOR]     = BIT(LOW) | BIT(KILL_LOW),
  [GLIDE_ISOLATOR + 1] = BIT(MID) | BIT(KILL_MID),
  [GLIDE_ISOLATOR + 2] = BIT(HIGH) | BIT(KILL_HIGH),
  [GLIDE_GAIN]         = BIT(GAIN),
  [GLIDE_TO_TONE]      = BIT(ENABLED) | BIT(MODE),
  [GLIDE_TO_ISOLATOR]  = BIT(ENABLED) | BIT(MODE),
};

// Take the glides that moved out of their logarithms.
RT static void
unfold_rt(Eq* const eq, const bool moved[GLIDES])
{
  for (int b = 0; b < EQ_BANDS; ++b) {
    if (moved[GLIDE_LOW_FREQ + b]) {
      eq->corner[b] = exp(eq->glide[GLIDE_LOW_FREQ + b].value);
    }
  }
  if (moved[GLIDE_MID_Q]) {
    eq->damping = exp(eq->glide[GLIDE_MID_Q].value);
  }
  if (moved[GLIDE_GAIN]) {
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
  b->form = shape_is_flat(b->shape) ? FORM_OFF : FORM_STILL;
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
  curve_ramps_rt(&c->gains, eq->grid, &c->filter.gains);
}

RT static void
band_step_rt(const Eq* const eq, EqBand* const b, const int band, const bool moved[GLIDES])
{
  const bool move = moved[GLIDE_LOW_FREQ + band] || moved[GLIDE_TONE + band] || (band == 1 && moved[GLIDE_MID_Q]);
  double     point[POINT_WIDTH];
  if (b->form == FORM_OFF) {
    if (!moved[GLIDE_TONE + band]) {
      return; // flat, wherever its corner is
    }
    band_shape_rt(eq, band, 0.0, b->shape);
    shape_point_rt(b->shape, point);
    curve_set_rt(&b->points, point);
    memset(&b->gliding, 0, sizeof(b->gliding));
    b->form = FORM_GLIDING;
  } else if (b->form == FORM_STILL && move) {
    svf_from_section_rt(&b->gliding.svf, &b->still, b->shape);
    b->form = FORM_GLIDING;
  }
  if (b->form != FORM_GLIDING) {
    return;
  }
  if (move) {
    band_shape_rt(eq, band, eq->glide[GLIDE_TONE + band].value, b->shape);
    shape_point_rt(b->shape, point);
  } else {
    memcpy(point, curve_last(&b->points), sizeof(point));
  }
  curve_push_rt(&b->points, point);
  if (!curve_is_still(&b->points)) {
    curve_ramps_rt(&b->points, eq->grid, &b->gliding.ramps);
  } else if (shape_is_flat(b->shape)) {
    b->form = FORM_OFF;
  } else {
    section_from_svf_rt(&b->still, &b->gliding.svf, b->shape);
    b->form = FORM_STILL;
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
  curve_push_rt(&c->corners, point);
  if (!curve_is_still(&c->corners)) {
    curve_ramps_rt(&c->corners, eq->grid, &c->filter.corners);
  } else {
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
  curve_push_rt(&c->gains, gains);
  curve_ramps_rt(&c->gains, eq->grid, &c->filter.gains);
  c->gains_move = !curve_is_still(&c->gains);
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
    for (int b = 0; b < EQ_BANDS; ++b) {
      band_start_rt(eq, &eq->band[b], b);
    }
  }
  if (isolator && !eq->isolator_on) {
    cross_start_rt(eq, &eq->cross);
  }
  eq->tone_on     = tone;
  eq->isolator_on = isolator;
}

// Whether anything moves, and whether the sound needs touching at all.
RT static void
settle_rt(Eq* const eq)
{
  bool busy = !eq->mix.still, flat = true;
  for (int g = 0; g < GLIDES; ++g) {
    busy = busy || glide_is_moving(&eq->glide[g]);
  }
  for (int b = 0; eq->tone_on && b < EQ_BANDS; ++b) {
    busy = busy || eq->band[b].form == FORM_GLIDING;
    flat = flat && eq->band[b].form == FORM_OFF;
  }
  busy                      = busy || (eq->isolator_on && (eq->cross.corners_move || eq->cross.gains_move));
  const double* const gains = curve_last(&eq->mix.gains);
  eq->busy                  = busy;
  eq->through = eq->mix.still && (gains[MIX_DRY] == 1.0 || (gains[MIX_TONE] == 1.0 && !eq->isolator_on && flat));
}

// ---- steering -----------------------------------------------------------------------------------------------------

RT static void
start_rt(Eq* const eq)
{
  double gains[CURVE_WIDTH];
  bool   moved[GLIDES];
  for (int g = 0; g < GLIDES; ++g) {
    glide_set_rt(&eq->glide[g], target_rt(eq, (EqGlide)g));
    moved[g] = true;
  }
  unfold_rt(eq, moved);
  mix_gains_rt(eq, gains);
  curve_set_rt(&eq->mix.gains, gains);
  eq->mix.still   = true;
  eq->tone_on     = false;
  eq->isolator_on = false;
  eq->fresh       = false;
  eq->changed     = 0;
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
  memcpy(eq->given, controls, sizeof(eq->given));
  for (int c = 0; c < EQ_CONTROLS; ++c) {
    const EqControlInfo* const info = &eq_control_info[c];
    float                      v    = isfinite(controls[c]) ? controls[c] : info->def;
    v                               = v < info->min ? info->min : v > info->max ? info->max : v;
    eq->changed |= (uint32_t)(v != eq->controls[c]) << c;
    eq->controls[c] = v;
  }
  if (eq->fresh) {
    start_rt(eq);
  }
}

void
eq_steer_step_rt(Eq* const eq)
{
  bool moved[GLIDES];
  for (int g = 0; g < GLIDES; ++g) {
    if (eq->changed & made_of[g]) {
      glide_aim_rt(&eq->glide[g], target_rt(eq, (EqGlide)g), eq->glide_steps);
    }
    moved[g] = glide_step_rt(&eq->glide[g]);
  }
  eq->changed = 0;
  unfold_rt(eq, moved);

  if (!eq->mix.still || moved[GLIDE_GAIN] || moved[GLIDE_TO_TONE] || moved[GLIDE_TO_ISOLATOR]) {
    double gains[CURVE_WIDTH];
    mix_gains_rt(eq, gains);
    curve_push_rt(&eq->mix.gains, gains);
    curve_ramps_rt(&eq->mix.gains, eq->grid, &eq->mix.ramps);
    eq->mix.still = curve_is_still(&eq->mix.gains);
  }

  const bool tone_was = eq->tone_on, isolator_was = eq->isolator_on;
  modes_start_rt(eq);
  for (int b = 0; tone_was && eq->tone_on && b < EQ_BANDS; ++b) {
    band_step_rt(eq, &eq->band[b], b, moved);
  }
  if (isolator_was && eq->isolator_on) {
    cross_corners_step_rt(eq, &eq->cross, moved[GLIDE_LOW_FREQ] || moved[GLIDE_HIGH_FREQ]);
    cross_gains_step_rt(eq, &eq->cross,
                        moved[GLIDE_ISOLATOR] || moved[GLIDE_ISOLATOR + 1] || moved[GLIDE_ISOLATOR + 2]);
  }
  settle_rt(eq);
}
