// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_PATTERN_H
#define CONTROL_PATTERN_H

// OSC address patterns: ? and * within a part of the address, [a-z] and [!a-z], {one,other}.

#include <stdbool.h>

/// Whether there is anything in it that isn't taken literally.
bool is_pattern(const char* address);

bool pattern_matches(const char* pattern, const char* address);

/// The same, `*steps` being what it may cost and going down; below 0: it was too much, and the answer means nothing.
bool pattern_matches_within(const char* pattern, const char* address, int* steps);

#endif
