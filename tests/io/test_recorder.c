// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"
#include "fake_engine.h"
#include "io/recorder.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <signal.h>

#define FRAMES (3 * RATE + 777)

// The master: over full scale in places, as it may be.
static float*
make_master(void)
{
  float* const m = malloc(sizeof(float) * 2 * FRAMES);
  for (int64_t k = 0; k < 2 * FRAMES; ++k) {
    m[k] = 1.6f * music(k / 2, (int)(k % 2), RATE);
  }
  return m;
}

static void
record(const char* const path, const float* const master)
{
  Recorder* r;
  Error     e = {""};
  assert_int_equal(recorder_start(&r, path, RATE, &e), STATUS_OK);
  for (int64_t at = 0; at < FRAMES; at += 1000) {
    recorder_write(r, master + 2 * at, (uint32_t)(FRAMES - at < 1000 ? FRAMES - at : 1000));
  }
  assert_int_equal(recorder_frames(r), FRAMES);
  assert_int_equal(recorder_stop(r, &e), STATUS_OK);
}

static void
a_wav_is_the_master_bit_for_bit(void** state)
{
  (void)state;
  float* const master = make_master();
  record(in_folder("m.wav"), master);
  int64_t      n;
  float* const got = decode_all(in_folder("m.wav"), &n);
  assert_int_equal(n, FRAMES);
  assert_memory_equal(got, master, sizeof(float) * 2 * FRAMES);
  SF_INFO        info = {0};
  SNDFILE* const f    = sf_open(in_folder("m.wav"), SFM_READ, &info);
  assert_int_equal(info.samplerate, RATE);
  assert_int_equal(info.channels, 2);
  assert_int_equal(info.format & SF_FORMAT_SUBMASK, SF_FORMAT_FLOAT);
  sf_close(f);
  // Short of 4 GB it is what every player knows
  char      start[4] = {0};
  const int fd       = open(in_folder("m.wav"), O_RDONLY);
  assert_int_equal(read(fd, start, 4), 4);
  close(fd);
  assert_memory_equal(start, "RIFF", 4);
  free(got);
  free(master);
}

static void
other_formats_hold_it_as_well_as_they_can(void** state)
{
  (void)state;
  static const struct {
    const char* name;
    double      worst; // difference, where the master is within full scale
    double      rms;
  } kinds[]           = {{"m.flac", 1.3e-7, 1e-7}, {"m.ogg", 0.2, 0.02}, {"m.opus", 0.4, 0.03}};
  float* const master = make_master();
  for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); ++k) {
    record(in_folder(kinds[k].name), master);
    int64_t      n;
    float* const got   = decode_all(in_folder(kinds[k].name), &n);
    double       worst = 0.0, sum = 0.0;
    assert_int_equal(n, FRAMES);
    for (int64_t i = 0; i < 2 * FRAMES; ++i) {
      const double x = fmax(-1.0, fmin(1.0, (double)master[i]));
      const double d = fabs((double)got[i] - x);
      worst          = fmax(worst, d);
      sum += d * d;
    }
    if (worst > kinds[k].worst || sqrt(sum / (2 * FRAMES)) > kinds[k].rms) {
      fail_msg("%s: worst %g, rms %g", kinds[k].name, worst, sqrt(sum / (2 * FRAMES)));
    }
    free(got);
  }
  free(master);
}

static void
what_cannot_be_recorded_is_said_in_one_line(void** state)
{
  (void)state;
  static const struct {
    const char* path;
    uint32_t    rate;
    Status      status;
    const char* says;
  } bad[] = {
    {"/tmp/x.mid", 48000, STATUS_BAD_FORMAT, ".wav, .flac, .ogg or .opus"},
    {"/tmp/x", 48000, STATUS_BAD_FORMAT, ".wav, .flac, .ogg or .opus"},
    {"/tmp/x.opus", 44100, STATUS_BAD_FORMAT, "44100 Hz"},
    {"/nowhere/x.wav", 48000, STATUS_NOT_FOUND, "No such file or directory"},
    {"/dev/x.wav/y.wav", 48000, STATUS_NOT_FOUND, "No such file or directory"},
    {"/proc/x.wav", 48000, STATUS_NOT_FOUND, "/proc/x.wav"},
  };
  for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); ++k) {
    Recorder* r = NULL;
    Error     e = {""};
    assert_int_equal(recorder_start(&r, bad[k].path, bad[k].rate, &e), bad[k].status);
    assert_null(r);
    assert_non_null(strstr(e.text, bad[k].says));
    assert_null(strchr(e.text, '\n'));
  }
}

static void
a_full_disk_ends_the_recording_and_says_how_far_it_came(void** state)
{
  (void)state;
  // The system refuses to let a file grow beyond this, as a full disk does
  const struct rlimit small = {1 << 20, RLIM_INFINITY};
  struct rlimit       before;
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  static const char* const names[] = {"full.wav", "full.flac", "full.ogg"};
  log_set_level(LOG_ERROR);
  for (size_t k = 0; k < 3; ++k) {
    float     noise[2 * 4096];
    Recorder* r;
    Error     e = {""};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(recorder_start(&r, in_folder(names[k]), RATE, &e), STATUS_OK);
    for (uint32_t n = 0; n < 400; ++n) {
      for (uint32_t i = 0; i < 2 * 4096; ++i) {
        noise[i] = (float)(int32_t)scramble(n * 8192 + i) / 2147483648.0f;
      }
      recorder_write(r, noise, 4096);
    }
    assert_true(recorder_frames(r) < 400 * 4096);
    assert_int_equal(recorder_stop(r, &e), STATUS_FAILED);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_non_null(strstr(e.text, names[k]));
    assert_non_null(strstr(e.text, "File too large"));
    assert_null(strchr(e.text, '\n'));
  }
  log_set_level(LOG_INFO);
  // What was written of the WAV can be read
  int64_t      n;
  float* const got = decode_all(in_folder("full.wav"), &n);
  assert_non_null(got);
  assert_in_range(n, 100000, 131072);
  free(got);
}

static void
a_recording_that_was_never_closed_is_readable(void** state)
{
  (void)state;
  float* const master = make_master();
  Recorder*    r;
  int64_t      n;
  assert_int_equal(recorder_start(&r, in_folder("open.wav"), RATE, NULL), STATUS_OK);
  for (int k = 0; k < 4; ++k) {
    recorder_write(r, master, 2 * RATE);
  }
  float* const got = decode_all(in_folder("open.wav"), &n); // as after a power cut
  assert_non_null(got);
  assert_in_range(n, 5 * RATE, 8 * RATE);
  assert_memory_equal(got, master, sizeof(float) * 2 * 2 * RATE);
  unsigned char head[256]; // for readers less lenient than libsndfile the header says how much there is
  const int     fd = open(in_folder("open.wav"), O_RDONLY);
  assert_int_equal(read(fd, head, sizeof(head)), sizeof(head));
  close(fd);
  const unsigned char* const data = memmem(head, sizeof(head) - 8, "data", 4);
  assert_non_null(data);
  assert_true((data[4] | data[5] << 8 | data[6] << 16 | (int64_t)data[7] << 24) >= 6 * RATE * 8);
  assert_int_equal(recorder_stop(r, NULL), STATUS_OK);
  free(got);
  free(master);
}

static void
requests_start_and_stop_it_and_the_ring_goes_to_the_file(void** state)
{
  (void)state;
  float* const master = make_master();
  rig_start(1, false);
  assert_true(ring_write_n(rig.record, master, 500)); // before the start: nobody's
  Reply r = reply_to(ask((Request){.kind = REQUEST_RECORD_STOP}));
  assert_int_equal(r.status, STATUS_BAD_VALUE);
  assert_true(ring_write_n(rig.record, master, 500));
  r = reply_to(ask((Request){.kind = REQUEST_RECORD_START, .path = strdup(in_folder("d.wav"))}));
  assert_int_equal(r.status, STATUS_OK);
  assert_true(disk_stats(rig.disk).recording);
  r = reply_to(ask((Request){.kind = REQUEST_RECORD_START, .path = strdup(in_folder("e.wav"))}));
  assert_int_equal(r.status, STATUS_BUSY);
  for (int64_t at = 0; at < FRAMES; at += 50000) {
    assert_true(ring_write_n(rig.record, master + 2 * at, (uint32_t)(FRAMES - at < 50000 ? FRAMES - at : 50000)));
    if (at < 100000) { // what came last is still in the ring at the stop
      settle_disk();
      assert_int_equal(disk_stats(rig.disk).record_frames, at + 50000);
    }
  }
  r = reply_to(ask((Request){.kind = REQUEST_RECORD_STOP}));
  assert_int_equal(r.status, STATUS_OK);
  assert_int_equal(r.frames, FRAMES);
  assert_false(disk_stats(rig.disk).recording);
  int64_t      n;
  float* const got = decode_all(in_folder("d.wav"), &n);
  assert_int_equal(n, FRAMES);
  assert_memory_equal(got, master, sizeof(float) * 2 * FRAMES);
  free(got);
  free(master);
  rig_stop();
}

static void
a_loaded_file_is_not_recorded_over(void** state)
{
  (void)state;
  assert_true(make_wav(in_folder("mine.wav"), RATE, RATE));
  assert_int_equal(symlink(in_folder("mine.wav"), in_folder("link.wav")), 0);
  rig_start(1, false);
  Track* const t = load(0, in_folder("mine.wav"));
  const Reply  r = reply_to(ask((Request){.kind = REQUEST_RECORD_START, .path = strdup(in_folder("link.wav"))}));
  assert_int_equal(r.status, STATUS_BUSY);
  assert_non_null(strstr(r.error.text, "loaded on a deck"));
  assert_true(holds_counter(t, 0, 1000));
  rig_stop();
}

// Nobody may read the other end, and then it would never end.
static void
a_pipe_is_not_recorded_to(void** state)
{
  (void)state;
  static const char* const names[] = {"p.wav", "p.flac", "p.ogg", "p.opus"};
  for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); ++k) {
    Recorder* r = NULL;
    Error     e = {""};
    assert_int_equal(mkfifo(in_folder(names[k]), 0600), 0);
    assert_int_equal(recorder_start(&r, in_folder(names[k]), RATE, &e), STATUS_FAILED);
    assert_null(r);
    assert_non_null(strstr(e.text, names[k]));
  }
}

static void
the_end_of_the_disk_finishes_a_recording(void** state)
{
  (void)state;
  float* const master = make_master();
  rig_start(1, false);
  assert_int_equal(reply_to(ask((Request){.kind = REQUEST_RECORD_START, .path = strdup(in_folder("end.wav"))})).status,
                   STATUS_OK);
  assert_true(ring_write_n(rig.record, master, 60000));
  rig_stop();
  int64_t      n;
  float* const got = decode_all(in_folder("end.wav"), &n);
  assert_int_equal(n, 60000);
  free(got);
  free(master);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_wav_is_the_master_bit_for_bit),
    cmocka_unit_test(other_formats_hold_it_as_well_as_they_can),
    cmocka_unit_test(what_cannot_be_recorded_is_said_in_one_line),
    cmocka_unit_test(a_full_disk_ends_the_recording_and_says_how_far_it_came),
    cmocka_unit_test(a_recording_that_was_never_closed_is_readable),
    cmocka_unit_test(requests_start_and_stop_it_and_the_ring_goes_to_the_file),
    cmocka_unit_test(a_loaded_file_is_not_recorded_over),
    cmocka_unit_test(a_pipe_is_not_recorded_to),
    cmocka_unit_test(the_end_of_the_disk_finishes_a_recording),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
