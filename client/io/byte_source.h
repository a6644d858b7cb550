// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef IO_BYTE_SOURCE_H
#define IO_BYTE_SOURCE_H

// The bytes of an open file, fetched in large pieces: libsndfile alone asks the system for 4 or 8 kB at a time, which
// an SD card doesn't like.  It also remembers what libsndfile forgets: whether the system failed.  One thread at a
// time.

#include "base/status.h"

#include <sndfile.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct ByteSource ByteSource;

/// Open what is at `path`, if it is a file.  STATUS_NOT_FOUND, _BAD_FORMAT, _FAILED, _NO_MEMORY with a line.
Status byte_source_open(ByteSource** out, const char* path, Error* error);
void   byte_source_close(ByteSource* b);

int64_t byte_source_size(const ByteSource* b);                   ///< bytes, when it was opened
bool    byte_source_same(const ByteSource* b, const char* path); ///< whether `path` is this very file

/// Whether the system refused to read since this was asked last.
bool byte_source_failed(ByteSource* b);

/// Say that the file is `size` bytes long to whom opens it as a sound file; there are zeros beyond the real end.
void byte_source_claim(ByteSource* b, int64_t size);

/// Have four other bytes at `at` read by everybody from now on.
void byte_source_patch(ByteSource* b, int64_t at, const uint8_t bytes[4]);

/// Read up to `n` bytes at `at`; returns how many.
int64_t byte_source_read_at(ByteSource* b, int64_t at, void* to, int64_t n);

/// Open as a sound file, from the start; the source outlives it.  NULL as sf_open.
SNDFILE* byte_source_sound(ByteSource* b, SF_INFO* info);

#endif
