// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DSP_ISOLATOR_H
#define DSP_ISOLATOR_H

// Three bands by two Linkwitz-Riley crossovers of 24 dB an octave, each band with its gain, summed again.
//
//   x --+-- LP4(f1) ------- AP2(f2) -- * low --+
//       +-- HP4(f1) --+---- LP4(f2) -- * mid --+-- y
//                     +---- HP4(f2) -- * high -+
//
// LP4 is a Butterworth low-pass of second order twice, and HP4 = AP2 - LP4 where AP2 is the all-pass of the same poles:
// the crossover of S. Linkwitz and R. Riley ("Active Crossover Networks for Noncoincident Drivers", JAES 24, 1976). The
// low leg goes through the upper crossover's all-pass, which puts all three in phase: the response is the all-passes
// times low * l1 + h1 * (mid * l2 + high * h2)  with l + h = 1, both positive.  So gains all 1 sum flat, and no setting
// is louder anywhere than its loudest band.
//
// Its filters are at rest or in motion as in section.h; the gains, which are only factors, may move in both forms.
// Process thread, or set-up before it.

#include "dsp/section.h"

#define ISOLATOR_BANDS 3

/// Filters of the network.  SPLIT gives low-pass and all-pass at once.
enum { ISOLATOR_SPLIT1, ISOLATOR_LP1, ISOLATOR_SPLIT2, ISOLATOR_LP2, ISOLATOR_AP2, ISOLATOR_FILTERS };

/// Coefficients of one crossover at rest.
typedef struct {
  Pair a1, a2;        ///< w = x - a1 w1 - a2 w2
  Pair lp0, lp1, lp2; ///< low-pass = lp0 x + lp1 w1 + lp2 w2
  Pair ap1, ap2;      ///< all-pass = a2 x + ap1 w1 + ap2 w2
} IsolatorCross;

/// What moves with the corners: POINT_P, POINT_Q, POINT_R of the lower crossover, then of the upper one.
enum { ISOLATOR_UPPER = POINT_R + 1, ISOLATOR_CORNERS = 2 * ISOLATOR_UPPER };

typedef struct {
  Ramps         gains;    ///< by band, linear
  IsolatorCross cross[2]; ///< at rest,
  Pair          w[ISOLATOR_FILTERS][2];
  Ramps         corners; ///< in motion
  Svf           svf[ISOLATOR_FILTERS];
} Isolator;

/// Two corners (shape_corner_rt's, the upper one not below the lower) as a point of a curve.
RT void isolator_point_rt(const double corners[2], double point[ISOLATOR_CORNERS]);

/// Coefficients at rest; the state is kept.
RT void isolator_shape_rt(Isolator* s, const double corners[2]);

/// From motion to rest at these corners.
RT void isolator_rest_rt(Isolator* s, const double corners[2]);

/// From rest at these corners to motion.
RT void isolator_move_rt(Isolator* s, const double corners[2]);

#endif
