// SPDX-License-Identifier: GPL-3.0-or-later

// What every plugin of ours must pass, through lilv, stereo and mono.

#include "eq/eq.h"
#include "pitch/pitch_ports.h"
#include "support/lv2_stage.h"
#include "support/signal.h"

enum { N = 48000, RATE = 48000, LONG = 8192 };

static float  in_left[N], in_right[N], out_left[N], out_right[N], other_left[N], other_right[N];
static float* in[2]    = {in_left, in_right};
static float* out[2]   = {out_left, out_right};
static float* other[2] = {other_left, other_right};

static const char* const uris[] = {EQ_URI, EQ_MONO_URI, PITCH_URI, PITCH_MONO_URI};

enum { URIS = sizeof(uris) / sizeof(*uris) };

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

// Settings are for the mono variant too.
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

#define FOR_EACH_SETTING(u, k)                                                                                         \
  for (int u = 0; u < URIS; ++u)                                                                                       \
    for (size_t k = 0; k < SETTINGS && stage_has(uris[u]); ++k)                                                        \
      if (suits(&settings[k], uris[u]))

// ---- ports --------------------------------------------------------------------------------------------------------

typedef struct {
  const char* symbol;
  float       min, max, def;
  bool        output;
} PortSaid;

// The contract; the positions are the header's.
static const PortSaid pitch_said[PITCH_PORTS] = {
  [PITCH_ENABLED]       = {"enabled", 0, 1, 1, false},
  [PITCH_SEMITONES]     = {"semitones", -12, 12, 0, false},
  [PITCH_CENTS]         = {"cents", -100, 100, 0, false},
  [PITCH_ENGINE]        = {"engine", 0, 2, 0, false},
  [PITCH_THRESHOLD]     = {"threshold", 0, 12, 3, false},
  [PITCH_QUALITY]       = {"quality", 0, 1, 0, false},
  [PITCH_FORMANT]       = {"formant", 0, 1, 0, false},
  [PITCH_LATENCY_MODE]  = {"latency_mode", 0, 1, 0, false},
  [PITCH_ACTIVE_ENGINE] = {"active_engine", 1, 2, NAN, true},
  [PITCH_LATENCY]       = {"latency", 0, NAN, NAN, true},
};

static const PortSaid eq_said[] = {
  {"enabled", 0, 1, 1, false},          {"mode", 0, 1, 0, false},        {"low", -40, 12, 0, false},
  {"mid", -40, 12, 0, false},           {"high", -40, 12, 0, false},     {"kill_low", 0, 1, 0, false},
  {"kill_mid", 0, 1, 0, false},         {"kill_high", 0, 1, 0, false},   {"low_freq", 40, 1000, 200, false},
  {"mid_freq", 200, 8000, 1000, false}, {"mid_q", 0.3f, 4, 0.7f, false}, {"high_freq", 1000, 16000, 4000, false},
  {"gain", -24, 12, 0, false},
};

static void
test_ports_are_what_header_and_contract_say(void** const state)
{
  for (int u = 0; u < URIS; ++u) {
    if (!stage_has(uris[u])) {
      continue;
    }
    Stage s;
    stage_enter(&s, uris[u], RATE);
    const bool            is_eq   = strstr(uris[u], ":eq");
    const PortSaid* const said    = is_eq ? eq_said : pitch_said;
    const uint32_t        n       = is_eq ? EQ_CONTROLS : PITCH_PORTS;
    const bool            is_mono = strstr(uris[u], ":mono");
    const char *const stereo[] = {"in_left", "in_right", "out_left", "out_right"}, *const mono[] = {"in", "out"};
    const uint32_t audio = is_mono ? 2 : 4;
    assert_int_equal(s.ports, audio + n);
    for (uint32_t p = 0; p < audio; ++p) {
      assert_int_equal(stage_port(&s, (is_mono ? mono : stereo)[p]), p);
      assert_false(s.is_control[p]);
      assert_int_equal(s.is_input[p], p < audio / 2);
    }
    for (uint32_t p = 0; p < n; ++p) {
      assert_int_equal(stage_port(&s, said[p].symbol), audio + p);
      assert_true(s.is_control[audio + p] && s.is_input[audio + p] != said[p].output);
      assert_true(isnan(said[p].min) || s.min[audio + p] == said[p].min);
      assert_true(isnan(said[p].max) || s.max[audio + p] == said[p].max);
      assert_true(isnan(said[p].def) || s.def[audio + p] == said[p].def);
      if (is_eq) {
        const EqControlInfo* const info = &eq_control_info[p];
        assert_string_equal(info->symbol, said[p].symbol);
        assert_true(info->min == said[p].min && info->max == said[p].max && info->def == said[p].def);
      }
    }
    stage_leave(&s);
  }
}

static void
test_hosts_are_told_everything(void** const state)
{
  LilvNode* const hard   = lilv_new_uri(stage_world, LV2_CORE__hardRTCapable);
  LilvNode* const shorts = lilv_new_uri(stage_world, LV2_CORE_PREFIX "shortName");
  LilvNode* const note   = lilv_new_uri(stage_world, "http://www.w3.org/2000/01/rdf-schema#comment");
  LilvNode* const unit   = lilv_new_uri(stage_world, "http://lv2plug.in/ns/extensions/units#unit");
  LilvNode* const on_off = lilv_new_uri(stage_world, LV2_CORE__toggled);
  LilvNode* const choice = lilv_new_uri(stage_world, LV2_CORE__enumeration);
  LilvNode* const group  = lilv_new_uri(stage_world, "http://lv2plug.in/ns/ext/port-groups#group");
  for (int u = 0; u < URIS; ++u) {
    if (!stage_has(uris[u])) {
      continue;
    }
    const LilvPlugin* const p        = stage_plugin(uris[u]);
    LilvNodes* const        required = lilv_plugin_get_required_features(p);
    assert_int_equal(lilv_nodes_size(required), 0);
    lilv_nodes_free(required);
    assert_true(lilv_plugin_has_feature(p, hard));
    LilvNode* const author  = lilv_plugin_get_author_name(p);
    LilvNode* const project = lilv_plugin_get_project(p);
    assert_non_null(project);
    assert_non_null(author);
    lilv_node_free(author);
    lilv_node_free(project);
    const LilvNode* const class = lilv_plugin_class_get_uri(lilv_plugin_get_class(p));
    assert_non_null(class);
    for (uint32_t i = 0; i < lilv_plugin_get_num_ports(p); ++i) {
      const LilvPort* const port    = lilv_plugin_get_port_by_index(p, i);
      LilvNodes* const      comment = lilv_port_get_value(p, port, note);
      LilvNodes* const      named   = lilv_port_get_value(p, port, shorts);
      LilvNodes* const      units   = lilv_port_get_value(p, port, unit);
      LilvNodes* const      grouped = lilv_port_get_value(p, port, group);
      const char* const     symbol  = lilv_node_as_string(lilv_port_get_symbol(p, port));
      const bool            audio   = !strncmp(symbol, "in", 2) || !strncmp(symbol, "out", 3);
      if (lilv_nodes_size(comment) < 1) {
        fail_msg("%s %s: no comment", uris[u], symbol);
      }
      if (audio) {
        assert_int_equal(lilv_nodes_size(grouped), 1);
      } else {
        if (lilv_nodes_size(named) != 1 || strlen(lilv_node_as_string(lilv_nodes_get_first(named))) > 16) {
          fail_msg("%s %s: no short name of at most 16 characters", uris[u], symbol);
        }
        if (lilv_nodes_size(units) != 1 && !lilv_port_has_property(p, port, on_off) &&
            !lilv_port_has_property(p, port, choice)) {
          fail_msg("%s %s: no unit", uris[u], symbol);
        }
      }
      lilv_nodes_free(comment);
      lilv_nodes_free(named);
      lilv_nodes_free(units);
      lilv_nodes_free(grouped);
    }
  }
  lilv_node_free(hard);
  lilv_node_free(shorts);
  lilv_node_free(note);
  lilv_node_free(unit);
  lilv_node_free(on_off);
  lilv_node_free(choice);
  lilv_node_free(group);
}

// ---- presets ------------------------------------------------------------------------------------------------------

typedef struct {
  const Stage* stage;
  uint32_t     values;
  const char*  label;
} PresetCheck;

static void
check_preset_value(const char* const symbol,
                   void* const       user,
                   const void* const value,
                   const uint32_t    size,
                   const uint32_t    type)
{
  PresetCheck* const c    = user;
  const int          port = stage_port(c->stage, symbol);
  float              v;
  assert_int_equal(size, sizeof(v));
  memcpy(&v, value, sizeof(v));
  if (port < 0 || !c->stage->is_input[port] || !(v >= c->stage->min[port] && v <= c->stage->max[port])) {
    fail_msg("preset %s: %s = %g", c->label, symbol, (double)v);
  }
  assert_string_not_equal(symbol, "enabled");
  ++c->values;
}

static LV2_URID
map_uri(const LV2_URID_Map_Handle handle, const char* const uri)
{
  static const char* known[64];
  LV2_URID           i = 0;
  while (i < 63 && known[i] && strcmp(known[i], uri)) {
    ++i;
  }
  known[i] = known[i] ? known[i] : strdup(uri);
  return i + 1;
}

static void
test_presets_set_every_control(void** const state)
{
  LV2_URID_Map    map    = {NULL, map_uri};
  LilvNode* const preset = lilv_new_uri(stage_world, "http://lv2plug.in/ns/ext/presets#Preset");
  for (int u = 0; u < URIS; ++u) {
    if (!stage_has(uris[u])) {
      continue;
    }
    Stage s;
    stage_enter(&s, uris[u], RATE);
    uint32_t inputs = 0;
    for (uint32_t p = 0; p < s.ports; ++p) {
      inputs += s.is_control[p] && s.is_input[p];
    }
    LilvNodes* const presets = lilv_plugin_get_related(s.plugin, preset);
    uint32_t         flat    = 0;
    assert_true(lilv_nodes_size(presets) >= 2);
    LILV_FOREACH(nodes, i, presets)
    {
      const LilvNode* const node = lilv_nodes_get(presets, i);
      lilv_world_load_resource(stage_world, node);
      LilvState* const loaded = lilv_state_new_from_world(stage_world, &map, node);
      assert_non_null(loaded);
      assert_non_null(lilv_state_get_label(loaded));
      PresetCheck c = {.stage = &s, .label = lilv_state_get_label(loaded)};
      flat += !strcmp(c.label, "Flat");
      lilv_state_emit_port_values(loaded, check_preset_value, &c);
      assert_int_equal(c.values, inputs - 1); // all but enabled
      lilv_state_free(loaded);
    }
    if (strstr(uris[u], ":eq")) {
      assert_int_equal(lilv_nodes_size(presets), 11);
      assert_int_equal(flat, 1);
    }
    lilv_nodes_free(presets);
    stage_leave(&s);
  }
  lilv_node_free(preset);
}

// ---- sound --------------------------------------------------------------------------------------------------------

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
  FOR_EACH_SETTING(u, k)
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

static void
test_mono_is_one_channel_of_stereo(void** const state)
{
  FOR_EACH_SETTING(u, k)
  {
    if (strstr(uris[u], ":mono")) {
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

// ---- files --------------------------------------------------------------------------------------------------------

// Output of a command, in a buffer that the next call reuses; NULL: there is no such program.
static const char*
output_of(const char* const command)
{
  static char text[65536];
  FILE* const pipe = popen(command, "r");
  assert_non_null(pipe);
  const size_t n   = fread(text, 1, sizeof(text) - 1, pipe);
  text[n]          = '\0';
  const int status = pclose(pipe);
  return status == 127 * 256 ? NULL : text;
}

static void
test_bundles_are_valid(void** const state)
{
  static const char* const bundles[] = {"eq", "pitch"};
  for (int b = 0; b < 2; ++b) {
    char              command[8192];
    const char* const uri = b ? PITCH_URI : EQ_URI;
    if (!stage_has(uri)) {
      continue;
    }
    snprintf(command, sizeof(command), "lv2_validate '%s/%s.lv2/'*.ttl 2>&1", stage_dir(), bundles[b]);
    const char* text = output_of(command);
    if (!text) {
      print_message("# skipped: no lv2_validate\n");
    } else if (!strstr(text, "Found 0 errors")) {
      fail_msg("%s", text);
    }
    snprintf(command, sizeof(command), "nm -D --defined-only '%s/%s.lv2/%s.so' 2>&1", stage_dir(), bundles[b],
             bundles[b]);
    text = output_of(command);
    if (!text) {
      print_message("# skipped: no nm\n");
    } else if (!strstr(text, " T lv2_descriptor") || strchr(text, '\n') != strrchr(text, '\n')) {
      fail_msg("exports more than lv2_descriptor:\n%s", text);
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_ports_are_what_header_and_contract_say),
    cmocka_unit_test(test_hosts_are_told_everything),
    cmocka_unit_test(test_presets_set_every_control),
    cmocka_unit_test(test_blocks_do_not_matter),
    cmocka_unit_test(test_blocks_of_0_frames),
    cmocka_unit_test(test_in_place),
    cmocka_unit_test(test_activate_resets),
    cmocka_unit_test(test_silence),
    cmocka_unit_test(test_no_numbers_leave_nothing_behind),
    cmocka_unit_test(test_every_control_at_its_limits),
    cmocka_unit_test(test_latency_is_what_is_reported),
    cmocka_unit_test(test_mono_is_one_channel_of_stereo),
    cmocka_unit_test(test_eq_plugin_is_the_eq),
    cmocka_unit_test(test_bundles_are_valid),
  };
  return cmocka_run_group_tests(tests, stage_open, stage_close);
}
