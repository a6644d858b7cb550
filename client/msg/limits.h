// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef MSG_LIMITS_H
#define MSG_LIMITS_H

// How many of everything there can be.  Every array that crosses threads has these sizes.

#define MAX_DECKS 64
#define MAX_STEMS 8     ///< per deck
#define MAX_HOT_CUES 16 ///< per deck
#define MAX_INSERTS 4   ///< per deck, after pitch and EQ
#define MAX_THREADS 16  ///< that run decks
#define MAX_BLOCK 8192  ///< frames in JACK's largest cycle

/// The slots of a deck's chain, in the order of the signal.
enum { SLOT_PITCH, SLOT_EQ, SLOT_INSERT, MAX_SLOTS = SLOT_INSERT + MAX_INSERTS };

#endif
