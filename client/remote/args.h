// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef REMOTE_ARGS_H
#define REMOTE_ARGS_H

// Words of a command line to OSC arguments, and back to a line as in a score.

#include <lo/lo.h>

#include <stddef.h>

/// Add `word` as a whole number, a number, or else a string: what isn't only digits, sign, point and exponent is one.
void args_add(lo_message m, const char* word);

/// Write `address` and the arguments of `m` as one line without its end; strings with blanks in quotes, control
/// characters as '?', so that no file name can steer a terminal.  Cut to `size`, always ended.
void args_line(const char* address, lo_message m, char* line, size_t size);

/// Argument `i` as a number; `fallback` where it isn't there or isn't one.
double args_number(lo_message m, int i, double fallback);

/// Argument `i` as a string; NULL where it isn't there or isn't one.  Lives as long as the message.
const char* args_string(lo_message m, int i);

#endif
