// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef EQ_EQ_STATE_H
#define EQ_EQ_STATE_H

// What an equaliser holds.  eq_steer moves it from one grid line to the next, eq runs the sound through it.

#include "dsp/glide.h"
#include "dsp/isolator.h"
#include "dsp/loops.h"
#include "dsp/section.h"
#include "eq/eq.h"

#include <stdbool.h>

#define EQ_BANDS 3

/// Everything that glides.
typedef enum {
  GLIDE_LOW_FREQ, ///< logarithm of the corner as filters take it
  GLIDE_MID_FREQ,
  GLIDE_HIGH_FREQ,
  GLIDE_MID_Q,                                ///< logarithm of 1 / Q
  GLIDE_TONE,                                 ///< dB, by band
  GLIDE_ISOLATOR = GLIDE_TONE + EQ_BANDS,     ///< linear gain, by band
  GLIDE_GAIN     = GLIDE_ISOLATOR + EQ_BANDS, ///< dB
  GLIDE_TO_TONE,                              ///< share of the mode in the output; what is missing to 1 is the input
  GLIDE_TO_ISOLATOR,
  GLIDES
} EqGlide;

typedef struct {
  bool    on;    ///< else it is flat, and out of the path
  Shape   shape; ///< at this grid line
  Curve   points;
  Section still;
  Gliding gliding;
} EqBand;

/// All bands are at rest or in motion together: one loop for all is faster than one for each.
typedef struct {
  bool   moves;
  EqBand band[EQ_BANDS];
} EqTone;

typedef struct {
  bool     corners_move, gains_move;
  double   at[2]; ///< the corners at this grid line
  Curve    corners, gains;
  Isolator filter;
} EqCross;

/// Numbers of the mix: linear gains.
enum { MIX_DRY, MIX_TONE, MIX_ISOLATOR, MIX_WIDTH };

typedef struct {
  bool  still;
  Curve gains;
  Ramps ramps;
} EqMix;

struct Eq {
  double       rate;
  const Loops* loops;
  uint32_t     grid;        ///< frames from one grid line to the next, an even number
  double       per_frame;   ///< 1 / grid
  uint32_t     glide_steps; ///< grid lines from one value to the next

  float    given[EQ_CONTROLS];    ///< as last read,
  float    controls[EQ_CONTROLS]; ///< and taken into their ranges
  uint32_t changed;               ///< a bit for each control that did since the last grid line
  uint32_t gliding;               ///< a bit for each glide under way
  bool     fresh;                 ///< nothing has run since activation
  bool     busy;                  ///< something moves
  bool     through;               ///< at rest, and the output is the input

  uint32_t phase; ///< frames since a grid line, while something moves the last one
  Glide    glide[GLIDES];
  double   corner[EQ_BANDS], damping, gain; ///< where their glides are, no logarithms
  bool     tone_on, isolator_on;            ///< heard in this segment
  EqTone   tone;
  EqCross  cross;
  EqMix    mix;
};

/// Read the controls.  The first time since activation everything takes their values at once.
RT void eq_steer_read_rt(Eq* eq, const float* controls);

/// On to the next grid line.
RT void eq_steer_step_rt(Eq* eq);

#endif
