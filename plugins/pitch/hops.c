// SPDX-License-Identifier: GPL-3.0-or-later
#include "pitch/hops.h"

#include "pitch/head.h"
#include "pitch/rubberband_rt.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define MARKS 1024      // cells remembered, a power of two: more than fit into the longest window
#define LEAST_RATIO 0.5 // an octave down
#define PRE_MOVE 5e-5   // of speed in a cell
#define PRE_AFTER 18    // frames the reading at PRE_MOST looks ahead
#define READ_AFTER (SINC_AFTER + 2)

// Where reading was when a cell began.
typedef struct {
  int64_t read; ///< frames
  double  input, step;
} Mark;

struct Hops {
  const Input*     in;
  const SincTable* sinc;
  uint32_t         channels;
  bool             fast;
  uint32_t         window, centre;
  double           pre[INPUT_RATIOS]; ///< speed of reading at the start of each of the last cells; the process thread's

  // The owner's
  RubberBandState rb;
  bool            formant; ///< as set
  double          ratio;   ///< as set
  uint32_t        begun;   ///< which start
  int64_t         start, fed_to;
  Head            reader; ///< of the input
  int64_t         read;   ///< frames since the start
  Mark            mark[MARKS];
  uint32_t        marks;    ///< by count
  float*          plane[2]; ///< frames read that Rubber Band has not been given, and scratch for what it gives
  uint32_t        planes;   ///< room
  uint32_t        held;     ///< in the planes
  uint32_t        lacking;  ///< for the next hop
  Line            made;     ///< what came out
  Anchor          anchor[HOPS_ANCHORS];
  uint32_t        anchors; ///< by count

  // Between threads
  atomic_bool      busy; ///< it has an owner
  atomic_bool      keep_formants;
  _Atomic int64_t  start_asked, due;
  _Atomic uint32_t asked, done; ///< starts
  _Atomic int64_t  fed, made_end;
  _Atomic uint32_t anchors_made, rest; ///< `rest`: what the next hop lacks
};

// ---- set-up -------------------------------------------------------------------------------------------------------

static uint32_t
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
uint32_t
hops_centre(const double rate, const bool fast)
{
  return power_of_two_from(ceil(rate / (fast ? 32.0 : 16.0))) / 2;
}

uint32_t
hops_window(const double rate, const bool fast)
{
  const uint32_t centre = hops_centre(rate, fast);
  return fast ? 2 * centre + centre / 2 : 2 * centre;
}

// Just before a hop the newest output stands for the frame at the start of the window, less what half a window of
// output amounts to beyond half of one of input.  With the input read at `pre` and stretched by `ratio` that is
// pre * (window - centre + centre / ratio) old: most at the least ratio, where pre is 1.
uint32_t
hops_delay(const double rate, const bool fast)
{
  const double late = hops_centre(rate, fast) * (1.0 / LEAST_RATIO - 1.0);
  return (uint32_t)ceil(hops_window(rate, fast) + late + PRE_AFTER + READ_AFTER / LEAST_RATIO + rate * 1e-3);
}

Hops*
hops_new(const Input* const input, const SincTable* const sinc, const bool fast, const uint32_t channels)
{
  Hops* const h = calloc(1, sizeof(*h));
  if (!h) {
    return NULL;
  }
  h->in       = input;
  h->sinc     = sinc;
  h->channels = channels;
  h->fast     = fast;
  int options = RubberBandOptionProcessRealTime | RubberBandOptionThreadingNever | RubberBandOptionPitchHighSpeed |
                RubberBandOptionChannelsTogether | (fast ? RubberBandOptionWindowShort : 0);
#ifdef RUBBERBAND_HAS_R3
  options |= RubberBandOptionEngineFiner;
#endif
  h->rb     = rubberband_new((unsigned)lrint(input->rate), channels, options, 1.0, 1.0);
  h->ratio  = 1.0;
  h->planes = hops_window(input->rate, fast) + 2 * input->cell;
  for (uint32_t c = 0; c < 2; ++c) {
    h->plane[c] = calloc(h->planes, sizeof(float));
  }
  const uint32_t held = 2 * hops_delay(input->rate, fast) + 4 * hops_window(input->rate, fast);
  if (!line_init(&h->made, held, h->planes) || !h->rb || !h->plane[0] || !h->plane[1]) {
    hops_free(h);
    return NULL;
  }
  rubberband_set_max_process_size(h->rb, h->planes);
  h->window = rubberband_get_samples_required(h->rb);
#ifdef RUBBERBAND_HAS_R3
  h->centre = hops_centre(input->rate, fast);
#else
  h->centre = rubberband_get_latency(h->rb);
#endif
  return h;
}

void
hops_free(Hops* const h)
{
  if (h) {
    if (h->rb) {
      rubberband_delete(h->rb);
    }
    line_release(&h->made);
    free(h->plane[0]);
    free(h->plane[1]);
    free(h);
  }
}

// ---- the owner: where things are ----------------------------------------------------------------------------------

/// Between the values at the starts of two cells.
RT static double
between(const Hops* const h, const double* const cells, const double frame)
{
  const double  cell = h->in->cell;
  const double  i    = floor(frame / cell);
  const int64_t at   = (int64_t)i;
  const double  a = cells[at & (INPUT_RATIOS - 1)], b = cells[(at + 1) & (INPUT_RATIOS - 1)];
  return a == b ? a : a + (b - a) * (frame / cell - i);
}

RT double
hops_pre_rt(const Hops* const h, const double frame)
{
  return between(h, h->pre, frame);
}

/// The speed of reading that suits a ratio.
RT static double
pre_for(const double ratio)
{
  return fmin(fmax(ratio, 1.0), PRE_MOST);
}

/// The most at which output is there when it is read: hops_delay() of the ratio as it would be at a ratio of 0.6, to
// leave some time; above 1 in a line, which leaves the more the less is needed.
RT static double
pre_most(const Hops* const h, const double ratio)
{
  const double after = (double)(h->window - h->centre), down = fmin(fmax(ratio, LEAST_RATIO), 1.0);
  const double most = (after + h->centre / 0.6) / (after + h->centre / down);
  return fmax(most, 1.0) + 0.7 * fmax(ratio - 1.0, 0.0);
}

/// Where in the input a frame that has been read, or will be soon, was.
RT static double
input_of(const Hops* const h, const double read)
{
  const uint32_t first = h->marks > MARKS ? h->marks - MARKS : 0;
  uint32_t       i     = h->marks - 1;
  while (i > first && (double)h->mark[i & (MARKS - 1)].read > read) {
    --i;
  }
  const Mark m = h->mark[i & (MARKS - 1)];
  return m.input + (read - (double)m.read) * m.step;
}

RT static void
push_mark(Hops* const h, const double step)
{
  const Mark m                      = {h->read, (double)h->reader.frame + h->reader.fraction * 0x1p-32, step};
  h->mark[h->marks++ & (MARKS - 1)] = m;
}

// Stretching places an attack where the first window that clearly holds it has it, which is before the middle: so many
// frames after the middle are in time, as found with clicks.  The more, the more windows overlap.
RT static double
attack_place(const Hops* const h, const double ratio)
{
#ifndef RUBBERBAND_HAS_R3
  return 0.65 * h->centre; // R2
#endif
  if (!h->fast) {
    return h->centre * (ratio < 1.0 ? 0.02 : 0.08 + 0.05 * (ratio - 1.0));
  }
  // R3's hop, of output
  const double bend   = ratio > 1.5 ? ratio - 0.5 : fmin(ratio, 1.0);
  const double hop    = fmin(2.0 * exp2(8.0 + 2.0 * log10(bend)), 640.0);
  const double sparse = 2.0 * hop / ratio / h->centre;
  if (ratio < 1.0) {
    return h->centre * fmin(fmax(1.05 - sparse, 0.0), fmin(10.0 * (ratio - LEAST_RATIO), 1.0) * 0.28);
  }
  return h->centre * fmin(fmax(1.13 - sparse, 0.0), 0.53 - 0.09 * h->centre / 1024.0);
}

RT static void
push_anchor(Hops* const h, const int64_t consumed)
{
  const double middle                          = h->centre + attack_place(h, h->ratio);
  const Anchor a                               = {input_of(h, (double)consumed + middle), (double)h->made.end + middle};
  h->anchor[h->anchors++ & (HOPS_ANCHORS - 1)] = a;
}

RT static void
set_ratio(Hops* const h, const double ratio)
{
  if (ratio != h->ratio) {
    h->ratio = ratio;
    rubberband_set_time_ratio(h->rb, ratio);
#ifdef RUBBERBAND_HAS_R3
    rubberband_set_formant_scale(h->rb, 1.0 / ratio); // reading raises the formants
#endif
  }
}

/// The ratio for a hop that the cell at `fed` completes: that of the frame which the hop is to place in time.
RT static double
ratio_at(const Hops* const h, const int64_t fed)
{
  const int64_t cell  = h->in->cell;
  const double  after = ((double)(h->window - h->centre) - attack_place(h, h->ratio)) * hops_pre_rt(h, (double)fed);
  const int64_t lead  = (int64_t)(fmax(after, 0.0) / (double)cell) * cell;
  return fmin(fmax(input_cell_ratio_rt(h->in, fed - lead), LEAST_RATIO), 1.0 / LEAST_RATIO);
}

// ---- the owner: feeding -------------------------------------------------------------------------------------------

RT static void
publish(Hops* const h)
{
  atomic_store(&h->anchors_made, h->anchors);
  atomic_store(&h->made_end, h->made.end);
  atomic_store(&h->rest, h->lacking > h->held ? h->lacking - h->held : 0);
  atomic_store(&h->fed, h->fed_to);
  atomic_store(&h->done, h->begun);
}

RT static void
begin(Hops* const h)
{
  line_clear_rt(&h->made);
  h->start   = atomic_load(&h->start_asked);
  h->fed_to  = h->start;
  h->read    = 0;
  h->held    = 0;
  h->lacking = h->window;
  h->anchors = 0;
  h->marks   = 0;
  head_put_rt(&h->reader, h->start, 0.0);
  push_mark(h, hops_pre_rt(h, (double)h->start));
  set_ratio(h, ratio_at(h, h->start));
  rubberband_reset(h->rb); // after the ratio, so that its first hop is one of it
  push_anchor(h, 0);
}

/// Read a cell of the input into the planes, behind what is there.
RT static void
read_cell(Hops* const h)
{
  const int64_t end  = h->fed_to + (int64_t)h->in->cell;
  const double  at   = (double)h->reader.frame + h->reader.fraction * 0x1p-32;
  const double  from = hops_pre_rt(h, at), to = hops_pre_rt(h, (double)(end - PRE_AFTER));
  const double  room = head_behind_rt(&h->reader, end - PRE_AFTER) / (0.5 * (from + to));
  const double  most = fmin(room, (double)(h->planes - h->held));
  if (most >= 1.0) {
    const uint32_t n        = (uint32_t)most;
    float* const   plane[2] = {h->plane[0] + h->held, h->plane[1] + h->held};
    head_speed_rt(&h->reader, from, to, n);
    head_read_rt(&h->reader, &h->in->line, h->sinc, plane, n);
    h->held += n;
    h->read += n;
    push_mark(h, to);
  }
  h->fed_to = end;
}

RT static void
make_hop(Hops* const h)
{
  const bool keep = atomic_load(&h->keep_formants);
  if (keep != h->formant) {
    h->formant = keep;
    rubberband_set_formant_option(h->rb, keep ? RubberBandOptionFormantPreserved : RubberBandOptionFormantShifted);
  }
  set_ratio(h, ratio_at(h, h->fed_to - (int64_t)h->in->cell));
  rubberband_process(h->rb, (const float* const*)h->plane, h->held, 0);
  h->held  = 0;
  bool hop = false;
  for (int got; (got = rubberband_available(h->rb)) > 0;) {
    const uint32_t m = (uint32_t)got < h->planes ? (uint32_t)got : h->planes;
    const uint32_t r = rubberband_retrieve(h->rb, h->plane, m);
    line_write_rt(&h->made, h->plane[0], h->plane[h->channels - 1], r);
    hop = true;
    if (!r) {
      break;
    }
  }
  // With nothing left to retrieve, what it requires is the rest of the next window: so much of what was read is gone
  h->lacking = rubberband_get_samples_required(h->rb);
  if (hop) {
    push_anchor(h, h->read - ((int64_t)h->window - (int64_t)h->lacking));
  }
}

RT static bool
is_due(const Hops* const h)
{
  return atomic_load(&h->done) != atomic_load(&h->asked) ||
         atomic_load(&h->fed) + (int64_t)h->in->cell <= atomic_load(&h->due);
}

/// Become the owner, unless somebody is.
RT static bool
take(Hops* const h)
{
  return !atomic_exchange_explicit(&h->busy, true, memory_order_acquire);
}

RT static void
leave(Hops* const h)
{
  atomic_store_explicit(&h->busy, false, memory_order_release);
}

/// Start if that is asked for, and feed a cell if one is due.
RT static bool
feed(Hops* const h)
{
  const uint32_t asked = atomic_load(&h->asked);
  const bool     fresh = asked != h->begun;
  if (fresh) {
    h->begun = asked;
    begin(h);
  }
  const bool due = h->fed_to + (int64_t)h->in->cell <= atomic_load(&h->due);
  if (due) {
    read_cell(h);
    if (h->held >= h->lacking) {
      make_hop(h);
    }
  }
  if (fresh || due) {
    publish(h);
  }
  return due;
}

// ---- both sides ---------------------------------------------------------------------------------------------------

RT void
hops_begin_rt(Hops* const h, const int64_t start)
{
  // The past is read as what comes, as far as that is allowed
  const double pre = pre_for(h->in->ratio[(h->in->cells - 1) & (INPUT_RATIOS - 1)]);
  for (int i = 0; i < INPUT_RATIOS; ++i) {
    h->pre[i] = fmin(pre, pre_most(h, h->in->ratio[i]));
  }
  atomic_store(&h->due, start);
  atomic_store(&h->start_asked, start);
  atomic_fetch_add(&h->asked, 1);
}

RT void
hops_cell_rt(Hops* const h)
{
  const int64_t i     = h->in->cells - 1;
  const double  ratio = h->in->ratio[i & (INPUT_RATIOS - 1)], last = h->pre[(i - 1) & (INPUT_RATIOS - 1)];
  const double  pre              = fmin(fmax(pre_for(ratio), last - PRE_MOVE), last + PRE_MOVE);
  h->pre[i & (INPUT_RATIOS - 1)] = fmin(pre, pre_most(h, ratio));
}

RT void
hops_due_rt(Hops* const h, const int64_t frame)
{
  atomic_store(&h->due, frame);
}

RT int64_t
hops_fed_rt(const Hops* const h)
{
  const bool begun = atomic_load(&h->done) == atomic_load(&h->asked);
  return begun ? atomic_load(&h->fed) : atomic_load(&h->start_asked);
}

RT void
hops_formant_rt(Hops* const h, const bool keep)
{
  atomic_store(&h->keep_formants, keep);
}

RT bool
hops_wanting_rt(const Hops* const h)
{
  const int64_t due   = atomic_load(&h->due);
  const double  fresh = (double)(due - hops_fed_rt(h)) / hops_pre_rt(h, (double)due);
  return is_due(h) && (atomic_load(&h->done) != atomic_load(&h->asked) || fresh >= (double)atomic_load(&h->rest));
}

RT int64_t
hops_made_rt(const Hops* const h)
{
  return atomic_load(&h->done) == atomic_load(&h->asked) ? atomic_load(&h->made_end) : 0;
}

RT const Line*
hops_line_rt(const Hops* const h)
{
  return &h->made;
}

RT uint32_t
hops_anchors_rt(const Hops* const h)
{
  return atomic_load(&h->done) == atomic_load(&h->asked) ? atomic_load(&h->anchors_made) : 0;
}

RT Anchor
hops_anchor_rt(const Hops* const h, const uint32_t i)
{
  return h->anchor[i & (HOPS_ANCHORS - 1)];
}

RT bool
hops_feed_rt(Hops* const h, bool* const busy)
{
  *busy = false;
  if (!is_due(h)) {
    return false;
  }
  if (!take(h)) {
    *busy = true;
    return false;
  }
  const bool fed = feed(h);
  leave(h);
  return fed;
}

void
hops_work(Hops* const h)
{
  bool fed = true;
  while (fed && is_due(h) && take(h)) {
    fed = feed(h);
    leave(h);
  }
}

void
hops_stop(Hops* const h)
{
  atomic_store(&h->due, INT64_MIN / 2);
  while (!take(h)) {
    sched_yield();
  }
  h->begun = atomic_load(&h->asked); // what was asked for and not done isn't wanted any more
  atomic_store(&h->done, h->begun);
  leave(h);
}
