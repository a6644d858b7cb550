// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef IO_RECORDER_H
#define IO_RECORDER_H

// The master, written to a file.  By the path's ending:
//   .wav          32-bit float, the master bit for bit
//   .flac         24 bit, clipped
//   .ogg, .opus   Ogg Vorbis and Opus, high quality (Opus at 48 kHz and fractions of it only)
// A recording that becomes larger than a file may be goes on without a gap in another: mix.wav, mix-2.wav, mix-3.wav.
// Beside the first there is a cue sheet.  One thread at a time.

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

/// What every player and every file system can read: WAV counts to 4 GiB, and so does FAT.  Room for a header's end.
#define RECORDER_PART_BYTES (INT64_C(4294967296) - 4 * 1024 * 1024)

typedef struct {
  const char* path; ///< replaced if it is there
  uint32_t    rate; ///< Hz; always stereo
  int64_t     part; ///< bytes, beyond which another file is begun; 0: one file, a WAV beyond 4 GiB becomes RF64
  bool        cue;  ///< write a cue sheet
} RecorderConfig;

typedef struct Recorder Recorder;

Status recorder_start(Recorder** out, const RecorderConfig* config, Error* error);

/// Write `n` frames, interleaved.  false: it has failed, now or before, and the file is closed; what it holds can be
/// played, what comes is dropped.  recorder_stop says why.
bool recorder_write(Recorder* r, const float* stereo, uint32_t n);

/// A track starts at `frame` of the recording, for the cue sheet.  UTF-8, NULL: unknown.
void recorder_mark(Recorder* r, uint64_t frame, const char* title, const char* performer);

/// Frames written so far.
uint64_t recorder_frames(const Recorder* r);

/// Finish the file and free the recorder.  The error says how much of the master is in the file.
Status recorder_stop(Recorder* r, Error* error);

#endif
