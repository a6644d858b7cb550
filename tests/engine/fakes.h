// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TESTS_ENGINE_FAKES_H
#define TESTS_ENGINE_FAKES_H

// Tracks in memory, plugins that delay, and a stage that runs an engine and keeps what comes out.

#include "engine/engine.h"
#include "engine/plugin.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RATE 48000u
#define UNUSED __attribute__((unused))

// ---- tracks -------------------------------------------------------------------------------------------------------

typedef float (*Signal)(int64_t frame, int side);

typedef struct {
  Track         track;
  const float** all; ///< every chunk, also those that are missing from the table
} FakeTrack;

UNUSED static Track*
fake_track(const int64_t frames, const uint32_t rate, const Signal signal)
{
  FakeTrack* const f = calloc(1, sizeof(*f));
  f->track.path      = "/fake";
  f->track.title     = "fake";
  f->track.rate      = rate;
  f->track.channels  = 2;
  f->track.frames    = frames;
  f->track.nchunks   = (size_t)((frames + CHUNK_FRAMES - 1) / CHUNK_FRAMES);
  f->track.chunks    = calloc(f->track.nchunks + 1, sizeof(*f->track.chunks));
  f->all             = calloc(f->track.nchunks + 1, sizeof(*f->all));
  atomic_store(&f->track.end, frames);
  for (size_t c = 0; c < f->track.nchunks; ++c) {
    float* const data = malloc(CHUNK_FRAMES * 2 * sizeof(float));
    for (int64_t i = 0; i < CHUNK_FRAMES; ++i) {
      const int64_t at = (int64_t)c * CHUNK_FRAMES + i;
      data[2 * i]      = at < frames ? signal(at, 0) : 0.0f;
      data[2 * i + 1]  = at < frames ? signal(at, 1) : 0.0f;
    }
    f->all[c] = data;
    atomic_store(&f->track.chunks[c], data);
  }
  return &f->track;
}

/// Take a chunk out of the table, or put it back.
UNUSED static void
fake_track_hole(Track* const t, const size_t chunk, const bool hole)
{
  atomic_store(&t->chunks[chunk], hole ? NULL : ((FakeTrack*)t)->all[chunk]);
}

UNUSED static void
fake_track_free(Track* const t)
{
  FakeTrack* const f = (FakeTrack*)t;
  for (size_t c = 0; c < t->nchunks; ++c) {
    free((float*)f->all[c]);
  }
  free(f->all);
  free(t->chunks);
  free(f);
}

/// Every frame tells its own number, exactly (below 2^22 frames).
UNUSED static float
signal_ramp(const int64_t frame, const int side)
{
  return (float)(frame + 1) * 0x1p-23f * (side ? -1.0f : 1.0f);
}

UNUSED static float
signal_sine(const int64_t frame, const int side)
{
  return (float)(0.5 * sin(2.0 * M_PI * 1000.0 / 48000.0 * (double)frame + (side ? 1.0 : 0.0)));
}

/// Slow enough that every click stands out.
UNUSED static float
signal_slow(const int64_t frame, const int side)
{
  return (float)(0.5 * cos(2.0 * M_PI * 50.0 / 48000.0 * (double)frame + (side ? 1.0 : 0.0)));
}

UNUSED static float
signal_one(const int64_t frame, const int side)
{
  (void)frame;
  (void)side;
  return 1.0f;
}

UNUSED static float
signal_noise(const int64_t frame, const int side)
{
  uint64_t x = (uint64_t)frame * 2 + (uint64_t)side + 88172645463325252ull;
  x *= 0x9e3779b97f4a7c15ull;
  x ^= x >> 29;
  x *= 0xbf58476d1ce4e5b9ull;
  x ^= x >> 32;
  return (float)((double)(uint32_t)x / 4294967296.0 - 0.5);
}

// ---- plugins ------------------------------------------------------------------------------------------------------

enum { FAKE_SEMITONES, FAKE_CENTS, FAKE_ENABLED, FAKE_GAIN, FAKE_LATENCY, FAKE_PORTS };

typedef struct {
  Plugin     plugin;
  PluginPort ports[FAKE_PORTS];
  float      values[FAKE_PORTS];
  uint32_t   delay, at;
  float*     line[2];
  uint64_t   frames; ///< run so far
} FakePlugin;

RT static void
fake_plugin_run(void* const self, float* const in[2], float* const out[2], const uint32_t n)
{
  FakePlugin* const f = self;
  for (uint32_t i = 0; i < n; ++i) {
    for (int side = 0; side < 2; ++side) {
      const float now = in[side][i];
      out[side][i]    = (f->delay ? f->line[side][f->at] : now) * f->values[FAKE_GAIN];
      if (f->delay) {
        f->line[side][f->at] = now;
      }
    }
    f->at = f->delay ? (f->at + 1) % f->delay : 0;
  }
  f->frames += n;
  f->values[FAKE_LATENCY] = (float)f->delay;
}

/// Delays by `delay` frames and says so; has the ports of a pitch plugin and a gain.
UNUSED static Plugin*
fake_plugin(const uint32_t delay)
{
  FakePlugin* const f   = calloc(1, sizeof(*f));
  const PluginPort  p[] = {{"semitones", "", -12, 12, 0, true, false, false, false},
                           {"cents", "", -100, 100, 0, true, false, false, false},
                           {"enabled", "", 0, 1, 1, true, true, false, false},
                           {"gain", "", 0, 10, 1, true, false, false, false},
                           {"latency", "", 0, 100000, 0, false, false, true, false}};
  memcpy(f->ports, p, sizeof(p));
  f->values[FAKE_ENABLED] = 1.0f;
  f->values[FAKE_GAIN]    = 1.0f;
  f->values[FAKE_LATENCY] = (float)delay;
  f->delay                = delay;
  f->line[0]              = calloc(delay + 1, sizeof(float));
  f->line[1]              = calloc(delay + 1, sizeof(float));
  f->plugin.uri           = "urn:fake";
  f->plugin.name          = "fake";
  f->plugin.nports        = FAKE_PORTS;
  f->plugin.ports         = f->ports;
  f->plugin.values        = f->values;
  f->plugin.latency_port  = FAKE_LATENCY;
  f->plugin.enabled_port  = FAKE_ENABLED;
  f->plugin.self          = f;
  f->plugin.run           = fake_plugin_run;
  return &f->plugin;
}

UNUSED static void
fake_plugin_free(Plugin* const p)
{
  FakePlugin* const f = p->self;
  free(f->line[0]);
  free(f->line[1]);
  free(f);
}

// ---- a stage ------------------------------------------------------------------------------------------------------

#define RIG_NOTICES 512

typedef struct {
  Engine*  engine;
  uint32_t decks;
  uint32_t room; ///< frames that can be kept
  uint32_t done; ///< frames run
  float*   master[2];
  float*   cue[2];
  float*   booth[2];
  float*   deck[2]; ///< of deck 0
  float*   mic[2];  ///< what comes in
  Notice   notice[RIG_NOTICES];
  uint32_t nnotices;
} Rig;

UNUSED static Rig*
rig_up_with(const EngineConfig* const c, const uint32_t room)
{
  Rig* const r = calloc(1, sizeof(*r));
  assert_int_equal(engine_new(&r->engine, c, NULL), STATUS_OK);
  r->decks = c->decks;
  r->room  = room;
  for (int i = 0; i < 2; ++i) {
    r->master[i] = calloc(room, sizeof(float));
    r->cue[i]    = calloc(room, sizeof(float));
    r->deck[i]   = calloc(room, sizeof(float));
    r->booth[i]  = calloc(room, sizeof(float));
    r->mic[i]    = calloc(room, sizeof(float));
  }
  return r;
}

UNUSED static Rig*
rig_up(const uint32_t decks, const uint32_t room)
{
  return rig_up_with(&(const EngineConfig){.rate = RATE, .decks = decks}, room);
}

UNUSED static Rig*
rig_up_fine(const uint32_t decks, const uint32_t room)
{
  return rig_up_with(&(const EngineConfig){.rate = RATE, .decks = decks, .fine = true}, room);
}

/// Read the notices; what is retired is freed.
UNUSED static void
rig_listen(Rig* const r)
{
  for (Notice n; ring_read(engine_notices(r->engine), &n);) {
    if (n.kind == NOTICE_TRACK_RETIRED) {
      fake_track_free(n.track);
    } else if (n.kind == NOTICE_PLUGIN_RETIRED) {
      fake_plugin_free(n.plugin);
    } else if (n.kind == NOTICE_DECK_RETIRED) {
      engine_free_deck(n.memory);
    }
    if (n.kind != NOTICE_OVERRUN && r->nnotices < RIG_NOTICES) {
      r->notice[r->nnotices++] = n;
    }
  }
}

UNUSED static void
rig_down(Rig* const r)
{
  rig_listen(r);
  engine_retire_all(r->engine);
  rig_listen(r);
  engine_free(r->engine);
  for (int i = 0; i < 2; ++i) {
    free(r->master[i]);
    free(r->cue[i]);
    free(r->deck[i]);
    free(r->booth[i]);
    free(r->mic[i]);
  }
  free(r);
}

UNUSED static uint32_t
rig_count(const Rig* const r, const NoticeKind kind)
{
  uint32_t count = 0;
  for (uint32_t i = 0; i < r->nnotices; ++i) {
    count += r->notice[i].kind == kind;
  }
  return count;
}

/// Run one cycle of `n` frames.
UNUSED static void
rig_cycle(Rig* const r, const uint32_t n)
{
  EngineIo io = {0};
  assert_true(r->done + n <= r->room);
  for (int i = 0; i < 2; ++i) {
    io.master[i]  = r->master[i] + r->done;
    io.cue[i]     = r->cue[i] + r->done;
    io.booth[i]   = r->booth[i] + r->done;
    io.mic[i]     = r->mic[i] + r->done;
    io.deck[0][i] = r->deck[i] + r->done;
  }
  engine_run_rt(engine_rt(r->engine), n, &io);
  r->done += n;
  rig_listen(r);
}

/// Run up to frame `until`, in cycles of `block`.
UNUSED static void
rig_run(Rig* const r, const uint32_t until, const uint32_t block)
{
  while (r->done < until) {
    rig_cycle(r, until - r->done < block ? until - r->done : block);
  }
}

UNUSED static void
rig_send(Rig* const r, const Command* const c)
{
  assert_true(ring_write(engine_commands(r->engine), c));
}

UNUSED static void
rig_simple(Rig* const r, const CommandKind kind, const uint8_t deck, const int64_t at)
{
  const Command c = {.at = at, .kind = (uint16_t)kind, .deck = deck};
  rig_send(r, &c);
}

UNUSED static void
rig_track(Rig* const r, const uint8_t deck, const uint8_t stem, Track* const track, const int64_t at)
{
  const Command c = {.at = at, .kind = COMMAND_TRACK, .deck = deck, .track = {track, stem}};
  rig_send(r, &c);
}

UNUSED static void
rig_plugin(Rig* const r, const uint8_t deck, const uint8_t slot, Plugin* const plugin)
{
  const Command c = {.at = AT_NOW, .kind = COMMAND_PLUGIN, .deck = deck, .plugin = {slot, plugin}};
  rig_send(r, &c);
}

UNUSED static void
rig_seek(Rig* const r, const CommandKind kind, const uint8_t deck, const int64_t frame, const int64_t at)
{
  const Command c = {.at = at, .kind = (uint16_t)kind, .deck = deck, .seek = {frame, false}};
  rig_send(r, &c);
}

UNUSED static void
rig_loop(Rig* const r, const uint8_t deck, const int64_t start, const int64_t end, const int64_t at)
{
  const Command c = {.at = at, .kind = COMMAND_LOOP, .deck = deck, .loop = {start, end}};
  rig_send(r, &c);
}

UNUSED static void
rig_toggle(Rig* const r, const CommandKind kind, const uint8_t deck, const bool on, const int64_t at)
{
  const Command c = {.at = at, .kind = (uint16_t)kind, .deck = deck, .toggle = {on}};
  rig_send(r, &c);
}

UNUSED static void
rig_param(Rig* const r, const uint8_t deck, const Param param, const float value, const uint32_t ramp, const int64_t at)
{
  const Command c = {.at = at, .kind = COMMAND_PARAM, .deck = deck, .param = {param, 0, value, ramp}};
  rig_send(r, &c);
}

UNUSED static void
rig_add_deck(Rig* const r, const uint8_t deck)
{
  const Command c = {
    .at = AT_NOW, .kind = COMMAND_DECK_ADD, .deck = deck, .memory = {engine_new_deck(r->engine, deck)}};
  assert_non_null(c.memory.deck);
  rig_send(r, &c);
}

UNUSED static int64_t
rig_position(const Rig* const r, const uint8_t deck)
{
  return atomic_load(&engine_levels(r->engine)->deck[deck].position);
}

/// The largest second difference in [from, to): a click is a jump there.
UNUSED static float
largest_bend(const float* const x, const uint32_t from, const uint32_t to)
{
  float most = 0.0f;
  for (uint32_t i = from + 2; i < to; ++i) {
    const float bend = fabsf(x[i] - 2.0f * x[i - 1] + x[i - 2]);
    most             = bend > most ? bend : most;
  }
  return most;
}

/// Frame i of `x` must be frame `first + i` of signal_ramp, exactly.
UNUSED static void
assert_ramp(const float* const x, const uint32_t n, const int64_t first, const int side)
{
  for (uint32_t i = 0; i < n; ++i) {
    if (x[i] != signal_ramp(first + i, side)) {
      fail_msg("frame %u is %.9g (frame %.2f of the track), expected frame %ld", i, (double)x[i],
               (double)x[i] * (side ? -0x1p23 : 0x1p23) - 1.0, (long)(first + i));
    }
  }
}

#endif
