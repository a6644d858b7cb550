// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PITCH_HOPS_H
#define PITCH_HOPS_H

// Rubber Band at work, hop by hop.  For shifts upwards the input is first read at up to PRE_MOST times its speed: that
// takes away treble that would not be kept anyhow, and there are that many windows less.  This speed moves slowly,
// since a tone that glides within a window comes out weaker.  What is read is then stretched in time, and where a frame
// of the input lies in the output is counted.
//
// Whoever feeds it owns it for one cell: a worker's thread ahead of need, or the process thread when it is needed. What
// comes out depends on neither, nor on when it is done.  Nobody waits to become the owner.

#include "pitch/input.h"

#include "dsp/sinc.h"

#define PRE_MOST 1.6

typedef struct Hops Hops;

// One hop: a frame of the input, where it is in the output.
typedef struct {
  double input, output;
} Anchor;

/// `input` is only read and must outlive it; `channels` 1 or 2; `fast`: the short window.  Takes milliseconds and
/// allocates megabytes: any thread but the process thread.  NULL: no memory.
Hops* hops_new(const Input* input, const SincTable* sinc, bool fast, uint32_t channels);
void  hops_free(Hops* h);

/// Frames that Rubber Band looks at before it makes a hop, and their middle.  Any thread.
uint32_t hops_window(double rate, bool fast);
uint32_t hops_centre(double rate, bool fast);

/// The least delay at which output is there when it is read, at any ratio from 0.5 to 2, frames.
uint32_t hops_delay(double rate, bool fast);

// ---- process thread -----------------------------------------------------------------------------------------------

/// Start anew at an input frame that begins a cell; nothing is due.  The next owner does it.
RT void hops_begin_rt(Hops* h, int64_t start);

/// The cell that starts now has its ratio: it is to be read so fast.  Before it becomes due.
RT void hops_cell_rt(Hops* h);

/// The speed at which a frame of the input is read.
RT double hops_pre_rt(const Hops* h, double frame);

/// Cells up to this input frame may be fed.
RT void    hops_due_rt(Hops* h, int64_t frame);
RT int64_t hops_fed_rt(const Hops* h);

/// Keep formants.
RT void hops_formant_rt(Hops* h, bool keep);

/// There is enough for another hop, as far as can be told.
RT bool hops_wanting_rt(const Hops* h);

/// Frames of output to read, and the line they are on; the anchors by count, the last HOPS_ANCHORS / 2 of them kept.
#define HOPS_ANCHORS 256
RT int64_t     hops_made_rt(const Hops* h);
RT const Line* hops_line_rt(const Hops* h);
RT uint32_t    hops_anchors_rt(const Hops* h);
RT Anchor      hops_anchor_rt(const Hops* h, uint32_t i);

/// Feed the next cell, if one is due.  False: none is, or the worker is at it (`*busy`).
RT bool hops_feed_rt(Hops* h, bool* busy);

// ---- other threads ------------------------------------------------------------------------------------------------

/// Feed all that is due.  The worker's thread, also while the process thread runs.
void hops_work(Hops* h);

/// Let the worker find nothing to do any more, and wait for it.  Not while the process thread runs.
void hops_stop(Hops* h);

#endif
