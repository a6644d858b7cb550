// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DSP_STILL_H
#define DSP_STILL_H

// The loops over filters at rest: where an equaliser spends its life.  One set for any machine, one for those that
// multiply and add in one instruction.  Results differ between the sets by rounding (below -200 dB) and never within
// one: a frame comes out the same however the signal is cut.

#include "dsp/isolator.h"
#include "dsp/section.h"

#define STILL_SECTIONS 3 ///< most sections in one cascade

typedef struct {
  /// `out` = `in` through sections[0] .. sections[k - 1]; [k] for k = 1 .. 3.  In place or apart.
  void (*cascade[STILL_SECTIONS + 1])(Section* const sections[], const Pair* in, Pair* out, uint32_t n) RT;

  /// `out` = `in` through an isolator.  In place or apart.
  void (*isolator)(Isolator* s, const Pair* in, Pair* out, uint32_t n) RT;
} StillLoops;

/// The fastest set of this machine.  Any thread.
const StillLoops* still_loops(void);

/// The set for any machine (what still_loops is checked against).  Any thread.
const StillLoops* still_loops_plain(void);

#endif
