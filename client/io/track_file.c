// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/track_file.h"

#include "base/locked.h"
#include "base/log.h"
#include "io/title.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char*
absolute(const char* const path)
{
  char* whole = NULL;
  if (path[0] == '/') {
    return strdup(path);
  }
  char* const here = getcwd(NULL, 0);
  if (here && asprintf(&whole, "%s/%s", strcmp(here, "/") == 0 ? "" : here, path) < 0) {
    whole = NULL;
  }
  free(here);
  return whole;
}

static bool
make_tables(TrackFile* const t)
{
  const size_t n  = t->track.nchunks;
  t->blocks       = malloc(n * sizeof(*t->blocks));
  t->pins         = calloc(n, sizeof(*t->pins));
  t->track.chunks = locked_new(n * sizeof(*t->track.chunks)); // the process thread reads it
  if (!t->blocks || !t->pins || !t->track.chunks) {
    return false;
  }
  for (size_t k = 0; k < n; ++k) {
    t->blocks[k] = NO_BLOCK;
    atomic_init(&t->track.chunks[k], NULL);
  }
  return true;
}

Status
track_file_begin(TrackFile** const out, const char* const path, Error* const error)
{
  TrackFile* const t     = calloc(1, sizeof(*t));
  char* const      whole = absolute(path);
  if (!t || !whole) {
    free(t);
    free(whole);
    return error_set(error, STATUS_NO_MEMORY, "no memory to load %s", path);
  }
  t->track.path  = whole;
  const Status s = audio_file_begin(&t->file, whole, error);
  if (s) {
    track_file_free(t);
    return s;
  }
  *out = t;
  return STATUS_OK;
}

Status
track_file_go_on(TrackFile* const t, bool* const ready, Error* const error)
{
  const char* const path = t->track.path;
  const Status      s    = audio_file_go_on(t->file, path, ready, error);
  if (s || !*ready) {
    return s;
  }
  const char* const tag = audio_file_title(t->file);
  t->track.title        = tag ? strdup(tag) : title_of_path(path);
  t->track.rate         = audio_file_rate(t->file);
  t->track.channels     = audio_file_channels(t->file);
  t->track.frames       = audio_file_frames(t->file);
  if (t->track.frames > TRACK_MAX_FRAMES) {
    const double hour = 3600.0 * t->track.rate;
    return error_set(error, STATUS_BAD_FORMAT, "%s is too long with %.1f hours: at its rate %.1f hours work", path,
                     (double)t->track.frames / hour, (double)TRACK_MAX_FRAMES / hour);
  }
  t->track.nchunks = (size_t)((t->track.frames + CHUNK_FRAMES - 1) / CHUNK_FRAMES);
  atomic_init(&t->track.end, t->track.frames);
  atomic_init(&t->track.broken, false);
  return t->track.title && make_tables(t) ? STATUS_OK
                                          : error_set(error, STATUS_NO_MEMORY, "no memory to load %s", path);
}

Status
track_file_new(TrackFile** const out, const char* const path, Error* const error)
{
  TrackFile* t     = NULL;
  bool       ready = false;
  Status     s     = track_file_begin(&t, path, error);
  while (t && !s && !ready) {
    s = track_file_go_on(t, &ready, error);
  }
  if (s) {
    track_file_free(t);
    return s;
  }
  *out = t;
  return STATUS_OK;
}

void
track_file_free(TrackFile* const t)
{
  if (!t) {
    return;
  }
  audio_file_close(t->file);
  free((char*)t->track.path);
  free((char*)t->track.title);
  locked_free((void*)t->track.chunks);
  free(t->blocks);
  free(t->pins);
  free(t);
}

uint32_t
track_file_chunks(const TrackFile* const t)
{
  return (uint32_t)((atomic_load_explicit(&t->track.end, memory_order_relaxed) + CHUNK_FRAMES - 1) / CHUNK_FRAMES);
}

size_t
track_file_bytes(const TrackFile* const t)
{
  return audio_file_bytes(t->file) +
         t->track.nchunks * (sizeof(*t->blocks) + sizeof(*t->pins) + sizeof(*t->track.chunks));
}

static void
lower_end(TrackFile* const t, const int64_t end)
{
  atomic_store_explicit(&t->track.end, end, memory_order_release);
  if (!audio_file_estimated(t->file)) {
    t->cut = true;
    log_warn("%s ends early: after %.1f s instead of %.1f s", t->track.path, (double)end / t->track.rate,
             (double)t->track.frames / t->track.rate);
  }
}

// The last frames before a cut, in the chunk that begins at `from`.
static void
fade_out(const TrackFile* const t, const int64_t from, float* const frames)
{
  const int64_t end = atomic_load_explicit(&t->track.end, memory_order_relaxed);
  for (int64_t k = end - CUT_FADE > from ? end - CUT_FADE - from : 0; k < CHUNK_FRAMES && from + k < end; ++k) {
    const float gain = (float)(end - from - k) / (CUT_FADE + 1);
    frames[2 * k] *= gain;
    frames[2 * k + 1] *= gain;
  }
}

bool
track_file_spoilt(const TrackFile* const t, const uint32_t index)
{
  const int64_t end  = atomic_load_explicit(&t->track.end, memory_order_relaxed);
  const int64_t next = ((int64_t)index + 1) * CHUNK_FRAMES;
  return t->cut && next > end - CUT_FADE && next <= end;
}

bool
track_file_read(TrackFile* const t, const uint32_t index, float* const frames)
{
  const int64_t from = (int64_t)index * CHUNK_FRAMES;
  const int64_t end  = atomic_load_explicit(&t->track.end, memory_order_relaxed);
  const int64_t want = end - from < CHUNK_FRAMES ? end - from : CHUNK_FRAMES;
  int64_t       got  = 0;
  if (want <= 0) {
    return false;
  }
  switch (audio_file_read(t->file, from, frames, want, &got)) {
    case AUDIO_READ_OK:
      break;
    case AUDIO_READ_DAMAGED:
      log_warn("%s is damaged at %.1f s: silence there", t->track.path, (double)from / t->track.rate);
      break;
    case AUDIO_READ_END:
      lower_end(t, from + got);
      break;
    case AUDIO_READ_BROKEN:
      atomic_store_explicit(&t->track.broken, true, memory_order_release);
      log_warn("%s can't be read any more from %.1f s on", t->track.path, (double)(from + got) / t->track.rate);
      return false;
  }
  if (t->cut) {
    fade_out(t, from, frames);
  }
  memset(frames + 2 * got, 0, sizeof(float) * 2 * (size_t)(CHUNK_FRAMES - got));
  return got > 0;
}
