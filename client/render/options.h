// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef RENDER_OPTIONS_H
#define RENDER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  const char* score;   ///< path
  const char* out;     ///< path
  uint32_t    rate;    ///< Hz
  uint32_t    block;   ///< frames of a cycle
  uint32_t    threads; ///< 0: auto
  bool        fine;    ///< the better varispeed reader
  double      length;  ///< seconds; < 0: as long as it plays
} RenderOptions;

typedef enum { RENDER_RUN, RENDER_HELP, RENDER_WRONG } RenderWish;

extern const char render_help[];

/// Read the command line; RENDER_WRONG: what is wrong was said.
RenderWish render_options(RenderOptions* o, int argc, char** argv);

#endif
