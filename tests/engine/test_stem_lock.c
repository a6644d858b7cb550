// SPDX-License-Identifier: GPL-3.0-or-later
// Eight stems on one playhead: each on its frame whatever the deck does, also when some are shorter; levels that move
// without a click.

#include "fakes.h"

enum { START = 20000, SHORTEST = 50000, STEP = 20000 };

/// Stem s of a deck ends STEP frames after stem s - 1.  Each frame of each is its number.
static Rig*
eight(const uint32_t room, const Signal signal)
{
  Rig* const r = rig_up(1, room);
  rig_plugin(r, 0, SLOT_EQ, fake_plugin(777));
  for (uint8_t s = 0; s < MAX_STEMS; ++s) {
    rig_track(r, 0, s, fake_track(SHORTEST + s * STEP, RATE, signal), AT_NOW);
  }
  return r;
}

/// The sum of all stems at frame `at` of the track: one that is a frame off would show.
static float
sum_at(const int64_t at)
{
  float sum = 0.0f;
  for (int s = 0; s < MAX_STEMS; ++s) {
    sum += at < SHORTEST + s * STEP ? signal_ramp(at, 0) : 0.0f;
  }
  return sum;
}

static void
assert_sum(const Rig* const r, const uint32_t from, const uint32_t to, const int64_t first)
{
  for (uint32_t i = from; i < to; ++i) {
    if (r->master[0][i] != sum_at(first + i - from)) {
      fail_msg("frame %u: %.9g, not %.9g", i, (double)r->master[0][i], (double)sum_at(first + i - from));
    }
  }
}

static void
they_stay_together(void** state)
{
  (void)state;
  Rig* const r = eight(400000, signal_ramp);
  rig_simple(r, COMMAND_PLAY, 0, START);
  rig_seek(r, COMMAND_SEEK, 0, 137000, 60000); // where two are left
  rig_seek(r, COMMAND_SEEK, 0, 1234, 80000);   // and all again
  rig_loop(r, 0, 40000, 101000, 100000);       // across the ends of three
  rig_toggle(r, COMMAND_LOOP_ENABLE, 0, false, 300000);
  rig_run(r, 400000, 333);
  assert_sum(r, START + 1, 60000, 1);
  assert_sum(r, 60064, 80000, 137064);
  assert_sum(r, 80064, 100000, 1298);
  // The loop goes round each 61000 frames; its seam is 240
  int64_t at = 1234 + 20000;
  for (uint32_t i = 100000; i < 300000; ++i, at = at + 1 == 101000 ? 40000 : at + 1) {
    assert_true(at >= 101000 - 240 || r->master[0][i] == sum_at(at));
  }
  assert_int_equal(rig_position(r, 0) >> 32, 190000); // the end of the longest
  assert_int_equal(atomic_load(&engine_levels(r->engine)->deck[0].starves), 0);
  rig_down(r);
}

// The longest says when a repeat goes round.
static void
they_repeat_together(void** state)
{
  (void)state;
  enum { LONGEST = SHORTEST + 7 * STEP, ROOM = START + 20 * LONGEST };
  Rig* const r = eight(ROOM, signal_ramp);
  rig_toggle(r, COMMAND_REPEAT, 0, true, AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, START);
  rig_run(r, ROOM, 8192);
  for (uint32_t i = START + 1; i < ROOM; ++i) {
    const int64_t at = (i - START) % LONGEST;
    assert_true(at >= LONGEST - 64 || r->master[0][i] == sum_at(at));
  }
  rig_down(r);
}

static void
set(Rig* const r, const Param param, const uint8_t stem, const float value, const int64_t at)
{
  const Command c = {.at = at, .kind = COMMAND_PARAM, .param = {param, stem, value, 0}};
  rig_send(r, &c);
}

// Gain, mute and solo of a playing deck arrive within 5 ms, at the very level, without a click.
static void
levels_move_without_a_click(void** state)
{
  (void)state;
  Rig* const r = eight(140000, signal_slow);
  set(r, PARAM_STEM_GAIN, 0, -18.0f, AT_NOW); // eight at once are loud
  rig_param(r, 0, PARAM_TRIM, -18.0f, 0, AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, START);
  for (uint8_t s = 0; s < MAX_STEMS; ++s) {
    set(r, PARAM_STEM_MUTE, s, 1.0f, 25000 + s * 1000);
    set(r, PARAM_STEM_MUTE, s, 0.0f, 36000 + s * 1000);
    set(r, PARAM_STEM_SOLO, s, 1.0f, 45000 + s * 1000);
    set(r, PARAM_STEM_SOLO, s, 0.0f, 54000 + s * 1000);
    set(r, PARAM_STEM_GAIN, s, -60.0f, 62001);
  }
  rig_run(r, 70000, 256);
  assert_true(largest_bend(r->master[0], START + 100, 70000) < 2e-3f); // a step of one of them is 0.06
  const float trim = powf(10.0f, -18.0f / 20.0f);
  static const struct {
    uint32_t at;
    float    sum; ///< of all gains
  } levels[] = {{24999, 7.1259f}, {26000, 7.0f},    {32900, 0.0f},    {44900, 7.1259f},
                {45999, 0.1259f}, {46999, 1.1259f}, {61900, 7.1259f}, {63000, 0.008f}};
  for (size_t k = 0; k < sizeof(levels) / sizeof(levels[0]); ++k) {
    const float one = signal_slow((int64_t)levels[k].at - START, 0) * trim;
    if (fabsf(r->master[0][levels[k].at] - levels[k].sum * one) > 1e-4f) {
      fail_msg("frame %u is %g, not %g", levels[k].at, (double)r->master[0][levels[k].at],
               (double)(levels[k].sum * one));
    }
  }
  rig_down(r);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(they_stay_together),
    cmocka_unit_test(they_repeat_together),
    cmocka_unit_test(levels_move_without_a_click),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
