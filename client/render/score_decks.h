// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef RENDER_SCORE_DECKS_H
#define RENDER_SCORE_DECKS_H

#include "base/status.h"

#include <stdint.h>

#define RENDER_MIN_DECKS 4

/// How many decks a score speaks of, RENDER_MIN_DECKS to MAX_DECKS.  What is wrong with the score itself shows when it
/// is played; STATUS_NOT_FOUND: the file can't be read.
Status score_decks(const char* path, uint32_t* out, Error* error);

#endif
