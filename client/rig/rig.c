// SPDX-License-Identifier: GPL-3.0-or-later
#include "rig/rig.h"

#include "rig/rig_ops.h"

#include <stdlib.h>
#include <string.h>

static const char eq_uri[] = "urn:deckhost:eq";

/// The plugins that each deck has, before inserts; the microphone has the EQ.
static const struct {
  uint8_t     slot;
  const char* uri;
} own[] = {{SLOT_PITCH, "urn:deckhost:pitch"}, {SLOT_EQ, eq_uri}};

static Status
no_plugin(const char* const uri, const Error* const why, Error* const error)
{
  const char* const path = getenv("LV2_PATH");
  return error_set(error, STATUS_NOT_FOUND,
                   "no deck can do without %s (%.200s): looked in %.80s and %.80s; `./waf build` makes it, `./waf "
                   "install` puts it in its place",
                   uri, why->text, rig_bundle_dir(), path ? path : "LV2's usual folders");
}

Status
rig_make_plugins(Rig* const r, Plugin* made[MAX_SLOTS], Error* const error)
{
  memset(made, 0, MAX_SLOTS * sizeof(made[0]));
  for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); ++i) {
    Error why;
    if (host_plugin_new(r->host, own[i].uri, &made[own[i].slot], &why)) {
      rig_free_plugins(r, made);
      return no_plugin(own[i].uri, &why, error);
    }
  }
  return STATUS_OK;
}

void
rig_free_plugins(Rig* const r, Plugin* const made[MAX_SLOTS])
{
  for (int slot = 0; slot < MAX_SLOTS; ++slot) {
    if (made[slot]) {
      host_plugin_free(r->host, made[slot]);
    }
  }
}

void
rig_send_plugins(Rig* const r, const uint8_t deck, Plugin* const made[MAX_SLOTS])
{
  for (uint8_t slot = 0; slot < MAX_SLOTS; ++slot) {
    const Command c = {.at = AT_NOW, .kind = COMMAND_PLUGIN, .deck = deck, .plugin = {slot, made[slot]}};
    if (made[slot]) {
      ring_write(engine_commands(r->engine), &c);
      r->slots[deck][slot] = made[slot];
    }
  }
}

static Status
fill_decks(Rig* const r, Error* const error)
{
  Status  status = STATUS_OK;
  Plugin* made[MAX_SLOTS];
  for (uint8_t deck = 0; !status && deck < r->decks; ++deck) {
    status = rig_make_plugins(r, made, error);
    if (!status) {
      rig_send_plugins(r, deck, made);
    }
    engine_run_rt(engine_rt(r->engine), 0, &(const EngineIo){0}); // they are in place before the first cycle
  }
  if (!status) {
    Error why;
    memset(made, 0, sizeof(made));
    status = host_plugin_new(r->host, eq_uri, &made[SLOT_EQ], &why) ? no_plugin(eq_uri, &why, error) : STATUS_OK;
  }
  if (!status) {
    rig_send_plugins(r, CHAIN_MIC, made);
    engine_run_rt(engine_rt(r->engine), 0, &(const EngineIo){0});
  }
  return status;
}

static Status
set_up(Rig* const r, const RigConfig* const config, Error* const error)
{
  const EngineConfig engine = {
    .rate = config->rate, .decks = config->decks, .fine = config->fine, .frame = config->frame};
  const HostConfig host   = {.rate = config->rate, .bundle_dir = rig_bundle_dir(), .offline = config->offline};
  Status           status = engine_new(&r->engine, &engine, error);
  r->config               = *config;
  r->decks                = config->decks;
  r->offline              = config->offline;
  if (!status) {
    status = host_new(&r->host, &host, error);
  }
  if (!status) {
    status = fill_decks(r, error);
  }
  if (!status) {
    const DiskConfig disk = {.engine = r->engine, .cache_mb = config->cache_mb, .threaded = !config->offline};
    status                = disk_new(&r->disk, &disk, error);
  }
  if (!status && !config->offline) {
    status = loudness_new(&r->loudness, engine_tap(r->engine, TAP_LOUDNESS), config->rate, true, error);
  }
  return status;
}

Status
rig_new(Rig** const out, const RigConfig* const config, Error* const error)
{
  Rig* const r = calloc(1, sizeof(*r));
  if (!r) {
    return error_set(error, STATUS_NO_MEMORY, "no memory");
  }
  Status status = set_up(r, config, error);
  if (!status && !config->offline && !(r->midi = midi_port_new())) {
    status = error_set(error, STATUS_NO_MEMORY, "no memory");
  }
  if (!status) {
    const Ops ops = rig_ops(r);
    status        = control_new(&r->control, &ops, error);
  }
  if (status) {
    rig_free(r);
    return status;
  }
  *out = r;
  return STATUS_OK;
}

static void
read_notices(Rig* const r)
{
  Notice n;
  while (ring_read(engine_notices(r->engine), &n)) {
    if (n.kind == NOTICE_PLUGIN_RETIRED) { // tracks are the disk's to free
      rig_plugin_retired(r, n.plugin);
    } else if (n.kind == NOTICE_DECK_RETIRED) {
      engine_free_deck(n.memory);
    }
  }
}

/// All plugins back from the engine, which nobody runs any more.
static void
take_back(Rig* const r)
{
  read_notices(r);
  engine_retire_all(r->engine);
  read_notices(r);
  for (uint32_t i = 0; i < MAX_CHAINS * MAX_SLOTS; ++i) { // those it never saw
    Plugin* const plugin = r->slots[i / MAX_SLOTS][i % MAX_SLOTS];
    if (plugin) {
      rig_plugin_retired(r, plugin);
    }
  }
}

/// All but control.
static void
take_down(Rig* const r)
{
  loudness_free(r->loudness);
  if (r->engine) {
    take_back(r);
  }
  if (r->disk) {
    disk_free(r->disk);
  }
  if (r->host) {
    host_free(r->host);
  }
  if (r->engine) {
    engine_free(r->engine);
  }
}

void
rig_free(Rig* const r)
{
  if (!r) {
    return;
  }
  if (r->control) {
    control_free(r->control);
  }
  take_down(r);
  midi_port_free(r->midi);
  free(r);
}

Status
rig_change_rate(Rig* const r, const uint32_t rate, Error* const error)
{
  RigConfig config    = r->config;
  Rig       fresh     = {0};
  Rig       old       = *r;
  config.rate         = rate;
  config.frame        = atomic_load(&engine_levels(r->engine)->frame) + MAX_BLOCK;
  config.decks        = control_move_begin(r->control, config.frame);
  const Status status = set_up(&fresh, &config, error);
  if (status) {
    take_down(&fresh);
    return status;
  }
  fresh.control = r->control;
  fresh.midi    = r->midi;
  fresh.hooks   = r->hooks;
  *r            = fresh;
  const Ops ops = rig_ops(r);
  control_move(r->control, &ops);
  take_down(&old);
  return STATUS_OK;
}

Engine*
rig_engine(Rig* const r)
{
  return r->engine;
}

Disk*
rig_disk(Rig* const r)
{
  return r->disk;
}

Control*
rig_control(Rig* const r)
{
  return r->control;
}

MidiPort*
rig_midi(Rig* const r)
{
  return r->midi;
}

void
rig_hurry(Rig* const r, const int priority)
{
  host_hurry(r->host, priority);
}

void
rig_set_hooks(Rig* const r, const RigHooks* const hooks)
{
  r->hooks = *hooks;
}
