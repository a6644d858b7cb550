// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_STREAM_H
#define CONTROL_STREAM_H

// OSC over a TCP connection: packets after their length (OSC 1.0) or between SLIP ends (OSC 1.1), as the client does.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  int      fd; ///< < 0: not in use
  uint64_t number;
  bool     slip;
  bool     broken;   ///< to be closed
  bool     remote;   ///< of another machine
  int64_t  moved_ns; ///< clock_ns() when some of `out` was taken, or it was empty
  char*    in;
  size_t   in_held, in_room;
  char*    out;
  size_t   out_held, out_room;
} Stream;

/// Take over a connected socket.
void stream_open(Stream* s, int fd, uint64_t number);
void stream_close(Stream* s);

/// Read what is there and hand over the packets.  false: the other side is gone, or `*why` isn't NULL: it doesn't speak
/// OSC.  The stream is to be closed then.
bool stream_receive(Stream* s,
                    void (*packet)(void* data, const char* bytes, size_t size),
                    void*        data,
                    const char** why);

/// Keep a packet for the next stream_flush.  false: it doesn't read its answers.
bool stream_send(Stream* s, const char* packet, size_t size);

/// Send what was kept, as far as the socket has room.  false: the other side is gone.
bool stream_flush(Stream* s);

#endif
