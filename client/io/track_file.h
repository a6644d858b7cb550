// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef IO_TRACK_FILE_H
#define IO_TRACK_FILE_H

// A track with what the disk thread alone knows of it: the open file, which block holds which chunk, what is pinned.

#include "base/status.h"
#include "engine/track.h"
#include "io/audio_file.h"

#define NO_BLOCK UINT32_MAX

typedef struct {
  Track      track; ///< first: a Track* that we made is a TrackFile*
  AudioFile* file;
  uint32_t*  blocks; ///< [nchunks] index in the cache, or NO_BLOCK
  uint16_t*  pins;   ///< [nchunks] how many pins hold the chunk
  bool       cut;    ///< the data ends before the header says: the last frames fade out
} TrackFile;

#define CUT_FADE 64 ///< frames

/// Open `path` (relative ones from the working directory) with an empty table.  Errors as audio_file_open.
Status track_file_new(TrackFile** out, const char* path, Error* error);

/// The same piece by piece, as audio_file_begin.  Before it is ready, or after an error, it may only be freed.
Status track_file_begin(TrackFile** out, const char* path, Error* error);
Status track_file_go_on(TrackFile* t, bool* ready, Error* error);

/// Pre: no block belongs to it, nobody reads it.
void track_file_free(TrackFile* t);

/// How many chunks there are up to where the data really ends.
uint32_t track_file_chunks(const TrackFile* t);

/// Bytes that it takes beside its chunks, about.
size_t track_file_bytes(const TrackFile* t);

/** Decode chunk `index` into `frames`, [2 * CHUNK_FRAMES], silence where the track ends in it.
 * A file that turns out shorter lowers the track's end, one that can't be read any more makes it broken; both say so in
 * the log.  What ends in the midst of sound fades out: where the fade begins in the chunk before, that one is to be
 * read again (track_file_spoilt).
 * @return whether there is anything in the chunk */
bool track_file_read(TrackFile* t, uint32_t index, float* frames);

/// Whether the chunk, read before the end was lowered, lacks the beginning of the fade.
bool track_file_spoilt(const TrackFile* t, uint32_t index);

#endif
