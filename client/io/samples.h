// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef IO_SAMPLES_H
#define IO_SAMPLES_H

// What is done to every sample that comes from a file.  Any thread.

#include <stdint.h>

/// Silence in place of infinities and what is no number, which would stay in every filter they meet.
void samples_make_finite(float* samples, int64_t n);

/// Both channels of `n` frames from one.
void samples_from_mono(float* stereo, const float* mono, int64_t n);

/// The first two of `channels`.
void samples_from_many(float* stereo, const float* wide, int64_t n, int channels);

#endif
