// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PITCH_STRETCHER_H
#define PITCH_STRETCHER_H

// The engine for large shifts: Rubber Band stretches time by the pitch ratio, its own resampler unused (hops.h), and
// our reader brings the result back to time.
//
// The work is done hop by hop.  With a worker's thread it is done ahead of need there, and the process thread only
// reads; what the worker has not begun in time, the process thread does itself.  Without one, instances that live at
// the same time do their hops at different times, as far as the delay allows.  In no case does the output depend on it.
// Only where the worker has begun a hop and is kept from ending it until the output runs out, the sound of the last
// milliseconds is spliced on, until it is there.

#include "pitch/input.h"

#include "dsp/sinc.h"

typedef enum {
  STRETCHER_FAST, ///< R3, short window
  STRETCHER_FINE, ///< R3, standard window
} StretcherQuality;

typedef struct Stretcher Stretcher;

/// `input` is only read and must outlive it; `channels` 1 or 2; `seat` tells instances apart that live at one time.
/// Takes milliseconds and allocates megabytes: any thread but the process thread.  NULL: no memory.
Stretcher* stretcher_new(const Input*     input,
                         const SincTable* sinc,
                         StretcherQuality quality,
                         uint32_t         channels,
                         uint32_t         seat);
void       stretcher_free(Stretcher* st);

/// The delay at which its output never runs dry at any ratio from 0.5 to 2, frames; and the past it needs to start.
/// Any thread; the same for all instances of a rate and quality.
uint32_t stretcher_delay(double rate, StretcherQuality quality);
uint32_t stretcher_past(double rate, StretcherQuality quality);

/// Start anew: take in the past, faster than it came, until it has caught up.  At frame 0 that is nothing.
RT void stretcher_start_rt(Stretcher* st);
RT bool stretcher_ready_rt(const Stretcher* st);

/// Nothing more to do, until the next start; waits for the worker.  Any thread, but not while it runs.
void stretcher_stop(Stretcher* st);

/// Keep formants.
RT void stretcher_formant_rt(Stretcher* st, bool keep);

/// The head, once ready: at the place that is `delay` old; and moved from there, to come back by and by.
RT void stretcher_aim_rt(Stretcher* st, uint32_t delay);
RT void stretcher_shift_rt(Stretcher* st, double frames);

/// Feed what is due of the cells that have ended, and aim for the one that starts now.  After input_cell_rt(). `ahead`:
/// leave it to the worker, as far as there is time.
RT void stretcher_cell_rt(Stretcher* st, bool ahead);

/// The next `n` frames, none past the end of the cell.
RT void stretcher_read_rt(Stretcher* st, float* const out[2], uint32_t n);

/// The speed of the head now, frames per frame.
RT double stretcher_speed_rt(const Stretcher* st);

/// There is a hop for the worker to do; and do all there are, on its thread.
RT bool stretcher_wanting_rt(const Stretcher* st);
void    stretcher_work(Stretcher* st);

/// Since it was made: how often the output ran dry and was spliced on, and cells that were left to the worker and yet
/// fed on the process thread.
RT uint32_t stretcher_dry_rt(const Stretcher* st);
RT uint32_t stretcher_fed_here_rt(const Stretcher* st);

#endif
