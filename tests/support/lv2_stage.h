// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SUPPORT_LV2_STAGE_H
#define SUPPORT_LV2_STAGE_H

// Our own bundles through lilv, as any host sees them.  The bundles are those in LV2_PATH, or else in the build folder.

#include <lilv/lilv.h>
#include <lv2/core/lv2.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { STAGE_PORTS = 32 };

typedef struct {
  const LilvPlugin* plugin;
  LilvInstance*     instance;
  uint32_t          ports, channels;
  uint32_t          in[2], out[2]; ///< ports; of a mono plugin the same twice
  bool              is_control[STAGE_PORTS], is_input[STAGE_PORTS];
  float             value[STAGE_PORTS], min[STAGE_PORTS], max[STAGE_PORTS], def[STAGE_PORTS];
} Stage;

static LilvWorld* stage_world;

/// The folder of our bundles.
static inline const char*
stage_dir(void)
{
  static char dir[4096];
  const char* path = getenv("LV2_PATH");
  for (path = path ? path : ""; *path; path += *path == ':') {
    const size_t n = strcspn(path, ":");
    snprintf(dir, sizeof(dir), "%.*s/eq.lv2/manifest.ttl", (int)n, path);
    if (!access(dir, R_OK)) {
      dir[n] = '\0';
      return dir;
    }
    path += n;
  }
  return LV2_BUILD_DIR;
}

static inline int
stage_open(void** const state)
{
  // The specifications too: lilv knows a port's classes without them, sord_validate and lv2info don't
  char path[8192];
  snprintf(path, sizeof(path), "%s", stage_dir());
  setenv("LV2_PATH", path, 1);
  stage_world = lilv_world_new();
  lilv_world_load_all(stage_world);
  return 0;
}

static inline int
stage_close(void** const state)
{
  lilv_world_free(stage_world);
  return 0;
}

/// NULL: not there.
static inline const LilvPlugin*
stage_plugin(const char* const uri)
{
  LilvNode* const         node   = lilv_new_uri(stage_world, uri);
  const LilvPlugin* const plugin = lilv_plugins_get_by_uri(lilv_world_get_all_plugins(stage_world), node);
  lilv_node_free(node);
  return plugin;
}

/// Whether to test this plugin.  The equaliser must be there; the pitch plugin if its binary is.
static inline bool
stage_has(const char* const uri)
{
  char binary[4200];
  snprintf(binary, sizeof(binary), "%s/pitch.lv2/pitch.so", stage_dir());
  if (!stage_plugin(uri) && strstr(uri, "pitch") && access(binary, R_OK)) {
    print_message("# skipped: %s: its bundle isn't built yet\n", uri);
    return false;
  }
  if (!stage_plugin(uri)) {
    fail_msg("no %s in %s", uri, stage_dir());
  }
  return true;
}

static inline int
stage_port(const Stage* const s, const char* const symbol)
{
  LilvNode* const       node = lilv_new_string(stage_world, symbol);
  const LilvPort* const port = lilv_plugin_get_port_by_symbol(s->plugin, node);
  lilv_node_free(node);
  return port ? (int)lilv_port_get_index(s->plugin, port) : -1;
}

static inline const char*
stage_symbol(const Stage* const s, const uint32_t port)
{
  return lilv_node_as_string(lilv_port_get_symbol(s->plugin, lilv_plugin_get_port_by_index(s->plugin, port)));
}

static inline void
stage_set(Stage* const s, const char* const symbol, const float value)
{
  const int port = stage_port(s, symbol);
  if (port < 0) {
    fail_msg("no port %s", symbol);
  }
  s->value[port] = value;
}

/// An instance, activated, its controls at their defaults.  No feature is given to it.
static inline void
stage_enter(Stage* const s, const char* const uri, const double rate)
{
  memset(s, 0, sizeof(*s));
  s->plugin   = stage_plugin(uri);
  s->instance = lilv_plugin_instantiate(s->plugin, rate, NULL);
  s->ports    = lilv_plugin_get_num_ports(s->plugin);
  assert_non_null(s->instance);
  assert_true(s->ports <= STAGE_PORTS);
  LilvNode* const control = lilv_new_uri(stage_world, LV2_CORE__ControlPort);
  LilvNode* const input   = lilv_new_uri(stage_world, LV2_CORE__InputPort);
  uint32_t        ins = 0, outs = 0;
  lilv_plugin_get_port_ranges_float(s->plugin, s->min, s->max, s->def);
  for (uint32_t p = 0; p < s->ports; ++p) {
    const LilvPort* const port = lilv_plugin_get_port_by_index(s->plugin, p);
    s->is_control[p]           = lilv_port_is_a(s->plugin, port, control);
    s->is_input[p]             = lilv_port_is_a(s->plugin, port, input);
    if (s->is_control[p]) {
      s->value[p] = s->is_input[p] ? s->def[p] : NAN;
      lilv_instance_connect_port(s->instance, p, &s->value[p]);
    } else if (s->is_input[p]) {
      s->in[ins++ ? 1 : 0] = p;
    } else {
      s->out[outs++ ? 1 : 0] = p;
    }
  }
  lilv_node_free(control);
  lilv_node_free(input);
  assert_int_equal(ins, outs);
  s->channels = ins;
  s->in[1]    = ins == 2 ? s->in[1] : s->in[0];
  s->out[1]   = ins == 2 ? s->out[1] : s->out[0];
  lilv_instance_activate(s->instance);
}

static inline void
stage_leave(Stage* const s)
{
  lilv_instance_deactivate(s->instance);
  lilv_instance_free(s->instance);
}

/// Of a mono plugin, only [0] is used.
static inline void
stage_run(Stage* const s, float* const in[2], float* const out[2], const uint32_t n)
{
  for (uint32_t c = 0; c < s->channels; ++c) {
    lilv_instance_connect_port(s->instance, s->in[c], in[c]);
    lilv_instance_connect_port(s->instance, s->out[c], out[c]);
  }
  lilv_instance_run(s->instance, n);
}

/// `n` frames in blocks of `block`.
static inline void
stage_run_blocks(Stage* const s, float* const in[2], float* const out[2], const uint32_t n, const uint32_t block)
{
  for (uint32_t i = 0; i < n; i += block) {
    float* const from[2] = {in[0] + i, in[1] + i};
    float* const to[2]   = {out[0] + i, out[1] + i};
    stage_run(s, from, to, n - i < block ? n - i : block);
  }
}

#endif
