// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/disk_state.h"

#include <stdlib.h>
#include <string.h>

#define DRAIN_FRAMES 4096u
#define DRAIN_AT_ONCE 8u // times that, then others have their turn

static void
send(Disk* const d, const Reply* const reply)
{
  ring_write(d->replies, reply); // there is room: `owed` sees to it
  --d->owed;
}

static bool
remember_track(Disk* const d, TrackFile* const t)
{
  if (d->ntracks == d->room) {
    const uint32_t    room = d->room ? 2 * d->room : 64;
    TrackFile** const more = realloc(d->tracks, room * sizeof(*more));
    if (!more) {
      return false;
    }
    d->tracks = more;
    d->room   = room;
  }
  d->tracks[d->ntracks++] = t;
  return true;
}

static TrackFile*
find_track(const Disk* const d, const Track* const t)
{
  for (uint32_t k = 0; k < d->ntracks; ++k) {
    if (&d->tracks[k]->track == t) {
      return d->tracks[k];
    }
  }
  return NULL;
}

void
disk_forget_track(Disk* const d, TrackFile* const t)
{
  pins_drop(d->pins, t);
  cache_drop(d->cache, t);
  for (uint32_t k = 0; k < d->ntracks; ++k) {
    if (d->tracks[k] == t) {
      d->tracks[k] = d->tracks[--d->ntracks];
      break;
    }
  }
  for (int deck = 0; deck < MAX_DECKS; ++deck) {
    for (int stem = 0; stem < MAX_STEMS; ++stem) {
      d->stems[deck][stem] = d->stems[deck][stem] == t ? NULL : d->stems[deck][stem];
    }
  }
  track_file_free(t);
}

static Status
full_of_pins(const Disk* const d, Error* const error)
{
  return error_set(error, STATUS_NO_MEMORY,
                   "the cache of %zu MB is full of cue points: clear some, or start with a larger --cache",
                   d->parts.cache_mb);
}

static void
load(Disk* const d, const Request* const q, Answer* const a)
{
  Reply* const r = &a->reply;
  TrackFile*   t = NULL;
  r->status =
    q->path ? track_file_new(&t, q->path, &r->error) : error_set(&r->error, STATUS_BAD_VALUE, "a load needs a path");
  if (r->status) {
    return;
  }
  if (!remember_track(d, t)) {
    track_file_free(t);
    r->status = error_set(&r->error, STATUS_NO_MEMORY, "no memory to load %s", q->path);
    return;
  }
  r->track  = &t->track;
  r->frames = t->track.frames; // NOLINT(clang-analyzer-core.NullDereference): no status means there is a track
  r->rate   = t->track.rate;
  if (!pins_set(d->pins, q->deck, q->stem, PIN_CUE, pin_range(t, 0, 0), a)) {
    r->status = full_of_pins(d, &r->error);
  }
}

// The stems of a deck have one playhead, so what is pinned in one is pinned in all.
static void
pin(Disk* const d, const Request* const q, Answer* const a)
{
  Reply* const     r = &a->reply;
  TrackFile* const t = find_track(d, q->track);
  r->track           = q->track;
  if (!t || q->pin >= PIN_COUNT) {
    r->status = error_set(&r->error, STATUS_NOT_FOUND, "the track was unloaded");
    return;
  }
  for (uint8_t stem = 0; stem < MAX_STEMS; ++stem) {
    TrackFile* const of = stem == q->stem ? t : d->stems[q->deck][stem];
    if (of && (stem == q->stem || of != t) &&
        !pins_set(d->pins, q->deck, stem, q->pin, pin_range(of, q->frame, q->length), a)) {
      r->status = full_of_pins(d, &r->error);
    }
  }
}

static bool
is_loaded(const Disk* const d, const char* const path)
{
  for (uint32_t k = 0; k < d->ntracks; ++k) {
    if (audio_file_same(d->tracks[k]->file, path)) {
      return true;
    }
  }
  return false;
}

static void
record_start(Disk* const d, const Request* const q, Reply* const r)
{
  if (d->recorder) {
    r->status = error_set(&r->error, STATUS_BUSY, "a recording is running: stop it first");
  } else if (!q->path) {
    r->status = error_set(&r->error, STATUS_BAD_VALUE, "a recording needs a path");
  } else if (is_loaded(d, q->path)) {
    r->status = error_set(&r->error, STATUS_BUSY, "can't record to %s: it is loaded on a deck", q->path);
  } else {
    while (disk_drain_record(d)) { // what is left of another time
    }
    r->status = recorder_start(&d->recorder, q->path, d->parts.rate, &r->error);
  }
  if (!r->status) {
    atomic_store_explicit(&d->record_frames, 0, memory_order_relaxed);
    atomic_store_explicit(&d->recording, true, memory_order_relaxed);
  }
}

static void
record_stop(Disk* const d, Reply* const r)
{
  if (!d->recorder) {
    r->status = error_set(&r->error, STATUS_BAD_VALUE, "no recording is running");
    return;
  }
  while (disk_drain_record(d)) {
  }
  r->frames   = (int64_t)recorder_frames(d->recorder);
  r->status   = recorder_stop(d->recorder, &r->error);
  d->recorder = NULL;
  atomic_store_explicit(&d->recording, false, memory_order_relaxed);
}

bool
disk_drain_record(Disk* const d)
{
  for (uint32_t k = 0; k < DRAIN_AT_ONCE; ++k) {
    const uint32_t n = ring_read_n(d->parts.record, d->record_buffer, DRAIN_FRAMES);
    if (n > 0 && d->recorder) {
      recorder_write(d->recorder, d->record_buffer, n);
      atomic_store_explicit(&d->record_frames, recorder_frames(d->recorder), memory_order_relaxed);
    }
    if (n < DRAIN_FRAMES) {
      return false;
    }
  }
  return true;
}

// A reply of a load is the last moment to say that the file holds nothing.
static void
finish(Disk* const d, Answer* const a)
{
  Reply* const r = &a->reply;
  if (r->kind == REQUEST_LOAD && r->track) {
    TrackFile* const t = (TrackFile*)r->track;
    if (!r->status && atomic_load_explicit(&t->track.end, memory_order_relaxed) == 0) {
      r->status = error_set(&r->error, STATUS_BAD_FORMAT, "%s has no audio in it", t->track.path);
    }
    if (r->status) {
      disk_forget_track(d, t);
      r->track = NULL;
    } else {
      r->frames                  = atomic_load_explicit(&t->track.end, memory_order_relaxed);
      d->stems[r->deck][r->stem] = t;
    }
  }
  send(d, r);
  free(a);
}

void
disk_send_settled(Disk* const d)
{
  Answer* a;
  while ((a = pins_settled(d->pins))) {
    finish(d, a);
  }
}

static void
answer(Disk* const d, const Request* const q)
{
  if (q->kind == REQUEST_FREE) {
    TrackFile* const t = find_track(d, q->track);
    if (t) {
      disk_forget_track(d, t);
    }
    return;
  }
  ++d->owed;
  Reply         direct = {.ticket = q->ticket, .kind = q->kind, .deck = q->deck, .stem = q->stem};
  Answer* const a      = calloc(1, sizeof(*a));
  if (!a || q->deck >= MAX_DECKS || q->stem >= MAX_STEMS) {
    direct.status = a ? error_set(&direct.error, STATUS_BAD_VALUE, "no such deck or stem")
                      : error_set(&direct.error, STATUS_NO_MEMORY, "no memory to answer");
    free(a);
    send(d, &direct);
    return;
  }
  a->reply = direct;
  switch (q->kind) {
    case REQUEST_LOAD:
      load(d, q, a);
      break;
    case REQUEST_PIN:
      pin(d, q, a);
      break;
    case REQUEST_UNPIN:
      pins_clear(d->pins, q->deck, q->pin);
      break;
    case REQUEST_RECORD_START:
      record_start(d, q, &a->reply);
      break;
    case REQUEST_RECORD_STOP:
      record_stop(d, &a->reply);
      break;
    default:
      a->reply.status = error_set(&a->reply.error, STATUS_BAD_VALUE, "no such request");
  }
  if (a->waiting == 0) {
    finish(d, a);
  }
} // NOLINT(clang-analyzer-unix.Malloc): an answer that waits belongs to the pins it waits for

bool
disk_answer_requests(Disk* const d)
{
  bool    any = false, opened = false;
  Request q;
  // To open a file may take long: one in a round, so that decks that play get their data in between
  while (!opened && ring_space(d->replies) > d->owed && ring_read(d->requests, &q)) {
    answer(d, &q);
    free(q.path);
    any    = true;
    opened = q.kind == REQUEST_LOAD;
  }
  return any;
}
