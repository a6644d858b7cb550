// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef IO_RECORDER_H
#define IO_RECORDER_H

// The master, written to a file.  By the path's ending:
//   .wav          32-bit float, the master bit for bit; beyond 4 GB it becomes an RF64 file
//   .flac         24 bit, clipped
//   .ogg, .opus   Ogg Vorbis and Opus, high quality (Opus at 48 kHz and fractions of it only)
// Disk thread only.

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct Recorder Recorder;

/// Create `path`, replacing what was there, for stereo at `rate` Hz.
Status recorder_start(Recorder** out, const char* path, uint32_t rate, Error* error);

/// Write `n` frames, interleaved.  What can't be written is dropped; recorder_stop reports it.
void recorder_write(Recorder* r, const float* stereo, uint32_t n);

/// Frames written so far.
uint64_t recorder_frames(const Recorder* r);

/// Finish the file and free the recorder.  The error says how much of the master is in the file.
Status recorder_stop(Recorder* r, Error* error);

#endif
