// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef MSG_REQUEST_H
#define MSG_REQUEST_H

// What the control thread asks of the disk thread, and what that answers.  Every request but REQUEST_FREE gets exactly
// one reply with its ticket; replies may come in another order.

#include "base/status.h"
#include "msg/command.h"

typedef enum {
  REQUEST_LOAD,         ///< open .path, pin its first frames for `deck`, reply when they are in the cache
  REQUEST_PIN,          ///< keep .frame of the deck's .track in the cache under the pin slot; reply when it is there
  REQUEST_UNPIN,        ///< forget a pin slot
  REQUEST_FREE,         ///< .track is retired: close and free it
  REQUEST_RECORD_START, ///< open .path for the master at the engine's rate
  REQUEST_RECORD_MARK,  ///< .track starts at .frame of the recording: a line of its cue sheet
  REQUEST_RECORD_STOP,  ///< drain the recorder's ring, close the file
} RequestKind;

/// What a pin is for: at most one of each per deck; a newer one replaces the older.
enum {
  PIN_CUE,
  PIN_LOOP,
  PIN_SEEK, ///< eight in turn: PIN_SEEK .. PIN_SEEK + 7
  PIN_HOT_CUE = PIN_SEEK + 8,
  PIN_COUNT   = PIN_HOT_CUE + MAX_HOT_CUES
};

typedef struct {
  uint16_t kind;
  uint8_t  deck;
  uint8_t  stem;
  uint8_t  pin;
  uint32_t ticket;
  int64_t  frame; ///< of the track
  int64_t
         length; ///< REQUEST_PIN: frames from there on that are wanted if there is room, beyond what a pin holds anyway
  Track* track;
  char*  path; ///< malloc'd; the disk thread frees it
} Request;

typedef struct {
  uint32_t ticket;
  uint16_t kind;
  Status   status;
  Error    error; ///< where status isn't STATUS_OK
  uint8_t  deck;
  uint8_t  stem;
  Track*   track;  ///< REQUEST_LOAD: the track, to be passed on to the engine
  int64_t  frames; ///< REQUEST_LOAD: length; REQUEST_RECORD_STOP: frames written
  uint32_t rate;   ///< REQUEST_LOAD: of the track, Hz
} Reply;

#endif
