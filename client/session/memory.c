// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/memory.h"

#include "base/locked.h"

#include <link.h>
#include <sys/mman.h>

// The program and its libraries: what runs shall not be read from disk when it is needed first.
static int
lock_object(struct dl_phdr_info* const object, const size_t size, void* const data)
{
  (void)size;
  (void)data;
  for (int k = 0; k < object->dlpi_phnum; ++k) {
    const ElfW(Phdr)* const part = &object->dlpi_phdr[k];
    if (part->p_type == PT_LOAD && (part->p_flags & (PF_X | PF_W))) {
      mlock((void*)(object->dlpi_addr + part->p_vaddr), part->p_memsz); // from its page on
    }
  }
  return 0;
}

void
memory_lock(void)
{
  // With a limit that later allocations could run into, locking everything would make them fail: then only what the
  // process thread surely needs is locked (base/locked.h).  Else all the rest too, but not before it is touched: most
  // of a thread's stack never is.
  if (locked_allow()) {
    mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
    dl_iterate_phdr(lock_object, NULL);
  }
}
