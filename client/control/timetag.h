// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_TIMETAG_H
#define CONTROL_TIMETAG_H

// OSC time tags to engine frames.  The two clocks are tied together at one moment and run at the nominal rate from
// there, so that two tags keep their distance to the frame, however early and whenever they come.  They are tied anew
// when they have drifted apart and no tag is to come; in an endless stream of tags they are moved a quarter of a frame
// with each, unless they are very far apart (the JACK server was away, the wall clock was set).

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  bool    tied;
  double  seconds; ///< of the wall clock, since 1970 ...
  int64_t frame;   ///< ... when the engine was here
  int64_t last;    ///< the latest frame that a tag was turned into
} TimeTags;

#define TIME_TAG_NOW UINT64_C(1) ///< at once

/// Now, as a tag.
uint64_t timetag_now(void);

/** The engine frame of a tag; AT_NOW for TIME_TAG_NOW.
 * @param now   of the wall clock, as a tag
 * @param frame of the engine, now
 * @return STATUS_BAD_VALUE: it lies more than a day ahead; `error` says so */
Status timetag_frame(TimeTags* t, uint64_t tag, uint64_t now, int64_t frame, uint32_t rate, int64_t* out, Error* error);

#endif
