// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_ALLOWED_H
#define CONTROL_ALLOWED_H

// Which files may be named by commands.  Without folders: any, by clients on this machine; none, by others.  With them:
// what lies in one of them, by anybody and in scores; only the program's own command line may name what it likes.

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

enum { MAX_ALLOWED = 16 };

typedef struct {
  char* folder[MAX_ALLOWED]; ///< absolute, without links
  int   count;
} Allowed;

/// Add a folder.  STATUS_NOT_FOUND, _BUSY: `error` says why not.
Status allowed_add(Allowed* a, const char* folder, Error* error);
void   allowed_clear(Allowed* a);

/** Whether an absolute path may be read or written.  Links and `..` are followed; of a file that is still to be made,
 * those of its folder.
 * @param remote by a client on another machine
 * @return STATUS_BAD_VALUE: no; `error` says what is allowed, and not whether the file is there */
Status allowed_check(const Allowed* a, const char* path, bool remote, Error* error);

#endif
