// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/transport.h"

#include "msg/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double LEAD = 0.25; ///< seconds in which a deck is where it is to start

typedef struct {
  Transport* transport;
  int        number; ///< from 1
  int64_t    at;     ///< engine frame at which it is to start
} Follower;

struct Transport {
  Control*    control;
  JackClient* jack;
  Follower    deck[MAX_DECKS];
  bool        known, rolling;
  int64_t     place;    ///< frames: of the transport while it stands, else what it is ahead of the engine's clock
  int64_t     patience; ///< engine frame before which decks aren't moved again
};

static void
say(const Follower* const f, const int64_t at, const ControlAnswer answer, const char* const what, const double seconds)
{
  char line[64];
  if (seconds >= 0.0) {
    snprintf(line, sizeof(line), "/deck/%d/%s %.9f", f->number, what, seconds);
  } else {
    snprintf(line, sizeof(line), "/deck/%d/%s", f->number, what);
  }
  control_line_at(f->transport->control, line, at, answer, (void*)f);
}

static void
on_any(void* const data, const char* const line)
{
  (void)data;
  (void)line; // there is no such deck, it is empty, or ends before that
}

static void
on_there(void* const data, const char* const line)
{
  const Follower* const f = data;
  if (!strncmp(line, "/ok", 3) && f->transport->rolling) {
    say(f, f->at, on_any, "play", -1.0);
  }
}

static void
go(Transport* const t)
{
  const double  rate = control_rate(t->control);
  const int64_t at   = control_now(t->control) + (int64_t)(LEAD * rate);
  const double  then = (double)(at + t->place) / rate;
  for (int d = 0; d < MAX_DECKS; ++d) {
    Follower* const f = &t->deck[d];
    f->at             = at;
    if (control_deck_playing(t->control, (uint32_t)d)) {
      say(f, at, on_any, "seek", then);
    } else {
      say(f, AT_NOW, on_there, "seek", then);
    }
  }
  t->patience = at;
}

static void
stand(Transport* const t, const bool stop)
{
  const double there = (double)t->place / control_rate(t->control);
  for (int d = 0; d < MAX_DECKS; ++d) {
    if (stop) {
      say(&t->deck[d], AT_NOW, on_any, "stop", -1.0); // takes back starts that are on their way
    }
    say(&t->deck[d], AT_NOW, on_any, "seek", there);
  }
}

Transport*
transport_new(Control* const control, JackClient* const jack)
{
  Transport* const t = calloc(1, sizeof(*t));
  if (t) {
    t->control = control;
    t->jack    = jack;
    for (int d = 0; d < MAX_DECKS; ++d) {
      t->deck[d] = (Follower){t, d + 1, 0};
    }
  }
  return t;
}

void
transport_free(Transport* const t)
{
  free(t);
}

void
transport_turn(Transport* const t)
{
  int64_t place   = 0;
  bool    rolling = false;
  if (!t || !jack_transport(t->jack, &rolling, &place)) {
    return;
  }
  const bool turned = t->known && rolling != t->rolling;
  const bool moved  = t->known && place != t->place;
  if (rolling && moved && !turned && control_now(t->control) < t->patience) {
    return; // one after the other
  }
  const bool first = !t->known;
  t->known         = true;
  t->rolling       = rolling;
  t->place         = place;
  if (rolling && (first || turned || moved)) {
    go(t);
  } else if (!rolling && (turned || moved)) {
    stand(t, turned);
  }
}
