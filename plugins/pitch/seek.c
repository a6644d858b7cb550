// SPDX-License-Identifier: GPL-3.0-or-later
#include "pitch/seek.h"

#include <math.h>
#include <stddef.h>

#define JUMP 40.0          // a usual one
#define CLOSE_HISTORY 12.0 // compared when a place is looked at closely
#define CLOSE_FADE 12.0
#define BEFORE 40.0      // compared to see whether the sound repeats
#define NEAR_HISTORY 8.0 // compared before a splice that can't be chosen freely
#define ANCHOR_COST 0.4f // at the edge of the radius
#define SHORT_JUMP 4.0   // least one back to the nominal delay
#define BEYOND_HOME 14.0 // as far beyond that it may land
#define STRAY 0.5f       // what it costs to land further off than the head should be

RT Window
seek_window_rt(const Resampler* const rs, const double history, const double fade, const double ahead)
{
  const double room = behind(rs) - fmax(ahead, 0.0) - 10.0; // the refining step looks 8 frames further
  const double f    = fmax(fmin(fade, room), 0.0);
  const Window w    = {rs->head.frame - (int64_t)history, (uint32_t)(history + f)};
  return w;
}

/// One step up to the top, on the whole frames of a window around the head.  False: that was the last.
RT static bool
climb(const Resampler* const rs, SpliceClimb* const c, const double history, const double fade)
{
  const Window       w = seek_window_rt(rs, history, fade, c->at);
  const float* const a = line_at_rt(&rs->in->line, w.frame);
  // The other place through a pointer of its own: what lies between the two need not be in a row
  const float* const b = line_at_rt(&rs->in->line, w.frame + c->at - 16) + (size_t)2 * 16;
  return splice_climb_rt(c, a, b, w.frames);
}

RT static void
aim_at(Resampler* const rs, const double lag, const double radius, const double fade, const double best)
{
  rs->aim.on     = true;
  rs->aim.hit    = false;
  rs->aim.lag    = lag;
  rs->aim.radius = radius;
  rs->aim.fade   = fade;
  splice_climb_begin_rt(&rs->aim.climb, best);
}

RT bool
seek_aim_rt(Resampler* const rs, SpliceMatch* const m)
{
  Aim* const aim = &rs->aim;
  if (climb(rs, &aim->climb, ms(rs, NEAR_HISTORY), aim->fade)) {
    return false;
  }
  *m = splice_climb_top_rt(&aim->climb);
  if (fabs(m->lag - aim->lag) > aim->radius) {
    m->lag = aim->lag;
  }
  aim->on = false;
  return true;
}

// Coarse frames around the head, compared at lags that may be far away: one
// line_at_rt() for each lag.
RT static void
search_lags(const Resampler* const rs,
            const Window           w,
            const int32_t          first,
            const int32_t          last,
            const double           like,
            const float            cost,
            SpliceMatch* const     best)
{
  const Line* const  line  = &rs->in->coarse;
  const int64_t      frame = w.frame / INPUT_COARSE;
  const float* const a     = line_at_rt(line, frame);
  for (int32_t lag = first; lag <= last; ++lag) {
    SpliceMatch m = {0.0, 0.0f, -1e9f};
    splice_search_rt(a, line_at_rt(line, frame + lag), w.frames / INPUT_COARSE, 0, 0, like - lag, cost, &m);
    if (m.score > best->score) {
      *best = m;
      best->lag += lag;
    }
  }
}

RT void
seek_near_rt(Resampler* const rs, const double lag, const double radius, const double fade)
{
  SpliceMatch   best = {lag / INPUT_COARSE, 0.0f, -1e9f};
  const double  at = lag / INPUT_COARSE, r = radius / INPUT_COARSE;
  const int32_t first = (int32_t)ceil(at - r), last = (int32_t)floor(at + r);
  const Window  w = seek_window_rt(rs, ms(rs, NEAR_HISTORY), fade, lag + radius);
  search_lags(rs, w, first, last, at, (float)(ANCHOR_COST / r), &best);
  aim_at(rs, lag, radius, fade, best.lag * INPUT_COARSE);
}

RT bool
seek_home_rt(Resampler* const rs, const bool back, const int64_t from, const double fade)
{
  const double      off  = behind(rs) - rs->delay; // how much too late the head is
  const double      home = back ? -off : off;      // the jump to where it should be
  const double      end  = back ? (double)(rs->in->now - from) - behind(rs) : home + ms(rs, BEYOND_HOME);
  const double      most = fmin(home + ms(rs, BEYOND_HOME), end), least = fmax(home - ms(rs, 1.0), ms(rs, SHORT_JUMP));
  const int32_t     first = (int32_t)ceil(least / INPUT_COARSE), last = (int32_t)floor(most / INPUT_COARSE);
  const Line* const line = &rs->in->coarse;
  SpliceMatch       best = {0.0, 0.0f, -1e9f};
  for (int32_t next = first; next <= last;) {
    float         ncc[SPLICE_LAGS];
    const int32_t n     = last - next + 1 < SPLICE_LAGS ? last - next + 1 : SPLICE_LAGS;
    const Window  w     = seek_window_rt(rs, ms(rs, NEAR_HISTORY), fade, back ? 0.0 : (next + n) * INPUT_COARSE);
    const int64_t frame = w.frame / INPUT_COARSE;
    const int32_t lag   = back ? -next - n + 1 : next;
    splice_nccs_rt(line_at_rt(line, frame), line_at_rt(line, frame + lag), w.frames / INPUT_COARSE, n, ncc);
    for (int32_t i = 0; i < n; ++i) {
      const double jump  = (double)(lag + i) * INPUT_COARSE;
      const float  rare  = (float)sqrt(rs->p.near / fabs(jump));
      const float  stray = fabs(off - jump) > rs->p.near ? STRAY : 0.0f;
      const float  score = 1.0f - (1.02f - ncc[i]) * rare - stray;
      if (score > best.score) {
        best.lag   = jump;
        best.score = score;
      }
    }
    next += n;
  }
  if (best.score > -1e8f) {
    aim_at(rs, best.lag, 2 * INPUT_COARSE, fade, best.lag);
    return true;
  }
  return false;
}

RT static void
begin(Resampler* const rs, const bool back, const double least, const double furthest)
{
  Search* const s = &rs->search;
  s->on           = true;
  s->ready        = false;
  s->repeats      = 0.0f;
  s->back         = back;
  s->next         = (int32_t)ceil(fmax(rs->p.jump_min, least) / INPUT_COARSE);
  s->last         = (int32_t)floor(fmin(rs->p.jump_max, furthest) / INPUT_COARSE);
  s->slice        = (int32_t)ceil((s->last - s->next + 1) * rs->in->cell / rs->p.search);
  s->slice        = (s->slice + 3) & ~3; // they are cheapest in fours
  s->ncc[0] = s->ncc[1] = -1.0f;
  s->close              = -1;
  s->best.ncc           = 0.0f;
  s->best.score         = -1e9f;
  for (int i = 0; i < CANDIDATES; ++i) {
    s->found[i].score = -1e9f;
  }
}

RT void
seek_begin_rt(Resampler* const rs, const bool back, const int64_t from, const double least)
{
  const double d = behind(rs);
  begin(rs, back, least, back ? rs->delay + rs->p.far_above - d : d - (rs->delay - rs->p.far_below));
  rs->search.probe = false;
  rs->search.from  = from;
}

RT void
seek_probe_rt(Resampler* const rs)
{
  begin(rs, true, 0.0, rs->p.far_above);
  rs->search.probe = true;
}

/// What a jump is worth; not at all where it may not go.
RT static float
worth(const Resampler* const rs, const double lag, const float ncc)
{
  const double lands = behind(rs) - lag, off = lands - rs->delay;
  if (!rs->search.probe && (off < -rs->p.far_below || off > rs->p.far_above ||
                            (rs->search.back && (double)(rs->in->now - rs->search.from) < lands))) {
    return -1e9f;
  }
  // What is lost by a splice is lost again with the next one: the longer the jump, the later
  return 1.0f - (1.02f - ncc) * (float)sqrt(ms(rs, JUMP) / fabs(lag));
}

/// Correlation at the best jump, there and before: noise agrees with itself by chance, but not twice.
RT static float
was_so_before(const Resampler* const rs)
{
  const SpliceMatch* const m     = &rs->search.best;
  const Line* const        line  = &rs->in->coarse;
  const Window             w     = seek_window_rt(rs, rs->p.history, rs->p.fade, m->lag);
  const uint32_t           n     = (uint32_t)ms(rs, BEFORE) / INPUT_COARSE;
  const int64_t            frame = w.frame / INPUT_COARSE - n, lag = lrint(m->lag / INPUT_COARSE);
  return 0.5f * (m->ncc + splice_ncc_rt(line_at_rt(line, frame), line_at_rt(line, frame + lag), n));
}

RT float
seek_repeats_rt(const Resampler* const rs)
{
  const Line* const line  = &rs->in->coarse;
  const uint32_t    n     = (uint32_t)ms(rs, BEFORE) / INPUT_COARSE;
  const int64_t     frame = line->end - n;
  return splice_ncc_rt(line_at_rt(line, frame), line_at_rt(line, frame - rs->period), n);
}

RT static void
consider(Resampler* const rs, const SpliceMatch m)
{
  Search* const s = &rs->search;
  for (int i = 0; i < CANDIDATES; ++i) {
    if (m.score > s->found[i].score) {
      for (int k = CANDIDATES - 1; k > i; --k) {
        s->found[k] = s->found[k - 1];
      }
      s->found[i] = m;
      return;
    }
  }
}

/// Look at the next slice of jumps, and keep the tops.
RT static void
search_coarse(Resampler* const rs)
{
  Search* const s  = &rs->search;
  int32_t       to = s->next + s->slice - 1;
  to               = to < s->last ? to : s->last;
  float             ncc[SPLICE_LAGS];
  const Line* const line = &rs->in->coarse;
  while (s->next <= to) {
    const Window  w     = seek_window_rt(rs, rs->p.history, rs->p.fade, s->back ? 0.0 : to * INPUT_COARSE);
    const int64_t frame = w.frame / INPUT_COARSE;
    const int32_t n     = to - s->next + 1 < SPLICE_LAGS ? to - s->next + 1 : SPLICE_LAGS;
    const int32_t first = s->back ? -s->next - n + 1 : s->next;
    splice_nccs_rt(line_at_rt(line, frame), line_at_rt(line, frame + first), w.frames / INPUT_COARSE, n, ncc);
    for (int32_t i = 0; i < n; ++i, ++s->next) {
      const float here = ncc[s->back ? n - 1 - i : i];
      if (s->ncc[1] > s->ncc[0] && s->ncc[1] >= here) { // a top between three
        const float  bend = s->ncc[0] - 2.0f * s->ncc[1] + here;
        const float  at   = 0.5f * (s->ncc[0] - here) / bend;
        const double jump = s->next - 1 + (double)at;
        SpliceMatch  m    = {s->back ? -jump : jump, s->ncc[1] - 0.25f * (s->ncc[0] - here) * at, 0.0f};
        m.score           = worth(rs, m.lag * INPUT_COARSE, m.ncc);
        consider(rs, m);
      }
      s->ncc[0] = s->ncc[1];
      s->ncc[1] = here;
    }
  }
}

RT static void
conclude(Resampler* const rs)
{
  Search* const s = &rs->search;
  s->ready        = true;
  s->repeats      = s->best.score > -1e8f ? was_so_before(rs) : 0.0f;
}

/// One step of a closer look, at the candidates in turn.
RT static void
search_closely(Resampler* const rs)
{
  Search* const s = &rs->search;
  if (s->close < 0 || s->climb.step == 0) { // the next one
    ++s->close;
    if (s->close == CANDIDATES || s->found[s->close].score < -1e8f) {
      conclude(rs);
      return;
    }
    splice_climb_begin_rt(&s->climb, s->found[s->close].lag * INPUT_COARSE);
  }
  if (!climb(rs, &s->climb, fmin(rs->p.history, ms(rs, CLOSE_HISTORY)), fmin(rs->p.fade, ms(rs, CLOSE_FADE)))) {
    SpliceMatch m = splice_climb_top_rt(&s->climb);
    m.score       = worth(rs, m.lag, m.ncc);
    if (m.score > s->best.score) {
      s->best = m;
    }
  }
}

RT void
seek_cell_rt(Resampler* const rs)
{
  Search* const s = &rs->search;
  if (s->next <= s->last) {
    search_coarse(rs);
  } else if (!s->ready && s->probe) {
    s->best = s->found[0];
    s->best.lag *= INPUT_COARSE;
    conclude(rs);
  } else if (!s->ready) {
    search_closely(rs);
  }
}
