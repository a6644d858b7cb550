// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SESSION_MEMORY_H
#define SESSION_MEMORY_H

/// Keep all of the program's memory, now and later, from being paged out, where the system's limit allows it; else say
/// what to do.  Control thread, before the engine runs.
void memory_lock(void);

#endif
