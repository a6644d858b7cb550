// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dsp/sinc.h"
#include "support/tone.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 48000, FRAMES = 8192, LEAD = 128 };

static float* signal_frames; // interleaved, long enough for 16 * FRAMES

static void
fill_sine(const double hz)
{
  for (int i = 0; i < 16 * FRAMES + 2 * LEAD; ++i) {
    signal_frames[2 * i]     = (float)sin(2.0 * M_PI * hz / RATE * i);
    signal_frames[2 * i + 1] = (float)cos(2.0 * M_PI * hz / RATE * i);
  }
}

/// Signal to everything else, in dB, of a tone of `w` radians per frame; its amplitude in `*amplitude`.
static double
sinad(const float* const y, const int n, const double w, double* const amplitude)
{
  return -10.0 * log10(rig_rest(y, (uint32_t)n, w, amplitude));
}

static float  left[FRAMES], right[FRAMES];
static float* planes[2] = {left, right};

typedef void (*Read)(const SincTable*, const float*, SincPos*, SincPos*, SincPos, float* const[2], uint32_t);

static const struct {
  const char* name;
  Read        read;
} readers[] = {{"this machine's", sinc_read_rt}, {"any machine's", sinc_read_plain_rt}};

static void
tones_come_out_clean_of(const Read read, const char* const name)
{
  static const struct {
    SincQuality quality;
    double      step, hz, least_db, level_db;
  } cases[] = {
    {SINC_16, 0.5, 1000, 90, 0.01},      {SINC_16, 0.5, 10000, 90, 0.01},    {SINC_16, 0.5, 15000, 88, 0.01},
    {SINC_16, 0.75, 1000, 90, 0.01},     {SINC_16, 0.75, 10000, 90, 0.01},   {SINC_16, 0.75, 15000, 88, 0.01},
    {SINC_16, 0.9439, 997, 90, 0.01},    {SINC_16, 0.9439, 10000, 90, 0.01}, {SINC_16, 0.9439, 15000, 88, 0.01},
    {SINC_16, 1.0293, 1000, 90, 0.01},   {SINC_16, 1.0293, 10000, 88, 0.01}, {SINC_16, 1.0293, 15000, 88, 0.01},
    {SINC_16, 1.0595, 1000, 90, 0.01},   {SINC_16, 1.0595, 10000, 88, 0.01}, {SINC_16, 1.0595, 15000, 88, 0.05},
    {SINC_16, 1.1892, 1000, 90, 0.01},   {SINC_16, 1.1892, 12000, 85, 0.1},  {SINC_16, 2.0, 5000, 85, 0.1},
    {SINC_16, 2.9, 3000, 85, 0.1},       {SINC_16, 4.0, 2000, 85, 0.1},      {SINC_32, 0.5, 1000, 100, 0.01},
    {SINC_32, 0.5, 10000, 100, 0.01},    {SINC_32, 0.5, 15000, 100, 0.01},   {SINC_32, 0.75, 10000, 100, 0.01},
    {SINC_32, 0.75, 15000, 100, 0.01},   {SINC_32, 0.9439, 1000, 100, 0.01}, {SINC_32, 0.9439, 10000, 100, 0.01},
    {SINC_32, 0.9439, 18000, 97, 0.01},  {SINC_32, 1.0595, 1000, 100, 0.01}, {SINC_32, 1.0595, 10000, 100, 0.01},
    {SINC_32, 1.0595, 15000, 100, 0.01}, {SINC_32, 1.1892, 14000, 97, 0.01}, {SINC_32, 2.0, 8000, 97, 0.1},
    {SINC_32, 2.9, 3000, 97, 0.1},       {SINC_32, 4.0, 2000, 97, 0.1},      {SINC_32, 7.9, 500, 80, 0.5},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); ++i) {
    fill_sine(cases[i].hz);
    SincPos      pos  = (SincPos)((LEAD + 0.3) * 0x1p32);
    SincPos      step = (SincPos)(cases[i].step * 0x1p32);
    const double w    = 2.0 * M_PI * cases[i].hz / RATE * ((double)step * 0x1p-32);
    read(sinc_table(cases[i].quality), signal_frames, &pos, &step, 0, planes, FRAMES);
    double       amplitude;
    const double db = fmin(sinad(left, FRAMES, w, &amplitude), sinad(right, FRAMES, w, &amplitude));
    if (db < cases[i].least_db || fabs(20.0 * log10(amplitude)) > cases[i].level_db) {
      fail_msg("case %zu, %s: step %g, %g Hz: %.1f dB, level %.3f dB", i, name, cases[i].step, cases[i].hz, db,
               20.0 * log10(amplitude));
    }
  }
}

static void
tones_come_out_clean(void** state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); ++i) {
    tones_come_out_clean_of(readers[i].read, readers[i].name);
  }
}

// A tone that does not fit below the output's Nyquist frequency must go, not fold.
static void
tones_above_the_band_do_not_fold(void** state)
{
  (void)state;
  static const struct {
    SincQuality quality;
    double      step, hz, most_db;
  } cases[] = {
    {SINC_16, 1.1892, 22000, -45}, {SINC_32, 1.1892, 22000, -80}, {SINC_16, 1.5, 22000, -75},
    {SINC_16, 2.0, 16000, -75},    {SINC_32, 2.0, 14500, -80},    {SINC_32, 4.0, 9000, -70},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); ++i) {
    fill_sine(cases[i].hz);
    SincPos pos  = (SincPos)(LEAD * 0x1p32);
    SincPos step = (SincPos)(cases[i].step * 0x1p32);
    sinc_read_rt(sinc_table(cases[i].quality), signal_frames, &pos, &step, 0, planes, FRAMES);
    double sum = 0.0;
    for (int k = 0; k < FRAMES; ++k) {
      sum += left[k] * left[k];
    }
    const double db = 10.0 * log10(2.0 * sum / FRAMES);
    if (db > cases[i].most_db) {
      fail_msg("case %zu: step %g, %g Hz: %.1f dB left", i, cases[i].step, cases[i].hz, db);
    }
  }
}

static void
fill_noise(void)
{
  uint32_t seed = 1;
  for (int i = 0; i < 2 * (16 * FRAMES + 2 * LEAD); ++i) {
    seed             = seed * 1664525u + 1013904223u;
    signal_frames[i] = (float)(int32_t)seed * 0x1p-31f;
  }
  signal_frames[2 * LEAD] = -0.0f;
}

static void
whole_positions_copy(void** state)
{
  (void)state;
  fill_noise();
  for (int q = 0; q < 2; ++q) {
    SincPos pos = (SincPos)LEAD << 32, step = SINC_ONE;
    sinc_read_rt(sinc_table((SincQuality)q), signal_frames, &pos, &step, 0, planes, FRAMES);
    assert_true(pos == (SincPos)(LEAD + FRAMES) << 32);
    for (int i = 0; i < FRAMES; ++i) {
      assert_memory_equal(&left[i], &signal_frames[2 * (LEAD + i)], sizeof(float));
      assert_memory_equal(&right[i], &signal_frames[2 * (LEAD + i) + 1], sizeof(float));
    }
  }
}

static void
cutting_calls_changes_nothing_of(const Read read)
{
  static float whole[2][FRAMES];
  fill_noise();
  for (int q = 0; q < 2; ++q) {
    for (int dir = -1; dir <= 1; ++dir) {
      // Gliding over bank borders, from 0.8 to 2.4 and back
      const double  from  = dir < 0 ? 2.4 : 0.8;
      const SincPos dstep = (SincPos)(dir * 1.6 / FRAMES * 0x1p32);
      SincPos       pos = (SincPos)((LEAD + 0.7) * 0x1p32), step = (SincPos)(from * 0x1p32);
      read(sinc_table((SincQuality)q), signal_frames, &pos, &step, dstep, (float* [2]){whole[0], whole[1]}, FRAMES);
      SincPos  pos2 = (SincPos)((LEAD + 0.7) * 0x1p32), step2 = (SincPos)(from * 0x1p32);
      uint32_t cut = 1;
      for (uint32_t at = 0; at < FRAMES;) {
        const uint32_t n = cut < FRAMES - at ? cut : FRAMES - at;
        read(sinc_table((SincQuality)q), signal_frames, &pos2, &step2, dstep, (float* [2]){left + at, right + at}, n);
        at += n;
        cut = cut * 7 % 331;
      }
      assert_true(pos == pos2 && step == step2);
      assert_memory_equal(whole[0], left, sizeof(left));
      assert_memory_equal(whole[1], right, sizeof(right));
    }
  }
}

static void
cutting_calls_changes_nothing(void** state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); ++i) {
    cutting_calls_changes_nothing_of(readers[i].read);
  }
}

// The fast way and the plain one, at every step and over the borders of banks.
static void
every_machine_reads_the_same(void** state)
{
  (void)state;
  static float other[2][FRAMES];
  fill_noise();
  for (int q = 0; q < 2; ++q) {
    for (double s = 0.3; s < 8.0; s *= 1.3) {
      const SincPos dstep   = (SincPos)(s / FRAMES * 0x1p32);
      SincPos       pos[2]  = {(SincPos)((LEAD + 0.7) * 0x1p32), (SincPos)((LEAD + 0.7) * 0x1p32)};
      SincPos       step[2] = {(SincPos)(s * 0x1p32), (SincPos)(s * 0x1p32)};
      sinc_read_rt(sinc_table((SincQuality)q), signal_frames, &pos[0], &step[0], dstep, planes, FRAMES);
      sinc_read_plain_rt(sinc_table((SincQuality)q), signal_frames, &pos[1], &step[1], dstep,
                         (float* [2]){other[0], other[1]}, FRAMES);
      assert_true(pos[0] == pos[1] && step[0] == step[1]);
      for (int i = 0; i < FRAMES; ++i) {
        assert_true(fabsf(left[i] - other[0][i]) < 1e-6f && fabsf(right[i] - other[1][i]) < 1e-6f);
      }
    }
  }
}

// What lies outside the promised reach may be anything.
static void
reads_no_further_than_promised(void** state)
{
  (void)state;
  for (int q = 0; q < 2; ++q) {
    for (double s = 0.4; s < 16.0; s *= 1.31) {
      float frames[2 * 400];
      for (int i = 0; i < 800; ++i) {
        frames[i] = NAN;
      }
      SincPos pos = (SincPos)(100.9 * 0x1p32), step = (SincPos)(s * 0x1p32);
      for (int64_t i = 100 - SINC_BEFORE; i <= ((pos + step) >> 32) + SINC_AFTER; ++i) {
        frames[2 * i] = frames[2 * i + 1] = 1.0f;
      }
      sinc_read_rt(sinc_table((SincQuality)q), frames, &pos, &step, 0, planes, 2);
      for (int i = 0; i < 2; ++i) { // and a constant stays what it is
        assert_true(fabsf(left[i] - 1.0f) < 1e-5f && fabsf(right[i] - 1.0f) < 1e-5f);
      }
    }
  }
}

int
main(void)
{
  signal_frames                   = calloc(2 * (16 * FRAMES + 2 * LEAD), sizeof(float));
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(tones_come_out_clean),         cmocka_unit_test(tones_above_the_band_do_not_fold),
    cmocka_unit_test(whole_positions_copy),         cmocka_unit_test(cutting_calls_changes_nothing),
    cmocka_unit_test(every_machine_reads_the_same), cmocka_unit_test(reads_no_further_than_promised),
  };
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  free(signal_frames);
  return failed;
}
