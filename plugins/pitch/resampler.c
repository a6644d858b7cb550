// SPDX-License-Identifier: GPL-3.0-or-later
#include "pitch/resampler.h"

#include "dsp/splice.h"
#include "pitch/head.h"
#include "pitch/onsets.h"

#include <stdlib.h>
#include <string.h>

// What a nominal delay allows; milliseconds.
typedef struct {
  double below, above;       ///< how far the delay may be from the nominal one
  double jump_min, jump_max; ///< of a regular splice
  double fade, history;      ///< of a regular splice, and what is compared before it
  double search;             ///< over which the search is spread
  double retry, retry_most;  ///< a poor splice is put off by `retry`, until that much past the limit; 0: never
} Profile;

static const Profile NEAR = {14.15, 13.85, 6.0, 28.0, 4.0, 12.0, 8.0, 0.0, 0.0};
static const Profile FAR  = {24.0, 24.0, 20.0, 48.0, 8.0, 8.0, 24.0, 16.0, 15.0};

#define LEAST_DELAY 18.75 // of NEAR
#define FAR_DELAY 50.0    // nominal delays from here on are FAR
#define GOOD_MATCH 0.9f   // a correlation that is worth a splice before it must be
#define LIKING 0.1f       // what a landing place at the edge of the range costs against one at the nominal delay
#define ANCHOR_FADE 3.0   // before a hit
#define ANCHOR_RADIUS 1.5 // searched around the place that is exactly in time
#define ANCHOR_COST 0.4f  // at the edge of it
#define ANCHOR_LATE 0.5   // a hit that would be no further off is left alone
#define AFTER_ONSET 10.0  // no regular splice so soon after a hit
#define LAND_AFTER 2.5    // a splice lands no nearer behind a hit
#define SHORTEST_FADE 0.5
#define RESERVE 1.0 // that the head keeps from the newest frame, come what may

typedef struct {
  bool        on;
  bool        back;  ///< the jump goes to older frames
  int32_t     next;  ///< coarse lag to look at next
  int32_t     slice; ///< lags per cell
  int64_t     from;  ///< not before this frame
  SpliceMatch best;  ///< in coarse frames
} Search;

struct Resampler {
  const Input*     in;
  const SincTable* sinc;
  Profile          p; ///< in frames, other than its constants above
  uint32_t         delay;
  Head             head, next; ///< `next` is what a fade leads to
  bool             home;
  uint32_t         fade_at, fade_length; ///< frames; length 0: no fade
  float            rho;
  Search           search;
  int64_t          retry_from;
  bool             moved;    ///< the nominal delay has changed
  int              walk;     ///< splices on the way home
  uint32_t         anchored; ///< onsets dealt with, by count
  Onsets           onsets;
};

RT static double
ms(const Resampler* const rs, const double t)
{
  return input_frames_of_ms(rs->in, t);
}

RT static void
set_profile(Resampler* const rs, const uint32_t delay)
{
  const Profile m = delay < ms(rs, FAR_DELAY) ? NEAR : FAR;
  const Profile p = {ms(rs, m.below),   ms(rs, m.above),  ms(rs, m.jump_min), ms(rs, m.jump_max),  ms(rs, m.fade),
                     ms(rs, m.history), ms(rs, m.search), ms(rs, m.retry),    ms(rs, m.retry_most)};
  rs->p           = p;
  rs->delay       = delay;
}

Resampler*
resampler_new(const Input* const input, const SincTable* const sinc)
{
  Resampler* const rs = calloc(1, sizeof(*rs));
  if (rs) {
    rs->in   = input;
    rs->sinc = sinc;
    resampler_start_rt(rs, resampler_least_delay_rt(input));
  }
  return rs;
}

void
resampler_free(Resampler* const rs)
{
  free(rs);
}

RT uint32_t
resampler_least_delay_rt(const Input* const input)
{
  return (uint32_t)lrint(input_frames_of_ms(input, LEAST_DELAY));
}

uint32_t
resampler_past(const double rate)
{
  return (uint32_t)(rate * 1e-3 * (FAR.above + FAR.retry_most + FAR.jump_max + FAR.history + 8.0));
}

uint32_t
resampler_reach(const double rate)
{
  return (uint32_t)(rate * 1e-3 * (FAR.history + FAR.fade + 4.0)) + SINC_BEFORE + SINC_AFTER + 64;
}

RT void
resampler_start_rt(Resampler* const rs, const uint32_t delay)
{
  set_profile(rs, delay);
  memset(&rs->head, 0, sizeof(rs->head));
  head_put_rt(&rs->head, rs->in->now - delay, 0.0);
  rs->fade_length = 0;
  rs->search.on   = false;
  rs->retry_from  = INT64_MIN;
  rs->moved       = false;
  rs->walk        = 0;
  rs->home        = false;
  rs->anchored    = 0;
  onsets_reset_rt(&rs->onsets);
}

RT void
resampler_delay_rt(Resampler* const rs, const uint32_t delay)
{
  if (delay != rs->delay) {
    set_profile(rs, delay);
    rs->search.on = false;
    rs->moved     = true;
    rs->home      = false;
  }
}

RT void
resampler_shift_rt(Resampler* const rs, const double frames)
{
  head_move_rt(&rs->head, frames);
  rs->home = false;
}

RT bool
resampler_home_rt(const Resampler* const rs)
{
  return rs->home;
}

// ---- splices ------------------------------------------------------------------------------------------------------

RT static double
behind(const Resampler* const rs)
{
  return head_behind_rt(&rs->head, rs->in->now);
}

RT static void
fade_to(Resampler* const rs, const double lag, const double length, const float rho)
{
  rs->next = rs->head;
  head_move_rt(&rs->next, lag);
  rs->fade_at     = 0;
  rs->fade_length = (uint32_t)fmax(length, ms(rs, SHORTEST_FADE));
  rs->rho         = rho;
  rs->search.on   = false;
  rs->home        = false;
}

// The window of a comparison around the head: `history` before it, and the fade after it as far as there are frames.
typedef struct {
  int64_t  frame;
  uint32_t frames;
} Window;

RT static Window
window_rt(const Resampler* const rs, const double history, const double fade, const double ahead)
{
  const double room = behind(rs) - fmax(ahead, 0.0) - 10.0; // the refining step looks 8 frames further
  const double f    = fmax(fmin(fade, room), 0.0);
  const Window w    = {rs->head.frame - (int64_t)history, (uint32_t)(history + f)};
  return w;
}

RT static SpliceMatch
refine(const Resampler* const rs, const double lag, const double history, const double fade)
{
  const Window       w = window_rt(rs, history, fade, lag);
  const float* const a = line_at_rt(&rs->in->line, w.frame);
  // The other place through a pointer of its own: what lies between the two need not be in a row
  const int64_t whole = (int64_t)floor(lag);
  const float*  b     = line_at_rt(&rs->in->line, w.frame + whole - 16) + (size_t)2 * 16;
  SpliceMatch   m     = splice_refine_rt(a, b, w.frames, lag - (double)whole);
  m.lag += (double)whole;
  return m;
}

// Coarse frames around the head, compared at lags that may be far away: one line_at_rt() for each lag.
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

/// Search around a lag and fade to the best place there.
RT static void
splice_near(Resampler* const rs, const double lag, const double radius, const double fade)
{
  SpliceMatch   best = {lag / INPUT_COARSE, 0.0f, -1e9f};
  const double  at = lag / INPUT_COARSE, r = radius / INPUT_COARSE;
  const int32_t first = (int32_t)ceil(at - r), last = (int32_t)floor(at + r);
  search_lags(rs, window_rt(rs, ms(rs, 8.0), fade, lag + radius), first, last, at, (float)(ANCHOR_COST / r), &best);
  SpliceMatch m = refine(rs, best.lag * INPUT_COARSE, ms(rs, 8.0), fade);
  if (fabs(m.lag - lag) > radius) {
    m.lag = lag;
  }
  fade_to(rs, m.lag, fade, m.ncc);
}

RT static void
search_begin(Resampler* const rs, const bool back, const int64_t from, const double cells)
{
  Search* const s    = &rs->search;
  s->on              = true;
  s->back            = back;
  s->from            = from;
  s->next            = (int32_t)ceil(rs->p.jump_min / INPUT_COARSE);
  const int32_t last = (int32_t)floor(rs->p.jump_max / INPUT_COARSE);
  s->slice           = (int32_t)ceil((last - s->next + 1) / fmax(cells, 1.0));
  s->best.score      = -1e9f;
}

/// Look at the next slice of jumps, those that stay within the limits.
RT static void
search_on(Resampler* const rs)
{
  Search* const s     = &rs->search;
  const double  d     = behind(rs);
  const int32_t last  = (int32_t)floor(rs->p.jump_max / INPUT_COARSE);
  const double  least = rs->delay - rs->p.below, most = rs->delay + rs->p.above;
  int32_t       to = s->next + s->slice - 1;
  to               = to < last ? to : last;
  const Window w   = window_rt(rs, rs->p.history, rs->p.fade, s->back ? 0.0 : to * INPUT_COARSE);
  for (; s->next <= to; ++s->next) {
    const double jump  = s->next * INPUT_COARSE;
    const double lands = s->back ? d + jump : d - jump;
    if (lands > most + rs->p.retry_most || lands < least || (s->back && (double)(rs->in->now - s->from) < lands)) {
      continue;
    }
    const int32_t lag  = s->back ? -s->next : s->next;
    const double  like = (d - rs->delay) / INPUT_COARSE; // the lag that lands at the nominal delay
    search_lags(rs, w, lag, lag, like, LIKING * INPUT_COARSE / (float)rs->p.above, &s->best);
  }
}

// ---- decisions ----------------------------------------------------------------------------------------------------

/// Deal with the next hit ahead of the head.  True: one is ahead, so leave the rest be.
RT static bool
anchor(Resampler* const rs, const double ratio)
{
  const int64_t now  = rs->in->now;
  int64_t       t    = INT64_MIN;
  uint32_t      back = 0;
  for (uint32_t k = 0; k < ONSETS_KEPT && onsets_frame_rt(&rs->onsets, k) > rs->head.frame; ++k) {
    t    = onsets_frame_rt(&rs->onsets, k);
    back = k;
  }
  if (t == INT64_MIN || rs->onsets.count - back <= rs->anchored) {
    return t != INT64_MIN;
  }
  const double due    = (double)(t + rs->delay - now);        // output frames until it should be heard
  const double comes  = head_behind_rt(&rs->head, t) / ratio; // until it will be
  const double first  = fmin(due, comes);
  const double fade   = ms(rs, ANCHOR_FADE);
  const double margin = ms(rs, 0.25);
  if (first > fade + margin + rs->in->cell) {
    return true; // there will be a later cell for it
  }
  rs->anchored = rs->onsets.count - back;
  if (fabs(due - comes) > ms(rs, ANCHOR_LATE)) {
    double        lag  = head_behind_rt(&rs->head, t) - ratio * due;
    const int64_t last = onsets_frame_rt(&rs->onsets, back + 1);
    if (last != INT64_MIN) { // not before the end of the attack of the hit before
      lag = fmax(lag, head_behind_rt(&rs->head, last) + ms(rs, LAND_AFTER));
    }
    splice_near(rs, lag, ms(rs, ANCHOR_RADIUS), fmin(fade, first - margin));
  }
  return true;
}

/// At ratio 1: to the nominal delay exactly.  Where the waveform is against it there, by way of a place between, so
/// that neither fade meets its opposite.
RT static void
walk_home(Resampler* const rs)
{
  const double lag = behind(rs) - rs->delay;
  if (lag == 0.0 && rs->head.fraction == 0) {
    rs->home = true;
    rs->walk = 0;
    return;
  }
  const double history = ms(rs, 4.0), fade = rs->p.fade;
  const Window w      = window_rt(rs, history, fade, lag);
  const Line*  line   = &rs->in->line;
  const float* here   = line_at_rt(line, w.frame);
  const float* there  = line_at_rt(line, w.frame + (int64_t)lrint(lag));
  const float  direct = splice_ncc_rt(here, there, w.frames);
  double       to     = lag;
  float        rho    = direct;
  if (direct < 0.2f && rs->walk < 3) {
    float best = direct;
    for (int k = 1; k < 16; ++k) {
      const int64_t      m   = (int64_t)lrint(lag * k / 16.0);
      const float* const mid = line_at_rt(line, w.frame + m);
      const float        in = splice_ncc_rt(here, mid, w.frames), out = splice_ncc_rt(mid, there, w.frames);
      const float        both = fminf(in, out);
      if (both > best) {
        best = both;
        to   = (double)m;
        rho  = in;
      }
    }
  }
  ++rs->walk;
  fade_to(rs, to, fade, rho);
}

/// Before the delay reaches a limit: search, then splice.
RT static void
regular(Resampler* const rs, const double ratio)
{
  const double  d = behind(rs), gain = ratio - 1.0;
  const bool    back  = gain > 0.0; // reading faster than the input comes: jump to older frames
  const double  limit = back ? rs->delay - rs->p.below + gain * rs->p.fade : rs->delay + rs->p.above;
  const double  left  = (d - limit) / gain;           // frames until the limit
  const double  past  = back ? limit - d : d - limit; // how far beyond it
  const double  hard  = back ? d - gain * ms(rs, 12.0) - rs->p.fade - ms(rs, RESERVE) : 1.0;
  const int64_t hit   = onsets_frame_rt(&rs->onsets, 0);
  const bool    fresh = hit != INT64_MIN && -head_behind_rt(&rs->head, hit) < ms(rs, AFTER_ONSET);
  if (left > rs->p.search || rs->in->now < rs->retry_from) {
    rs->search.on = rs->search.on && rs->search.back == back;
    return;
  }
  if (!rs->search.on || rs->search.back != back) {
    const int64_t from = hit == INT64_MIN ? INT64_MIN / 2 : hit + (int64_t)ms(rs, LAND_AFTER);
    search_begin(rs, back, from, (fmax(left, 0.0)) / rs->in->cell);
  }
  search_on(rs);
  if (left > rs->in->cell || (fresh && hard > 0.0 && past < rs->p.above)) {
    return;
  }
  const Search s = rs->search;
  if (s.best.score < -1e8f) { // no place to land: straight to the nominal delay
    fade_to(rs, d - rs->delay, rs->p.fade, 0.0f);
    return;
  }
  const SpliceMatch m = refine(rs, s.best.lag * INPUT_COARSE, rs->p.history, rs->p.fade);
  if (rs->p.retry > 0.0 && m.ncc < GOOD_MATCH && past < rs->p.retry_most) {
    rs->retry_from = rs->in->now + (int64_t)(rs->p.retry * 0.5);
    rs->search.on  = false;
    return;
  }
  fade_to(rs, m.lag, rs->p.fade, m.ncc);
}

RT void
resampler_cell_rt(Resampler* const rs)
{
  const Input* const in    = rs->in;
  Head* const        h[2]  = {&rs->head, &rs->next};
  double             ratio = 1.0;
  for (int i = 0; i < (rs->fade_length ? 2 : 1); ++i) {
    const double from = input_ratio_rt(in, h[i]->frame);
    const double to   = input_ratio_rt(in, h[i]->frame + (int64_t)(from * in->cell));
    head_speed_rt(h[i], from, to, in->cell);
    ratio = i ? ratio : from;
  }
  if (rs->home && rs->head.step == SINC_ONE && !rs->head.dstep) {
    return;
  }
  rs->home = false;
  onsets_cell_rt(&rs->onsets, in);
  if (rs->fade_length) {
    return;
  }
  const bool still = ratio == 1.0 && rs->head.dstep == 0;
  if (!still) {
    rs->walk = 0;
  }
  if (rs->moved) {
    rs->moved = false;
    splice_near(rs, behind(rs) - rs->delay, ms(rs, 4.0), rs->p.fade);
  } else if (still) {
    if (input_ratio_rt(in, in->now) == 1.0) {
      walk_home(rs);
    }
  } else if (!anchor(rs, ratio)) {
    regular(rs, ratio);
  }
  if (rs->fade_length) { // a fade has begun: the other head goes at its own speed
    const double from = input_ratio_rt(in, rs->next.frame);
    const double to   = input_ratio_rt(in, rs->next.frame + (int64_t)(from * in->cell));
    head_speed_rt(&rs->next, from, to, in->cell);
  }
}

RT void
resampler_read_rt(Resampler* const rs, float* const out[2], uint32_t n)
{
  const Line* const line = &rs->in->line;
  uint32_t          done = 0;
  if (rs->fade_length) {
    float          a[2][256], b[2][256], from[256], to[256];
    const uint32_t left = rs->fade_length - rs->fade_at;
    const uint32_t m    = n < left ? n : left;
    head_read_rt(&rs->head, line, rs->sinc, (float* [2]){a[0], a[1]}, m);
    head_read_rt(&rs->next, line, rs->sinc, (float* [2]){b[0], b[1]}, m);
    splice_gains_rt(from, to, rs->fade_at, m, rs->fade_length, rs->rho);
    for (int c = 0; c < 2; ++c) {
      for (uint32_t i = 0; i < m; ++i) {
        out[c][i] = a[c][i] * from[i] + b[c][i] * to[i];
      }
    }
    rs->fade_at += m;
    done = m;
    if (rs->fade_at == rs->fade_length) {
      rs->head        = rs->next;
      rs->fade_length = 0;
    }
  }
  if (done < n) {
    head_read_rt(&rs->head, line, rs->sinc, (float* [2]){out[0] + done, out[1] + done}, n - done);
  }
}
