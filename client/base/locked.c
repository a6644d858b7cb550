// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/locked.h"

#include "base/log.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define HEADER 64 // before what we hand out: how much it is; keeps the alignment

static atomic_bool said;

bool
locked_allow(void)
{
  const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
  struct rlimit       limit;
  if (setrlimit(RLIMIT_MEMLOCK, &none) == 0) { // root may
    return true;
  }
  if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_MEMLOCK, &limit);
  }
  return getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY;
}

static void
say_why(const int error)
{
  struct rlimit limit = {0, 0};
  getrlimit(RLIMIT_MEMLOCK, &limit);
  log_warn("can't lock all that plays in memory (%s, limit %llu kB): should memory run short, decks may starve; "
           "remedy: the line \"@audio - memlock unlimited\" in /etc/security/limits.d/audio.conf, be in the group "
           "audio, log in again (deckhost doctor says more)",
           strerror(error), (unsigned long long)limit.rlim_cur / 1024);
}

// One byte of each page is written as it is.
static void
touch(volatile unsigned char* const p, const size_t size)
{
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  for (size_t k = 0; k < size; k += page) {
    p[k] = p[k];
  }
}

bool
locked_keep(void* const p, const size_t size)
{
  const size_t page  = (size_t)sysconf(_SC_PAGESIZE);
  const size_t into  = (size_t)((uintptr_t)p % page);
  void* const  start = (char*)p - into;
  bool         good  = mlock(start, size + into) == 0;
  if (!good) {
    locked_allow();
    good = mlock(start, size + into) == 0;
  }
  if (!good) {
    const int error = errno;
    if (!atomic_exchange(&said, true)) {
      say_why(error);
    }
    touch(p, size);
  }
  return good;
}

void*
locked_new(const size_t size)
{
  const size_t page  = (size_t)sysconf(_SC_PAGESIZE);
  const size_t whole = (size + HEADER + page - 1) / page * page;
  char* const  p     = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) {
    return NULL;
  }
  locked_keep(p, whole);
  memcpy(p, &whole, sizeof(whole));
  return p + HEADER;
}

void
locked_free(void* const p)
{
  size_t whole;
  if (p) {
    char* const start = (char*)p - HEADER;
    memcpy(&whole, start, sizeof(whole));
    munmap(start, whole); // which unlocks these pages and no others
  }
}
