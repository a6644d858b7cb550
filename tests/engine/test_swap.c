// SPDX-License-Identifier: GPL-3.0-or-later
// A plugin that takes another's place while the deck plays: cross-faded where both delay alike, without a gap.

#include "fakes.h"

enum { ROOM = 40000, AT = 20000, SETTLE = RATE / 40, FADE = RATE / 100 };

static Rig*
playing(Plugin* const eq)
{
  Rig* const r = rig_up(2, ROOM);
  if (eq) {
    rig_plugin(r, 0, SLOT_EQ, eq);
  }
  rig_track(r, 0, 0, fake_track(100000, RATE, signal_slow), AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, 1000);
  rig_run(r, AT, 256);
  return r;
}

static Plugin*
with_gain(const uint32_t delay, const float gain)
{
  Plugin* const p      = fake_plugin(delay);
  p->values[FAKE_GAIN] = gain;
  return p;
}

/// What is heard must be the track times a gain that goes from `from` to `to` in the fade, and at no frame less than
/// both.
static void
assert_fades(const Rig* const r, const uint32_t at, const uint32_t settle, const float from, const float to)
{
  for (uint32_t i = 2000; i < ROOM; ++i) {
    const float part = i < at + settle           ? 0.0f
                       : i >= at + settle + FADE ? 1.0f
                                                 : (float)(i - at - settle + 1) / (FADE + 1);
    const float want = signal_slow((int64_t)i - 1000, 0) * (from + (to - from) * part);
    if (fabsf(r->master[0][i] - want) > 1e-5f) {
      fail_msg("frame %u is %g, not %g", i, (double)r->master[0][i], (double)want);
    }
  }
  assert_int_equal(rig_position(r, 0) >> 32, ROOM - 1000);
}

static void
one_fades_into_the_other(void** state)
{
  (void)state;
  static const uint32_t delays[] = {0, 700};
  for (int k = 0; k < 2; ++k) {
    Rig* const r = playing(with_gain(delays[k], 1.0f));
    rig_plugin(r, 0, SLOT_EQ, with_gain(delays[k], 0.5f));
    rig_run(r, ROOM, 333);
    assert_fades(r, AT, SETTLE + delays[k], 1.0f, 0.5f);
    assert_int_equal(rig_count(r, NOTICE_PLUGIN_RETIRED), 1);
    rig_down(r);
  }
}

// An empty slot is a plugin that does nothing.
static void
one_comes_and_one_goes(void** state)
{
  (void)state;
  for (int k = 0; k < 2; ++k) {
    Rig* const    r = playing(NULL);
    const Command c = {.at = AT_NOW, .kind = COMMAND_PLUGIN, .plugin = {SLOT_INSERT + 2, with_gain(0, 0.25f)}};
    rig_send(r, &c);
    if (k) {
      rig_run(r, ROOM - 5000, 256);
      rig_plugin(r, 0, SLOT_INSERT + 2, NULL);
      rig_run(r, ROOM, 256);
      assert_int_equal(rig_count(r, NOTICE_PLUGIN_RETIRED), 1);
      assert_true(fabsf(r->master[0][ROOM - 1] - signal_slow(ROOM - 1001, 0)) < 1e-6f);
    } else {
      rig_run(r, ROOM, 256);
      assert_fades(r, AT, SETTLE, 1.0f, 0.25f);
      assert_int_equal(rig_count(r, NOTICE_PLUGIN_RETIRED), 0);
    }
    assert_true(largest_bend(r->master[0], 2000, ROOM) < 1e-3f);
    rig_down(r);
  }
}

// Many at once wait for each other; a stop, a removal or the end amid a fade loses none.
static void
none_is_lost(void** state)
{
  (void)state;
  for (int k = 0; k < 4; ++k) {
    Rig* const r = playing(with_gain(0, 1.0f));
    for (uint8_t i = 0; i < 8; ++i) {
      rig_plugin(r, 0, (uint8_t)(SLOT_EQ + i % 3), with_gain(0, 0.9f));
    }
    rig_run(r, AT + 700, 64);
    if (k == 1) {
      rig_simple(r, COMMAND_STOP, 0, AT_NOW);
    } else if (k == 2) {
      rig_simple(r, COMMAND_DECK_REMOVE, 0, AT_NOW);
    }
    rig_run(r, k == 3 ? AT + 1500 : ROOM, 64);
    if (k == 0 || k == 1) {
      assert_int_equal(rig_count(r, NOTICE_PLUGIN_RETIRED), 6); // of 9 three are in use
    } else if (k == 2) {
      assert_int_equal(rig_count(r, NOTICE_PLUGIN_RETIRED), 9);
      assert_int_equal(rig_count(r, NOTICE_DECK_RETIRED), 1);
    }
    assert_true(largest_bend(r->master[0], 2000, r->done) < 0.02f);
    rig_down(r); // under the leak checker nothing remains
  }
}

// What is set behind a plugin that waits for its turn is set on it, not on the one it replaces.
static void
its_settings_wait_with_it(void** state)
{
  (void)state;
  Rig* const r = playing(with_gain(0, 1.0f));
  for (int k = 0; k < 3; ++k) { // the last one has to wait for two fades
    rig_plugin(r, 0, SLOT_EQ, with_gain(0, 1.0f));
  }
  const Command c = {.at = AT_NOW, .kind = COMMAND_PORT, .port = {SLOT_EQ, FAKE_GAIN, 0.5f, 0}};
  rig_send(r, &c);
  rig_run(r, ROOM, 64);
  const uint32_t last = AT + 2 * (SETTLE + FADE); // the third begins about here
  for (uint32_t i = AT; i < last; ++i) {
    assert_true(fabsf(r->master[0][i] - signal_slow((int64_t)i - 1000, 0)) < 1e-5f);
  }
  assert_true(fabsf(r->master[0][ROOM - 1] - 0.5f * signal_slow(ROOM - 1001, 0)) < 1e-5f);
  rig_down(r);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(one_fades_into_the_other),
    cmocka_unit_test(one_comes_and_one_goes),
    cmocka_unit_test(none_is_lost),
    cmocka_unit_test(its_settings_wait_with_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
