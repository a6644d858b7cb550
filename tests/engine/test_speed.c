// SPDX-License-Identifier: GPL-3.0-or-later
// Varispeed: frequency, purity, rates of files, ramps, and the same output for any cutting into blocks.

#include "fakes.h"

// How much of x is not a sine of `hz` (fitted), dB below it.
static double
sinad(const float* const x, const uint32_t n, const double hz)
{
  double ss = 0, cc = 0, sc = 0, xs = 0, xc = 0, total = 0;
  for (uint32_t i = 0; i < n; ++i) {
    const double a = 2.0 * M_PI * hz / RATE * i, s = sin(a), c = cos(a);
    ss += s * s;
    cc += c * c;
    sc += s * c;
    xs += x[i] * s;
    xc += x[i] * c;
  }
  const double det = ss * cc - sc * sc, p = (xs * cc - xc * sc) / det, q = (xc * ss - xs * sc) / det;
  double       rest = 0;
  for (uint32_t i = 0; i < n; ++i) {
    const double a = 2.0 * M_PI * hz / RATE * i, fit = p * sin(a) + q * cos(a);
    total += fit * fit;
    rest += (x[i] - fit) * (x[i] - fit);
  }
  return 10.0 * log10(total / rest);
}

static void
sine_stays_a_sine(void** state)
{
  (void)state;
  static const struct {
    uint32_t rate;
    float    speed;
    double   hz, db;
    bool     fine;
  } cases[] = {
    {48000, 1.5f, 1500.0, 90.0, true},  {48000, 0.5f, 500.0, 105.0, true}, {48000, 4.0f, 4000.0, 80.0, true},
    {44100, 1.0f, 918.75, 105.0, true}, {96000, 1.0f, 2000.0, 80.0, true}, {192000, 4.0f, 16000.0, 50.0, true},
    {48000, 1.5f, 1500.0, 85.0, false}, {48000, 0.5f, 500.0, 85.0, false}, {48000, 4.0f, 4000.0, 80.0, false},
    {44100, 1.0f, 918.75, 85.0, false}, {96000, 1.0f, 2000.0, 80.0, false}};
  for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); ++k) {
    Rig* const r = cases[k].fine ? rig_up_fine(2, 40000) : rig_up(2, 40000);
    rig_track(r, 0, 0, fake_track(700000, cases[k].rate, signal_sine), AT_NOW);
    rig_param(r, 0, PARAM_SPEED, cases[k].speed, 0, AT_NOW);
    rig_simple(r, COMMAND_PLAY, 0, 5000);
    rig_run(r, 40000, 333);
    const double db = sinad(r->master[0] + 6000, 30000, cases[k].hz);
    if (!(db > cases[k].db)) {
      fail_msg("case %zu: %.1f dB, expected %.1f", k, db, cases[k].db);
    }
    rig_down(r);
  }
}

// Scheduled moves of everything give the same output for any way of cutting cycles.
static void
blocks_change_nothing(void** state)
{
  (void)state;
  static const uint32_t blocks[] = {16, 1, 64, 333, 1024, 8192};
  static float          first[2][60000];
  for (size_t b = 0; b < 6; ++b) {
    Rig* const r = rig_up(2, 60000);
    rig_plugin(r, 0, SLOT_EQ, fake_plugin(700));
    rig_track(r, 0, 0, fake_track(400000, 44100, signal_noise), AT_NOW);
    rig_track(r, 0, 1, fake_track(400000, 44100, signal_sine), AT_NOW);
    rig_simple(r, COMMAND_PLAY, 0, 20000);
    rig_param(r, 0, PARAM_SPEED, 1.3f, 0, 25000);
    rig_param(r, 0, PARAM_SPEED, 0.8f, 7000, 27001);
    rig_param(r, 0, PARAM_TRIM, -6.0f, 3000, 26000);
    rig_param(r, 0, PARAM_FADER, 0.3f, 0, 28000);
    rig_param(r, 0, PARAM_FADER, 0.9f, 5000, 30005);
    rig_param(r, 0, PARAM_CROSSFADER, -0.5f, 4000, 31005);
    rig_param(r, 0, PARAM_ASSIGN, ASSIGN_B, 0, 29000);
    rig_param(r, 0, PARAM_MASTER_GAIN, -3.0f, 2000, 33000);
    rig_param(r, 0, PARAM_STEM_GAIN, -12.0f, 3000, 34000);
    rig_param(r, 0, PARAM_STEM_MUTE, 1.0f, 0, 39000);
    rig_seek(r, COMMAND_SEEK, 0, 5000, 40000);
    rig_loop(r, 0, 6000, 9000, 42000);
    rig_simple(r, COMMAND_PAUSE, 0, 50000);
    rig_simple(r, COMMAND_PLAY, 0, 51000);
    rig_run(r, 60000, blocks[b]);
    for (int side = 0; side < 2; ++side) {
      for (uint32_t i = 0; i < 60000; ++i) {
        if (b && r->master[side][i] != first[side][i]) {
          fail_msg("blocks of %u: frame %u is %.9g, not %.9g", blocks[b], i, (double)r->master[side][i],
                   (double)first[side][i]);
        }
        first[side][i] = r->master[side][i];
      }
    }
    rig_down(r);
  }
}

// The position shown is the one heard, on a ramp too: the mean speed counts.
static void
ramp_arrives(void** state)
{
  (void)state;
  for (uint32_t latency = 0; latency <= 4000; latency += 4000) {
    Rig* const r = rig_up(2, 200000);
    rig_plugin(r, 0, SLOT_EQ, fake_plugin(latency));
    rig_track(r, 0, 0, fake_track(400000, RATE, signal_slow), AT_NOW);
    rig_simple(r, COMMAND_PLAY, 0, 10000);
    rig_param(r, 0, PARAM_SPEED, 1.5f, 48000, 20000);
    rig_run(r, 120000, 256);
    const double expected = 10000.0 + 48000.0 * 1.25 + 52000.0 * 1.5;
    assert_float_equal((double)rig_position(r, 0) * 0x1p-32, expected, 2.0);
    assert_float_equal(atomic_load(&engine_levels(r->engine)->deck[0].speed), 1.5f, 1e-6);
    assert_true(largest_bend(r->master[0], 10100, 120000) < 0.01f);
    // Half-way
    rig_down(r);
  }
}

// A position read from the levels is that of the sound in the same cycle.
static void
shows_what_is_heard(void** state)
{
  (void)state;
  for (uint32_t latency = 0; latency <= 4000; latency += 2000) {
    Rig* const r = rig_up(2, 100000);
    rig_plugin(r, 0, SLOT_EQ, fake_plugin(latency));
    rig_track(r, 0, 0, fake_track(400000, RATE, signal_ramp), AT_NOW);
    rig_simple(r, COMMAND_PLAY, 0, 10000);
    rig_param(r, 0, PARAM_SPEED, 1.25f, 20000, 15000);
    rig_loop(r, 0, 20000, 31000, 20000);
    while (r->done < 99000) {
      rig_cycle(r, 100);
      const double shown = (double)rig_position(r, 0) * 0x1p-32;
      const double heard = (double)r->master[0][r->done - 1] * 0x1p23 - 1.0;
      if (r->done > 10300 && (shown < 20000 || (shown > 20400 && shown < 30700))) {
        if (fabs(shown - 1.25 - heard) > 2.0) {
          fail_msg("latency %u, frame %u: shown %.2f, heard %.2f", latency, r->done, shown, heard);
        }
      }
    }
    rig_down(r);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(sine_stays_a_sine),
    cmocka_unit_test(blocks_change_nothing),
    cmocka_unit_test(ramp_arrives),
    cmocka_unit_test(shows_what_is_heard),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
