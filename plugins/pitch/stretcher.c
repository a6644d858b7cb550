// SPDX-License-Identifier: GPL-3.0-or-later
#include "pitch/stretcher.h"

#include "pitch/head.h"
#include "pitch/rubberband_rt.h"

#include <stdlib.h>
#include <string.h>

#define ANCHORS 256       // hops remembered, a power of two: more than twice what fits into the longest delay
#define CATCH_UP 2        // cells fed per cell while catching up, besides the one that is due
#define LEAST_RATIO 0.5   // an octave down
#define RESERVE 7.0       // ms: for heads moved ahead by 5, and hops late while the ratio glides
#define STEER_TIME 50.0   // ms in which an error would be mended,
#define STEER_MOST 1.2e-3 // if the speed could be wrong by more than this (2 cents)
#define STEER_REST 20.0   // frames of error that are left alone: Rubber Band's own count wanders by 13

// One hop of the stretcher: a frame of its input and where it is in its output.
typedef struct {
  double input, output;
} Anchor;

struct Stretcher {
  const Input*     in;
  const SincTable* sinc;
  RubberBandState  rb;
  uint32_t         channels;
  bool             fast;
  uint32_t         window;  ///< frames Rubber Band looks at before it makes a hop
  uint32_t         centre;  ///< of its window, in frames
  bool             formant; ///< as set
  double           ratio;   ///< as set
  int64_t          start;   ///< input frame that was fed first
  bool             running, aimed, steering;
  bool             keep_formants;
  int64_t          fed, due; ///< input frame to feed next; cells up to there may be fed
  uint32_t         delay;
  Anchor           anchor[ANCHORS];
  uint32_t         anchors;  ///< by count
  Line             made;     ///< what came out
  Head             head;     ///< on it
  uint32_t         dry;      ///< cells
  float*           plane[2]; ///< scratch for what goes in and out
  uint32_t         planes;   ///< frames of it
};

// ---- set-up -------------------------------------------------------------------------------------------------------

RT static uint32_t
power_of_two_from(const double x)
{
  uint32_t p = 1;
  while (p < x) {
    p *= 2;
  }
  return p;
}

// R3 works in windows of the power of two from rate/32 (short) or rate/16 frames.  It waits for a window, plus for the
// short one a quarter of it, which it reads ahead.
static uint32_t
window_centre(const double rate, const StretcherQuality quality)
{
  return power_of_two_from(ceil(rate / (quality == STRETCHER_FAST ? 32.0 : 16.0))) / 2;
}

static uint32_t
window_whole(const double rate, const StretcherQuality quality)
{
  const uint32_t centre = window_centre(rate, quality);
  return quality == STRETCHER_FAST ? 2 * centre + centre / 2 : 2 * centre;
}

static uint32_t
cell_of(const double rate)
{
  return (uint32_t)lrint(rate / 1000.0);
}

// A frame of the input is wanted at the head when it is `delay` old.  Just before a hop the newest output stands for
// the input frame at the start of the window, less what half a window of output amounts to beyond half of one of input.
uint32_t
stretcher_delay(const double rate, const StretcherQuality quality)
{
  const double late = window_centre(rate, quality) * (1.0 / LEAST_RATIO - 1.0);
  const double read = (SINC_AFTER + 2.0) / LEAST_RATIO;
  return (uint32_t)ceil(window_whole(rate, quality) + late + read + cell_of(rate) + rate * 1e-3 * RESERVE);
}

uint32_t
stretcher_past(const double rate, const StretcherQuality quality)
{
  return stretcher_delay(rate, quality) + 2 * window_whole(rate, quality);
}

Stretcher*
stretcher_new(const Input* const     input,
              const SincTable* const sinc,
              const StretcherQuality quality,
              const uint32_t         channels)
{
  Stretcher* const st = calloc(1, sizeof(*st));
  if (!st) {
    return NULL;
  }
  st->in       = input;
  st->sinc     = sinc;
  st->channels = channels;
  st->fast     = quality == STRETCHER_FAST;
  int options  = RubberBandOptionProcessRealTime | RubberBandOptionThreadingNever | RubberBandOptionPitchHighSpeed |
                RubberBandOptionChannelsTogether | (st->fast ? RubberBandOptionWindowShort : 0);
#ifdef RUBBERBAND_HAS_R3
  options |= RubberBandOptionEngineFiner;
#endif
  st->rb     = rubberband_new((unsigned)lrint(input->rate), channels, options, 1.0, 1.0);
  st->ratio  = 1.0;
  st->planes = window_whole(input->rate, quality) / 2;
  for (uint32_t c = 0; c < 2; ++c) {
    st->plane[c] = calloc(st->planes, sizeof(float));
  }
  const uint32_t held = 2 * stretcher_delay(input->rate, quality) + 2 * window_whole(input->rate, quality);
  if (!line_init(&st->made, held, st->planes) || !st->rb || !st->plane[0] || !st->plane[1]) {
    stretcher_free(st);
    return NULL;
  }
  rubberband_set_max_process_size(st->rb, input->cell);
  st->window = rubberband_get_samples_required(st->rb);
#ifdef RUBBERBAND_HAS_R3
  st->centre = window_centre(input->rate, quality);
#else
  st->centre = rubberband_get_latency(st->rb);
#endif
  return st;
}

void
stretcher_free(Stretcher* const st)
{
  if (st) {
    if (st->rb) {
      rubberband_delete(st->rb);
    }
    line_release(&st->made);
    free(st->plane[0]);
    free(st->plane[1]);
    free(st);
  }
}

// ---- feeding ------------------------------------------------------------------------------------------------------

// Stretching places an attack where the first window that clearly holds it has it, which is before the middle: so many
// frames of input after the middle are in time, as found with clicks.  The more, the more windows overlap.
RT static double
attack_place(const Stretcher* const st, const double ratio)
{
#ifndef RUBBERBAND_HAS_R3
  return 0.65 * st->centre; // R2
#endif
  if (!st->fast) {
    return st->centre * (ratio < 1.0 ? 0.02 : 0.08 + 0.05 * (ratio - 1.0));
  }
  if (ratio < 1.0) {
    return 0.0;
  }
  const double hop = ratio > 1.5 ? 2.0 * exp2(8.0 + 2.0 * log10(ratio - 0.5)) : 512.0; // R3's, of output
  return st->centre * fmin(fmax(1.22 - 2.0 * fmin(hop, 640.0) / ratio / st->centre, 0.0), 0.53);
}

RT static void
push_anchor(Stretcher* const st, const int64_t consumed)
{
  const double middle                       = st->centre + attack_place(st, st->ratio);
  const Anchor a                            = {(double)(st->start + consumed) + middle, (double)st->made.end + middle};
  st->anchor[st->anchors++ & (ANCHORS - 1)] = a;
}

RT static void
set_ratio(Stretcher* const st, const double ratio)
{
  if (ratio != st->ratio) {
    st->ratio = ratio;
    rubberband_set_time_ratio(st->rb, ratio);
#ifdef RUBBERBAND_HAS_R3
    rubberband_set_formant_scale(st->rb, 1.0 / ratio); // the reader raises the formants again
#endif
  }
}

/// The ratio for the hop that a cell may complete: that of the frame it is to place in time, which came in before the
/// cell.
RT static double
ratio_at(const Stretcher* const st, const int64_t fed)
{
  const int64_t cell  = st->in->cell;
  const double  after = (double)(st->window - st->centre) - attack_place(st, st->ratio);
  const int64_t lead  = (int64_t)(fmax(after, 0.0) / (double)cell) * cell;
  const double  ratio = input_cell_ratio_rt(st->in, fed - lead);
  return fmin(fmax(ratio, LEAST_RATIO), 1.0 / LEAST_RATIO);
}

RT static void
feed_cell(Stretcher* const st)
{
  const int64_t      fed  = st->fed;
  const uint32_t     n    = st->in->cell;
  const float* const f    = line_at_rt(&st->in->line, fed);
  const bool         keep = st->keep_formants;
  for (uint32_t i = 0; i < n; ++i) {
    st->plane[0][i] = f[2 * i];
    st->plane[1][i] = f[2 * i + 1];
  }
  if (keep != st->formant) {
    st->formant = keep;
    rubberband_set_formant_option(st->rb, keep ? RubberBandOptionFormantPreserved : RubberBandOptionFormantShifted);
  }
  set_ratio(st, ratio_at(st, fed));
  rubberband_process(st->rb, (const float* const*)st->plane, n, 0);
  bool hop = false;
  for (int got; (got = rubberband_available(st->rb)) > 0;) {
    const uint32_t m = (uint32_t)got < st->planes ? (uint32_t)got : st->planes;
    const uint32_t r = rubberband_retrieve(st->rb, st->plane, m);
    line_write_rt(&st->made, st->plane[0], st->plane[st->channels - 1], r);
    hop = true;
    if (!r) {
      break;
    }
  }
  if (hop) {
    // With nothing left to retrieve, what it requires is the rest of the next window: so much of what was fed is gone
    const int64_t held = (int64_t)st->window - rubberband_get_samples_required(st->rb);
    push_anchor(st, fed + n - st->start - held);
  }
  st->fed = fed + n;
}

/// Feed the next cell, if one is due.
RT static bool
feed_next(Stretcher* const st)
{
  const bool due = st->fed + (int64_t)st->in->cell <= st->due;
  if (due) {
    feed_cell(st);
  }
  return due;
}

RT void
stretcher_start_rt(Stretcher* const st)
{
  const int64_t now = st->in->now, cell = st->in->cell;
  const int64_t past =
    (int64_t)stretcher_delay(st->in->rate, st->fast ? STRETCHER_FAST : STRETCHER_FINE) + (int64_t)st->window;
  const int64_t back = now < past ? (now > 0 ? now + (int64_t)st->centre : (int64_t)st->centre) : past;
  st->running        = true;
  st->aimed          = false;
  st->steering       = false;
  line_clear_rt(&st->made);
  st->start   = (now - back) / cell * cell - (now < back ? cell : 0);
  st->anchors = 0;
  st->fed     = st->start;
  st->due     = st->start;
  set_ratio(st, ratio_at(st, st->start));
  rubberband_reset(st->rb); // after the ratio, so that its first hop is one of it
  push_anchor(st, 0);
}

RT void
stretcher_stop_rt(Stretcher* const st)
{
  st->running = false;
  st->aimed   = false;
}

RT bool
stretcher_ready_rt(const Stretcher* const st)
{
  return st->running && st->due + (int64_t)st->in->cell >= st->in->now;
}

RT void
stretcher_formant_rt(Stretcher* const st, const bool keep)
{
  st->keep_formants = keep;
}

// ---- reading ------------------------------------------------------------------------------------------------------

/// Where in the output the input frame is that should be heard now.
RT static double
wanted(const Stretcher* const st)
{
  const double   frame = (double)(st->in->now - (int64_t)st->delay);
  const uint32_t first = st->anchors > ANCHORS ? st->anchors - ANCHORS : 0;
  uint32_t       i     = st->anchors - 1;
  while (i > first && st->anchor[i & (ANCHORS - 1)].input > frame) {
    --i;
  }
  const Anchor a = st->anchor[i & (ANCHORS - 1)];
  return a.output + input_ratio_rt(st->in, (int64_t)frame) * (frame - a.input);
}

RT void
stretcher_aim_rt(Stretcher* const st, const uint32_t delay)
{
  st->delay    = delay;
  st->aimed    = true;
  st->steering = false;
  head_put_rt(&st->head, 0, wanted(st));
}

RT void
stretcher_shift_rt(Stretcher* const st, const double frames)
{
  head_move_rt(&st->head, frames);
}

RT void
stretcher_cell_rt(Stretcher* const st)
{
  const int64_t cell = st->in->cell;
  for (int i = 0; i <= CATCH_UP && st->due + cell <= st->in->now; ++i) {
    st->due += cell;
  }
  while (feed_next(st)) {
  }
  if (!st->aimed) {
    return;
  }
  const int64_t frame = st->in->now - (int64_t)st->delay;
  const double  from = input_ratio_rt(st->in, frame), to = input_ratio_rt(st->in, frame + cell);
  const double  error = wanted(st) - ((double)st->head.frame + st->head.fraction * 0x1p-32);
  st->steering        = fabs(error) > (st->steering ? 0.1 : 1.0) * STEER_REST;
  const double ask    = error / input_frames_of_ms(st->in, STEER_TIME);
  const double steer  = st->steering ? fmin(fmax(ask, -STEER_MOST), STEER_MOST) : 0.0;
  head_speed_rt(&st->head, from * (1.0 + steer), to * (1.0 + steer), (uint32_t)cell);
  const int64_t reach = st->head.frame + (int64_t)ceil(cell * fmax(from, to)) + SINC_AFTER + 2;
  if (reach > st->made.end) { // a jump of the shift has left the head too far ahead: at once to its place
    ++st->dry;
    head_put_rt(&st->head, 0, wanted(st));
  }
}

RT void
stretcher_read_rt(Stretcher* const st, float* const out[2], const uint32_t n)
{
  if (!st->aimed) {
    memset(out[0], 0, n * sizeof(float));
    memset(out[1], 0, n * sizeof(float));
    return;
  }
  head_read_rt(&st->head, &st->made, st->sinc, out, n);
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
