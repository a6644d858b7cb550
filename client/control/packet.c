// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/packet.h"

#include "control/timetag.h"

#include <lo/lo.h>
#include <lo/lo_lowlevel.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 8, BUNDLE_HEAD = 16 }; ///< of bundles in bundles; "#bundle" and the tag

static uint32_t
read_32(const unsigned char* const b)
{
  return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/// One argument.  false: a type that no command takes.
static bool
read_argument(const char type, const lo_arg* const arg, Value* const v)
{
  double  d = 0.0;
  int64_t h = 0;
  switch (type) { // eight-byte ones lie on four-byte borders: copied, not dereferenced
    case LO_INT32:
      *v = value_int(arg->i);
      return true;
    case LO_INT64:
      memcpy(&h, arg, sizeof(h));
      *v = value_int(h);
      return true;
    case LO_FLOAT:
      *v = value_float(arg->f);
      return true;
    case LO_DOUBLE:
      memcpy(&d, arg, sizeof(d));
      *v = value_double(d);
      return true;
    case LO_TRUE:
    case LO_FALSE:
      *v = value_int(type == LO_TRUE);
      return true;
    case LO_STRING:
    case LO_SYMBOL:
      *v = value_text(&arg->s);
      return true;
    default:
      return false;
  }
}

/// Bytes that a string takes with its end and padding, 0: it has no end within `size`.
static size_t
padded_length(const char* const text, const size_t size)
{
  const size_t n = strnlen(text, size);
  return n < size && (n + 4) / 4 * 4 <= size ? (n + 4) / 4 * 4 : 0;
}

/// The message without the array brackets among its types, malloc'd; liblo refuses them.  NULL: there are none, or
/// what is there isn't a message.  Arrays have no bytes of their own: what is in them becomes plain arguments.
static char*
without_arrays(const char* const bytes, size_t* const size)
{
  const size_t      path  = padded_length(bytes, *size);
  const char* const types = bytes + path;
  const size_t      room  = path ? padded_length(types, *size - path) : 0;
  if (!room || !strpbrk(types, "[]")) {
    return NULL;
  }
  char* const plain = calloc(1, *size);
  if (plain) {
    size_t n = path;
    memcpy(plain, bytes, path);
    for (const char* t = types; *t; ++t) {
      if (*t != '[' && *t != ']') {
        plain[n++] = *t;
      }
    }
    n = n / 4 * 4 + 4;
    memcpy(plain + n, types + room, *size - path - room);
    *size -= path + room - n;
  }
  return plain;
}

static void read_plain_message(const PacketReader* reader, const char* bytes, size_t size, uint64_t tag);

static void
read_message(const PacketReader* const reader, const char* const bytes, size_t size, const uint64_t tag)
{
  char* const plain = without_arrays(bytes, &size);
  read_plain_message(reader, plain ? plain : bytes, size, tag);
  free(plain);
}

static void
read_plain_message(const PacketReader* const reader, const char* const bytes, const size_t size, const uint64_t tag)
{
  int               error   = 0;
  const char* const address = lo_get_path((void*)bytes, (ssize_t)size);
  if (!address || address[0] != '/') {
    reader->bad(reader->data, "?", "not an OSC message");
    return;
  }
  if ((strlen(address) + 4) / 4 * 4 == size) { // old senders leave the types out where there are no arguments
    const Words none = {.address = address};
    reader->message(reader->data, &none, tag);
    return;
  }
  const lo_message m = lo_message_deserialise((void*)bytes, size, &error);
  if (!m) {
    reader->bad(reader->data, address, "not a well-formed OSC message");
    return;
  }
  Words             w     = {.address = address, .count = lo_message_get_argc(m)};
  const char* const types = lo_message_get_types(m);
  lo_arg** const    argv  = lo_message_get_argv(m);
  const char*       why   = w.count > MAX_VALUES ? "too many arguments" : NULL;
  for (int i = 0; i < w.count && !why; ++i) {
    why = read_argument(types[i], argv[i], &w.values[i]) ? NULL : "arguments must be numbers, booleans or strings";
  }
  if (why) {
    reader->bad(reader->data, address, why);
  } else {
    words_take_id(&w);
    reader->message(reader->data, &w, tag);
  }
  lo_message_free(m);
}

static void
read_packet(const PacketReader* const reader, const char* bytes, size_t size, const uint64_t tag, const int depth)
{
  if (size < BUNDLE_HEAD || memcmp(bytes, "#bundle", 8) != 0) {
    read_message(reader, bytes, size, tag);
    return;
  }
  if (depth == MAX_DEPTH) {
    reader->bad(reader->data, "#bundle", "bundles in bundles too deep");
    return;
  }
  const unsigned char* const u     = (const unsigned char*)bytes;
  const uint64_t             own   = (uint64_t)read_32(u + 8) << 32 | read_32(u + 12);
  const uint64_t             inner = own > tag ? own : tag; // nothing happens before the bundle that it lies in
  bytes += BUNDLE_HEAD;
  size -= BUNDLE_HEAD;
  while (size) {
    const uint32_t length = size >= 4 ? read_32((const unsigned char*)bytes) : 0;
    if (size < 4 || length > size - 4 || length % 4 || !length) {
      reader->bad(reader->data, "#bundle", "not a well-formed OSC bundle");
      return;
    }
    read_packet(reader, bytes + 4, length, inner, depth + 1);
    bytes += 4 + length;
    size -= 4 + length;
  }
}

void
packet_read(const PacketReader* const reader, const void* const bytes, const size_t size)
{
  read_packet(reader, bytes, size, TIME_TAG_NOW, 0);
}

char*
packet_write(const char* const address, const Value* const values, const int count, size_t* const size)
{
  const lo_message m = lo_message_new();
  if (!m) {
    return NULL;
  }
  for (int i = 0; i < count; ++i) {
    const Value* const v = &values[i];
    switch (v->type) {
      case VALUE_TEXT:
        lo_message_add_string(m, v->text);
        break;
      case VALUE_FLOAT:
        lo_message_add_float(m, (float)v->number);
        break;
      case VALUE_INT:
        if (fabs(v->number) <= INT32_MAX) {
          lo_message_add_int32(m, (int32_t)v->number);
          break;
        } // more than that as a double
        // fall through
      case VALUE_DOUBLE:
        lo_message_add_double(m, v->number);
    }
  }
  *size             = lo_message_length(m, address);
  char* const bytes = malloc(*size);
  if (bytes) {
    lo_message_serialise(m, address, bytes, NULL);
  }
  lo_message_free(m);
  return bytes;
}
