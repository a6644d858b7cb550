// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PITCH_HANDOVER_H
#define PITCH_HANDOVER_H

// From one voice to another: both are recorded side by side for a while, compared, and cross-faded at the lag where
// they agree best, with the gains their correlation asks for.  Process thread.

#include "dsp/splice.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  float*   old_frames; ///< interleaved
  float*   new_frames;
  float*   coarse; ///< scratch for both
  uint32_t length; ///< frames to record
  uint32_t reach;  ///< frames of lag either way
  uint32_t at;     ///< frames recorded, or faded
  uint32_t fade;   ///< frames of the fade
  float    rho;
} Handover;

/// Allocates; false: no memory.  Any thread but the process thread.
bool handover_init(Handover* ho, double rate);
void handover_release(Handover* ho);

RT void handover_begin_rt(Handover* ho);

/// Take the same frames of both voices; true once there are enough.
RT bool handover_record_rt(Handover* ho, float* const old_planes[2], float* const new_planes[2], uint32_t n);

/// Compare; then the fade can begin.  Returns the frames by which the new voice must be moved ahead: 0 if it is
/// `fixed`.
RT double handover_match_rt(Handover* ho, bool fixed);

/// Fade the next frames, from the old into the new voice, leaving them in `old_planes`; true once it is over.
RT bool handover_fade_rt(Handover* ho, float* const old_planes[2], float* const new_planes[2], uint32_t n);

#endif
