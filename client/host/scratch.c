// SPDX-License-Identifier: GPL-3.0-or-later
#include "host/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char*
make_path(const LV2_State_Make_Path_Handle handle, const char* const path)
{
  return scratch_path(handle, path);
}

static void
free_path(const LV2_State_Free_Path_Handle handle, char* const path)
{
  (void)handle;
  free(path);
}

void
scratch_init(Scratch* const s)
{
  *s = (Scratch){NULL, {s, make_path}, {s, free_path}};
}

void
scratch_end(Scratch* const s)
{
  if (s->folder) {
    folder_remove(s->folder);
    free(s->folder);
    s->folder = NULL;
  }
}

const char*
scratch_folder(Scratch* const s)
{
  if (!s->folder) {
    const char* const where = getenv("TMPDIR");
    char*             path  = NULL;
    if (asprintf(&path, "%s/deckhost-plugin-XXXXXX", where && where[0] == '/' ? where : "/tmp") < 0) {
      return NULL;
    }
    char* const made = mkdtemp(path);
    s->folder        = made ? realpath(made, NULL) : NULL;
    free(path);
  }
  return s->folder;
}

bool
folder_make(const char* const path)
{
  char*       copy = strdup(path);
  bool        good = copy != NULL;
  struct stat st;
  for (char* at = copy; good && at;) {
    at = strchr(at + 1, '/');
    if (at) {
      *at = '\0';
    }
    good = !mkdir(copy, 0777) || errno == EEXIST;
    if (at) {
      *at = '/';
    }
  }
  free(copy);
  return good && !stat(path, &st) && S_ISDIR(st.st_mode);
}

char*
scratch_path(Scratch* const s, const char* const path)
{
  const char* const folder = scratch_folder(s);
  char*             out    = NULL;
  if (!folder || strstr(path, "..")) { // it must stay within
    return NULL;
  }
  for (int i = 1; i < 10000; ++i) {
    char count[16] = "";
    if (i > 1) {
      snprintf(count, sizeof(count), ".%d", i);
    }
    if (asprintf(&out, "%s/%s%s", folder, path + (path[0] == '/'), count) < 0) {
      return NULL;
    }
    char* const slash = strrchr(out, '/');
    *slash            = '\0';
    const bool good   = folder_make(out);
    *slash            = '/';
    if (good && access(out, F_OK)) {
      return out;
    }
    free(out);
  }
  return NULL;
}

static bool
copy_file(const char* const from, const char* const to)
{
  char      buffer[65536];
  const int in   = open(from, O_RDONLY | O_CLOEXEC);
  const int out  = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  bool      good = out >= 0;
  for (ssize_t n = 1; good && n > 0;) {
    n    = read(in, buffer, sizeof(buffer));
    good = n >= 0 && write(out, buffer, (size_t)n) == n;
  }
  if (in >= 0) {
    close(in);
  }
  return (out < 0 || !close(out)) && good;
}

static bool
copy_one(const char* const from, const char* const to)
{
  struct stat st;
  char        leads[PATH_MAX];
  if (lstat(from, &st)) {
    return false;
  }
  if (S_ISDIR(st.st_mode)) {
    return folder_copy(from, to);
  }
  if (S_ISLNK(st.st_mode)) {
    const ssize_t n      = readlink(from, leads, sizeof(leads) - 1);
    leads[n > 0 ? n : 0] = '\0';
    return n > 0 && !symlink(leads, to);
  }
  return !S_ISREG(st.st_mode) || copy_file(from, to);
}

/// For all that is in a folder, but for itself and the one above.
static bool
for_each(const char* const folder,
         bool (*const what)(const char* path, const char* name, const void* data),
         const void* data)
{
  DIR* const dir  = opendir(folder);
  bool       good = dir != NULL;
  for (struct dirent* e; dir && (e = readdir(dir));) {
    char* path = NULL;
    if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) {
      continue;
    }
    if (asprintf(&path, "%s/%s", folder, e->d_name) < 0) {
      good = false;
      break;
    }
    good = what(path, e->d_name, data) && good;
    free(path);
  }
  if (dir) {
    closedir(dir);
  }
  return good;
}

static bool
copy_entry(const char* const path, const char* const name, const void* const data)
{
  char* to   = NULL;
  bool  good = asprintf(&to, "%s/%s", (const char*)data, name) >= 0 && copy_one(path, to);
  free(to);
  return good;
}

bool
folder_copy(const char* const from, const char* const to)
{
  return folder_make(to) && for_each(from, copy_entry, to);
}

static bool
own_entry(const char* const path, const char* const name, const void* const data)
{
  const char* const root = data;
  const size_t      n    = strlen(root);
  struct stat       st;
  (void)name;
  if (lstat(path, &st)) {
    return false;
  }
  if (S_ISDIR(st.st_mode)) {
    return folder_own(path, root);
  }
  char* const real = S_ISLNK(st.st_mode) ? realpath(path, NULL) : NULL;
  bool        good = true;
  if (real && !strncmp(real, root, n) && real[n] == '/') {
    good = !unlink(path) && copy_one(real, path);
  }
  free(real);
  return good;
}

bool
folder_own(const char* const folder, const char* const root)
{
  return for_each(folder, own_entry, root);
}

static int
remove_one(const char* const path, const struct stat* const st, const int kind, struct FTW* const ftw)
{
  (void)st;
  (void)kind;
  (void)ftw;
  remove(path);
  return 0; // as much as can be
}

void
folder_remove(const char* const folder)
{
  nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
