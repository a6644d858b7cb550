// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PITCH_STRETCHER_H
#define PITCH_STRETCHER_H

// The engine for large shifts: Rubber Band stretches time by the pitch ratio, its own resampler unused, and our reader
// brings the result back to time.  It is fed cell by cell, so that what it makes depends on no block size; where a
// frame of the input lies in its output is counted, hop by hop.

#include "pitch/input.h"

#include "dsp/sinc.h"

typedef enum {
  STRETCHER_FAST, ///< R3, short window
  STRETCHER_FINE, ///< R3, standard window
} StretcherQuality;

typedef struct Stretcher Stretcher;

/// `input` is only read and must outlive it; `channels` 1 or 2.  Takes milliseconds and allocates megabytes: any thread
/// but the process thread.  NULL: no memory.
Stretcher* stretcher_new(const Input* input, const SincTable* sinc, StretcherQuality quality, uint32_t channels);
void       stretcher_free(Stretcher* st);

/// The delay at which its output never runs dry at any ratio from 0.5 to 2, frames; and the past it needs to start.
/// Any thread; the same for all instances of a rate and quality.
uint32_t stretcher_delay(double rate, StretcherQuality quality);
uint32_t stretcher_past(double rate, StretcherQuality quality);

/// Start anew: take in the past, faster than it came, until it has caught up.  At frame 0 that is nothing.
RT void stretcher_start_rt(Stretcher* st);
RT bool stretcher_ready_rt(const Stretcher* st);

/// Nothing more to do, until the next start.
RT void stretcher_stop_rt(Stretcher* st);

/// Keep formants.
RT void stretcher_formant_rt(Stretcher* st, bool keep);

/// The head, once ready: at the place that is `delay` old; and moved from there, to come back by and by.
RT void stretcher_aim_rt(Stretcher* st, uint32_t delay);
RT void stretcher_shift_rt(Stretcher* st, double frames);

/// Feed the cell that has just ended, and aim for the one that starts now.  After input_cell_rt().
RT void stretcher_cell_rt(Stretcher* st);

/// The next `n` frames, none past the end of the cell.
RT void stretcher_read_rt(Stretcher* st, float* const out[2], uint32_t n);

/// The speed of the head now, frames per frame.
RT double stretcher_speed_rt(const Stretcher* st);

/// Cells for which the output ran dry, since it was made.
RT uint32_t stretcher_dry_rt(const Stretcher* st);

#endif
