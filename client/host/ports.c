// SPDX-License-Identifier: GPL-3.0-or-later
#include "host/ports.h"

#include "host/features.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char*
uri_of(const LilvPlugin* const plugin)
{
  return lilv_node_as_uri(lilv_plugin_get_uri(plugin));
}

// Hosts are told of a bool by "true" as well as by 1
static float
number(LilvNode* const node, const float otherwise)
{
  float value = otherwise;
  if (node && lilv_node_is_bool(node)) {
    value = lilv_node_as_bool(node) ? 1.0f : 0.0f;
  } else if (node && (lilv_node_is_float(node) || lilv_node_is_int(node))) {
    value = lilv_node_as_float(node);
  }
  lilv_node_free(node);
  return value;
}

static bool
designated(const World* const w, const LilvPlugin* const plugin, const LilvPort* const port, const LilvNode* const what)
{
  LilvNode* const node = lilv_port_get(plugin, port, w->word.designation);
  const bool      is   = node && lilv_node_equals(node, what);
  lilv_node_free(node);
  return is;
}

static Status
read_control(Ports* const            p,
             const World* const      w,
             const LilvPlugin* const plugin,
             const LilvPort* const   port,
             const uint32_t          rate,
             Error* const            error)
{
  const Words* const word  = &w->word;
  const uint32_t     index = p->ncontrols++;
  PluginPort* const  c     = &p->controls[index];
  LilvNode *         initial, *minimum, *maximum;
  lilv_port_get_range(plugin, port, &initial, &minimum, &maximum);
  const float scale    = lilv_port_has_property(plugin, port, word->sample_rate) ? (float)rate : 1.0f;
  c->minimum           = number(minimum, NAN) * scale;
  c->maximum           = number(maximum, NAN) * scale;
  c->minimum           = isfinite(c->minimum) ? c->minimum : fminf(0.0f, isfinite(c->maximum) ? c->maximum : 0.0f);
  c->maximum           = isfinite(c->maximum) ? c->maximum : fmaxf(1.0f, c->minimum);
  c->initial           = number(initial, NAN) * scale;
  c->initial           = isfinite(c->initial) ? c->initial : c->minimum;
  c->input             = lilv_port_is_a(plugin, port, word->input_port);
  c->toggled           = lilv_port_has_property(plugin, port, word->toggled);
  c->integer           = lilv_port_has_property(plugin, port, word->integer);
  c->enumeration       = lilv_port_has_property(plugin, port, word->enumeration);
  c->symbol            = strdup(lilv_node_as_string(lilv_port_get_symbol(plugin, port)));
  LilvNode* const name = lilv_port_get_name(plugin, port);
  c->name              = strdup(name ? lilv_node_as_string(name) : c->symbol);
  lilv_node_free(name);
  if (!c->symbol || !c->name) {
    return error_set(error, STATUS_NO_MEMORY, "no memory for the ports of %s", uri_of(plugin));
  }
  if (c->input) {
    p->enabled = designated(w, plugin, port, word->enabled) ? index : p->enabled;
  } else if (lilv_port_has_property(plugin, port, word->reports_latency) ||
             designated(w, plugin, port, word->latency)) {
    p->latency     = index;
    p->max_latency = c->maximum;
  }
  return STATUS_OK;
}

static uint32_t
atom_size(const World* const w, const LilvPlugin* const plugin, const LilvPort* const port)
{
  const float least = number(lilv_port_get(plugin, port, w->word.minimum_size), 0.0f);
  return least > (float)SEQUENCE_SIZE ? ((uint32_t)least + 7u) / 8u * 8u : SEQUENCE_SIZE;
}

/// Whether an audio port is one that the sound goes through, not a side chain or the like.
typedef struct {
  LilvNodes* main[2]; ///< groups of outputs and inputs that the plugin calls its main ones
  bool       must[2]; ///< there are some that must be connected
} Mains;

static bool
is_main(const Mains* const m, const World* const w, const LilvPlugin* const plugin, const LilvPort* const port)
{
  const bool      input    = lilv_port_is_a(plugin, port, w->word.input_port);
  const bool      optional = lilv_port_has_property(plugin, port, w->word.optional);
  LilvNode* const group    = lilv_port_get(plugin, port, w->word.group);
  bool            main     = !lilv_port_has_property(plugin, port, w->word.side_chain) && !(optional && m->must[input]);
  if (group && lilv_world_ask(w->lilv, group, w->word.side_chain_of, NULL)) {
    main = false;
  }
  if (m->main[input]) {
    main = main && group && lilv_nodes_contains(m->main[input], group);
  }
  lilv_node_free(group);
  return main;
}

static void
mains_init(Mains* const m, const World* const w, const LilvPlugin* const plugin)
{
  const LilvNode* const words[2] = {w->word.main_output, w->word.main_input};
  *m                             = (Mains){{NULL, NULL}, {false, false}};
  for (int input = 0; input < 2; ++input) {
    LilvNodes* const groups = lilv_plugin_get_value(plugin, words[input]);
    bool             used   = false;
    for (uint32_t i = 0; i < lilv_plugin_get_num_ports(plugin); ++i) {
      const LilvPort* const port = lilv_plugin_get_port_by_index(plugin, i);
      if (!port || !lilv_port_is_a(plugin, port, w->word.audio_port) ||
          lilv_port_is_a(plugin, port, w->word.input_port) != input) {
        continue;
      }
      LilvNode* const group = lilv_port_get(plugin, port, w->word.group);
      used                  = used || (group && groups && lilv_nodes_contains(groups, group));
      m->must[input]        = m->must[input] || (!lilv_port_has_property(plugin, port, w->word.optional) &&
                                          !lilv_port_has_property(plugin, port, w->word.side_chain));
      lilv_node_free(group);
    }
    m->main[input] = used ? groups : NULL;
    if (!used) {
      lilv_nodes_free(groups);
    }
  }
}

static void
mains_end(Mains* const m)
{
  lilv_nodes_free(m->main[0]);
  lilv_nodes_free(m->main[1]);
}

/// What one port is for.  `in` and `out` count the audio ports that the sound goes through.
static Status
read_port(Ports* const            p,
          const World* const      w,
          const LilvPlugin* const plugin,
          const uint32_t          i,
          const Mains* const      mains,
          uint32_t* const         in,
          uint32_t* const         out,
          const uint32_t          rate,
          Error* const            error)
{
  const Words* const    word = &w->word;
  const LilvPort* const port = lilv_plugin_get_port_by_index(plugin, i);
  if (!port || !lilv_port_get_symbol(plugin, port)) {
    return error_set(error, STATUS_BAD_FORMAT, "%s has no port %u although it has %u: its data is broken",
                     uri_of(plugin), i, p->nports);
  }
  const bool      input    = lilv_port_is_a(plugin, port, word->input_port);
  const bool      optional = lilv_port_has_property(plugin, port, word->optional);
  PortRole* const role     = &p->roles[i];
  if (input == lilv_port_is_a(plugin, port, word->output_port)) {
    return error_set(error, STATUS_BAD_FORMAT, "port %s of %s is neither an input nor an output: its data is broken",
                     lilv_node_as_string(lilv_port_get_symbol(plugin, port)), uri_of(plugin));
  }
  if (lilv_port_is_a(plugin, port, word->control_port)) {
    *role = (PortRole){.use = PORT_CONTROL, .at = p->ncontrols};
    return read_control(p, w, plugin, port, rate, error);
  }
  if (lilv_port_is_a(plugin, port, word->atom_port)) {
    *role = (PortRole){.use = input ? PORT_ATOM_IN : PORT_ATOM_OUT, .size = atom_size(w, plugin, port)};
  } else if (lilv_port_is_a(plugin, port, word->audio_port) && !is_main(mains, w, plugin, port)) {
    *role = (PortRole){.use = input ? PORT_SIDE_CHAIN : PORT_SPARE};
  } else if (lilv_port_is_a(plugin, port, word->audio_port)) {
    uint32_t* const count = input ? in : out;
    *role                 = (PortRole){.use = input ? PORT_AUDIO_IN : PORT_AUDIO_OUT, .at = *count};
    if (*count < 2) {
      (input ? p->audio_in : p->audio_out)[*count] = i;
    }
    ++*count;
  } else if (optional) {
    *role = (PortRole){.use = PORT_UNUSED};
  } else {
    return error_set(error, STATUS_BAD_FORMAT, "port %s of %s is of a kind that deckhost can't connect",
                     lilv_node_as_string(lilv_port_get_symbol(plugin, port)), uri_of(plugin));
  }
  return STATUS_OK;
}

/// A port for what the plugin has none for.
static Status
add_bypass(Ports* const p, const char* const uri, Error* const error)
{
  PluginPort* const c = &p->controls[p->ncontrols];
  *c                  = (PluginPort){strdup(""), strdup("Enabled"), 0.0f, 1.0f, 1.0f, .input = true, .toggled = true};
  p->enabled          = p->ncontrols++;
  p->bypassed         = true;
  return c->symbol && c->name ? STATUS_OK : error_set(error, STATUS_NO_MEMORY, "no memory for the ports of %s", uri);
}

Status
ports_read(Ports* const            p,
           const World* const      w,
           const LilvPlugin* const plugin,
           const uint32_t          rate,
           Error* const            error)
{
  *p                 = (Ports){.nports = lilv_plugin_get_num_ports(plugin), .latency = NO_PORT, .enabled = NO_PORT};
  p->in_place_broken = lilv_plugin_has_feature(plugin, w->word.in_place_broken);
  p->roles           = calloc(p->nports + 1u, sizeof(*p->roles));
  p->controls        = calloc(p->nports + 1u, sizeof(*p->controls));
  if (!p->roles || !p->controls) {
    return error_set(error, STATUS_NO_MEMORY, "no memory for the ports of %s", uri_of(plugin));
  }
  uint32_t in = 0, out = 0;
  Mains    mains;
  Status   status = STATUS_OK;
  mains_init(&mains, w, plugin);
  for (uint32_t i = 0; !status && i < p->nports; ++i) {
    status = read_port(p, w, plugin, i, &mains, &in, &out, rate, error);
  }
  mains_end(&mains);
  if (!status && (in < 1 || in > 2 || out < 1 || out > 2)) {
    status = error_set(error, STATUS_BAD_FORMAT, "%s has %u audio inputs and %u outputs: it must have 1 or 2 of each",
                       uri_of(plugin), in, out);
  }
  if (!status && p->enabled == NO_PORT) {
    status = add_bypass(p, uri_of(plugin), error);
  }
  p->nin  = in;
  p->nout = out;
  return status;
}

void
ports_free(Ports* const p)
{
  for (uint32_t i = 0; i < p->ncontrols; ++i) {
    free((char*)p->controls[i].symbol);
    free((char*)p->controls[i].name);
  }
  free(p->controls);
  free(p->roles);
  *p = (Ports){0};
}
