// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DSP_SECTION_H
#define DSP_SECTION_H

// A second-order filter section for both channels, in two forms with one transfer function:
//
// gliding  a state-variable filter with trapezoidal integrators: its states are the integrators', so that corner and
//          gain may move at every frame without a click (A. Simper, "Linear Trapezoidal Integrated SVF", Cytomic 2013);
// still    direct form II, which needs half the operations.  w = x - a1 w1 - a2 w2 of the one and the states of the
//          other are tied by  s1 = 2 a2' (w1 - w2),  s2 = 2 a3' (w1 + w2)  with a2' = g d, a3' = g^2 d,
//          d = 1 / (1 + g (g + k)), so that changing form changes nothing that is heard.
//
// Both in double precision, which keeps a shelf at 40 Hz exact at 192 kHz.  Process thread, or set-up before it.

#include "dsp/pair.h"
#include "dsp/rt.h"

#include <stdint.h>

/// What a section is: numbers of a Shape.
enum {
  SHAPE_G,  ///< tan(pi f / rate), corner
  SHAPE_K,  ///< damping, 1 / Q
  SHAPE_X,  ///< share of the input in the output,
  SHAPE_BP, ///< of the band-pass,
  SHAPE_LP, ///< of the low-pass
  SHAPE_WIDTH
};
typedef double Shape[SHAPE_WIDTH];

// The shapes of R. Bristow-Johnson's "Cookbook formulae for audio EQ biquad filter coefficients": the same transfer
// functions.  `hz` above 0.45 of the rate is taken for that; q > 0; gains in dB.  Gain 0 passes the input unchanged.
RT void shape_low_shelf_rt(Shape s, double hz, double rate, double q, double db);
RT void shape_bell_rt(Shape s, double hz, double rate, double q, double db);
RT void shape_high_shelf_rt(Shape s, double hz, double rate, double q, double db);

/// tan(pi hz / rate), with `hz` limited to 0.45 of the rate: the corner as all filters here take it.
RT double shape_corner_rt(double hz, double rate);

/// The form at rest: coefficients (each twice, for both channels) and state.
typedef struct {
  Pair a1, a2;     ///< w = x - a1 w1 - a2 w2
  Pair b0, c1, c2; ///< y = b0 x + c1 w1 + c2 w2
  Pair w1, w2;
} Section;

/// The form in motion: state only.  Its shape is given at every frame.
typedef struct {
  Pair s1, s2; ///< of the band-pass, of the low-pass integrator
} Svf;

/// Coefficients for a shape; the state is kept.
RT void section_shape_rt(Section* s, const Shape shape);

/// From motion to rest: coefficients and state.
RT void section_from_svf_rt(Section* s, const Svf* from, const Shape shape);

/// From rest to motion.  `shape` is the one the section has.
RT void svf_from_section_rt(Svf* s, const Section* from, const Shape shape);

/// One frame of a filter in motion: the band-pass and the low-pass of x.
RT static inline void
svf_frame_rt(Svf* const s, const double g, const double k, const Pair x, Pair* const bp, Pair* const lp)
{
  const double d  = 1.0 / (1.0 + g * (g + k));
  const Pair   a1 = pair_of(d), a2 = pair_of(g * d), a3 = pair_of(g * g * d);
  const Pair   v3 = x - s->s2;
  *bp             = a1 * s->s1 + a2 * v3;
  *lp             = s->s2 + a2 * s->s1 + a3 * v3;
  s->s1           = *bp + *bp - s->s1;
  s->s2           = *lp + *lp - s->s2;
}

#endif
