// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_MOVE_H
#define CONTROL_MOVE_H

// From one engine to another of another rate: what is told of frames is told anew.

#include "control/control.h"

#include <stdint.h>

/// At frame `from` the new engine takes the old one's place.
typedef struct {
  int64_t from;
  double  ratio; ///< frames of the new one in one of the old one
} Move;

/// A frame of the old engine as the new one counts: what lies ahead lies as many seconds ahead, what is over is over.
int64_t move_frame(const Move* m, int64_t frame);

/// Nothing is being brought back any more.
void move_forget(Control* c);

#endif
