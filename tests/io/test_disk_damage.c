// SPDX-License-Identifier: GPL-3.0-or-later
// Files that change, vanish or break while they are played.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"
#include "fake_engine.h"

#include <fcntl.h>

static void
a_file_longer_in_its_header_ends_where_its_data_ends(void** state)
{
  (void)state;
  const char* const path = in_folder("cut.wav");
  assert_true(make_wav(path, RATE, 20 * RATE));
  rig_start(1, false); // so that the last block held something else before
  Track* const t = load(0, path);
  assert_int_equal(truncate(path, 44 + 4 * (10 * RATE + 123)), 0);
  log_set_level(LOG_ERROR); // it warns
  for (int64_t f = 0; f < 12 * RATE; f += 10000) {
    put_playhead(0, t, f, 1.0, true);
    settle_disk();
  }
  log_set_level(LOG_INFO);
  assert_int_equal(t->end, 10 * RATE + 123);
  assert_int_equal(t->frames, 20 * RATE);
  assert_false(t->broken);
  const float* const last = track_chunk_rt(t, t->end - 1);
  assert_non_null(last);
  for (int64_t k = t->end / CHUNK_FRAMES * CHUNK_FRAMES; k < t->end; ++k) { // which fades
    const float gain = k < t->end - 64 ? 1.0f : (float)(t->end - k) / 65.0f;
    assert_true(last[2 * (k % CHUNK_FRAMES)] == gain * counter(k, 0));
  }
  for (int64_t k = t->end % CHUNK_FRAMES; k < CHUNK_FRAMES; ++k) {
    assert_true(last[2 * k] == 0.0f && last[2 * k + 1] == 0.0f);
  }
  // A pin beyond is answered too
  assert_int_equal(reply_to(ask_pin(0, PIN_CUE, t, 15 * RATE)).status, STATUS_OK);
  rig_stop();
}

static void
a_deleted_file_plays_on(void** state)
{
  (void)state;
  const char* const path = in_folder("gone.flac");
  assert_true(make_file(path, SF_FORMAT_FLAC | SF_FORMAT_PCM_16, RATE, 2, 20 * RATE, -1, NULL, counter_signal));
  rig_start(4, false);
  Track* const t = load(0, path);
  unlink(path);
  for (int64_t f = 0; f < 20 * RATE; f += 10000) {
    put_playhead(0, t, f, 1.0, true);
    settle_disk();
    assert_true(holds_counter(t, f, f + 10000 < t->frames ? f + 10000 : t->frames));
  }
  assert_int_equal(t->end, 20 * RATE);
  rig_stop();
}

static void
a_damaged_block_is_silent_and_what_follows_plays(void** state)
{
  (void)state;
  const char* const path = in_folder("scratch.flac");
  struct stat       st;
  assert_true(make_file(path, SF_FORMAT_FLAC | SF_FORMAT_PCM_16, RATE, 2, 20 * RATE, -1, NULL, counter_signal));
  assert_int_equal(stat(path, &st), 0);
  const int fd = open(path, O_WRONLY);
  char      scratch[20000]; // some blocks, and where the next begins
  for (size_t k = 0; k < sizeof(scratch); ++k) {
    scratch[k] = (char)scramble((uint32_t)k);
  }
  assert_int_equal(pwrite(fd, scratch, sizeof(scratch), st.st_size / 2), sizeof(scratch));
  close(fd);
  rig_start(16, false);
  Track* const t = load(0, path);
  log_set_level(LOG_ERROR); // it warns
  int good = 0, silent = 0, wrong = 0;
  for (int64_t f = 0; f < 20 * RATE; f += CHUNK_FRAMES) {
    put_playhead(0, t, f, 1.0, true);
    settle_disk();
    const float* const c = track_chunk_rt(t, f);
    for (int k = 0; c && k < CHUNK_FRAMES && f + k < 20 * RATE; ++k) {
      const bool right = c[2 * k] == counter(f + k, 0) && c[2 * k + 1] == counter(f + k, 1);
      good += right;
      silent += !right && c[2 * k] == 0.0f && c[2 * k + 1] == 0.0f;
      wrong += !right && !(c[2 * k] == 0.0f && c[2 * k + 1] == 0.0f);
    }
  }
  log_set_level(LOG_INFO);
  assert_int_equal(t->end, 20 * RATE);
  assert_int_equal(wrong, 0);
  assert_in_range(silent, 1000, 16 * CHUNK_FRAMES);
  assert_int_equal(good, 20 * RATE - silent);
  rig_stop();
}

// The descriptor that shows `path`.
static int
descriptor_of(const char* const path)
{
  char name[64], target[512];
  for (int fd = 3; fd < 64; ++fd) {
    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    const ssize_t n = readlink(name, target, sizeof(target) - 1);
    if (n > 0) {
      target[n] = '\0';
      if (strcmp(target, path) == 0) {
        return fd;
      }
    }
  }
  return -1;
}

static void
a_file_that_cannot_be_read_any_more_is_broken(void** state)
{
  (void)state;
  const char* const path = in_folder("stick.wav");
  assert_true(make_wav(path, RATE, 20 * RATE));
  rig_start(8, false);
  Track* const t  = load(0, path);
  const int    fd = descriptor_of(path);
  assert_true(fd >= 0);
  const int directory = open("/", O_RDONLY | O_DIRECTORY); // reading it fails, as with a stick pulled out
  assert_true(dup2(directory, fd) == fd);
  close(directory);
  log_set_level(LOG_ERROR); // it warns
  put_playhead(0, t, 0, 1.0, true);
  settle_disk(); // comes to an end
  assert_true(t->broken);
  assert_int_equal(t->end, 20 * RATE);
  assert_true(holds_counter(t, 0, RATE / 4)); // what there was may be played
  const Reply r = reply_to(ask_pin(0, PIN_CUE, t, 10 * RATE));
  log_set_level(LOG_INFO);
  assert_int_equal(r.status, STATUS_FAILED);
  assert_non_null(strstr(r.error.text, "stick.wav"));
  rig_stop();
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_file_longer_in_its_header_ends_where_its_data_ends),
    cmocka_unit_test(a_deleted_file_plays_on),
    cmocka_unit_test(a_damaged_block_is_silent_and_what_follows_plays),
    cmocka_unit_test(a_file_that_cannot_be_read_any_more_is_broken),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
