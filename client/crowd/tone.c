// SPDX-License-Identifier: GPL-3.0-or-later
// The test tone: a file in memory that never had a name, so that the deck that plays it needs to know nothing of it.
#include "crowd/state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { HEADER = 44 };

static void
put(unsigned char* const to, const uint32_t value, const int bytes)
{
  for (int i = 0; i < bytes; ++i) {
    to[i] = (unsigned char)(value >> 8 * i);
  }
}

/// A mono WAV, 16 bits, its ends faded.
static unsigned char*
make_wav(const double hz, const uint32_t rate, size_t* const size)
{
  *size                     = HEADER + 2 * (size_t)rate;
  unsigned char* const file = malloc(*size);
  if (!file) {
    return NULL;
  }
  memcpy(file, "RIFF....WAVEfmt ....................data....", HEADER);
  put(file + 4, (uint32_t)*size - 8, 4);
  put(file + 16, 16, 4);
  put(file + 20, 1, 2); // PCM
  put(file + 22, 1, 2); // channel
  put(file + 24, rate, 4);
  put(file + 28, 2 * rate, 4);
  put(file + 32, 2, 2);
  put(file + 34, 16, 2);
  put(file + 40, 2 * rate, 4);
  for (uint32_t i = 0; i < rate; ++i) {
    const double edge = fmin(fmin(i, rate - 1 - i) / (0.005 * rate), 1.0);
    const double x    = 0.5 * edge * sin(2.0 * M_PI * hz * i / rate);
    put(file + HEADER + 2 * (size_t)i, (uint32_t)lrint(x * 32767.0), 2);
  }
  return file;
}

void
tone_play(Crowd* const c, const double hz)
{
  size_t               size = 0;
  unsigned char* const wav  = make_wav(hz, control_rate(c->control), &size);
  const int            fd   = memfd_create("deckhost test tone", MFD_CLOEXEC);
  Item* const          item = item_get(c, TONE_ID);
  if (!wav || !item || fd < 0 || write(fd, wav, size) != (ssize_t)size) {
    complain(c, "no memory for a test tone");
    if (fd >= 0) {
      close(fd);
    }
    free(wav);
    return;
  }
  free(wav);
  if (c->tone_fd >= 0) {
    close(c->tone_fd);
  }
  c->tone_fd = fd;
  char path[64];
  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  item->volume = 1.0;
  item->loop   = false;
  item_load(c, item, path, "test tone");
  origin_add(c, origin_now(c), &(const Start){.kind = START_ITEM, .id = TONE_ID});
}
