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

static Status
begin(Recorder** const out, const char* const path, const uint32_t rate, Error* const e)
{
  return recorder_start(out, &(RecorderConfig){.path = path, .rate = rate, .part = RECORDER_PART_BYTES}, e);
}

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
  assert_int_equal(begin(&r, path, RATE, &e), STATUS_OK);
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

// In one part or without a bound, the header tells no date.
static void
the_same_master_is_the_same_file(void** state)
{
  (void)state;
  for (int bound = 0; bound < 2; ++bound) {
    const char* const    path   = in_folder("d.wav");
    const RecorderConfig config = {.path = path, .rate = RATE, .part = bound ? RECORDER_PART_BYTES : 0};
    const float          two[4] = {0.5f, -0.5f, 0.25f, 0.0f};
    unsigned char        head[512];
    Recorder*            r;
    Error                e = {""};
    assert_int_equal(recorder_start(&r, &config, &e), STATUS_OK);
    assert_true(recorder_write(r, two, 2));
    assert_int_equal(recorder_stop(r, &e), STATUS_OK);
    const int     fd = open(path, O_RDONLY);
    const ssize_t n  = read(fd, head, sizeof(head));
    close(fd);
    assert_true(n > 60);
    const unsigned char* const peak = memmem(head, (size_t)n, "PEAK", 4);
    if (peak) {
      assert_memory_equal(peak + 12, "\0\0\0", 4);
    }
  }
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
    assert_int_equal(begin(&r, bad[k].path, bad[k].rate, &e), bad[k].status);
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
    assert_int_equal(begin(&r, in_folder(names[k]), RATE, &e), STATUS_OK);
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
  assert_int_equal(begin(&r, in_folder("open.wav"), RATE, NULL), STATUS_OK);
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
    assert_int_equal(begin(&r, in_folder(names[k]), RATE, &e), STATUS_FAILED);
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

static char*
text_of(const char* const path)
{
  static char text[1 << 16];
  FILE* const f = fopen(path, "r");
  assert_non_null(f);
  text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
  fclose(f);
  return text;
}

static const char*
part_path(const char* const ending, const int number)
{
  char name[32];
  snprintf(name, sizeof(name), number > 1 ? "set-%d.%s" : "set%.0d.%s", number > 1 ? number : 0, ending);
  return in_folder(name);
}

static void
a_recording_too_large_for_a_file_goes_on_in_another_without_a_gap(void** state)
{
  (void)state;
  static const char* const endings[] = {"wav", "flac"};
  float* const             master    = make_master();
  for (size_t k = 0; k < 2; ++k) {
    Recorder* r;
    int64_t   n = 0, at = 0;
    int       parts = 0;
    assert_true(make_wav(part_path(endings[k], 3), RATE, 5)); // somebody's: it stays
    const RecorderConfig config = {.path = part_path(endings[k], 1), .rate = RATE, .part = 300000, .cue = true};
    assert_int_equal(recorder_start(&r, &config, NULL), STATUS_OK);
    for (; at < FRAMES; at += 1000) {
      assert_true(recorder_write(r, master + 2 * at, (uint32_t)(FRAMES - at < 1000 ? FRAMES - at : 1000)));
    }
    assert_int_equal(recorder_stop(r, NULL), STATUS_OK);
    at = 0;
    for (int number = 1; at < FRAMES; number += number == 2 ? 2 : 1, ++parts) {
      struct stat  st;
      float* const got = decode_all(part_path(endings[k], number), &n);
      assert_non_null(got);
      assert_int_equal(stat(part_path(endings[k], number), &st), 0);
      assert_true(st.st_size <= 300000 + (k ? 40000 : 0)); // an encoder holds some back
      for (int64_t i = 0; i < 2 * n; ++i) {
        const double x = (double)master[2 * at + i];
        assert_true(fabs((double)got[i] - (k ? fmax(-1.0, fmin(1.0, x)) : x)) <= (k ? 1.3e-7 : 0.0));
      }
      at += n;
      free(got);
    }
    assert_int_equal(at, FRAMES);
    assert_in_range(parts, 3, 5);
    free(decode_all(part_path(endings[k], 3), &n));
    assert_int_equal(n, 5);
    const char* const sheet = text_of(in_folder("set.cue"));
    assert_non_null(strstr(sheet, k ? "FILE \"set.flac\" WAVE" : "FILE \"set.wav\" WAVE"));
    assert_non_null(strstr(sheet, k ? "FILE \"set-2.flac\" WAVE" : "FILE \"set-2.wav\" WAVE"));
    assert_non_null(strstr(sheet, k ? "FILE \"set-4.flac\" WAVE" : "FILE \"set-4.wav\" WAVE"));
  }
  free(master);
}

static void
a_cue_sheet_says_which_track_started_when(void** state)
{
  (void)state;
  float* const         master = make_master();
  Recorder*            r;
  const RecorderConfig config = {
    .path = in_folder("night.wav"), .rate = RATE, .part = 8 * 2 * RATE + 4096, .cue = true};
  assert_int_equal(recorder_start(&r, &config, NULL), STATUS_OK);
  recorder_mark(r, 0, "One", "A \"B\" C");
  recorder_write(r, master, RATE);
  recorder_mark(r, RATE + RATE / 2, "Three", "Ärger");
  recorder_mark(r, RATE + 1, "Two", NULL); // another deck's, told later
  recorder_write(r, master, RATE);
  recorder_write(r, master, RATE); // another file
  recorder_mark(r, 2 * (uint64_t)RATE + RATE / 2 + 650, "Four", "D");
  // It is there before the recording ends
  assert_string_equal(text_of(in_folder("night.cue")),
                      "REM COMMENT \"deckhost " DECKHOST_VERSION "\"\n"
                      "FILE \"night.wav\" WAVE\n"
                      "  TRACK 01 AUDIO\n    TITLE \"One\"\n    PERFORMER \"A 'B' C\"\n    INDEX 01 00:00:00\n"
                      "  TRACK 02 AUDIO\n    TITLE \"Two\"\n    INDEX 01 00:01:00\n"
                      "  TRACK 03 AUDIO\n    TITLE \"Three\"\n    PERFORMER \"Ärger\"\n    INDEX 01 00:01:37\n"
                      "FILE \"night-2.wav\" WAVE\n"
                      "  TRACK 04 AUDIO\n    TITLE \"Three (continued)\"\n    PERFORMER \"Ärger\"\n"
                      "    INDEX 01 00:00:00\n"
                      "  TRACK 05 AUDIO\n    TITLE \"Four\"\n    PERFORMER \"D\"\n    INDEX 01 00:00:38\n");
  for (int k = 0; k < 200; ++k) {
    recorder_mark(r, 3 * (uint64_t)RATE + (uint64_t)k * 3600 * RATE, "More", NULL);
  }
  assert_int_equal(recorder_stop(r, NULL), STATUS_OK);
  const char* const text = text_of(in_folder("night.cue"));
  assert_non_null(strstr(text, "  TRACK 99 AUDIO\n"));
  assert_null(strstr(text, "  TRACK 100"));
  assert_int_equal(access(in_folder("night.cue.new"), F_OK), -1);
  free(master);
}

static void
gaps_are_told_at_the_end(void** state)
{
  (void)state;
  static float frames[2 * 60000];
  rig_start(1, false);
  assert_int_equal(reply_to(ask((Request){.kind = REQUEST_RECORD_START, .path = strdup(in_folder("gap.wav"))})).status,
                   STATUS_OK);
  assert_true(ring_write_n(rig.record, frames, 60000));
  assert_false(ring_write_n(rig.record, frames, 60000)); // as when the drive stands still for long
  const Reply r = reply_to(ask((Request){.kind = REQUEST_RECORD_STOP}));
  assert_int_equal(r.status, STATUS_FAILED);
  assert_non_null(strstr(r.error.text, "1 gaps"));
  assert_int_equal(r.frames, 60000);
  rig_stop();
}

// A drive that takes no more: the recording ends, is told to have failed until it is stopped, and another may begin.
static void
a_full_disk_ends_the_recording_of_a_disk_that_goes_on(void** state)
{
  (void)state;
  const char* const place = in_folder("full");
  char              command[300];
  mkdir(place, 0700);
  snprintf(command, sizeof(command), "mount -t tmpfs -o size=1m none '%s' 2>/dev/null", place);
  if (geteuid() != 0 || system(command) != 0) {
    skip(); // only root can
  }
  float* const             master  = make_master();
  static const char* const names[] = {"f.wav", "f.flac", "f.ogg", "f.opus"};
  log_set_level((LogLevel)-1);
  for (size_t k = 0; k < 4; ++k) {
    char path[300];
    snprintf(path, sizeof(path), "%s/%s", place, names[k]);
    rig_start(1, false);
    assert_int_equal(reply_to(ask((Request){.kind = REQUEST_RECORD_START, .path = strdup(path)})).status, STATUS_OK);
    for (int n = 0; n < 400 && !disk_stats(rig.disk).record_failed; ++n) {
      assert_true(ring_write_n(rig.record, master + 2 * (n % 3) * RATE, RATE));
      settle_disk();
    }
    const DiskStats stats = disk_stats(rig.disk);
    assert_true(stats.record_failed);
    assert_false(stats.recording);
    int64_t      n   = 0;
    float* const got = decode_all(path, &n); // before it is stopped
    assert_non_null(got);
    assert_true(n > RATE && (uint64_t)n <= stats.record_frames + RATE);
    if (k == 0) {
      assert_memory_equal(got, master, sizeof(float) * 2 * RATE);
    }
    free(got);
    const Reply r = reply_to(ask((Request){.kind = REQUEST_RECORD_STOP}));
    assert_int_equal(r.status, STATUS_FAILED);
    assert_non_null(strstr(r.error.text, "No space left"));
    assert_false(disk_stats(rig.disk).record_failed);
    unlink(path);
    rig_stop();
  }
  log_set_level(LOG_INFO);
  snprintf(command, sizeof(command), "umount '%s'", place);
  assert_int_equal(system(command), 0);
  free(master);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_wav_is_the_master_bit_for_bit),
    cmocka_unit_test(the_same_master_is_the_same_file),
    cmocka_unit_test(other_formats_hold_it_as_well_as_they_can),
    cmocka_unit_test(what_cannot_be_recorded_is_said_in_one_line),
    cmocka_unit_test(a_full_disk_ends_the_recording_and_says_how_far_it_came),
    cmocka_unit_test(a_recording_that_was_never_closed_is_readable),
    cmocka_unit_test(requests_start_and_stop_it_and_the_ring_goes_to_the_file),
    cmocka_unit_test(a_loaded_file_is_not_recorded_over),
    cmocka_unit_test(a_pipe_is_not_recorded_to),
    cmocka_unit_test(the_end_of_the_disk_finishes_a_recording),
    cmocka_unit_test(a_recording_too_large_for_a_file_goes_on_in_another_without_a_gap),
    cmocka_unit_test(a_cue_sheet_says_which_track_started_when),
    cmocka_unit_test(gaps_are_told_at_the_end),
    cmocka_unit_test(a_full_disk_ends_the_recording_of_a_disk_that_goes_on),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
