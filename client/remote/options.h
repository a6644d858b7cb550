// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef REMOTE_OPTIONS_H
#define REMOTE_OPTIONS_H

// The options that the remote commands share.

#include <stdbool.h>

typedef struct {
  const char* host;
  int         port;
  double      seconds; ///< how long to watch, or to wait for an answer; < 0: not given
  double      wait;    ///< seconds, how long to try to connect
  const char* title;
} RemoteOptions;

enum { OPTIONS_WRONG = -1, OPTIONS_HELP = -2 };

/** Read the options, wherever they stand, and move the words that aren't any to argv[1], argv[2] ...  `-12` is a
 * number, not an option; `--` ends the options.
 * @param argv the command first
 * @return how many words there are; OPTIONS_WRONG: said on standard error; OPTIONS_HELP: help is wanted */
int remote_options(int argc, char** argv, RemoteOptions* out);

#endif
