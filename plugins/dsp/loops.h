// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DSP_LOOPS_H
#define DSP_LOOPS_H

// The loops in which an equaliser spends its life, in one text (loops_body.h) for every kind of machine: one set for
// any, one for those that multiply and add in one instruction, on four numbers at a time.  Results differ between the
// sets by rounding (below -200 dB) and never within one: a frame comes out the same however the signal is cut.

#include "dsp/isolator.h"
#include "dsp/section.h"

#define LOOPS_SECTIONS 3 ///< most sections in one cascade

typedef struct {
  const char* name;

  /// Two channels to pairs.  What is no sound (not a number, infinite, or beyond 1e15 = +300 dB) is read as silence: it
  /// never reaches the state of a filter, so there is nothing to recover from afterwards.
  void (*load)(Pair* out, const float* left, const float* right, uint32_t n) RT;

  /// And back, times a gain.
  void (*store)(float* left, float* right, const Pair* in, double gain, uint32_t n) RT;

  /// `out` = `in` through sections[0] .. sections[k - 1]; [k] for k = 1 .. 3.  In place or apart.
  void (*still[LOOPS_SECTIONS + 1])(Section* const sections[], const Pair* in, Pair* out, uint32_t n) RT;

  /// Load, the same, store, in one go; `n` is a multiple of 4, and no section has had half of two frames.  In place,
  /// crossed or apart.
  void (*direct[LOOPS_SECTIONS + 1])(Section* const     sections[],
                                     const float* const in[2],
                                     float* const       out[2],
                                     double             gain,
                                     uint32_t           n) RT;

  /// The same as still[], in motion.
  void (*gliding[LOOPS_SECTIONS + 1])(Gliding* const sections[], const Pair* in, Pair* out, uint32_t n) RT;

  /// `out` = `in` through an isolator: all at rest, its gains in motion, or everything.  In place or apart.
  void (*isolator)(Isolator* s, const Pair* in, Pair* out, uint32_t n) RT;
  void (*isolator_gains)(Isolator* s, const Pair* in, Pair* out, uint32_t n) RT;
  void (*isolator_gliding)(Isolator* s, const Pair* in, Pair* out, uint32_t n) RT;
} Loops;

/// The fastest set of this machine.  Any thread.
const Loops* loops_best(void);

/// Each set that this machine can run, the one for any machine first; NULL: no more.  Any thread.
const Loops* loops_nth(int n);

#endif
