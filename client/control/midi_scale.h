// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_MIDI_SCALE_H
#define CONTROL_MIDI_SCALE_H

// From where a controller stands, 0 .. 1, to a value, and back.

#include "base/status.h"

#include <stdbool.h>

typedef enum {
  SHAPE_LINEAR,
  SHAPE_LOG,    ///< equal steps are equal ratios: low (high / low)^p
  SHAPE_EXP,    ///< slow at first, 40 dB over the whole way: (100^p - 1) / 99
  SHAPE_SQUARE, ///< p^2
  SHAPE_COUNT
} Shape;

extern const char* const shape_names[SHAPE_COUNT];

typedef struct {
  double low, high; ///< at 0 and 1; high may be the lower one
  double center;    ///< at 0.5, if `centered`: each half is a way of its own
  bool   centered;
  Shape  curve;
} Scale;

/// Whether it can be: STATUS_BAD_VALUE, `error` says why not.
Status scale_check(const Scale* s, Error* error);

double scale_value(const Scale* s, double position);

/// The position whose value comes nearest; of values beyond the ends, the end.
double scale_position(const Scale* s, double value);

#endif
