// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

// Time as the machine counts it.  Any thread.

#include "base/rt_vouch.h"

#include <stdint.h>
#include <time.h>

/// Nanoseconds of the monotonic clock.
RT static inline int64_t
clock_ns(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

#endif
