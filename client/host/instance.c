// SPDX-License-Identifier: GPL-3.0-or-later
#include "host/instance.h"

#include "base/locked.h"
#include "host/binary.h"
#include "host/features.h"
#include "host/instance_rt.h"
#include "host/ports.h"
#include "host/preset.h"
#include "msg/limits.h"

#include <lv2/state/state.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// One LV2 instance and what belongs to it alone.
typedef struct {
  LilvInstance* lilv;
  Worker*       worker;
  Features      features;
  Scratch       scratch;
  float*        values; ///< of the second copy's outputs, where nobody looks; NULL in the first
  bool          active;
} Copy;

typedef struct {
  Plugin     plugin; // first: what the engine has is the address of both
  InstanceRt rt;
  Ports      ports;
  Copy       copy[2];
  float*     silence; ///< MAX_BLOCK frames, for what must be connected and isn't used
  float*     waste;   ///< likewise, for what it writes
  Urids*     urids;
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
  x->silence = locked_new(MAX_BLOCK * sizeof(float));
  x->waste   = locked_new(MAX_BLOCK * sizeof(float));
  if (!x->plugin.uri || !x->plugin.name || !x->plugin.values || !x->silence || !x->waste) {
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
  scratch_init(&c->scratch);
  features_init(&c->features, x->plugin.name, m->rate, m->urids, c->worker, &c->scratch);
  const Status status = binary_check(plugin, error);
  if (status) {
    features_end(&c->features);
    return status;
  }
  c->lilv = lilv_plugin_instantiate(plugin, m->rate, c->features.list);
  if (!c->lilv) {
    features_end(&c->features);
    return error_set(error, STATUS_BAD_FORMAT, "%s does not start at %u Hz: it refused, without saying why",
                     x->plugin.uri, m->rate);
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
    } else if (role->use == PORT_AUDIO_OUT || role->use == PORT_SPARE) {
      data = x->waste;
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
  const bool widens = x->rt.nin == 1 && x->rt.nout == 2;
  for (uint32_t ch = 0; ch < 2; ++ch) {
    x->rt.audio_in[ch]  = x->ports.audio_in[ch];
    x->rt.audio_out[ch] = x->ports.audio_out[ch];
    if ((x->ports.in_place_broken || widens) && !(x->rt.apart[ch] = locked_new(MAX_BLOCK * sizeof(float)))) {
      return no_memory(x, error);
    }
  }
  return STATUS_OK;
}

/// How much the bypass must keep to be as late as the plugin: what it says it reports at most, within reason.
static uint32_t
bypass_room(const Instance* const x)
{
  const uint32_t now   = plugin_latency_rt(&x->plugin);
  const float    says  = x->ports.max_latency;
  uint32_t       needs = says > 1.0f && says <= PLUGIN_MAX_LATENCY ? (uint32_t)says : 2 * now;
  uint32_t       room  = MAX_BLOCK;
  needs                = (needs > now ? needs : now) + MAX_BLOCK;
  while (room < needs) {
    room *= 2;
  }
  return room;
}

static Status
make_bypass(Instance* const x, const uint32_t rate, Error* const error)
{
  BypassRt* const b = &x->rt.bypass;
  if (!x->ports.bypassed) {
    return STATUS_OK;
  }
  b->latency  = x->ports.latency == NO_PORT ? NULL : &x->plugin.values[x->ports.latency];
  b->fade     = rate / 100;
  b->part     = 1.0f;
  b->room     = bypass_room(x);
  b->plane[0] = locked_new(b->room * sizeof(float));
  b->plane[1] = locked_new(b->room * sizeof(float));
  b->enabled  = &x->plugin.values[x->ports.enabled];
  return b->plane[0] && b->plane[1] ? STATUS_OK : no_memory(x, error);
}

static void
set_value(const char* const symbol, void* const data, const void* const value, const uint32_t size, const uint32_t type)
{
  Instance* const x    = data;
  const uint32_t  port = plugin_port(&x->plugin, symbol);
  float           number;
  if (port != NO_PORT && x->plugin.ports[port].input && preset_number(x->urids, value, size, type, &number)) {
    const PluginPort* const facts = &x->plugin.ports[port];
    x->plugin.values[port]        = number < facts->minimum   ? facts->minimum
                                    : number > facts->maximum ? facts->maximum
                                                              : number;
  }
}

/// Nobody runs it: it is as good as paused.
static void
restore(Instance* const x, const uint32_t i, const LilvState* const state)
{
  lilv_state_restore(state, x->copy[i].lilv, i ? NULL : set_value, x, 0, x->copy[i].features.restore);
}

static Status
begin_with(Instance* const              x,
           const uint32_t               i,
           const InstanceMakings* const m,
           const LilvPlugin* const      plugin,
           const InstanceBegin* const   begin,
           Error* const                 error)
{
  LilvState* const initial = preset_default(m->world, m->urids, plugin);
  if (initial) {
    restore(x, i, initial);
    lilv_state_free(initial);
  }
  if (begin && begin->state) {
    restore(x, i, begin->state);
  }
  if (!begin || !begin->folder) {
    return STATUS_OK;
  }
  LilvState*        kept   = NULL;
  char*             folder = NULL;
  const char* const own    = scratch_folder(&x->copy[i].scratch);
  Status            status = STATUS_OK;
  if (!own || asprintf(&folder, "%s/kept", own) < 0 || !folder_copy(begin->folder, folder)) {
    status = error_set(error, STATUS_NOT_FOUND, "can't copy %.300s, where the state of %.100s is", begin->folder,
                       x->plugin.uri);
  } else {
    status = preset_read(&kept, m->world, m->urids, folder, error);
  }
  if (!status && strcmp(lilv_node_as_uri(lilv_state_get_plugin_uri(kept)), x->plugin.uri) != 0) {
    status = error_set(error, STATUS_BAD_FORMAT, "%.200s holds the state of %.100s, not of %.100s", begin->folder,
                       lilv_node_as_uri(lilv_state_get_plugin_uri(kept)), x->plugin.uri);
  }
  if (!status) {
    restore(x, i, kept);
  }
  lilv_state_free(kept);
  free(folder);
  return status;
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
  x->rt.bypass.begun = false;
}

Status
instance_new(Plugin** const               out,
             const InstanceMakings* const m,
             const LilvPlugin* const      plugin,
             const InstanceBegin* const   begin,
             Error* const                 error)
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
    x->urids      = m->urids;
    x->rt.nin     = x->ports.nin;
    x->rt.nout    = x->ports.nout;
    x->rt.ncopies = x->ports.nin == 1 && x->ports.nout == 1 ? 2 : 1;
    status        = make_plugin(x, plugin, error);
  }
  for (uint32_t i = 0; !status && i < x->rt.ncopies; ++i) {
    status = instantiate(x, i, m, plugin, error);
    if (!status) {
      status = connect_ports(x, i, m->urids, error);
    }
    if (!status) {
      status = begin_with(x, i, m, plugin, begin, error);
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
  status = make_bypass(x, m->rate, error); // it knows its latency now
  if (status) {
    instance_free(&x->plugin);
    return status;
  }
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
    scratch_end(&x->copy[i].scratch);
    locked_free(x->rt.apart[i]);
    locked_free(x->rt.bypass.plane[i]);
  }
  locked_free(x->silence);
  locked_free(x->waste);
  free((char*)x->plugin.uri);
  free((char*)x->plugin.name);
  free(x->plugin.values);
  ports_free(&x->ports);
  free(x);
}

Status
instance_keep(Plugin* const                p,
              const InstanceMakings* const m,
              const char* const            folder,
              bool* const                  saved,
              Error* const                 error)
{
  Instance* const         x      = (Instance*)p;
  const LilvPlugin* const plugin = world_plugin(m->world, p->uri, error);
  *saved                         = false;
  if (!plugin) {
    return STATUS_NOT_FOUND;
  }
  if (!lilv_instance_get_extension_data(x->copy[0].lilv, LV2_STATE__interface)) {
    return STATUS_OK;
  }
  if (!folder_make(folder)) {
    return error_set(error, STATUS_FAILED, "can't make the folder %.300s for what %.100s keeps", folder, p->uri);
  }
  LilvState* const state =
    lilv_state_new_from_instance(plugin, x->copy[0].lilv, urids_map_feature(m->urids), NULL, NULL, folder, folder, NULL,
                                 NULL, LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE, x->copy[0].features.list);
  const char* const scratch = x->copy[0].scratch.folder;
  *saved                    = state && lilv_state_get_num_properties(state) > 0;
  const bool good =
    state && (!*saved || !lilv_state_save(m->world->lilv, urids_map_feature(m->urids), urids_unmap_feature(m->urids),
                                          state, NULL, folder, "state.ttl"));
  const bool whole = good && (!*saved || !scratch || folder_own(folder, scratch));
  lilv_state_free(state);
  if (!*saved || !whole) {
    folder_remove(folder);
    *saved = false;
  }
  return whole ? STATUS_OK
               : error_set(error, STATUS_FAILED, "can't write into %.300s what %.100s keeps", folder, p->uri);
}
