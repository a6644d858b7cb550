// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/timetag.h"

#include "msg/command.h"

#include <math.h>
#include <time.h>

static const double   MAX_DRIFT  = 0.005;                ///< seconds, before the clocks are tied anew
static const double   MAX_APART  = 0.1;                  ///< likewise while there are tags to come
static const double   NUDGE      = 0.25;                 ///< frames, by which they are then moved with each new tag
static const double   MAX_AHEAD  = 86400.0;              ///< seconds
static const uint64_t UNIX_EPOCH = UINT64_C(2208988800); ///< seconds from 1900, where tags begin, to 1970

static double
seconds_of(const uint64_t tag)
{
  return (double)((int64_t)(tag >> 32) - (int64_t)UNIX_EPOCH) + (double)(uint32_t)tag / 4294967296.0;
}

uint64_t
timetag_now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return ((uint64_t)t.tv_sec + UNIX_EPOCH) << 32 | (uint64_t)((double)t.tv_nsec * 1e-9 * 4294967296.0);
}

Status
timetag_frame(TimeTags* const t,
              const uint64_t  tag,
              const uint64_t  now,
              const int64_t   frame,
              const uint32_t  rate,
              int64_t* const  out,
              Error* const    error)
{
  if (tag <= TIME_TAG_NOW) {
    *out = AT_NOW;
    return STATUS_OK;
  }
  const double seconds = seconds_of(now);
  const double ahead   = seconds_of(tag) - seconds;
  if (ahead > MAX_AHEAD) {
    return error_set(error, STATUS_BAD_VALUE, "the time tag lies %.0f s ahead, more than a day: compare the clocks",
                     ahead);
  }
  const double apart = (double)(frame - t->frame) - (seconds - t->seconds) * rate; // how far the engine has run ahead
  if (!t->tied || fabs(apart) > (frame < t->last ? MAX_APART : MAX_DRIFT) * rate) {
    *t = (TimeTags){.tied = true, .seconds = seconds, .frame = frame, .last = frame};
  } else if (fabs(apart) > MAX_DRIFT * rate) {
    t->seconds -= copysign(NUDGE, apart) / rate;
  }
  const double offset = (seconds_of(tag) - t->seconds) * rate;
  *out                = offset < -(double)t->frame ? 0 : t->frame + llround(offset); // older than the engine
  t->last             = *out > t->last ? *out : t->last;
  return STATUS_OK;
}
