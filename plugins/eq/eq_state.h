// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef EQ_EQ_STATE_H
#define EQ_EQ_STATE_H

// What an equaliser holds.  eq_steer moves it from one grid line to the next, eq runs the sound through it.

#include "dsp/glide.h"
#include "dsp/isolator.h"
#include "dsp/section.h"
#include "dsp/still.h"
#include "eq/eq.h"

#include <stdbool.h>

#define EQ_BANDS 3

/// Everything that glides.
typedef enum {
  GLIDE_LOW_FREQ, ///< logarithm of Hz
  GLIDE_MID_FREQ,
  GLIDE_HIGH_FREQ,
  GLIDE_MID_Q,                                ///< logarithm
  GLIDE_TONE,                                 ///< dB, by band
  GLIDE_ISOLATOR = GLIDE_TONE + EQ_BANDS,     ///< linear gain, by band
  GLIDE_GAIN     = GLIDE_ISOLATOR + EQ_BANDS, ///< dB
  GLIDE_TO_TONE,                              ///< share of the mode in the output; what is missing to 1 is the input
  GLIDE_TO_ISOLATOR,
  GLIDES
} EqGlide;

/// A filter is out of the path, at rest, or in motion.
typedef enum { FORM_OFF, FORM_STILL, FORM_GLIDING } EqForm;

typedef struct {
  EqForm       form;
  Curve        shape;
  CurveSegment segment;
  Section      still;
  Svf          gliding;
} EqBand;

typedef struct {
  EqForm       form;
  Curve        shape;
  CurveSegment segment;
  Isolator     still;
  IsolatorSvf  gliding;
} EqCross;

/// Numbers of the mix: linear gains.
enum { MIX_DRY, MIX_TONE, MIX_ISOLATOR };

typedef struct {
  bool         still;
  Curve        gains;
  CurveSegment segment;
} EqMix;

struct Eq {
  double            rate;
  const StillLoops* loops;
  uint32_t          glide_steps; ///< grid lines from one value to the next

  float controls[EQ_CONTROLS]; ///< as last read, in range
  bool  fresh;                 ///< nothing has run since activation
  bool  pending;               ///< controls changed since the last grid line
  bool  busy;                  ///< something moves
  bool  through;               ///< at rest, and the output is the input

  uint32_t phase; ///< frames since the last grid line
  Glide    glide[GLIDES];
  bool     tone_on, isolator_on; ///< heard in this segment
  EqBand   band[EQ_BANDS];
  EqCross  cross;
  EqMix    mix;
};

/// Read the controls.  The first time since activation everything takes their values at once.
RT void eq_steer_read_rt(Eq* eq, const float* controls);

/// On to the next grid line.
RT void eq_steer_step_rt(Eq* eq);

#endif
