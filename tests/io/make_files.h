// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TESTS_IO_MAKE_FILES_H
#define TESTS_IO_MAKE_FILES_H

// Audio files for the tests of io/, made with libsndfile in a folder that goes away afterwards.

#include <math.h>
#include <sndfile.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static inline int
make_folder(void** state)
{
  (void)state;
  strcpy(folder, "/tmp/deckhost-io-XXXXXX");
  return mkdtemp(folder) ? 0 : -1;
}

static inline int
remove_folder(void** state)
{
  (void)state;
  char command[128];
  snprintf(command, sizeof(command), "rm -rf '%s'", folder);
  return system(command);
}

/// `name` in the folder.  Four of them are valid at a time.
static inline const char*
in_folder(const char* const name)
{
  static char paths[4][256];
  static int  next;
  char* const path = paths[next++ % 4];
  snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
  return path;
}

static inline uint32_t
scramble(uint32_t x)
{
  x = (x ^ (x >> 16)) * 0x7FEB352Du;
  x = (x ^ (x >> 15)) * 0x846CA68Bu;
  return x ^ (x >> 16);
}

/// A sample of something like music: gliding tones, beats, some noise.  |x| < 0.8
static inline float
music(const int64_t frame, const int channel, const int rate)
{
  const double t    = (double)frame / rate;
  const double beat = fmod(t, 0.49);
  const double tone = sin(6.2831853 * (220.0 + 40.0 * sin(0.7 * t)) * t + channel) + 0.6 * sin(6.2831853 * 1234.5 * t);
  const double hit  = exp(-30.0 * beat) * sin(6.2831853 * 70.0 * beat);
  const double hiss = (double)(int32_t)scramble((uint32_t)(2 * frame + channel)) / 2147483648.0;
  // The clap makes coders switch to short blocks
  return (float)(0.2 * tone + 0.2 * hit + (0.03 + 0.25 * exp(-150.0 * beat)) * hiss);
}

/// A sample that tells its frame: every one of 2^15 frames in a row has another, exact in 16 bits.
static inline float
counter(const int64_t frame, const int channel)
{
  return (float)((int32_t)((frame * 7 + channel * 13) % 65521) - 32760) / 32768.0f;
}

typedef float (*Signal)(int64_t frame, int channel, int rate);

static inline float
counter_signal(const int64_t frame, const int channel, const int rate)
{
  (void)rate;
  return counter(frame, channel);
}

/** Write `frames` of a signal.  `level`: SFC_SET_COMPRESSION_LEVEL, < 0: its default.
 * Returns whether that worked. */
static inline bool
make_file(const char* const path,
          const int         format,
          const int         rate,
          const int         channels,
          const int64_t     frames,
          const double      level,
          const char* const title,
          const Signal      signal)
{
  SF_INFO        info = {.samplerate = rate, .channels = channels, .format = format};
  SNDFILE* const f    = sf_open(path, SFM_WRITE, &info);
  if (!f) {
    return false;
  }
  double l = level;
  if (level >= 0.0) {
    sf_command(f, SFC_SET_COMPRESSION_LEVEL, &l, sizeof(l));
  }
  if (title) {
    sf_set_string(f, SF_STR_TITLE, title);
  }
  // Integers go in as integers: libsndfile scales floats by one less than it divides by
  const int    sub     = format & SF_FORMAT_SUBMASK;
  const bool   integer = sub == SF_FORMAT_PCM_16 || sub == SF_FORMAT_PCM_24;
  float* const block   = malloc(sizeof(float) * 4096 * (size_t)channels);
  int* const   ints    = malloc(sizeof(int) * 4096 * (size_t)channels);
  bool         ok      = true;
  for (int64_t at = 0; at < frames; at += 4096) {
    const int64_t n = frames - at < 4096 ? frames - at : 4096;
    for (int64_t k = 0; k < n; ++k) {
      for (int c = 0; c < channels; ++c) {
        block[k * channels + c] = signal(at + k, c, rate);
        ints[k * channels + c]  = integer ? (int)lrint(2147483648.0 * (double)block[k * channels + c]) : 0;
      }
    }
    ok = ok && (integer ? sf_writef_int(f, ints, n) : sf_writef_float(f, block, n)) == n;
  }
  free(block);
  free(ints);
  return sf_close(f) == 0 && ok;
}

static inline bool
make_wav(const char* const path, const int rate, const int64_t frames)
{
  return make_file(path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, rate, 2, frames, -1.0, NULL, counter_signal);
}

/// Decode a whole file with libsndfile alone, as interleaved stereo.  The caller frees it.
static inline float*
decode_all(const char* const path, int64_t* const frames)
{
  SF_INFO        info = {0};
  SNDFILE* const f    = sf_open(path, SFM_READ, &info);
  if (!f) {
    return NULL;
  }
  const int  c    = info.channels;
  int64_t    room = 1 << 16, n = 0;
  float*     raw = malloc(sizeof(float) * (size_t)(room * c));
  sf_count_t got;
  while ((got = sf_readf_float(f, raw + n * c, room - n)) > 0) {
    n += got;
    if (n == room) {
      room *= 2;
      raw = realloc(raw, sizeof(float) * (size_t)(room * c));
    }
  }
  sf_close(f);
  float* const out = malloc(sizeof(float) * 2 * (size_t)(n + 1));
  for (int64_t k = 0; k < n; ++k) {
    out[2 * k]     = raw[k * c];
    out[2 * k + 1] = raw[k * c + (c > 1 ? 1 : 0)];
  }
  free(raw);
  *frames = n;
  return out;
}

#endif
