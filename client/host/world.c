// SPDX-License-Identifier: GPL-3.0-or-later
#include "host/world.h"

#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/port-groups/port-groups.h>
#include <lv2/port-props/port-props.h>
#include <lv2/presets/presets.h>
#include <lv2/resize-port/resize-port.h>
#include <lv2/state/state.h>
#include <lv2/worker/worker.h>

#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct {
  size_t      at;
  const char* uri;
} words[] = {
  {offsetof(Words, audio_port), LV2_CORE__AudioPort},
  {offsetof(Words, control_port), LV2_CORE__ControlPort},
  {offsetof(Words, cv_port), LV2_CORE__CVPort},
  {offsetof(Words, input_port), LV2_CORE__InputPort},
  {offsetof(Words, output_port), LV2_CORE__OutputPort},
  {offsetof(Words, atom_port), LV2_ATOM__AtomPort},
  {offsetof(Words, optional), LV2_CORE__connectionOptional},
  {offsetof(Words, side_chain), LV2_CORE_PREFIX "isSideChain"},
  {offsetof(Words, toggled), LV2_CORE__toggled},
  {offsetof(Words, integer), LV2_CORE__integer},
  {offsetof(Words, enumeration), LV2_CORE__enumeration},
  {offsetof(Words, sample_rate), LV2_CORE__sampleRate},
  {offsetof(Words, reports_latency), LV2_CORE__reportsLatency},
  {offsetof(Words, designation), LV2_CORE__designation},
  {offsetof(Words, latency), LV2_CORE__latency},
  {offsetof(Words, enabled), LV2_CORE_PREFIX "enabled"},
  {offsetof(Words, minimum_size), LV2_RESIZE_PORT__minimumSize},
  {offsetof(Words, worker_schedule), LV2_WORKER__schedule},
  {offsetof(Words, in_place_broken), LV2_CORE__inPlaceBroken},
  {offsetof(Words, group), LV2_PORT_GROUPS__group},
  {offsetof(Words, main_input), LV2_PORT_GROUPS__mainInput},
  {offsetof(Words, main_output), LV2_PORT_GROUPS__mainOutput},
  {offsetof(Words, side_chain_of), LV2_PORT_GROUPS__sideChainOf},
  {offsetof(Words, preset), LV2_PRESETS__Preset},
  {offsetof(Words, label), LILV_NS_RDFS "label"},
  {offsetof(Words, load_default_state), LV2_STATE__loadDefaultState},
};

static pthread_mutex_t reading = PTHREAD_MUTEX_INITIALIZER;

void
world_lock(void)
{
  pthread_mutex_lock(&reading);
}

void
world_unlock(void)
{
  pthread_mutex_unlock(&reading);
}

static LilvNode**
word(World* const w, const size_t i)
{
  return (LilvNode**)(void*)((char*)&w->word + words[i].at);
}

static void
load_bundle(World* const w, const char* const dir, const char* const name)
{
  char path[4096];
  snprintf(path, sizeof(path), "%s/%s/manifest.ttl", dir, name);
  if (!access(path, R_OK)) {
    snprintf(path, sizeof(path), "%s/%s/", dir, name);
    LilvNode* const bundle = lilv_new_file_uri(w->lilv, NULL, path);
    lilv_world_load_bundle(w->lilv, bundle);
    lilv_node_free(bundle);
  }
}

Status
world_init(World* const w, const char* const bundle_dir, Error* const error)
{
  *w = (World){.lilv = lilv_world_new()};
  if (!w->lilv) {
    return error_set(error, STATUS_NO_MEMORY, "no memory for the LV2 world");
  }
  for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); ++i) {
    *word(w, i) = lilv_new_uri(w->lilv, words[i].uri);
  }
  if (bundle_dir) {
    world_lock();
    load_bundle(w, bundle_dir, "eq.lv2");
    load_bundle(w, bundle_dir, "pitch.lv2");
    world_unlock();
  }
  return STATUS_OK;
}

void
world_end(World* const w)
{
  if (w->lilv) {
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); ++i) {
      lilv_node_free(*word(w, i));
    }
    lilv_world_free(w->lilv);
    w->lilv = NULL;
  }
}

bool
world_complete(World* const w)
{
  const bool before = w->complete;
  if (!before) {
    world_lock();
    lilv_world_load_all(w->lilv);
    world_unlock();
    w->complete = true;
  }
  return !before;
}

const LilvPlugin*
world_plugin(World* const w, const char* const uri, Error* const error)
{
  if (!strchr(uri, ':')) { // lilv would print its own complaint
    error_set(error, STATUS_NOT_FOUND, "\"%s\" is no plugin URI: `lv2ls` lists those of this machine", uri);
    return NULL;
  }
  LilvNode* const   node   = lilv_new_uri(w->lilv, uri);
  const LilvPlugin* plugin = node ? lilv_plugins_get_by_uri(lilv_world_get_all_plugins(w->lilv), node) : NULL;
  if (node && !plugin && world_complete(w)) {
    plugin = lilv_plugins_get_by_uri(lilv_world_get_all_plugins(w->lilv), node);
  }
  lilv_node_free(node);
  if (plugin) { // its own files are read when something of them is asked for
    world_lock();
    lilv_plugin_get_num_ports(plugin);
    lilv_node_free(lilv_plugin_get_name(plugin));
    world_unlock();
  } else {
    error_set(error, STATUS_NOT_FOUND, "no plugin %s on this machine: `lv2ls` lists those that there are", uri);
  }
  return plugin;
}
