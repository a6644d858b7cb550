// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef BASE_LOCKED_H
#define BASE_LOCKED_H

// Memory that the process thread touches: whole pages of its own, there and locked from the start, so that no page is
// missing in a cycle.  Where the system's limit forbids to lock, that is said once, with the remedy, and the pages are
// at least there.  Any thread but process.

#include <stdbool.h>
#include <stddef.h>

/// `size` bytes of zeros, aligned to 64.  NULL: no memory.
void* locked_new(size_t size);
void  locked_free(void* p); ///< NULL: nothing

/// Lock memory that is there already and stays for good, or pages of the caller's own.  Return: whether that worked; if
/// not, it has been touched.
bool locked_keep(void* p, size_t size);

/// Raise the limit as far as the system lets us.  Return: whether there is none.  Called by the others as well.
bool locked_allow(void);

#endif
