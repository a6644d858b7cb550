// SPDX-License-Identifier: GPL-3.0-or-later

// What our bundles tell hosts about their plugins: all that hosts make something of, and that a validator doesn't miss.

#include "eq/eq_ports.h"
#include "pitch/pitch_ports.h"
#include "support/lv2_stage.h"

#define RDFS "http://www.w3.org/2000/01/rdf-schema#"
#define RDF "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
#define DOAP "http://usefulinc.com/ns/doap#"
#define FOAF "http://xmlns.com/foaf/0.1/"
#define UNITS "http://lv2plug.in/ns/extensions/units#"
#define PPROPS "http://lv2plug.in/ns/ext/port-props#"
#define GROUPS "http://lv2plug.in/ns/ext/port-groups#"
#define WORKER "http://lv2plug.in/ns/ext/worker#interface"
#define LV2 LV2_CORE_PREFIX

// ---- what is expected ---------------------------------------------------------------------------------------------

typedef struct {
  const char* uri;
  const char* class;
  const char* extension; ///< that it declares, or NULL
  bool        mono, plain;
} PluginSaid;

static const PluginSaid plugins[] = {
  {EQ_URI, LV2 "MultiEQPlugin", NULL, false, false},        {EQ_MONO_URI, LV2 "MultiEQPlugin", NULL, true, false},
  {EQ_PLAIN_URI, LV2 "MultiEQPlugin", NULL, false, true},   {PITCH_URI, LV2 "PitchPlugin", WORKER, false, false},
  {PITCH_MONO_URI, LV2 "PitchPlugin", WORKER, true, false}, {PITCH_PLAIN_URI, LV2 "PitchPlugin", WORKER, false, true},
};

enum { PLUGINS = sizeof(plugins) / sizeof(*plugins) };

/// A control: its unit and designation, NULL for none; the properties that it has, and no others of these.
enum {
  TOGGLED     = 1,
  ENUMERATION = 2,
  INTEGER     = 4,
  LOGARITHMIC = 8,
  EXPENSIVE   = 16,
  ARTIFACTS   = 32,
  LATENCY     = 64,
  HIDDEN      = 128
};

static const struct {
  int         bit;
  const char* uri;
} properties[] = {
  {TOGGLED, LV2 "toggled"},        {ENUMERATION, LV2 "enumeration"},
  {INTEGER, LV2 "integer"},        {LOGARITHMIC, PPROPS "logarithmic"},
  {EXPENSIVE, PPROPS "expensive"}, {ARTIFACTS, PPROPS "causesArtifacts"},
  {LATENCY, LV2 "reportsLatency"}, {HIDDEN, PPROPS "notOnGUI"},
};

typedef struct {
  const char *of, *symbol, *unit, *designation;
  int         properties;
  bool        grouped;
  const char* points; ///< "label=value|..."; of gains not in the plain variants
} ControlSaid;

#define GAIN "Kill=-40|0 dB=0|+12 dB=12"
#define CHOICE (ENUMERATION | INTEGER)

static const ControlSaid controls[] = {
  {EQ_URI, "enabled", NULL, "enabled", TOGGLED, false, ""},
  {EQ_URI, "mode", NULL, NULL, CHOICE, false, "Tone=0|Isolator=1"},
  {EQ_URI, "low", "db", NULL, 0, true, GAIN},
  {EQ_URI, "mid", "db", NULL, 0, true, GAIN},
  {EQ_URI, "high", "db", NULL, 0, true, GAIN},
  {EQ_URI, "kill_low", NULL, NULL, TOGGLED, true, ""},
  {EQ_URI, "kill_mid", NULL, NULL, TOGGLED, true, ""},
  {EQ_URI, "kill_high", NULL, NULL, TOGGLED, true, ""},
  {EQ_URI, "low_freq", "hz", NULL, LOGARITHMIC, true, ""},
  {EQ_URI, "mid_freq", "hz", NULL, LOGARITHMIC, true, ""},
  {EQ_URI, "mid_q", "coef", NULL, LOGARITHMIC, true, ""},
  {EQ_URI, "high_freq", "hz", NULL, LOGARITHMIC, true, ""},
  {EQ_URI, "gain", "db", NULL, 0, false, "0 dB=0"},
  {PITCH_URI, "enabled", NULL, "enabled", TOGGLED, false, ""},
  {PITCH_URI, "semitones", "semitone12TET", NULL, 0, true, "-1 octave=-12|Fourth down=-5|0=0|Fourth up=5|+1 octave=12"},
  {PITCH_URI, "cents", "cent", NULL, 0, true, ""},
  {PITCH_URI, "engine", NULL, NULL, CHOICE | EXPENSIVE | ARTIFACTS, true, "Auto=0|Resampler=1|Rubber Band=2"},
  {PITCH_URI, "threshold", "semitone12TET", NULL, 0, true, ""},
  {PITCH_URI, "quality", NULL, NULL, CHOICE | EXPENSIVE | ARTIFACTS, true, "Fast=0|Fine=1"},
  {PITCH_URI, "formant", NULL, NULL, TOGGLED | ARTIFACTS, true, ""},
  {PITCH_URI, "latency_mode", NULL, NULL, CHOICE | EXPENSIVE | ARTIFACTS, true, "Constant=0|Lowest=1"},
  {PITCH_URI, "active_engine", NULL, NULL, CHOICE, true, "Resampler=1|Rubber Band=2"},
  {PITCH_URI, "latency", "frame", "latency", INTEGER | LATENCY | HIDDEN, true, ""},
};

enum { CONTROLS = sizeof(controls) / sizeof(*controls) };

// ---- questions ----------------------------------------------------------------------------------------------------

// All that is said of `subject`; the caller frees it.
static LilvNodes*
all_of(const LilvNode* const subject, const char* const predicate)
{
  LilvNode* const  node  = lilv_new_uri(stage_world, predicate);
  LilvNodes* const found = lilv_world_find_nodes(stage_world, subject, node, NULL);
  lilv_node_free(node);
  return found;
}

static LilvNode* kept[64];

// The one thing said of `subject`, NULL if none is or several are; valid for the next 63 questions.
static const LilvNode*
one_of(const LilvNode* const subject, const char* const predicate)
{
  static unsigned  at;
  LilvNodes* const found = all_of(subject, predicate);
  LilvNode** const keep  = &kept[at++ % 64];
  lilv_node_free(*keep);
  *keep = lilv_nodes_size(found) == 1 ? lilv_node_duplicate(lilv_nodes_get_first(found)) : NULL;
  lilv_nodes_free(found);
  return *keep;
}

// Before the world ends.
static int
forget(void** const state)
{
  for (int k = 0; k < 64; ++k) {
    lilv_node_free(kept[k]);
    kept[k] = NULL;
  }
  return 0;
}

static const char*
text_of(const LilvNode* const subject, const char* const predicate)
{
  const LilvNode* const node = one_of(subject, predicate);
  return node ? lilv_node_as_string(node) : "";
}

static bool
says(const LilvNode* const subject, const char* const predicate, const char* const uri)
{
  LilvNode* const  node  = lilv_new_uri(stage_world, uri);
  LilvNodes* const found = all_of(subject, predicate);
  const bool       yes   = lilv_nodes_contains(found, node);
  lilv_nodes_free(found);
  lilv_node_free(node);
  return yes;
}

// The plugin as a subject; all that is said of it read, which lilv does when first asked.
static const LilvNode*
plugin_of(const char* const uri)
{
  const LilvPlugin* const p = stage_plugin(uri);
  return lilv_plugin_get_num_ports(p) ? lilv_plugin_get_uri(p) : NULL;
}

// Something is to be said; `of` what is told if it isn't.
static void
must_say(const char* const of, const LilvNode* const subject, const char* const predicate)
{
  if (!*text_of(subject, predicate)) {
    fail_msg("%s: no %s, or several", of, predicate);
  }
}

static void
must_be_short(const char* const of, const LilvNode* const subject)
{
  must_say(of, subject, LV2 "shortName");
  if (strlen(text_of(subject, LV2 "shortName")) > 16) {
    fail_msg("%s: the short name has over 16 characters", of);
  }
}

static const LilvPort*
port_of(const PluginSaid* const said, const char* const symbol)
{
  LilvNode* const       node = lilv_new_string(stage_world, symbol);
  const LilvPort* const port = lilv_plugin_get_port_by_symbol(stage_plugin(said->uri), node);
  lilv_node_free(node);
  if (!port) {
    fail_msg("%s: no port %s", said->uri, symbol);
  }
  return port;
}

// ---- plugins ------------------------------------------------------------------------------------------------------

static void
test_plugins(void** const state)
{
  for (int k = 0; k < PLUGINS; ++k) {
    const char* const uri = plugins[k].uri;
    if (!stage_has(uri)) {
      continue;
    }
    const LilvPlugin* const p    = stage_plugin(uri);
    const LilvNode* const   self = plugin_of(uri);
    assert_true(says(self, RDF "type", LV2 "Plugin"));
    assert_true(says(self, RDF "type", plugins[k].class));
    must_say(uri, self, DOAP "name");
    must_say(uri, self, RDFS "comment");
    must_be_short(uri, self);
    assert_true(lilv_node_is_uri(one_of(self, DOAP "license")));

    const LilvNode *const minor = one_of(self, LV2 "minorVersion"), *const micro = one_of(self, LV2 "microVersion");
    assert_true(lilv_node_is_int(minor) && lilv_node_as_int(minor) > 0 && lilv_node_as_int(minor) % 2 == 0);
    assert_true(lilv_node_is_int(micro) && lilv_node_as_int(micro) >= 0 && lilv_node_as_int(micro) % 2 == 0);

    LilvNodes* const required = lilv_plugin_get_required_features(p);
    assert_int_equal(lilv_nodes_size(required), 0);
    lilv_nodes_free(required);
    assert_true(says(self, LV2 "optionalFeature", LV2 "hardRTCapable"));
    assert_int_equal(lilv_plugin_has_latency(p), strstr(uri, "pitch") != NULL);
  }
}

static void
check_project(const char* const uri)
{
  const LilvNode* const project = one_of(plugin_of(uri), LV2 "project");
  assert_non_null(project);
  assert_true(says(project, RDF "type", DOAP "Project"));
  must_say(uri, project, DOAP "name");
  must_say(uri, project, DOAP "shortdesc");
  assert_true(lilv_node_is_uri(one_of(project, DOAP "license")));
  const LilvNode* const maintainer = one_of(project, DOAP "maintainer");
  assert_non_null(maintainer);
  must_say(uri, maintainer, FOAF "name");
  assert_true(lilv_node_is_uri(one_of(maintainer, FOAF "homepage")));
  assert_int_equal(strncmp(text_of(maintainer, FOAF "mbox"), "mailto:", 7), 0);
  LilvNode* const author = lilv_plugin_get_author_name(stage_plugin(uri)); // as hosts ask for it
  assert_non_null(author);
  lilv_node_free(author);
}

// With both bundles there, and each on its own.
static void
test_project(void** const state)
{
  LilvWorld* const all = stage_world;
  for (int k = 0; k < PLUGINS; ++k) {
    if (!stage_has(plugins[k].uri)) {
      continue;
    }
    char path[4200];
    check_project(plugins[k].uri);
    forget(state);
    stage_world = lilv_world_new();
    snprintf(path, sizeof(path), "%s/%s.lv2/", stage_dir(), strstr(plugins[k].uri, "eq") ? "eq" : "pitch");
    LilvNode* const bundle = lilv_new_file_uri(stage_world, NULL, path);
    lilv_world_load_bundle(stage_world, bundle);
    check_project(plugins[k].uri);
    lilv_node_free(bundle);
    forget(state);
    lilv_world_free(stage_world);
    stage_world = all;
  }
}

// What is declared is answered, and nothing else is.
static void
test_extensions(void** const state)
{
  static const char* const others[] = {"http://lv2plug.in/ns/ext/state#interface",
                                       "http://lv2plug.in/ns/ext/options#interface", "urn:nothing", ""};
  for (int k = 0; k < PLUGINS; ++k) {
    if (!stage_has(plugins[k].uri)) {
      continue;
    }
    Stage s;
    stage_enter(&s, plugins[k].uri, 48000);
    const LilvNode* const declared = one_of(plugin_of(plugins[k].uri), LV2 "extensionData");
    assert_int_equal(declared != NULL, plugins[k].extension != NULL);
    assert_true(!declared || !strcmp(lilv_node_as_uri(declared), plugins[k].extension));
    assert_int_equal(lilv_instance_get_extension_data(s.instance, WORKER) != NULL, plugins[k].extension != NULL);
    for (int o = 0; o < 4; ++o) {
      assert_null(lilv_instance_get_extension_data(s.instance, others[o]));
    }
    stage_leave(&s);
  }
}

// ---- ports --------------------------------------------------------------------------------------------------------

static void
check_group(const char* const of, const LilvNode* const group, const char* const type)
{
  assert_non_null(group);
  assert_true(says(group, RDF "type", type));
  must_say(of, group, LV2 "symbol");
  must_say(of, group, LV2 "name");
  must_say(of, group, RDFS "label");
}

static void
test_audio_ports(void** const state)
{
  static const struct {
    bool        mono;
    const char *symbol, *group, *direction, *designation;
  } audio[] = {
    {false, "in_left", GROUPS "mainInput", GROUPS "InputGroup", GROUPS "left"},
    {false, "in_right", GROUPS "mainInput", GROUPS "InputGroup", GROUPS "right"},
    {false, "out_left", GROUPS "mainOutput", GROUPS "OutputGroup", GROUPS "left"},
    {false, "out_right", GROUPS "mainOutput", GROUPS "OutputGroup", GROUPS "right"},
    {true, "in", GROUPS "mainInput", GROUPS "InputGroup", GROUPS "center"},
    {true, "out", GROUPS "mainOutput", GROUPS "OutputGroup", GROUPS "center"},
  };
  for (int k = 0; k < 6 * PLUGINS; ++k) {
    const PluginSaid* const said = &plugins[k / 6];
    const int               a    = k % 6;
    if (!stage_has(said->uri) || said->mono != audio[a].mono) {
      continue;
    }
    const LilvNode* const port  = lilv_port_get_node(stage_plugin(said->uri), port_of(said, audio[a].symbol));
    const LilvNode* const group = one_of(plugin_of(said->uri), audio[a].group);
    assert_true(lilv_node_equals(one_of(port, GROUPS "group"), group));
    check_group(said->uri, group, said->mono ? GROUPS "MonoGroup" : GROUPS "StereoGroup");
    assert_true(says(group, RDF "type", audio[a].direction));
    assert_string_equal(text_of(port, LV2 "designation"), audio[a].designation);
    must_say(audio[a].symbol, port, LV2 "name");
    must_say(audio[a].symbol, port, RDFS "comment");
  }
}

// Scale points in the form of a ControlSaid, in the order of their values.
static void
points_of(const LilvPlugin* const p, const LilvPort* const port, char* const text, const size_t room)
{
  LilvScalePoints* const points = lilv_port_get_scale_points(p, port);
  double                 last   = -INFINITY;
  *text                         = '\0';
  for (unsigned done = 0, n = points ? lilv_scale_points_size(points) : 0; done < n; ++done) {
    const LilvScalePoint* next = NULL;
    LILV_FOREACH(scale_points, i, points)
    {
      const LilvScalePoint* const at = lilv_scale_points_get(points, i);
      const double                v  = (double)lilv_node_as_float(lilv_scale_point_get_value(at));
      if (v > last && (!next || v < (double)lilv_node_as_float(lilv_scale_point_get_value(next)))) {
        next = at;
      }
    }
    assert_non_null(next); // else two have one value
    last              = (double)lilv_node_as_float(lilv_scale_point_get_value(next));
    const size_t used = strlen(text);
    snprintf(text + used, room - used, "%s%s=%g", done ? "|" : "",
             lilv_node_as_string(lilv_scale_point_get_label(next)), last);
  }
  lilv_scale_points_free(points);
}

static void
check_control(const PluginSaid* const said, const ControlSaid* const c)
{
  char                    name[128], points[512];
  const LilvPlugin* const p    = stage_plugin(said->uri);
  const LilvPort* const   port = port_of(said, c->symbol);
  const LilvNode* const   node = lilv_port_get_node(p, port);
  snprintf(name, sizeof(name), "%s %s", said->uri, c->symbol);
  must_say(name, node, LV2 "name");
  must_say(name, node, RDFS "comment");
  must_be_short(name, node);

  const char *const unit = text_of(node, UNITS "unit"), *const designation = text_of(node, LV2 "designation");
  if (c->unit ? strncmp(unit, UNITS, strlen(UNITS)) || strcmp(unit + strlen(UNITS), c->unit) : *unit) {
    fail_msg("%s: unit %s", name, unit);
  }
  if (c->designation ? strncmp(designation, LV2, strlen(LV2)) || strcmp(designation + strlen(LV2), c->designation)
                     : *designation) {
    fail_msg("%s: designation %s", name, designation);
  }
  for (size_t k = 0; k < sizeof(properties) / sizeof(*properties); ++k) {
    if (says(node, LV2 "portProperty", properties[k].uri) != !!(c->properties & properties[k].bit)) {
      fail_msg("%s: property %s", name, properties[k].uri);
    }
  }

  // lilv reads no default from a boolean
  static const char* const values[] = {LV2 "minimum", LV2 "maximum", LV2 "default"};
  LilvNode* const          input    = lilv_new_uri(stage_world, LV2 "InputPort");
  for (int v = 0; v < (lilv_port_is_a(p, port, input) ? 3 : 2); ++v) {
    const LilvNode* const value = one_of(node, values[v]);
    if (!value || !(lilv_node_is_int(value) || lilv_node_is_float(value))) {
      fail_msg("%s: %s is no number", name, values[v]);
    }
  }
  lilv_node_free(input);

  points_of(p, port, points, sizeof(points));
  if (strcmp(points, said->plain && !(c->properties & ENUMERATION) ? "" : c->points)) {
    fail_msg("%s: scale points %s", name, points);
  }
  const LilvNode* const group = one_of(node, GROUPS "group");
  if (!group != !(c->grouped && !said->plain)) {
    fail_msg("%s: group %s", name, group ? lilv_node_as_string(group) : "missing");
  }
  if (group) {
    check_group(name, group,
                c->designation || !strcmp(c->symbol, "active_engine") ? GROUPS "OutputGroup" : GROUPS "InputGroup");
  }
}

static void
test_controls(void** const state)
{
  for (int k = 0; k < PLUGINS; ++k) {
    uint32_t n = plugins[k].mono ? 2 : 4; // audio
    if (!stage_has(plugins[k].uri)) {
      continue;
    }
    for (int c = 0; c < CONTROLS; ++c) {
      if (!strncmp(plugins[k].uri, controls[c].of, strlen(controls[c].of))) {
        check_control(&plugins[k], &controls[c]);
        ++n;
      }
    }
    assert_int_equal(lilv_plugin_get_num_ports(stage_plugin(plugins[k].uri)), n);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_teardown(test_plugins, forget),    cmocka_unit_test_teardown(test_project, forget),
    cmocka_unit_test_teardown(test_extensions, forget), cmocka_unit_test_teardown(test_audio_ports, forget),
    cmocka_unit_test_teardown(test_controls, forget),
  };
  return cmocka_run_group_tests(tests, stage_open, stage_close);
}
