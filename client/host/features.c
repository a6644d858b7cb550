// SPDX-License-Identifier: GPL-3.0-or-later
#include "host/features.h"

#include "msg/limits.h"

#include <lv2/atom/atom.h>
#include <lv2/buf-size/buf-size.h>
#include <lv2/core/lv2.h>
#include <lv2/parameters/parameters.h>

#include <string.h>

#define NOMINAL_BLOCK 256 ///< frames the engine runs a chain with, most of the time

// Those that a plugin may require.  The last ones need no data: they are true of how we run it.
static const char* const known[] = {
  LV2_URID__map,
  LV2_URID__unmap,
  LV2_OPTIONS__options,
  LV2_WORKER__schedule,
  LV2_LOG__log,
  LV2_BUF_SIZE__boundedBlockLength,
  LV2_CORE__hardRTCapable,
  LV2_CORE__isLive,
  LV2_CORE__inPlaceBroken,
  LV2_STATE__makePath,
  LV2_STATE__mapPath,
  LV2_STATE__freePath,
  LV2_STATE__loadDefaultState,
  LV2_STATE__threadSafeRestore,
};

Status
features_check(const LilvPlugin* const plugin, Error* const error)
{
  Status           status   = STATUS_OK;
  LilvNodes* const required = lilv_plugin_get_required_features(plugin);
  LILV_FOREACH(nodes, i, required)
  {
    const char* const uri   = lilv_node_as_string(lilv_nodes_get(required, i));
    bool              found = false;
    for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); ++k) {
      found |= !strcmp(known[k], uri);
    }
    if (!found) {
      status = error_set(error, STATUS_BAD_FORMAT, "%s needs %s, which deckhost does not have",
                         lilv_node_as_uri(lilv_plugin_get_uri(plugin)), uri);
    }
  }
  lilv_nodes_free(required);
  return status;
}

static void
set_options(Features* const f, const uint32_t rate, Urids* const urids)
{
  f->rate          = (float)rate;
  f->min_block     = 0;
  f->max_block     = MAX_BLOCK;
  f->nominal_block = NOMINAL_BLOCK;
  f->sequence_size = SEQUENCE_SIZE;
  const struct {
    const char *key, *type;
    uint32_t    size;
    const void* value;
  } options[] = {
    {LV2_PARAMETERS__sampleRate, LV2_ATOM__Float, sizeof(float), &f->rate},
    {LV2_BUF_SIZE__minBlockLength, LV2_ATOM__Int, sizeof(int32_t), &f->min_block},
    {LV2_BUF_SIZE__maxBlockLength, LV2_ATOM__Int, sizeof(int32_t), &f->max_block},
    {LV2_BUF_SIZE_PREFIX "nominalBlockLength", LV2_ATOM__Int, sizeof(int32_t), &f->nominal_block},
    {LV2_BUF_SIZE__sequenceSize, LV2_ATOM__Int, sizeof(int32_t), &f->sequence_size},
  };
  const size_t n = sizeof(options) / sizeof(options[0]);
  for (size_t i = 0; i < n; ++i) {
    f->options[i] = (LV2_Options_Option){
      LV2_OPTIONS_INSTANCE, 0, urids_map(urids, options[i].key), options[i].size, urids_map(urids, options[i].type),
      options[i].value};
  }
  f->options[n] = (LV2_Options_Option){0};
}

void
features_init(Features* const   f,
              const char* const name,
              const uint32_t    rate,
              Urids* const      urids,
              Worker* const     worker,
              Scratch* const    scratch)
{
  memset(f, 0, sizeof(*f));
  set_options(f, rate, urids);
  plugin_log_init(&f->log, name, urids);
  const LV2_Feature all[] = {
    {LV2_URID__map, urids_map_feature(urids)},
    {LV2_URID__unmap, urids_unmap_feature(urids)},
    {LV2_OPTIONS__options, f->options},
    {LV2_LOG__log, &f->log.feature},
    {LV2_BUF_SIZE__boundedBlockLength, NULL},
    {LV2_CORE__hardRTCapable, NULL},
    {LV2_CORE__isLive, NULL},
    {LV2_STATE__makePath, &scratch->make},
    {LV2_STATE__freePath, &scratch->free},
    {LV2_STATE__threadSafeRestore, NULL},
    {LV2_WORKER__schedule, worker ? worker_schedule(worker) : NULL},
  };
  const size_t n = sizeof(all) / sizeof(all[0]) - (worker ? 0 : 1);
  for (size_t i = 0; i < n; ++i) {
    f->feature[i] = all[i];
    f->list[i] = f->restore[i] = &f->feature[i];
  }
  if (worker) {
    f->at_once        = (LV2_Feature){LV2_WORKER__schedule, worker_schedule_at_once(worker)};
    f->restore[n - 1] = &f->at_once;
  }
}

void
features_end(Features* const f)
{
  plugin_log_end(&f->log);
}
