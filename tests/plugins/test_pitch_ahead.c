// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/pitch_rig.h"

#include <dlfcn.h>
#include <pthread.h>
#include <rubberband/rubberband-c.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <time.h>

// Rubber Band fed ahead of need by a worker's thread: the same sound as without; and run neither waits nor stops when
// the worker is late, or stuck.

static atomic_bool   held;         // the worker is to stop within Rubber Band,
static sem_t         inside, gone; // has, and may go on
static int64_t       fake_ns;      // the clock, unless 0
static __thread bool is_worker;

void
rubberband_process(const RubberBandState s, const float* const* in, const unsigned n, const int final)
{
  static void (*next)(RubberBandState, const float* const*, unsigned, int);
  if (!next) {
    *(void**)&next = dlsym(RTLD_NEXT, "rubberband_process");
  }
  if (is_worker && atomic_load(&held)) {
    sem_post(&inside);
    sem_wait(&gone);
  }
  next(s, in, n, final);
}

int
clock_gettime(const clockid_t clock, struct timespec* const t)
{
  static int (*next)(clockid_t, struct timespec*);
  if (!next) {
    *(void**)&next = dlsym(RTLD_NEXT, "clock_gettime");
  }
  if (!fake_ns) {
    return next(clock, t);
  }
  t->tv_sec  = fake_ns / 1000000000;
  t->tv_nsec = fake_ns % 1000000000;
  return 0;
}

static void
move(Rig* const r, const double t)
{
  r->c.semitones = t < 0.8 ? 5.0 : t < 1.4 ? 5.0 - 10.0 * (t - 0.8) / 0.6 : t < 1.6 ? -5.0 : t < 1.8 ? 1.0 : 9.0;
}

typedef enum { NOBODY, AT_ONCE, NOW_AND_THEN, NEVER } Diligence;

/// 2.5 s of noise; cells that run had to feed although there is a worker.
static uint32_t
shift_noise(Rig* const r, const PitchQuality quality, const Diligence worker)
{
  PitchControls c = rig_controls(PITCH_ENGINE_AUTO, 5.0);
  c.quality       = quality;
  *r              = rig_new(48000.0, 2, 2.5, c);
  rig_noise(r);
  pitch_ahead_rt(r->pitch, worker != NOBODY);
  for (int k = 0; r->at < r->frames; ++k) {
    move(r, r->at / 48000.0);
    rig_run(r, (r->at + 256) / 48000.0);
    if ((worker == AT_ONCE || (worker == NOW_AND_THEN && k * k % 7 == 1)) && pitch_wanting_rt(r->pitch, quality)) {
      pitch_work(r->pitch, quality);
    }
  }
  return stretcher_fed_here_rt(r->stretcher[quality]);
}

static void
the_sound_is_the_same_whoever_feeds(void** state)
{
  (void)state;
  for (int q = 0; q < 2; ++q) {
    Rig alone, other;
    assert_int_equal(shift_noise(&alone, (PitchQuality)q, NOBODY), 0);
    for (Diligence d = AT_ONCE; d <= NEVER; ++d) {
      const uint32_t here = shift_noise(&other, (PitchQuality)q, d);
      assert_int_equal(stretcher_dry_rt(other.stretcher[q]), stretcher_dry_rt(alone.stretcher[q]));
      if (d == AT_ONCE ? here > 0 : d == NEVER && !here) {
        fail_msg("quality %d, worker %d: %u cells were fed in run", q, d, here);
      }
      // Before a handover, the worker has to catch up: then it may begin later
      if (d == AT_ONCE || d == NEVER) {
        for (int ch = 0; ch < 2; ++ch) {
          assert_memory_equal(other.out[ch], alone.out[ch], (d == NEVER ? 40000 : other.frames) * sizeof(float));
        }
      }
      rig_free(&other);
    }
    rig_free(&alone);
  }
}

// Which place in the row of living instances one has, must not be heard.
static void
the_sound_is_the_same_in_any_seat(void** state)
{
  (void)state;
  Rig first, other;
  shift_noise(&first, PITCH_QUALITY_FAST, NOBODY);
  for (int seat = 1; seat < 9; ++seat) {
    Pitch* const between = pitch_new(48000.0, 2);
    shift_noise(&other, PITCH_QUALITY_FAST, NOBODY);
    assert_memory_equal(other.out[0], first.out[0], other.frames * sizeof(float));
    assert_memory_equal(other.out[1], first.out[1], other.frames * sizeof(float));
    rig_free(&other);
    pitch_free(between);
  }
  rig_free(&first);
}

typedef struct {
  Rig        rig;
  sem_t      work;
  atomic_int ending;
} Shop;

static void*
worker(void* const data)
{
  Shop* const s = data;
  is_worker     = true;
  for (;;) {
    sem_wait(&s->work);
    if (atomic_load(&s->ending)) {
      return NULL;
    }
    pitch_work(s->rig.pitch, PITCH_QUALITY_FAST);
  }
}

/// Run and tell the worker; `frames` at a time.
static void
run_blocks(Shop* const s, const double until, const bool clock)
{
  while (s->rig.at < until * 48000.0) {
    fake_ns += clock ? (int64_t)(s->rig.block * 1e9 / 48000.0) : 0;
    rig_run(&s->rig, (s->rig.at + s->rig.block) / 48000.0);
    if (pitch_wanting_rt(s->rig.pitch, PITCH_QUALITY_FAST)) {
      sem_post(&s->work);
    }
  }
}

// A host that runs as fast as it can, with a worker's thread that it leaves behind: nothing is lost.
static void
offline_is_complete(void** state)
{
  (void)state;
  Rig alone;
  shift_noise(&alone, PITCH_QUALITY_FAST, NOBODY);
  static Shop s;
  s.rig = rig_new(48000.0, 2, 2.5, rig_controls(PITCH_ENGINE_AUTO, 5.0));
  sem_init(&s.work, 0, 0);
  rig_noise(&s.rig);
  pitch_ahead_rt(s.rig.pitch, true);
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, worker, &s), 0);
  run_blocks(&s, 0.8, false); // while the shift stays
  atomic_store(&s.ending, 1);
  sem_post(&s.work);
  pthread_join(thread, NULL);
  assert_int_equal(stretcher_dry_rt(s.rig.stretcher[0]), 0);
  assert_memory_equal(s.rig.out[0], alone.out[0], 38000 * sizeof(float));
  sem_destroy(&s.work);
  rig_free(&s.rig);
  rig_free(&alone);
}

// The worker is kept within a hop for a quarter of a second, in real time: run goes on, without a gap or a click, and
// comes back to where it should be.
static void
a_stuck_worker_is_bridged(void** state)
{
  (void)state;
  static const double shifts[] = {5.0, -6.0};
  for (int k = 0; k < 2; ++k) {
    static Shop s;
    memset(&s, 0, sizeof(s));
    s.rig       = rig_new(48000.0, 2, 4.5, rig_controls(PITCH_ENGINE_RUBBER_BAND, shifts[k]));
    s.rig.block = 128;
    fake_ns     = 1000000000;
    sem_init(&s.work, 0, 0);
    sem_init(&inside, 0, 0);
    sem_init(&gone, 0, 0);
    rig_sine(&s.rig, 440.0);
    pitch_ahead_rt(s.rig.pitch, true);
    run_blocks(&s, 1.0, true); // nobody works: run does
    const uint32_t here = stretcher_fed_here_rt(s.rig.stretcher[0]);
    assert_true(here > 0);
    atomic_store(&held, true);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, worker, &s), 0);
    sem_post(&s.work);
    while (pitch_wanting_rt(s.rig.pitch, PITCH_QUALITY_FAST) == false) {
      run_blocks(&s, (s.rig.at + 128) / 48000.0, true);
    }
    sem_wait(&inside);
    run_blocks(&s, 1.25, true); // returns: nothing in it waits
    const uint32_t dry = stretcher_dry_rt(s.rig.stretcher[0]);
    assert_in_range(dry, 5, 40);
    atomic_store(&held, false);
    sem_post(&gone);
    atomic_store(&s.ending, 1); // after this hop; then run does them
    sem_post(&s.work);
    pthread_join(thread, NULL);
    run_blocks(&s, 4.5, true);
    assert_in_range(stretcher_dry_rt(s.rig.stretcher[0]), dry, dry + 1);
    const double w = 2.0 * M_PI * 440.0 / 48000.0 * exp2(shifts[k] / 12.0);
    for (uint32_t i = 24000; i < s.rig.frames; ++i) {
      const float* const y = s.rig.out[0] + i;
      if (fabs(y[0] - 2.0 * y[-1] + y[-2]) > 0.5 * w * w + 0.002) {
        fail_msg("%+.0f: a click at %.4f s", shifts[k], i / 48000.0);
      }
    }
    for (uint32_t i = 24000; i + 480 < s.rig.frames; i += 240) {
      double power = 0.0;
      for (uint32_t j = i; j < i + 480; ++j) {
        power += (double)s.rig.out[0][j] * s.rig.out[0][j] / 480.0;
      }
      if (fabs(10.0 * log10(power / 0.125)) > 3.0) {
        fail_msg("%+.0f: %.1f dB at %.3f s", shifts[k], 10.0 * log10(power / 0.125), i / 48000.0);
      }
    }
    double cents;
    assert_true(rig_sinad(s.rig.out[0] + 180000, 30000, w, &cents) > 30.0);
    assert_true(fabs(cents) < 0.1);
    fake_ns = 0;
    sem_destroy(&s.work);
    sem_destroy(&inside);
    sem_destroy(&gone);
    rig_free(&s.rig);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_sound_is_the_same_whoever_feeds),
    cmocka_unit_test(the_sound_is_the_same_in_any_seat),
    cmocka_unit_test(offline_is_complete),
    cmocka_unit_test(a_stuck_worker_is_bridged),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
