// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_CALL_H
#define CONTROL_CALL_H

// One command under way, from its arrival to its answer.

#include "control/answer.h"
#include "control/ops.h"
#include "control/table.h"
#include "msg/request.h"

/// How far the load of a /load has come; it may begin long before the command's time.
typedef enum { LOAD_NONE, LOAD_ASKED, LOAD_READY, LOAD_FAILED } LoadState;

struct Call {
  const Entry* entry;
  Sender       sender;
  uint8_t      deck, k;  ///< from 0
  uint64_t     decks;    ///< those whose queue it is in
  uint64_t     without;  ///< decks that it is not to start: they were stopped since
  int64_t      at;       ///< engine frame, or AT_NOW
  int64_t      received; ///< engine frame
  const char*  address;
  const char*  id; ///< or NULL
  int          count;
  Value*       values; ///< at least MAX_SPECS of them can be looked at

  int      phase;   ///< the handler's
  int      waiting; ///< for so many replies
  Status   status;  ///< of the replies: the first that wasn't good
  Error    error;
  int64_t  frames;    ///< from a reply
  int64_t  target;    ///< the handler's: a frame of the track
  uint32_t rate;      ///< from a reply
  bool     silent;    ///< part of another call: not answered
  bool     for_time;  ///< it waits for nothing but the engine's time to pass
  bool     cancelled; ///< nobody wants it any more: free it when its replies are in

  uint32_t  job;     ///< what the host is doing for it; 0: nothing
  Plugin*   plugin;  ///< ours until it is passed to the engine
  OpsValue* preset;  ///< malloc'd
  uint32_t  npreset; ///< values in it

  LoadState load;
  Track*    track; ///< ours until it is passed to the engine

  Value room[]; ///< the values, then what address, id and values point to
};

/** A copy of `w` with all its texts, checked against the table.  NULL: `error` says what is wrong.
 * @param decks mask of those there are
 * @param folder what relative paths are relative to; NULL: the working directory */
Call* call_new(const Words* w, const char* folder, uint64_t decks, Error* error);
void  call_free(Call* call);

/// When it counts as given, for the order of calls.
int64_t call_order(const Call* call);

#endif
