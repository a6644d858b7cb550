// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef IO_TAPE_H
#define IO_TAPE_H

// What records: a thread of its own, so that neither a load holds up the recording nor a slow drive that is recorded to
// holds up the decks.  The disk thread asks, and sends the replies.

#include "base/status.h"
#include "io/pins.h"
#include "msg/ring.h"

#include <semaphore.h>

typedef struct Tape Tape;

typedef struct {
  Ring*    ring;     ///< of float[2]: the master
  uint32_t rate;     ///< Hz
  bool     threaded; ///< false: the owner calls tape_work (offline: then it is one file, without a cue sheet)
  int64_t  part;     ///< bytes of a file at most; 0: RECORDER_PART_BYTES
  sem_t*   wake;     ///< posted when an answer is ready
} TapeConfig;

typedef enum { TAPE_START, TAPE_STOP, TAPE_MARK } TapeJobKind;

typedef struct {
  TapeJobKind kind;
  char*       path;              ///< TAPE_START
  int64_t     frame;             ///< TAPE_MARK: of the recording
  char *      title, *performer; ///< TAPE_MARK, or NULL
  Answer*     answer;            ///< filled and handed back; NULL: none is wanted
} TapeJob;

Status tape_new(Tape** out, const TapeConfig* config, Error* error);
void   tape_free(Tape* t); ///< finishes a running recording.  Pre: nobody writes into the ring

/// Hand over a job with what it holds.  false: too many wait, nothing was taken.  Disk thread.
bool tape_ask(Tape* t, const TapeJob* job);

/// An answer that is ready, NULL: none.  Disk thread.
Answer* tape_answered(Tape* t);

/// One round.  Return: whether there is more to do now.  The owner, where there is no thread.
bool tape_work(Tape* t);

// Any thread
bool     tape_records(const Tape* t); ///< false also after it failed
bool     tape_failed(const Tape* t);  ///< the running recording did, and hasn't been stopped yet
uint64_t tape_frames(const Tape* t);  ///< written of the running or last one
uint64_t tape_lost(const Tape* t);    ///< pieces of the master that found no room since the start of the program

#endif
