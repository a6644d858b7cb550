// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PITCH_INPUT_H
#define PITCH_INPUT_H

// What went into the shifter lately: the signal and, on a grid of 1 ms cells, the ratio it is to be shifted by.  Both
// engines read from here.  The ratio belongs to the frame that came in with it, and so is heard as late as that frame.

#include "pitch/pace_rt.h"

#include "dsp/line.h"

#define INPUT_COARSE 8      ///< frames summed into one of the coarse line
#define INPUT_RATIOS 512    ///< cells whose ratio is kept, a power of two: half a second
#define INPUT_MOST_CELL 256 ///< frames of a cell, at the highest rate

typedef struct {
  Line     line;   ///< full rate
  Line     coarse; ///< every INPUT_COARSE frames their sum: for searches
  double   rate;
  uint32_t cell;  ///< frames per cell
  int64_t  now;   ///< frames written
  int64_t  cells; ///< cells begun
  double*  ratio; ///< at the start of each of the last cells
  Pace     pace;  ///< at which it comes in
} Input;

/// `past` frames can be read back, `guard` of them in a row.  Allocates; false: no memory.
bool input_init(Input* in, double rate, uint32_t past, uint32_t guard);
void input_release(Input* in);

/// Back to frame 0, silence before it, at a ratio that was there for ever.
RT void input_reset_rt(Input* in, double ratio);

/// Begin the cell that starts now, at this ratio.  Call when `now` is a multiple of the cell.
RT void input_cell_rt(Input* in, double ratio);

/// Append frames, none of them past the end of the cell.
RT void input_write_rt(Input* in, const float* left, const float* right, uint32_t n);

/// The ratio at a frame, interpolated; the last one known after the start of the last cell.
RT double input_ratio_rt(const Input* in, int64_t frame);

/// The ratio at the start of the cell that begins at a frame.  Any thread, for cells that are neither new nor too old.
RT double input_cell_ratio_rt(const Input* in, int64_t frame);

/// Frames of so many milliseconds.
RT static inline double
input_frames_of_ms(const Input* const in, const double ms)
{
  return ms * 1e-3 * in->rate;
}

#endif
