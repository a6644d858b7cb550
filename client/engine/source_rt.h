// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_SOURCE_RT_H
#define ENGINE_SOURCE_RT_H

// What a deck plays: up to MAX_STEMS tracks on one playhead, and the loop.  A Stream is one reading of it: an endless
// line of whole frames, stems summed with their gains, loop seams cross-faded, holes faded around.  Process thread.

#include "engine/glide_rt.h"
#include "engine/track.h"
#include "msg/limits.h"

#define LOOP_MIN 16      ///< frames of the shortest loop, also of the shortest track that is repeated
#define LEAD_MIN 64      ///< frames before a loop's start that a cross-fade into it needs; else see SEAM_BARE
#define STREAM_FADE 64   ///< frames of a fade around a hole, at step 1
#define STREAM_JUMPS 256 ///< loop jumps that a stream remembers: more than a head's buffer can hold

typedef struct {
  Track*  track;
  bool    leaving; ///< fades out, then the track is retired
  bool    joining; ///< silent, and its data not missed, until there is some; then it fades in
  int64_t end;     ///< frames
  Ramp    gain;    ///< dB
  bool    mute, solo;
  float   target; ///< linear gain that results
} Stem;

typedef struct {
  bool    on;
  bool    repeat;     ///< the whole track, where no other loop is
  int64_t start, end; ///< frames
} Loop;

typedef struct {
  Stem     stem[MAX_STEMS];
  uint8_t  sounding[MAX_STEMS]; ///< stems with a track
  uint32_t nsounding;
  uint32_t rate; ///< of the tracks, Hz; 0: there are none
  int64_t  end;  ///< of the longest stem, frames
  Loop     loop;
  uint32_t seam; ///< longest cross-fade before a loop's end, frames
  float    slew; ///< most that a stem's gain moves in a frame
} Source;

/// Empty, all gains 0 dB.
RT void source_init_rt(Source* s);

/// After stems changed: what sounds, rate, length.
RT void source_stems_changed_rt(Source* s);

/// Once a cycle: where the files end by now; stems' target gains at engine frame `now`.
RT void source_refresh_rt(Source* s, int64_t now);
RT bool source_moves_rt(const Source* s, int64_t now); ///< a stem's gain is on a ramp

/// Let those join whose data from `at` on, along the loop, is there, or never will be.  Then refresh.
RT void source_join_rt(Source* s, const Loop* l, int64_t at);

/// Whether a reading at frame `at` is in a loop, and where it goes back from `*end` to `*start`; `*end` < 0: it isn't.
RT bool source_loop_rt(const Source* s, const Loop* l, int64_t at, int64_t* start, int64_t* end);

/// The cross-fade before the end of such a loop, frames.
RT int64_t source_seam_rt(const Source* s, int64_t start, int64_t end);

typedef struct {
  int64_t at;    ///< number of the frame in the stream
  int64_t frame; ///< of the track
} StreamJump;

/** How a loop goes round.
 * COVERED: what comes before its start fades in over what comes before its end, in at most 5 ms.
 * BARE:    nothing comes before its start, as at the beginning of a track.  Where the waveform goes on smoothly anyway,
 *          as in a file that was made to be looped, nothing is touched.  Else its beginning, reflected at its first
 *          frame, stands in for what isn't there, for at most 64 frames: level and slope meet without a dip. */
typedef enum { SEAM_UNKNOWN, SEAM_COVERED, SEAM_SMOOTH, SEAM_BARE } Seam;

typedef struct {
  int64_t    count; ///< frames given out
  Seam       seam;  ///< that it is in; UNKNOWN: none
  Loop       loop;  ///< its own: one that fades out goes on as it was
  int64_t    next;  ///< frame of the track that comes next
  float      gain[MAX_STEMS];
  float      gate;    ///< 0 in a hole, else 1 or on the way
  bool       hole;    ///< the last frames were missing
  bool       broken;  ///< ... and won't come any more
  bool       starved; ///< entered a hole; whoever counts it clears this
  uint32_t   njumps;
  StreamJump jump[STREAM_JUMPS];
} Stream;

/// Begin at frame `at`: writes `before` frames that lie before it to `out` (silence where they are missing).
RT void stream_start_rt(Stream* st, const Source* s, int64_t at, float* out, uint32_t before);

/// The next `n` frames, interleaved stereo.  `fade`: frames of a fade around a hole.
RT void stream_read_rt(Stream* st, const Source* s, float* out, uint32_t n, uint32_t fade);

/// The frame of the track that frame number `at` of the stream was.
RT int64_t stream_frame_rt(const Stream* st, int64_t at);

/// How many frames from `at` on, along the loop, are there (or lie beyond the end), at most `most`.
RT int64_t source_clear_rt(const Source* s, const Loop* l, int64_t at, int64_t most);

/// Whether a missing frame at `at` will never come.
RT bool source_broken_rt(const Source* s, int64_t at);

#endif
