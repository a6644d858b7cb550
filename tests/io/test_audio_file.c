// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/audio_file.h"
#include "jumps.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define WAV16 (SF_FORMAT_WAV | SF_FORMAT_PCM_16)
#define VORBIS (SF_FORMAT_OGG | SF_FORMAT_VORBIS)
#define OPUS (SF_FORMAT_OGG | SF_FORMAT_OPUS)
#define MP3 (SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III)

// How far what is reached by a jump may be from what is reached by playing, as a sample's difference
#define LAST_BIT 2.4e-7 // two units in the last place of 24 bits
#define MINUS_60_DB 0.001

static const struct {
  const char* name;
  int         format, rate, channels;
  double      level; // of compression
  double      seconds;
  double      tolerance;
} cases[] = {
  {"16.wav", WAV16, 44100, 2, -1, 8, EXACT},
  {"24.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 48000, 2, -1, 8, EXACT},
  {"float.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 48000, 2, -1, 8, EXACT},
  {"32.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_32, 96000, 2, -1, 4, EXACT},
  {"8bit.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 11025, 1, -1, 20, EXACT},
  {"double.wav", SF_FORMAT_WAV | SF_FORMAT_DOUBLE, 88200, 2, -1, 4, EXACT},
  {"floatmono.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 32000, 1, -1, 8, EXACT},
  {"mono.wav", WAV16, 48000, 1, -1, 8, EXACT},
  {"six.wav", SF_FORMAT_WAVEX | SF_FORMAT_PCM_16, 48000, 6, -1, 4, EXACT},
  {"8k.wav", WAV16, 8000, 2, -1, 20, EXACT},
  {"192k.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 192000, 2, -1, 3, EXACT},
  {"ms.wav", SF_FORMAT_WAV | SF_FORMAT_MS_ADPCM, 44100, 2, -1, 8, EXACT},
  {"16.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 44100, 2, -1, 8, EXACT},
  {"24mono.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_24, 192000, 1, -1, 3, EXACT},
  {"float.aiff", SF_FORMAT_AIFF | SF_FORMAT_FLOAT, 48000, 2, -1, 8, EXACT},
  {"24.au", SF_FORMAT_AU | SF_FORMAT_PCM_24, 44100, 2, -1, 8, EXACT},
  {"16.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44100, 2, -1, 20, EXACT},
  {"24mono.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 96000, 1, -1, 8, EXACT},
  {"8k.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 8000, 2, -1, 20, EXACT},
  {"192k.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 192000, 2, -1, 4, EXACT},
  {"96k.ogg", VORBIS, 96000, 2, 0.5, 16, EXACT},
  {"low.ogg", VORBIS, 44100, 2, 0.9, 16, EXACT},
  {"high.ogg", VORBIS, 48000, 2, 0.1, 16, EXACT},
  {"pages.ogg", VORBIS, 44100, 2, 0.5, 16, EXACT},
  {"mono.ogg", VORBIS, 22050, 1, 0.5, 16, EXACT},
  {"high.mp3", MP3, 44100, 2, 0.0, 16, EXACT},
  {"low.mp3", MP3, 48000, 2, 0.95, 16, EXACT},
  {"mono.mp3", MP3, 32000, 1, 0.9, 16, LAST_BIT},
  {"22k.mp3", MP3, 22050, 2, 0.2, 16, LAST_BIT},
  {"16k.mp3", MP3, 16000, 1, 0.2, 20, LAST_BIT},
  {"high.opus", OPUS, 48000, 2, 0.3, 20, MINUS_60_DB},
  {"middle.opus", OPUS, 48000, 2, 0.9, 20, MINUS_60_DB},
  {"speech.opus", OPUS, 48000, 1, 1.0, 20, MINUS_60_DB},
};

#define NCASES (sizeof(cases) / sizeof(cases[0]))

static uint32_t
ogg_crc(const unsigned char* const bytes, const size_t n)
{
  uint32_t crc = 0;
  for (size_t k = 0; k < n; ++k) {
    crc ^= (uint32_t)bytes[k] << 24;
    for (int b = 0; b < 8; ++b) {
      crc = crc << 1 ^ (crc >> 31 ? 0x04C11DB7u : 0);
    }
  }
  return crc;
}

// Put many of an Ogg file's small pages into each page, as most encoders do and libsndfile doesn't (RFC 3533).
static void
enlarge_pages(const char* const path)
{
  static unsigned char in[4 << 20], out[4 << 20], page[27 + 255 + 65536];
  FILE*                f       = fopen(path, "rb");
  const size_t         n       = fread(in, 1, sizeof(in), f);
  size_t               to      = 0;
  size_t               body    = 0;
  uint32_t             numbers = 0;
  fclose(f);
  page[26] = 0;
  for (size_t at = 0; at + 27 <= n;) {
    const unsigned char* const p     = in + at;
    size_t                     bytes = 0;
    for (int k = 0; k < p[26]; ++k) {
      bytes += p[27 + k];
    }
    if (page[26] == 0) {
      memcpy(page, p, 27);
      page[26] = 0;
      body     = 0;
    }
    // Lay the body behind room for 255 lengths
    memcpy(page + 27 + page[26], p + 27, p[26]);
    memcpy(page + 27 + 255 + body, p + 27 + p[26], bytes);
    memcpy(page + 6, p + 6, 8); // the position at its end
    page[26] = (unsigned char)(page[26] + p[26]);
    page[5] |= p[5] & 4; // the last of all
    body += bytes;
    at += 27 + p[26] + bytes;
    const int next = at + 27 <= n ? in[at + 26] : 255;
    if (numbers < 3 || page[26] + next > 255 || body > 16000) { // the headers keep pages of their own
      const uint32_t number = numbers++;
      memcpy(page + 18, &number, 4);
      memset(page + 22, 0, 4);
      memmove(page + 27 + page[26], page + 27 + 255, body);
      const uint32_t crc = ogg_crc(page, 27 + page[26] + body);
      memcpy(page + 22, &crc, 4);
      memcpy(out + to, page, 27 + page[26] + body);
      to += 27 + page[26] + body;
      page[26] = 0;
    }
  }
  f = fopen(path, "wb");
  fwrite(out, 1, to, f);
  fclose(f);
}

static const char*
make_case(const size_t k)
{
  const char* const path = in_folder(cases[k].name);
  if (access(path, F_OK) != 0) {
    assert_true(make_file(path, cases[k].format, cases[k].rate, cases[k].channels,
                          (int64_t)(cases[k].seconds * cases[k].rate), cases[k].level, NULL, music));
    if (strncmp(cases[k].name, "pages", 5) == 0) {
      enlarge_pages(path);
    }
  }
  return path;
}

static void
reading_on_gives_what_a_decode_of_the_whole_gives(void** state)
{
  (void)state;
  for (size_t k = 0; k < NCASES; ++k) {
    const char* const path = make_case(k);
    AudioFile*        f;
    Error             e;
    int64_t           n, at = 0, got = 0;
    float* const      all = decode_all(path, &n);
    float             piece[2 * PIECE];
    assert_int_equal(audio_file_open(&f, path, &e), STATUS_OK);
    assert_int_equal(audio_file_rate(f), cases[k].rate);
    assert_int_equal(audio_file_channels(f), cases[k].channels);
    assert_int_equal(audio_file_frames(f), n);
    AudioRead r;
    double    worst = 0.0;
    do {
      r = audio_file_read(f, at, piece, PIECE, &got);
      for (int64_t i = 0; i < 2 * got; ++i) {
        worst = fmax(worst, fabs((double)piece[i] - (double)all[2 * at + i]));
      }
      at += got;
    } while (r == AUDIO_READ_OK);
    assert_int_equal(r, AUDIO_READ_END);
    assert_int_equal(at, n);
    if (strcmp(cases[k].name, "speech.opus") != 0) { // its decoding begins anew at each point of the grid
      assert_true(worst == 0.0);
    }
    audio_file_close(f);
    free(all);
  }
}

static void
a_frame_is_the_same_by_playing_and_by_jumping(void** state)
{
  (void)state;
  for (size_t k = 0; k < NCASES; ++k) {
    const char* const path = make_case(k);
    AudioFile*        f;
    Error             e;
    int64_t           n;
    assert_int_equal(audio_file_open(&f, path, &e), STATUS_OK);
    const int    kept  = hush();
    float* const all   = play(f, &n);
    const double worst = worst_of_jumps(f, all, n, cases[k].rate);
    loud(kept);
    if (worst > cases[k].tolerance) {
      fail_msg("%s: a jump is off by %g (%.1f dB), tolerance %g", cases[k].name, worst, 20 * log10(worst),
               cases[k].tolerance);
    }
    audio_file_close(f);
    free(all);
  }
}

static void
mono_is_doubled_and_of_many_channels_the_first_two_count(void** state)
{
  (void)state;
  static const struct {
    const char* name;
    int         format, channels;
  } wide[] = {{"c1.wav", WAV16, 1},
              {"c2.wav", WAV16, 2},
              {"c3.wav", SF_FORMAT_WAVEX | SF_FORMAT_PCM_16, 3},
              {"c300.wav", SF_FORMAT_WAVEX | SF_FORMAT_PCM_16, 300}};
  float piece[2 * 777];
  for (size_t k = 0; k < sizeof(wide) / sizeof(wide[0]); ++k) {
    const char* const path = in_folder(wide[k].name);
    AudioFile*        f;
    int64_t           got;
    assert_true(make_file(path, wide[k].format, 44100, wide[k].channels, 3000, -1, NULL, counter_signal));
    assert_int_equal(audio_file_open(&f, path, NULL), STATUS_OK);
    assert_int_equal(audio_file_read(f, 1000, piece, 777, &got), AUDIO_READ_OK);
    for (int i = 0; i < 777; ++i) {
      assert_true(piece[2 * i] == counter(1000 + i, 0));
      assert_true(piece[2 * i + 1] == counter(1000 + i, wide[k].channels > 1));
    }
    audio_file_close(f);
  }
}

static void
beyond_the_end_there_is_nothing(void** state)
{
  (void)state;
  for (size_t k = 0; k < NCASES; ++k) {
    AudioFile* f;
    float      piece[2 * 100];
    int64_t    got;
    const int  kept = hush();
    assert_int_equal(audio_file_open(&f, make_case(k), NULL), STATUS_OK);
    const int64_t n = audio_file_frames(f);
    assert_int_equal(audio_file_read(f, n - 10, piece, 100, &got), AUDIO_READ_END);
    assert_int_equal(got, 10);
    assert_int_equal(audio_file_read(f, n, piece, 100, &got), AUDIO_READ_END);
    assert_int_equal(got, 0);
    assert_int_equal(audio_file_read(f, n + 100000, piece, 100, &got), AUDIO_READ_END);
    assert_int_equal(got, 0);
    assert_int_equal(audio_file_read(f, 0, piece, 100, &got), AUDIO_READ_OK);
    audio_file_close(f);
    loud(kept);
  }
}

static float
wild(const int64_t frame, const int channel, const int rate)
{
  (void)channel;
  (void)rate;
  return frame % 100 == 7 ? NAN : frame % 100 == 8 ? -INFINITY : frame % 100 == 9 ? 3.0e38f : 0.25f;
}

static void
what_is_no_number_becomes_silence(void** state)
{
  (void)state;
  AudioFile*        f;
  float             piece[2 * 1000];
  int64_t           got;
  const char* const path = in_folder("wild.wav");
  assert_true(make_file(path, SF_FORMAT_WAV | SF_FORMAT_FLOAT, 48000, 2, 1000, -1, NULL, wild));
  assert_int_equal(audio_file_open(&f, path, NULL), STATUS_OK);
  assert_int_equal(audio_file_read(f, 0, piece, 1000, &got), AUDIO_READ_OK);
  for (int k = 0; k < 1000; ++k) {
    const float expected = k % 100 == 7 || k % 100 == 8 ? 0.0f : k % 100 == 9 ? 3.0e38f : 0.25f;
    assert_true(piece[2 * k] == expected);
  }
  audio_file_close(f);
}

static void
tags_give_the_title(void** state)
{
  (void)state;
  AudioFile* f;
  assert_true(
    make_file(in_folder("t.flac"), SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44100, 2, 9000, -1, " Sous le ciel ", music));
  assert_int_equal(audio_file_open(&f, in_folder("t.flac"), NULL), STATUS_OK);
  assert_string_equal(audio_file_title(f), "Sous le ciel");
  audio_file_close(f);
  assert_true(make_wav(in_folder("t.wav"), 44100, 100));
  assert_int_equal(audio_file_open(&f, in_folder("t.wav"), NULL), STATUS_OK);
  assert_null(audio_file_title(f));
  audio_file_close(f);
}

static void
write_bytes(const char* const path, const char* const bytes, const size_t n)
{
  FILE* const f = fopen(path, "wb");
  assert_non_null(f);
  fwrite(bytes, 1, n, f);
  fclose(f);
}

static void
what_cannot_be_opened_is_said_in_one_line(void** state)
{
  (void)state;
  write_bytes(in_folder("text.wav"), "not audio at all, only words\n", 29);
  write_bytes(in_folder("empty.wav"), "", 0);
  assert_true(make_wav(in_folder("none.wav"), 44100, 0));
  assert_true(make_file(in_folder("slow.wav"), WAV16, 4000, 2, 1000, -1, NULL, music));
  assert_true(make_file(in_folder("fast.wav"), WAV16, 768000, 2, 1000, -1, NULL, music));
  assert_int_equal(mkfifo(in_folder("pipe.wav"), 0600), 0);
  static const struct {
    const char* name;
    Status      status;
    const char* says;
  } bad[] = {
    {"missing.wav", STATUS_NOT_FOUND, "no such file"},
    {"missing/x.wav", STATUS_NOT_FOUND, "no such file"},
    {"text.wav/x.wav", STATUS_NOT_FOUND, "no such file"},
    {"", STATUS_BAD_FORMAT, "is a directory"},
    {"pipe.wav", STATUS_BAD_FORMAT, "is no regular file"},
    {"text.wav", STATUS_BAD_FORMAT, AUDIO_FORMATS},
    {"empty.wav", STATUS_BAD_FORMAT, AUDIO_FORMATS},
    {"none.wav", STATUS_BAD_FORMAT, "no audio in it"},
    {"slow.wav", STATUS_BAD_FORMAT, "4000 Hz: 8000 to 384000 Hz work"},
    {"fast.wav", STATUS_BAD_FORMAT, "768000 Hz: 8000 to 384000 Hz work"},
  };
  for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); ++k) {
    AudioFile* f = NULL;
    Error      e = {""};
    assert_int_equal(audio_file_open(&f, in_folder(bad[k].name), &e), bad[k].status);
    assert_null(f);
    assert_non_null(strstr(e.text, bad[k].says));
    assert_non_null(strstr(e.text, folder));
    assert_null(strchr(e.text, '\n'));
  }
}

static void
a_file_one_may_not_read_is_refused(void** state)
{
  (void)state;
  if (geteuid() == 0) {
    skip(); // root may
  }
  AudioFile* f;
  Error      e;
  assert_true(make_wav(in_folder("secret.wav"), 44100, 100));
  chmod(in_folder("secret.wav"), 0);
  assert_int_equal(audio_file_open(&f, in_folder("secret.wav"), &e), STATUS_FAILED);
  assert_non_null(strstr(e.text, "Permission denied"));
}

// Files that stay open are what a soft limit counts: it is raised as far as we may, and beyond that said.
static void
more_files_are_open_than_the_soft_limit_allows(void** state)
{
  (void)state;
  enum { SOFT = 32, HARD = 48 };
  const struct rlimit small = {SOFT, HARD};
  AudioFile*          f[HARD];
  Error               e;
  int                 n = 0;
  Status              s = STATUS_OK;
  assert_true(make_wav(in_folder("many.wav"), 44100, 100));
  const pid_t child = fork(); // a hard limit can't be raised again
  if (child == 0) {
    setrlimit(RLIMIT_NOFILE, &small);
    while (n < HARD && (s = audio_file_open(&f[n], in_folder("many.wav"), &e)) == STATUS_OK) {
      ++n;
    }
    const bool said = n < HARD && strstr(e.text, "no more than 48 files open") != NULL;
    while (n > SOFT) {
      audio_file_close(f[--n]);
    }
    _exit(s == STATUS_FAILED && said && n == SOFT ? 0 : 1);
  }
  int how;
  assert_int_equal(waitpid(child, &how, 0), child);
  assert_int_equal(how, 0);
}

// A FLAC file made by a pipe doesn't know its length: bytes 18.. of the stream info are 36 bits of it.
static void
a_length_that_the_header_lacks_is_found(void** state)
{
  (void)state;
  const char* const path = in_folder("piped.flac");
  assert_true(make_file(path, SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44100, 2, 300007, -1, NULL, counter_signal));
  const int     fd = open(path, O_RDWR);
  unsigned char b[5];
  assert_int_equal(pread(fd, b, 5, 21), 5);
  b[0] &= 0xF0;
  memset(b + 1, 0, 4);
  assert_int_equal(pwrite(fd, b, 5, 21), 5);
  close(fd);
  AudioFile* f;
  Error      e;
  float      piece[2 * 100];
  int64_t    got;
  assert_int_equal(audio_file_open(&f, path, &e), STATUS_OK);
  assert_int_equal(audio_file_frames(f), 300007);
  assert_int_equal(audio_file_read(f, 299950, piece, 100, &got), AUDIO_READ_END);
  assert_int_equal(got, 57);
  assert_true(piece[0] == counter(299950, 0));
  audio_file_close(f);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(reading_on_gives_what_a_decode_of_the_whole_gives),
    cmocka_unit_test(a_frame_is_the_same_by_playing_and_by_jumping),
    cmocka_unit_test(mono_is_doubled_and_of_many_channels_the_first_two_count),
    cmocka_unit_test(beyond_the_end_there_is_nothing),
    cmocka_unit_test(what_is_no_number_becomes_silence),
    cmocka_unit_test(tags_give_the_title),
    cmocka_unit_test(what_cannot_be_opened_is_said_in_one_line),
    cmocka_unit_test(a_file_one_may_not_read_is_refused),
    cmocka_unit_test(more_files_are_open_than_the_soft_limit_allows),
    cmocka_unit_test(a_length_that_the_header_lacks_is_found),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
