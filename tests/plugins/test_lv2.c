// SPDX-License-Identifier: GPL-3.0-or-later

// What every plugin of ours must pass, through lilv, in every variant: its sound.

#include "eq/eq.h"
#include "pitch/pitch_ports.h"
#include "support/lv2_stage.h"
#include "support/signal.h"

enum { N = 48000, RATE = 48000, LONG = 8192 };

static float  in_left[N], in_right[N], out_left[N], out_right[N], other_left[N], other_right[N];
static float* in[2]    = {in_left, in_right};
static float* out[2]   = {out_left, out_right};
static float* other[2] = {other_left, other_right};

// Plain is the same under another name: its pitch shifter, which takes long, need not go through everything.
static const char* const uris[] = {EQ_URI, EQ_MONO_URI, EQ_PLAIN_URI, PITCH_URI, PITCH_MONO_URI, PITCH_PLAIN_URI};

enum { ALL_URIS = sizeof(uris) / sizeof(*uris), URIS = ALL_URIS - 1 };

// Settings under which each plugin is tried.
typedef struct {
  const char* uri;
  struct {
    const char* symbol;
    float       value;
  } set[5];
  double cut_error; ///< peak difference that cutting the signal differently may make
} Setting;

static const Setting settings[] = {
  {EQ_URI, {{0}}, 0},
  {EQ_URI, {{"low", -12}, {"mid", 6}, {"high", 3}, {"gain", -3}}, 0},
  {EQ_URI, {{"mode", 1}, {"kill_low", 1}, {"high", 6}, {"high_freq", 2000}}, 0},
  {EQ_URI, {{"enabled", 0}, {"low", -12}}, 0},
  {PITCH_URI, {{0}}, 0},
  {PITCH_URI, {{"semitones", 2}, {"cents", 30}}, 0},
  {PITCH_URI, {{"semitones", -3}, {"latency_mode", 1}}, 0},
  {PITCH_URI, {{"semitones", 7}}, 5e-5}, // Rubber Band: -80 dB of the signal's 0.5
  {PITCH_URI, {{"enabled", 0}, {"semitones", 5}}, 0},
};

enum { SETTINGS = sizeof(settings) / sizeof(*settings) };

// Settings are for the variants too.
static bool
suits(const Setting* const s, const char* const uri)
{
  return !strncmp(uri, s->uri, strlen(s->uri));
}

static void
enter(Stage* const s, const char* const uri, const Setting* const setting)
{
  stage_enter(s, uri, RATE);
  for (int k = 0; setting && k < 5 && setting->set[k].symbol; ++k) {
    stage_set(s, setting->set[k].symbol, setting->set[k].value);
  }
}

// A drum-like signal: noise that falls off, again and again, over a tone; some of everything.
static void
music(void)
{
  signal_noise(in[0], N, 1);
  signal_noise(in[1], N, 2);
  for (int i = 0; i < N; ++i) {
    const float fall = expf(-(float)(i % 12000) / 1500.0f);
    in[0][i]         = in[0][i] * fall + 0.2f * sinf(0.05f * (float)i);
    in[1][i]         = in[1][i] * fall + 0.2f * sinf(0.05f * (float)i);
  }
}

static void
assert_close(const char* const  what,
             const Stage* const s,
             const char* const  uri,
             const size_t       setting,
             const double       error)
{
  for (uint32_t c = 0; c < s->channels; ++c) {
    const double d = signal_difference(out[c], other[c], N);
    if (!(d <= error)) {
      uint32_t i = 0;
      while (i < N && fabs((double)out[c][i] - (double)other[c][i]) <= error) {
        ++i;
      }
      fail_msg("%s: %s, setting %zu: differs by %g, first at frame %u", what, uri, setting, d, i);
    }
  }
}

#define FOR_EACH_SETTING(u, k) FOR_EACH_SETTING_OF(u, k, URIS)
#define FOR_EACH_SETTING_OF(u, k, n)                                                                                   \
  for (int u = 0; u < (n); ++u)                                                                                        \
    for (size_t k = 0; k < SETTINGS && stage_has(uris[u]); ++k)                                                        \
      if (suits(&settings[k], uris[u]))

static void
test_blocks_do_not_matter(void** const state)
{
  static const uint32_t blocks[] = {1, 63, 64, 4096};
  music();
  FOR_EACH_SETTING(u, k)
  {
    for (int b = 0; b < 4; ++b) {
      Stage s;
      enter(&s, uris[u], &settings[k]);
      stage_run_blocks(&s, in, out, N, LONG);
      stage_leave(&s);
      enter(&s, uris[u], &settings[k]);
      stage_run_blocks(&s, in, other, N, blocks[b]);
      assert_close("blocks", &s, uris[u], k, settings[k].cut_error);
      stage_leave(&s);
    }
  }
}

static void
test_blocks_of_0_frames(void** const state)
{
  music();
  FOR_EACH_SETTING(u, k)
  {
    Stage s;
    enter(&s, uris[u], &settings[k]);
    stage_run_blocks(&s, in, out, N, 256);
    stage_leave(&s);
    enter(&s, uris[u], &settings[k]);
    float* const none[2] = {NULL, NULL};
    stage_run(&s, none, none, 0);
    for (uint32_t i = 0; i < N; i += 256) {
      float *const from[2] = {in[0] + i, in[1] + i}, *const to[2] = {other[0] + i, other[1] + i};
      stage_run(&s, from, to, N - i < 256 ? N - i : 256);
      stage_run(&s, none, none, 0);
    }
    assert_close("empty blocks", &s, uris[u], k, 0);
    stage_leave(&s);
  }
}

static void
test_in_place(void** const state)
{
  music();
  FOR_EACH_SETTING(u, k)
  {
    Stage s;
    enter(&s, uris[u], &settings[k]);
    stage_run_blocks(&s, in, out, N, 256);
    stage_leave(&s);
    for (int crossed = 0; crossed < 2; ++crossed) {
      float *over[2] = {other[0], other[1]}, *to[2] = {other[crossed], other[!crossed]};
      enter(&s, uris[u], &settings[k]);
      memcpy(over[0], in[0], sizeof(in_left));
      memcpy(over[1], in[1], sizeof(in_left));
      if (s.channels == 1) {
        to[0] = over[0];
      }
      stage_run_blocks(&s, over, to, N, 256);
      for (uint32_t c = 0; c < s.channels; ++c) {
        if (signal_difference(out[c], to[c], N) > 0) {
          fail_msg("in place%s: %s, setting %zu", crossed ? ", crossed" : "", uris[u], k);
        }
      }
      stage_leave(&s);
    }
  }
}

static void
test_activate_resets(void** const state)
{
  music();
  FOR_EACH_SETTING(u, k)
  {
    Stage s;
    enter(&s, uris[u], &settings[k]);
    stage_run_blocks(&s, in, out, N, 256);
    stage_run_blocks(&s, in, other, 1000, 77);
    lilv_instance_deactivate(s.instance);
    lilv_instance_activate(s.instance);
    stage_run_blocks(&s, in, other, N, 256);
    assert_close("activate", &s, uris[u], k, settings[k].cut_error);
    stage_leave(&s);
  }
}

// Silence stays silence; and after sound it comes back to silence without ever a denormal.
static void
test_silence(void** const state)
{
  FOR_EACH_SETTING(u, k)
  {
    Stage s;
    enter(&s, uris[u], &settings[k]);
    memset(in_left, 0, sizeof(in_left));
    memset(in_right, 0, sizeof(in_right));
    stage_run_blocks(&s, in, out, N, 256);
    for (uint32_t c = 0; c < s.channels; ++c) {
      assert_true(signal_peak(out[c], N) == 0.0);
    }
    music();
    stage_run_blocks(&s, in, out, N, 256);
    memset(in_left, 0, sizeof(in_left));
    memset(in_right, 0, sizeof(in_right));
    for (int second = 0; second < 4; ++second) {
      stage_run_blocks(&s, in, out, N, 256);
      for (uint32_t c = 0; c < s.channels; ++c) {
        const uint32_t odd = signal_first_odd(out[c], N);
        if (odd < N) {
          fail_msg("%s, setting %zu: %g at frame %u after %d s", uris[u], k, (double)out[c][odd], odd, second);
        }
      }
    }
    for (uint32_t c = 0; c < s.channels; ++c) {
      assert_true(signal_peak(out[c], N) < 1e-10);
    }
    stage_leave(&s);
  }
}

// From the block after one with no numbers in it, all is finite, and the music comes back.
static void
test_no_numbers_leave_nothing_behind(void** const state)
{
  static const float odd[] = {NAN, INFINITY, -INFINITY};
  FOR_EACH_SETTING_OF(u, k, ALL_URIS)
  {
    for (int o = 0; o < 3; ++o) {
      Stage s;
      music();
      enter(&s, uris[u], &settings[k]);
      stage_run_blocks(&s, in, out, 4096, 256);
      for (int i = 0; i < 256; i += 1 + o * 100) {
        in[0][i + 4096] = in[1][i + 4096] = odd[o];
      }
      float *const from[2] = {in[0] + 4096, in[1] + 4096}, *const to[2] = {out[0] + 4096, out[1] + 4096};
      stage_run(&s, from, to, 256);
      float *const on[2] = {in[0] + 4352, in[1] + 4352}, *const after[2] = {out[0] + 4352, out[1] + 4352};
      stage_run_blocks(&s, on, after, N - 4352, 256);
      for (uint32_t c = 0; c < s.channels; ++c) {
        if (signal_first_odd(after[c], N - 4352) != N - 4352) {
          fail_msg("%s, setting %zu: %g at frame %u after the block", uris[u], k,
                   (double)after[c][signal_first_odd(after[c], N - 4352)], signal_first_odd(after[c], N - 4352));
        }
        assert_true(signal_peak(after[c], N - 4352) < 4.0);
        assert_true(signal_peak(after[c] + N / 2, N / 4) > 0.01);
      }
      stage_leave(&s);
    }
  }
}

// Every control at its lowest, highest and default, and values that are none: what comes out is sound.
static void
test_every_control_at_its_limits(void** const state)
{
  music();
  for (int u = 0; u < URIS; ++u) {
    if (!stage_has(uris[u])) {
      continue;
    }
    Stage s;
    stage_enter(&s, uris[u], RATE);
    for (uint32_t p = 0; p < s.ports; ++p) {
      const float values[] = {s.min[p], s.max[p], s.def[p], NAN, INFINITY, -INFINITY, s.def[p]};
      for (int v = 0; v < 7 && s.is_control[p] && s.is_input[p]; ++v) {
        s.value[p] = values[v];
        stage_run_blocks(&s, in, out, 12000, 256);
        for (uint32_t c = 0; c < s.channels; ++c) {
          if (signal_first_odd(out[c], 12000) < 12000 || !(signal_peak(out[c], 12000) < 8.0)) {
            fail_msg("%s port %u at %g: peak %g", uris[u], p, (double)values[v], signal_peak(out[c], 12000));
          }
        }
      }
    }
    stage_leave(&s);
  }
}

// By default both pass their input, delayed by what they report, bit for bit.
static void
test_latency_is_what_is_reported(void** const state)
{
  static const double   rates[]  = {44100, 48000, 96000};
  static const uint32_t blocks[] = {64, 1000};
  music();
  for (int u = 0; u < URIS; ++u) {
    for (int r = 0; r < 6 && stage_has(uris[u]); ++r) {
      for (int lowest = 0; lowest < (strstr(uris[u], "pitch") ? 2 : 1); ++lowest) {
        Stage s;
        stage_enter(&s, uris[u], rates[r / 2]);
        const int port = stage_port(&s, "latency");
        assert_int_equal(port >= 0, strstr(uris[u], "pitch") != NULL);
        assert_int_equal(lilv_plugin_has_latency(s.plugin), port >= 0);
        if (lowest) {
          stage_set(&s, "latency_mode", 1);
        }
        stage_run(&s, (float*[]){NULL, NULL}, (float*[]){NULL, NULL}, 0);
        const float latency = port >= 0 ? s.value[port] : 0.0f;
        stage_run_blocks(&s, in, out, N, blocks[r % 2]);
        assert_true(port < 0 || (s.value[port] == latency && latency <= s.max[port]));
        assert_true(latency >= 0 && latency < N / 4 && latency == floorf(latency));
        const uint32_t delay = (uint32_t)latency;
        for (uint32_t c = 0; c < s.channels; ++c) {
          if (memcmp(out[c] + N / 2, in[c] + N / 2 - delay, N / 2 * sizeof(float))) {
            fail_msg("%s at %g: not the input %u frames later", uris[u], rates[r / 2], delay);
          }
        }
        stage_leave(&s);
      }
    }
  }
}

// A host may size its delay lines by the largest latency that is said.
static void
test_latency_is_bounded(void** const state)
{
  static const double rates[] = {8000, 44100, 96000, 192000};
  for (int k = 0; k < 4 * 4 * URIS; ++k) {
    const char* const uri = uris[k / 16];
    if (!strstr(uri, "pitch") || !stage_has(uri)) {
      continue;
    }
    Stage s;
    stage_enter(&s, uri, rates[k / 4 % 4]);
    stage_set(&s, "quality", (float)(k % 2));
    stage_set(&s, "latency_mode", (float)(k / 2 % 2));
    stage_run(&s, (float*[]){NULL, NULL}, (float*[]){NULL, NULL}, 0);
    const int port = stage_port(&s, "latency");
    if (!(s.value[port] >= 0 && s.value[port] <= s.max[port])) {
      fail_msg("%s at %g Hz: latency %g, said to be at most %g", uri, rates[k / 4 % 4], (double)s.value[port],
               (double)s.max[port]);
    }
    stage_leave(&s);
  }
}

static void
test_mono_is_one_channel_of_stereo(void** const state)
{
  FOR_EACH_SETTING(u, k)
  {
    if (strstr(uris[u], ":mono") || strstr(uris[u], ":plain")) {
      continue;
    }
    music();
    memcpy(in_right, in_left, sizeof(in_left));
    Stage s;
    enter(&s, uris[u], &settings[k]);
    stage_run_blocks(&s, in, out, N, 256);
    stage_leave(&s);
    enter(&s, uris[u + 1], &settings[k]);
    stage_run_blocks(&s, in, other, N, 256);
    assert_close("mono", &s, uris[u + 1], k, settings[k].cut_error);
    stage_leave(&s);
    assert_true(signal_difference(out[0], out[1], N) <= settings[k].cut_error);
  }
}

// Each control in turn away from its default: the wrapper hands it on as what it is.
static void
test_eq_plugin_is_the_eq(void** const state)
{
  music();
  for (int c = 0; c < 2 * EQ_CONTROLS; ++c) {
    float     controls[EQ_CONTROLS];
    Stage     s;
    Eq* const eq = eq_new(RATE);
    stage_enter(&s, EQ_URI, RATE);
    for (int k = 0; k < EQ_CONTROLS; ++k) {
      controls[k] = eq_control_info[k].def;
    }
    controls[EQ_LOW] = controls[EQ_MID] = controls[EQ_HIGH] = 3.0f;
    controls[EQ_MODE]                                       = c < EQ_CONTROLS ? EQ_TONE : EQ_ISOLATOR;
    const EqControlInfo* const info                         = &eq_control_info[c % EQ_CONTROLS];
    controls[c % EQ_CONTROLS]                               = info->def == info->min ? info->max : info->min;
    for (int k = 0; k < EQ_CONTROLS; ++k) {
      stage_set(&s, eq_control_info[k].symbol, controls[k]);
    }
    stage_run_blocks(&s, in, out, N, 256);
    eq_run_rt(eq, controls, (const float* const*)in, other, N);
    assert_close("core", &s, EQ_URI, (size_t)c, 0);
    stage_leave(&s);
    eq_free(eq);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_blocks_do_not_matter),
    cmocka_unit_test(test_blocks_of_0_frames),
    cmocka_unit_test(test_in_place),
    cmocka_unit_test(test_activate_resets),
    cmocka_unit_test(test_silence),
    cmocka_unit_test(test_no_numbers_leave_nothing_behind),
    cmocka_unit_test(test_every_control_at_its_limits),
    cmocka_unit_test(test_latency_is_what_is_reported),
    cmocka_unit_test(test_latency_is_bounded),
    cmocka_unit_test(test_mono_is_one_channel_of_stereo),
    cmocka_unit_test(test_eq_plugin_is_the_eq),
  };
  return cmocka_run_group_tests(tests, stage_open, stage_close);
}
