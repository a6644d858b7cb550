// SPDX-License-Identifier: GPL-3.0-or-later
// What delays on the master is hidden: limiter and inserts come and go while everything plays, and each output shows
// each frame at its time, bit for bit.

#include "engine/limiter_rt.h"
#include "engine/master_rt.h"

#include "fakes.h"

static uint32_t
ahead(const Rig* const r)
{
  return atomic_load(&engine_levels(r->engine)->ahead);
}

/// A deck that tells its frames, started exactly at `start`, listened to on the headphones too.
static Rig*
telling(const uint32_t room, const int64_t start)
{
  Rig* const r = rig_up(2, room);
  rig_track(r, 0, 0, fake_track(400000, RATE, signal_ramp), AT_NOW);
  rig_param(r, 0, PARAM_PFL, 1.0f, 0, AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, start);
  return r;
}

static void
assert_all(const Rig* const r, const uint32_t from, const uint32_t to, const int64_t start)
{
  for (int side = 0; side < 2; ++side) {
    assert_ramp(r->master[side] + from, to - from, from - start, side);
    assert_ramp(r->cue[side] + from, to - from, from - start, side);
    assert_ramp(r->booth[side] + from, to - from, from - start, side);
    assert_ramp(r->deck[side] + from, to - from, from - start, side);
  }
}

// On from the beginning: what was scheduled is heard on its frame, at every output.
static void
exact_starts(void** state)
{
  (void)state;
  static const uint32_t blocks[] = {16, 64, 256, 1000, 8192};
  for (size_t k = 0; k < sizeof(blocks) / sizeof(blocks[0]); ++k) {
    Rig* const r = telling(100000, 30000);
    rig_param(r, 0, PARAM_LIMITER, 1.0f, 0, AT_NOW);
    rig_run(r, 100000, blocks[k]);
    assert_int_equal(ahead(r), limiter_latency_rt(RATE));
    for (uint32_t i = 0; i < 30000; ++i) {
      assert_true(r->master[0][i] == 0.0f && r->cue[0][i] == 0.0f && r->deck[0][i] == 0.0f);
    }
    assert_all(r, 30000, 100000, 30000);
    rig_down(r);
  }
}

// On and off while it plays, with nothing to limit: not a bit changes, not a frame is lost or heard twice.
static void
comes_and_goes_unheard(void** state)
{
  (void)state;
  static const uint32_t blocks[] = {16, 64, 333, 8192};
  for (size_t k = 0; k < sizeof(blocks) / sizeof(blocks[0]); ++k) {
    Rig* const r = telling(200000, 20000);
    for (int i = 0; i < 4; ++i) {
      rig_param(r, 0, PARAM_LIMITER, 1.0f, 0, 40000 + 30000 * i);
      rig_param(r, 0, PARAM_LIMITER, 0.0f, 0, 55000 + 30000 * i);
    }
    rig_run(r, 54000, blocks[k]);
    assert_int_equal(ahead(r), limiter_latency_rt(RATE));
    rig_run(r, 68000, blocks[k]);
    assert_int_equal(ahead(r), 0);
    rig_run(r, 200000, blocks[k]);
    assert_all(r, 20000, 200000, 20000);
    assert_int_equal(atomic_load(&engine_levels(r->engine)->late), 0);
    rig_down(r);
  }
}

// Inserts with latency come and go likewise: the sound goes around them, in place, until they are ready.
static void
inserts_come_and_go_unheard(void** state)
{
  (void)state;
  static const uint32_t delays[] = {0, 1, 777, 4096, 7000};
  for (size_t k = 0; k < sizeof(delays) / sizeof(delays[0]); ++k) {
    Rig* const r = telling(300000, 20000);
    rig_run(r, 30000, 256);
    rig_plugin(r, CHAIN_MASTER, SLOT_INSERT, fake_plugin(delays[k]));
    rig_plugin(r, CHAIN_MASTER, SLOT_INSERT + 2, fake_plugin(0));
    rig_run(r, 120000, 256);
    assert_int_equal(ahead(r), (delays[k] + 15) / 16 * 16);
    rig_param(r, 0, PARAM_LIMITER, 1.0f, 0, AT_NOW);
    rig_run(r, 180000, 256);
    assert_int_equal(ahead(r), (delays[k] + limiter_latency_rt(RATE) + 15) / 16 * 16);
    rig_plugin(r, CHAIN_MASTER, SLOT_INSERT, NULL);
    rig_run(r, 240000, 256);
    assert_int_equal(ahead(r), limiter_latency_rt(RATE));
    rig_plugin(r, CHAIN_MASTER, SLOT_INSERT + 2, NULL);
    rig_param(r, 0, PARAM_LIMITER, 0.0f, 0, AT_NOW);
    rig_run(r, 300000, 256);
    assert_int_equal(ahead(r), 0);
    assert_int_equal(rig_count(r, NOTICE_PLUGIN_RETIRED), 2);
    assert_all(r, 20000, 300000, 20000);
    rig_down(r);
  }
}

// An insert is heard, its controls move, and one for a slot that isn't there comes back.
static void
inserts_work(void** state)
{
  (void)state;
  Rig* const    r = telling(100000, 10000);
  Plugin* const p = fake_plugin(300);
  rig_plugin(r, CHAIN_MASTER, SLOT_INSERT + 3, p);
  rig_plugin(r, CHAIN_MASTER, SLOT_EQ, fake_plugin(0));
  rig_plugin(r, CHAIN_MIC, SLOT_PITCH, fake_plugin(0));
  rig_run(r, 40000, 256);
  assert_int_equal(rig_count(r, NOTICE_PLUGIN_RETIRED), 2);
  const Command c = {
    .at = 60000, .kind = COMMAND_PORT, .deck = CHAIN_MASTER, .port = {SLOT_INSERT + 3, FAKE_GAIN, 0.5f, 0}};
  rig_send(r, &c);
  rig_run(r, 100000, 256);
  assert_true(r->master[0][59999] == signal_ramp(49999, 0)); // the control acts on its output, on its frame
  assert_true(r->master[0][60000] == 0.5f * signal_ramp(50000, 0));
  assert_true(r->master[0][99999] == 0.5f * signal_ramp(89999, 0));
  assert_true(r->deck[0][99999] == signal_ramp(89999, 0)); // before the inserts
  assert_true(r->booth[0][99999] == 0.5f * signal_ramp(89999, 0));
  rig_down(r);
}

// Booth: before the master's gain, with its own.
static void
booth(void** state)
{
  (void)state;
  for (int limiter = 0; limiter < 2; ++limiter) {
    Rig* const r = telling(60000, 10000);
    rig_param(r, 0, PARAM_LIMITER, (float)limiter, 0, AT_NOW);
    rig_param(r, 0, PARAM_MASTER_GAIN, -20.0f, 0, 20000);
    rig_param(r, 0, PARAM_BOOTH_GAIN, 6.0206f, 0, 30000);
    rig_run(r, 60000, 128);
    assert_ramp(r->booth[0] + 10000, 20000, 0, 0);
    assert_true(r->master[0][20000] == signal_ramp(10000, 0)); // and begins on its frame
    assert_true(r->master[0][20031] < signal_ramp(10031, 0));
    assert_float_equal(r->booth[0][50000] / signal_ramp(40000, 0), 2.0, 1e-4);
    assert_float_equal(r->master[0][50000] / signal_ramp(40000, 0), 0.1, 1e-6);
    rig_down(r);
  }
}

// Split headphones: the cued decks left, the master right, in mono; there and back without a step.
static void
split(void** state)
{
  (void)state;
  Rig* const r = rig_up(2, 60000);
  for (uint8_t d = 0; d < 2; ++d) {
    rig_track(r, d, 0, fake_track(100000, RATE, d ? signal_slow : signal_one), AT_NOW);
    rig_simple(r, COMMAND_PLAY, d, 5000);
  }
  rig_param(r, 0, PARAM_FADER, 0.0f, 0, AT_NOW);
  rig_param(r, 0, PARAM_PFL, 1.0f, 0, AT_NOW);
  rig_param(r, 0, PARAM_CUE_GAIN, -6.0206f, 0, AT_NOW);
  rig_param(r, 0, PARAM_CUE_SPLIT, 1.0f, 0, 20000);
  rig_param(r, 0, PARAM_CUE_SPLIT, 0.0f, 0, 40000);
  rig_run(r, 60000, 256);
  for (uint32_t i = 21000; i < 40000; i += 7) {
    const float master = 0.5f * (signal_slow(i - 5000, 0) + signal_slow(i - 5000, 1));
    assert_float_equal(r->cue[0][i], 0.5, 1e-4);
    assert_float_equal(r->cue[1][i], 0.5 * master, 1e-4);
  }
  for (uint32_t i = 41000; i < 60000; i += 7) {
    assert_float_equal(r->cue[1][i], 0.5, 1e-4);
  }
  assert_true(largest_bend(r->cue[1], 19000, 21000) < 0.004f);
  assert_true(largest_bend(r->cue[1], 39000, 41000) < 0.004f);
  rig_down(r);
}

// Peak, hold, RMS, clips.
static float
signal_loud(const int64_t frame, const int side)
{
  return (side ? 0.25f : 1.25f) * (float)sin(2.0 * M_PI * 1000.0 / 48000.0 * (double)frame);
}

static void
meters(void** state)
{
  (void)state;
  Rig* const               r = rig_up(2, 300000);
  const MeterLevels* const m = &engine_levels(r->engine)->master;
  rig_track(r, 0, 0, fake_track(100000, RATE, signal_loud), AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, 5000);
  rig_param(r, 0, PARAM_FADER, 0.5f, 0, 53000);
  rig_run(r, 53000, 256);
  assert_float_equal(atomic_load(&m->rms[0]), 1.25 * M_SQRT1_2 * sqrt(1.0 - exp(-48000.0 / (0.3 * RATE))), 0.002);
  assert_float_equal(atomic_load(&m->hold[0]), 1.25, 1e-3);
  assert_float_equal(atomic_load(&m->hold[1]), 0.25, 1e-3);
  assert_int_equal(atomic_load(&m->clips), 2000); // each half wave, left
  assert_int_equal(atomic_load(&engine_levels(r->engine)->deck[0].meter.clips), 2000);
  rig_run(r, 105000, 256);
  const double left = exp(-52000.0 / (0.3 * RATE)); // of what was before
  assert_float_equal(atomic_load(&m->rms[0]), 0.625 * sqrt(0.5 * (1.0 + 3.0 * left)), 0.002);
  assert_true(atomic_load(&m->clips) < 2020);
  rig_run(r, 130000, 256);
  assert_float_equal(atomic_load(&m->hold[0]), 1.25, 1e-3);
  rig_run(r, 160000, 256); // two seconds later
  assert_float_equal(atomic_load(&m->hold[0]), 0.625, 1e-3);
  rig_run(r, 300000, 256);
  assert_float_equal(atomic_load(&m->hold[0]), 0.0, 1e-6);
  assert_true(atomic_load(&m->rms[0]) < 1e-3f);
  rig_down(r);
}

// A tap that nobody empties loses frames and says so; the other one doesn't notice.
static void
taps_are_independent(void** state)
{
  (void)state;
  Rig* const r = telling(300000, 1000);
  Tap* const t = engine_tap(r->engine, TAP_LOUDNESS);
  atomic_store(&t->on, true);
  rig_toggle(r, COMMAND_RECORD, 0, true, 200000);
  rig_run(r, 300000, 1000);
  assert_int_equal(ring_count(engine_record_ring(r->engine)), 100000);
  assert_true(atomic_load(&t->lost) > 0 && atomic_load(&t->lost) + ring_count(t->ring) == 300000);
  assert_int_equal(atomic_load(&engine_tap(r->engine, TAP_RECORD)->lost), 0);
  rig_down(r);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(exact_starts),
    cmocka_unit_test(comes_and_goes_unheard),
    cmocka_unit_test(inserts_come_and_go_unheard),
    cmocka_unit_test(inserts_work),
    cmocka_unit_test(booth),
    cmocka_unit_test(split),
    cmocka_unit_test(meters),
    cmocka_unit_test(taps_are_independent),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
