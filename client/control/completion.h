// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_COMPLETION_H
#define CONTROL_COMPLETION_H

// How a command that is being typed may go on, as the table knows it.

#include <stdbool.h>

/// Takes one candidate for the word, and what it is about, NULL: nothing to say.  One that ends in '/' goes on.
typedef void (*CompletionTell)(void* data, const char* candidate, const char* about);

/// Tell how an address may go on, up to its next slash.
void completion_address(const char* begun, CompletionTell tell, void* data);

/// Tell what argument `index` (from 0) of the command `address` may be, where that can be listed.  true: a file's name.
bool completion_argument(const char* address, int index, const char* begun, CompletionTell tell, void* data);

#endif
