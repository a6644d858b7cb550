// SPDX-License-Identifier: GPL-3.0-or-later
// Gains in closed form: curves, ramps, cue bus, stems, peaks; the recorder's tap.

#include "engine/mixer_rt.h"

#include "fakes.h"

static Rig*
two_decks_playing(void)
{
  Rig* const r = rig_up(2, 100000);
  for (uint8_t d = 0; d < 2; ++d) {
    rig_track(r, d, 0, fake_track(200000, RATE, signal_one), AT_NOW);
  }
  rig_param(r, 1, PARAM_FADER, 0.0f, 0, AT_NOW);
  const Command c = {.at = 4000, .kind = COMMAND_START, .decks = {3, 0}};
  rig_send(r, &c);
  rig_run(r, 10000, 256);
  return r;
}

// p = (x + 1) / 2: linear 1-p, p; power cos, sin; cut: both 1 except at the opposite end; thru: 1.
static void
crossfader_curves(void** state)
{
  (void)state;
  static const struct {
    Curve  curve;
    float  x;
    double a, b;
  } cases[] = {{CURVE_LINEAR, -1, 1, 0},        {CURVE_LINEAR, 0, 0.5, 0.5},
               {CURVE_LINEAR, 0.5, 0.25, 0.75}, {CURVE_LINEAR, 1, 0, 1},
               {CURVE_POWER, -1, 1, 0},         {CURVE_POWER, 0, M_SQRT1_2, M_SQRT1_2},
               {CURVE_POWER, 1, 0, 1},          {CURVE_POWER, 0.5f, 0.38268343, 0.92387953},
               {CURVE_CUT, -1, 1, 0},           {CURVE_CUT, -0.99f, 1, 1},
               {CURVE_CUT, 0.99f, 1, 1},        {CURVE_CUT, 1, 0, 1}};
  for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); ++k) {
    assert_float_equal(crossfader_gain_rt(cases[k].curve, ASSIGN_A, cases[k].x), cases[k].a, 1e-6);
    assert_float_equal(crossfader_gain_rt(cases[k].curve, ASSIGN_B, cases[k].x), cases[k].b, 1e-6);
    assert_float_equal(crossfader_gain_rt(cases[k].curve, ASSIGN_THRU, cases[k].x), 1.0, 0.0);
    for (int side = 1; side <= 2; ++side) {
      Rig* const r = two_decks_playing();
      rig_param(r, 0, PARAM_ASSIGN, (float)side, 0, AT_NOW);
      rig_param(r, 0, PARAM_CURVE, (float)cases[k].curve, 0, AT_NOW);
      rig_param(r, 0, PARAM_CROSSFADER, cases[k].x, 0, AT_NOW);
      rig_run(r, 12000, 256);
      assert_float_equal(r->master[0][11999], side == 1 ? cases[k].a : cases[k].b, 1e-6);
      assert_float_equal(r->deck[0][11999], 1.0, 0.0); // the deck's own port is before all that
      rig_down(r);
    }
  }
}

// Each gain takes about 5 ms to arrive, evenly, and arrives exactly.
static void
gains_glide(void** state)
{
  (void)state;
  static const struct {
    Param  param;
    float  value;
    double gain;
  } cases[] = {{PARAM_FADER, 0.25f, 0.25},
               {PARAM_MUTE, 1.0f, 0.0},
               {PARAM_TRIM, -6.0f, 0.50118723},
               {PARAM_TRIM, 12.0f, 3.98107171},
               {PARAM_MASTER_GAIN, -60.0f, 0.001}};
  for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); ++k) {
    Rig* const r = two_decks_playing();
    rig_param(r, 0, cases[k].param, cases[k].value, 0, 12000);
    rig_run(r, 20000, 100);
    assert_true(r->master[0][11999] == 1.0f);
    assert_float_equal(r->master[0][12300], cases[k].gain, 1e-5);
    float steepest = 0.0f;
    for (uint32_t i = 12000; i < 12400; ++i) {
      steepest = fmaxf(steepest, fabsf(r->master[0][i] - r->master[0][i - 1]));
    }
    assert_true(steepest <= 1.05f * fabsf((float)cases[k].gain - 1.0f) / 240.0f);
    rig_down(r);
  }
}

// A ramp is linear in the control's own unit.
static void
ramps_are_linear(void** state)
{
  (void)state;
  Rig* const r = two_decks_playing();
  rig_param(r, 0, PARAM_MASTER_GAIN, -24.0f, 24000, 12000);
  rig_run(r, 40000, 333);
  for (uint32_t i = 12000; i < 36000; i += 500) {
    assert_float_equal(20.0 * log10(r->master[0][i]), -24.0 * (i - 12000) / 24000.0, 0.03);
  }
  assert_float_equal(20.0 * log10(r->master[0][37000]), -24.0, 1e-4);
  rig_param(r, 0, PARAM_MASTER_GAIN, 0.0f, 0, AT_NOW);
  rig_param(r, 0, PARAM_FADER, 0.0f, 10000, 50000);
  rig_run(r, 62000, 333);
  for (uint32_t i = 50000; i < 60000; i += 500) {
    assert_float_equal(r->master[0][i], 1.0 - (i - 50000) / 10000.0, 0.002);
  }
  assert_true(r->master[0][60100] == 0.0f);
  rig_down(r);
}

// Pre-fader listening, the cue bus' mix and gain.
static void
cue_bus(void** state)
{
  (void)state;
  Rig* const r = two_decks_playing();
  assert_true(r->cue[0][9999] == 0.0f);
  rig_param(r, 1, PARAM_PFL, 1.0f, 0, AT_NOW); // its fader is down
  rig_run(r, 12000, 256);
  assert_true(r->cue[0][11999] == 1.0f);
  rig_param(r, 1, PARAM_TRIM, -6.0f, 0, AT_NOW);
  rig_param(r, 0, PARAM_CUE_MIX, 0.25f, 0, AT_NOW);
  rig_param(r, 0, PARAM_CUE_GAIN, -20.0f, 0, AT_NOW);
  rig_run(r, 14000, 256);
  assert_float_equal(r->cue[0][13999], 0.1 * (0.75 * 0.50118723 + 0.25 * 1.0), 1e-6);
  assert_true(r->master[0][13999] == 1.0f);
  rig_down(r);
}

// Stems: summed, with gain, mute and solo each, on one playhead.
static void
stems(void** state)
{
  (void)state;
  Rig* const r = rig_up(2, 60000);
  for (uint8_t k = 0; k < 3; ++k) {
    rig_track(r, 0, k, fake_track(200000, RATE, signal_ramp), AT_NOW);
  }
  rig_simple(r, COMMAND_PLAY, 0, 5000);
  rig_run(r, 10000, 256);
  assert_true(r->master[0][9999] == 3.0f * signal_ramp(4999, 0));
  static const struct {
    Param   param;
    uint8_t stem;
    float   value;
    double  sum;
  } steps[] = {{PARAM_STEM_GAIN, 0, -6.0206f, 2.5}, {PARAM_STEM_MUTE, 1, 1, 1.5}, {PARAM_STEM_SOLO, 1, 1, 0.0},
               {PARAM_STEM_SOLO, 0, 1, 0.5},        {PARAM_STEM_MUTE, 1, 0, 1.5}, {PARAM_STEM_SOLO, 1, 0, 0.5},
               {PARAM_STEM_SOLO, 0, 0, 2.5}};
  for (size_t k = 0; k < sizeof(steps) / sizeof(steps[0]); ++k) {
    const Command c = {
      .at = AT_NOW, .kind = COMMAND_PARAM, .param = {steps[k].param, steps[k].stem, steps[k].value, 0}};
    rig_send(r, &c);
    rig_run(r, r->done + 2000, 256);
    const uint32_t at = r->done - 1;
    assert_float_equal(r->master[0][at] / signal_ramp(at - 5000, 0), steps[k].sum, 1e-4);
  }
  // One joins while it plays, one leaves
  rig_track(r, 0, 5, fake_track(200000, RATE, signal_ramp), AT_NOW);
  rig_run(r, r->done + 2000, 256);
  assert_float_equal(r->master[0][r->done - 1] / signal_ramp(r->done - 5001, 0), 3.5, 1e-4);
  rig_track(r, 0, 1, NULL, AT_NOW);
  rig_run(r, r->done + 2000, 256);
  assert_float_equal(r->master[0][r->done - 1] / signal_ramp(r->done - 5001, 0), 2.5, 1e-4);
  assert_int_equal(rig_count(r, NOTICE_TRACK_RETIRED), 1);
  assert_int_equal(atomic_load(&engine_levels(r->engine)->deck[0].state), DECK_PLAYING);
  rig_down(r);
}

// What is recorded is the master, from the frame set to the frame set.
static void
records_the_master(void** state)
{
  (void)state;
  Rig* const r = rig_up(2, 60000);
  rig_track(r, 0, 0, fake_track(200000, RATE, signal_ramp), AT_NOW);
  rig_simple(r, COMMAND_PLAY, 0, 5000);
  rig_toggle(r, COMMAND_RECORD, 0, true, 12345);
  rig_toggle(r, COMMAND_RECORD, 0, false, 20001);
  rig_run(r, 30000, 333);
  Ring* const ring = engine_record_ring(r->engine);
  assert_int_equal(ring_count(ring), 20001 - 12345);
  float frame[2];
  for (uint32_t i = 12345; ring_read(ring, frame); ++i) {
    assert_true(frame[0] == r->master[0][i] && frame[1] == r->master[1][i]);
  }
  rig_down(r);
}

// Peaks are held until they are taken; levels of a deck are before its fader.
static void
peaks(void** state)
{
  (void)state;
  Rig* const    r = two_decks_playing();
  Levels* const l = engine_levels(r->engine);
  levels_take_peak(&l->master.peak[0]);
  levels_take_peak(&l->deck[1].meter.peak[0]);
  rig_param(r, 0, PARAM_FADER, 0.5f, 0, AT_NOW);
  rig_run(r, 11000, 256);
  levels_take_peak(&l->master.peak[0]);
  rig_run(r, 12000, 256);
  assert_float_equal(levels_take_peak(&l->master.peak[0]), 0.5, 1e-6);
  assert_float_equal(levels_take_peak(&l->deck[1].meter.peak[0]), 1.0, 0.0);
  assert_float_equal(levels_take_peak(&l->deck[1].meter.peak[0]), 0.0, 0.0);
  rig_down(r);
}

// A plugin that gives nonsense silences its deck, not the mix.
RT static void
nonsense(void* const self, float* const in[2], float* const out[2], const uint32_t n)
{
  (void)self;
  (void)in;
  for (uint32_t i = 0; i < n; ++i) {
    out[0][i] = NAN;
    out[1][i] = INFINITY;
  }
}

static void
nonsense_stays_out(void** state)
{
  (void)state;
  Rig* const    r = two_decks_playing();
  Plugin* const p = fake_plugin(0);
  p->run          = nonsense;
  rig_param(r, 1, PARAM_FADER, 1.0f, 0, AT_NOW);
  rig_plugin(r, 1, SLOT_INSERT, p);
  rig_run(r, 20000, 256);
  for (uint32_t i = 0; i < 20000; ++i) {
    assert_true(isfinite(r->master[0][i]) && isfinite(r->master[1][i]));
  }
  assert_true(r->master[0][19999] == 1.0f);
  rig_down(r);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(crossfader_curves),
    cmocka_unit_test(gains_glide),
    cmocka_unit_test(ramps_are_linear),
    cmocka_unit_test(cue_bus),
    cmocka_unit_test(stems),
    cmocka_unit_test(records_the_master),
    cmocka_unit_test(peaks),
    cmocka_unit_test(nonsense_stays_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
