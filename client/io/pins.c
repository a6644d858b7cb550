// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/pins.h"

#include <stdlib.h>

#define PIN_SECONDS_PART 4 // 250 ms
#define MIN_LEAD 64        // frames before the pin: history of a reader, a fade
#define LEAD_PART 100      // 10 ms: a loop's seam fades in over at most 5 ms

typedef struct Pin {
  PinRange    range;
  Answer*     answer; // NULL: all has come
  bool        placed; // still in its slot
  struct Pin* next;
} Pin;

struct Pins {
  Cache*  cache;
  Pin*    slot[MAX_DECKS][MAX_STEMS][PIN_COUNT];
  Pin*    waiting; // pins with an answer, oldest first
  Answer* settled; // answers that go out without more waiting
};

Pins*
pins_new(Cache* const cache)
{
  Pins* const p = calloc(1, sizeof(*p));
  if (p) {
    p->cache = cache;
  }
  return p;
}

void
pins_free(Pins* const p)
{
  while (p && p->settled) {
    Answer* const a = p->settled;
    p->settled      = a->next;
    free(a);
  }
  free(p);
}

PinRange
pin_range(TrackFile* const t, int64_t frame, const int64_t length)
{
  const int64_t rate  = t->track.rate;
  const int64_t lead  = rate / LEAD_PART > MIN_LEAD ? rate / LEAD_PART : MIN_LEAD;
  const int64_t least = rate / PIN_SECONDS_PART > 2 * CHUNK_FRAMES ? rate / PIN_SECONDS_PART : 2 * CHUNK_FRAMES;
  const int64_t hold  = length > least ? length : least;
  frame               = frame < 0 ? 0 : frame >= t->track.frames ? t->track.frames - 1 : frame;
  const int64_t from  = frame > lead ? frame - lead : 0;
  const int64_t last  = frame + hold - 1 < t->track.frames ? frame + hold - 1 : t->track.frames - 1;
  return (PinRange){t, (uint32_t)(from / CHUNK_FRAMES), (uint32_t)(last / CHUNK_FRAMES)};
}

static void
release(Pins* const p, Pin* const pin)
{
  cache_unpin(p->cache, pin->range.track, pin->range.first, pin->range.last);
  free(pin);
}

// Take the pin out of its slot; it goes on only for who waits for it.
static void
displace(Pins* const p, Pin** const slot)
{
  Pin* const pin = *slot;
  *slot          = NULL;
  if (pin && pin->answer) {
    pin->placed = false;
  } else if (pin) {
    release(p, pin);
  }
}

bool
pins_set(Pins* const    p,
         const uint8_t  deck,
         const uint8_t  stem,
         const uint8_t  slot,
         const PinRange range,
         Answer* const  answer)
{
  Pin* const  pin = calloc(1, sizeof(*pin));
  Pin** const at  = &p->slot[deck][stem][slot];
  if (!pin || !cache_pin(p->cache, range.track, range.first, range.last)) {
    free(pin);
    return false;
  }
  displace(p, at);
  *pin = (Pin){range, answer, true, NULL};
  *at  = pin;
  ++answer->waiting;
  Pin** end = &p->waiting;
  while (*end) {
    end = &(*end)->next;
  }
  *end = pin;
  return true;
}

void
pins_clear(Pins* const p, const uint8_t deck, const uint8_t slot)
{
  for (int stem = 0; stem < MAX_STEMS; ++stem) {
    displace(p, &p->slot[deck][stem][slot]);
  }
}

// A waiting pin has come or never will: its answer waits for one less.  The pin is out of the list already.
static void
settle(Pins* const p, Pin* const pin)
{
  Answer* const a = pin->answer;
  pin->answer     = NULL;
  if (--a->waiting == 0) {
    Answer** end = &p->settled;
    while (*end) {
      end = &(*end)->next;
    }
    *end = a;
  }
  if (!pin->placed) {
    release(p, pin);
  }
}

// Whether anything is pinned in another stem of the deck.
static bool
has_other_stem(const Pins* const p, const uint8_t deck, const uint8_t stem)
{
  for (int s = 0; s < MAX_STEMS; ++s) {
    for (int slot = 0; s != stem && slot < PIN_COUNT; ++slot) {
      if (p->slot[deck][s][slot]) {
        return true;
      }
    }
  }
  return false;
}

void
pins_drop(Pins* const p, const TrackFile* const t)
{
  Pin** at = &p->waiting;
  while (*at) {
    Pin* const pin = *at;
    if (pin->range.track == t) {
      *at                  = pin->next;
      const Reply* const r = &pin->answer->reply;
      if (r->track == &t->track && !has_other_stem(p, r->deck, r->stem)) { // else where it was to go there is sound
        pin->answer->reply.status = error_set(&pin->answer->reply.error, STATUS_NOT_FOUND, "the track was unloaded");
      }
      settle(p, pin);
    } else {
      at = &pin->next;
    }
  }
  for (int deck = 0; deck < MAX_DECKS; ++deck) {
    for (int stem = 0; stem < MAX_STEMS; ++stem) {
      for (int slot = 0; slot < PIN_COUNT; ++slot) {
        Pin** const place = &p->slot[deck][stem][slot];
        if (*place && (*place)->range.track == t) {
          displace(p, place);
        }
      }
    }
  }
}

// The first run of chunks that are to come.  false: all are there, or all that ever will.
static bool
missing_in(const Pin* const pin, PinRange* const missing)
{
  const TrackFile* const t = pin->range.track;
  const uint32_t         n = track_file_chunks(t);
  uint32_t               k = pin->range.first;
  if (atomic_load_explicit(&t->track.broken, memory_order_relaxed)) {
    return false;
  }
  while (k < n && k <= pin->range.last && t->blocks[k] != NO_BLOCK) {
    ++k;
  }
  if (k >= n || k > pin->range.last) {
    return false;
  }
  *missing = (PinRange){pin->range.track, k, k};
  while (missing->last < pin->range.last && missing->last + 1 < n && t->blocks[missing->last + 1] == NO_BLOCK) {
    ++missing->last;
  }
  return true;
}

bool
pins_missing(const Pins* const p, uint32_t k, PinRange* const missing)
{
  for (const Pin* pin = p->waiting; pin; pin = pin->next) {
    if (missing_in(pin, missing) && k-- == 0) {
      return true;
    }
  }
  return false;
}

// Whether data that the pin is there for can't be had any more.
static bool
lost(const Pin* const pin)
{
  const TrackFile* const t = pin->range.track;
  for (uint32_t k = pin->range.first; k <= pin->range.last && k < track_file_chunks(t); ++k) {
    if (t->blocks[k] == NO_BLOCK) {
      return true;
    }
  }
  return false;
}

Answer*
pins_settled(Pins* const p)
{
  Pin** at = &p->waiting;
  while (*at) {
    Pin* const pin = *at;
    PinRange   missing;
    if (missing_in(pin, &missing)) {
      at = &pin->next;
      continue;
    }
    *at = pin->next;
    if (lost(pin)) {
      pin->answer->reply.status =
        error_set(&pin->answer->reply.error, STATUS_FAILED, "%s can't be read any more", pin->range.track->track.path);
    }
    settle(p, pin);
  }
  Answer* const a = p->settled;
  if (a) {
    p->settled = a->next;
    a->next    = NULL;
  }
  return a;
}
