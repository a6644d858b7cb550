// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DSP_SECTION_H
#define DSP_SECTION_H

// A second-order filter section for both channels, in two forms with one transfer function:
//
// gliding  a state-variable filter with trapezoidal integrators (A. Simper, "Linear Trapezoidal Integrated SVF",
//          Cytomic 2013) as state equations
//            u = x - s2,  s1' = p s1 + q u,  s2' = x + q s1 + r u,  y = c1 s1 + c2 s2 + d x
//          whose six numbers may move at every frame without a click.  The matrix of the states is the Cayley transform
//          of a damped one, so it lengthens no vector; neither does a convex mix of such matrices: a filter that moves
//          on a convex curve between two stable ones is stable however it moves.
// still    direct form II, which needs half the operations.  w = x - a1 w1 - a2 w2 of the one and the states of the
//          other are tied by  s1 = 2 a2' (w1 - w2),  s2 = 2 a3' (w1 + w2)  with a2' = g d, a3' = g^2 d,
//          d = 1 / (1 + g (g + k)), so that changing form changes nothing that is heard.
//
// Both in double precision, which keeps a shelf at 40 Hz exact at 192 kHz.  Process thread, or set-up before it.

#include "dsp/glide.h"
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
// functions.  `g` is shape_corner_rt's; `k` = 1 / Q > 0; `root` the fourth root of the gain, shape_root_rt's: of 0 dB
// (1) they pass the input unchanged.
RT void shape_low_shelf_rt(Shape s, double g, double k, double root);
RT void shape_bell_rt(Shape s, double g, double k, double root);
RT void shape_high_shelf_rt(Shape s, double g, double k, double root);

/// tan(pi hz / rate), with `hz` limited to 0.45 of the rate: the corner as all filters here take it.
RT double shape_corner_rt(double hz, double rate);

RT double shape_root_rt(double db);

RT static inline bool
shape_is_flat(const Shape s)
{
  return s[SHAPE_X] == 1.0 && s[SHAPE_BP] == 0.0 && s[SHAPE_LP] == 0.0;
}

/// Numbers of the state equations: a point of a curve.
enum { POINT_P, POINT_Q, POINT_R, POINT_C1, POINT_C2, POINT_D, POINT_WIDTH };

RT void shape_point_rt(const Shape shape, double point[POINT_WIDTH]);

/// The states of a filter in motion.
typedef struct {
  Pair s1, s2; ///< of the band-pass, of the low-pass integrator
} Svf;

#define GLIDING_GROUP 2 ///< frames

/// A section in motion.  Its numbers go straight for a group of frames, and meet the curve at either end of it.
typedef struct {
  Ramps    ramps; ///< after each frame at += slope, after each group slope += bend
  Svf      svf;
  uint32_t part; ///< frames into a group
} Gliding;

/// From the curve's ramps, which bend at every frame, to those of a section, at the start of a group.
RT void gliding_straighten_rt(Gliding* g);

/// Two frames of both channels: left and right of the first, then of the second.
typedef double Twice[4];

/** A section at rest: coefficients and state.  The recursion w = x - a1 w1 - a2 w2, y = b0 x + c1 w1 + c2 w2 of one
 * frame, and of the next, x', in terms of the same states: w' = x' - a1 x + (a1^2 - a2) w1 + a1 a2 w2,  y' = b0 x' + c1
 * x + (c2 - a1 c1) w1 - a2 c1 w2 */
typedef struct {
  _Alignas(32) Twice n1, n2, nx; ///< w = x + n1 w1 + n2 w2 + nx (x of the first; 0 for it)
  Twice b0, c1, c2, cx;          ///< y = b0 x + c1 w1 + c2 w2 + cx (x of the first; 0 for it)
  Pair  w1, w2;
  Pair  held; ///< frames are taken by twos: if half, this is the first of the two, and w1, w2 are from before it
  bool  half;
} Section;

/// Coefficients for a shape; the state is kept.
RT void section_shape_rt(Section* s, const Shape shape);

/// From motion to rest: coefficients and state.
RT void section_from_svf_rt(Section* s, const Svf* from, const Shape shape);

/// From rest to motion.  `shape` is the one the section has; it must have had an even number of frames.
RT void svf_from_section_rt(Svf* s, const Section* from, const Shape shape);

#endif
