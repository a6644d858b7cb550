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
target_rt(const Eq* const eq, const EqGlide glide)
{
  const bool on = eq->controls[EQ_ENABLED] > 0.5f, isolator = eq->controls[EQ_MODE] > 0.5f;
  switch (glide) {
    case GLIDE_LOW_FREQ:
      return log((double)eq->controls[EQ_LOW_FREQ]);
    case GLIDE_MID_FREQ:
      return log((double)eq->controls[EQ_MID_FREQ]);
    case GLIDE_HIGH_FREQ:
      return log((double)eq->controls[EQ_HIGH_FREQ]);
    case GLIDE_MID_Q:
      return log((double)eq->controls[EQ_MID_Q]);
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

// ---- shapes -------------------------------------------------------------------------------------------------------

RT static void
band_shape_rt(const Eq* const eq, const int band, const double db, Shape shape)
{
  const double hz = exp(eq->glide[GLIDE_LOW_FREQ + band].value);
  if (band == 0) {
    shape_low_shelf_rt(shape, hz, eq->rate, EQ_SHELF_Q, db);
  } else if (band == 1) {
    shape_bell_rt(shape, hz, eq->rate, exp(eq->glide[GLIDE_MID_Q].value), db);
  } else {
    shape_high_shelf_rt(shape, hz, eq->rate, EQ_SHELF_Q, db);
  }
}

RT static bool
shape_is_flat_rt(const double* const shape)
{
  return shape[SHAPE_X] == 1.0 && shape[SHAPE_BP] == 0.0 && shape[SHAPE_LP] == 0.0;
}

RT static void
cross_shape_rt(const Eq* const eq, double shape[ISOLATOR_WIDTH])
{
  shape[ISOLATOR_G1] = shape_corner_rt(exp(eq->glide[GLIDE_LOW_FREQ].value), eq->rate);
  shape[ISOLATOR_G2] = shape_corner_rt(exp(eq->glide[GLIDE_HIGH_FREQ].value), eq->rate);
  for (int b = 0; b < EQ_BANDS; ++b) {
    shape[ISOLATOR_LOW + b] = eq->glide[GLIDE_ISOLATOR + b].value;
  }
}

RT static void
mix_gains_rt(const Eq* const eq, double gains[CURVE_WIDTH])
{
  const double tone = eq->glide[GLIDE_TO_TONE].value, isolator = eq->glide[GLIDE_TO_ISOLATOR].value;
  const double gain = exp(eq->glide[GLIDE_GAIN].value * (M_LN10 / 20.0));
  memset(gains, 0, CURVE_WIDTH * sizeof(*gains));
  gains[MIX_DRY]      = 1.0 - tone - isolator;
  gains[MIX_TONE]     = gain * tone;
  gains[MIX_ISOLATOR] = gain * isolator;
}

// ---- filters ------------------------------------------------------------------------------------------------------

// At rest at the glides' values, with no sound in it.
RT static void
band_start_rt(const Eq* const eq, EqBand* const b, const int band)
{
  Shape shape;
  band_shape_rt(eq, band, eq->glide[GLIDE_TONE + band].value, shape);
  memset(b, 0, sizeof(*b));
  curve_set_rt(&b->shape, shape);
  section_shape_rt(&b->still, shape);
  b->form = shape_is_flat_rt(shape) ? FORM_OFF : FORM_STILL;
}

RT static void
cross_start_rt(const Eq* const eq, EqCross* const c)
{
  double shape[ISOLATOR_WIDTH];
  cross_shape_rt(eq, shape);
  memset(c, 0, sizeof(*c));
  curve_set_rt(&c->shape, shape);
  isolator_shape_rt(&c->still, shape);
  c->form = FORM_STILL;
}

RT static void
band_step_rt(const Eq* const eq, EqBand* const b, const int band, const bool moved[GLIDES])
{
  const double db   = eq->glide[GLIDE_TONE + band].value;
  const bool   move = moved[GLIDE_LOW_FREQ + band] || moved[GLIDE_TONE + band] || (band == 1 && moved[GLIDE_MID_Q]);
  Shape        shape;
  if (b->form == FORM_OFF) {
    if (!moved[GLIDE_TONE + band]) {
      return; // flat, wherever its corner is
    }
    band_shape_rt(eq, band, 0.0, shape);
    curve_set_rt(&b->shape, shape);
    memset(&b->gliding, 0, sizeof(b->gliding));
    b->form = FORM_GLIDING;
  } else if (b->form == FORM_STILL && move) {
    svf_from_section_rt(&b->gliding, &b->still, curve_last(&b->shape));
    b->form = FORM_GLIDING;
  }
  if (b->form != FORM_GLIDING) {
    return;
  }
  if (move) {
    band_shape_rt(eq, band, db, shape);
  } else {
    memcpy(shape, curve_last(&b->shape), sizeof(shape));
  }
  curve_push_rt(&b->shape, shape);
  if (!curve_is_still(&b->shape)) {
    curve_segment_rt(&b->shape, &b->segment);
  } else if (shape_is_flat_rt(shape)) {
    b->form = FORM_OFF;
  } else {
    section_from_svf_rt(&b->still, &b->gliding, shape);
    b->form = FORM_STILL;
  }
}

RT static void
cross_step_rt(const Eq* const eq, EqCross* const c, const bool moved[GLIDES])
{
  bool move = moved[GLIDE_LOW_FREQ] || moved[GLIDE_HIGH_FREQ];
  for (int b = 0; b < EQ_BANDS; ++b) {
    move = move || moved[GLIDE_ISOLATOR + b];
  }
  if (c->form == FORM_STILL) {
    if (!move) {
      return;
    }
    isolator_svf_from_rt(&c->gliding, &c->still, curve_last(&c->shape));
    c->form = FORM_GLIDING;
  }
  double shape[ISOLATOR_WIDTH];
  if (move) {
    cross_shape_rt(eq, shape);
  } else {
    memcpy(shape, curve_last(&c->shape), sizeof(shape));
  }
  curve_push_rt(&c->shape, shape);
  if (!curve_is_still(&c->shape)) {
    curve_segment_rt(&c->shape, &c->segment);
  } else {
    isolator_from_svf_rt(&c->still, &c->gliding, shape);
    c->form = FORM_STILL;
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
  busy                      = busy || (eq->isolator_on && eq->cross.form == FORM_GLIDING);
  const double* const gains = curve_last(&eq->mix.gains);
  eq->busy                  = busy;
  eq->through = eq->mix.still && (gains[MIX_DRY] == 1.0 || (gains[MIX_TONE] == 1.0 && !eq->isolator_on && flat));
}

// ---- steering -----------------------------------------------------------------------------------------------------

RT static void
start_rt(Eq* const eq)
{
  double gains[CURVE_WIDTH];
  for (int g = 0; g < GLIDES; ++g) {
    glide_set_rt(&eq->glide[g], target_rt(eq, (EqGlide)g));
  }
  mix_gains_rt(eq, gains);
  curve_set_rt(&eq->mix.gains, gains);
  eq->mix.still   = true;
  eq->tone_on     = false;
  eq->isolator_on = false;
  eq->fresh       = false;
  eq->pending     = false;
  eq->phase       = 0;
  modes_start_rt(eq);
  settle_rt(eq);
}

void
eq_steer_read_rt(Eq* const eq, const float* const controls)
{
  for (int c = 0; c < EQ_CONTROLS; ++c) {
    const EqControlInfo* const info = &eq_control_info[c];
    float                      v    = isfinite(controls[c]) ? controls[c] : info->def;
    v                               = v < info->min ? info->min : v > info->max ? info->max : v;
    eq->pending                     = eq->pending || v != eq->controls[c];
    eq->controls[c]                 = v;
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
    if (eq->pending) {
      glide_aim_rt(&eq->glide[g], target_rt(eq, (EqGlide)g), eq->glide_steps);
    }
    moved[g] = glide_step_rt(&eq->glide[g]);
  }
  eq->pending = false;

  double gains[CURVE_WIDTH];
  mix_gains_rt(eq, gains);
  curve_push_rt(&eq->mix.gains, gains);
  eq->mix.still = curve_is_still(&eq->mix.gains);
  curve_segment_rt(&eq->mix.gains, &eq->mix.segment);

  const bool tone_was = eq->tone_on, isolator_was = eq->isolator_on;
  modes_start_rt(eq);
  for (int b = 0; tone_was && eq->tone_on && b < EQ_BANDS; ++b) {
    band_step_rt(eq, &eq->band[b], b, moved);
  }
  if (isolator_was && eq->isolator_on) {
    cross_step_rt(eq, &eq->cross, moved);
  }
  settle_rt(eq);
}
