// SPDX-License-Identifier: GPL-3.0-or-later
// Loops with nothing before their start: a file made to be looped stays as it is, another goes round without a click
// and without a dip, on its own grid; also very short ones.

#include "fakes.h"

enum { START = 5000, BARE = 64 };

/// 64 periods in 9600 frames: ends where it begins.
static float
signal_round(const int64_t frame, const int side)
{
  return (float)(0.5 * cos(2.0 * M_PI * 64.0 / 9600.0 * (double)frame + (side ? 1.0 : 0.3)));
}

/// Ends a third of a period off.
static float
signal_broken(const int64_t frame, const int side)
{
  return (float)(0.5 * cos(2.0 * M_PI * 64.333 / 9600.0 * (double)frame + (side ? 1.0 : 0.3)));
}

/// Ends high, begins low.
static float
signal_saw(const int64_t frame, const int side)
{
  return ((float)frame / 9600.0f - 0.5f) * (side ? -1.0f : 1.0f);
}

static Rig*
repeat(const int64_t frames, const Signal signal, const uint32_t room)
{
  Rig* const r = rig_up(1, room);
  rig_track(r, 0, 0, fake_track(frames, RATE, signal), AT_NOW);
  rig_toggle(r, COMMAND_REPEAT, 0, true, AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, START);
  rig_run(r, room, 333);
  return r;
}

static void
a_round_file_is_untouched(void** state)
{
  (void)state;
  static const Signal signals[] = {signal_round, signal_noise};
  for (int k = 0; k < 2; ++k) {
    Rig* const r = repeat(9600, signals[k], 60000);
    for (int side = 0; side < 2; ++side) {
      for (uint32_t i = START; i < 60000; ++i) {
        assert_true(r->master[side][i] == signals[k]((i - START) % 9600, side));
      }
    }
    rig_down(r);
  }
}

static void
a_broken_file_neither_clicks_nor_dips(void** state)
{
  (void)state;
  static const struct {
    Signal signal;
    float  bend;
  } cases[] = {{signal_broken, 0.025f}, {signal_saw, 0.05f}};
  for (int k = 0; k < 2; ++k) {
    Rig* const r = repeat(9600, cases[k].signal, 60000);
    for (int side = 0; side < 2; ++side) {
      const float* const x    = r->master[side];
      const float        bend = largest_bend(x, START + 100, 60000);
      if (!(bend < cases[k].bend)) { // as a step it would be 0.4 and more
        fail_msg("case %d side %d: bends by %g", k, side, (double)bend);
      }
      double meant = 0.0;
      double got   = 0.0;
      for (uint32_t i = START; i < 60000; ++i) {
        const int64_t in   = (i - START) % 9600;
        const float   same = cases[k].signal(in, side);
        if (in < 9600 - BARE) {
          assert_true(x[i] == same);
        } else {
          meant += (double)(same * same);
          got += (double)(x[i] * x[i]);
        }
      }
      assert_true(k || got > 0.5 * meant); // a fade to silence leaves a third
    }
    rig_down(r);
  }
}

// The same with a loop from the start of a longer track, at another speed, with latency.
static void
a_loop_from_the_start_does_not_click(void** state)
{
  (void)state;
  static const float speeds[] = {1.0f, 0.7f, 1.9f};
  for (int k = 0; k < 3; ++k) {
    Rig* const r = rig_up(1, 100000);
    rig_plugin(r, 0, SLOT_EQ, fake_plugin(k * 500u));
    rig_track(r, 0, 0, fake_track(100000, RATE, signal_broken), AT_NOW);
    rig_param(r, 0, PARAM_SPEED, speeds[k], 0, AT_NOW);
    rig_loop(r, 0, k * 20, 9600 + k * 20, AT_NOW);
    rig_simple(r, COMMAND_PLAY, 0, START);
    rig_run(r, 100000, 256);
    assert_true(largest_bend(r->master[0], START + 100, 100000) < 0.03f);
    rig_down(r);
  }
}

// The shortest that is repeated keeps its grid, ten thousand times.
static void
the_shortest_repeats(void** state)
{
  (void)state;
  static const int64_t lengths[] = {16, 20, 63, 64, 480};
  for (int k = 0; k < 5; ++k) {
    const uint32_t length = (uint32_t)lengths[k];
    Rig* const     r      = repeat(length, signal_ramp, START + 300000);
    for (uint32_t i = START + length; i < START + 300000; ++i) {
      assert_true(r->master[0][i] == r->master[0][i - length]);
      assert_true((i - START) % length >= length / 2 || r->master[0][i] == signal_ramp((i - START) % length, 0));
    }
    assert_int_equal(rig_position(r, 0) >> 32, 300000 % length);
    rig_down(r);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_round_file_is_untouched),
    cmocka_unit_test(a_broken_file_neither_clicks_nor_dips),
    cmocka_unit_test(a_loop_from_the_start_does_not_click),
    cmocka_unit_test(the_shortest_repeats),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
