// SPDX-License-Identifier: GPL-3.0-or-later
#include "pitch/seek.h"

#include <math.h>
#include <stddef.h>

#define JUMP 40.0        // a usual one
#define LIKING 0.02f     // what a landing place costs that is `above` off the nominal delay
#define ANCHOR_COST 0.4f // at the edge of the radius

RT Window
seek_window_rt(const Resampler* const rs, const double history, const double fade, const double ahead)
{
  const double room = behind(rs) - fmax(ahead, 0.0) - 10.0; // the refining step looks 8 frames further
  const double f    = fmax(fmin(fade, room), 0.0);
  const Window w    = {rs->head.frame - (int64_t)history, (uint32_t)(history + f)};
  return w;
}

RT static SpliceMatch
refine(const Resampler* const rs, const double lag, const double history, const double fade)
{
  const Window       w = seek_window_rt(rs, history, fade, lag);
  const float* const a = line_at_rt(&rs->in->line, w.frame);
  // The other place through a pointer of its own: what lies between the two
  // need not be in a row
  const int64_t whole = (int64_t)floor(lag);
  const float*  b     = line_at_rt(&rs->in->line, w.frame + whole - 16) + (size_t)2 * 16;
  SpliceMatch   m     = splice_refine_rt(a, b, w.frames, lag - (double)whole);
  m.lag += (double)whole;
  return m;
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

RT SpliceMatch
seek_near_rt(const Resampler* const rs, const double lag, const double radius, const double fade)
{
  SpliceMatch   best = {lag / INPUT_COARSE, 0.0f, -1e9f};
  const double  at = lag / INPUT_COARSE, r = radius / INPUT_COARSE;
  const int32_t first = (int32_t)ceil(at - r), last = (int32_t)floor(at + r);
  search_lags(rs, seek_window_rt(rs, ms(rs, 8.0), fade, lag + radius), first, last, at, (float)(ANCHOR_COST / r),
              &best);
  SpliceMatch m = refine(rs, best.lag * INPUT_COARSE, ms(rs, 8.0), fade);
  if (fabs(m.lag - lag) > radius) {
    m.lag = lag;
  }
  return m;
}

RT void
seek_begin_rt(Resampler* const rs, const bool back, const int64_t from)
{
  Search* const s   = &rs->search;
  const double  d   = behind(rs);
  const double  end = back ? rs->delay + rs->p.far_above - d : d - (rs->delay - rs->p.far_below);
  s->tried          = s->tried + 1;
  s->on             = true;
  s->ready          = false;
  s->back           = back;
  s->from           = from;
  s->next           = (int32_t)ceil(rs->p.jump_min / INPUT_COARSE);
  s->last           = (int32_t)floor(fmin(rs->p.jump_max, end) / INPUT_COARSE);
  s->slice          = (int32_t)ceil((s->last - s->next + 1) * rs->in->cell / rs->p.search);
  s->slice          = (s->slice + 3) & ~3; // they are cheapest in fours
  s->ncc[0] = s->ncc[1] = -1.0f;
  s->close              = -1;
  s->best.score         = -1e9f;
  for (int i = 0; i < CANDIDATES; ++i) {
    s->found[i].score = -1e9f;
  }
}

/// What a jump is worth; not at all where it may not go.
RT static float
worth(const Resampler* const rs, const double lag, const float ncc)
{
  const double d     = behind(rs);
  const double lands = d - lag;
  const double off   = lands - rs->delay;
  const bool   near  = off >= -rs->p.below && off <= rs->p.above;
  if ((!near && ncc < TONE) || off < -rs->p.far_below || off > rs->p.far_above ||
      (rs->search.back && (double)(rs->in->now - rs->search.from) < lands)) {
    return -1e9f;
  }
  // What is lost by a splice is lost again with the next one: the longer the
  // jump, the later
  const float rare = (float)sqrt(ms(rs, JUMP) / fabs(lag));
  return 1.0f - (1.02f - ncc) * rare - LIKING * (float)(fabs(off) / rs->p.above);
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

/// One step of a closer look, at the candidates in turn.
RT static void
search_closely(Resampler* const rs)
{
  Search* const s = &rs->search;
  if (s->close < 0 || s->climb.step == 0) { // the next one
    ++s->close;
    if (s->close == CANDIDATES || s->found[s->close].score < -1e8f) {
      s->ready = true;
      return;
    }
    splice_climb_begin_rt(&s->climb, s->found[s->close].lag * INPUT_COARSE);
  }
  const double       lag = s->climb.at;
  const Window       w   = seek_window_rt(rs, rs->p.history, rs->p.fade, lag);
  const float* const a   = line_at_rt(&rs->in->line, w.frame);
  const float* const b   = line_at_rt(&rs->in->line, w.frame + s->climb.at - 16) + (size_t)2 * 16;
  if (!splice_climb_rt(&s->climb, a, b, w.frames)) {
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
  if (rs->search.next <= rs->search.last) {
    search_coarse(rs);
  } else if (!rs->search.ready) {
    search_closely(rs);
  }
}
