// SPDX-License-Identifier: GPL-3.0-or-later
#include "rig/rig_ops.h"

#include <stdio.h>
#include <string.h>

static int64_t
frame_now(void* const self)
{
  const Rig* const r = self;
  return r->hooks.frame_now ? r->hooks.frame_now(r->hooks.self)
                            : atomic_load_explicit(&engine_levels(r->engine)->frame, memory_order_relaxed);
}

static void
wake_disk(void* const self)
{
  disk_wake(((Rig*)self)->disk);
}

static Status
no_such_port(const Plugin* const p, const char* const symbol, Error* const error)
{
  char   list[400] = {0};
  size_t length    = 0;
  for (uint32_t i = 0; i < p->nports && length < sizeof(list); ++i) {
    const char* const name = p->ports[i].symbol;
    length += *name ? (size_t)snprintf(list + length, sizeof(list) - length, " %s", name) : 0;
  }
  return error_set(error, STATUS_NOT_FOUND, "%s has no port \"%s\": there are%s", p->name, symbol, list);
}

static OpsPort
describe(const Plugin* const p, const uint32_t port)
{
  const PluginPort* const facts = &p->ports[port];
  return (OpsPort){.port    = port,
                   .name    = facts->name,
                   .minimum = facts->minimum,
                   .maximum = facts->maximum,
                   .initial = facts->initial,
                   .input   = facts->input,
                   .toggled = facts->toggled,
                   .integer = facts->integer || facts->enumeration};
}

static Status
find_port(void* const       self,
          const uint8_t     chain,
          const uint8_t     slot,
          const char* const symbol,
          OpsPort* const    out,
          Error* const      error)
{
  const Rig* const    r = self;
  const Plugin* const p = chain < MAX_CHAINS && slot < MAX_SLOTS ? r->slots[chain][slot] : NULL;
  if (!p) {
    return chain < MAX_DECKS ? error_set(error, STATUS_NOT_FOUND, "deck %u has no plugin there", chain + 1u)
                             : error_set(error, STATUS_NOT_FOUND, "the %s has no plugin there",
                                         chain == CHAIN_MIC ? "microphone" : "master");
  }
  const uint32_t port = plugin_port(p, symbol);
  if (port == NO_PORT) {
    return no_such_port(p, symbol, error);
  }
  *out = describe(p, port);
  return STATUS_OK;
}

static bool
port_at(void* const        self,
        const uint8_t      chain,
        const uint8_t      slot,
        const uint32_t     index,
        OpsPort* const     out,
        const char** const symbol)
{
  const Rig* const    r = self;
  const Plugin* const p = chain < MAX_CHAINS && slot < MAX_SLOTS ? r->slots[chain][slot] : NULL;
  if (!p || index >= p->nports) {
    return false;
  }
  *out    = describe(p, index);
  *symbol = p->ports[index].symbol;
  return true;
}

static float
port_value(void* const self, const uint8_t chain, const uint8_t slot, const uint32_t port)
{
  const Rig* const    r = self;
  const Plugin* const p = chain < MAX_CHAINS && slot < MAX_SLOTS ? r->slots[chain][slot] : NULL;
  return p && port < p->nports ? p->values[port] : 0.0f;
}

void
rig_plugin_retired(Rig* const r, Plugin* const plugin)
{
  for (uint32_t chain = 0; chain < MAX_CHAINS; ++chain) {
    for (uint32_t slot = 0; slot < MAX_SLOTS; ++slot) {
      if (r->slots[chain][slot] == plugin) {
        r->slots[chain][slot] = NULL;
      }
    }
  }
  host_plugin_free(r->host, plugin);
}

static void
deck_retired(void* const self, const uint8_t deck, DeckRt* const memory)
{
  const Rig* const r = self;
  engine_free_deck(memory);
  if (r->hooks.deck_removed) {
    r->hooks.deck_removed(r->hooks.self, deck);
  }
}

static Status
deck_add(void* const self, const uint8_t deck, Error* const error)
{
  Rig* const  r        = self;
  Ring* const commands = engine_commands(r->engine);
  Plugin*     made[MAX_SLOTS];
  if (ring_space(commands) < 1 + MAX_SLOTS) {
    return error_set(error, STATUS_BUSY, "the engine doesn't read its commands now: try again");
  }
  Status status = rig_make_plugins(r, made, error);
  if (status) {
    return status;
  }
  Command c = {.at = AT_NOW, .kind = COMMAND_DECK_ADD, .deck = deck, .memory = {engine_new_deck(r->engine, deck)}};
  if (!c.memory.deck) {
    status = error_set(error, STATUS_NO_MEMORY, "no memory for deck %u", deck + 1u);
  } else if (r->hooks.deck_added) {
    status = r->hooks.deck_added(r->hooks.self, deck, error);
  }
  if (status) {
    engine_free_deck(c.memory.deck);
    rig_free_plugins(r, made);
    return status;
  }
  ring_write(commands, &c);
  rig_send_plugins(r, deck, made);
  return STATUS_OK;
}

static void
plugin_retired(void* const self, Plugin* const plugin)
{
  rig_plugin_retired(self, plugin);
}

static void
titled(void* const self, const uint8_t deck, const char* const title)
{
  const RigHooks* const h = &((Rig*)self)->hooks;
  if (h->titled) {
    h->titled(h->self, deck, title);
  }
}

static void
latency_changed(void* const self, const uint8_t deck)
{
  const RigHooks* const h = &((Rig*)self)->hooks;
  if (h->latency_changed) {
    h->latency_changed(h->self, deck);
  }
}

static OpsDiskStats
stats(void* const self)
{
  const DiskStats s = disk_stats(((Rig*)self)->disk);
  return (OpsDiskStats){s.cache_used_mb, s.cache_size_mb, s.read_mb, s.record_lost, s.record_failed};
}

static bool
loudness(void* const self, float out[4])
{
  const Rig* const r = self;
  if (!r->loudness) {
    return false;
  }
  const LoudnessValues v = loudness_values(r->loudness);
  out[0]                 = v.momentary;
  out[1]                 = v.short_term;
  out[2]                 = v.integrated;
  out[3]                 = v.range;
  return true;
}

static void
reset_loudness(void* const self)
{
  Rig* const r = self;
  if (r->loudness) {
    loudness_reset(r->loudness);
  }
}

Ops
rig_ops(Rig* const r)
{
  return (Ops){
    .self            = r,
    .commands        = engine_commands(r->engine),
    .notices         = engine_notices(r->engine),
    .requests        = disk_requests(r->disk),
    .replies         = disk_replies(r->disk),
    .levels          = engine_levels(r->engine),
    .rate            = engine_rate(r->engine),
    .decks           = r->decks,
    .offline         = r->offline,
    .frame_now       = frame_now,
    .wake_disk       = wake_disk,
    .plugin_port     = find_port,
    .plugin_port_at  = port_at,
    .plugin_value    = port_value,
    .plugin_about    = rig_plugin_about,
    .plugin_ask      = rig_plugin_ask,
    .plugin_keep     = rig_plugin_keep,
    .plugin_take     = rig_plugin_take,
    .plugin_drop     = rig_plugin_drop,
    .plugin_put      = rig_plugin_put,
    .deck_add        = deck_add,
    .deck_retired    = deck_retired,
    .plugin_retired  = plugin_retired,
    .titled          = titled,
    .latency_changed = latency_changed,
    .disk_stats      = stats,
    .loudness        = loudness,
    .loudness_reset  = reset_loudness,
    .midi            = r->midi,
    .midi_dir        = rig_midi_dir(),
  };
}
