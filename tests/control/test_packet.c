// SPDX-License-Identifier: GPL-3.0-or-later
// OSC packets as bytes: what python-osc, SuperCollider and others send and liblo alone would refuse.
#include "control/packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef struct {
  char text[256];
} Seen;

static void
on_message(void* const data, const Words* const w, const uint64_t tag)
{
  Seen* const s = data;
  (void)tag;
  snprintf(s->text, sizeof(s->text), "%s", w->address);
  for (int i = 0; i < w->count; ++i) {
    line_append(s->text, sizeof(s->text), &w->values[i]);
  }
}

static void
on_bad(void* const data, const char* const address, const char* const why)
{
  Seen* const s = data;
  snprintf(s->text, sizeof(s->text), "bad %s: %s", address, why);
}

static void
arrays_are_plain_arguments(void** state)
{
  static const struct {
    const char* bytes;
    size_t      size;
    const char* seen;
  } packets[] = {
    {"/reset\0\0,[]\0", 12, "/reset"}, // python-osc's send_message("/reset", [[]])
    {"/a\0\0,[]i\0\0\0\0\0\0\0\7", 16, "/a 7"},
    {"/a\0\0,[i[f]]\0\0\0\0\7\x3f\x80\0\0", 20, "/a 7 1"}, // brackets were what needed the padding
    {"/a\0\0,i[\0\0\0\0\1", 12, "/a 1"},                   // one never closed
    {"/a\0\0,[s]\0\0\0\0abc\0", 16, "/a abc"},
    {"/a\0\0[]\0\0", 8, "bad /a: not a well-formed OSC message"}, // no comma
    {"/a\0\0,[]i", 8, "bad /a: not a well-formed OSC message"},   // types without an end
    {"/a\0\0,[i]\0\0\0\0", 12, "bad /a: not a well-formed OSC message"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); ++i) {
    Seen               seen   = {"nothing"};
    const PacketReader reader = {&seen, on_message, on_bad};
    char               bytes[64] __attribute__((aligned(8)));
    memcpy(bytes, packets[i].bytes, packets[i].size);
    packet_read(&reader, bytes, packets[i].size);
    assert_string_equal(seen.text, packets[i].seen);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(arrays_are_plain_arguments)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
