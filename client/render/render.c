// SPDX-License-Identifier: GPL-3.0-or-later
#include "render/render.h"

#include "base/clock.h"
#include "base/log.h"
#include "render/options.h"
#include "render/score_decks.h"
#include "rig/rig.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  LEAD_IN   = 3 * 32768, ///< frames before the score's time 0: its first tracks are loaded and primed in them
  LOOKAHEAD = 24576,     ///< frames: what is heard in them must have entered the engine, which reads ahead
  STEP      = 4096,      ///< frames from one look at the decks to the next, whatever the block is
  TURNS     = 100000,    ///< of control and disk, after which something hangs
  CACHE_MB  = 256
};

typedef struct {
  const RenderOptions* options;
  Rig*                 rig;
  int64_t              frame; ///< of the engine
  float*               master[2];
  bool                 answered, failed; ///< by /record
  bool                 terminal;         ///< progress is shown
  int64_t              shown_ns;
} Render;

static int64_t
frame_now(void* const self)
{
  return ((Render*)self)->frame;
}

static void
answer(void* const data, const char* const line)
{
  Render* const r = data;
  r->answered     = true;
  if (!strncmp(line, "/error ", 7)) {
    const char* const text = strchr(line, '"'); // after the command's address
    const size_t      n    = text ? strlen(text) : 0;
    log_error("%.*s", n > 2 ? (int)n - 2 : (int)strlen(line), n > 2 ? text + 1 : line);
    r->failed = true;
  }
}

/// One turn of what happens beside the engine.  Return: whether the disk still had something to do.
static bool
turn(Render* const r)
{
  bool worked = false;
  control_poll(rig_control(r->rig), 0);
  while (disk_work(rig_disk(r->rig))) {
    worked = true;
  }
  control_poll(rig_control(r->rig), 0);
  return worked;
}

/// Until all that is heard before engine frame `until` has entered the engine.
static void
settle(Render* const r, const int64_t until)
{
  int turns = 0;
  do {
    turn(r);
  } while (control_busy(rig_control(r->rig), until) && ++turns < TURNS);
}

static void
cycle(Render* const r, const uint32_t nframes)
{
  const EngineIo io = {.master = {r->master[0], r->master[1]}};
  engine_run_rt(engine_rt(rig_engine(r->rig)), nframes, &io);
  r->frame += nframes;
}

/// Run up to engine frame `end`.
static void
run_to(Render* const r, const int64_t end)
{
  while (r->frame < end) {
    const int64_t  left = end - r->frame;
    const uint32_t n    = left < (int64_t)r->options->block ? (uint32_t)left : r->options->block;
    settle(r, r->frame + n + LOOKAHEAD);
    cycle(r, n);
  }
}

/// Give a command of our own and wait for its answer, the engine running cycles of `nframes` meanwhile.
static bool
command(Render* const r, const char* const line, const uint32_t nframes)
{
  r->answered = r->failed = false;
  control_line(rig_control(r->rig), line, answer, r);
  for (int i = 0; !r->answered && i < TURNS; ++i) {
    turn(r);
    cycle(r, nframes);
  }
  return r->answered && !r->failed;
}

static bool
record(Render* const r)
{
  char   line[4400] = "/record/start \"";
  size_t n          = strlen(line);
  for (const char* c = r->options->out; *c && n < sizeof(line) - 3; ++c) {
    if (*c == '"' || *c == '\\') {
      line[n++] = '\\';
    }
    line[n++] = *c;
  }
  line[n++] = '"';
  line[n]   = '\0';
  return command(r, line, 0);
}

/// Whether a deck plays; `*endless`: and never ends by itself.
static bool
sounds(const Render* const r, bool* const endless)
{
  Engine* const       e      = rig_engine(r->rig);
  const Levels* const levels = engine_levels(e);
  bool                plays  = false;
  *endless                   = true;
  for (uint32_t deck = 0; deck < MAX_DECKS; ++deck) {
    if (atomic_load(&levels->deck[deck].state) == DECK_PLAYING) {
      const Playhead* const head = engine_playhead(e, deck);
      plays                      = true;
      *endless &= atomic_load(&head->loop_end) > atomic_load(&head->frame);
    }
  }
  return plays;
}

static bool
at_end(const Render* const r)
{
  const Control* const c    = rig_control(r->rig);
  const double         rate = r->options->rate;
  const int64_t        last = LEAD_IN + llround(control_score_length(c) * rate);
  if (control_quitting(c)) {
    return true;
  }
  if (r->options->length >= 0.0) {
    return r->frame >= LEAD_IN + llround(r->options->length * rate);
  }
  if (control_score_pending(c) || r->frame < last + STEP) {
    return false;
  }
  bool endless;
  return !sounds(r, &endless) || (endless && r->frame >= last + (int64_t)r->options->rate);
}

static void
show_progress(Render* const r, const int64_t begin_ns)
{
  const int64_t now = clock_ns();
  if (r->terminal && now - r->shown_ns > 100000000) {
    const double seconds = (double)(r->frame - LEAD_IN) / r->options->rate;
    const double spent   = (double)(now - begin_ns) * 1e-9;
    r->shown_ns          = now;
    fprintf(stderr, "\r%8.1f s rendered, %.0f times real time ", seconds, seconds / spent);
    fflush(stderr);
  }
}

static bool
play(Render* const r)
{
  const int64_t begin_ns = clock_ns();
  run_to(r, LEAD_IN);
  if (!record(r)) {
    return false;
  }
  while (!at_end(r)) {
    const double length = r->options->length;
    int64_t      end    = r->frame + STEP;
    if (length >= 0.0) {
      const int64_t last = LEAD_IN + llround(length * r->options->rate);
      end                = end < last ? end : last;
    }
    run_to(r, end);
    show_progress(r, begin_ns);
  }
  const double seconds = (double)(r->frame - LEAD_IN) / r->options->rate;
  const bool   written = command(r, "/record/stop", r->options->block); // what the engine has in hand is done first
  const double spent   = (double)(clock_ns() - begin_ns) * 1e-9;
  if (r->terminal) {
    fputs("\r\033[K", stderr);
  }
  if (written) {
    log_info("%s: %.3f s rendered in %.3f s, %.1f times real time", r->options->out, seconds, spent, seconds / spent);
  }
  const size_t refused = control_score_refused(rig_control(r->rig));
  if (refused) {
    log_error("%s: %zu of its commands failed, and %s lacks what they should have done", r->options->score, refused,
              r->options->out);
  }
  return written && !refused;
}

static bool
start(Render* const r)
{
  RigConfig config = {.rate = r->options->rate, .cache_mb = CACHE_MB, .fine = r->options->fine, .offline = true};
  Error     error;
  Status    status = score_decks(r->options->score, &config.decks, &error);
  if (!status) {
    status = rig_new(&r->rig, &config, &error);
  }
  if (!status && engine_start_threads(rig_engine(r->rig), &crew_plain, r->options->threads, &error)) {
    log_warn("%s", error.text);
  }
  if (!status) {
    const RigHooks hooks = {.self = r, .frame_now = frame_now};
    rig_set_hooks(r->rig, &hooks);
    status = control_play_score(rig_control(r->rig), r->options->score, LEAD_IN, &error);
  }
  if (status) {
    log_error("%s", error.text);
  }
  return !status;
}

int
render_main(const int argc, char** const argv)
{
  RenderOptions options;
  switch (render_options(&options, argc, argv)) {
    case RENDER_RUN:
      break;
    case RENDER_HELP:
      fputs(render_help, stdout);
      return EXIT_SUCCESS;
    case RENDER_WRONG:
      return 2;
  }
  Render r = {.options = &options, .terminal = isatty(STDERR_FILENO)};
  for (int ch = 0; ch < 2; ++ch) {
    r.master[ch] = calloc(options.block, sizeof(float));
  }
  const bool done = r.master[0] && r.master[1] && start(&r) && play(&r);
  rig_free(r.rig);
  free(r.master[0]);
  free(r.master[1]);
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
