// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DSP_SINC_H
#define DSP_SINC_H

// Band-limited reading of a signal at any speed: a windowed sinc (Kaiser), polyphase with linear interpolation between
// phases; the cut-off is lowered when reading faster than 1, so that nothing aliases.
// (J. O. Smith, "Digital Audio Resampling Home Page"; Crochiere & Rabiner, Multirate Digital Signal Processing, ch. 4.)
//
// Positions are fixed point, 32.32 (SincPos): exact sums, the same on every machine.

#include "dsp/rt.h"

#include <stdint.h>

typedef int64_t SincPos; ///< frames * 2^32

#define SINC_ONE ((SincPos)1 << 32)

/// Frames a reader may touch before the frame at the position, and after it (the widest kernel).
/// Reading at position p touches frames floor(p) - SINC_BEFORE .. floor(p) + SINC_AFTER.
#define SINC_BEFORE 31
#define SINC_AFTER 32

typedef enum { SINC_16, SINC_32 } SincQuality; ///< taps at ratio 1: 90 dB, 103 dB signal to noise, to 15 kHz

/// Read-only kernel tables for all ratios; shared by all readers.
typedef struct SincTable SincTable;

/// The table for a quality, made at first use (allocates; any thread but the process thread; NULL: no memory).  Lives
/// as long as the program, unless everybody who asked for it gives it back.
const SincTable* sinc_table(SincQuality quality);

/// Give it back: a plugin must, since its library may be unloaded while the program goes on.
void sinc_table_release(const SincTable* t);

/** Read `n` interleaved stereo frames at positions pos, pos + step, ..., the step itself growing by `dstep` each frame.
 *
 * @param in   interleaved stereo; `in[2*k]`, `in[2*k+1]` is frame k; valid from floor(pos) - SINC_BEFORE to
 *             floor(last position) + SINC_AFTER
 * @param pos  in and out: first position, then the one after the last frame read
 * @param step in and out: frames per frame, 32.32, 0 < step <= 16 * SINC_ONE (wider steps alias, nothing worse)
 * @param out  two planes of n frames
 *
 * A position that is a whole number with step SINC_ONE and dstep 0 copies: bit for bit.
 * The result for one frame depends only on its position and step, not on how the reading is cut into calls.
 */
RT void sinc_read_rt(const SincTable* t,
                     const float*     in,
                     SincPos*         pos,
                     SincPos*         step,
                     SincPos          dstep,
                     float* const     out[2],
                     uint32_t         n);

/// The same with the instructions that every machine has; it differs by rounding (below -120 dB).
RT void sinc_read_plain_rt(const SincTable* t,
                           const float*     in,
                           SincPos*         pos,
                           SincPos*         step,
                           SincPos          dstep,
                           float* const     out[2],
                           uint32_t         n);

#endif
