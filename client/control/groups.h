// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_GROUPS_H
#define CONTROL_GROUPS_H

// Groups of decks.  In an exclusive one a single deck plays: a start of one stops the others on the same frame.

#include "msg/command.h"

enum { MAX_GROUPS = 16 };

typedef struct Control Control;

typedef struct {
  uint64_t members; ///< bit d: deck d
  bool     exclusive;
} Group;

/// The decks that a start of those in `mask` stops; never one of `mask`.
uint64_t groups_stopped_by(const Control* c, uint64_t mask);

/// Whether a deck is in an exclusive group with others.
bool groups_bind(const Control* c, uint8_t deck);

/// Make a start say what it stops, as the groups are now.
void groups_apply(const Control* c, Command* command);

/// Two of `mask` that can't play together: their group, from 1; 0: there are none.
int groups_conflict(const Control* c, uint64_t mask);

/// A deck is gone.
void groups_forget(Control* c, uint8_t deck);

#endif
