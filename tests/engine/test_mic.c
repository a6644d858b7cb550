// SPDX-License-Identifier: GPL-3.0-or-later
// The microphone: heard as it came in, so much later as is said; the decks go down while it speaks, in closed form.

#include "engine/limiter_rt.h"

#include "fakes.h"

#define ROOM 200000u

static float
talk(const uint32_t i)
{
  return 0.25f * sinf(2.0f * (float)M_PI * 300.0f / 48000.0f * (float)i);
}

/// Deck 0 plays a constant 1 (or `signal`); in the microphone there is talk from `from` to `to`.
static Rig*
speaking(const Signal signal, const uint32_t from, const uint32_t to)
{
  Rig* const r = rig_up(2, ROOM);
  for (uint32_t i = from; i < to; ++i) {
    r->mic[0][i] = talk(i);
    r->mic[1][i] = -talk(i);
  }
  rig_track(r, 0, 0, fake_track(400000, RATE, signal), AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, 2000);
  return r;
}

static float
signal_zero(const int64_t i, const int side)
{
  (void)i;
  (void)side;
  return 0.0f;
}

// Off it isn't heard, but its meter shows it; on it is, bit for bit on its frame, with gain and insert.
static void
is_heard(void** state)
{
  (void)state;
  Rig* const               r = speaking(signal_zero, 0, ROOM);
  const MeterLevels* const m = &engine_levels(r->engine)->mic;
  rig_run(r, 20000, 256);
  for (uint32_t i = 0; i < 20000; ++i) {
    assert_true(r->master[0][i] == 0.0f);
  }
  assert_float_equal(atomic_load(&m->hold[0]), 0.25, 1e-3);
  rig_param(r, 0, PARAM_MIC_ENABLE, 1.0f, 0, 20480);
  rig_param(r, 0, PARAM_MIC_GAIN, 6.0206f, 0, 40000);
  rig_run(r, 60000, 256);
  assert_true(r->master[0][20470] == 0.0f);
  for (uint32_t i = 21000; i < 40000; ++i) {
    assert_true(r->master[0][i] == talk(i) && r->master[1][i] == -talk(i) && r->cue[0][i] == 0.0f);
  }
  for (uint32_t i = 41000; i < 60000; i += 7) {
    assert_float_equal(r->master[0][i], 2.0 * (double)talk(i), 1e-5);
  }
  rig_plugin(r, CHAIN_MIC, SLOT_INSERT, fake_plugin(480));
  rig_run(r, 100000, 256);
  assert_int_equal(atomic_load(&engine_levels(r->engine)->mic_latency), 480);
  for (uint32_t i = 70000; i < 100000; i += 7) {
    assert_float_equal(r->master[0][i], 2.0 * (double)talk(i - 480), 1e-5);
  }
  assert_true(largest_bend(r->master[0], 30000, 100000) < 0.004f); // exchanged without a click
  rig_param(r, 0, PARAM_MIC_ENABLE, 0.0f, 0, AT_NOW);
  rig_run(r, 120000, 256);
  assert_true(r->master[0][101000] == 0.0f);
  rig_down(r);
}

// With a limiter on it comes as much later as that delays, and changes over without a click; decks stay where they are.
static void
goes_along_with_what_is_ahead(void** state)
{
  (void)state;
  static const uint32_t blocks[] = {32, 256, 4096};
  for (size_t k = 0; k < sizeof(blocks) / sizeof(blocks[0]); ++k) {
    const uint32_t late = limiter_latency_rt(RATE);
    Rig* const     r    = speaking(signal_zero, 0, ROOM);
    rig_param(r, 0, PARAM_MIC_ENABLE, 1.0f, 0, AT_NOW);
    rig_param(r, 0, PARAM_LIMITER, 1.0f, 0, 40000);
    rig_param(r, 0, PARAM_LIMITER, 0.0f, 0, 120000);
    rig_run(r, ROOM, blocks[k]);
    for (uint32_t i = 10000; i < ROOM; ++i) {
      if (i < 40000 || i >= 160000) {
        assert_true(r->master[0][i] == talk(i));
      } else if (i >= 80000 && i < 120000) {
        assert_true(r->master[0][i] == talk(i - late));
      }
    }
    assert_true(largest_bend(r->master[0], 10000, ROOM) < 0.002f); // of the tone itself 0.0004
    rig_down(r);
  }
}

// Down by so many dB, linearly in dB over the attack; up again 50 ms after the last peak, likewise over the release.
static void
ducks(void** state)
{
  (void)state;
  static const struct {
    float    depth, attack, release;
    uint32_t block;
  } cases[] = {{12, 10, 500, 256}, {20, 100, 1000, 64}, {6, 50, 200, 1000}, {60, 5, 100, 37}};
  for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); ++k) {
    const uint32_t from = 40000, to = 90000;
    Rig* const     r    = speaking(signal_one, from, to);
    const uint32_t hold = RATE / 20, attack = (uint32_t)(cases[k].attack * 48),
                   release = (uint32_t)(cases[k].release * 48);
    rig_param(r, 0, PARAM_MIC_ENABLE, 1.0f, 0, AT_NOW);
    rig_param(r, 0, PARAM_DUCK, cases[k].depth, 0, AT_NOW);
    rig_param(r, 0, PARAM_DUCK_ATTACK, cases[k].attack, 0, AT_NOW);
    rig_param(r, 0, PARAM_DUCK_RELEASE, cases[k].release, 0, AT_NOW);
    rig_run(r, ROOM, cases[k].block);
    for (uint32_t i = 30000; i < ROOM; ++i) {
      const float  mic  = i >= from && i < to ? talk(i) : 0.0f;
      const double gain = (double)(r->master[0][i] - mic);
      // It is judged every 16 frames: within two of them and those until the talk passes the threshold
      double most = 0.0, least = (double)cases[k].depth;
      for (int slack = -16; slack <= 48; slack += 32) {
        const double t = (double)i - slack, end = to + hold;
        double       db = t < from ? 0.0 : t < end ? (t - from) / attack * (double)cases[k].depth : 0.0;
        db              = fmin(db, (double)cases[k].depth);
        if (t >= end) {
          db = fmax(0.0, (double)cases[k].depth * (1.0 - (t - end) / release));
        }
        most  = fmax(most, db);
        least = fmin(least, db);
      }
      if (i > to && i < to + hold - 200) {
        most = least = (double)cases[k].depth;
      }
      const bool near_end = i >= to && i < to + hold + 200; // the last peak was up to half a period before
      if (!near_end) {
        const double low  = pow(10.0, -(most + 0.15 + 160.0 / release * (double)cases[k].depth) / 20.0);
        const double high = pow(10.0, -(least - 0.15 - 160.0 / release * (double)cases[k].depth) / 20.0);
        if (gain < low - 1e-5 || gain > high + 1e-5) {
          fail_msg("case %zu, frame %u: gain %.5f, expected %.5f .. %.5f", k, i, gain, low, high);
        }
      }
    }
    assert_true(r->master[0][ROOM - 1] == 1.0f || cases[k].release > 900); // back, exactly
    assert_true(r->deck[0][60000] == 1.0f);                                // its port isn't ducked
    rig_down(r);
  }
}

// Below the threshold, or switched off, nothing is ducked; a new depth is gone to.
static void
threshold_and_depth(void** state)
{
  (void)state;
  Rig* const r = speaking(signal_one, 10000, ROOM);
  rig_param(r, 0, PARAM_DUCK, 20.0f, 0, AT_NOW);
  rig_run(r, 20000, 256);
  assert_true(r->master[0][19999] == 1.0f); // off
  rig_param(r, 0, PARAM_MIC_ENABLE, 1.0f, 0, AT_NOW);
  rig_param(r, 0, PARAM_DUCK_THRESHOLD, -11.0f, 0, AT_NOW); // the talk has -12 dB
  rig_run(r, 40000, 256);
  assert_float_equal(r->master[0][39999] - talk(39999), 1.0, 1e-6);
  rig_param(r, 0, PARAM_DUCK_THRESHOLD, -13.0f, 0, AT_NOW);
  rig_run(r, 60000, 256);
  assert_float_equal(r->master[0][59999] - talk(59999), 0.1, 1e-5);
  rig_param(r, 0, PARAM_DUCK, 6.0206f, 0, AT_NOW);
  rig_run(r, 100000, 256);
  assert_float_equal(r->master[0][99999] - talk(99999), 0.5, 1e-5);
  rig_param(r, 0, PARAM_DUCK, 40.0f, 4800, AT_NOW);
  rig_run(r, 120000, 256);
  assert_float_equal(r->master[0][119999] - talk(119999), 0.01, 1e-5);
  rig_param(r, 0, PARAM_MIC_ENABLE, 0.0f, 0, AT_NOW);
  rig_run(r, ROOM, 256);
  assert_true(r->master[0][ROOM - 1] == 1.0f);
  rig_down(r);
}

// What isn't finite doesn't get in.
static void
nonsense_stays_out(void** state)
{
  (void)state;
  Rig* const r = speaking(signal_one, 0, 0);
  for (uint32_t i = 30000; i < 30100; ++i) {
    r->mic[0][i] = NAN;
    r->mic[1][i] = INFINITY;
  }
  rig_param(r, 0, PARAM_MIC_ENABLE, 1.0f, 0, AT_NOW);
  rig_param(r, 0, PARAM_LIMITER, 1.0f, 0, AT_NOW);
  rig_run(r, 60000, 256);
  for (uint32_t i = 20000; i < 60000; ++i) {
    assert_true(isfinite(r->master[0][i]) && isfinite(r->master[1][i]));
  }
  rig_down(r);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(is_heard),
    cmocka_unit_test(goes_along_with_what_is_ahead),
    cmocka_unit_test(ducks),
    cmocka_unit_test(threshold_and_depth),
    cmocka_unit_test(nonsense_stays_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
