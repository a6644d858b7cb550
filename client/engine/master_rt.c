// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/master_rt.h"

#include "engine/cue_rt.h"

#include <math.h>
#include <string.h>

#define PIECE 256
#define GAIN_FRAMES(m) ((m)->rate / 200u)         // a gain that jumps takes 5 ms
#define FADE_FRAMES(m) ((float)(m)->rate * 0.01f) // a cross-fade, 10 ms
#define SETTLE_FRAMES(m) ((m)->rate / 40u)

RT void
master_init_rt(MasterRt* const m, const SincTable* const table)
{
  queue_init_rt(&m->gain_queue);
  queue_init_rt(&m->out_queue);
  rack_init_rt(&m->rack, SLOT_INSERT);
  limiter_init_rt(&m->limiter, m->rate, table);
  m->ceiling.to = -0.3f;
  gain_init_rt(&m->gain);
  gain_init_rt(&m->booth);
  cue_init_rt(m);
}

RT bool
master_owns_rt(const Command* const c)
{
  return c->kind == COMMAND_RECORD ||
         (c->kind == COMMAND_PARAM && c->param.param >= PARAM_MASTER_GAIN && c->param.param <= PARAM_LIMITER_RELEASE);
}

RT uint64_t
master_oldest_rt(const MasterRt* const m)
{
  const uint64_t gain = queue_oldest_rt(&m->gain_queue), out = queue_oldest_rt(&m->out_queue);
  const uint64_t own = gain < out ? gain : out, plugin = rack_oldest_rt(&m->rack);
  return own < plugin ? own : plugin;
}

RT bool
master_take_rt(MasterRt* const m, const Command* const c, int64_t now, const uint64_t seq)
{
  if (c->kind == COMMAND_PLUGIN || c->kind == COMMAND_PORT) {
    return rack_take_rt(&m->rack, c, m->mixed - m->latency, seq);
  }
  const bool gains =
    c->kind == COMMAND_PARAM && (c->param.param == PARAM_MASTER_GAIN || c->param.param == PARAM_CEILING);
  Queue* const q   = gains ? &m->gain_queue : &m->out_queue;
  now              = gains ? m->gained : now;
  const bool dated = c->at != AT_NOW;
  int64_t    due   = dated && c->at > now ? c->at : now;
  if (q->free == QUEUE_END) {
    return false;
  }
  if (c->kind == COMMAND_PARAM) {
    due = due > now ? (due + GRID - 1) & ~(int64_t)(GRID - 1) : due;
    if (!isfinite(c->param.value)) {
      return true;
    }
  }
  m->late += dated && c->at < now;
  return queue_put_rt(q, c, due, seq, dated);
}

RT static inline float
bounded(const float value, const float low, const float high)
{
  return value < low ? low : value > high ? high : value;
}

RT static void
carry_out(MasterRt* const m, const Command* const c, const int64_t now)
{
  const CommandParam* const p    = &c->param;
  const float               v    = p->value;
  const uint32_t            jump = GAIN_FRAMES(m);
  if (c->kind == COMMAND_RECORD) {
    atomic_bool* const on = &m->tap[TAP_RECORD].on;
    if (atomic_load_explicit(on, memory_order_relaxed) != c->toggle.on) {
      atomic_store_explicit(&m->levels->record_from, c->toggle.on ? now + 1 : 0, memory_order_relaxed);
    }
    atomic_store_explicit(on, c->toggle.on, memory_order_relaxed);
    return;
  }
  switch (p->param) {
    case PARAM_MASTER_GAIN:
      gain_go_rt(&m->gain, now, bounded(v, -60.0f, 12.0f), p->ramp_frames, jump);
      break;
    case PARAM_BOOTH_GAIN:
      gain_go_rt(&m->booth, now, bounded(v, -60.0f, 12.0f), p->ramp_frames, jump);
      break;
    case PARAM_LIMITER:
      m->limiter_on = v >= 0.5f;
      break;
    case PARAM_CEILING:
      ramp_go_rt(&m->ceiling, now, bounded(v, -24.0f, 0.0f), p->ramp_frames);
      break;
    case PARAM_LIMITER_RELEASE:
      limiter_release_rt(&m->limiter, m->rate, bounded(v, 10.0f, 2000.0f));
      break;
    default:
      cue_set_rt(m, p, now, jump);
      break;
  }
}

// Carry out what is due; returns how many of the next `n` frames come before the next command.
RT static uint32_t
obey(MasterRt* const m, Queue* const q, const int64_t now, const uint32_t n)
{
  while (q->first != QUEUE_END && q->node[q->first].due <= now) {
    const Command c = queue_take_rt(q, q->first)->command;
    carry_out(m, &c, now);
  }
  const int64_t left = q->first == QUEUE_END ? INT64_MAX : q->node[q->first].due - now;
  return left < (int64_t)n ? (uint32_t)left : n;
}

RT uint32_t
master_ahead_rt(const MasterRt* const m)
{
  const uint32_t ahead = m->latency + (m->limits || m->limiter_on ? m->limiter.latency : 0);
  return (ahead + GRID - 1) & ~(uint32_t)(GRID - 1);
}

RT uint32_t
master_wants_rt(const MasterRt* const m, const int64_t now, const uint32_t n, const uint32_t most)
{
  const uint32_t wanted = master_ahead_rt(m), goal = wanted < most ? wanted : most;
  const int64_t  missing = now + n + goal - m->mixed;
  const uint32_t quarter = n / 4 < GRID ? GRID : n / 4 < MASTER_GROWTH ? n / 4 : MASTER_GROWTH;
  return !n || missing <= 0 ? 0 : missing < (int64_t)n + quarter ? (uint32_t)missing : n + quarter;
}

RT bool
master_is_straight_rt(const MasterRt* const m, const int64_t now)
{
  return m->mixed == now && m->gained == now && !m->limits && !m->limiter_on && m->wet_part == 0.0f &&
         !rack_filled_rt(&m->rack) && m->latency == 0;
}

RT static void
show(MasterRt* const m, const uint32_t n, float* const master[2])
{
  meter_take_rt(&m->meter, master, n);
  for (int i = 0; i < TAP_COUNT; ++i) {
    if (atomic_load_explicit(&m->tap[i].on, memory_order_relaxed) && !tap_write_rt(&m->tap[i], master, n)) {
      atomic_fetch_add_explicit(&m->levels->full_rings, 1, memory_order_relaxed);
    }
  }
}

// No inserts, no limiter: the mix is the master.
RT static void
run_straight(MasterRt* const m, const int64_t now, const uint32_t n, const MasterIo* const io)
{
  for (uint32_t done = 0, span; done < n; done += span) {
    span                   = obey(m, &m->gain_queue, now + done, n - done);
    span                   = obey(m, &m->out_queue, now + done, span);
    float* const master[2] = {io->master[0] + done, io->master[1] + done};
    float* const cue[2]    = {io->cue[0] + done, io->cue[1] + done};
    if (io->booth[0]) {
      float* const booth[2] = {io->booth[0] + done, io->booth[1] + done};
      memcpy(booth[0], master[0], span * sizeof(float));
      memcpy(booth[1], master[1], span * sizeof(float));
      gain_run_rt(&m->booth, now + done, span, booth);
    }
    gain_run_rt(&m->gain, now + done, span, master);
    cue_run_rt(m, now + done, span, master, cue);
    show(m, span, master);
  }
  m->mixed += n;
  m->gained += n;
}

// What the inserts report, as far as it can be hidden.
RT static uint32_t
rack_latency(const MasterRt* const m)
{
  const uint32_t most = MAX_AHEAD - m->limiter.latency - GRID, says = chain_latency_rt(&m->rack.chain);
  return says < most ? says : most;
}

// Take in what was mixed, and send it through the inserts.
RT static void
run_inserts(MasterRt* const m, const uint32_t made, float* const mix[2], Laps* const laps)
{
  for (uint32_t done = 0, span; done < made; done += span) {
    const bool unheard = m->wet_part == 0.0f;
    span = rack_obey_rt(&m->rack, m->mixed - m->latency, made - done < PIECE ? made - done : PIECE, unheard);
    if (unheard && (m->swaps != m->rack.swaps || m->latency != rack_latency(m))) {
      m->swaps    = m->rack.swaps;
      m->latency  = rack_latency(m);
      m->wet_from = m->mixed + SETTLE_FRAMES(m);
    }
    float* const piece[2] = {mix[0] + done, mix[1] + done};
    delay_put_rt(&m->dry, m->mixed, piece, span);
    if (rack_filled_rt(&m->rack)) {
      chain_run_rt(&m->rack.chain, piece, span, laps);
      for (int side = 0; side < 2; ++side) {
        float squares;
        if (frames_measure_rt(piece[side], span, &squares) >= 0x7f800000u) {
          memset(piece[side], 0, span * sizeof(float)); // a plugin gave nonsense
        }
      }
      delay_put_rt(&m->wet, m->mixed - m->latency, piece, span);
    }
    m->mixed += span;
  }
}

// The mix after its inserts, or on the way into or out of them.
RT static void
read_inserted(MasterRt* const m, const uint32_t n, const bool wanted, float* const out[2])
{
  if (m->wet_part == 0.0f && !wanted) {
    delay_get_rt(&m->dry, m->gained, out, n);
    return;
  }
  delay_get_rt(&m->wet, m->gained, out, n);
  if (m->wet_part == 1.0f && wanted) {
    return;
  }
  float        store[2][PIECE];
  float* const dry[2] = {store[0], store[1]};
  delay_get_rt(&m->dry, m->gained, dry, n);
  const float slope = (wanted ? 1.0f : -1.0f) / FADE_FRAMES(m);
  for (uint32_t i = 0; i < n; ++i) {
    m->wet_part = bounded(m->wet_part + slope, 0.0f, 1.0f);
    for (int side = 0; side < 2; ++side) {
      out[side][i] = dry[side][i] + (out[side][i] - dry[side][i]) * m->wet_part;
    }
  }
}

// From the inserts to the limiter's look-ahead, as far as there is something.
RT static void
run_gain(MasterRt* const m, const int64_t now, const uint32_t n)
{
  if (m->limiter_on && !m->limits) {
    m->limits = true;
    limiter_begin_rt(&m->limiter, m->gained);
    m->limits_from = m->gained + m->limiter.latency;
  }
  const int64_t there = m->mixed - m->latency; // with inserts
  const bool    ready = rack_filled_rt(&m->rack) && !m->rack.waits && m->latency == rack_latency(m) &&
                     m->gained >= m->wet_from && there >= now + n + (m->limits ? m->limiter.latency : 0);
  int64_t until = now + n + (m->limits ? m->limiter.latency : 0);
  until         = until < m->mixed ? until : m->mixed;
  if (ready || m->wet_part > 0.0f) {
    until = until < there ? until : there;
  }
  while (m->gained < until) {
    const uint32_t left = until - m->gained < PIECE ? (uint32_t)(until - m->gained) : PIECE;
    const uint32_t span = obey(m, &m->gain_queue, m->gained, left);
    float          store[2][PIECE];
    float* const   piece[2] = {store[0], store[1]};
    read_inserted(m, span, ready, piece);
    delay_put_rt(&m->before, m->gained, piece, span);
    gain_run_rt(&m->gain, m->gained, span, piece);
    delay_put_rt(&m->after, m->gained, piece, span);
    if (m->limits) {
      limiter_feed_rt(&m->limiter, piece, span, gain_of_db(ramp_at_rt(&m->ceiling, m->gained)));
    }
    m->gained += span;
  }
}

RT static void
limit(MasterRt* const m, const int64_t at, const uint32_t n, const bool ready, float* const io[2])
{
  const bool  wanted = m->limiter_on && ready && at >= m->limits_from;
  const float slope  = (wanted ? 1.0f : -1.0f) / FADE_FRAMES(m);
  const bool  rests  = m->limiter_part == (wanted ? 1.0f : 0.0f);
  if (!rests || wanted) {
    const float least = limiter_apply_rt(&m->limiter, at, io, n, m->limiter_part, rests ? 0.0f : slope);
    const float taken = 1.0f / least;
    if (taken > atomic_load_explicit(&m->levels->limiter_taken, memory_order_relaxed)) {
      atomic_store_explicit(&m->levels->limiter_taken, taken, memory_order_relaxed);
    }
    m->limiter_part = rests ? m->limiter_part : bounded(m->limiter_part + slope * (float)n, 0.0f, 1.0f);
  }
  m->limits = m->limiter_on || m->limiter_part > 0.0f;
}

// What leaves now.
RT static void
run_out(MasterRt* const m, const int64_t now, const uint32_t n, const MasterIo* const io)
{
  const bool ready = m->gained >= now + n + m->limiter.latency; // all of the cycle's gains are known
  for (uint32_t done = 0, span; done < n; done += span) {
    const int64_t at       = now + done;
    span                   = obey(m, &m->out_queue, at, n - done < PIECE ? n - done : PIECE);
    float* const master[2] = {io->master[0] + done, io->master[1] + done};
    float* const cue[2]    = {io->cue[0] + done, io->cue[1] + done};
    delay_get_rt(&m->after, at, master, span);
    if (m->limits) {
      limit(m, at, span, ready, master);
    }
    if (io->booth[0]) {
      float* const booth[2] = {io->booth[0] + done, io->booth[1] + done};
      delay_get_rt(&m->before, at, booth, span);
      gain_run_rt(&m->booth, at, span, booth);
    }
    delay_get_rt(&m->pfl, at, cue, span);
    cue_run_rt(m, at, span, master, cue);
    show(m, span, master);
  }
}

RT void
master_run_rt(MasterRt* const       m,
              const int64_t         now,
              const uint32_t        n,
              const uint32_t        made,
              const MasterIo* const io,
              Laps* const           laps)
{
  if (master_is_straight_rt(m, now) && made == n) {
    run_straight(m, now, n, io);
    rack_obey_rt(&m->rack, m->mixed, 1, true);
  } else {
    delay_put_rt(&m->pfl, m->mixed, io->pfl, made);
    run_inserts(m, made, io->mix, laps);
    run_gain(m, now, n);
    run_out(m, now, n, io);
  }
  if (!n) {
    obey(m, &m->gain_queue, m->gained, 1);
    obey(m, &m->out_queue, now, 1);
  }
  meter_show_rt(&m->meter, &m->levels->master, n, m->rate);
}
