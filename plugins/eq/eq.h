// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef EQ_EQ_H
#define EQ_EQ_H

// A three-band DJ equaliser of two characters, Tone (shelf, bell, shelf) and Isolator (crossovers with true kill), as
// plain signal processing: no host, no LV2.  Its delay is none.
//
// All controls glide for 20 ms, and bypass, mode and kills cross-fade as long, on a grid of 1 ms counted
// since activation, so that neither how the signal is cut into blocks nor where a block starts is heard.  What is flat
// costs nothing: with all gains at 0 dB in Tone mode, or bypassed, output equals input bit for bit.

#include "dsp/rt.h"
#include "eq/eq_ports.h"

#include <stdint.h>

typedef struct Eq Eq;

/// What a control is called and may be.
typedef struct {
  const char* symbol;
  float       min, max, def;
} EqControlInfo;

extern const EqControlInfo eq_control_info[EQ_CONTROLS];

/// A new equaliser, activated.  NULL: no memory.  Any thread; the caller frees it.
Eq*  eq_new(double rate);
void eq_free(Eq* eq);

/// Forget all sound and all controls: the next run starts at its controls' values.  Not while running.
void eq_activate(Eq* eq);

/** Run `n` frames, 0 included, of two channels.
 *
 * @param controls  EQ_CONTROLS values.  Out of range: the nearest in it; not finite: the default.  NULL: those of the
 *                  run before, of which there was one of at least a frame since activation
 * @param in, out   out may be in, also crossed (out[0] == in[1]); in[1] may be in[0]
 */
RT void eq_run_rt(Eq* eq, const float* controls, const float* const in[2], float* const out[2], uint32_t n);

/// The magnitude in dB that the equaliser has at `hz` once these controls have settled, in closed form.  Any thread.
double eq_response_db(const float controls[EQ_CONTROLS], double rate, double hz);

#endif
