// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_HEAD_RT_H
#define ENGINE_HEAD_RT_H

// A read head: a stream, read at any speed.  It knows which frame of the deck's time it reads for, and takes its speed
// for that frame from the deck's tempo line.  Process thread.

#include "dsp/sinc.h"
#include "engine/history_rt.h"
#include "engine/source_rt.h"
#include "engine/tempo_rt.h"

#define SUB_BLOCK 256  ///< most frames that a head is asked for at a time
#define HEAD_ROOM 2304 ///< frames of the track that it holds

typedef struct {
  float   buffer[HEAD_ROOM * 2]; ///< interleaved; frame 0 is number `origin` of the stream
  int64_t origin;
  int64_t fill; ///< frames
  SincPos pos;  ///< in the buffer
  SincPos step, dstep;
  int64_t at;    ///< deck frame that it reads next
  int64_t until; ///< deck frame up to which `dstep` holds
  SincPos mid;   ///< the step half-way there, from where it began to hold
  Stream  stream;
} Head;

/// Begin reading at position `pos` of the track for deck frame `at`.
RT void head_start_rt(Head* h, const Source* s, SincPos pos, int64_t at);

/// Read with a constant step until deck frame `until`, only then follow the tempo line.
RT void head_hold_rt(Head* h, SincPos step, int64_t until);

/// Take step and its growth from the tempo line, if it is time.
RT void head_follow_rt(Head* h, const Tempo* tempo);

/// The tempo line changed at deck frame `at`.
RT void head_retune_rt(Head* h, int64_t at);

/// Read `n` (<= SUB_BLOCK) frames into two planes.  `history`: where to note what is read, or NULL.
RT void head_read_rt(Head*            h,
                     const SincTable* table,
                     const Source*    s,
                     const Tempo*     tempo,
                     History*         history,
                     float* const     out[2],
                     uint32_t         n);

/// Where it reads next, in the track.
RT SincPos head_position_rt(const Head* h);

/// Whether all that reading `n` more frames needs is there.
RT bool head_clear_rt(const Head* h, const Source* s, uint32_t n);

#endif
