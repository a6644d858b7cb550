// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef REMOTE_SNAPSHOT_H
#define REMOTE_SNAPSHOT_H

// What a watcher knows of a running deckhost, gathered from its answers.

#include <lo/lo.h>

#include <stdbool.h>
#include <stdint.h>

enum { SNAPSHOT_DECKS = 64, SNAPSHOT_PATH = 512 };

typedef struct {
  bool   known; ///< something was heard of this deck
  char   state[16];
  char   path[SNAPSHOT_PATH];
  double position, length; ///< seconds
  double meter[2];         ///< dBFS, the highest since the last snapshot_begin
  double speed;
  double pitch;          ///< semitones
  double low, mid, high; ///< dB
  double fader;          ///< 0..1
  double latency;        ///< frames
  double starves;
  bool   keylock, mute;
  bool   kill_low, kill_mid, kill_high;
} SnapshotDeck;

typedef struct {
  SnapshotDeck deck[SNAPSHOT_DECKS];
  double       master[2]; ///< dBFS
  double       clips;     ///< of the master
  double       reduction; ///< dB, by the limiter
  double       crossfader;
  double       rate, block;
  double       load, load_worst;                         ///< percent of the budget
  double       budget, cycle_mean, cycle_p99, cycle_max; ///< microseconds
  double       cycles, xruns, starves, late;
} Snapshot;

void snapshot_init(Snapshot* s);

/// A new round of questions begins: meters fall back to silence unless they are heard again.
void snapshot_begin(Snapshot* s);

/// Take in one answer, `/value ADDRESS value...` or `/stats/KEY value`.  Others are ignored.
void snapshot_answer(Snapshot* s, const char* address, lo_message m);

/// How many decks were heard of: the highest number.
uint32_t snapshot_decks(const Snapshot* s);

/// The questions whose answers fill a snapshot: messages of one string each, to be sent in turn.
typedef struct {
  const char* address;
  const char* argument; ///< NULL: none
} SnapshotQuestion;
extern const SnapshotQuestion snapshot_questions[];
extern const int              snapshot_question_count;

#endif
