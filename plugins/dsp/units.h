// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DSP_UNITS_H
#define DSP_UNITS_H

// Conversions between the units of the field.  Any thread.

#include "dsp/rt.h"

#include <math.h>

/// dB to linear gain.
RT static inline float
gain_of_db(float db)
{
  return expf(db * 0.11512925464970229f); // ln(10) / 20
}

/// Linear gain to dB; 0 gives -inf.
RT static inline float
db_of_gain(float gain)
{
  return 20.0f * log10f(gain);
}

/// Semitones to frequency ratio.
RT static inline double
ratio_of_semitones(double semitones)
{
  return exp2(semitones / 12.0);
}

/// Frequency ratio (> 0) to semitones.
RT static inline double
semitones_of_ratio(double ratio)
{
  return 12.0 * log2(ratio);
}

#endif
