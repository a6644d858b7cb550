// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/memory.h"

#include "base/log.h"

#include <sys/mman.h>
#include <sys/resource.h>

void
memory_lock(void)
{
  // With a limit that later allocations could run into, locking everything would make them fail: then nothing is
  // locked.
  struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
  (void)setrlimit(RLIMIT_MEMLOCK, &limit); // root may
  const int unlimited = !getrlimit(RLIMIT_MEMLOCK, &limit) && limit.rlim_cur == RLIM_INFINITY;
  if (!unlimited || mlockall(MCL_CURRENT | MCL_FUTURE)) {
    log_warn("memory is not locked and may be paged out while it plays: allow it with a line \"@audio - memlock "
             "unlimited\" in /etc/security/limits.d/audio.conf (deckhost doctor says more)");
  }
}
