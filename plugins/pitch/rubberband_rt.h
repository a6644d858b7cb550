// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PITCH_RUBBERBAND_RT_H
#define PITCH_RUBBERBAND_RT_H

// What we call of Rubber Band on the process thread.  RubberBandStretcher.h: "RT-safe when used in real-time mode with
// normal processing parameters. That is, it performs no allocation, locking, or blocking operations after
// initialisation during normal use, even when the time and pitch ratios change."

#include "dsp/rt.h"

#include <rubberband/rubberband-c.h>

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wredundant-decls"
#endif

RT void         rubberband_process(RubberBandState s, const float* const* input, unsigned int samples, int final);
RT int          rubberband_available(const RubberBandState s);
RT unsigned int rubberband_retrieve(const RubberBandState s, float* const* output, unsigned int samples);
RT unsigned int rubberband_get_samples_required(const RubberBandState s);
RT void         rubberband_set_time_ratio(RubberBandState s, double ratio);
RT void         rubberband_set_formant_option(RubberBandState s, RubberBandOptions options);
RT void         rubberband_reset(RubberBandState s);
#if RUBBERBAND_API_MAJOR_VERSION > 2 || RUBBERBAND_API_MINOR_VERSION >= 7
#define RUBBERBAND_HAS_R3 1
RT void rubberband_set_formant_scale(RubberBandState s, double scale);
#endif

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#endif
