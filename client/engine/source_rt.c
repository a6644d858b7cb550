// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/source_rt.h"

#include "dsp/units.h"

#define SEAM_SECONDS 0.005f
#define STEM_SECONDS 0.005f
#define JOIN_FRAMES (2 * CHUNK_FRAMES) // that a stem must have ahead to join: what the disk thread provides in any case

RT static inline int64_t
smaller(const int64_t a, const int64_t b)
{
  return a < b ? a : b;
}

RT void
source_init_rt(Source* const s)
{
  for (int i = 0; i < MAX_STEMS; ++i) {
    s->stem[i].target = 1.0f;
  }
  source_stems_changed_rt(s);
}

RT void
source_stems_changed_rt(Source* const s)
{
  s->nsounding = 0;
  s->rate      = 0;
  for (uint8_t i = 0; i < MAX_STEMS; ++i) {
    if (s->stem[i].track) {
      s->sounding[s->nsounding++] = i;
      s->rate                     = s->rate ? s->rate : s->stem[i].track->rate;
    }
  }
  s->seam = (uint32_t)((float)s->rate * SEAM_SECONDS);
  s->slew = s->rate ? 1.0f / ((float)s->rate * STEM_SECONDS) : 1.0f;
}

RT void
source_refresh_rt(Source* const s, const int64_t now)
{
  bool solo = false;
  s->end    = 0;
  for (uint32_t i = 0; i < s->nsounding; ++i) {
    Stem* const   stem   = &s->stem[s->sounding[i]];
    const int64_t stored = (int64_t)stem->track->nchunks * CHUNK_FRAMES;
    stem->end            = smaller(atomic_load_explicit(&stem->track->end, memory_order_acquire), stored);
    s->end               = s->end > stem->end ? s->end : stem->end;
    solo                 = solo || stem->solo;
  }
  for (uint32_t i = 0; i < s->nsounding; ++i) {
    Stem* const stem   = &s->stem[s->sounding[i]];
    const bool  silent = stem->mute || (solo && !stem->solo) || stem->leaving || stem->joining;
    const float db     = ramp_at_rt(&stem->gain, now);
    stem->target       = silent ? 0.0f : db == 0.0f ? 1.0f : gain_of_db(db);
  }
}

RT bool
source_moves_rt(const Source* const s, const int64_t now)
{
  for (uint32_t i = 0; i < s->nsounding; ++i) {
    if (ramp_moves_rt(&s->stem[s->sounding[i]].gain, now)) {
      return true;
    }
  }
  return false;
}

RT bool
source_loop_rt(const Source* const s, const Loop* const l, const int64_t at, int64_t* const start, int64_t* const end)
{
  if (l->on && at < l->end) {
    *start = l->start;
    *end   = l->end;
    return true;
  }
  if (l->repeat && s->end >= LOOP_MIN && at < s->end) {
    *start = 0;
    *end   = s->end;
    return true;
  }
  *start = 0;
  *end   = -1;
  return false;
}

RT int64_t
source_seam_rt(const Source* const s, const int64_t start, const int64_t end)
{
  const int64_t half = (end - start) / 2;
  const int64_t room = start < LEAD_MIN ? LEAD_MIN : start;
  return smaller(smaller(s->seam, half), room);
}

// Whether the chunk at `at` is missing in one of those that play, or in `only`.
RT static bool
lacks(const Source* const s, const int64_t at, const Stem* const only)
{
  for (uint32_t i = 0; i < s->nsounding; ++i) {
    const Stem* const stem    = &s->stem[s->sounding[i]];
    const bool        regards = only ? stem == only : !stem->joining;
    if (regards && at < stem->end && !track_chunk_rt(stem->track, at)) {
      return true;
    }
  }
  return false;
}

RT static int64_t
clear_of(const Source* const s, const Loop* const l, int64_t at, const int64_t most, const Stem* const only)
{
  int64_t clear = 0;
  while (clear < most) {
    int64_t    start, end;
    const bool loops = source_loop_rt(s, l, at, &start, &end);
    int64_t    run   = most - clear;
    run              = loops ? smaller(run, end - at) : run;
    if (at < 0) {
      run = smaller(run, -at);
    } else {
      run = smaller(run, CHUNK_FRAMES - at % CHUNK_FRAMES);
      if (lacks(s, at, only)) {
        return clear;
      }
      if (!loops && at >= s->end) {
        return most;
      }
    }
    clear += run;
    at += run;
    if (loops && at >= end) {
      at = start;
    }
  }
  return clear;
}

RT int64_t
source_clear_rt(const Source* const s, const Loop* const l, const int64_t at, const int64_t most)
{
  return clear_of(s, l, at, most, NULL);
}

RT void
source_join_rt(Source* const s, const Loop* const l, const int64_t at)
{
  for (uint32_t i = 0; i < s->nsounding; ++i) {
    Stem* const stem = &s->stem[s->sounding[i]];
    if (stem->joining && (clear_of(s, l, at, JOIN_FRAMES, stem) >= JOIN_FRAMES ||
                          atomic_load_explicit(&stem->track->broken, memory_order_relaxed))) {
      stem->joining = false;
    }
  }
}

RT bool
source_broken_rt(const Source* const s, const int64_t at)
{
  for (uint32_t i = 0; i < s->nsounding; ++i) {
    const Stem* const stem = &s->stem[s->sounding[i]];
    if (at >= 0 && at < stem->end && !stem->joining && !track_chunk_rt(stem->track, at) &&
        atomic_load_explicit(&stem->track->broken, memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}
