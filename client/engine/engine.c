// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/engine.h"

#include "engine/crew.h"
#include "engine/engine_parts_rt.h"

#include <stdlib.h>
#include <string.h>

#define COMMAND_ROOM 4096
#define NOTICE_ROOM 4096
#define RECORD_SECONDS 4u

struct Engine {
  EngineRt rt;
  Crew     crew;
  Levels   levels;
  Playhead playhead[MAX_DECKS];
  Epoch    epoch;
  uint32_t rate, decks;
};

// Memory for the process thread: aligned, and touched.
static void*
touched(const size_t size)
{
  const size_t whole = (size + 63) / 64 * 64;
  void* const  p     = aligned_alloc(64, whole);
  if (p) {
    memset(p, 0, whole);
  }
  return p;
}

static bool
deck_new(Engine* const e, const uint32_t i)
{
  EngineRt* const rt = &e->rt;
  rt->deck[i]        = touched(sizeof(DeckRt));
  rt->bus[i][0]      = touched(MAX_BLOCK * sizeof(float));
  rt->bus[i][1]      = touched(MAX_BLOCK * sizeof(float));
  if (!rt->deck[i] || !rt->bus[i][0] || !rt->bus[i][1]) {
    return false;
  }
  DeckRt* const d = rt->deck[i];
  d->number       = (uint8_t)i;
  d->rate         = e->rate;
  d->levels       = &e->levels;
  d->playhead     = &e->playhead[i];
  d->path.table   = sinc_table(SINC_32);
  atomic_store(&e->playhead[i].loop_end, -1);
  deck_init_rt(d);
  return d->path.table != NULL;
}

Status
engine_new(Engine** const out, const EngineConfig* const config, Error* const error)
{
  *out = NULL;
  if (config->decks < 1 || config->decks > MAX_DECKS || !config->rate) {
    return error_set(error, STATUS_BAD_VALUE, "%u decks at %u Hz: there can be 2 to %d", config->decks, config->rate,
                     MAX_DECKS);
  }
  Engine* const e = touched(sizeof(*e));
  if (!e) {
    return error_set(error, STATUS_NO_MEMORY, "no memory for the engine");
  }
  e->rate            = config->rate;
  e->decks           = config->decks;
  EngineRt* const rt = &e->rt;
  rt->rate           = e->rate;
  rt->ndecks         = e->decks;
  rt->levels         = &e->levels;
  rt->epoch          = &e->epoch;
  rt->crew           = &e->crew.rt;
  rt->playheads      = e->playhead;
  rt->commands       = ring_new(COMMAND_ROOM, sizeof(Command));
  rt->notices        = ring_new(NOTICE_ROOM, sizeof(Notice));
  rt->mixer.record   = ring_new(RECORD_SECONDS * e->rate, 2 * sizeof(float));
  bool complete      = rt->commands && rt->notices && rt->mixer.record;
  for (int i = 0; i < 4; ++i) {
    rt->spare[i] = touched(MAX_BLOCK * sizeof(float));
    complete     = complete && rt->spare[i];
  }
  for (uint32_t i = 0; i < e->decks && complete; ++i) {
    complete = deck_new(e, i);
  }
  if (!complete) {
    engine_free(e);
    return error_set(error, STATUS_NO_MEMORY, "no memory for %u decks", config->decks);
  }
  rt->mixer.rate    = e->rate;
  rt->mixer.nstrips = e->decks;
  rt->mixer.levels  = &e->levels;
  mixer_init_rt(&rt->mixer);
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
    free(e->rt.deck[i]);
    free(e->rt.bus[i][0]);
    free(e->rt.bus[i][1]);
  }
  for (int i = 0; i < 4; ++i) {
    free(e->rt.spare[i]);
  }
  ring_free(e->rt.commands);
  ring_free(e->rt.notices);
  ring_free(e->rt.mixer.record);
  free(e);
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

void
engine_retire_all(Engine* const e)
{
  send_notices_rt(&e->rt);
  for (Command c; ring_read(e->rt.commands, &c);) {
    retire_command(e, &c);
  }
  for (uint32_t i = 0; i < e->decks; ++i) {
    retire_deck(e, e->rt.deck[i]);
  }
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

Ring*
engine_record_ring(Engine* const e)
{
  return e->rt.mixer.record;
}

uint32_t
engine_rate(const Engine* const e)
{
  return e->rate;
}

uint32_t
engine_decks(const Engine* const e)
{
  return e->decks;
}
