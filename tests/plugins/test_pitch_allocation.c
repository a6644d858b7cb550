// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/pitch_rig.h"

#include <dlfcn.h>

// What the process thread relies on: no allocation, any way of cutting blocks, recovery, reset.

static volatile long counted;
static volatile int  counting;

// The program's own malloc and free stand before the library's, for Rubber Band, too.  A sanitizer has its own.
#ifndef DECKHOST_SANITIZED
void*
malloc(const size_t size)
{
  static void* (*next)(size_t);
  if (!next) {
    *(void**)&next = dlsym(RTLD_NEXT, "malloc");
  }
  counted += counting;
  return next(size);
}

void
free(void* const block)
{
  static void (*next)(void*);
  if (!next) {
    *(void**)&next = dlsym(RTLD_NEXT, "free");
  }
  counted += block ? counting : 0;
  next(block);
}
#endif

/// Calls of malloc and free in run while the shift does what `move` says, and there is a worker or not.
static long
calls_while(const PitchEngine  engine,
            const PitchQuality quality,
            const bool         worker,
            double (*const move)(double seconds))
{
  PitchControls c = rig_controls(engine, move(0.0));
  c.quality       = quality;
  Rig r           = rig_new(48000.0, 2, 3.0, c);
  rig_noise(&r);
  pitch_ahead_rt(r.pitch, worker);
  counted = 0;
  for (double t = 0.0; t < 3.0; t += 0.005) {
    r.c.semitones = move(t);
    r.c.formant   = fmod(t, 1.0) > 0.5;
    r.c.enabled   = fmod(t, 0.7) < 0.6;
    counting      = 1;
    rig_run(&r, t + 0.005);
    counting = 0;
    if (worker && pitch_wanting_rt(r.pitch, quality)) {
      pitch_work(r.pitch, quality);
    }
  }
  rig_free(&r);
  return counted;
}

static double
fixed(const double t)
{
  return 5.0;
}

static double
small(const double t)
{
  return 2.5 * sin(3.0 * t);
}

static double
wide(const double t)
{
  return 11.0 * sin(2.0 * t);
}

static double
jumping(const double t)
{
  return fmod(t, 0.2) < 0.1 ? -7.0 : 7.0;
}

static void
nothing_is_allocated_in_run(void** state)
{
  (void)state;
#ifdef DECKHOST_SANITIZED
  skip();
#endif
  void* volatile probe = NULL;
  counted              = 0;
  counting             = 1;
  probe                = malloc(10); // the counter counts
  free(probe);
  counting = 0;
  assert_int_equal(counted, 2);
  for (int worker = 0; worker < 2; ++worker) {
    assert_int_equal(calls_while(PITCH_ENGINE_AUTO, PITCH_QUALITY_FAST, worker, small), 0);
    assert_int_equal(calls_while(PITCH_ENGINE_RUBBER_BAND, PITCH_QUALITY_FAST, worker, fixed), 0);
    assert_int_equal(calls_while(PITCH_ENGINE_RUBBER_BAND, PITCH_QUALITY_FINE, worker, fixed), 0);
    assert_int_equal(calls_while(PITCH_ENGINE_AUTO, PITCH_QUALITY_FAST, worker, wide), 0);
    assert_int_equal(calls_while(PITCH_ENGINE_RUBBER_BAND, PITCH_QUALITY_FINE, worker, wide), 0);
    assert_int_equal(calls_while(PITCH_ENGINE_RUBBER_BAND, PITCH_QUALITY_FAST, worker, jumping), 0);
  }
}

static void
cutting_blocks_changes_nothing(void** state)
{
  (void)state;
  static const uint32_t blocks[] = {1, 63, 64, 333, 4096, 8192};
  for (int k = 0; k < 4; ++k) {
    static const double semitones[] = {0.0, 2.0, -2.7, 5.0};
    PitchControls       c           = rig_controls(PITCH_ENGINE_AUTO, semitones[k]);
    c.latency_mode                  = k == 2 ? PITCH_LATENCY_LOWEST : PITCH_LATENCY_CONSTANT;
    Rig whole                       = rig_new(48000.0, 2, 1.0, c);
    rig_noise(&whole);
    rig_run(&whole, 1.0);
    for (size_t b = 0; b < sizeof(blocks) / sizeof(*blocks); ++b) {
      Rig cut   = rig_new(48000.0, 2, 1.0, c);
      cut.block = blocks[b];
      rig_noise(&cut);
      rig_run(&cut, 1.0);
      for (int ch = 0; ch < 2; ++ch) {
        assert_memory_equal(cut.out[ch], whole.out[ch], whole.frames * sizeof(float));
      }
      rig_free(&cut);
    }
    rig_free(&whole);
  }
}

static void
in_place_is_the_same(void** state)
{
  (void)state;
  Rig a = rig_new(48000.0, 2, 1.0, rig_controls(PITCH_ENGINE_AUTO, 2.0));
  rig_noise(&a);
  rig_run(&a, 1.0);
  Rig b = rig_new(48000.0, 2, 1.0, rig_controls(PITCH_ENGINE_AUTO, 2.0));
  rig_noise(&b);
  for (uint32_t at = 0; at + 500 <= b.frames; at += 500) {
    float* const io[2] = {b.in[0] + at, b.in[1] + at};
    pitch_run_rt(b.pitch, (const float* const*)io, io, 500);
  }
  assert_memory_equal(a.out[0], b.in[0], 48000 * sizeof(float));
  assert_memory_equal(a.out[1], b.in[1], 48000 * sizeof(float));
  rig_free(&a);
  rig_free(&b);
}

static void
one_channel_is_like_one_of_two(void** state)
{
  (void)state;
  Rig a = rig_new(48000.0, 2, 1.0, rig_controls(PITCH_ENGINE_AUTO, -2.0));
  Rig b = rig_new(48000.0, 1, 1.0, rig_controls(PITCH_ENGINE_AUTO, -2.0));
  rig_noise(&a);
  memcpy(a.in[1], a.in[0], a.frames * sizeof(float));
  memcpy(b.in[0], a.in[0], a.frames * sizeof(float));
  rig_run(&a, 1.0);
  rig_run(&b, 1.0);
  assert_memory_equal(a.out[0], b.out[0], a.frames * sizeof(float));
  rig_free(&a);
  rig_free(&b);
}

static void
recovers_from_what_is_not_a_number(void** state)
{
  (void)state;
  for (int k = 0; k < 2; ++k) {
    Rig r = rig_new(48000.0, 2, 2.0, rig_controls(PITCH_ENGINE_AUTO, k ? 6.0 : 2.0));
    rig_sine(&r, 440.0);
    for (uint32_t i = 24000; i < 24300; ++i) {
      r.in[0][i] = i % 3 ? NAN : INFINITY;
      r.in[1][i] = i % 2 ? -INFINITY : 1e38f;
    }
    rig_run(&r, 2.0);
    for (uint32_t i = 0; i < r.frames; ++i) {
      assert_true(fabsf(r.out[0][i]) < 2.0f && fabsf(r.out[1][i]) < 2.0f);
    }
    double cents;
    assert_true(rig_sinad(r.out[0] + 60000, 30000, 2.0 * M_PI * 440.0 / 48000.0 * exp2((k ? 6.0 : 2.0) / 12.0),
                          &cents) > (k ? 40.0 : 80.0));
    rig_free(&r);
  }
}

static void
reset_forgets(void** state)
{
  (void)state;
  for (int k = 0; k < 3; ++k) {
    static const double semitones[] = {0.0, 2.0, 6.0};
    Rig                 a           = rig_new(48000.0, 2, 1.0, rig_controls(PITCH_ENGINE_AUTO, semitones[k]));
    Rig                 b           = rig_new(48000.0, 2, 1.0, rig_controls(PITCH_ENGINE_AUTO, -8.0));
    rig_noise(&b);
    rig_run(&b, 0.7);
    pitch_reset(b.pitch);
    b.at = 0;
    b.c  = a.c;
    rig_noise(&a);
    rig_run(&a, 1.0);
    rig_run(&b, 1.0);
    assert_memory_equal(a.out[0], b.out[0], a.frames * sizeof(float));
    rig_free(&a);
    rig_free(&b);
  }
}

// Without a stretcher the resampler does the work, until it is handed one.
static void
a_stretcher_can_come_late(void** state)
{
  (void)state;
  Rig r = rig_new(48000.0, 2, 2.5, rig_controls(PITCH_ENGINE_AUTO, 5.0));
  pitch_free(r.pitch);
  r.pitch = pitch_new(48000.0, 2);
  rig_sine(&r, 440.0);
  pitch_set_rt(r.pitch, &r.c);
  assert_int_equal(pitch_missing_rt(r.pitch), PITCH_QUALITY_FAST);
  rig_run(&r, 1.0);
  assert_int_equal(pitch_active_engine_rt(r.pitch), PITCH_ENGINE_RESAMPLER);
  double       cents;
  const double w = 2.0 * M_PI * 440.0 / 48000.0 * exp2(5.0 / 12.0);
  assert_true(rig_sinad(r.out[0] + 20000, 20000, w, &cents) > 60.0 && fabs(cents) < 0.1);
  Stretcher* const st = pitch_make_stretcher(r.pitch, PITCH_QUALITY_FAST);
  assert_true(pitch_take_stretcher_rt(r.pitch, PITCH_QUALITY_FAST, st));
  assert_false(pitch_take_stretcher_rt(r.pitch, PITCH_QUALITY_FAST, st));
  assert_int_equal(pitch_missing_rt(r.pitch), -1);
  rig_run(&r, 2.5);
  assert_int_equal(pitch_active_engine_rt(r.pitch), PITCH_ENGINE_RUBBER_BAND);
  rig_free(&r);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_is_allocated_in_run),
    cmocka_unit_test(cutting_blocks_changes_nothing),
    cmocka_unit_test(in_place_is_the_same),
    cmocka_unit_test(one_channel_is_like_one_of_two),
    cmocka_unit_test(recovers_from_what_is_not_a_number),
    cmocka_unit_test(reset_forgets),
    cmocka_unit_test(a_stretcher_can_come_late),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
