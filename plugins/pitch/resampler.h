// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PITCH_RESAMPLER_H
#define PITCH_RESAMPLER_H

// The engine for small shifts: the input is read at the pitch ratio, and before the head comes too near to the newest
// frame, or too far from it, it is spliced to a place where the waveform repeats.  Splices keep clear of hits, and a
// hit is heard exactly one nominal delay after it came in.  (Verhelst & Roelands, WSOLA, ICASSP 1993.)
//
// At ratio 1 the head walks to the nominal delay and stays: then the output is the input, bit for bit.

#include "pitch/input.h"

#include "dsp/sinc.h"

typedef struct Resampler Resampler;

/// `input` is only read and must outlive it.  NULL: no memory.  Any thread but the process thread.
Resampler* resampler_new(const Input* input, const SincTable* sinc);
void       resampler_free(Resampler* rs);

/// The least nominal delay it can work at, frames.
RT uint32_t resampler_least_delay_rt(const Input* input);

/// The past it may look back at, behind the nominal delay, frames; and how much of it in a row.
uint32_t resampler_past(double rate);
uint32_t resampler_reach(double rate);

/// Forget the past; the head is at the nominal delay.
RT void resampler_start_rt(Resampler* rs, uint32_t delay);

/// Change the nominal delay; the head follows by a splice.
RT void resampler_delay_rt(Resampler* rs, uint32_t delay);

/// Move the head by so many frames, at once.
RT void resampler_shift_rt(Resampler* rs, double frames);

/// The cell that starts now is to come next: decide on splices.  After input_cell_rt().
RT void resampler_cell_rt(Resampler* rs);

/// The next `n` frames, none past the end of the cell.  Their input must have been written.
RT void resampler_read_rt(Resampler* rs, float* const out[2], uint32_t n);

/// True: at rest at the nominal delay, the output is a copy of the input.
RT bool resampler_home_rt(const Resampler* rs);

#endif
