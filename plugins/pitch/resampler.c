// SPDX-License-Identifier: GPL-3.0-or-later
#include "pitch/seek.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const Profile NEAR = {14.15, 13.85, 14.15, 56.0, 6.0, 70.0, 4.0, 12.0, 24.0, 3.0};
static const Profile FAR  = {24.0, 24.0, 56.0, 72.0, 20.0, 128.0, 16.0, 24.0, 48.0, 12.0};

#define LEAST_DELAY 18.75 // of NEAR
#define FAR_DELAY 70.0    // nominal delays from here on are FAR
#define GOOD_MATCH 0.98f  // a correlation that is worth a splice before it must be
#define MOST_TRIES 3      // searches for one splice
#define ANCHOR_FADE 3.0   // before a hit
#define ANCHOR_RADIUS 0.8 // searched around the place that is exactly in time
#define ANCHOR_LATE 0.2   // a hit that would be no further off is left alone
#define AFTER_ONSET 10.0  // no regular splice so soon after a hit
#define LAND_AFTER 2.5    // a splice lands no nearer behind a hit
#define SHORTEST_FADE 0.5
#define RESERVE 1.0 // that the head keeps from the newest frame, come what may

RT static void
set_profile(Resampler* const rs, const uint32_t delay)
{
  const Profile m = delay < ms(rs, FAR_DELAY) ? NEAR : FAR;
  const Profile p = {ms(rs, m.below),    ms(rs, m.above), ms(rs, m.far_below), ms(rs, m.far_above), ms(rs, m.jump_min),
                     ms(rs, m.jump_max), ms(rs, m.fade),  ms(rs, m.history),   ms(rs, m.search),    ms(rs, m.lead)};
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
  return (uint32_t)(rate * 1e-3 * (FAR.far_above + FAR.history + 32.0));
}

uint32_t
resampler_reach(const double rate)
{
  return (uint32_t)(rate * 1e-3 * (FAR.history + FAR.fade + 8.0)) + SINC_BEFORE + SINC_AFTER + 64;
}

RT void
resampler_start_rt(Resampler* const rs, const uint32_t delay)
{
  set_profile(rs, delay);
  memset(&rs->head, 0, sizeof(rs->head));
  head_put_rt(&rs->head, rs->in->now - delay, 0.0);
  rs->fade_length = 0;
  rs->search.on   = false;
  rs->tonal       = false;
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

// ---- splices
// ------------------------------------------------------------------------------------------------------

RT static void
fade_to(Resampler* const rs, const double lag, const double length, const float rho)
{
  rs->next = rs->head;
  head_move_rt(&rs->next, lag);
  rs->fade_at      = 0;
  rs->fade_length  = (uint32_t)fmax(length, ms(rs, SHORTEST_FADE));
  rs->rho          = rho;
  rs->search.on    = false;
  rs->search.tried = 0;
  rs->home         = false;
}

/// Fade to the best place around a lag.
RT static void
splice_near(Resampler* const rs, const double lag, const double radius, const double fade)
{
  const SpliceMatch m = seek_near_rt(rs, lag, radius, fade);
  fade_to(rs, m.lag, fade, m.ncc);
}

// ---- decisions
// ----------------------------------------------------------------------------------------------------

/// Deal with the next hit ahead of the head.  True: one is ahead, so leave the
/// rest be.
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
  rs->tonal    = false;
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

/// At ratio 1: to the nominal delay exactly.  Where the waveform is against it
/// there, by way of a place between, so that neither fade meets its opposite.
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
  const Window w      = seek_window_rt(rs, history, fade, lag);
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

/// Before the delay reaches a limit: search, then splice, early where the match
/// is good.
RT static void
regular(Resampler* const rs, const double ratio)
{
  const bool   back  = ratio > 1.0;
  const double gain  = fmax(fabs(ratio - 1.0), 1e-6);
  const double d     = behind(rs);
  const double below = rs->tonal ? rs->p.far_below : rs->p.below, above = rs->tonal ? rs->p.far_above : rs->p.above;
  const double limit = back ? rs->delay - below + gain * rs->p.fade : rs->delay + above;
  const double left  = (back ? d - limit : limit - d) / gain; // frames until the limit
  const double hard =
    back ? d - gain * (rs->p.fade + 2 * rs->in->cell) - ms(rs, RESERVE) : rs->delay + rs->p.far_above - d;
  const int64_t hit   = onsets_frame_rt(&rs->onsets, 0);
  const bool    fresh = hit != INT64_MIN && -head_behind_rt(&rs->head, hit) < ms(rs, AFTER_ONSET);
  const double  tries = rs->p.search + 14.0 * rs->in->cell;
  Search* const s     = &rs->search;
  if (left > fmax(tries, rs->p.lead / gain) || (s->on && s->back != back)) {
    s->on = false;
    return;
  }
  if (!s->on) {
    seek_begin_rt(rs, back, hit == INT64_MIN ? INT64_MIN / 2 : hit + (int64_t)ms(rs, LAND_AFTER));
  }
  seek_cell_rt(rs);
  const bool must = left <= rs->in->cell;
  if (fresh && hard > 0.0) {
    return;
  }
  if (s->ready) {
    rs->tonal = s->best.ncc >= TONE;
    if (s->best.ncc >= GOOD_MATCH || (must && s->best.score > -1e8f)) {
      fade_to(rs, s->best.lag, rs->p.fade, s->best.ncc);
    } else if (must) { // no place to land: straight to the nominal delay
      fade_to(rs, d - rs->delay, rs->p.fade, 0.0f);
    } else if (s->tried < MOST_TRIES &&
               (left > tries || (rs->tonal && hard > tries * gain))) { // there is time for another one
      s->on = false;
    }
    return;
  }
  if (hard <= 0.0) { // no time for a search
    fade_to(rs, d - rs->delay, fmin(rs->p.fade, ms(rs, 4.0)), 0.0f);
  }
}

/// Set the speed for the next cell, which is that of the head; in a fade that of both heads, going over from one's to
/// the other's, so that they stay in step also while the shift moves.  Returns it.
RT static double
set_speed(Resampler* const rs)
{
  const Input* const in   = rs->in;
  double             from = input_ratio_rt(in, rs->head.frame);
  double             to   = input_ratio_rt(in, rs->head.frame + (int64_t)(from * in->cell));
  if (rs->fade_length) {
    const double next[2] = {input_ratio_rt(in, rs->next.frame),
                            input_ratio_rt(in, rs->next.frame + (int64_t)(from * in->cell))};
    const double length  = rs->fade_length;
    from += (next[0] - from) * rs->fade_at / length;
    to += (next[1] - to) * fmin((rs->fade_at + in->cell) / length, 1.0);
    head_speed_rt(&rs->next, from, to, in->cell);
  }
  head_speed_rt(&rs->head, from, to, in->cell);
  return from;
}

RT void
resampler_cell_rt(Resampler* const rs)
{
  const Input* const in    = rs->in;
  const double       ratio = set_speed(rs);
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
  if (rs->fade_length) { // a fade has begun
    set_speed(rs);
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
