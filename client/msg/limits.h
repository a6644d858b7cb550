// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef MSG_LIMITS_H
#define MSG_LIMITS_H

// How many of everything there can be.  Every array that crosses threads has these sizes.

#define MAX_DECKS 64
#define MAX_STEMS 8     ///< per deck
#define MAX_HOT_CUES 16 ///< per deck
#define MAX_INSERTS 4   ///< per chain, after pitch and EQ
#define MAX_THREADS 16  ///< that run decks
#define MAX_BLOCK 8192  ///< frames in JACK's largest cycle

/// Chains are numbered as the decks are; these two follow.  A Command's or Notice's `deck` may name them where plugins
/// are meant: COMMAND_PLUGIN, COMMAND_PORT, NOTICE_PLUGIN_RETIRED, NOTICE_LATENCY.  The microphone has SLOT_EQ and the
/// insert slots, the master the insert slots only; a plugin for another slot comes back retired.
enum { CHAIN_MIC = MAX_DECKS, CHAIN_MASTER, MAX_CHAINS };

/// The slots of a chain, in the order of the signal.
enum { SLOT_PITCH, SLOT_EQ, SLOT_INSERT, MAX_SLOTS = SLOT_INSERT + MAX_INSERTS };

#endif
