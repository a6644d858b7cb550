// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TESTS_CONTROL_FAKE_H
#define TESTS_CONTROL_FAKE_H

// A control thread with nothing real around it: a clock that stands where the test puts it, a disk that answers when it
// is told to, rings that the test reads.  Commands, requests and answers are kept to be looked at.

#include "control/control.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FAKE_RATE = 48000, FAKE_DECKS = 4, FAKE_KEPT = 20000, FAKE_TRACK_SECONDS = 100 };

typedef struct {
  Ring *    commands, *notices, *requests, *replies;
  Levels    levels;
  int64_t   now;
  Control*  control;
  MidiPort* midi;

  bool      disk_sleeps;  ///< no replies
  bool      disk_refuses; ///< no to all pins
  bool      disk_forgot;  ///< the next pin's track
  int       disk_pause;   ///< after so many requests, once; 0: none
  uintptr_t tracks;       ///< how many it handed out
  int       freed, retired_plugins, retired_decks;
  uint64_t  added; ///< decks that were asked for

  Command sent[FAKE_KEPT]; ///< what process would have read
  int     nsent;
  Request asked[FAKE_KEPT];
  int     nasked;
  char*   answers[FAKE_KEPT];
  int     nanswers;
  char    title[MAX_DECKS][256];
  int     latency_changes;

  // A host: URIs with "bad" in them are refused, presets with "state" bring a plugin
  bool      host_sleeps;
  uintptr_t plugins; ///< how many it made
  int       dropped; ///< jobs that nobody wanted
  char      wished[4][256];
  uint32_t  wishes, taken;
  bool      presets[4];
  Plugin*   slot[MAX_CHAINS][MAX_SLOTS];

  char folder[64];
  char file[128]; ///< one that can be read
} Fake;

static const struct {
  uint8_t     slot;
  const char* symbol;
  OpsPort     port;
} fake_ports[] = {
  {SLOT_PITCH, "semitones", {0, -12, 12, 0, true, false, false, NULL}},
  {SLOT_PITCH, "cents", {1, -100, 100, 0, true, false, false, NULL}},
  {SLOT_PITCH, "enabled", {2, 0, 1, 1, true, true, false, NULL}},
  {SLOT_PITCH, "engine", {3, 0, 2, 0, true, false, true, NULL}},
  {SLOT_PITCH, "latency", {4, 0, 8192, 0, false, false, true, NULL}},
  {SLOT_EQ, "enabled", {0, 0, 1, 1, true, true, false, NULL}},
  {SLOT_EQ, "mode", {1, 0, 1, 0, true, false, true, NULL}},
  {SLOT_EQ, "low", {2, -40, 12, 0, true, false, false, NULL}},
  {SLOT_EQ, "mid", {3, -40, 12, 0, true, false, false, NULL}},
  {SLOT_EQ, "high", {4, -40, 12, 0, true, false, false, NULL}},
  {SLOT_EQ, "kill_low", {5, 0, 1, 0, true, true, false, NULL}},
  {SLOT_EQ, "kill_mid", {6, 0, 1, 0, true, true, false, NULL}},
  {SLOT_EQ, "kill_high", {7, 0, 1, 0, true, true, false, NULL}},
  {SLOT_INSERT, "enabled", {0, 0, 1, 1, true, true, false, NULL}},
  {SLOT_INSERT, "cutoff", {1, 0, 10, 0, true, false, false, NULL}},
  {SLOT_INSERT, "depth", {2, 0, 10, 0, true, false, false, NULL}},
  {SLOT_INSERT, "level", {3, 0, 10, 0, false, false, false, NULL}},
  {SLOT_EQ, "low_freq", {8, 40, 1000, 200, true, false, false, NULL}},
};

static int64_t
fake_frame_now(void* const self)
{
  return ((Fake*)self)->now;
}

static void
fake_wake(void* const self)
{
  (void)self;
}

static Status
fake_port(void* const       self,
          const uint8_t     deck,
          const uint8_t     slot,
          const char* const symbol,
          OpsPort* const    out,
          Error* const      e)
{
  (void)self;
  (void)deck;
  for (size_t i = 0; i < sizeof(fake_ports) / sizeof(fake_ports[0]); ++i) {
    if (fake_ports[i].slot == slot && !strcmp(fake_ports[i].symbol, symbol)) {
      *out = fake_ports[i].port;
      return STATUS_OK;
    }
  }
  return error_set(e, STATUS_NOT_FOUND, "no port %s", symbol);
}

static bool
fake_port_at(void* const        self,
             const uint8_t      deck,
             const uint8_t      slot,
             const uint32_t     index,
             OpsPort* const     out,
             const char** const symbol)
{
  uint32_t n = 0;
  (void)self;
  (void)deck;
  for (size_t i = 0; i < sizeof(fake_ports) / sizeof(fake_ports[0]); ++i) {
    if (fake_ports[i].slot == slot && n++ == index) {
      *out    = fake_ports[i].port;
      *symbol = fake_ports[i].symbol;
      return true;
    }
  }
  return false;
}

static float
fake_value(void* const self, const uint8_t deck, const uint8_t slot, const uint32_t port)
{
  (void)self;
  (void)deck;
  return slot == SLOT_EQ && port == 8 ? 200.0f : port == (slot == SLOT_EQ ? 0 : 2) ? 1.0f : 0.0f;
}

static Status
fake_deck_add(void* const self, const uint8_t deck, Error* const error)
{
  (void)error;
  ((Fake*)self)->added |= UINT64_C(1) << deck;
  return STATUS_OK;
}

static void
fake_deck_retired(void* const self, const uint8_t deck, struct DeckRt* const memory)
{
  (void)memory;
  ((Fake*)self)->added &= ~(UINT64_C(1) << deck);
  ++((Fake*)self)->retired_decks;
}

static void
fake_plugin_retired(void* const self, Plugin* const p)
{
  (void)p;
  ++((Fake*)self)->retired_plugins;
}

static bool
fake_about(void* const self, const uint8_t chain, const uint8_t slot, OpsPlugin* const out)
{
  const Fake* const f = self;
  *out                = (OpsPlugin){"urn:fake", "Fake", 0, 64, (uint64_t)(uintptr_t)f->slot[chain][slot]};
  return slot < SLOT_INSERT || f->slot[chain][slot];
}

static uint32_t
fake_wish(void* const self, const OpsWish* const wish)
{
  Fake* const    f  = self;
  const uint32_t at = f->wishes++ % 4;
  snprintf(f->wished[at], sizeof(f->wished[at]), "%s %s %s", wish->uri, wish->preset ? wish->preset : "-",
           wish->folder ? wish->folder : "-");
  f->presets[at] = wish->preset != NULL;
  return f->wishes;
}

static bool
fake_take(void* const self, const uint32_t ticket, OpsMade* const out)
{
  Fake* const f  = self;
  const int   at = (int)((ticket - 1) % 4);
  *out           = (OpsMade){.status = STATUS_OK};
  if (f->host_sleeps) {
    return false;
  }
  ++f->taken;
  if (strstr(f->wished[at], "bad")) {
    out->status = error_set(&out->error, STATUS_NOT_FOUND, "there is no such thing");
    return true;
  }
  if (!f->presets[at] || strstr(f->wished[at], "state")) {
    out->plugin = (Plugin*)(++f->plugins);
  }
  if (f->presets[at]) {
    static const OpsValue values[] = {{"low", 99.0f}, {"semitones", 3.0f}, {"gone", 1.0f}, {"cutoff", 5.0f}};
    out->values                    = malloc(sizeof(values));
    memcpy(out->values, values, sizeof(values));
    out->nvalues = 4;
  }
  return true;
}

static void
fake_drop(void* const self, const uint32_t ticket)
{
  (void)ticket;
  ++((Fake*)self)->dropped;
}

static void
fake_put(void* const self, const uint8_t chain, const uint8_t slot, Plugin* const plugin)
{
  ((Fake*)self)->slot[chain][slot] = plugin;
}

static void
fake_titled(void* const self, const uint8_t deck, const char* const title)
{
  snprintf(((Fake*)self)->title[deck], 256, "%s", title ? title : "(none)");
}

static void
fake_latency(void* const self, const uint8_t deck)
{
  (void)deck;
  ++((Fake*)self)->latency_changes;
}

static OpsDiskStats
fake_disk_stats(void* const self)
{
  (void)self;
  return (OpsDiskStats){.cache_used_mb = 12.0, .cache_size_mb = 256.0, .disk_mb = 34.0};
}

static inline Fake*
fake_new_with_rings(const uint32_t commands, const uint32_t requests)
{
  Fake* const f = calloc(1, sizeof(*f));
  f->commands   = ring_new(commands, sizeof(Command));
  f->notices    = ring_new(256, sizeof(Notice));
  f->requests   = ring_new(requests, sizeof(Request));
  f->replies    = ring_new(1024, sizeof(Reply));
  f->now        = 1000000;
  f->midi       = midi_port_new();
  const Ops ops = {.midi            = f->midi,
                   .self            = f,
                   .commands        = f->commands,
                   .notices         = f->notices,
                   .requests        = f->requests,
                   .replies         = f->replies,
                   .levels          = &f->levels,
                   .rate            = FAKE_RATE,
                   .decks           = FAKE_DECKS,
                   .frame_now       = fake_frame_now,
                   .wake_disk       = fake_wake,
                   .plugin_port     = fake_port,
                   .plugin_port_at  = fake_port_at,
                   .plugin_value    = fake_value,
                   .plugin_about    = fake_about,
                   .plugin_ask      = fake_wish,
                   .plugin_take     = fake_take,
                   .plugin_drop     = fake_drop,
                   .plugin_put      = fake_put,
                   .deck_add        = fake_deck_add,
                   .deck_retired    = fake_deck_retired,
                   .plugin_retired  = fake_plugin_retired,
                   .titled          = fake_titled,
                   .latency_changed = fake_latency,
                   .disk_stats      = fake_disk_stats};
  assert_int_equal(control_new(&f->control, &ops, NULL), STATUS_OK);
  strcpy(f->folder, "/tmp/deckhost-control-XXXXXX");
  assert_non_null(mkdtemp(f->folder));
  snprintf(f->file, sizeof(f->file), "%s/one.wav", f->folder);
  FILE* const file = fopen(f->file, "w");
  assert_non_null(file);
  fclose(file);
  return f;
}

static inline Fake*
fake_new(void)
{
  return fake_new_with_rings(1024, 256);
}

/// Forget what was kept so far.
static inline void
fake_forget(Fake* const f)
{
  for (int i = 0; i < f->nanswers; ++i) {
    free(f->answers[i]);
  }
  f->nanswers = f->nsent = f->nasked = 0;
}

static inline void
fake_free(Fake* const f)
{
  char command[128];
  control_free(f->control);
  fake_forget(f);
  for (Request r; ring_read(f->requests, &r);) {
    free(r.path);
  }
  ring_free(f->commands);
  ring_free(f->notices);
  ring_free(f->requests);
  ring_free(f->replies);
  midi_port_free(f->midi);
  snprintf(command, sizeof(command), "rm -rf %s", f->folder);
  assert_int_equal(system(command), 0);
  free(f);
}

/// The disk thread's answer to all that it was asked.
static inline void
fake_disk(Fake* const f)
{
  for (Request r; !f->disk_sleeps && ring_read(f->requests, &r);) {
    Reply a = {.ticket = r.ticket, .kind = r.kind, .deck = r.deck, .stem = r.stem};
    if (r.kind == REQUEST_LOAD) {
      a.track  = (Track*)(++f->tracks);
      a.rate   = strstr(r.path, "441") ? 44100 : 48000;
      a.frames = (int64_t)a.rate * FAKE_TRACK_SECONDS;
      if (strstr(r.path, "noise")) {
        a.track  = NULL;
        a.status = error_set(&a.error, STATUS_BAD_FORMAT, "%.100s isn't audio", r.path);
      }
    } else if (r.kind == REQUEST_PIN && f->disk_forgot) {
      a.status       = error_set(&a.error, STATUS_NOT_FOUND, "the track was unloaded");
      f->disk_forgot = false;
    } else if (r.kind == REQUEST_PIN && f->disk_refuses) {
      a.status = error_set(&a.error, STATUS_NO_MEMORY, "the cache is too small for this pin");
    } else if (r.kind == REQUEST_RECORD_STOP) {
      a.frames = 96000;
    }
    f->freed += r.kind == REQUEST_FREE;
    assert_true(f->nasked < FAKE_KEPT);
    f->asked[f->nasked]        = r;
    f->asked[f->nasked++].path = NULL;
    free(r.path);
    if (r.kind != REQUEST_FREE) {
      assert_true(ring_write(f->replies, &a));
    }
    if (f->disk_pause && !--f->disk_pause) {
      break;
    }
  }
}

/// What process would read; fences are answered.
static inline void
fake_process(Fake* const f)
{
  for (Command c; ring_read(f->commands, &c);) {
    assert_true(f->nsent < FAKE_KEPT);
    f->sent[f->nsent++] = c;
    if (c.kind == COMMAND_QUIT_FENCE) {
      const Notice n = {.kind = NOTICE_FENCE, .fence = c.fence};
      ring_write(f->notices, &n);
    } else if (c.kind == COMMAND_DECK_REMOVE) {
      const Notice n = {.kind = NOTICE_DECK_RETIRED, .deck = c.deck};
      ring_write(f->notices, &n);
    }
  }
}

/// All three threads until nothing moves.
static inline void
fake_turn(Fake* const f)
{
  for (int i = 0; i < 8; ++i) {
    control_poll(f->control, 0);
    fake_disk(f);
    fake_process(f);
  }
}

static inline void
fake_keep(void* const data, const char* const line)
{
  Fake* const f = data;
  assert_true(f->nanswers < FAKE_KEPT);
  f->answers[f->nanswers++] = strdup(line);
}

/// Say a command; answers are kept.
static inline void
fake_say(Fake* const f, const char* const format, ...)
{
  char    line[4096];
  va_list args;
  va_start(args, format);
  vsnprintf(line, sizeof(line), format, args);
  va_end(args);
  control_line(f->control, line, fake_keep, f);
}

/// Say it and let it be carried out; returns its last answer.
static inline const char*
fake_ask(Fake* const f, const char* const line)
{
  const int before = f->nanswers;
  control_line(f->control, line, fake_keep, f);
  fake_turn(f);
  assert_true(f->nanswers > before);
  return f->answers[f->nanswers - 1];
}

/// A track of FAKE_TRACK_SECONDS on deck `deck` (from 1).
static inline void
fake_load(Fake* const f, const int deck)
{
  fake_say(f, "/deck/%d/load %s", deck, f->file);
  fake_turn(f);
  assert_string_equal(f->answers[f->nanswers - 1] + strlen("/ok /deck/1/load "), "100");
  atomic_store(&f->levels.deck[deck - 1].state, DECK_CUED);
}

static inline const Command*
fake_last(const Fake* const f)
{
  assert_true(f->nsent > 0);
  return &f->sent[f->nsent - 1];
}

/// Write a file into the fake's folder; its path lies in `path`.
static inline void
fake_write(Fake* const f, const char* const name, const char* const text, char path[256])
{
  snprintf(path, 256, "%s/%s", f->folder, name);
  FILE* const file = fopen(path, "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

#endif
