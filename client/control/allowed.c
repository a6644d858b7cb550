// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/allowed.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

Status
allowed_add(Allowed* const a, const char* const folder, Error* const error)
{
  struct stat s;
  char* const real = realpath(folder, NULL);
  if (!real || stat(real, &s) || !S_ISDIR(s.st_mode)) {
    const int why = real ? ENOTDIR : errno;
    free(real);
    return error_set(error, STATUS_NOT_FOUND, "--osc-allow-path takes a folder, not %s: %s", folder, strerror(why));
  }
  if (a->count == MAX_ALLOWED) {
    free(real);
    return error_set(error, STATUS_BUSY, "--osc-allow-path can be given %d times, no more", MAX_ALLOWED);
  }
  a->folder[a->count++] = real;
  return STATUS_OK;
}

void
allowed_clear(Allowed* const a)
{
  while (a->count) {
    free(a->folder[--a->count]);
  }
}

static bool
lies_in(const char* const path, const char* const folder)
{
  const size_t n = strlen(folder);
  return !strcmp(folder, "/") || (!strncmp(path, folder, n) && (path[n] == '/' || !path[n]));
}

/// Where a path leads: of what isn't there yet, its folder; malloc'd.  NULL: nowhere.
static char*
resolve(const char* const path)
{
  struct stat s;
  char* const real = realpath(path, NULL);
  if (real || errno != ENOENT || !lstat(path, &s)) { // a link that leads nowhere would be written through
    return real;
  }
  const char* const slash = strrchr(path, '/');
  if (!slash || !slash[1] || !strcmp(slash + 1, ".") || !strcmp(slash + 1, "..")) {
    return NULL;
  }
  char* const folder = slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
  char* const there  = folder ? realpath(folder, NULL) : NULL;
  free(folder);
  return there;
}

Status
allowed_check(const Allowed* const a, const char* const path, const bool remote, Error* const error)
{
  if (!a->count) {
    return remote ? error_set(error, STATUS_BAD_VALUE,
                              "files can't be named from another machine: start deckhost with --osc-allow-path DIR to "
                              "allow those in DIR")
                  : STATUS_OK;
  }
  char* const real    = resolve(path);
  bool        allowed = false;
  for (int i = 0; real && i < a->count; ++i) {
    allowed = allowed || lies_in(real, a->folder[i]);
  }
  free(real);
  if (allowed) {
    return STATUS_OK;
  }
  char   list[300] = "";
  size_t n         = 0;
  for (int i = 0; i < a->count && n < sizeof(list); ++i) {
    n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%s", i ? ", " : "", a->folder[i]);
  }
  return error_set(error, STATUS_BAD_VALUE,
                   "%.120s isn't in a folder that may be used: those are %s (--osc-allow-path)", path, list);
}
