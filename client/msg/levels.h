// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef MSG_LEVELS_H
#define MSG_LEVELS_H

// What the process thread shows of itself: plain numbers, each an atomic of its own, written by process with relaxed
// order and read by anyone.  Peaks are held until they are taken.

#include "msg/limits.h"
#include "msg/notice.h"

#include <stdatomic.h>
#include <stdint.h>

/// Cycle times in quarter octaves from 1 us: bin b holds [2^(b/4), 2^((b+1)/4)) us; bin 0 also holds all below.
#define TIMING_BINS 96

typedef struct {
  _Atomic uint64_t count;
  _Atomic uint64_t sum_ns;
  _Atomic uint64_t max_ns;
  _Atomic uint32_t bins[TIMING_BINS];
} Timing;

/// A meter: linear, left and right.
typedef struct {
  _Atomic float    peak[2]; ///< max since taken
  _Atomic float    hold[2]; ///< highest of the last 2 s
  _Atomic float    rms[2];  ///< over the last 300 ms or so
  _Atomic uint64_t clips;   ///< how often it went over full scale, since the start or since the deck is there
} MeterLevels;

typedef struct {
  atomic_int       state;    ///< a DeckState
  _Atomic int64_t  position; ///< what is heard now: frames of the track, 32.32
  _Atomic int64_t  length;   ///< frames of the track; 0: none
  atomic_uint      rate;     ///< of the track, Hz
  atomic_uint      latency;  ///< of the chain, engine frames
  _Atomic float    speed;    ///< as it is gliding
  _Atomic float    shift;    ///< semitones that the pitch plugin makes now; 0 when out of the path
  MeterLevels      meter;    ///< after the trim
  _Atomic uint64_t starves;
  Timing           timing;
} DeckLevels;

typedef struct {
  _Atomic uint64_t cycles;
  _Atomic int64_t  frame;       ///< engine frame at the start of the newest cycle
  _Atomic int64_t  origin_ns;   ///< clock_ns() then, less the time that `frame` frames take: at frame 0, had it run on
  _Atomic uint64_t xruns;       ///< as JACK reports them
  _Atomic uint64_t late;        ///< commands that came after their frame
  _Atomic uint64_t full_rings;  ///< notices or recorded frames that found their ring full
  _Atomic int64_t  record_from; ///< engine frame that the recording began with, and one; 0: none runs
  atomic_uint      rate, block;
  MeterLevels      master;     ///< as it leaves the port
  MeterLevels      mic;        ///< after its EQ and inserts, whether it is on or not
  _Atomic float limiter_taken; ///< by which factor the limiter has turned it down at most since this was taken; 0: off
  atomic_uint   ahead;         ///< frames that the decks are mixed before they leave the master, at its port
  atomic_uint   mic_latency;   ///< frames from the microphone's port to the master's
  Timing        cycle;
  atomic_uint   threads; ///< that can run decks
  Timing        join;    ///< of cycles with several: waiting for decks that other threads have begun
  Timing        stage[STAGE_COUNT];
  DeckLevels    deck[MAX_DECKS];
} Levels;

/** The frame that is being processed at `now_ns` of clock_ns(): between the newest cycle's first and the next one's,
 * for the clock stands while nobody processes.  Of two readings a cycle apart the first may be of the older one; within
 * that cycle's bounds all the same.  Any thread. */
int64_t levels_frame_at(const Levels* levels, uint32_t rate, int64_t now_ns);

/// Take a held peak: returns it and begins a new one.  Any thread but process; one taker at a time.
float levels_take_peak(_Atomic float* peak);

/// The value that `fraction` (0..1) of the times stay below, microseconds, within a quarter octave.  Any thread.
double timing_percentile_us(const Timing* t, double fraction);
double timing_mean_us(const Timing* t);
double timing_max_us(const Timing* t);

#endif
