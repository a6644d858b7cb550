// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef ENGINE_PATH_RT_H
#define ENGINE_PATH_RT_H

// From the track to what enters the EQ: read heads, and the pitch plugin when it is in use.  Process thread.
//
// Deck frames count what has gone into the EQ.  A head that is heard directly reads for the frame that is due now; one
// that feeds the pitch plugin reads for a frame that lies the plugin's latency ahead.  Both follow one tempo line, so
// that going from one to the other is a cross-fade between equals:
//
//   DIRECT -> ENGAGING: a second head feeds the plugin at double pace until its output is in place
//          -> TO_PITCH: cross-fade -> PITCHED -> TO_DIRECT: cross-fade -> DIRECT

#include "engine/head_rt.h"
#include "engine/laps_rt.h"
#include "engine/plugin.h"
#include "msg/notice.h"

#define JUMP_FADE 64     ///< frames of the cross-fade from one position to another
#define PATH_LEAD_IN 512 ///< frames fed to the pitch plugin before those that will be heard

typedef enum { PATH_DIRECT, PATH_ENGAGING, PATH_TO_PITCH, PATH_PITCHED, PATH_TO_DIRECT } PathPhase;

typedef struct {
  const SincTable* table;
  uint32_t         rate; ///< of the engine, Hz
  Source           source;
  Tempo            tempo;
  History          history;
  Head             head[3];
  uint8_t          direct, shifted, old; ///< which head is which
  PathPhase        phase;
  uint32_t         left; ///< frames until the phase ends
  uint32_t         fade; ///< frames of the cross-fade from `old` that are left
  uint32_t         mute; ///< frames of the pitch plugin's output that belong to nobody
  int64_t          now;  ///< deck frame

  // The pitch plugin
  Plugin*  plugin;
  uint32_t semitones_port, cents_port;
  uint32_t latency; ///< that it is used with
  SincPos  base;    ///< step at speed 1
  float    pitch;   ///< semitones asked for
  bool     keylock;
  bool     wanted; ///< it has something to do
  uint32_t idle;   ///< frames since it had
  float    shift;  ///< semitones written to it last
  float    scratch[2][SUB_BLOCK];
} Path;

RT void path_init_rt(Path* p);

/// Another plugin, or NULL.  Pre: the path doesn't sound.
RT void path_plugin_rt(Path* p, Plugin* plugin);

/// Whether there is work for the pitch plugin, from keylock, pitch and tempo.
RT void path_judge_rt(Path* p);

/// Begin anew: position `pos` is what the EQ gets as deck frame now + (what the path's latency will be).
RT void path_start_rt(Path* p, SincPos pos);

/// The latency that path_start_rt would begin with.
RT uint32_t path_next_latency_rt(const Path* p);

/// What the path that sounds delays by now, frames.
RT uint32_t path_latency_rt(const Path* p);

/// The head that is heard, and where it reads.
RT Head* path_head_rt(Path* p);

/// A cross-fade is under way: no jump now.
RT bool path_busy_rt(const Path* p);

/// Cross-fade to position `pos`.  Pre: not busy.
RT void path_jump_rt(Path* p, SincPos pos);

/// The source's loop was changed: go on accordingly.  Pre: not busy.
RT void path_reloop_rt(Path* p);

/// From deck frame `at` on (not before what is read already) the step goes to `step` in `frames`.
RT void path_tempo_rt(Path* p, int64_t at, SincPos step, uint32_t frames);

/// The furthest deck frame that has been read for.
RT int64_t path_front_rt(const Path* p);

/// How many of `n` frames can be run before something changes.  Begins and ends phases.
RT uint32_t path_span_rt(Path* p, uint32_t n);

/// Run `n` frames: path_span_rt said so.  Ends the stages read and pitch.
RT void path_run_rt(Path* p, float* const out[2], uint32_t n, Laps* laps);

/// Run `n` frames of silence through the pitch plugin.
RT void path_flush_rt(Path* p, uint32_t n);

/// `pos` plus `frames` of the track, along the loop.
RT SincPos path_ahead_rt(const Path* p, SincPos pos, SincPos way);

#endif
