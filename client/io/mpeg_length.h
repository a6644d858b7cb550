// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef IO_MPEG_LENGTH_H
#define IO_MPEG_LENGTH_H

// How long an MP3 file is.  libmpg123 believes the file's Xing or VBRI header, which may be wrong (cut, joined or badly
// made files), and where there is none it reckons with the bit rate of the beginning: right where that stays, else
// wrong by any factor.

#include "io/byte_source.h"

typedef enum {
  MPEG_SAID,     ///< the file says its length, and that fits its size
  MPEG_CONSTANT, ///< it doesn't, but its bit rate seems to be constant, or it isn't layer III: reckoning is all there
                 ///< is
  MPEG_TO_COUNT, ///< neither: its frames are to be counted
} MpegKind;

typedef struct {
  int64_t at;      ///< of the next frame header, < 0: counted
  int64_t frames;  ///< MPEG frames counted so far
  int64_t samples; ///< and per channel
  int64_t said_at; ///< where in the file the length stands; 0: nowhere
  int64_t said;    ///< MPEG frames, as the file says, without the one that says so
} MpegCount;

/// Look at the beginning and at some places.
MpegKind mpeg_look(ByteSource* b, MpegCount* c);

/// Count on through frame headers (ISO/IEC 11172-3, 2.4.1.3) for some `bytes` of the file.  Return: whether it is done.
bool mpeg_count(ByteSource* b, MpegCount* c, int64_t bytes);

/// Where the count differs from what the file says: have libsndfile read the right number.  Return: whether it did.
bool mpeg_correct(ByteSource* b, const MpegCount* c);

#endif
