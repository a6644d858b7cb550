// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PITCH_SEEK_H
#define PITCH_SEEK_H

// The resampler's inside: its state, and how it looks for the place that a splice is to lead to.  Process thread.

#include "dsp/splice.h"
#include "pitch/head.h"
#include "pitch/onsets.h"
#include "pitch/resampler.h"

#define TONE 0.45f   // a correlation that shows a sound which repeats
#define CANDIDATES 3 // places that are looked at closely

// What a nominal delay allows; milliseconds.
typedef struct {
  double near;                 ///< how far the delay may be from the nominal one
  double below, above;         ///< where the sound repeats well
  double far_below, far_above; ///< where it repeats
  double jump_min, jump_max;   ///< of a splice there
  double fade, history;        ///< and what is compared before it
  double search;               ///< over which a search is spread
} Profile;

// A search goes through all jumps on the coarse line, some in every cell, and then looks closely at the best of them.
typedef struct {
  bool        on, ready;
  bool        back;              ///< the jump goes to older frames
  bool        probe;             ///< it is not for a splice, but to see whether the sound repeats
  int32_t     next, last;        ///< coarse jumps yet to be looked at
  int32_t     slice;             ///< of them per cell
  int64_t     from;              ///< land not before this frame
  float       ncc[2];            ///< at the last two jumps
  SpliceMatch found[CANDIDATES]; ///< coarse frames; the best first
  int         close;             ///< the one that is looked at closely
  SpliceClimb climb;
  SpliceMatch best;    ///< in frames
  float       repeats; ///< when ready: correlation at the same jump, there and before
} Search;

// A place that is all but settled: looked at closely in the next cells.
typedef struct {
  bool        on;
  bool        hit;         ///< for the sake of a hit
  double      lag, radius; ///< frames; the lag itself, if the closer look leads further away
  double      fade;
  SpliceClimb climb;
} Aim;

struct Resampler {
  const Input*     in;
  const SincTable* sinc;
  Profile          p; ///< in frames, other than its constants above
  uint32_t         delay;
  Head             head, next; ///< `next` is what a fade leads to
  bool             home;
  uint32_t         fade_at, fade_length; ///< frames; length 0: no fade
  float            rho;
  Search           search;
  Aim              aim;
  bool             tonal;    ///< the sound repeats, as far as is known
  int32_t          period;   ///< after so many coarse frames
  float            evidence; ///< how well, lately
  int64_t          probed;   ///< when it was looked whether it does
  bool             passed;   ///< for want of a good match the head has gone beyond `below` or `above`
  bool             moved;    ///< the nominal delay has changed
  int              walk;     ///< splices on the way home
  uint32_t         anchored; ///< onsets dealt with, by count
  Onsets           onsets;
};

RT static inline double
ms(const Resampler* const rs, const double t)
{
  return input_frames_of_ms(rs->in, t);
}

RT static inline double
behind(const Resampler* const rs)
{
  return head_behind_rt(&rs->head, rs->in->now);
}

// A stretch of the input around the head that is compared.
typedef struct {
  int64_t  frame;
  uint32_t frames;
} Window;

/// `history` before the head, and `fade` after it as far as there are frames, also `ahead` of it.
RT Window seek_window_rt(const Resampler* rs, double history, double fade, double ahead);

/// Aim at the best place within a radius of a lag.
RT void seek_near_rt(Resampler* rs, double lag, double radius, double fade);

/// Aim at the best place around the nominal delay, but not before frame `from`.  False: there is none.
RT bool seek_home_rt(Resampler* rs, bool back, int64_t from, double fade);

/// One step of the closer look.  True: that was the last, and `*m` is the place.
RT bool seek_aim_rt(Resampler* rs, SpliceMatch* m);

/// Begin to search for a jump of at least so many frames that lands on no frame before `from`.
RT void seek_begin_rt(Resampler* rs, bool back, int64_t from, double least);

/// Begin to see whether the sound repeats.
RT void seek_probe_rt(Resampler* rs);

/// One cell's work on it, until `ready`.
RT void seek_cell_rt(Resampler* rs);

/// How well the newest input repeats what was `rs->period` before.
RT float seek_repeats_rt(const Resampler* rs);

#endif
