// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/limiter_rt.h"

#include "engine/frames_rt.h"

#include <math.h>
#include <string.h>

#define LIMITER_SECONDS 0.002
#define OVERSAMPLING 8
#define SHARPEST 3.0f ///< times the largest sample, that a peak between samples can be at most for the interpolation

RT uint32_t
limiter_latency_rt(const uint32_t rate)
{
  const uint32_t most   = LIMITER_MAX_WINDOW;
  const uint32_t frames = ((uint32_t)(rate * LIMITER_SECONDS) + 15u) & ~15u;
  return frames < 48 ? 48 : frames < most ? frames : most;
}

RT void
limiter_init_rt(LimiterRt* const l, const uint32_t rate, const SincTable* const table)
{
  l->table   = table;
  l->latency = limiter_latency_rt(rate);
  l->window  = l->latency - LIMITER_REACH;
  l->box[0]  = l->window / 2;
  l->box[1]  = l->window + 1 - l->box[0];
  limiter_release_rt(l, rate, 100.0f);
  limiter_begin_rt(l, 0);
}

RT void
limiter_release_rt(LimiterRt* const l, const uint32_t rate, const float ms)
{
  const double part = 1.0 - exp(-1000.0 / ((double)ms * rate));
  l->release        = (uint32_t)(part * 4294967295.0);
}

RT void
limiter_begin_rt(LimiterRt* const l, const int64_t at)
{
  l->at    = at;
  l->turn  = 0;
  l->first = 0;
  l->end   = 0;
  l->back  = LIMITER_ONE;
  l->kept  = LIMITER_REACH + 1; // frames of silence before the first
  memset(l->frames, 0, sizeof(l->frames));
  for (int k = 0; k < 2; ++k) {
    l->sum[k] = (uint64_t)LIMITER_ONE * l->box[k];
    for (uint32_t i = 0; i < LIMITER_MAX_WINDOW; ++i) {
      l->line[k][i] = LIMITER_ONE;
    }
  }
}

// The mean of the last box[k] values.
RT static inline uint32_t
mean(LimiterRt* const l, const int k, const uint32_t value)
{
  uint32_t* const oldest = &l->line[k][l->turn % l->box[k]];
  l->sum[k] += value - (uint64_t)*oldest;
  *oldest = value;
  return (uint32_t)(l->sum[k] / l->box[k]);
}

// The next frame needs gain `need`: the gain of the one `window` - 1 before it is known now.
RT static void
take_need(LimiterRt* const l, const uint32_t need, const float ceiling)
{
  while (l->end > l->first && l->lowest[(l->end - 1) % LIMITER_MAX_WINDOW] >= need) {
    --l->end;
  }
  l->lowest[l->end % LIMITER_MAX_WINDOW]        = need;
  l->lowest_turn[l->end++ % LIMITER_MAX_WINDOW] = l->turn;
  if (l->lowest_turn[l->first % LIMITER_MAX_WINDOW] + l->window <= l->turn) {
    ++l->first;
  }
  const uint32_t held = l->lowest[l->first % LIMITER_MAX_WINDOW];
  if (held <= l->back) {
    l->back = held;
  } else {
    const uint32_t way = held - l->back, step = (uint32_t)(((uint64_t)way * l->release) >> 32);
    l->back += step ? step : 1;
  }
  const uint32_t once                                = mean(l, 0, l->back);
  const uint64_t frame                               = (uint64_t)l->at;
  l->ceiling[frame % LIMITER_GAINS]                  = ceiling;
  l->gain[(frame - (l->window - 1)) % LIMITER_GAINS] = mean(l, 1, once);
  ++l->turn;
  ++l->at;
}

// The peaks of `n` frames from `first` of those kept on, each with the ways to its neighbours.  Interpolating at 8
// positions a frame, a sine of 0.42 times the rate shows within 0.12 dB of its peak.
RT static void
find_peaks(const LimiterRt* const l, const uint32_t first, const uint32_t n, float* const peak)
{
  float        plane[2][OVERSAMPLING * 16];
  float* const out[2] = {plane[0], plane[1]};
  float        before = 0.0f; // the peak between the frame and the one before it
  for (uint32_t done = 0, run; done <= n; done += run) {
    run         = n + 1 - done < 16 ? n + 1 - done : 16;
    SincPos pos = (SincPos)(first - 1 + done) << 32, step = SINC_ONE / OVERSAMPLING;
    sinc_read_rt(l->table, l->frames, &pos, &step, 0, out, run * OVERSAMPLING);
    for (uint32_t i = 0; i < run; ++i) {
      float top = 0.0f;
      for (int k = 1; k < OVERSAMPLING; ++k) {
        top = fmaxf(top, fmaxf(fabsf(plane[0][i * OVERSAMPLING + k]), fabsf(plane[1][i * OVERSAMPLING + k])));
      }
      if (done + i > 0) {
        const float* const x = &l->frames[2 * (first + done + i - 1)];
        peak[done + i - 1]   = fmaxf(fmaxf(fabsf(x[0]), fabsf(x[1])), fmaxf(before, top));
      }
      before = top;
    }
  }
}

RT static uint32_t
need_of(const float peak, const float ceiling)
{
  return peak <= ceiling ? LIMITER_ONE : (uint32_t)((double)ceiling / (double)peak * LIMITER_ONE);
}

RT void
limiter_feed_rt(LimiterRt* const l, float* const in[2], const uint32_t n, const float ceiling)
{
  for (uint32_t done = 0, run; done < n; done += run) {
    run = n - done < LIMITER_PIECE - LIMITER_REACH ? n - done : LIMITER_PIECE - LIMITER_REACH;
    for (int side = 0; side < 2; ++side) {
      for (uint32_t i = 0; i < run; ++i) {
        l->frames[2 * (l->kept + i) + (uint32_t)side] = in[side][done + i];
      }
    }
    l->kept += run;
    float          most, squares;
    const uint32_t bits = frames_measure_rt(l->frames, 2 * l->kept, &squares);
    memcpy(&most, &bits, sizeof(most));
    // Frames with LIMITER_REACH on either side, one before them too: the way to it is theirs as well
    const uint32_t first = LIMITER_REACH + 1,
                   count = l->kept - first > LIMITER_REACH ? l->kept - first - LIMITER_REACH : 0;
    float      peak[LIMITER_PIECE + LIMITER_REACH];
    const bool calm = most * SHARPEST <= ceiling;
    if (!calm && count) {
      find_peaks(l, first, count, peak);
    }
    for (uint32_t i = 0; i < count; ++i) {
      take_need(l, calm ? LIMITER_ONE : need_of(peak[i], ceiling), ceiling);
    }
    if (count) {
      memmove(l->frames, l->frames + 2 * count, (l->kept - count) * 2 * sizeof(float));
      l->kept -= count;
    }
  }
}

RT float
limiter_apply_rt(const LimiterRt* const l,
                 const int64_t          at,
                 float* const           io[2],
                 const uint32_t         n,
                 float                  part,
                 const float            slope)
{
  uint32_t lowest = LIMITER_ONE;
  float    least  = 1.0f;
  for (uint32_t i = 0; i < n; ++i, part += slope) {
    const uint32_t place = (uint32_t)((uint64_t)(at + i) % LIMITER_GAINS), gain = l->gain[place];
    lowest = gain < lowest ? gain : lowest;
    if (gain == LIMITER_ONE) {
      continue;
    }
    const float g = (float)gain * (1.0f / LIMITER_ONE), weight = part < 0.0f ? 0.0f : part > 1.0f ? 1.0f : part;
    const float made = 1.0f + (g - 1.0f) * weight;
    const float top  = weight == 1.0f ? l->ceiling[place] : INFINITY; // for what rounding adds
    least            = fminf(least, made);
    for (int side = 0; side < 2; ++side) {
      const float y = io[side][i] * made;
      io[side][i]   = y > top ? top : y < -top ? -top : y;
    }
  }
  return lowest == LIMITER_ONE ? 1.0f : least;
}
