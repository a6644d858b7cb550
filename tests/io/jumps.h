// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TESTS_IO_JUMPS_H
#define TESTS_IO_JUMPS_H

// Whether a frame is the same by playing and by jumping.

#include "io/audio_file.h"
#include "make_files.h"

#include <fcntl.h>

#define EXACT 0.0
#define PIECE 5000

// libmpg123 speaks of every frame that lacks what comes before it, which is what a jump into a file of MPEG 2 rates
// begins with.  Returns what to hand back to `loud`.
static inline int
hush(void)
{
  fflush(stderr);
  const int kept = dup(STDERR_FILENO);
  const int null = open("/dev/null", O_WRONLY);
  dup2(null, STDERR_FILENO);
  close(null);
  return kept;
}

static inline void
loud(const int kept)
{
  fflush(stderr);
  dup2(kept, STDERR_FILENO);
  close(kept);
}

// The definition of "the same": what one reader gets in one go, from the start to the end.
static inline float*
play(AudioFile* const f, int64_t* const n)
{
  float* const all = malloc(sizeof(float) * 2 * (size_t)audio_file_frames(f));
  audio_file_read(f, 0, all, audio_file_frames(f), n);
  return all;
}

static inline double
worst_of_jumps(AudioFile* const f, const float* const all, const int64_t n, const int rate)
{
  float    piece[2 * PIECE];
  double   worst = 0.0;
  int64_t  at    = 0;
  uint32_t dice  = 1;
  for (int k = 0; k < 100; ++k) {
    dice               = scramble(dice + 0x9E3779B9u);
    const int64_t near = (int64_t)(dice % (uint32_t)(6 * rate)) - 3 * rate; // around where we are: 3 s either way
    const int64_t far  = dice % (uint32_t)(n - PIECE);
    at                 = k % 3 == 0 ? far : k % 3 == 1 ? at + near : far / 4096 * 4096;
    at                 = at < 0 ? 0 : at > n - PIECE ? n - PIECE : at;
    int64_t got        = 0;
    if (audio_file_read(f, at, piece, PIECE, &got) != AUDIO_READ_OK || got != PIECE) {
      return HUGE_VAL;
    }
    for (int64_t i = 0; i < 2 * got; ++i) {
      worst = fmax(worst, fabs((double)piece[i] - (double)all[2 * at + i]));
    }
    at += got;
  }
  return worst;
}

#endif
