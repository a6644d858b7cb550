// SPDX-License-Identifier: GPL-3.0-or-later
// What Rubber Band costs the process thread: four shifters side by side, as four decks have them, block by block.  With
// a worker's thread that feeds them in real time or, to see what is left then, at once after each block; and without.

#include "support/chord.h"
#include "support/pitch_rig.h"

#include "dsp/denormal.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <time.h>

enum { DECKS = 4, RATE = 48000, SECONDS = 2, REPEATS = 5 };

static double
now_us(void)
{
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

typedef struct {
  Rig          r[DECKS];
  PitchQuality quality;
  sem_t        work, done;
  bool         ending;
} Stage;

static void*
work(void* const data)
{
  Stage* const        s     = data;
  const DenormalGuard guard = denormal_guard_enter();
  for (;;) {
    sem_wait(&s->work);
    if (s->ending) {
      denormal_guard_leave(guard);
      return NULL;
    }
    for (int d = 0; d < DECKS; ++d) {
      if (pitch_wanting_rt(s->r[d].pitch, s->quality)) {
        pitch_work(s->r[d].pitch, s->quality);
      }
    }
    sem_post(&s->done);
  }
}

/// Four shifters for two seconds; adds what each block took, where it is less than before, microseconds.  Returns cells
/// that run had to feed although there is a worker.
static uint32_t
run_decks(const bool         worker,
          const PitchQuality quality,
          const double       semitones,
          const uint32_t     block,
          double* const      took)
{
  Stage      s  = {.quality = quality};
  Rig* const r  = s.r;
  uint32_t   at = 0, here = 0;
  pthread_t  thread;
  for (int d = 0; d < DECKS; ++d) {
    PitchControls c = rig_controls(PITCH_ENGINE_RUBBER_BAND, semitones);
    c.quality       = quality;
    r[d]            = rig_new(RATE, 2, SECONDS, c);
    r[d].block      = block;
    chord_fill(&CHORD_A, RATE, r[d].in[0], r[d].in[1], r[d].frames);
    pitch_ahead_rt(r[d].pitch, worker);
  }
  sem_init(&s.work, 0, 0);
  sem_init(&s.done, 0, 0);
  if (pthread_create(&thread, NULL, work, &s)) {
    abort();
  }
  while (r[0].at + block <= r[0].frames) {
    const double begin = now_us();
    for (int d = 0; d < DECKS; ++d) {
      rig_run(&r[d], (r[d].at + block) / (double)RATE);
    }
    took[at] = fmin(took[at], now_us() - begin);
    ++at;
    if (worker) {
      sem_post(&s.work);
      sem_wait(&s.done);
    }
  }
  s.ending = true;
  sem_post(&s.work);
  pthread_join(thread, NULL);
  sem_destroy(&s.work);
  sem_destroy(&s.done);
  for (int d = 0; d < DECKS; ++d) {
    here += stretcher_fed_here_rt(r[d].stretcher[quality]);
    rig_free(&r[d]);
  }
  return here;
}

/// The same several times: the least that each block took is what it takes, without what else the machine does.
static void
measure(const bool worker, const PitchQuality quality, const double semitones, const uint32_t block)
{
  static double  took[SECONDS * RATE / 64];
  const uint32_t blocks = SECONDS * RATE / block, first = RATE / block;
  uint32_t       here = 0;
  double         mean = 0.0, worst = 0.0;
  for (uint32_t i = 0; i < blocks; ++i) {
    took[i] = 1e9;
  }
  for (int k = 0; k < REPEATS; ++k) {
    here = run_decks(worker, quality, semitones, block, took);
  }
  for (uint32_t i = first; i < blocks; ++i) {
    mean += took[i] / (blocks - first);
    worst = fmax(worst, took[i]);
  }
  printf("%-8s %-5s %+4.0f %6u %10.2f %10.2f %8.2f %8u\n", worker ? "worker" : "none", quality ? "Fine" : "Fast",
         semitones, block, mean, worst, worst / mean, here);
}

int
main(void)
{
  const DenormalGuard guard = denormal_guard_enter();
  puts("Rubber Band on the process thread: four stereo shifters at 48 kHz, microseconds a block");
  printf("%-8s %-5s %4s %6s %10s %10s %8s %8s\n", "", "", "", "block", "mean", "worst", "ratio", "fed here");
  for (int q = 0; q < 2; ++q) {
    for (uint32_t block = 64; block <= 256; block *= 4) {
      measure(true, (PitchQuality)q, 5.0, block);
      measure(false, (PitchQuality)q, 5.0, block);
    }
  }
  denormal_guard_leave(guard);
  return EXIT_SUCCESS;
}
