// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/path_rt.h"

#include "dsp/units.h"

#include <string.h>

#define PATH_FADE_SECONDS 0.01
#define PATH_IDLE_SECONDS 1u // a fader that goes through zero doesn't take the plugin out and in again

RT static uint32_t
path_fade_frames(const Path* const p)
{
  return (uint32_t)(p->rate * PATH_FADE_SECONDS);
}

RT void
path_init_rt(Path* const p)
{
  const HistoryEntry e = {0, 0, SINC_ONE, 0, 0, -1};
  source_init_rt(&p->source);
  p->base = SINC_ONE;
  tempo_reset_rt(&p->tempo, p->base);
  history_reset_rt(&p->history, &e);
  p->direct  = 0;
  p->shifted = 1;
  p->old     = 2;
  path_plugin_rt(p, NULL);
}

RT void
path_plugin_rt(Path* const p, Plugin* const plugin)
{
  p->plugin         = plugin;
  p->semitones_port = plugin ? plugin_port(plugin, "semitones") : NO_PORT;
  p->cents_port     = plugin ? plugin_port(plugin, "cents") : NO_PORT;
  p->latency        = plugin ? plugin_latency_rt(plugin) : 0;
  p->phase          = PATH_DIRECT;
  p->fade           = 0;
  if (p->cents_port != NO_PORT) {
    plugin->values[p->cents_port] = 0.0f;
  }
  if (plugin && plugin->enabled_port != NO_PORT) {
    plugin->values[plugin->enabled_port] = 1.0f;
  }
  path_judge_rt(p);
}

RT void
path_judge_rt(Path* const p)
{
  const bool off_speed = !(tempo_target_rt(&p->tempo) == p->base && tempo_rests_rt(&p->tempo, path_front_rt(p)));
  p->wanted            = p->semitones_port != NO_PORT && (p->pitch != 0.0f || (p->keylock && off_speed));
}

RT uint32_t
path_next_latency_rt(const Path* const p)
{
  return p->wanted ? plugin_latency_rt(p->plugin) : 0;
}

RT uint32_t
path_latency_rt(const Path* const p)
{
  return p->phase >= PATH_PITCHED ? p->latency : 0;
}

RT Head*
path_head_rt(Path* const p)
{
  return &p->head[p->phase >= PATH_PITCHED ? p->shifted : p->direct];
}

RT int64_t
path_front_rt(const Path* const p)
{
  const int64_t direct = p->head[p->direct].at, pitch = p->head[p->shifted].at;
  return p->phase == PATH_DIRECT ? direct : p->phase == PATH_PITCHED || pitch > direct ? pitch : direct;
}

RT void
path_start_rt(Path* const p, const SincPos pos)
{
  p->phase   = p->wanted ? PATH_PITCHED : PATH_DIRECT;
  p->latency = path_next_latency_rt(p);
  p->idle    = 0;
  p->fade    = 0;
  p->mute    = p->latency;
  head_start_rt(path_head_rt(p), &p->source, pos, p->now + p->latency);
  head_follow_rt(path_head_rt(p), &p->tempo);
}

RT bool
path_busy_rt(const Path* const p)
{
  return (p->fade && p->fade < JUMP_FADE) || p->phase == PATH_TO_PITCH || p->phase == PATH_TO_DIRECT;
}

RT void
path_jump_rt(Path* const p, const SincPos pos)
{
  if (p->phase == PATH_ENGAGING) {
    p->phase = PATH_DIRECT; // the plugin was following what is left now; it engages again later
  }
  uint8_t* const active = p->phase == PATH_PITCHED ? &p->shifted : &p->direct;
  const int64_t  at     = p->head[*active].at;
  if (!p->fade) { // else the cross-fade has not begun yet: only the target moves
    const uint8_t old = p->old;
    p->old            = *active;
    *active           = old;
    p->fade           = JUMP_FADE;
  }
  head_start_rt(&p->head[*active], &p->source, pos, at);
}

RT SincPos
path_ahead_rt(const Path* const p, const SincPos pos, const SincPos way)
{
  int64_t start, end;
  SincPos to = pos + way;
  if (source_loop_rt(&p->source, &p->source.loop, pos >> 32, &start, &end) && to >> 32 >= end) {
    to = start * SINC_ONE + (to - start * SINC_ONE) % ((end - start) * SINC_ONE);
  }
  return to;
}

RT void
path_reloop_rt(Path* const p)
{
  if (p->phase == PATH_ENGAGING) {
    p->phase = PATH_DIRECT;
  }
  const Source* const s    = &p->source;
  Head* const         h    = path_head_rt(p);
  const Loop* const   was  = &h->stream.loop;
  const int64_t       read = h->stream.next;
  SincPos             pos  = head_position_rt(h);
  int64_t             start, end;

  // Inside the old seam, or past it, two things are mixed that no longer belong together
  bool jump = source_loop_rt(s, was, pos >> 32, &start, &end) &&
              (read <= pos >> 32 || read > end - source_seam_rt(s, start, end));
  if (s->loop.on && pos >> 32 >= s->loop.end) { // behind the end: into the loop, in phase
    const SincPos first = s->loop.start * SINC_ONE;
    pos                 = first + (pos - first) % ((s->loop.end - s->loop.start) * SINC_ONE);
    jump                = true;
  } else if (source_loop_rt(s, &s->loop, pos >> 32, &start, &end)) {
    jump = jump || read > end - source_seam_rt(s, start, end);
  }
  if (jump) {
    path_jump_rt(p, pos);
  } else {
    h->stream.loop = s->loop;
  }
}

RT void
path_tempo_rt(Path* const p, int64_t at, const SincPos step, const uint32_t frames)
{
  const int64_t front = path_front_rt(p);
  at                  = at > front ? at : front;
  tempo_go_rt(&p->tempo, at, step, frames);
  for (int i = 0; i < 3; ++i) {
    head_retune_rt(&p->head[i], at);
  }
  path_judge_rt(p);
}

// Start the second head: it begins a little behind the first, runs PATH_LEAD_IN frames at its present step, and then
// follows the same tempo.
RT static void
engage(Path* const p)
{
  const Head* const d       = &p->head[p->direct];
  Head* const       h       = &p->head[p->shifted];
  const uint32_t    latency = plugin_latency_rt(p->plugin);
  const SincPos     from    = head_position_rt(d) - PATH_LEAD_IN * d->step;
  const int64_t     needs   = (2 * (int64_t)(latency + PATH_LEAD_IN) * d->step >> 32) + HEAD_ROOM;
  const int64_t     first   = from >> 32 > 0 ? from >> 32 : 0;
  if (source_clear_rt(&p->source, &p->source.loop, first, needs) < needs) {
    return; // when there is data
  }
  p->latency = latency;
  p->idle    = 0;
  p->left    = latency + PATH_LEAD_IN;
  p->phase   = PATH_ENGAGING;
  p->mute    = 0;
  head_start_rt(h, &p->source, from, p->now - PATH_LEAD_IN);
  head_hold_rt(h, d->step, p->now);
}

RT static void
disengage(Path* const p)
{
  p->phase = PATH_TO_DIRECT;
  p->left  = path_fade_frames(p);
  head_start_rt(&p->head[p->direct], &p->source, history_at_rt(&p->history, p->now, NULL), p->now);
}

RT static void
change_phase(Path* const p)
{
  if (p->phase >= PATH_ENGAGING && p->phase <= PATH_PITCHED && plugin_latency_rt(p->plugin) != p->latency) {
    if (p->phase != PATH_PITCHED) {
      p->phase = PATH_DIRECT;
    } else if (!p->fade) {
      disengage(p);
    }
    return;
  }
  switch (p->phase) {
    case PATH_DIRECT:
      if (p->wanted && !p->fade) {
        engage(p);
      }
      break;
    case PATH_ENGAGING:
      if (!p->wanted || p->head[p->shifted].stream.hole) {
        p->phase = PATH_DIRECT;
      } else if (!p->left) {
        p->phase = PATH_TO_PITCH;
        p->left  = path_fade_frames(p);
      }
      break;
    case PATH_TO_PITCH:
      p->phase = p->left ? p->phase : PATH_PITCHED;
      break;
    case PATH_PITCHED:
      if (p->idle >= PATH_IDLE_SECONDS * p->rate && !p->fade) {
        disengage(p);
      }
      break;
    case PATH_TO_DIRECT:
      p->phase = p->left ? p->phase : PATH_DIRECT;
      break;
  }
}

RT static inline uint32_t
at_most(const uint32_t n, const uint32_t most)
{
  return n < most ? n : most;
}

RT uint32_t
path_span_rt(Path* const p, uint32_t n)
{
  path_judge_rt(p);
  change_phase(p);
  n = at_most(n, SUB_BLOCK);
  n = p->fade ? at_most(n, p->fade) : n;
  n = p->mute ? at_most(n, p->mute) : n;
  if (p->phase != PATH_DIRECT && p->phase != PATH_PITCHED) {
    n = at_most(n, p->left);
  }
  if (p->phase == PATH_PITCHED && !p->wanted) {
    n = at_most(n, PATH_IDLE_SECONDS * p->rate > p->idle ? PATH_IDLE_SECONDS * p->rate - p->idle : 1);
  }
  if (p->phase != PATH_DIRECT) {
    Head* const h = &p->head[p->shifted];
    head_follow_rt(h, &p->tempo);
    const int64_t left = (h->until - h->at) / (p->phase == PATH_ENGAGING ? 2 : 1); // twice as many in one go there
    n                  = left > 0 ? at_most(n, left < n ? (uint32_t)left : n) : 1; // the shift follows the tempo
  }
  return n;
}

// The plugin makes up for the speed, and adds what is asked for.
RT static void
write_shift(Path* const p)
{
  const Head* const h     = &p->head[p->shifted];
  const SincPos     mid   = h->mid > 0 ? h->mid : tempo_target_rt(&p->tempo); // it hasn't read yet: silence goes first
  double            shift = p->pitch;
  if (p->keylock && mid != p->base) {
    shift -= semitones_of_ratio((double)mid / (double)p->base);
  }
  p->shift                             = (float)(shift < -12.0 ? -12.0 : shift > 12.0 ? 12.0 : shift);
  p->plugin->values[p->semitones_port] = p->shift;
}

// Cross-fade `out` to what is in it by `part`/`whole` and to `in` by the rest; `part` counts up.
RT static void
cross_fade(float* const out[2], float* const in[2], const uint32_t n, const uint32_t part, const uint32_t whole)
{
  const float scale = 1.0f / (float)(whole + 1);
  for (int side = 0; side < 2; ++side) {
    for (uint32_t i = 0; i < n; ++i) {
      out[side][i] = in[side][i] + (out[side][i] - in[side][i]) * ((float)(part + i + 1) * scale);
    }
  }
}

// Read one head; if it is the one that sounds, with the cross-fade from the old one.
RT static void
read_head(Path* const p, const uint8_t which, const bool leads, float* const out[2], const uint32_t n)
{
  History* const history = leads ? &p->history : NULL;
  head_read_rt(&p->head[which], p->table, &p->source, &p->tempo, history, out, n);
  if (p->fade && &p->head[which] == path_head_rt(p)) {
    float        store[2][SUB_BLOCK];
    float* const old[2] = {store[0], store[1]};
    head_read_rt(&p->head[p->old], p->table, &p->source, &p->tempo, NULL, old, n);
    cross_fade(out, old, n, JUMP_FADE - p->fade, JUMP_FADE);
    p->fade -= n;
  }
}

RT static void
run_plugin(Path* const p, float* const planes[2], const uint32_t n)
{
  write_shift(p);
  p->plugin->run(p->plugin->self, planes, planes, n);
}

RT void
path_flush_rt(Path* const p, const uint32_t n)
{
  if (p->plugin && p->wanted) {
    float* const planes[2] = {p->scratch[0], p->scratch[1]};
    memset(p->scratch, 0, sizeof(p->scratch));
    write_shift(p);
    p->plugin->run(p->plugin->self, planes, planes, n);
  }
}

RT void
path_run_rt(Path* const p, float* const out[2], const uint32_t n, Laps* const laps)
{
  float* const other[2] = {p->scratch[0], p->scratch[1]};
  const bool   direct   = p->phase != PATH_PITCHED;
  // The head that is further ahead writes the history
  const bool leads =
    p->phase == PATH_DIRECT || (p->phase == PATH_ENGAGING && p->head[p->shifted].at < p->head[p->direct].at);
  read_head(p, direct ? p->direct : p->shifted, leads || !direct, out, n);
  laps_end_rt(laps, STAGE_READ);
  if (p->phase == PATH_PITCHED) {
    run_plugin(p, out, n);
    p->idle = p->wanted ? 0 : p->idle + n;
  } else if (p->phase != PATH_DIRECT) {
    for (int pass = p->phase == PATH_ENGAGING ? 0 : 1; pass < 2; ++pass) {
      read_head(p, p->shifted, p->head[p->shifted].at >= p->head[p->direct].at, other, n);
      run_plugin(p, other, n);
    }
    const uint32_t whole = path_fade_frames(p);
    if (p->phase == PATH_TO_PITCH) {
      cross_fade(other, out, n, whole - p->left, whole);
      memcpy(out[0], other[0], n * sizeof(float));
      memcpy(out[1], other[1], n * sizeof(float));
    } else if (p->phase == PATH_TO_DIRECT) {
      cross_fade(out, other, n, whole - p->left, whole);
    }
    p->left -= n;
  }
  if (p->phase != PATH_DIRECT) {
    laps_end_rt(laps, STAGE_PITCH);
  }
  if (p->mute) { // what the plugin held before
    memset(out[0], 0, n * sizeof(float));
    memset(out[1], 0, n * sizeof(float));
    p->mute -= n;
  }
  p->now += n;
}
