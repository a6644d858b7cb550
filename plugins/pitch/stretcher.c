// SPDX-License-Identifier: GPL-3.0-or-later
#include "pitch/stretcher.h"

#include "pitch/head.h"
#include "pitch/hops.h"
#include "pitch/pace_rt.h"

#include "dsp/splice.h"

#include <stdlib.h>
#include <string.h>

#define CATCH_UP 2      // cells fed per cell while catching up, besides the one that is due
#define LEAST_RATIO 0.5 // an octave down
#define RESERVE 10.5    // ms: for the worker, or to stagger; heads moved ahead by 5; hops late while the ratio glides;
#define LEAST_RESERVE 7.0 // less where the
#define MOST_DELAY 95.0   // ms of the short window are passed, at low rates
#define LATE 60           // cells that a worker may be late by while catching up, and the fewer from then on;
#define GRACE 12          // cells that it has for the rest in any case, and may be behind by at the end
#define SEATS 8           // places in time for instances, a ms apart
#define STEER_TIME 50.0   // ms in which an error would be mended,
#define STEER_MOST 1.2e-3 // if the speed could be wrong by more than this (2 cents)
#define STEER_REST 20.0   // frames of error that are left alone: Rubber Band's own count wanders by 13
#define FADE 1            // cells of a splice
#define BACK 12.0         // ms that a splice goes back by when the output runs dry,
#define BACK_LAGS 4       // and cells more, to where it fits best;
#define PLACE_LAGS 1      // likewise when it goes where it should be
#define WINDOW 256        // frames compared

struct Stretcher {
  const Input*     in;
  const SincTable* sinc;
  Hops*            hops;
  bool             fast;
  uint32_t         centre, stagger; ///< frames
  int64_t          past;            ///< to take in at a start
  bool             running, aimed, steering;
  int64_t          due;   ///< cells up to this input frame may be fed
  uint32_t         since; ///< cells since that has caught up
  uint32_t         delay;
  Head             head, left;    ///< the one that is heard, and the one a splice has left
  bool             away;          ///< spliced to where it should not be
  uint32_t         faded;         ///< frames of the splice; all: none under way
  float            rho;           ///< of the splice
  uint32_t         dry, fed_here; ///< counts
};

// ---- set-up -------------------------------------------------------------------------------------------------------

uint32_t
stretcher_delay(const double rate, const StretcherQuality quality)
{
  const bool   fast  = quality == STRETCHER_FAST;
  const double delay = hops_delay(rate, fast), left = MOST_DELAY - 1e3 * delay / rate;
  return (uint32_t)(delay + rate * 1e-3 * fmax(fast ? fmin(RESERVE, left) : RESERVE, LEAST_RESERVE));
}

uint32_t
stretcher_past(const double rate, const StretcherQuality quality)
{
  return stretcher_delay(rate, quality) + 2 * hops_window(rate, quality == STRETCHER_FAST);
}

Stretcher*
stretcher_new(const Input* const     input,
              const SincTable* const sinc,
              const StretcherQuality quality,
              const uint32_t         channels,
              const uint32_t         seat)
{
  Stretcher* const st = calloc(1, sizeof(*st));
  if (!st) {
    return NULL;
  }
  st->in      = input;
  st->sinc    = sinc;
  st->fast    = quality == STRETCHER_FAST;
  st->past    = (int64_t)stretcher_delay(input->rate, quality) + hops_window(input->rate, st->fast);
  st->centre  = hops_centre(input->rate, st->fast);
  st->stagger = seat * 3 % SEATS * input->cell;
  st->faded   = FADE * input->cell;
  st->hops    = hops_new(input, sinc, st->fast, channels);
  if (!st->hops) {
    stretcher_free(st);
    return NULL;
  }
  return st;
}

void
stretcher_free(Stretcher* const st)
{
  if (st) {
    hops_free(st->hops);
    free(st);
  }
}

RT void
stretcher_start_rt(Stretcher* const st)
{
  const int64_t now = st->in->now, cell = st->in->cell;
  const int64_t lead = (int64_t)ceil(st->centre * PRE_MOST); // until the middle of the first window
  const int64_t back = now < st->past ? now + lead : st->past;
  st->running        = true;
  st->aimed          = false;
  st->steering       = false;
  st->away           = false;
  st->faded          = FADE * st->in->cell;
  st->due            = (now - back) / cell * cell - (now < back ? cell : 0);
  st->since          = 0;
  hops_begin_rt(st->hops, st->due);
}

void
stretcher_stop(Stretcher* const st)
{
  hops_stop(st->hops);
  st->running = false;
  st->aimed   = false;
}

RT void
stretcher_formant_rt(Stretcher* const st, const bool keep)
{
  hops_formant_rt(st->hops, keep);
}

// ---- feeding ------------------------------------------------------------------------------------------------------

/// Feed what is due up to a frame, unless the worker is at it.
RT static void
feed_to(Stretcher* const st, const int64_t frame)
{
  bool busy;
  while (hops_fed_rt(st->hops) + (int64_t)st->in->cell <= frame && hops_feed_rt(st->hops, &busy)) {
  }
}

/// Feed what is due until there is output up to a frame of it, unless the worker is at it.
RT static void
feed_until(Stretcher* const st, const int64_t made, const bool ahead)
{
  bool busy = false;
  while (hops_made_rt(st->hops) < made) {
    if (hops_feed_rt(st->hops, &busy)) {
      st->fed_here += ahead;
    } else if (!busy || !pace_wait_rt(&st->in->pace, st->in->now)) {
      break;
    }
  }
}

RT bool
stretcher_wanting_rt(const Stretcher* const st)
{
  return st->running && hops_wanting_rt(st->hops);
}

void
stretcher_work(Stretcher* const st)
{
  hops_work(st->hops);
}

// ---- the head -----------------------------------------------------------------------------------------------------

/// Frames of output for one of input, at a frame of the input.
RT static double
speed_at(const Stretcher* const st, const int64_t frame)
{
  return input_ratio_rt(st->in, frame) / hops_pre_rt(st->hops, (double)frame);
}

RT static double
place_of(const Head* const h)
{
  return (double)h->frame + h->fraction * 0x1p-32;
}

/// Where in the output the input frame is that should be heard now.
RT static double
wanted(const Stretcher* const st)
{
  const double   frame = (double)(st->in->now - (int64_t)st->delay);
  const uint32_t made  = hops_anchors_rt(st->hops);
  if (!made) {
    return 0.0;
  }
  const uint32_t first = made > HOPS_ANCHORS / 2 ? made - HOPS_ANCHORS / 2 : 0; // the owner may write the oldest
  uint32_t       i     = made - 1;
  while (i > first && hops_anchor_rt(st->hops, i).input > frame) {
    --i;
  }
  const Anchor a = hops_anchor_rt(st->hops, i);
  return a.output + speed_at(st, (int64_t)frame) * (frame - a.input);
}

/// Where reading ends that goes on for so many frames at a speed.
RT static int64_t
reach(const double place, const double frames, const double speed)
{
  return (int64_t)ceil(place + frames * speed) + SINC_AFTER + 2;
}

RT bool
stretcher_ready_rt(const Stretcher* const st)
{
  const int64_t cell = st->in->cell;
  return st->running && st->since > GRACE && hops_fed_rt(st->hops) + GRACE * cell > st->due;
}

RT void
stretcher_aim_rt(Stretcher* const st, const uint32_t delay)
{
  st->delay           = delay;
  st->aimed           = true;
  st->steering        = false;
  st->away            = false;
  const int64_t frame = st->in->now - (int64_t)delay;
  bool          busy;
  for (uint32_t made = 0; !made || hops_anchor_rt(st->hops, made - 1).input <= (double)frame;) {
    if (!hops_feed_rt(st->hops, &busy) && made == hops_anchors_rt(st->hops)) {
      break;
    }
    made = hops_anchors_rt(st->hops);
  }
  head_put_rt(&st->head, 0, wanted(st));
}

RT void
stretcher_shift_rt(Stretcher* const st, const double frames)
{
  head_move_rt(&st->head, frames);
}

/// Leave where the head is for a place at most `lags` frames before `target`, where what came before is most like it.
RT static void
splice(Stretcher* const st, const double target, const int32_t lags)
{
  const Line* const line = hops_line_rt(st->hops);
  SpliceMatch       best = {0.0, 0.0f, -1e9f};
  const int64_t     from = st->head.frame - WINDOW;
  const int64_t     to   = (int64_t)floor(target) - WINDOW;
  splice_search_rt(line_at_rt(line, from), line_at_rt(line, to - lags) + 2 * (size_t)lags, WINDOW, -lags, 0, 0.0, 0.0f,
                   &best);
  st->left  = st->head;
  st->rho   = best.ncc;
  st->faded = 0;
  head_put_rt(&st->head, to + WINDOW, best.lag + st->left.fraction * 0x1p-32);
}

/// Keep the head where there is output for longer than a splice takes.
RT static void
keep_wet(Stretcher* const st, const double speed, const bool ahead)
{
  const int32_t cell  = (int32_t)st->in->cell;
  const double  cells = (1.0 + FADE) * cell;
  const int64_t need  = reach(place_of(&st->head), cells, speed);
  feed_until(st, need, ahead);
  const int64_t made = hops_made_rt(st->hops);
  if (hops_anchors_rt(st->hops) < 2) {
    return; // before the first hop there is silence
  }
  if (st->faded < FADE * (uint32_t)cell) {
    return; // the splice was chosen so that there is enough
  }
  const double place = wanted(st);
  const bool   there = reach(place, cells + cell, speed) <= made;
  if (made < need) {
    ++st->dry;
    const double back = place_of(&st->head) - input_frames_of_ms(st->in, BACK) * speed;
    splice(st, there ? place : back, (there ? PLACE_LAGS : BACK_LAGS) * cell);
    st->away = !there;
  } else if (st->away && there) {
    splice(st, place, PLACE_LAGS * cell);
    st->away = false;
  }
}

RT void
stretcher_cell_rt(Stretcher* const st, const bool ahead)
{
  const int64_t cell = st->in->cell;
  for (int i = 0; i <= CATCH_UP && st->due + cell <= st->in->now; ++i) {
    st->due += cell;
  }
  st->since += st->due + cell > st->in->now;
  hops_cell_rt(st->hops);
  hops_due_rt(st->hops, st->due);
  if (!ahead) {
    feed_to(st, st->due - (int64_t)st->stagger);
  } else if (!st->aimed) {
    feed_to(st, st->due - (st->since < LATE ? LATE - (int64_t)st->since : 0) * cell);
  }
  if (!st->aimed) {
    return;
  }
  const int64_t frame = st->in->now - (int64_t)st->delay;
  const double  from  = speed_at(st, frame);
  const double  to    = speed_at(st, frame + cell);
  keep_wet(st, fmax(from, to), ahead);
  const double error = wanted(st) - place_of(&st->head);
  st->steering       = !st->away && fabs(error) > (st->steering ? 0.1 : 1.0) * STEER_REST;
  const double ask   = error / input_frames_of_ms(st->in, STEER_TIME);
  const double steer = st->steering ? fmin(fmax(ask, -STEER_MOST), STEER_MOST) : 0.0;
  head_speed_rt(&st->head, from * (1.0 + steer), to * (1.0 + steer), (uint32_t)cell);
  head_speed_rt(&st->left, from, to, (uint32_t)cell);
}

RT void
stretcher_read_rt(Stretcher* const st, float* const out[2], const uint32_t n)
{
  if (!st->aimed) {
    memset(out[0], 0, n * sizeof(float));
    memset(out[1], 0, n * sizeof(float));
    return;
  }
  const Line* const line = hops_line_rt(st->hops);
  head_read_rt(&st->head, line, st->sinc, out, n);
  const uint32_t length = FADE * st->in->cell, rest = length - st->faded, m = n < rest ? n : rest;
  if (m) {
    float        l[INPUT_MOST_CELL], r[INPUT_MOST_CELL], from[INPUT_MOST_CELL], to[INPUT_MOST_CELL];
    float* const old[2] = {l, r};
    head_read_rt(&st->left, line, st->sinc, old, m);
    splice_gains_rt(from, to, st->faded, m, length, st->rho);
    for (uint32_t c = 0; c < 2; ++c) {
      for (uint32_t i = 0; i < m; ++i) {
        out[c][i] = old[c][i] * from[i] + out[c][i] * to[i];
      }
    }
    st->faded += m;
  }
}

RT double
stretcher_speed_rt(const Stretcher* const st)
{
  return (double)st->head.step * 0x1p-32;
}

RT uint32_t
stretcher_dry_rt(const Stretcher* const st)
{
  return st->dry;
}

RT uint32_t
stretcher_fed_here_rt(const Stretcher* const st)
{
  return st->fed_here;
}
