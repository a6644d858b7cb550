// SPDX-License-Identifier: GPL-3.0-or-later

// The equaliser in motion: no click, no zipper, the same however the signal is cut, and done after 20 ms.

#include "eq/eq.h"
#include "support/signal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N = 24000, RATE = 48000, GLIDE = 960 };

static float in[2][N], out[2][N], other[2][N];

static void
defaults(float controls[EQ_CONTROLS])
{
  for (int c = 0; c < EQ_CONTROLS; ++c) {
    controls[c] = eq_control_info[c].def;
  }
}

static void
run(Eq* const eq, const float* const controls, float to[2][N], const uint32_t from, const uint32_t n)
{
  const float* const i[2] = {in[0] + from, in[1] + from};
  float* const       o[2] = {to[0] + from, to[1] + from};
  eq_run_rt(eq, controls, i, o, n);
}

// A move of one control, and of one or two others that stay.
typedef struct {
  const char* what;
  EqMode      mode;
  EqControl   moves;
  float       from, to;
  float       low_db, mid_db, high_db;
} Move;

static const Move moves[] = {
  {"low -12 dB", EQ_TONE, EQ_LOW, 0, -12, 0, 0, 0},
  {"low from killed", EQ_TONE, EQ_KILL_LOW, 1, 0, 0, 0, 0},
  {"mid -12 dB", EQ_TONE, EQ_MID, 0, -12, 0, 0, 0},
  {"mid to +12 dB", EQ_TONE, EQ_MID, -40, 12, 0, 0, 0},
  {"high -12 dB", EQ_TONE, EQ_HIGH, 0, -12, 0, 0, 0},
  {"high killed", EQ_TONE, EQ_KILL_HIGH, 0, 1, 0, 0, 0},
  {"low corner", EQ_TONE, EQ_LOW_FREQ, 40, 1000, -12, 0, 0},
  {"centre", EQ_TONE, EQ_MID_FREQ, 200, 8000, 0, 12, 0},
  {"Q", EQ_TONE, EQ_MID_Q, 0.3f, 4, 0, -12, 0},
  {"high corner", EQ_TONE, EQ_HIGH_FREQ, 1000, 16000, 0, 0, -12},
  {"gain", EQ_TONE, EQ_GAIN, 12, -24, 0, 0, 0},
  {"mode", EQ_TONE, EQ_MODE, 0, 1, -12, 0, 3},
  {"mode back", EQ_TONE, EQ_MODE, 1, 0, -12, 0, 3},
  {"bypass", EQ_TONE, EQ_ENABLED, 1, 0, -12, 6, 3},
  {"bypass ends", EQ_TONE, EQ_ENABLED, 0, 1, -12, 6, 3},
  {"isolator bypass", EQ_ISOLATOR, EQ_ENABLED, 1, 0, -12, 6, 3},
  {"isolator low", EQ_ISOLATOR, EQ_LOW, 0, -12, 0, 0, 0},
  {"isolator kill low", EQ_ISOLATOR, EQ_KILL_LOW, 0, 1, 0, 0, 0},
  {"isolator mid killed", EQ_ISOLATOR, EQ_MID, 0, -40, 0, 0, 0},
  {"isolator kill high ends", EQ_ISOLATOR, EQ_KILL_HIGH, 1, 0, 0, 0, 0},
  {"isolator low crossover", EQ_ISOLATOR, EQ_LOW_FREQ, 40, 1000, -12, 0, 0},
  {"isolator high crossover", EQ_ISOLATOR, EQ_HIGH_FREQ, 16000, 1000, 0, 0, -12},
};

enum { MOVES = sizeof(moves) / sizeof(*moves), AT = 12013 };

static void
set(float controls[EQ_CONTROLS], const Move* const m, const float value)
{
  defaults(controls);
  controls[EQ_MODE]  = m->mode;
  controls[EQ_LOW]   = m->low_db;
  controls[EQ_MID]   = m->mid_db;
  controls[EQ_HIGH]  = m->high_db;
  controls[m->moves] = value;
}

// A tone below 1 kHz, and a step of a control: nothing of it may be heard above 5 kHz.
static void
test_no_click_and_no_zipper(void** const state)
{
  static const double tones[] = {60, 440, 1000};
  double              worst   = 0.0;
  for (int m = 0; m < MOVES; ++m) {
    for (int t = 0; t < 3; ++t) {
      float before[EQ_CONTROLS], after[EQ_CONTROLS];
      set(before, &moves[m], moves[m].from);
      set(after, &moves[m], moves[m].to);
      signal_sine(in[0], N, tones[t], RATE, 0.25);
      signal_sine(in[1], N, tones[t], RATE, 0.25);
      Eq* const eq = eq_new(RATE);
      run(eq, before, out, 0, AT);
      run(eq, after, out, AT, N - AT);
      eq_free(eq);
      const double heard = signal_peak_above(out[0] + AT - 2000, 6000, 5000, RATE) / 0.25;
      worst              = fmax(worst, heard);
      if (!(heard < 3.2e-5)) { // -90 dB
        fail_msg("%s at %g Hz: %.1f dB", moves[m].what, tones[t], 20 * log10(heard));
      }
    }
  }
  print_message("# worst %.1f dB\n", 20 * log10(worst));
}

// The level of a tone is the response's before the step, and 20 ms after it (and the filter's own ringing).
static void
test_moves_arrive(void** const state)
{
  static const double tones[] = {300, 1000, 3000};
  for (int c = 0; c < 3 * MOVES; ++c) {
    const int    m  = c / 3;
    const double hz = tones[c % 3];
    float        before[EQ_CONTROLS], after[EQ_CONTROLS];
    set(before, &moves[m], moves[m].from);
    set(after, &moves[m], moves[m].to);
    signal_sine(in[0], N, hz, RATE, 0.25);
    signal_sine(in[1], N, hz, RATE, 0.25);
    Eq* const eq = eq_new(RATE);
    run(eq, before, out, 0, AT);
    run(eq, after, out, AT, N - AT);
    eq_free(eq);
    const double gain = 20 * log10(signal_rms(out[0] + AT + GLIDE + 1440, 4800) / 0.25 * M_SQRT2);
    assert_float_equal(gain, eq_response_db(after, RATE, hz), 0.01);
    const double was = 20 * log10(signal_rms(out[0] + 4800, 4800) / 0.25 * M_SQRT2);
    assert_float_equal(was, eq_response_db(before, RATE, hz), 0.01);
  }
}

// Output gain has no filter: 20 ms after the step it is exactly there, and it never passes its target.
static void
test_a_glide_takes_20_ms(void** const state)
{
  float controls[EQ_CONTROLS];
  defaults(controls);
  for (uint32_t i = 0; i < N; ++i) {
    in[0][i] = in[1][i] = 1.0f;
  }
  Eq* const eq = eq_new(RATE);
  run(eq, controls, out, 0, AT);
  controls[EQ_GAIN] = -24.0f;
  run(eq, controls, out, AT, N - AT);
  eq_free(eq);
  const float end = out[0][N - 1];
  assert_float_equal(20 * log10((double)end), -24.0, 1e-5);
  for (uint32_t i = AT; i < N; ++i) {
    assert_true(out[0][i] <= out[0][i - 1] && out[0][i] >= end);
  }
  assert_true(out[0][AT + GLIDE] == end);
  assert_true(out[0][AT + 850] > end);
  assert_float_equal(20 * log10((double)out[0][AT + 480]), -12.0, 1.5);
}

// Blocks of any length, with controls that move at the same frames: bit for bit.
static void
test_blocks_do_not_matter(void** const state)
{
  static const uint32_t blocks[] = {1, 7, 16, 63, 64, 255, 1024, 4096};
  signal_noise(in[0], N, 1);
  signal_noise(in[1], N, 2);
  for (int m = 0; m < MOVES; ++m) {
    float before[EQ_CONTROLS], after[EQ_CONTROLS];
    set(before, &moves[m], moves[m].from);
    set(after, &moves[m], moves[m].to);
    for (size_t b = 0; b <= sizeof(blocks) / sizeof(*blocks); ++b) {
      const uint32_t block = b ? blocks[b - 1] : N;
      Eq* const      eq    = eq_new(RATE);
      for (uint32_t i = 0, k; i < N; i += k) {
        const uint32_t end = i < AT ? AT : N;
        k                  = end - i < block ? end - i : block;
        run(eq, i < AT ? before : after, b ? other : out, i, k);
        run(eq, i < AT ? before : after, b ? other : out, i, 0);
      }
      eq_free(eq);
      if (b) {
        assert_memory_equal(out, other, sizeof(out));
      }
    }
  }
}

// A host that ramps a control block by block gets a smooth curve, not a row of glides.
static void
test_host_ramps_are_smooth(void** const state)
{
  static const EqControl controls_moved[] = {EQ_LOW, EQ_MID, EQ_GAIN};
  for (int c = 0; c < 3; ++c) {
    float controls[EQ_CONTROLS];
    defaults(controls);
    signal_sine(in[0], N, 300, RATE, 0.25);
    signal_sine(in[1], N, 300, RATE, 0.25);
    Eq* const eq = eq_new(RATE);
    for (uint32_t i = 0; i < N; i += 16) {
      const float u               = i < 6000 ? 0.0f : i < 18000 ? (float)(i - 6000) / 12000.0f : 1.0f;
      controls[controls_moved[c]] = -24.0f * u;
      run(eq, controls, out, i, 16);
    }
    eq_free(eq);
    assert_true(signal_peak_above(out[0], N, 5000, RATE) / 0.25 < 3.2e-5);
  }
}

// Switches flapping faster than the fade: still no click, and it ends where it should.
static void
test_flapping_switches(void** const state)
{
  static const EqControl switches[] = {EQ_ENABLED, EQ_MODE, EQ_KILL_LOW, EQ_KILL_HIGH};
  for (int s = 0; s < 4; ++s) {
    float controls[EQ_CONTROLS];
    defaults(controls);
    controls[EQ_LOW]  = -12.0f;
    controls[EQ_MODE] = EQ_ISOLATOR;
    signal_sine(in[0], N, 200, RATE, 0.25);
    signal_sine(in[1], N, 200, RATE, 0.25);
    Eq* const eq = eq_new(RATE);
    for (uint32_t i = 0; i < N; i += 250) {
      controls[switches[s]] = i < 12000 ? (float)(i / 250 % 2) : 1.0f;
      run(eq, controls, out, i, 250);
    }
    eq_free(eq);
    assert_true(signal_peak_above(out[0], N, 5000, RATE) / 0.25 < 3.2e-5);
    assert_true(signal_peak(out[0], N) < 0.5);
    assert_float_equal(20 * log10(signal_peak(out[0] + 18000, 6000) / 0.25), eq_response_db(controls, RATE, 200), 0.02);
  }
}

// What is no sound is heard as silence and leaves nothing behind.
static void
test_no_sound_leaves_nothing_behind(void** const state)
{
  static const float odd[] = {NAN, INFINITY, -INFINITY, 3e38f};
  for (int mode = EQ_TONE; mode <= EQ_ISOLATOR; ++mode) {
    for (int k = 0; k < 4; ++k) {
      float controls[EQ_CONTROLS];
      defaults(controls);
      controls[EQ_MODE] = (float)mode;
      controls[EQ_LOW] = controls[EQ_MID] = controls[EQ_HIGH] = -6.0f;
      signal_noise(in[0], N, 9);
      signal_noise(in[1], N, 10);
      in[0][1000] = in[1][1003] = 0.0f;
      Eq* eq                    = eq_new(RATE);
      run(eq, controls, out, 0, N);
      eq_free(eq);
      in[0][1000] = in[1][1003] = odd[k];
      eq                        = eq_new(RATE);
      run(eq, controls, other, 0, 1001); // at the end of a block, not of four frames
      run(eq, controls, other, 1001, N - 1001);
      eq_free(eq);
      assert_memory_equal(out, other, sizeof(out));
    }
  }
}

// The same with a changed control while it is coming: transparent modes pass it, and nothing stays.
static void
test_no_sound_through_bypass(void** const state)
{
  float controls[EQ_CONTROLS];
  defaults(controls);
  controls[EQ_LOW]     = -6.0f;
  controls[EQ_ENABLED] = 0.0f;
  signal_noise(in[0], N, 11);
  signal_noise(in[1], N, 12);
  in[0][999]   = NAN;
  in[1][1010]  = INFINITY;
  Eq* const eq = eq_new(RATE);
  run(eq, controls, out, 0, 1005);
  controls[EQ_ENABLED] = 1.0f;
  run(eq, controls, out, 1005, N - 1005);
  eq_free(eq);
  assert_int_equal(signal_first_odd(out[0] + 1024, N - 1024), N - 1024);
  assert_int_equal(signal_first_odd(out[1] + 1024, N - 1024), N - 1024);
}

// Out over in, in every way that a host might connect them.
static void
test_in_place_and_crossed(void** const state)
{
  for (int m = 0; m < MOVES; ++m) {
    float before[EQ_CONTROLS], after[EQ_CONTROLS];
    set(before, &moves[m], moves[m].from);
    set(after, &moves[m], moves[m].to);
    signal_noise(in[0], N, 13);
    signal_noise(in[1], N, 14);
    Eq* eq = eq_new(RATE);
    run(eq, before, out, 0, AT);
    run(eq, after, out, AT, N - AT);
    eq_free(eq);
    // Outputs over: both inputs, both crossed, left over right only, right over left only
    static const int over[4][2] = {{0, 1}, {1, 0}, {1, 2}, {2, 0}};
    for (int w = 0; w < 4; ++w) {
      float* const buffer[2] = {other[0], other[1]};
      memcpy(other[0], in[0], sizeof(other[0]));
      memcpy(other[1], in[1], sizeof(other[1]));
      float* const spare = malloc(sizeof(in[0]));
      eq                 = eq_new(RATE);
      for (uint32_t i = 0, k; i < N; i += k) {
        k                          = i < AT ? (AT - i < 500 ? AT - i : 500) : (N - i < 500 ? N - i : 500);
        const float* const from[2] = {buffer[0] + i, buffer[1] + i};
        float* const       to[2]   = {(over[w][0] == 2 ? spare : buffer[over[w][0]]) + i,
                                      (over[w][1] == 2 ? spare : buffer[over[w][1]]) + i};
        eq_run_rt(eq, i < AT ? before : after, from, to, k);
      }
      eq_free(eq);
      assert_memory_equal(out[0], over[w][0] == 2 ? spare : buffer[over[w][0]], sizeof(out[0]));
      assert_memory_equal(out[1], over[w][1] == 2 ? spare : buffer[over[w][1]], sizeof(out[1]));
      free(spare);
    }
  }
}

// The grid, and all else, begins anew with activate.
static void
test_activate_forgets(void** const state)
{
  float controls[EQ_CONTROLS], moved[EQ_CONTROLS], wild[EQ_CONTROLS];
  defaults(controls);
  defaults(moved);
  defaults(wild);
  controls[EQ_LOW] = wild[EQ_HIGH] = -12.0f;
  moved[EQ_LOW]                    = 6.0f;
  wild[EQ_MODE]                    = EQ_ISOLATOR;
  signal_noise(in[0], N, 15);
  signal_noise(in[1], N, 16);
  Eq* const eq = eq_new(RATE);
  run(eq, controls, out, 0, 500);
  run(eq, moved, out, 500, N - 500);
  run(eq, wild, other, 0, 777);
  run(eq, controls, other, 777, 300);
  eq_activate(eq);
  run(eq, controls, other, 0, 500);
  run(eq, moved, other, 500, N - 500);
  eq_free(eq);
  assert_memory_equal(out, other, sizeof(out));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_no_click_and_no_zipper),
    cmocka_unit_test(test_moves_arrive),
    cmocka_unit_test(test_a_glide_takes_20_ms),
    cmocka_unit_test(test_blocks_do_not_matter),
    cmocka_unit_test(test_host_ramps_are_smooth),
    cmocka_unit_test(test_flapping_switches),
    cmocka_unit_test(test_no_sound_leaves_nothing_behind),
    cmocka_unit_test(test_no_sound_through_bypass),
    cmocka_unit_test(test_in_place_and_crossed),
    cmocka_unit_test(test_activate_forgets),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
