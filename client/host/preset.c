// SPDX-License-Identifier: GPL-3.0-or-later
#include "host/preset.h"

#include <lv2/atom/atom.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static LilvState*
state_of(const World* const w, Urids* const urids, const LilvNode* const node)
{
  return lilv_state_new_from_world(w->lilv, urids_map_feature(urids), node);
}

/// Whether a preset is the one that is wanted; where it isn't, its label is added to the list.
static bool
is_wanted(const World* const    w,
          const LilvNode* const preset,
          const char* const     wanted,
          char* const           list,
          const size_t          size)
{
  world_lock();
  lilv_world_load_resource(w->lilv, preset);
  world_unlock();
  LilvNode* const   label = lilv_world_get(w->lilv, preset, w->word.label, NULL);
  const char* const name  = label ? lilv_node_as_string(label) : lilv_node_as_uri(preset);
  const bool        is    = !strcmp(lilv_node_as_uri(preset), wanted) || !strcasecmp(name, wanted);
  const size_t      used  = strlen(list);
  if (used + strlen(name) + 8 < size) {
    snprintf(list + used, size - used, "%s\"%s\"", used ? ", " : "", name);
  } else if (used + 5 < size) {
    snprintf(list + used, size - used, ", ...");
  }
  lilv_node_free(label);
  return is;
}

static const LilvNode*
search(const World* const     w,
       const LilvNodes* const presets,
       const char* const      wanted,
       char* const            list,
       const size_t           size)
{
  list[0] = '\0';
  LILV_FOREACH(nodes, i, presets)
  {
    const LilvNode* const preset = lilv_nodes_get(presets, i);
    if (is_wanted(w, preset, wanted, list, size)) {
      return preset;
    }
  }
  return NULL;
}

Status
preset_find(LilvState** const       out,
            World* const            w,
            Urids* const            urids,
            const LilvPlugin* const plugin,
            const char* const       wanted,
            Error* const            error)
{
  const char* const uri       = lilv_node_as_uri(lilv_plugin_get_uri(plugin));
  char              list[320] = "";
  LilvNodes*        presets   = lilv_plugin_get_related(plugin, w->word.preset);
  const LilvNode*   found     = search(w, presets, wanted, list, sizeof(list));
  if (!found && world_complete(w)) { // others have made presets for it, too
    lilv_nodes_free(presets);
    presets = lilv_plugin_get_related(plugin, w->word.preset);
    found   = search(w, presets, wanted, list, sizeof(list));
  }
  *out = found ? state_of(w, urids, found) : NULL;
  lilv_nodes_free(presets);
  if (!found) {
    return list[0]
             ? error_set(error, STATUS_NOT_FOUND, "%.80s has no preset \"%.60s\": there are %s", uri, wanted, list)
             : error_set(error, STATUS_NOT_FOUND, "%.200s has no presets", uri);
  }
  return *out ? STATUS_OK : error_set(error, STATUS_BAD_FORMAT, "the preset \"%.100s\" can't be read", wanted);
}

LilvState*
preset_default(const World* const w, Urids* const urids, const LilvPlugin* const plugin)
{
  return lilv_plugin_has_feature(plugin, w->word.load_default_state) ? state_of(w, urids, lilv_plugin_get_uri(plugin))
                                                                     : NULL;
}

Status
preset_read(LilvState** const  out,
            const World* const w,
            Urids* const       urids,
            const char* const  folder,
            Error* const       error)
{
  char* path = NULL;
  *out       = NULL;
  if (asprintf(&path, "%s/state.ttl", folder) < 0) {
    return error_set(error, STATUS_NO_MEMORY, "no memory");
  }
  const bool there = !access(path, R_OK);
  world_lock();
  *out = there ? lilv_state_new_from_file(w->lilv, urids_map_feature(urids), NULL, path) : NULL;
  world_unlock();
  const Status status =
    *out    ? STATUS_OK
    : there ? error_set(error, STATUS_BAD_FORMAT, "%.300s isn't the state of a plugin", path)
            : error_set(error, STATUS_NOT_FOUND, "can't open %.300s, which a plugin's state should be in", path);
  free(path);
  return status;
}

bool
preset_number(Urids* const urids, const void* const value, const uint32_t size, const uint32_t type, float* const out)
{
  const char* const name = urids_unmap(urids, type);
  if (!name) {
    return false;
  }
  if (!strcmp(name, LV2_ATOM__Float) && size == sizeof(float)) {
    memcpy(out, value, size);
  } else if (!strcmp(name, LV2_ATOM__Double) && size == sizeof(double)) {
    double number;
    memcpy(&number, value, size);
    *out = (float)number;
  } else if ((!strcmp(name, LV2_ATOM__Int) || !strcmp(name, LV2_ATOM__Bool)) && size == sizeof(int32_t)) {
    int32_t number;
    memcpy(&number, value, size);
    *out = (float)number;
  } else if (!strcmp(name, LV2_ATOM__Long) && size == sizeof(int64_t)) {
    int64_t number;
    memcpy(&number, value, size);
    *out = (float)number;
  } else {
    return false;
  }
  return isfinite(*out);
}

typedef struct {
  Urids*     urids;
  HostValue* values;
  uint32_t   count, room;
} Values;

static void
take_value(const char* const symbol,
           void* const       data,
           const void* const value,
           const uint32_t    size,
           const uint32_t    type)
{
  Values* const v = data;
  float         number;
  if (!preset_number(v->urids, value, size, type, &number)) {
    return;
  }
  if (v->count == v->room) {
    const uint32_t   room = v->room ? 2 * v->room : 32;
    HostValue* const more = realloc(v->values, room * sizeof(*more));
    if (!more) {
      return;
    }
    v->values = more;
    v->room   = room;
  }
  HostValue* const one = &v->values[v->count];
  snprintf(one->symbol, sizeof(one->symbol), "%s", symbol);
  one->value = number;
  v->count += strlen(symbol) < sizeof(one->symbol);
}

uint32_t
preset_values(const LilvState* const state, Urids* const urids, HostValue** const out)
{
  Values v = {urids, NULL, 0, 0};
  lilv_state_emit_port_values(state, take_value, &v);
  *out = v.values;
  return v.count;
}
