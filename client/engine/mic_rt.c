// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/mic_rt.h"

#include <math.h>
#include <string.h>

#define MIC_PIECE 256
#define MIC_GAIN_FRAMES(m) ((m)->rate / 200u) // 5 ms
#define MIC_FADE_FRAMES(m) ((m)->rate / 100u)

RT void
mic_init_rt(MicRt* const m)
{
  queue_init_rt(&m->queue);
  rack_init_rt(&m->rack, SLOT_EQ);
  gain_init_rt(&m->gain);
  glide_set_rt(&m->gate, 0.0f);
  glide_set_rt(&m->duck_gain, 1.0f);
  m->threshold.to = -40.0f;
  m->attack       = 10.0f;
  m->release      = 500.0f;
  m->silent       = m->rate;
  m->heard = m->level = INT64_MIN;
}

RT bool
mic_owns_rt(const Command* const c)
{
  return c->kind == COMMAND_PARAM && c->param.param >= PARAM_MIC_GAIN && c->param.param <= PARAM_DUCK_RELEASE;
}

RT uint64_t
mic_oldest_rt(const MicRt* const m)
{
  const uint64_t param = queue_oldest_rt(&m->queue), plugin = rack_oldest_rt(&m->rack);
  return param < plugin ? param : plugin;
}

RT uint32_t
mic_latency_rt(const MicRt* const m)
{
  return chain_latency_rt(&m->rack.chain);
}

RT static inline float
bounded(const float value, const float low, const float high)
{
  return value < low ? low : value > high ? high : value;
}

RT static void
set(MicRt* const m, const CommandParam* const p, const int64_t now)
{
  const float v = p->value;
  switch (p->param) {
    case PARAM_MIC_GAIN:
      gain_go_rt(&m->gain, now, bounded(v, -24.0f, 24.0f), p->ramp_frames, MIC_GAIN_FRAMES(m));
      break;
    case PARAM_MIC_ENABLE:
      m->enabled = v >= 0.5f;
      glide_catch_up_rt(&m->gate, MIC_GAIN_FRAMES(m));
      break;
    case PARAM_DUCK:
      ramp_go_rt(&m->duck, now, bounded(v, 0.0f, 60.0f), p->ramp_frames);
      break;
    case PARAM_DUCK_THRESHOLD:
      ramp_go_rt(&m->threshold, now, bounded(v, -80.0f, 0.0f), p->ramp_frames);
      break;
    case PARAM_DUCK_ATTACK:
      m->attack = bounded(v, 1.0f, 2000.0f);
      break;
    case PARAM_DUCK_RELEASE:
      m->release = bounded(v, 10.0f, 10000.0f);
      break;
    default:
      break;
  }
}

RT bool
mic_take_rt(MicRt* const m, const Command* const c, int64_t now, const uint64_t seq)
{
  now += m->delay;
  if (c->kind != COMMAND_PARAM) {
    return rack_take_rt(&m->rack, c, now, seq);
  }
  const bool    dated = c->at != AT_NOW;
  const int64_t due   = dated && c->at > now ? (c->at + GRID - 1) & ~(int64_t)(GRID - 1) : now;
  if (m->queue.free == QUEUE_END) {
    return false;
  }
  m->late += dated && c->at < now;
  return !isfinite(c->param.value) || queue_put_rt(&m->queue, c, due, seq, dated);
}

// At a grid point: does it speak, and how far are the decks down at the next one?
RT static void
judge(MicRt* const m, const int64_t now)
{
  const float depth = ramp_at_rt(&m->duck, now), cell = 1000.0f * GRID / (float)m->rate; // ms
  if (m->enabled && m->peak > 0.0f && m->peak >= gain_of_db(ramp_at_rt(&m->threshold, now))) {
    m->speaks = (uint32_t)(m->rate * MIC_HOLD_SECONDS);
  } else {
    m->speaks = m->enabled && m->speaks > GRID ? m->speaks - GRID : 0;
  }
  m->peak           = 0.0f;
  m->way            = depth > 0.0f ? fmaxf(depth, m->down) : m->way;
  const float to    = m->speaks ? depth : 0.0f;
  const float steps = m->way * cell / (to > m->down ? m->attack : m->release);
  m->down           = to > m->down ? fminf(m->down + steps, to) : fmaxf(m->down - steps, to);
  glide_step_rt(&m->duck_gain, m->down > 0.0f ? gain_of_db(-m->down) : 1.0f);
}

// What lies between what was written last and frame `at` is silence, or gain 1.
RT static void
fill_gap(MicRt* const m, const int64_t at)
{
  const int64_t oldest = at - MAX_AHEAD;
  if (m->heard < at) {
    const int64_t from = m->heard > oldest ? m->heard : oldest;
    delay_clear_rt(&m->sound, from, (uint32_t)(at - from));
  }
}

RT static void
write_ducks(MicRt* const m, const int64_t at, const uint32_t n)
{
  const int64_t oldest = at - MAX_AHEAD;
  for (int64_t i = m->level > oldest ? m->level : oldest; i < at; ++i) {
    m->ducks[i & (DELAY_ROOM - 1)] = 1.0f;
  }
  for (uint32_t i = 0; i < n; ++i) {
    m->ducks[(at + i) & (DELAY_ROOM - 1)] = glide_at_rt(&m->duck_gain, at + i);
  }
  m->level = at + n;
}

// The switch, the ducking, and where both are kept: up to the next grid point.
RT static void
keep(MicRt* const m, const int64_t at, const uint32_t n, float* const planes[2])
{
  if (!(at & (GRID - 1))) {
    const float open = m->enabled && !m->rack.waits && !m->mute ? 1.0f : 0.0f;
    if (m->mute) {
      m->mute = m->mute > GRID ? m->mute - GRID : 0;
      glide_catch_up_rt(&m->gate, m->mute ? 0 : MIC_GAIN_FRAMES(m));
    }
    glide_step_rt(&m->gate, open);
    judge(m, at + m->delay);
  }
  if (!glide_rests_rt(&m->gate, 0.0f)) {
    for (uint32_t i = 0; i < n; ++i) {
      const float gate = glide_at_rt(&m->gate, at + i);
      planes[0][i] *= gate;
      planes[1][i] *= gate;
      m->peak = fmaxf(m->peak, fmaxf(fabsf(planes[0][i]), fabsf(planes[1][i])));
    }
    fill_gap(m, at);
    delay_put_rt(&m->sound, at, planes, n);
    m->heard = at + n;
  }
  if (!glide_rests_rt(&m->duck_gain, 1.0f)) {
    write_ducks(m, at, n);
  }
}

RT static bool
is_silent(const float* const in[2], const uint32_t n)
{
  float squares;
  return !frames_measure_rt(in[0], n, &squares) && !frames_measure_rt(in[1], n, &squares);
}

RT static uint32_t
obey(MicRt* const m, const int64_t heard, uint32_t n)
{
  while (m->queue.first != QUEUE_END) {
    const QueueNode* const q = &m->queue.node[m->queue.first];
    if (q->due > heard) {
      n = q->due - heard < (int64_t)n ? (uint32_t)(q->due - heard) : n;
      break;
    }
    queue_take_rt(&m->queue, m->queue.first);
    set(m, &q->command.param, heard);
  }
  const bool     waited = m->rack.waits;
  const uint32_t swaps  = m->rack.swaps;
  n                     = rack_obey_rt(&m->rack, heard, n, glide_rests_rt(&m->gate, 0.0f));
  if (m->rack.waits != waited) {
    glide_catch_up_rt(&m->gate, MIC_GAIN_FRAMES(m));
  }
  if (m->rack.swaps != swaps) {
    m->mute = mic_latency_rt(m) + MIC_GAIN_FRAMES(m);
  }
  return n;
}

RT static void
run_piece(MicRt* const m, const int64_t at, const uint32_t n, const float* const in[2], Laps* const laps)
{
  float        store[2][MIC_PIECE] = {{0.0f}};
  float* const planes[2]           = {store[0], store[1]};
  const bool   silent              = !in || is_silent(in, n);
  m->silent                        = silent ? (m->silent < m->rate ? m->silent + n : m->silent) : 0;
  if (m->silent < m->rate) { // what rings in filters and echoes is gone after that
    for (int side = 0; side < 2 && in; ++side) {
      memcpy(planes[side], in[side], n * sizeof(float));
    }
    gain_run_rt(&m->gain, at + m->delay, n, planes);
    chain_run_rt(&m->rack.chain, planes, n, laps);
    meter_take_rt(&m->meter, planes, n);
  } else {
    glide_set_rt(&m->gain.glide, gain_at_rt(&m->gain, at + m->delay + n));
  }
  for (uint32_t done = 0; done < n;) {
    const uint32_t left  = grid_left_rt(at + done, GRID);
    const uint32_t run   = left < n - done ? left : n - done;
    float* const   to[2] = {planes[0] + done, planes[1] + done};
    keep(m, at + done, run, to);
    done += run;
  }
}

RT void
mic_run_rt(MicRt* const m, const int64_t now, const uint32_t n, const float* const in[2], Laps* const laps)
{
  for (uint32_t done = 0; done < n;) {
    const uint32_t span    = obey(m, now + done + m->delay, n - done < MIC_PIECE ? n - done : MIC_PIECE);
    const float*   from[2] = {in[0] ? in[0] + done : NULL, in[1] ? in[1] + done : NULL};
    run_piece(m, now + done, span, from[0] && from[1] ? from : NULL, laps);
    done += span;
  }
  if (!n) { // what is for now comes before the first cycle
    obey(m, now + m->delay, 1);
  }
}

RT uint32_t
mic_follow_rt(MicRt* const m, const int64_t now, const uint32_t delay)
{
  if (!m->fade && delay != m->delay) {
    m->old_delay = m->delay;
    m->delay     = delay;
    // Nothing that either of the two reads is there: nothing to fade
    const bool still = m->heard < now - MAX_AHEAD && m->level < now - MAX_AHEAD;
    m->fade          = still ? 0 : MIC_FADE_FRAMES(m);
  }
  return m->fade && m->old_delay < m->delay ? m->old_delay : m->delay;
}

// One reading, with gain `part` growing by `slope`, into `ducks` and `sound`.
RT static void
read_part(const MicRt* const m,
          const int64_t      at,
          const uint32_t     n,
          const float        part,
          const float        slope,
          float* const       ducks,
          float* const       sound[2])
{
  for (uint32_t i = 0; i < n; ++i) {
    const int64_t  frame  = at + i;
    const uint32_t place  = (uint32_t)(frame & (DELAY_ROOM - 1));
    const float    weight = part + slope * (float)i;
    ducks[i] += weight * (frame < m->level ? m->ducks[place] : 1.0f);
    if (frame < m->heard) {
      sound[0][i] += weight * m->sound.plane[0][place];
      sound[1][i] += weight * m->sound.plane[1][place];
    }
  }
}

RT static void
mix_piece(MicRt* const m, const int64_t at, const uint32_t n, float* const mix[2])
{
  float        store[3][MIC_PIECE] = {{0.0f}};
  float* const sound[2]            = {store[1], store[2]};
  float* const ducks               = store[0];
  if (m->fade) {
    const uint32_t frames = MIC_FADE_FRAMES(m);
    const float    whole = (float)frames, old = (float)m->fade / whole;
    read_part(m, at - m->old_delay, n, old, -1.0f / whole, ducks, sound);
    read_part(m, at - m->delay, n, 1.0f - old, 1.0f / whole, ducks, sound);
    m->fade -= n;
  } else {
    read_part(m, at - m->delay, n, 1.0f, 0.0f, ducks, sound);
  }
  for (int side = 0; side < 2; ++side) {
    for (uint32_t i = 0; i < n; ++i) {
      mix[side][i] = mix[side][i] * ducks[i] + sound[side][i];
    }
  }
}

RT void
mic_mix_rt(MicRt* const m, const int64_t at, const uint32_t n, float* const mix[2])
{
  for (uint32_t done = 0; done < n;) {
    const uint32_t most  = m->fade && m->old_delay > m->delay ? m->old_delay : m->delay;
    const int64_t  first = at + done - most;
    if (first >= m->heard && first >= m->level) {
      m->fade = 0; // nothing to hear of it
      return;
    }
    uint32_t run       = n - done < MIC_PIECE ? n - done : MIC_PIECE;
    run                = m->fade && m->fade < run ? m->fade : run;
    float* const to[2] = {mix[0] + done, mix[1] + done};
    mix_piece(m, at + done, run, to);
    done += run;
  }
}
