// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/plan.h"

#include <stdlib.h>

#define AHEAD_SECONDS 2   // of output, ready for a deck that plays
#define PAUSED_PART 2     // half a second for one that doesn't
#define EXIT_PART 2       // so much of what follows a loop
#define PIN_DUE_PART 20   // pins are wanted within 50 ms
#define MIN_LEAD 64       // frames kept before a playhead: a reader's history
#define LEAD_PART 100     // and before a loop's start: its seam fades in over at most 5 ms
#define MIN_WINDOW 3      // chunks, whatever the cache
#define LEFT_NS 250000000 // a place that was left stays so long: more than any cycle
#define MIN_STEP 0.01f    // frames per frame; slower is as good as paused

// One deck, read once from its playhead.
typedef struct {
  int64_t frame, loop_start, loop_end; // loop_end < 0: none ahead
  double  step;
  bool    moving;
} View;

// Frames of the track that will be read one after the other, from `from` at `due` on.
typedef struct {
  int64_t from, to;
  int64_t lead; // frames before `from` that are wanted with it
  double  due;  // engine frames
} Span;

static View
look(const Playhead* const p, const uint32_t rate, const Track* const t)
{
  View v;
  v.frame      = atomic_load_explicit(&p->frame, memory_order_relaxed);
  v.loop_start = atomic_load_explicit(&p->loop_start, memory_order_relaxed);
  v.loop_end   = atomic_load_explicit(&p->loop_end, memory_order_relaxed);
  v.moving     = atomic_load_explicit(&p->moving, memory_order_relaxed);
  v.step       = (double)atomic_load_explicit(&p->step, memory_order_relaxed);
  if (!(v.step > (double)MIN_STEP)) {
    v.step = (double)t->rate / rate;
  }
  v.frame = v.frame < 0 ? 0 : v.frame;
  if (v.loop_start < 0 || v.loop_end <= v.loop_start || v.frame >= v.loop_end) {
    v.loop_end = -1;
  }
  return v;
}

static TrackFile*
alive(const PlanView* const view, const Track* const t)
{
  for (uint32_t k = 0; t && k < view->ntracks; ++k) {
    if (&view->tracks[k]->track == t) {
      return view->tracks[k];
    }
  }
  return NULL;
}

// What plays on a deck's stem, and how; NULL: nothing.
static TrackFile*
seen_on(const PlanView* const view, const uint32_t deck, const int stem, View* const v)
{
  const Playhead* const p = view->playheads[deck];
  TrackFile* const      t = alive(view, atomic_load_explicit(&p->track[stem], memory_order_acquire));
  if (t) {
    *v = look(p, view->rate, &t->track);
  }
  return t;
}

// Frames of the track that should be there from the playhead on.
static int64_t
window(const View* const v, const uint32_t rate)
{
  return v->moving ? (int64_t)(AHEAD_SECONDS * (double)rate * v->step) + RUN_CHUNKS * CHUNK_FRAMES
                   : (int64_t)((double)rate * v->step) / PAUSED_PART + CHUNK_FRAMES;
}

// The parts of the track that a window covers.  Returns how many.
static int
spans(const View* const v, const Track* const t, const uint32_t rate, const int64_t frames, Span out[3])
{
  const int64_t lead = t->rate / LEAD_PART > MIN_LEAD ? t->rate / LEAD_PART : MIN_LEAD;
  const int64_t stop = v->frame + frames;
  if (v->loop_end < 0 || stop <= v->loop_end) {
    out[0] = (Span){v->frame, stop, lead, 0.0};
    return 1;
  }
  const double  there = (double)(v->loop_end - v->frame) / v->step;
  const int64_t rest  = stop - v->loop_end;
  const int64_t round = v->loop_end - v->loop_start;
  out[0]              = (Span){v->frame, v->loop_end, lead, 0.0};
  out[1]              = (Span){v->loop_start, v->loop_start + (rest < round ? rest : round), lead, there};
  out[2]              = (Span){v->loop_end, v->loop_end + t->rate / EXIT_PART, 0, there + rate};
  return 3;
}

static void
add_job(Plan* const plan, const Job* const job)
{
  if (job->count > 0 && plan->njobs < PLAN_JOBS) {
    plan->jobs[plan->njobs++] = *job;
  }
}

// Want all chunks of a span; the first run that is missing becomes the job if it is due before the job there is.
static void
want_span(Cache* const cache, TrackFile* const t, const Span* const s, const double step, Job* const job)
{
  const int64_t n     = track_file_chunks(t);
  const int64_t first = (s->from > s->lead ? s->from - s->lead : 0) / CHUNK_FRAMES;
  const int64_t last  = (s->to - 1) / CHUNK_FRAMES;
  Job           run   = {t, 0, 0, 0, (int64_t)(CHUNK_FRAMES / step)};
  bool          open  = true;
  for (int64_t k = first; k <= last && k < n; ++k) {
    const int64_t way = k * CHUNK_FRAMES - s->from;
    const int64_t due = (int64_t)(s->due + (way > 0 ? (double)way / step : 0.0));
    if (cache_want(cache, t, (uint32_t)k, due)) {
      open = run.count == 0;
    } else if (open && run.count < RUN_CHUNKS) {
      run.first = run.count ? run.first : (uint32_t)k;
      run.due   = run.count ? run.due : due;
      ++run.count;
    }
  }
  if (run.count > 0 && (job->count == 0 || run.due < job->due)) {
    *job = run;
  }
}

// One stem of a deck.  `scale` <= 1 shortens what should lie ahead.
static void
plan_stem(Plan* const           plan,
          const PlanView* const view,
          Cache* const          cache,
          TrackFile* const      t,
          const View* const     v,
          const double          scale)
{
  int64_t frames    = (int64_t)(scale * (double)window(v, view->rate));
  frames            = frames < MIN_WINDOW * CHUNK_FRAMES ? MIN_WINDOW * CHUNK_FRAMES : frames;
  const int64_t run = frames / 2 < RUN_CHUNKS * CHUNK_FRAMES ? frames / 2 : RUN_CHUNKS * CHUNK_FRAMES;
  const double  low = v->moving ? (double)(frames - run) / v->step : (double)INT64_MAX;
  Span          s[3];
  Job           job = {0};
  const int     n   = spans(v, &t->track, view->rate, frames, s);
  for (int k = 0; k < n; ++k) {
    want_span(cache, t, &s[k], v->step, &job);
  }
  if ((double)job.due < low && !atomic_load_explicit(&t->track.broken, memory_order_relaxed)) {
    job.due += v->moving ? 0 : view->rate / PAUSED_PART;
    add_job(plan, &job);
  }
}

// Note where a deck is; keep what is there of a place that it has just left, for the cycle that fades out in it.
static void
keep_left(Trail* const trail, Cache* const cache, TrackFile* const t, const View* const v, const PlanView* const view)
{
  const int64_t there = trail->frame + window(v, view->rate);
  if (trail->track == &t->track && (v->frame < trail->frame || v->frame > there)) {
    trail->left     = trail->frame;
    trail->until_ns = view->now_ns + LEFT_NS;
  } else if (trail->track != &t->track) {
    trail->until_ns = 0;
  }
  trail->track = &t->track;
  trail->frame = v->frame;
  if (view->now_ns < trail->until_ns) {
    const int64_t n    = track_file_chunks(t);
    const int64_t last = (trail->left + (int64_t)(2.0 * MAX_BLOCK * v->step)) / CHUNK_FRAMES;
    for (int64_t k = trail->left / CHUNK_FRAMES; k <= last && k < n; ++k) {
      cache_want(cache, t, (uint32_t)k, 0);
    }
  }
}

static double
fit(const PlanView* const view, const Cache* const cache)
{
  int64_t need = 0;
  for (uint32_t d = 0; d < view->decks; ++d) {
    for (int s = 0; s < MAX_STEMS; ++s) {
      View v;
      if (seen_on(view, d, s, &v)) {
        need += window(&v, view->rate) / CHUNK_FRAMES + MIN_WINDOW;
      }
    }
  }
  const int64_t room = (int64_t)cache_capacity(cache) - cache_pinned(cache);
  return need > room ? (double)room / (double)need : 1.0;
}

static int
by_due(const void* const a, const void* const b)
{
  const Job* const x = a;
  const Job* const y = b;
  return (x->due > y->due) - (x->due < y->due);
}

void
plan_make(Plan* const plan, const PlanView* const view, Cache* const cache, const Pins* const pins)
{
  const double scale = fit(view, cache);
  plan->njobs        = 0;
  cache_begin_round(cache);
  for (uint32_t d = 0; d < view->decks; ++d) {
    for (int s = 0; s < MAX_STEMS; ++s) {
      View             v;
      TrackFile* const t = seen_on(view, d, s, &v);
      if (t) {
        keep_left(&plan->trail[d][s], cache, t, &v, view);
        plan_stem(plan, view, cache, t, &v, scale);
      }
    }
  }
  PinRange m;
  for (uint32_t k = 0; plan->njobs < PLAN_JOBS && pins_missing(pins, k, &m); ++k) {
    const uint32_t n = m.last - m.first + 1;
    add_job(plan, &(Job){m.track, m.first, n < RUN_CHUNKS ? n : RUN_CHUNKS, view->rate / PIN_DUE_PART, 0});
  }
  qsort(plan->jobs, plan->njobs, sizeof(plan->jobs[0]), by_due);
}
