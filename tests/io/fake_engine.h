// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TESTS_IO_FAKE_ENGINE_H
#define TESTS_IO_FAKE_ENGINE_H

// What the disk needs of an engine, and a disk with it; requests and replies as the control thread makes them.

#include "io/disk_parts.h"
#include "make_files.h"

#include <string.h>

#define DECKS 64
#define RATE 48000

static struct {
  Playhead playheads[DECKS];
  Epoch    epoch;
  Ring*    record;
  Disk*    disk;
  uint32_t ticket;
} rig;

static inline void
rig_start(const size_t cache_mb, const bool threaded)
{
  Error     e     = {""};
  DiskParts parts = {.decks = DECKS, .epoch = &rig.epoch, .rate = RATE, .cache_mb = cache_mb, .threaded = threaded};
  memset(&rig, 0, sizeof(rig));
  rig.record   = ring_new(1 << 16, 2 * sizeof(float));
  parts.record = rig.record;
  for (int d = 0; d < DECKS; ++d) {
    atomic_init(&rig.playheads[d].loop_end, -1);
    atomic_init(&rig.playheads[d].step, 1.0f);
    parts.playheads[d] = &rig.playheads[d];
  }
  assert_int_equal(disk_new_of(&rig.disk, &parts, &e), STATUS_OK);
}

static inline void
rig_stop(void)
{
  disk_free(rig.disk);
  ring_free(rig.record);
}

/// Work until there is nothing more to do.
static inline void
settle_disk(void)
{
  int rounds = 0;
  while (disk_work(rig.disk)) {
    assert_true(++rounds < 100000);
  }
}

static inline uint32_t
ask(Request q)
{
  q.ticket = ++rig.ticket;
  assert_true(ring_write(disk_requests(rig.disk), &q));
  return q.ticket;
}

/// The reply to a ticket, which must be the next one.
static inline Reply
reply_to(const uint32_t ticket)
{
  Reply r;
  settle_disk();
  assert_true(ring_read(disk_replies(rig.disk), &r));
  assert_int_equal(r.ticket, ticket);
  return r;
}

static inline uint32_t
ask_load(const uint8_t deck, const uint8_t stem, const char* const path)
{
  return ask((Request){.kind = REQUEST_LOAD, .deck = deck, .stem = stem, .path = strdup(path)});
}

static inline Track*
load(const uint8_t deck, const char* const path)
{
  const Reply r = reply_to(ask_load(deck, 0, path));
  assert_int_equal(r.status, STATUS_OK);
  assert_int_equal(r.kind, REQUEST_LOAD);
  assert_int_equal(r.deck, deck);
  assert_non_null(r.track);
  return r.track;
}

static inline uint32_t
ask_pin(const uint8_t deck, const uint8_t slot, Track* const t, const int64_t frame)
{
  return ask((Request){.kind = REQUEST_PIN, .deck = deck, .pin = slot, .track = t, .frame = frame});
}

static inline void
free_track(Track* const t)
{
  ask((Request){.kind = REQUEST_FREE, .track = t});
  settle_disk();
}

static inline void
put_playhead(const int deck, Track* const t, const int64_t frame, const double step, const bool moving)
{
  Playhead* const p = &rig.playheads[deck];
  atomic_store(&p->track[0], t);
  atomic_store(&p->frame, frame);
  atomic_store(&p->step, (float)step);
  atomic_store(&p->moving, moving);
}

static inline void
put_loop(const int deck, const int64_t start, const int64_t end)
{
  atomic_store(&rig.playheads[deck].loop_start, start);
  atomic_store(&rig.playheads[deck].loop_end, end);
}

/// Whether all frames from .. to - 1 are in the track's table.
static inline bool
is_there(const Track* const t, const int64_t from, const int64_t to)
{
  for (int64_t f = from; f < to; f += f % CHUNK_FRAMES ? CHUNK_FRAMES - f % CHUNK_FRAMES : CHUNK_FRAMES) {
    if (!track_chunk_rt(t, f)) {
      return false;
    }
  }
  return true;
}

/// Whether the table holds what `counter` says, from .. to - 1.
static inline bool
holds_counter(const Track* const t, const int64_t from, const int64_t to)
{
  for (int64_t f = from; f < to; ++f) {
    const float* const c = track_chunk_rt(t, f);
    if (!c || c[2 * (f % CHUNK_FRAMES)] != counter(f, 0) || c[2 * (f % CHUNK_FRAMES) + 1] != counter(f, 1)) {
      return false;
    }
  }
  return true;
}

static inline size_t
chunks_there(const Track* const t)
{
  size_t n = 0;
  for (size_t k = 0; k < t->nchunks; ++k) {
    n += atomic_load(&t->chunks[k]) != NULL;
  }
  return n;
}

#endif
