// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/engine.h"

#include "base/locked.h"
#include "engine/crew.h"
#include "engine/engine_parts_rt.h"
#include "engine/stats_rt.h"

#include <stdlib.h>
#include <string.h>

#define COMMAND_ROOM 4096
#define NOTICE_ROOM 4096
#define TAP_SECONDS 4u

struct Engine {
  EngineRt rt;
  Crew     crew;
  Levels   levels;
  Playhead playhead[MAX_DECKS];
  Epoch    epoch;
  uint32_t rate;
  bool     fine;
};

// What a deck takes, in one piece.
typedef struct {
  DeckRt deck;
  float  bus[2][MAX_MADE] __attribute__((aligned(64)));
  float  held[2][DELAY_ROOM];
} DeckMemory;

static bool
delay_new(Delay* const d)
{
  for (int side = 0; side < 2; ++side) {
    d->plane[side] = locked_new(DELAY_ROOM * sizeof(float));
  }
  return d->plane[0] && d->plane[1];
}

static void
delay_free(Delay* const d)
{
  locked_free(d->plane[0]);
  locked_free(d->plane[1]);
}

static bool
master_new(Engine* const e)
{
  MasterRt* const m        = &e->rt.master;
  Delay* const    delays[] = {&m->dry, &m->wet, &m->before, &m->after, &m->pfl};
  bool            complete = true;
  for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); ++i) {
    complete = delay_new(delays[i]) && complete;
  }
  for (int i = 0; i < TAP_COUNT; ++i) {
    m->tap[i].ring = ring_new(TAP_SECONDS * e->rate, 2 * sizeof(float));
    complete       = m->tap[i].ring && complete;
  }
  const SincTable* const table = sinc_table(SINC_32);
  m->rate                      = e->rate;
  m->levels                    = &e->levels;
  master_init_rt(m, table);
  return complete && table;
}

static bool
mic_new(Engine* const e)
{
  MicRt* const m = &e->rt.mic;
  m->rate        = e->rate;
  m->ducks       = locked_new(DELAY_ROOM * sizeof(float));
  mic_init_rt(m);
  return delay_new(&m->sound) && m->ducks;
}

DeckRt*
engine_new_deck(Engine* const e, const uint32_t number)
{
  DeckMemory* const m = number < MAX_DECKS && sinc_table(SINC_32) ? locked_new(sizeof(DeckMemory)) : NULL;
  if (!m) {
    return NULL;
  }
  DeckRt* const d = &m->deck;
  d->number       = (uint8_t)number;
  d->rate         = e->rate;
  d->levels       = &e->levels;
  d->playhead     = &e->playhead[number];
  d->bus[0]       = m->bus[0];
  d->bus[1]       = m->bus[1];
  d->port_delay   = (Delay){{m->held[0], m->held[1]}};
  d->path.table   = sinc_table(e->fine ? SINC_32 : SINC_16);
  deck_init_rt(d);
  return d;
}

void
engine_free_deck(DeckRt* const deck)
{
  locked_free(deck); // it is the first of its DeckMemory
}

Status
engine_new(Engine** const out, const EngineConfig* const config, Error* const error)
{
  *out = NULL;
  if (config->decks < 1 || config->decks > MAX_DECKS || !config->rate) {
    return error_set(error, STATUS_BAD_VALUE, "%u decks at %u Hz: there can be 1 to %d", config->decks, config->rate,
                     MAX_DECKS);
  }
  Engine* const e = locked_new(sizeof(*e));
  if (!e) {
    return error_set(error, STATUS_NO_MEMORY, "no memory for the engine");
  }
  e->rate            = config->rate;
  e->fine            = config->fine;
  EngineRt* const rt = &e->rt;
  rt->rate           = e->rate;
  rt->frame          = config->frame;
  rt->ndecks         = config->decks;
  rt->levels         = &e->levels;
  rt->epoch          = &e->epoch;
  rt->crew           = &e->crew.rt;
  rt->playheads      = e->playhead;
  rt->commands       = ring_new(COMMAND_ROOM, sizeof(Command));
  rt->notices        = ring_new(NOTICE_ROOM, sizeof(Notice));
  bool complete      = rt->commands && rt->notices && master_new(e) && mic_new(e);
  for (int i = 0; i < 4; ++i) {
    rt->spare[i] = locked_new(MAX_MADE * sizeof(float));
    complete     = complete && rt->spare[i];
  }
  for (uint32_t i = 0; i < MAX_DECKS; ++i) {
    atomic_store(&e->playhead[i].loop_end, -1);
    deck_levels_reset_rt(&e->levels.deck[i]);
  }
  for (uint32_t i = 0; i < config->decks && complete; ++i) {
    rt->deck[i] = engine_new_deck(e, i);
    complete    = rt->deck[i] != NULL;
  }
  if (!complete) {
    engine_free(e);
    return error_set(error, STATUS_NO_MEMORY, "no memory for %u decks", config->decks);
  }
  rt->mixer.rate    = e->rate;
  rt->mixer.nstrips = config->decks;
  mixer_init_rt(&rt->mixer);
  rt->master.mixed = rt->master.gained = config->frame;
  atomic_store(&e->levels.frame, config->frame);
  atomic_store(&e->levels.rate, e->rate);
  atomic_store(&e->levels.threads, 1);
  *out = e;
  return STATUS_OK;
}

void
engine_free(Engine* const e)
{
  if (!e) {
    return;
  }
  crew_stop(&e->crew);
  for (uint32_t i = 0; i < MAX_DECKS; ++i) {
    engine_free_deck(e->rt.deck[i]);
  }
  MasterRt* const m        = &e->rt.master;
  Delay* const    delays[] = {&m->dry, &m->wet, &m->before, &m->after, &m->pfl, &e->rt.mic.sound};
  for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); ++i) {
    delay_free(delays[i]);
  }
  for (int i = 0; i < TAP_COUNT; ++i) {
    ring_free(m->tap[i].ring);
  }
  locked_free(e->rt.mic.ducks);
  for (int i = 0; i < 4; ++i) {
    locked_free(e->rt.spare[i]);
  }
  ring_free(e->rt.commands);
  ring_free(e->rt.notices);
  locked_free(e);
}

static void
retire(Engine* const e, const uint8_t deck, Track* const track, Plugin* const plugin)
{
  Notice n = {.at = e->rt.frame, .deck = deck};
  if (track) {
    n.kind  = NOTICE_TRACK_RETIRED;
    n.track = track;
    ring_write(e->rt.notices, &n);
  }
  if (plugin) {
    n.kind   = NOTICE_PLUGIN_RETIRED;
    n.plugin = plugin;
    ring_write(e->rt.notices, &n);
  }
}

static void
retire_command(Engine* const e, const Command* const c)
{
  if (c->kind == COMMAND_TRACK) {
    retire(e, c->deck, c->track.track, NULL);
  } else if (c->kind == COMMAND_PLUGIN) {
    retire(e, c->deck, NULL, c->plugin.plugin);
  } else if (c->kind == COMMAND_DECK_ADD) {
    engine_free_deck(c->memory.deck); // the engine never had it
  }
}

static void
retire_deck(Engine* const e, DeckRt* const d)
{
  for (uint16_t i = d->queue.first; i != QUEUE_END; i = d->queue.node[i].next) {
    retire_command(e, &d->queue.node[i].command);
  }
  queue_init_rt(&d->queue);
  if (d->closing && (d->after == AFTER_TRACK || d->after == AFTER_PLUGIN)) {
    retire_command(e, &d->held);
  }
  for (uint8_t i = 0; i < MAX_STEMS; ++i) {
    atomic_store(&d->playhead->track[i], NULL);
    retire(e, d->number, d->path.source.stem[i].track, NULL);
    d->path.source.stem[i].track = NULL;
  }
  retire(e, d->number, NULL, chain_faded_rt(&d->chain, true));
  for (int i = 0; i < MAX_SLOTS; ++i) {
    retire(e, d->number, NULL, d->chain.slot[i]);
    d->chain.slot[i] = NULL;
  }
  path_plugin_rt(&d->path, NULL);
  source_stems_changed_rt(&d->path.source);
  d->running = d->closing = false;
  d->state                = DECK_EMPTY;
  d->chain.nramps         = 0;
}

static void
retire_rack(Engine* const e, const uint8_t chain, Rack* const r)
{
  for (uint16_t i = r->queue.first; i != QUEUE_END; i = r->queue.node[i].next) {
    retire_command(e, &r->queue.node[i].command);
  }
  if (r->waits) {
    retire_command(e, &r->held);
  }
  retire(e, chain, NULL, r->retired);
  for (int i = 0; i < MAX_SLOTS; ++i) {
    retire(e, chain, NULL, r->chain.slot[i]);
    r->chain.slot[i] = NULL;
  }
  r->retired      = NULL;
  r->waits        = false;
  r->chain.nramps = 0;
  queue_init_rt(&r->queue);
}

void
engine_retire_all(Engine* const e)
{
  send_notices_rt(&e->rt);
  for (Command c; ring_read(e->rt.commands, &c);) {
    retire_command(e, &c);
  }
  for (uint32_t i = 0; i < MAX_DECKS; ++i) {
    if (e->rt.deck[i]) {
      retire_deck(e, e->rt.deck[i]);
    }
  }
  retire_rack(e, CHAIN_MIC, &e->rt.mic.rack);
  retire_rack(e, CHAIN_MASTER, &e->rt.master.rack);
}

Status
engine_start_threads(Engine* const e, const CrewMaker* const maker, const uint32_t threads, Error* const error)
{
  crew_stop(&e->crew);
  const Status status = crew_start(&e->crew, maker, threads ? threads : crew_auto_threads(), error);
  atomic_store(&e->levels.threads, e->crew.rt.nhands + 1);
  return status;
}

void
engine_stop_threads(Engine* const e)
{
  crew_stop(&e->crew);
  atomic_store(&e->levels.threads, 1);
}

EngineRt*
engine_rt(Engine* const e)
{
  return &e->rt;
}

Ring*
engine_commands(Engine* const e)
{
  return e->rt.commands;
}

Ring*
engine_notices(Engine* const e)
{
  return e->rt.notices;
}

Levels*
engine_levels(Engine* const e)
{
  return &e->levels;
}

Playhead*
engine_playhead(Engine* const e, const uint32_t deck)
{
  return &e->playhead[deck];
}

Epoch*
engine_epoch(Engine* const e)
{
  return &e->epoch;
}

Tap*
engine_tap(Engine* const e, const TapKind kind)
{
  return &e->rt.master.tap[kind];
}

Ring*
engine_record_ring(Engine* const e)
{
  return e->rt.master.tap[TAP_RECORD].ring;
}

uint32_t
engine_rate(const Engine* const e)
{
  return e->rate;
}
