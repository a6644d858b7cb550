// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_PACKET_H
#define CONTROL_PACKET_H

// OSC packets, as bytes: messages and bundles in, answers out.

#include "control/value.h"

typedef struct {
  void* data;

  /// One message; `tag` is that of its bundle, or TIME_TAG_NOW.  The words are valid during the call.
  void (*message)(void* data, const Words* w, uint64_t tag);

  /// Bytes that aren't a message; the address where it can be told, or "?".
  void (*bad)(void* data, const char* address, const char* why);
} PacketReader;

/// Read a message or a bundle, bundles within it with their own tags, if those are later than the outer one's.
void packet_read(const PacketReader* reader, const void* bytes, size_t size);

/// A message as malloc'd bytes.  NULL: no memory.
char* packet_write(const char* address, const Value* values, int count, size_t* size);

#endif
