// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PITCH_PITCH_H
#define PITCH_PITCH_H

// The pitch shifter: two engines behind one latency.  Small shifts by the resampler, large ones by the stretcher; from
// one to the other by a handover, with hysteresis.  Switched off it is a delay of the same latency.

#include "pitch/pitch_ports.h"
#include "pitch/stretcher.h"

typedef struct Pitch Pitch;

typedef struct {
  bool             enabled;
  double           semitones; ///< the sum of all, -12 .. 12
  PitchEngine      engine;
  double           threshold; ///< semitones
  PitchQuality     quality;
  bool             formant;
  PitchLatencyMode latency_mode;
} PitchControls;

/// `channels` 1 or 2; rate 8000 .. 192000.  Without stretchers: see below.  NULL: no memory.
Pitch* pitch_new(double rate, uint32_t channels);
void   pitch_free(Pitch* p);

/// Silence again, and the next controls are taken as they are.  Any thread, but not while it runs.
void pitch_reset(Pitch* p);

// Stretchers are megabytes and take milliseconds to make, so they are made elsewhere and handed in.  Until the one that
// is wanted is there, the resampler does its work.

/// The quality whose stretcher is wanted and not there, or -1.  Process thread.
RT int pitch_missing_rt(const Pitch* p);

/// Make a stretcher for this shifter; NULL: no memory.  Any thread but the process thread, also while it runs.
Stretcher* pitch_make_stretcher(const Pitch* p, PitchQuality quality);

/// Take a stretcher over: the shifter owns it now.  False: it has one, and `st` stays the caller's.  Process thread.
RT bool pitch_take_stretcher_rt(Pitch* p, PitchQuality quality, Stretcher* st);

// With a worker, stretchers are fed ahead of need on its thread.  The output is the same.

/// Leave feeding to a worker, who is told in time.  Process thread.
RT void pitch_ahead_rt(Pitch* p, bool ahead);

/// Whether a stretcher has something for the worker to do.  Process thread, after running.
RT bool pitch_wanting_rt(const Pitch* p, PitchQuality quality);

/// Do it.  The worker's thread; the stretcher must have been taken over before.
void pitch_work(const Pitch* p, PitchQuality quality);

/// New controls, at the next cell of 1 ms.
RT void pitch_set_rt(Pitch* p, const PitchControls* c);

/// Any number of frames; in place or not.  With one channel only the first of each pair is looked at.
RT void pitch_run_rt(Pitch* p, const float* const in[2], float* const out[2], uint32_t n);

/// Frames by which the output is later than the input.
RT uint32_t pitch_latency_rt(const Pitch* p);

/// PITCH_ENGINE_RESAMPLER or PITCH_ENGINE_RUBBER_BAND: the one sounding, or, unshifted, the one that stands by.
RT PitchEngine pitch_active_engine_rt(const Pitch* p);

/// The longest latency at a rate, whatever the controls.
uint32_t pitch_longest_latency(double rate);

#endif
