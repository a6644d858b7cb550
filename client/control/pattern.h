// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_PATTERN_H
#define CONTROL_PATTERN_H

// OSC address patterns: ? and * within a part of the address, [a-z] and [!a-z], {one,other}.

#include <stdbool.h>

/// Whether there is anything in it that isn't taken literally.
bool is_pattern(const char* address);

bool pattern_matches(const char* pattern, const char* address);

#endif
