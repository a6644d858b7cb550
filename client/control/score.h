// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_SCORE_H
#define CONTROL_SCORE_H

// A score: commands with times, read from a file and checked as a whole before any of it happens.

#include "control/control.h"
#include "control/move.h"

typedef struct Score Score;
typedef struct Call  Call;

/// Read and check all of it.  STATUS_BAD_VALUE: `error` names file and line.
Status score_new(Score** out, Control* c, const char* path, Error* error);

/// The same from memory; `path` names it in errors, its folder is that of relative paths.
Status score_from_text(Score** out, Control* c, const char* path, char* text, Error* error);

/// Its commands that were given to the control thread are taken back.
void score_free(Score* s, Control* c);

/// Begin to load what the first two seconds need; while it returns true, that isn't ready.  STATUS of a load that
/// failed in `*status`, with the place in `error`.
bool score_loading(Score* s, Control* c, Status* status, Error* error);

/// Its commands take effect from engine frame `origin` on.
void score_start(Score* s, Control* c, int64_t origin);

/// Give the control thread what is to happen in the next two seconds.  Once per turn of its loop.
void score_feed(Score* s, Control* c);

/// Whether something of `frame` or before wasn't given yet.
bool score_behind(const Score* s, int64_t frame);

/// Tell all loads that weren't given yet, in order of time.
void score_loads(const Score* s, void (*tell)(void* data, Call* call), void* data);

/// Another engine counts its frames.  `tell` hears of the calls of loads that weren't given yet.
void score_move(Score* s, const Move* move, void (*tell)(void* data, Call* call));

double score_length(const Score* s);               ///< seconds until the last command is done
size_t score_pending(const Score* s, int64_t now); ///< commands to come

/// "set.score:12" of one of its commands.  Valid until the next call.
const char* score_place(Score* s, uint32_t index);
void        score_answered(Score* s, uint32_t index);

#endif
