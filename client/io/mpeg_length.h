// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef IO_MPEG_LENGTH_H
#define IO_MPEG_LENGTH_H

// How long an MP3 file is that doesn't say.  Without a Xing or VBRI header libmpg123 reckons with the bit rate of the
// beginning: right where that stays, else wrong by any factor.

#include "io/byte_source.h"

/// Count the frames (samples per channel) of a file whose bit rate varies, by going through its frame headers
/// (ISO/IEC 11172-3, 2.4.1.3).  0: the file says its length itself.  -1: its bit rate seems constant, or it isn't layer
/// III: reckoning is all there is.
int64_t mpeg_length(ByteSource* b);

#endif
