// SPDX-License-Identifier: GPL-3.0-or-later
#include "rig/rig_ops.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What the host makes for the control thread.

bool
rig_plugin_about(void* const self, const uint8_t chain, const uint8_t slot, OpsPlugin* const out)
{
  const Rig* const    r = self;
  const Plugin* const p = chain < MAX_CHAINS && slot < MAX_SLOTS ? r->slots[chain][slot] : NULL;
  if (!p) {
    return false;
  }
  *out = (OpsPlugin){p->uri, p->name, p->enabled_port, plugin_latency_rt(p), r->numbers[chain][slot]};
  return true;
}

uint32_t
rig_plugin_ask(void* const self, const OpsWish* const wish)
{
  const Rig* const r    = self;
  const HostWish   what = {wish->preset ? HOST_PRESET : HOST_MAKE, wish->uri, wish->preset, wish->folder, NULL};
  return host_ask(r->host, &what);
}

uint32_t
rig_plugin_keep(void* const self, const uint8_t chain, const uint8_t slot, const char* const folder)
{
  const Rig* const r    = self;
  Plugin* const    p    = r->slots[chain][slot];
  const HostWish   what = {HOST_KEEP, NULL, NULL, folder, p};
  return p ? host_ask(r->host, &what) : 0;
}

bool
rig_plugin_take(void* const self, const uint32_t ticket, OpsMade* const out)
{
  const Rig* const r = self;
  HostMade         made;
  if (!host_take(r->host, ticket, &made)) {
    return false;
  }
  *out        = (OpsMade){made.status, made.error, made.plugin, NULL, 0, made.kept};
  out->values = made.nvalues ? calloc(made.nvalues, sizeof(*out->values)) : NULL;
  for (uint32_t i = 0; out->values && i < made.nvalues; ++i) {
    snprintf(out->values[i].symbol, sizeof(out->values[i].symbol), "%s", made.values[i].symbol);
    out->values[i].value = made.values[i].value;
    out->nvalues         = i + 1;
  }
  free(made.values);
  return true;
}

void
rig_plugin_drop(void* const self, const uint32_t ticket)
{
  const Rig* const r = self;
  host_drop(r->host, ticket);
}

void
rig_plugin_put(void* const self, const uint8_t chain, const uint8_t slot, Plugin* const plugin)
{
  Rig* const r            = self;
  r->slots[chain][slot]   = plugin;
  r->numbers[chain][slot] = ++r->puts;
}
