// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TESTS_SUPPORT_WAV_H
#define TESTS_SUPPORT_WAV_H

// Stereo 32-bit float WAV files, written and read without a library.  Little-endian machines.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  float*   frames; ///< interleaved stereo, malloc'd; NULL: it can't be read
  int64_t  n;      ///< frames
  uint32_t rate;   ///< Hz
} Wav;

static inline int
wav_write(const char* path, const float* frames, int64_t n, uint32_t rate)
{
  const uint32_t bytes = (uint32_t)n * 8u, riff = bytes + 36u, fmt = 16, speed = rate * 8u;
  const uint16_t kind = 3, channels = 2, align = 8, bits = 32;
  FILE* const    f = fopen(path, "wb");
  if (!f) {
    return -1;
  }
  fwrite("RIFF", 4, 1, f);
  fwrite(&riff, 4, 1, f);
  fwrite("WAVEfmt ", 8, 1, f);
  fwrite(&fmt, 4, 1, f);
  fwrite(&kind, 2, 1, f);
  fwrite(&channels, 2, 1, f);
  fwrite(&rate, 4, 1, f);
  fwrite(&speed, 4, 1, f);
  fwrite(&align, 2, 1, f);
  fwrite(&bits, 2, 1, f);
  fwrite("data", 4, 1, f);
  fwrite(&bytes, 4, 1, f);
  fwrite(frames, 8, (size_t)n, f);
  return fclose(f);
}

static inline Wav
wav_read(const char* path)
{
  Wav         w = {0};
  FILE* const f = fopen(path, "rb");
  char        id[4];
  uint32_t    size;
  if (!f || fseek(f, 12, SEEK_SET)) {
    return w;
  }
  while (fread(id, 4, 1, f) == 1 && fread(&size, 4, 1, f) == 1) {
    if (!memcmp(id, "fmt ", 4)) {
      unsigned char fmt[40] = {0};
      if (size > sizeof(fmt) || fread(fmt, size, 1, f) != 1 || fmt[2] != 2 || fmt[14] != 32) {
        break;
      }
      memcpy(&w.rate, fmt + 4, 4);
    } else if (!memcmp(id, "data", 4)) {
      w.n      = size / 8;
      w.frames = malloc((size_t)w.n * 8 + 8);
      if (w.frames && fread(w.frames, 8, (size_t)w.n, f) != (size_t)w.n) {
        free(w.frames);
        w.frames = NULL;
      }
      break;
    } else if (fseek(f, (long)size + (long)(size & 1), SEEK_CUR)) {
      break;
    }
  }
  fclose(f);
  return w;
}

#endif
