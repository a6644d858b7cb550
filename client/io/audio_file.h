// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef IO_AUDIO_FILE_H
#define IO_AUDIO_FILE_H

// An audio file, read as interleaved stereo float.  One thread at a time.
//
// The same frame comes out the same whether it was reached by reading or by seeking.  libsndfile alone doesn't promise
// that; measured with 1.2.0 against a decode of the whole file:
//
//   WAV, AIFF, FLAC ...   its seek is exact
//   Ogg Vorbis            exact, but a seek of at most two seconds forward loses its place by a block or more, and so
//                         does one into the last page (it takes the cut end for a whole one)
//   MP3                   up to ten frames of silence or noise after a seek (bit reservoir); in mono and below 32 kHz
//                         the synthesis sums in another order for good: 1 unit in the last place of 24 bits
//   Opus                  CELT settles within 16 Ki frames; SILK (some 16 kbit/s per channel and less) never does
//
// So compressed files are read forward where the way is short, else decoded from a preroll before the frame; and Opus
// files of so low a rate from points of a fixed grid, whichever way a frame is reached.

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct AudioFile AudioFile;

/// The formats that work, for people.
#define AUDIO_FORMATS "WAV, AIFF, FLAC, Ogg Vorbis, Opus and MP3"

#define AUDIO_MIN_RATE 8000
#define AUDIO_MAX_RATE 384000

/// Open `path`, absolute.  STATUS_NOT_FOUND, _BAD_FORMAT, _NO_MEMORY or _FAILED with a line that says why.
Status audio_file_open(AudioFile** out, const char* path, Error* error);
void   audio_file_close(AudioFile* f);

/// The same piece by piece, for who has other things to do: some files must be gone through to know how long they are.
/// After `begin` call `go_on` until it says `ready`; before that nothing else.  On an error `go_on` leaves it to be
/// closed.
Status audio_file_begin(AudioFile** out, const char* path, Error* error);
Status audio_file_go_on(AudioFile* f, const char* path, bool* ready, Error* error);

uint32_t    audio_file_rate(const AudioFile* f);      ///< Hz
uint32_t    audio_file_channels(const AudioFile* f);  ///< in the file; of more than two the first two are read
int64_t     audio_file_frames(const AudioFile* f);    ///< as far as can be told before reading: > 0
bool        audio_file_estimated(const AudioFile* f); ///< `frames` is a guess from the file's size
const char* audio_file_title(const AudioFile* f);     ///< from the tags, UTF-8; NULL: none.  Lives with the file
const char* audio_file_artist(const AudioFile* f);    ///< likewise
size_t      audio_file_bytes(const AudioFile* f);     ///< of memory, about: measured once
bool        audio_file_same(const AudioFile* f, const char* path); ///< whether `path` is this very file

typedef enum {
  AUDIO_READ_OK,
  AUDIO_READ_DAMAGED, ///< there is silence for what can't be decoded; the file goes on after it
  AUDIO_READ_END,     ///< the data ends here
  AUDIO_READ_BROKEN,  ///< the system can't read on (a stick pulled out, a network gone)
} AudioRead;

/** Read `n` frames from `frame` on into `stereo`, [2 * n].
 * `got` is how many there were; fewer only where the file ends or is broken.  0 <= frame. */
AudioRead audio_file_read(AudioFile* f, int64_t frame, float* stereo, int64_t n, int64_t* got);

#endif
