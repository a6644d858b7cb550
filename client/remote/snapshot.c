// SPDX-License-Identifier: GPL-3.0-or-later
#include "remote/snapshot.h"

#include "remote/args.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const SnapshotQuestion snapshot_questions[] = {
  {"/get", "/deck/*/{state,path,position,length,meter,speed,pitch,keylock,fader,mute,latency}"},
  {"/get", "/deck/*/eq/{low,mid,high}"},
  {"/get", "/deck/*/eq/kill/{low,mid,high}"},
  {"/get", "/master/{meter,clips}"},
  {"/get", "/master/limiter/reduction"},
  {"/get", "/crossfader"},
  {"/stats", NULL},
};
const int snapshot_question_count = sizeof(snapshot_questions) / sizeof(snapshot_questions[0]);

typedef enum { NUMBER, FLAG, PAIR, TEXT } Kind;

typedef struct {
  const char* name;
  size_t      offset;
  Kind        kind;
  size_t      size; ///< of a TEXT
} Field;

#define DECK(name, kind, member)                                                                                       \
  {                                                                                                                    \
    name, offsetof(SnapshotDeck, member), kind, sizeof(((SnapshotDeck*)0)->member)                                     \
  }
#define WHOLE(name, kind, member)                                                                                      \
  {                                                                                                                    \
    name, offsetof(Snapshot, member), kind, sizeof(((Snapshot*)0)->member)                                             \
  }

static const Field deck_fields[] = {
  DECK("state", TEXT, state),          DECK("path", TEXT, path),
  DECK("position", NUMBER, position),  DECK("length", NUMBER, length),
  DECK("meter", PAIR, meter),          DECK("speed", NUMBER, speed),
  DECK("pitch", NUMBER, pitch),        DECK("keylock", FLAG, keylock),
  DECK("fader", NUMBER, fader),        DECK("mute", FLAG, mute),
  DECK("latency", NUMBER, latency),    DECK("starves", NUMBER, starves),
  DECK("eq/low", NUMBER, low),         DECK("eq/mid", NUMBER, mid),
  DECK("eq/high", NUMBER, high),       DECK("eq/kill/low", FLAG, kill_low),
  DECK("eq/kill/mid", FLAG, kill_mid), DECK("eq/kill/high", FLAG, kill_high),
};

static const Field whole_fields[] = {
  WHOLE("/master/meter", PAIR, master),
  WHOLE("/master/clips", NUMBER, clips),
  WHOLE("/master/limiter/reduction", NUMBER, reduction),
  WHOLE("/crossfader", NUMBER, crossfader),
};

static const Field stats_fields[] = {
  WHOLE("rate", NUMBER, rate),           WHOLE("block", NUMBER, block),
  WHOLE("load", NUMBER, load),           WHOLE("load_worst", NUMBER, load_worst),
  WHOLE("budget", NUMBER, budget),       WHOLE("cycle/mean", NUMBER, cycle_mean),
  WHOLE("cycle/p99", NUMBER, cycle_p99), WHOLE("cycle/max", NUMBER, cycle_max),
  WHOLE("cycles", NUMBER, cycles),       WHOLE("xruns", NUMBER, xruns),
  WHOLE("starves", NUMBER, starves),     WHOLE("late", NUMBER, late),
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/// Below what a meter can show.
static const double SILENCE_DB = -200.0;

void
snapshot_init(Snapshot* const s)
{
  memset(s, 0, sizeof(*s));
  snapshot_begin(s);
  for (int i = 0; i < SNAPSHOT_DECKS; ++i) {
    s->deck[i].speed = 1.0;
    s->deck[i].fader = 1.0;
  }
}

void
snapshot_begin(Snapshot* const s)
{
  s->master[0] = s->master[1] = SILENCE_DB;
  s->reduction                = 0.0;
  for (int i = 0; i < SNAPSHOT_DECKS; ++i) {
    s->deck[i].meter[0] = s->deck[i].meter[1] = SILENCE_DB;
    s->deck[i].known                          = false; // decks come and go
  }
}

/// Find `name` and write arguments `first`... of `m` into that member of `base`.
static void
fill(const Field* const fields, const size_t count, const char* const name, char* const base, lo_message m, int first)
{
  for (size_t i = 0; i < count; ++i) {
    if (strcmp(fields[i].name, name) != 0) {
      continue;
    }
    void* const member = base + fields[i].offset;
    switch (fields[i].kind) {
      case NUMBER:
        *(double*)member = args_number(m, first, *(double*)member);
        break;
      case FLAG:
        *(bool*)member = args_number(m, first, 0.0) != 0.0;
        break;
      case PAIR:
        for (int c = 0; c < 2; ++c) {
          const double db      = args_number(m, first + c, SILENCE_DB);
          ((double*)member)[c] = db > SILENCE_DB ? db : SILENCE_DB; // silence may come as -inf
        }
        break;
      case TEXT: {
        const char* const text = args_string(m, first);
        snprintf(member, fields[i].size, "%s", text ? text : "");
        break;
      }
    }
    return;
  }
}

/// "N/rest" after a prefix: the deck, and where the rest begins.
static SnapshotDeck*
deck_of(Snapshot* const s, const char* const text, const char** const rest)
{
  char*      end = NULL;
  const long n   = strtol(text, &end, 10);
  if (end == text || *end != '/' || n < 1 || n > SNAPSHOT_DECKS) {
    return NULL;
  }
  *rest = end + 1;
  return &s->deck[n - 1];
}

void
snapshot_answer(Snapshot* const s, const char* const address, const lo_message m)
{
  const char* rest = NULL;
  if (!strcmp(address, "/value")) {
    const char* const what = args_string(m, 0);
    if (what && !strncmp(what, "/deck/", 6)) {
      SnapshotDeck* const d = deck_of(s, what + 6, &rest);
      if (d) {
        d->known = true;
        fill(deck_fields, COUNT(deck_fields), rest, (char*)d, m, 1);
      }
    } else if (what) {
      fill(whole_fields, COUNT(whole_fields), what, (char*)s, m, 1);
    }
  } else if (!strncmp(address, "/stats/deck/", 12)) {
    SnapshotDeck* const d = deck_of(s, address + 12, &rest);
    if (d && !strcmp(rest, "starves")) {
      fill(deck_fields, COUNT(deck_fields), rest, (char*)d, m, 0);
    }
  } else if (!strncmp(address, "/stats/", 7)) {
    fill(stats_fields, COUNT(stats_fields), address + 7, (char*)s, m, 0);
  }
}

uint32_t
snapshot_decks(const Snapshot* const s)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < SNAPSHOT_DECKS; ++i) {
    n = s->deck[i].known ? i + 1 : n;
  }
  return n;
}
