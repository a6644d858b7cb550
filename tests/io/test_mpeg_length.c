// SPDX-License-Identifier: GPL-3.0-or-later
// MP3 files that don't say how long they are, or lie.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "jumps.h"

#define MP3 (SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III)

// Copy an MP3 file's frames behind what is in `to`, without the header that says how long it is.
static void
append_headless(FILE* const to, const char* const path)
{
  static char  bytes[4 << 20];
  FILE* const  from = fopen(path, "rb");
  const size_t n    = fread(bytes, 1, sizeof(bytes), from);
  fclose(from);
  for (size_t k = 0; k + 4 < n && k < 4096; ++k) {
    if (memcmp(bytes + k, "Xing", 4) == 0 || memcmp(bytes + k, "Info", 4) == 0) {
      memset(bytes + k, 0, 120); // becomes a silent frame
    }
  }
  fwrite(bytes, 1, n, to);
}

static void
an_mp3_that_does_not_say_its_length_is_counted(void** state)
{
  (void)state;
  static const struct {
    double first, second;                 // compression of its halves
  } files[] = {{0.0, 0.95}, {0.95, 0.0}}; // reckoned by its start it would be too short, too long
  for (size_t k = 0; k < 2; ++k) {
    const char* const path = in_folder("headless.mp3");
    FILE* const       to   = fopen(path, "wb");
    for (int half = 0; half < 2; ++half) {
      const char* const part = in_folder("part.mp3");
      assert_true(make_file(part, MP3, 48000, 2, 20 * 48000, half ? files[k].second : files[k].first, NULL, music));
      append_headless(to, part);
    }
    fclose(to);
    AudioFile* f;
    int64_t    n;
    assert_int_equal(audio_file_open(&f, path, NULL), STATUS_OK);
    assert_false(audio_file_estimated(f));
    assert_in_range(audio_file_frames(f), 40 * 48000, 40 * 48000 + 10 * 1152); // silent ones and the coder's delay
    float* const all = play(f, &n);
    assert_in_range(n, audio_file_frames(f) - 1152, audio_file_frames(f));
    assert_true(worst_of_jumps(f, all, n, 48000) <= EXACT);
    audio_file_close(f);
    free(all);
  }
}

// Where the header of an MP3 file says how many frames there are, < 0: nowhere.
static long
find_said(const char* const path, unsigned char said[4])
{
  static unsigned char bytes[4096];
  const int            fd = open(path, O_RDONLY);
  assert_int_equal(read(fd, bytes, sizeof(bytes)), sizeof(bytes));
  close(fd);
  for (long k = 0; k + 12 < (long)sizeof(bytes); ++k) {
    if (!memcmp(bytes + k, "Xing", 4) || !memcmp(bytes + k, "Info", 4)) {
      memcpy(said, bytes + k + 8, 4);
      return k + 8;
    }
  }
  return -1;
}

static void
an_mp3_whose_header_lies_about_its_length_is_read_to_its_end(void** state)
{
  (void)state;
  static const struct {
    double level, factor;
    int    seconds, more;
  } lies[] = {{0.5, 0.5, 16, 0},  {0.5, 2.0, 16, 0},  {0.5, 1.0, 16, -3},
              {0.5, 0.0, 16, 10}, {0.0, 0.4, 150, 0}, {0.0, 3.0, 150, 0}}; // more than are looked at as a whole
  for (size_t k = 0; k < sizeof(lies) / sizeof(lies[0]); ++k) {
    const char* const path = in_folder("liar.mp3");
    unsigned char     said[4];
    AudioFile*        f;
    int64_t           n;
    const int64_t     frames = (int64_t)lies[k].seconds * 44100;
    if (k == 0 || lies[k].seconds != lies[k - 1].seconds) {
      assert_true(make_file(in_folder("honest.mp3"), MP3, 44100, 2, frames, lies[k].level, NULL, music));
    }
    char command[600];
    snprintf(command, sizeof(command), "cp '%s' '%s'", in_folder("honest.mp3"), path);
    assert_int_equal(system(command), 0);
    const long at = find_said(path, said);
    assert_true(at > 0);
    const uint32_t      right  = (uint32_t)said[0] << 24 | (uint32_t)said[1] << 16 | (uint32_t)said[2] << 8 | said[3];
    const uint32_t      wrong  = (uint32_t)((double)right * lies[k].factor) + (uint32_t)lies[k].more;
    const unsigned char lie[4] = {(unsigned char)(wrong >> 24), (unsigned char)(wrong >> 16),
                                  (unsigned char)(wrong >> 8), (unsigned char)wrong};
    const int           fd     = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, lie, 4, at), 4);
    close(fd);
    float* const honest = decode_all(in_folder("honest.mp3"), &n);
    assert_in_range(n, frames - 2, frames + 2);
    assert_int_equal(audio_file_open(&f, path, NULL), STATUS_OK);
    assert_false(audio_file_estimated(f));
    assert_int_equal(audio_file_frames(f), n);
    int64_t      got;
    float* const all = play(f, &got);
    assert_int_equal(got, n);
    assert_memory_equal(all, honest, sizeof(float) * 2 * (size_t)n);
    if (k < 4) {
      assert_true(worst_of_jumps(f, all, n, 44100) <= EXACT);
    }
    audio_file_close(f);
    free(all);
    free(honest);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_mp3_that_does_not_say_its_length_is_counted),
    cmocka_unit_test(an_mp3_whose_header_lies_about_its_length_is_read_to_its_end),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
