// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/midi_scale.h"

#include <math.h>

const char* const shape_names[SHAPE_COUNT] = {"linear", "log", "exp", "square"};

static const double EXP_RATIO = 100.0; ///< 40 dB

Status
scale_check(const Scale* const s, Error* const error)
{
  if (s->low == s->high) {
    return error_set(error, STATUS_BAD_VALUE, "a range from %g to %g is none", s->low, s->high);
  }
  if (s->centered && (s->center - s->low) * (s->high - s->center) <= 0.0) {
    return error_set(error, STATUS_BAD_VALUE, "the center must lie between %g and %g, not at %g", s->low, s->high,
                     s->center);
  }
  if (s->centered && s->curve != SHAPE_LINEAR) {
    return error_set(error, STATUS_BAD_VALUE, "a range with a center is linear");
  }
  if (s->curve == SHAPE_LOG && s->low * s->high <= 0.0) {
    return error_set(error, STATUS_BAD_VALUE, "log needs a range on one side of 0, not from %g to %g", s->low, s->high);
  }
  return STATUS_OK;
}

double
scale_value(const Scale* const s, const double position)
{
  const double p = fmin(fmax(position, 0.0), 1.0);
  if (p == 0.0 || p == 1.0) { // exactly
    return p == 0.0 ? s->low : s->high;
  }
  if (s->centered) {
    return p < 0.5 ? s->low + (s->center - s->low) * 2.0 * p : s->center + (s->high - s->center) * (2.0 * p - 1.0);
  }
  switch (s->curve) {
    case SHAPE_LOG:
      return s->low * pow(s->high / s->low, p);
    case SHAPE_EXP:
      return s->low + (s->high - s->low) * (pow(EXP_RATIO, p) - 1.0) / (EXP_RATIO - 1.0);
    case SHAPE_SQUARE:
      return s->low + (s->high - s->low) * p * p;
    default:
      return s->low + (s->high - s->low) * p;
  }
}

double
scale_position(const Scale* const s, const double value)
{
  const double along = (value - s->low) / (s->high - s->low);
  if (!(along > 0.0) || along >= 1.0) {
    return along >= 1.0 ? 1.0 : 0.0;
  }
  if (s->centered) {
    const double half = (value - s->low) / (s->center - s->low);
    return half <= 1.0 ? 0.5 * half : 0.5 + 0.5 * (value - s->center) / (s->high - s->center);
  }
  switch (s->curve) {
    case SHAPE_LOG:
      return log(value / s->low) / log(s->high / s->low);
    case SHAPE_EXP:
      return log1p(along * (EXP_RATIO - 1.0)) / log(EXP_RATIO);
    case SHAPE_SQUARE:
      return sqrt(along);
    default:
      return along;
  }
}
