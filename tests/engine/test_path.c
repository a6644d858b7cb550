// SPDX-License-Identifier: GPL-3.0-or-later
// The pitch plugin in and out of the path: in place to the frame, without clicks, and at no cost when it has no work.
// The fake one shifts nothing and only delays, so that any misplacement shows.

#include "fakes.h"

static FakePlugin*
put_pitch(Rig* const r, const uint32_t latency)
{
  Plugin* const p = fake_plugin(latency);
  rig_plugin(r, 0, SLOT_PITCH, p);
  return p->self;
}

static float
shift_shown(const Rig* const r)
{
  return atomic_load(&engine_levels(r->engine)->deck[0].shift);
}

static uint32_t
latency_shown(const Rig* const r)
{
  return atomic_load(&engine_levels(r->engine)->deck[0].latency);
}

static void
engages_in_place(void** state)
{
  (void)state;
  static const uint32_t latencies[] = {0, 64, 2000, 6000};
  static const uint32_t blocks[]    = {64, 256, 333, 1024};
  for (size_t l = 0; l < 4; ++l) {
    for (size_t b = 0; b < 4; ++b) {
      Rig* const        r = rig_up(2, 200000);
      const FakePlugin* f = put_pitch(r, latencies[l]);
      rig_plugin(r, 0, SLOT_EQ, fake_plugin(100));
      rig_track(r, 0, 0, fake_track(400000, RATE, signal_ramp), AT_NOW);
      rig_simple(r, COMMAND_PLAY, 0, 20000);
      rig_run(r, 30000, blocks[b]);
      assert_int_equal(f->frames, 0); // out of the path it isn't run at all
      assert_int_equal(latency_shown(r), 100);

      rig_param(r, 0, PARAM_PITCH, 3.0f, 0, 30000);
      rig_run(r, 60000, blocks[b]);
      assert_float_equal(shift_shown(r), 3.0f, 1e-6);
      assert_float_equal(f->values[FAKE_SEMITONES], 3.0f, 1e-6);
      assert_int_equal(latency_shown(r), 100 + latencies[l]);

      rig_param(r, 0, PARAM_PITCH, 0.0f, 0, 60000);
      rig_run(r, 60000 + RATE / 2, blocks[b]); // not at once: a fader may only be passing
      assert_int_equal(latency_shown(r), 100 + latencies[l]);
      rig_run(r, 130000, blocks[b]);
      assert_int_equal(latency_shown(r), 100);
      assert_float_equal(shift_shown(r), 0.0f, 0.0);
      const uint64_t run = f->frames;
      rig_run(r, 140000, blocks[b]);
      assert_int_equal(f->frames, run);
      for (uint32_t i = 0; i < 120000; ++i) {
        // Cross-fades between equals round
        assert_float_equal(r->master[0][20000 + i], signal_ramp(i, 0), 2e-9);
      }
      assert_ramp(r->master[0] + 130000, 10000, 110000, 0);
      assert_int_equal(rig_position(r, 0), (int64_t)120000 << 32);
      rig_down(r);
    }
  }
}

// Key lock: the shift makes up for the speed; the position goes on as if nothing had been put in.
static void
keylock_follows_speed(void** state)
{
  (void)state;
  Rig* const        r = rig_up(2, 300000);
  const FakePlugin* f = put_pitch(r, 3000);
  rig_track(r, 0, 0, fake_track(900000, RATE, signal_slow), AT_NOW);
  rig_param(r, 0, PARAM_KEYLOCK, 1.0f, 0, AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, 20000);
  rig_run(r, 30000, 256);
  assert_int_equal(latency_shown(r), 0);
  rig_param(r, 0, PARAM_SPEED, 1.5f, 48000, 40000);
  rig_run(r, 120000, 256);
  assert_float_equal(shift_shown(r), -12.0 * log2(1.5), 1e-4);
  assert_float_equal(f->values[FAKE_SEMITONES], -12.0 * log2(1.5), 1e-4);
  assert_int_equal(latency_shown(r), 3000);
  assert_float_equal((double)rig_position(r, 0) * 0x1p-32, 20000 + 48000 * 1.25 + 32000 * 1.5, 2.0);
  rig_param(r, 0, PARAM_PITCH, 2.0f, 0, AT_NOW);
  rig_run(r, 130000, 256);
  assert_float_equal(shift_shown(r), 2.0 - 12.0 * log2(1.5), 1e-4);
  rig_param(r, 0, PARAM_PITCH, 0.0f, 0, AT_NOW);
  rig_param(r, 0, PARAM_SPEED, 1.0f, 0, AT_NOW);
  rig_run(r, 260000, 256);
  assert_int_equal(latency_shown(r), 0);
  assert_true(largest_bend(r->master[0], 20100, 260000) < 0.01f);
  rig_down(r);
}

// Paused, sought, started: with the plugin in the path the frame sought is heard at the frame set.
static void
starts_in_time_when_shifted(void** state)
{
  (void)state;
  Rig* const r = rig_up(2, 100000);
  put_pitch(r, 5000);
  rig_plugin(r, 0, SLOT_EQ, fake_plugin(300));
  rig_track(r, 0, 0, fake_track(400000, RATE, signal_ramp), AT_NOW);
  rig_param(r, 0, PARAM_PITCH, 1.0f, 0, AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, 20000);
  rig_seek(r, COMMAND_SEEK, 0, 200000, 40000);
  rig_simple(r, COMMAND_PAUSE, 0, 50000);
  rig_seek(r, COMMAND_SEEK, 0, 30000, 60000);
  rig_simple(r, COMMAND_PLAY, 0, 70000);
  rig_run(r, 90000, 512);
  assert_ramp(r->master[0] + 20000, 20000, 0, 0);
  assert_ramp(r->master[0] + 40064, 9936, 200064, 0);
  assert_true(r->master[0][69999] == 0.0f);
  assert_ramp(r->master[0] + 70064, 19000, 30064, 0);
  assert_int_equal(atomic_load(&engine_levels(r->engine)->late), 0);
  rig_down(r);
}

// Seeks and loop edits at any moment of going in and out of the path: no click, and back on the grid.
static void
survives_jumps_on_the_way(void** state)
{
  (void)state;
  for (uint32_t when = 0; when < 8000; when += 250) {
    Rig* const r = rig_up(2, 60000);
    put_pitch(r, 2000);
    rig_track(r, 0, 0, fake_track(400000, RATE, signal_slow), AT_NOW);
    rig_simple(r, COMMAND_PLAY, 0, 10000);
    rig_param(r, 0, PARAM_PITCH, 1.0f, 0, 15000);
    rig_seek(r, COMMAND_SEEK, 0, 100000, 15000 + when);
    rig_loop(r, 0, 100000, 110000, 16000 + when);
    rig_run(r, 15000 + when, 128);
    rig_simple(r, COMMAND_PAUSE, 0, AT_NOW);
    rig_run(r, 16000 + when, 128);
    rig_simple(r, COMMAND_PLAY, 0, AT_NOW);
    rig_run(r, 60000, 128);
    if (!(largest_bend(r->master[0], 10100, 60000) < 0.02f)) {
      fail_msg("click of %g with the jump %u frames after", (double)largest_bend(r->master[0], 10100, 60000), when);
    }
    rig_down(r);
  }
}

// The deck owns three ports of its pitch plugin; the others are the user's.
static void
owns_its_ports(void** state)
{
  (void)state;
  Rig* const        r = rig_up(2, 20000);
  const FakePlugin* f = put_pitch(r, 100);
  for (uint32_t port = 0; port < FAKE_PORTS + 3; ++port) {
    const Command c = {.at = AT_NOW, .kind = COMMAND_PORT, .port = {SLOT_PITCH, port, 7.0f, 0}};
    rig_send(r, &c);
  }
  rig_run(r, 1000, 256);
  assert_float_equal(f->values[FAKE_SEMITONES], 0.0f, 0.0);
  assert_float_equal(f->values[FAKE_CENTS], 0.0f, 0.0);
  assert_float_equal(f->values[FAKE_ENABLED], 1.0f, 0.0);
  assert_float_equal(f->values[FAKE_GAIN], 7.0f, 0.0);
  assert_float_equal(f->values[FAKE_LATENCY], 100.0f, 0.0);
  rig_down(r);
}

// A plugin whose latency changes while it is heard: what is heard stays in place.
static void
follows_a_changed_latency(void** state)
{
  (void)state;
  Rig* const  r = rig_up(2, 200000);
  FakePlugin* f = put_pitch(r, 2000);
  rig_track(r, 0, 0, fake_track(400000, RATE, signal_slow), AT_NOW);
  rig_param(r, 0, PARAM_PITCH, 1.0f, 0, AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, 20000);
  rig_run(r, 40000, 256);
  f->delay = 1000;
  rig_run(r, 80000, 256);
  assert_int_equal(latency_shown(r), 1000);
  for (uint32_t i = 60000; i < 80000; ++i) {
    assert_float_equal(r->master[0][i], signal_slow(i - 20000, 0), 1e-6);
  }
  assert_true(rig_count(r, NOTICE_LATENCY) >= 2);
  rig_down(r);
}

// The same with a plugin after the pitch slot: the reading moves along.
static void
follows_an_insert(void** state)
{
  (void)state;
  Rig* const    r = rig_up(2, 200000);
  Plugin* const p = fake_plugin(2000);
  FakePlugin*   f = p->self;
  rig_plugin(r, 0, SLOT_INSERT, p);
  rig_track(r, 0, 0, fake_track(400000, RATE, signal_slow), AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, 20000);
  rig_run(r, 40000, 256);
  f->delay = 1000;
  rig_run(r, 80000, 256);
  assert_int_equal(latency_shown(r), 1000);
  for (uint32_t i = 60000; i < 80000; ++i) {
    assert_float_equal(r->master[0][i], signal_slow(i - 20000, 0), 1e-6);
  }
  rig_down(r);
}

// An insert is put in and taken out while playing: a short fade, then all is in place again.
static void
swaps_plugins_while_playing(void** state)
{
  (void)state;
  Rig* const r = rig_up(2, 200000);
  rig_track(r, 0, 0, fake_track(400000, RATE, signal_slow), AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, 20000);
  rig_run(r, 30000, 256);
  rig_plugin(r, 0, SLOT_INSERT + 1, fake_plugin(1500));
  rig_run(r, 50000, 256);
  assert_int_equal(latency_shown(r), 1500);
  rig_plugin(r, 0, SLOT_INSERT + 1, NULL);
  rig_run(r, 70000, 256);
  assert_int_equal(latency_shown(r), 0);
  assert_int_equal(rig_count(r, NOTICE_PLUGIN_RETIRED), 1);
  assert_true(largest_bend(r->master[0], 20100, 70000) < 0.02f);
  for (uint32_t i = 0; i < 5000; ++i) {
    assert_float_equal(r->master[0][40000 + i], signal_slow(20000 + i, 0), 1e-6);
    assert_float_equal(r->master[0][60000 + i], signal_slow(40000 + i, 0), 1e-6);
  }
  rig_down(r);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(engages_in_place),
    cmocka_unit_test(keylock_follows_speed),
    cmocka_unit_test(starts_in_time_when_shifted),
    cmocka_unit_test(survives_jumps_on_the_way),
    cmocka_unit_test(owns_its_ports),
    cmocka_unit_test(follows_a_changed_latency),
    cmocka_unit_test(follows_an_insert),
    cmocka_unit_test(swaps_plugins_while_playing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
