// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DEMO_VOICE_H
#define DEMO_VOICE_H

// Sounds for the demo's tracks, each added to a stereo tape whose end is its beginning: tails wrap around, so that a
// track loops without a seam.

#include <stdint.h>

typedef struct {
  float*  samples; ///< stereo, interleaved
  int64_t frames;
  double  rate; ///< Hz
} Tape;

/// A silent tape of `seconds`; ends the program where there is no memory.
Tape tape_new(double seconds, double rate);
void tape_free(Tape* t);

/// Repeats to the left and right by turns, `seconds` apart, each `feedback` (0..1) of the one before.
void tape_echo(Tape* t, double seconds, double feedback, double wet);

/// Duck by `depth` (0..1) at each beat, as a compressor fed with the bass drum would.
void tape_pump(Tape* t, double beat_seconds, double depth);

/// Bring the peak to `peak` (linear).
void tape_level(Tape* t, double peak);

/// A saw voice: two detuned saws through a low-pass whose corner falls from `bright` to `dark` Hz.
typedef struct {
  double start, seconds; ///< on the tape
  double midi;           ///< note number, 69 = 440 Hz
  double gain, pan;      ///< linear; -1 left .. 1 right
  double bright, dark;   ///< Hz
  double fall;           ///< seconds in which the corner falls
  double attack, release;
  double detune; ///< semitones between the two
} SawNote;
void add_saw(Tape* t, const SawNote* n);

/// A sine under the others.
void add_sub(Tape* t, double start, double seconds, double midi, double gain);

/// A struck bell: two-operator FM.
void add_bell(Tape* t, double start, double seconds, double midi, double gain, double pan);

void add_kick(Tape* t, double start, double gain);
void add_clap(Tape* t, double start, double gain);
void add_tom(Tape* t, double start, double hz, double gain, double pan);

/// Noise above `corner` Hz that decays to a third in `decay` seconds: hats, shakers, cymbals.
void add_noise(Tape* t, double start, double corner, double decay, double gain, double pan);

#endif
