// SPDX-License-Identifier: GPL-3.0-or-later

// The ports and presets of every bundle of ours, against the headers and the contract; and the files, to lv2_validate.

#include "eq/eq.h"
#include "pitch/pitch_ports.h"
#include "support/lv2_stage.h"

enum { RATE = 48000 };

static const char* const uris[] = {EQ_URI, EQ_MONO_URI, EQ_PLAIN_URI, PITCH_URI, PITCH_MONO_URI, PITCH_PLAIN_URI};

enum { URIS = sizeof(uris) / sizeof(*uris) };

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

// What is said of a preset or a bank, in a text that the next call reuses; "": nothing, or several things.
static const char*
said_of(const char* const uri, const char* const predicate)
{
  static char     text[256];
  LilvNode *const self = lilv_new_uri(stage_world, uri), *const what = lilv_new_uri(stage_world, predicate);
  LilvNodes* const found = lilv_world_find_nodes(stage_world, self, what, NULL);
  const bool       one   = lilv_nodes_size(found) == 1;
  snprintf(text, sizeof(text), "%s", one ? lilv_node_as_string(lilv_nodes_get_first(found)) : "");
  lilv_nodes_free(found);
  lilv_node_free(what);
  lilv_node_free(self);
  return text;
}

// A host that shows presets by banks finds the bank, by the manifests alone.
static void
test_presets_are_in_a_bank(void** const state)
{
  LilvNode* const type = lilv_new_uri(stage_world, "http://lv2plug.in/ns/ext/presets#Preset");
  for (int u = 0; u < URIS; ++u) {
    if (!stage_has(uris[u])) {
      continue;
    }
    LilvNodes* const presets = lilv_plugin_get_related(stage_plugin(uris[u]), type);
    assert_int_equal(lilv_nodes_size(presets), strstr(uris[u], ":eq") ? 11 : 14); // the same of every variant
    LILV_FOREACH(nodes, i, presets)
    {
      const char* const preset = lilv_node_as_uri(lilv_nodes_get(presets, i));
      char              bank[256];
      snprintf(bank, sizeof(bank), "%s", said_of(preset, "http://lv2plug.in/ns/ext/presets#bank"));
      if (!*said_of(preset, "http://www.w3.org/2000/01/rdf-schema#label") || !*bank ||
          !*said_of(bank, "http://www.w3.org/2000/01/rdf-schema#label") ||
          strcmp(said_of(bank, "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),
                 "http://lv2plug.in/ns/ext/presets#Bank")) {
        fail_msg("%s: no label, or no bank with a label", preset);
      }
    }
    lilv_nodes_free(presets);
  }
  lilv_node_free(type);
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
      assert_int_equal(flat, 1);
    }
    lilv_nodes_free(presets);
    stage_leave(&s);
  }
  lilv_node_free(preset);
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
#ifdef DECKHOST_SANITIZED
    continue; // a sanitizer exports some more
#endif
    snprintf(command, sizeof(command), "nm -D --defined-only '%s/%s.lv2/%s.so' 2>&1", stage_dir(), bundles[b],
             bundles[b]);
    text = output_of(command);
    if (!text) {
      print_message("# skipped: no nm\n");
    } else if (!strstr(text, " T lv2_descriptor") || strchr(text, '\n') != strrchr(text, '\n')) {
      fail_msg("exports more than lv2_descriptor:\n%s", text);
    }
    snprintf(command, sizeof(command), "nm -D --undefined-only '%s/eq.lv2/eq.so' 2>&1", stage_dir());
    text = output_of(command);
    if (text && (strstr(text, "pthread") || strstr(text, "sem_"))) {
      fail_msg("the equaliser needs threads:\n%s", text);
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_ports_are_what_header_and_contract_say),
    cmocka_unit_test(test_presets_are_in_a_bank), // first, before what they are is read
    cmocka_unit_test(test_presets_set_every_control),
    cmocka_unit_test(test_bundles_are_valid),
  };
  return cmocka_run_group_tests(tests, stage_open, stage_close);
}
