// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef REMOTE_SCREEN_H
#define REMOTE_SCREEN_H

// A snapshot as lines of text for a terminal.

#include "remote/snapshot.h"

enum { SCREEN_COLUMNS = 80, SCREEN_LINES = 200, SCREEN_LINE_BYTES = 512 };

typedef struct {
  const char* title;
  double      elapsed; ///< seconds watched
  double      length;  ///< seconds to watch in all; < 0: no end
  int         rows;    ///< lines that there is room for
  bool        colour;  ///< with ANSI colours
  bool        blocks;  ///< the terminal shows UTF-8: bars of block characters, else of ASCII
} ScreenStyle;

typedef struct {
  char lines[SCREEN_LINES][SCREEN_LINE_BYTES];
  int  count;
} Screen;

/// Draw everything, each line at most 80 columns wide, at most `rows` lines; what doesn't fit is counted in the last.
void screen_draw(Screen* out, const Snapshot* s, const ScreenStyle* style);

/// The same in one line, without colour: for logs.
void screen_line(char* line, size_t size, const Snapshot* s, const ScreenStyle* style);

#endif
