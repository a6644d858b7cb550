// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TESTS_HOST_FIXTURE_PATH_H
#define TESTS_HOST_FIXTURE_PATH_H

// Where the plugins are that the host's tests run.

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/// Our own, those of Debian's packages, and those of who runs the test.
static inline void
fixture_path(void)
{
  char          exe[PATH_MAX] = {0}, path[2 * PATH_MAX];
  const ssize_t n             = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
  const char*   others        = getenv("LV2_PATH");
  exe[n > 0 ? n : 0]          = '\0';
  snprintf(path, sizeof(path), "%.2000s/lv2:/usr/lib/lv2%s%.2000s", dirname(exe), others ? ":" : "",
           others ? others : "");
  setenv("LV2_PATH", path, 1);
}

#endif
