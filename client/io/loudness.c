// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/loudness.h"

#include <ebur128.h>

#include <math.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>

enum {
  MODE     = EBUR128_MODE_M | EBUR128_MODE_S | EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_HISTOGRAM,
  PIECE    = 1024,
  PAUSE_MS = 50 // between two looks at the tap, which holds seconds
};

struct Loudness {
  Tap*           tap;
  ebur128_state* state;
  bool           threaded;
  pthread_t      thread;
  sem_t          wake;
  atomic_bool    quit, reset;
  _Atomic float  value[4];
};

static void
publish(Loudness* const l)
{
  double value[4] = {-HUGE_VAL, -HUGE_VAL, -HUGE_VAL, 0.0};
  ebur128_loudness_momentary(l->state, &value[0]);
  ebur128_loudness_shortterm(l->state, &value[1]);
  ebur128_loudness_global(l->state, &value[2]);
  ebur128_loudness_range(l->state, &value[3]);
  for (int i = 0; i < 4; ++i) {
    const float shown = isfinite(value[i]) && value[i] > (double)LOUDNESS_NONE ? (float)value[i] : LOUDNESS_NONE;
    atomic_store_explicit(&l->value[i], shown, memory_order_relaxed);
  }
}

void
loudness_work(Loudness* const l)
{
  float    piece[PIECE][2];
  uint32_t n   = 0;
  bool     any = false;
  if (atomic_exchange(&l->reset, false)) {
    ebur128_state* const fresh = ebur128_init(2, l->state->samplerate, MODE);
    if (fresh) { // else it goes on with the old
      ebur128_destroy(&l->state);
      l->state = fresh;
      any      = true;
    }
  }
  while ((n = ring_read_n(l->tap->ring, piece, PIECE)) > 0) {
    ebur128_add_frames_float(l->state, &piece[0][0], n);
    any = true;
  }
  if (any) {
    publish(l);
  }
}

static void*
run(void* const data)
{
  Loudness* const l = data;
  while (!atomic_load(&l->quit)) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += PAUSE_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    sem_clockwait(&l->wake, CLOCK_MONOTONIC, &until);
    loudness_work(l);
  }
  return NULL;
}

Status
loudness_new(Loudness** const out, Tap* const tap, const uint32_t rate, const bool threaded, Error* const error)
{
  Loudness* const l = calloc(1, sizeof(*l));
  if (!l || !(l->state = ebur128_init(2, rate, MODE))) {
    free(l);
    return error_set(error, STATUS_NO_MEMORY, "no memory to measure loudness at %u Hz", rate);
  }
  l->tap      = tap;
  l->threaded = threaded;
  sem_init(&l->wake, 0, 0);
  publish(l);
  if (threaded && pthread_create(&l->thread, NULL, run, l)) {
    l->threaded = false;
    loudness_free(l);
    return error_set(error, STATUS_FAILED, "no thread to measure loudness: the system has too many");
  }
  atomic_store(&tap->on, true);
  *out = l;
  return STATUS_OK;
}

void
loudness_free(Loudness* const l)
{
  if (!l) {
    return;
  }
  atomic_store(&l->tap->on, false);
  if (l->threaded) {
    atomic_store(&l->quit, true);
    sem_post(&l->wake);
    pthread_join(l->thread, NULL);
  }
  sem_destroy(&l->wake);
  ebur128_destroy(&l->state);
  free(l);
}

LoudnessValues
loudness_values(const Loudness* const l)
{
  float value[4];
  for (int i = 0; i < 4; ++i) {
    value[i] = atomic_load_explicit(&l->value[i], memory_order_relaxed);
  }
  return (LoudnessValues){value[0], value[1], value[2], value[3]};
}

void
loudness_reset(Loudness* const l)
{
  atomic_store(&l->reset, true);
}
