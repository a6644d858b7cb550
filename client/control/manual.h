// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_MANUAL_H
#define CONTROL_MANUAL_H

// The table of commands as a page to read.

#include <stdio.h>

/// Write the tables of docs/osc.md, in Markdown.
void manual_write(FILE* f);

#endif
