// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/title.h"

#include <stdlib.h>

static void
tags_come_out_as_clean_utf8(void** state)
{
  (void)state;
  static const struct {
    const char *tag, *title;
  } cases[] = {
    {"Blue Monday", "Blue Monday"},
    {"  Blue Monday \t ", "Blue Monday"},
    {"Na\xC3\xAFve", "Na\xC3\xAFve"},               // UTF-8 stays
    {"Na\xEFve", "Na\xC3\xAFve"},                   // Latin-1 becomes it
    {"\xE9t\xE9\xC3", "\xC3\xA9t\xC3\xA9\xC3\x83"}, // cut short: no UTF-8
    {"\xF0\x9F\x8E\xA7", "\xF0\x9F\x8E\xA7"},
    {"two\nlines", "twolines"},
    {"", NULL},
    {" \x01 ", NULL},
  };
  for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); ++k) {
    char* const t = title_clean(cases[k].tag);
    if (cases[k].title) {
      assert_string_equal(t, cases[k].title);
    } else {
      assert_null(t);
    }
    free(t);
  }
}

static void
a_name_loses_directory_and_ending(void** state)
{
  (void)state;
  static const struct {
    const char *path, *title;
  } cases[] = {
    {"/music/a track.flac", "a track"},
    {"/music.d/x", "x"},
    {"/a/.hidden", ".hidden"},
    {"/a/v1.2.wav", "v1.2"},
    {"x.ogg", "x"},
    {"/a/ .wav", "untitled"},
  };
  for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); ++k) {
    char* const t = title_of_path(cases[k].path);
    assert_string_equal(t, cases[k].title);
    free(t);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(tags_come_out_as_clean_utf8),
    cmocka_unit_test(a_name_loses_directory_and_ending),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
