// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/track_file.h"
#include "make_files.h"

#include <string.h>

/// A WAV file, 8 bit and mono, of silence: nearly all of it a hole.
static void
make_long(const char* const path, const int64_t frames)
{
  static const uint8_t format[] = {'f',  'm',  't', ' ', 16,   0,    0, 0, 1, 0, 1, 0, //
                                   0x80, 0xBB, 0,   0,   0x80, 0xBB, 0, 0, 1, 0, 8, 0};
  const uint32_t       data     = (uint32_t)frames;
  const uint32_t       whole    = data + 36;
  FILE* const          f        = fopen(path, "wb");
  assert_non_null(f);
  fwrite("RIFF", 1, 4, f);
  fwrite(&whole, 1, 4, f);
  fwrite("WAVE", 1, 4, f);
  fwrite(format, 1, sizeof(format), f);
  fwrite("data", 1, 4, f);
  fwrite(&data, 1, 4, f);
  fclose(f);
  assert_int_equal(truncate(path, 44 + frames), 0);
}

static void
what_positions_cannot_reach_is_refused(void** state)
{
  (void)state;
  const char* const path = in_folder("day.wav");
  TrackFile*        t    = NULL;
  Error             e;
  make_long(path, TRACK_MAX_FRAMES);
  assert_int_equal(track_file_new(&t, path, &e), STATUS_OK);
  assert_int_equal(t->track.frames, TRACK_MAX_FRAMES);
  track_file_free(t);
  make_long(path, TRACK_MAX_FRAMES + 4800000);
  assert_int_equal(track_file_new(&t, path, &e), STATUS_BAD_FORMAT);
  assert_non_null(strstr(e.text, "day.wav is too long with 12.1 hours: at its rate 12.0 hours work"));
  unlink(path);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_positions_cannot_reach_is_refused),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
