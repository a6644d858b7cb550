// SPDX-License-Identifier: GPL-3.0-or-later
#include "host/instance.h"

#include "host/features.h"
#include "host/instance_rt.h"
#include "host/ports.h"
#include "msg/limits.h"

#include <stdlib.h>
#include <string.h>

/// One LV2 instance and what belongs to it alone.
typedef struct {
  LilvInstance* lilv;
  Worker*       worker;
  Features      features;
  float*        values; ///< of the second copy's outputs, where nobody looks; NULL in the first
  bool          active;
} Copy;

typedef struct {
  Plugin     plugin; // first: what the engine has is the address of both
  InstanceRt rt;
  Ports      ports;
  Copy       copy[2];
  float*     silence; ///< MAX_BLOCK frames, for what must be connected and isn't used
} Instance;

static Status
no_memory(const Instance* const x, Error* const error)
{
  return error_set(error, STATUS_NO_MEMORY, "no memory for the plugin %s", x->plugin.uri);
}

static Status
make_plugin(Instance* const x, const LilvPlugin* const plugin, Error* const error)
{
  LilvNode* const name = lilv_plugin_get_name(plugin);
  x->plugin            = (Plugin){
               .uri          = strdup(lilv_node_as_uri(lilv_plugin_get_uri(plugin))),
               .name         = strdup(lilv_node_as_string(name ? name : lilv_plugin_get_uri(plugin))),
               .nports       = x->ports.ncontrols,
               .ports        = x->ports.controls,
               .values       = calloc(x->ports.ncontrols + 1u, sizeof(float)),
               .latency_port = x->ports.latency,
               .enabled_port = x->ports.enabled,
               .self         = &x->rt,
               .run          = instance_run_rt,
  };
  lilv_node_free(name);
  x->silence = calloc(MAX_BLOCK, sizeof(float));
  if (!x->plugin.uri || !x->plugin.name || !x->plugin.values || !x->silence) {
    return no_memory(x, error);
  }
  for (uint32_t i = 0; i < x->plugin.nports; ++i) {
    x->plugin.values[i] = x->plugin.ports[i].input ? x->plugin.ports[i].initial : 0.0f;
  }
  return STATUS_OK;
}

static bool
uses_worker(const InstanceMakings* const m, const LilvPlugin* const plugin)
{
  return lilv_plugin_has_feature(plugin, m->world->word.worker_schedule);
}

static Status
instantiate(Instance* const              x,
            const uint32_t               i,
            const InstanceMakings* const m,
            const LilvPlugin* const      plugin,
            Error* const                 error)
{
  Copy* const c = &x->copy[i];
  if (uses_worker(m, plugin) && !(c->worker = worker_new(m->workers))) {
    return error_set(error, STATUS_FAILED, "no worker thread or memory for the plugin %s", x->plugin.uri);
  }
  features_init(&c->features, x->plugin.name, m->rate, m->urids, c->worker);
  c->lilv = lilv_plugin_instantiate(plugin, m->rate, c->features.list);
  if (!c->lilv) {
    char* const path = lilv_node_get_path(lilv_plugin_get_library_uri(plugin), NULL);
    error_set(error, STATUS_BAD_FORMAT, "%s does not start at %u Hz: %s is missing, does not hold it, or refused",
              x->plugin.uri, m->rate, path ? path : "its binary");
    lilv_free(path);
    return STATUS_BAD_FORMAT;
  }
  x->rt.copy[i].handle = lilv_instance_get_handle(c->lilv);
  if (c->worker) {
    worker_attach(c->worker, x->rt.copy[i].handle, lilv_instance_get_extension_data(c->lilv, LV2_WORKER__interface));
    x->rt.copy[i].worker = worker_rt(c->worker);
  }
  return STATUS_OK;
}

static LV2_Atom*
add_atom(CopyRt* const c, const PortRole* const role, Urids* const urids)
{
  const bool    input = role->use == PORT_ATOM_IN;
  AtomRt* const a     = &c->atoms[c->natoms];
  a->atom             = calloc(1, sizeof(LV2_Atom) + role->size);
  a->capacity         = role->size;
  a->type             = urids_map(urids, input ? LV2_ATOM__Sequence : LV2_ATOM__Chunk);
  a->input            = input;
  c->natoms += a->atom ? 1 : 0;
  return a->atom;
}

/// All but the audio ports, whose buffers come with each run.
static Status
connect_ports(Instance* const x, const uint32_t i, Urids* const urids, Error* const error)
{
  Copy* const   c  = &x->copy[i];
  CopyRt* const rt = &x->rt.copy[i];
  rt->atoms        = calloc(x->ports.nports + 1u, sizeof(*rt->atoms));
  c->values        = i ? calloc(x->plugin.nports + 1u, sizeof(float)) : NULL;
  if (!rt->atoms || (i && !c->values)) {
    return no_memory(x, error);
  }
  for (uint32_t port = 0; port < x->ports.nports; ++port) {
    const PortRole* const role = &x->ports.roles[port];
    void*                 data = x->silence;
    if (role->use == PORT_CONTROL) {
      data = i && !x->plugin.ports[role->at].input ? &c->values[role->at] : &x->plugin.values[role->at];
    } else if (role->use == PORT_ATOM_IN || role->use == PORT_ATOM_OUT) {
      data = add_atom(rt, role, urids);
      if (!data) {
        return no_memory(x, error);
      }
    } else if (role->use == PORT_UNUSED) {
      data = NULL;
    }
    lilv_instance_connect_port(c->lilv, port, data);
  }
  return STATUS_OK;
}

static void
set_active(Instance* const x, const bool active)
{
  for (uint32_t i = 0; i < x->rt.ncopies; ++i) {
    if (active != x->copy[i].active) {
      (active ? lilv_instance_activate : lilv_instance_deactivate)(x->copy[i].lilv);
      x->copy[i].active = active;
    }
  }
}

static Status
make_rt(Instance* const x, Error* const error)
{
  const LV2_Descriptor* const d = lilv_instance_get_descriptor(x->copy[0].lilv);
  RT_WAIVE_BEGIN("LV2 calls both on the process thread: a plugin that blocks in them breaks its contract")
  x->rt.connect = d->connect_port;
  x->rt.run     = d->run;
  RT_WAIVE_END
  for (uint32_t ch = 0; ch < 2; ++ch) {
    x->rt.audio_in[ch]  = x->ports.audio_in[ch];
    x->rt.audio_out[ch] = x->ports.audio_out[ch];
    if (x->ports.in_place_broken && !(x->rt.apart[ch] = calloc(MAX_BLOCK, sizeof(float)))) {
      return no_memory(x, error);
    }
  }
  return STATUS_OK;
}

/// Active, and its latency port tells the truth.
static void
start(Instance* const x)
{
  set_active(x, true);
  if (x->ports.latency != NO_PORT) {
    float        left[1] = {0}, right[1] = {0};
    float* const planes[2] = {left, right};
    instance_run_rt(&x->rt, planes, planes, 0);
    set_active(x, false); // and on again: what is set from now on stands before its first run
    set_active(x, true);
  }
}

Status
instance_new(Plugin** const out, const InstanceMakings* const m, const LilvPlugin* const plugin, Error* const error)
{
  Instance* const x = calloc(1, sizeof(*x));
  if (!x) {
    return error_set(error, STATUS_NO_MEMORY, "no memory for a plugin");
  }
  Status status = features_check(plugin, error);
  if (!status) {
    status = ports_read(&x->ports, m->world, plugin, m->rate, error);
  }
  if (!status) {
    x->rt.channels = x->ports.channels;
    x->rt.ncopies  = 2 / x->ports.channels;
    status         = make_plugin(x, plugin, error);
  }
  for (uint32_t i = 0; !status && i < x->rt.ncopies; ++i) {
    status = instantiate(x, i, m, plugin, error);
    if (!status) {
      status = connect_ports(x, i, m->urids, error);
    }
  }
  if (!status) {
    status = make_rt(x, error);
  }
  if (status) {
    instance_free(&x->plugin);
    return status;
  }
  start(x);
  *out = &x->plugin;
  return STATUS_OK;
}

void
instance_free(Plugin* const p)
{
  Instance* const x = (Instance*)p;
  if (!x) {
    return;
  }
  set_active(x, false);
  for (uint32_t i = 0; i < 2; ++i) {
    worker_free(x->copy[i].worker);
    lilv_instance_free(x->copy[i].lilv);
    if (x->copy[i].lilv) {
      features_end(&x->copy[i].features);
    }
    for (uint32_t k = 0; k < x->rt.copy[i].natoms; ++k) {
      free(x->rt.copy[i].atoms[k].atom);
    }
    free(x->rt.copy[i].atoms);
    free(x->copy[i].values);
    free(x->rt.apart[i]);
  }
  free(x->silence);
  free((char*)x->plugin.uri);
  free((char*)x->plugin.name);
  free(x->plugin.values);
  ports_free(&x->ports);
  free(x);
}
