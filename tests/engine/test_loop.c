// SPDX-License-Identifier: GPL-3.0-or-later
// Loops: an exact grid, seams without clicks, edits while playing.

#include "fakes.h"

// A loop of N frames repeats every N frames, a thousand times.
static void
grid_is_exact(void** state)
{
  (void)state;
  static const struct {
    int64_t  start, end;
    uint32_t latency, block;
  } cases[] = {
    {10000, 10701, 0, 256}, {300, 1001, 4000, 333}, {0, 997, 0, 64}, {5, 1005, 700, 1024}, {5000, 5064, 0, 512}};
  for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); ++k) {
    const int64_t  length = cases[k].end - cases[k].start;
    const uint32_t frames = (uint32_t)length * 1000;
    Rig* const     r      = rig_up(2, frames + 30000);
    rig_plugin(r, 0, SLOT_EQ, fake_plugin(cases[k].latency));
    rig_track(r, 0, 0, fake_track(100000, RATE, signal_ramp), AT_NOW);
    rig_seek(r, COMMAND_CUE, 0, cases[k].start, AT_NOW);
    rig_loop(r, 0, cases[k].start, cases[k].end, AT_NOW);
    rig_simple(r, COMMAND_PLAY, 0, 20000);
    rig_run(r, frames + 30000, cases[k].block);
    // Outside the seam every frame is the track's own
    const int64_t seam = length / 2 < 240 ? length / 2 : 240;
    for (int64_t i = 64; i < frames; ++i) {
      const int64_t in = i % length;
      if (in < length - seam && r->master[0][20000 + i] != signal_ramp(cases[k].start + in, 0)) {
        fail_msg("case %zu: frame %ld of turn %ld is wrong", k, (long)in, (long)(i / length));
      }
    }
    assert_int_equal(rig_position(r, 0) >> 32, cases[k].start + (frames + 10000) % length);
    assert_int_equal(atomic_load(&engine_levels(r->engine)->deck[0].state), DECK_PLAYING);
    rig_down(r);
  }
}

// The seam fades into what lies before the start, or what stands in for it: no click, whatever the loop's length.
static void
seam_does_not_click(void** state)
{
  (void)state;
  static const struct {
    int64_t start, end;
    float   most;
  } cases[] = {{20000, 27777, 0.01f}, {1000, 1777, 0.01f}, {100, 5003, 0.02f}, {0, 5003, 0.03f}};
  for (size_t k = 0; k < 4; ++k) {
    Rig* const r = rig_up(2, 100000);
    rig_track(r, 0, 0, fake_track(100000, RATE, signal_slow), AT_NOW);
    rig_loop(r, 0, cases[k].start, cases[k].end, AT_NOW);
    rig_seek(r, COMMAND_CUE, 0, cases[k].start, AT_NOW);
    rig_simple(r, COMMAND_PLAY, 0, 5000);
    rig_run(r, 100000, 256);
    const float bend = largest_bend(r->master[0], 5100, 100000);
    if (!(bend < cases[k].most)) {
      fail_msg("case %zu: bends by %g", k, (double)bend);
    }
    rig_down(r);
  }
}

// Edits while playing: turned on beyond its end, moved, made shorter around the playhead, off and on in the seam.
static void
edits_do_not_click(void** state)
{
  (void)state;
  for (uint32_t latency = 0; latency < 3000; latency += 2000) {
    Rig* const r = rig_up(2, 200000);
    rig_plugin(r, 0, SLOT_EQ, fake_plugin(latency));
    rig_track(r, 0, 0, fake_track(300000, RATE, signal_slow), AT_NOW);
    rig_simple(r, COMMAND_PLAY, 0, 5000);
    rig_loop(r, 0, 2000, 12000, 20000); // from behind its end
    rig_loop(r, 0, 2000, 7000, 33000);  // halved
    rig_loop(r, 0, 2000, 4500, 34001);  // halved again
    rig_loop(r, 0, 1000, 9000, 40010);  // moved
    for (uint32_t i = 0; i < 60; ++i) {
      rig_toggle(r, COMMAND_LOOP_ENABLE, 0, i & 1, 50000 + i * 211);
    }
    rig_toggle(r, COMMAND_LOOP_ENABLE, 0, true, 70000);
    rig_run(r, 200000, 256);
    assert_true(largest_bend(r->master[0], 5100, 200000) < 0.02f);
    const int64_t at = rig_position(r, 0) >> 32;
    assert_in_range(at, 1000, 9000);
    rig_down(r);
  }
}

// A loop set behind the playhead puts it into phase.
static void
wraps_in_phase(void** state)
{
  (void)state;
  Rig* const r = rig_up(2, 60000);
  rig_track(r, 0, 0, fake_track(300000, RATE, signal_ramp), AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, 5000);
  rig_loop(r, 0, 0, 4000, 19000); // at frame 14000 of the track: 2000 into the loop
  rig_run(r, 20000, 256);
  assert_ramp(r->master[0] + 19064, 900, 2064, 0);
  rig_down(r);
}

// repeat: the whole track, on its own grid.
static void
repeats(void** state)
{
  (void)state;
  Rig* const r = rig_up(2, 100000);
  rig_track(r, 0, 0, fake_track(9001, RATE, signal_ramp), AT_NOW);
  rig_toggle(r, COMMAND_REPEAT, 0, true, AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, 5000);
  rig_run(r, 100000, 256);
  for (uint32_t i = 0; i < 95000; ++i) {
    if (i % 9001 < 9001 - 64) {
      assert_true(r->master[0][5000 + i] == signal_ramp(i % 9001, 0));
    }
  }
  assert_int_equal(atomic_load(&engine_playhead(r->engine, 0)->loop_end), 9001);
  rig_down(r);
}

// At another speed the loop repeats every length / speed frames.
static void
keeps_its_grid_at_any_speed(void** state)
{
  (void)state;
  static const float speeds[] = {0.25f, 0.5f, 1.25f, 2.0f, 4.0f};
  for (int s = 0; s < 5; ++s) {
    Rig* const r = rig_up(2, 200000);
    rig_track(r, 0, 0, fake_track(300000, RATE, signal_slow), AT_NOW);
    rig_param(r, 0, PARAM_SPEED, speeds[s], 0, AT_NOW);
    rig_loop(r, 0, 4000, 8000, AT_NOW);
    rig_seek(r, COMMAND_CUE, 0, 4000, AT_NOW);
    rig_simple(r, COMMAND_PLAY, 0, 5000);
    rig_run(r, 200000, 333);
    const uint32_t turn = (uint32_t)(4000.0f / speeds[s]);
    for (uint32_t i = 5100; i + turn < 200000; ++i) {
      assert_float_equal(r->master[0][i], r->master[0][i + turn], 1e-6);
    }
    assert_int_equal((rig_position(r, 0) >> 32), 4000 + (int64_t)(195000.0 * (double)speeds[s]) % 4000);
    rig_down(r);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(grid_is_exact),
    cmocka_unit_test(seam_does_not_click),
    cmocka_unit_test(edits_do_not_click),
    cmocka_unit_test(wraps_in_phase),
    cmocka_unit_test(repeats),
    cmocka_unit_test(keeps_its_grid_at_any_speed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
