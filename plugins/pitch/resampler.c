// SPDX-License-Identifier: GPL-3.0-or-later
#include "pitch/seek.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const Profile NEAR = {5.0, 14.15, 13.85, 14.15, 70.0, 6.0, 84.0, 4.0, 12.0, 24.0};
static const Profile FAR  = {5.0, 24.0, 24.0, 72.0, 88.0, 12.0, 160.0, 16.0, 24.0, 48.0};

#define LEAST_DELAY 18.75 // of NEAR
#define FAR_DELAY 70.0    // nominal delays from here on are FAR

#define GOOD_MATCH 0.98f // a correlation that is worth a splice before it must be
#define LITTLE 1e-3      // of correlation lost for each millisecond of a jump: worth a splice near the nominal delay
#define SHORT_FADE 4.0   // of a splice back there
#define SHORTEST_FADE 0.5
#define CLOSER 16    // cells that a search takes when it has been through all jumps
#define AIM 3        // cells that it takes to aim
#define PROBE 120.0  // between looks whether the sound has begun to repeat
#define CHECK 20     // cells between looks whether it still does
#define CHECKED 45.0 // of the newest input, and a little more
#define WEIGHT 0.15f // of each
#define LOST 0.3f    // it does not
#define RESERVE 1.0  // that the head keeps from the newest frame, come what may

#define ANCHOR_FADE 3.0   // before a hit
#define ANCHOR_RADIUS 0.7 // searched around the place that is exactly in time
#define ANCHOR_LATE 0.15  // a hit that would be no further off is left alone
#define ANCHOR_MARGIN 0.25
#define AFTER_ONSET 10.0 // no regular splice so soon after a hit
#define LAND_AFTER 2.5   // a splice lands no nearer behind a hit

RT static void
set_profile(Resampler* const rs, const uint32_t delay)
{
  const Profile m = delay < ms(rs, FAR_DELAY) ? NEAR : FAR;
  const Profile p = {ms(rs, m.near),     ms(rs, m.below),    ms(rs, m.above), ms(rs, m.far_below), ms(rs, m.far_above),
                     ms(rs, m.jump_min), ms(rs, m.jump_max), ms(rs, m.fade),  ms(rs, m.history),   ms(rs, m.search)};
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
  return (uint32_t)(rate * 1e-3 * (FAR.far_above + FAR.history + 72.0));
}

uint32_t
resampler_reach(const double rate)
{
  return (uint32_t)(rate * 1e-3 * (FAR.history + FAR.fade + 8.0)) + SINC_BEFORE + SINC_AFTER + 64;
}

#define HABIT 40 // cells before those that are to be heard, for the judgement to settle

/// Judge what has come in while nobody listened, and is yet to be heard.
RT static void
listen_back(Resampler* const rs)
{
  const int64_t cell = rs->in->cell;
  const int64_t back = (int64_t)rs->delay / cell + HABIT;
  Input         past = *rs->in;
  onsets_reset_rt(&rs->onsets);
  rs->anchored = 0;
  for (int64_t k = back; k > 0; --k) {
    past.now = rs->in->now - k * cell;
    if (past.now > 0) {
      (void)onsets_cell_rt(&rs->onsets, &past);
    }
  }
}

RT void
resampler_start_rt(Resampler* const rs, const uint32_t delay)
{
  set_profile(rs, delay);
  memset(&rs->head, 0, sizeof(rs->head));
  head_put_rt(&rs->head, rs->in->now - delay, 0.0);
  rs->fade_length = 0;
  rs->search.on   = false;
  rs->aim.on      = false;
  rs->passed      = false;
  rs->tonal       = false;
  rs->probed      = INT64_MIN / 2;
  rs->moved       = false;
  rs->walk        = 0;
  rs->home        = false;
  listen_back(rs);
}

RT void
resampler_delay_rt(Resampler* const rs, const uint32_t delay)
{
  if (delay != rs->delay) {
    set_profile(rs, delay);
    rs->search.on = false;
    rs->aim.on    = false;
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
  rs->fade_at     = 0;
  rs->fade_length = (uint32_t)fmax(length, ms(rs, SHORTEST_FADE));
  rs->rho         = rho;
  rs->search.on   = rs->search.on && rs->search.probe; // that one is about no place
  rs->passed      = false;
  rs->home        = false;
}

/// One step towards the place that is aimed at; at the last, fade.
RT static void
take_aim(Resampler* const rs)
{
  SpliceMatch m;
  if (seek_aim_rt(rs, &m)) {
    fade_to(rs, m.lag, rs->aim.fade, m.ncc);
  }
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
  // It may begin anywhere in the cell of which `t` is the safe side; what is put in time is the middle of that
  const int64_t mid   = t + rs->in->cell;
  const double  due   = (double)(mid + rs->delay - now);        // output frames until it should be heard
  const double  comes = head_behind_rt(&rs->head, mid) / ratio; // until it will be
  const double  first = fmin(due, comes) - rs->in->cell;
  const double  room  = first - ms(rs, ANCHOR_MARGIN) - AIM * rs->in->cell; // for a fade
  const double  fade  = ms(rs, ANCHOR_FADE);
  if (room > fade + rs->in->cell) {
    return true; // there will be a later cell for it
  }
  rs->anchored = rs->onsets.count - back;
  if (fabs(due - comes) > ms(rs, ANCHOR_LATE)) {
    double        lag  = head_behind_rt(&rs->head, mid) - ratio * due;
    const int64_t last = onsets_frame_rt(&rs->onsets, back + 1);
    if (last != INT64_MIN) { // not before the end of the attack of the hit before
      lag = fmax(lag, head_behind_rt(&rs->head, last) + ms(rs, LAND_AFTER));
    }
    const bool hurry = room < 0.5 * fade;
    seek_near_rt(rs, lag, ms(rs, ANCHOR_RADIUS), hurry ? fmin(fade, room + AIM * rs->in->cell) : fmin(fade, room));
    rs->aim.hit = true;
    while (hurry && rs->aim.on) {
      take_aim(rs);
    }
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

/// How many frames of delay are left before a limit on either side of the nominal one.
RT static double
left_to(const Resampler* const rs, const bool back, const double gain, const double below, const double above)
{
  const double d = behind(rs);
  return back ? d - (rs->delay - below + gain * rs->p.fade) : rs->delay + above - d;
}

/// Find out whether the sound repeats: by a probe, or, as long as it does, by what has become of it lately.
RT static void
judge(Resampler* const rs)
{
  Search* const s   = &rs->search;
  const int64_t now = rs->in->now, hit = onsets_frame_rt(&rs->onsets, 0);
  if (s->on && s->probe && s->ready) {
    rs->tonal    = s->repeats >= TONE;
    rs->period   = (int32_t)lrint(fabs(s->best.lag) / INPUT_COARSE);
    rs->evidence = s->repeats;
    s->on        = false;
  } else if (!rs->tonal && !s->on && (double)(now - rs->probed) > ms(rs, PROBE)) {
    rs->probed = now;
    seek_probe_rt(rs);
  } else if (rs->tonal && rs->in->cells % CHECK == 0 && // hits repeat nothing and say nothing
             (hit == INT64_MIN || (double)(now - hit) > ms(rs, CHECKED) + rs->period * INPUT_COARSE)) {
    rs->evidence += WEIGHT * (seek_repeats_rt(rs) - rs->evidence);
    rs->tonal = rs->evidence >= LOST;
  }
}

/// Splices that no hit asks for.  Where the sound repeats: as far away as need be, to the best place that was found on
/// the way.  Where it does not: back as soon as the head has left the nominal delay.
RT static void
regular(Resampler* const rs, const double ratio)
{
  Search* const        s    = &rs->search;
  const Profile* const p    = &rs->p;
  const bool           back = ratio > 1.0;
  const double         gain = fmax(fabs(ratio - 1.0), 1e-6), cell = rs->in->cell;
  const int64_t        hit  = onsets_frame_rt(&rs->onsets, 0);
  const int64_t        from = hit == INT64_MIN ? INT64_MIN / 2 : hit + (int64_t)ms(rs, LAND_AFTER);
  if (s->on && !s->probe && s->back != back) {
    s->on = false;
  }
  judge(rs);
  const double needs = gain * (p->search + CLOSER * cell); // of delay, by a search
  const double first = left_to(rs, back, gain, p->below, p->above);
  const double far   = left_to(rs, back, gain, p->far_below, p->far_above);
  const bool   last  = rs->passed || far - first < needs;
  const double limit = !rs->tonal ? left_to(rs, back, gain, p->near, p->near) : last ? far : first;
  if (!s->on && rs->tonal && limit <= needs) {
    seek_begin_rt(rs, back, from, needs); // there is to be time for the next search
  }
  if (s->on) {
    seek_cell_rt(rs);
  }
  const double hard = back ? behind(rs) - gain * (p->fade + 2.0 * cell) - ms(rs, RESERVE) : far;
  if (hit != INT64_MIN && -head_behind_rt(&rs->head, hit) < ms(rs, AFTER_ONSET) && hard > 0.0) {
    return;
  }
  const bool must  = limit <= gain * cell;
  const bool found = s->on && !s->probe && s->ready && s->repeats >= TONE;
  const bool good  = found && (1.0f - s->best.ncc) * ms(rs, 1.0) < LITTLE * fabs(s->best.lag);
  if (found && (s->best.ncc >= GOOD_MATCH || (must && (good || last)))) {
    rs->period = (int32_t)lrint(fabs(s->best.lag) / INPUT_COARSE);
    fade_to(rs, s->best.lag, p->fade, s->best.ncc);
  } else if (must && rs->tonal && !last) { // a better one will come
    rs->passed = true;
    s->on      = false;
  } else if (must) {
    rs->tonal = false;
    if (!seek_home_rt(rs, back, from, ms(rs, SHORT_FADE)) && hard <= 0.0) { // no place to land: straight home
      fade_to(rs, behind(rs) - rs->delay, ms(rs, SHORT_FADE), 0.0f);
    }
  }
}

/// Set the speed for the next cell: that of what is due then, wherever the heads are, so that a movement of the shift
/// is heard in time.  Both heads of a fade go at one speed and stay in step.  Returns it.
RT static double
set_speed(Resampler* const rs)
{
  const Input* const in   = rs->in;
  const int64_t      due  = in->now - rs->delay;
  const double       from = input_ratio_rt(in, due), to = input_ratio_rt(in, due + in->cell);
  head_speed_rt(&rs->head, from, to, in->cell);
  head_speed_rt(&rs->next, from, to, in->cell);
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
  if (rs->home) {
    listen_back(rs);
  }
  rs->home = false;
  if (onsets_cell_rt(&rs->onsets, in) && !rs->aim.hit) {
    rs->aim.on = false; // the hit comes first
  }
  if (rs->fade_length) {
    return;
  }
  const bool still = ratio == 1.0 && rs->head.dstep == 0;
  if (!still) {
    rs->walk = 0;
  }
  if (rs->aim.on) {
    take_aim(rs);
  } else if (rs->moved) {
    rs->moved = false;
    seek_near_rt(rs, behind(rs) - rs->delay, ms(rs, 4.0), rs->p.fade);
  } else if (still) {
    if (input_ratio_rt(in, in->now) == 1.0) {
      walk_home(rs);
    }
  } else if (!anchor(rs, ratio)) {
    regular(rs, ratio);
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
