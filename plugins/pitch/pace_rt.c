// SPDX-License-Identifier: GPL-3.0-or-later
#include "pitch/pace_rt.h"

#include <sched.h>
#include <time.h>

#define SPAN 0.1 // seconds of sound between points
#define FAST 2.0

RT static int64_t
clock_now(void)
{
  struct timespec t;
  RT_WAIVE_BEGIN("the vDSO reads a shared page: no system call")
  clock_gettime(CLOCK_MONOTONIC, &t);
  RT_WAIVE_END
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

RT void
pace_begin_rt(Pace* const p, const double rate)
{
  p->rate     = rate;
  p->frame[0] = p->frame[1] = 0;
  p->clock[0] = p->clock[1] = clock_now();
}

RT void
pace_note_rt(Pace* const p, const int64_t frame)
{
  if ((double)(frame - p->frame[1]) >= SPAN * p->rate) {
    p->frame[0] = p->frame[1];
    p->clock[0] = p->clock[1];
    p->frame[1] = frame;
    p->clock[1] = clock_now();
  }
}

RT bool
pace_wait_rt(const Pace* const p, const int64_t frame)
{
  const double sound = (double)(frame - p->frame[0]) / p->rate;
  const double time  = (double)(clock_now() - p->clock[0]) * 1e-9;
  const bool   fast  = sound > FAST * time;
  if (fast) {
    RT_WAIVE_BEGIN("no host that runs in real time comes here")
    RT_OFFLINE_BEGIN
    sched_yield();
    RT_OFFLINE_END
    RT_WAIVE_END
  }
  return fast;
}
