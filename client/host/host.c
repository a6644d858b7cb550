// SPDX-License-Identifier: GPL-3.0-or-later
#include "host/host.h"

#include "host/instance.h"
#include "host/maker.h"

#include <stdlib.h>

#define BELOW 2 // the process thread's priority; other threads of JACK's are one below

struct Host {
  World    world;
  Urids*   urids;
  Workers* workers;
  Maker*   maker;
  uint32_t rate; ///< Hz
};

Status
host_new(Host** const out, const HostConfig* const config, Error* const error)
{
  Host* const h = calloc(1, sizeof(*h));
  if (!h) {
    return error_set(error, STATUS_NO_MEMORY, "no memory for the LV2 host");
  }
  h->rate             = config->rate;
  h->urids            = urids_new();
  h->workers          = workers_new(config->offline);
  h->maker            = h->urids && h->workers ? maker_new(config, h->urids, h->workers) : NULL;
  const Status status = h->maker ? world_init(&h->world, config->bundle_dir, error)
                                 : error_set(error, STATUS_NO_MEMORY, "no memory for the LV2 host");
  if (status) {
    host_free(h);
    return status;
  }
  *out = h;
  return STATUS_OK;
}

void
host_free(Host* const h)
{
  if (h) {
    maker_free(h->maker);
    workers_free(h->workers);
    world_end(&h->world);
    urids_free(h->urids);
    free(h);
  }
}

void
host_hurry(Host* const h, const int priority)
{
  workers_hurry(h->workers, priority > BELOW ? priority - BELOW : 0);
}

Status
host_plugin_new(Host* const h, const char* const uri, Plugin** const out, Error* const error)
{
  const LilvPlugin* const plugin = world_plugin(&h->world, uri, error);
  if (!plugin) {
    return STATUS_NOT_FOUND;
  }
  const InstanceMakings m = {&h->world, h->urids, h->workers, h->rate};
  return instance_new(out, &m, plugin, NULL, error);
}

void
host_plugin_free(Host* const h, Plugin* const p)
{
  if (p && !maker_free_plugin(h->maker, p)) {
    instance_free(p);
  }
}

uint32_t
host_ask(Host* const h, const HostWish* const wish)
{
  return maker_ask(h->maker, wish);
}

bool
host_take(Host* const h, const uint32_t ticket, HostMade* const out)
{
  return maker_take(h->maker, ticket, out);
}

void
host_drop(Host* const h, const uint32_t ticket)
{
  maker_drop(h->maker, ticket);
}
