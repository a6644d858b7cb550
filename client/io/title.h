// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef IO_TITLE_H
#define IO_TITLE_H

// What a track is called.  Any thread.

/// A tag as clean UTF-8: read as Latin-1 where it isn't UTF-8, control characters and outer blanks gone.
/// malloc'd; NULL where nothing is left or there is no memory.
char* title_clean(const char* tag);

/// A file's name without directory and ending, clean.  malloc'd, never empty; NULL: no memory.
char* title_of_path(const char* path);

#endif
