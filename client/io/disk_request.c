// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/disk_state.h"

#include <stdlib.h>
#include <string.h>

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
  d->file_bytes += track_file_bytes(t);
  cache_leave(d->cache, d->file_bytes);
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
      d->file_bytes -= track_file_bytes(t);
      cache_leave(d->cache, d->file_bytes);
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

// The file is open and its length known, or it failed: `a` waits for its first frames.
static void
loaded(Disk* const d, TrackFile* const t, Answer* const a)
{
  Reply* const r = &a->reply;
  if (!r->status && !remember_track(d, t)) {
    r->status = error_set(&r->error, STATUS_NO_MEMORY, "no memory to load %s", t->track.path);
  }
  if (r->status) {
    track_file_free(t);
    return;
  }
  r->track  = &t->track;
  r->frames = t->track.frames;
  r->rate   = t->track.rate;
  if (!pins_set(d->pins, r->deck, r->stem, PIN_CUE, pin_range(t, 0, 0), a)) {
    r->status = full_of_pins(d, &r->error);
  }
}

static void
load(Disk* const d, const Request* const q, Answer* const a)
{
  Reply* const r     = &a->reply;
  TrackFile*   t     = NULL;
  bool         ready = false;
  r->status =
    q->path ? track_file_begin(&t, q->path, &r->error) : error_set(&r->error, STATUS_BAD_VALUE, "a load needs a path");
  if (r->status || !t) {
    return;
  }
  r->status           = track_file_go_on(t, &ready, &r->error);
  const bool     goes = !ready && !r->status;
  Opening* const o    = goes ? malloc(sizeof(*o)) : NULL;
  if (goes && o) {
    *o         = (Opening){t, a, d->opening};
    d->opening = o;
    a->waiting = 1;
    return;
  }
  if (goes) {
    r->status = error_set(&r->error, STATUS_NO_MEMORY, "no memory to load %s", q->path);
  }
  loaded(d, t, a);
}

bool
disk_go_on_opening(Disk* const d)
{
  Opening* const o     = d->opening;
  bool           ready = false;
  if (!o) {
    return false;
  }
  d->opening              = o->next;
  o->answer->reply.status = track_file_go_on(o->track, &ready, &o->answer->reply.error);
  if (!ready && !o->answer->reply.status) { // others have their turn
    Opening** end = &d->opening;
    while (*end) {
      end = &(*end)->next;
    }
    *end    = o;
    o->next = NULL;
    return true;
  }
  o->answer->waiting = 0;
  loaded(d, o->track, o->answer);
  if (o->answer->waiting == 0) {
    finish(d, o->answer);
  }
  free(o);
  return true;
}

void
disk_drop_openings(Disk* const d)
{
  while (d->opening) {
    Opening* const o = d->opening;
    d->opening       = o->next;
    track_file_free(o->track);
    free(o->answer);
    free(o);
  }
}

// The stems of a deck have one playhead, so what is pinned in one is pinned in all.
static void
pin(Disk* const d, const Request* const q, Answer* const a)
{
  Reply* const     r = &a->reply;
  TrackFile* const t = find_track(d, q->track);
  r->track           = q->track;
  bool any           = t != NULL; // one stem may have gone meanwhile: the others play on
  for (uint8_t stem = 0; stem < MAX_STEMS; ++stem) {
    any = any || (stem != q->stem && d->stems[q->deck][stem]);
  }
  if (!any || q->pin >= PIN_COUNT) {
    r->status = error_set(&r->error, STATUS_NOT_FOUND, "the track was unloaded");
    return;
  }
  for (uint8_t stem = 0; stem < MAX_STEMS; ++stem) {
    TrackFile* const of = stem == q->stem ? t : d->stems[q->deck][stem];
    // Where there is no room for all of the length, what every pin holds
    if (of && (stem == q->stem || of != t) &&
        !pins_set(d->pins, q->deck, stem, q->pin, pin_range(of, q->frame, q->length), a) &&
        !pins_set(d->pins, q->deck, stem, q->pin, pin_range(of, q->frame, 0), a)) {
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

static char*
copy(const char* const text)
{
  return text ? strdup(text) : NULL;
}

// Hand a job to who records; `a` waits for it.
static void
to_tape(Disk* const d, TapeJob job, Answer* const a)
{
  job.answer = a;
  a->waiting = 1;
  if (!tape_ask(d->tape, &job)) {
    free(job.path);
    a->waiting      = 0;
    a->reply.status = error_set(&a->reply.error, STATUS_BUSY, "the drive that is recorded to doesn't answer");
  }
}

static void
record_start(Disk* const d, const Request* const q, Answer* const a)
{
  Reply* const r = &a->reply;
  if (!q->path) {
    r->status = error_set(&r->error, STATUS_BAD_VALUE, "a recording needs a path");
  } else if (is_loaded(d, q->path)) {
    r->status = error_set(&r->error, STATUS_BUSY, "can't record to %s: it is loaded on a deck", q->path);
  } else {
    to_tape(d, (TapeJob){.kind = TAPE_START, .path = copy(q->path)}, a);
  }
}

// The first stem's tags are the deck's.
static void
record_mark(Disk* const d, const Request* const q)
{
  const TrackFile* const t = find_track(d, q->track);
  if (t) {
    TapeJob job = {.kind      = TAPE_MARK,
                   .frame     = q->frame,
                   .title     = copy(t->track.title),
                   .performer = copy(audio_file_artist(t->file))};
    if (!tape_ask(d->tape, &job)) {
      free(job.title);
      free(job.performer);
    }
  }
}

void
disk_send_settled(Disk* const d)
{
  Answer* a;
  while ((a = pins_settled(d->pins)) || (a = tape_answered(d->tape))) {
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
      record_start(d, q, a);
      break;
    case REQUEST_RECORD_MARK:
      record_mark(d, q);
      break;
    case REQUEST_RECORD_STOP:
      to_tape(d, (TapeJob){.kind = TAPE_STOP}, a);
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
