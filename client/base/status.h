// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

// What a function that can fail returns.  The text for people goes beside it, in an Error.

typedef enum {
  STATUS_OK = 0,
  STATUS_NO_MEMORY,
  STATUS_NOT_FOUND,  ///< no such file, deck, plugin, port ...
  STATUS_BAD_FORMAT, ///< a file or plugin that we can't use
  STATUS_BAD_VALUE,  ///< an argument out of range or of the wrong type
  STATUS_BUSY,       ///< try again: a ring is full, a port or file is in use
  STATUS_NO_SERVER,  ///< no JACK server, no session manager
  STATUS_FAILED,     ///< the system said no
} Status;

/// One line for people: what, why, and what to do.  Owned by whoever declares it.
typedef struct {
  char text[512];
} Error;

/// Fill `error` (may be NULL) as printf does; returns `status`, so that a function can end with it.
__attribute__((format(printf, 3, 4))) Status error_set(Error* error, Status status, const char* format, ...);

#endif
