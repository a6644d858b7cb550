// SPDX-License-Identifier: GPL-3.0-or-later
#include "rig/rig.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Seen from the program's folder: the build tree's, that of its tests, an installation that was moved
static const char* const beside[] = {"lv2", "../../lv2", "../lib/lv2"};
static const char* const maps[]   = {"../presets/midi", "../../../presets/midi", "../share/deckhost/midi"};

static char found[PATH_MAX];
static char found_maps[PATH_MAX];

static int
holds_bundles(const char* const dir)
{
  char path[2 * PATH_MAX + 32];
  snprintf(path, sizeof(path), "%s/eq.lv2/manifest.ttl", dir);
  return !access(path, R_OK);
}

static void
program_folder(char out[PATH_MAX])
{
  const ssize_t n    = readlink("/proc/self/exe", out, PATH_MAX - 1);
  out[n > 0 ? n : 0] = '\0';
  char* const slash  = strrchr(out, '/');
  if (slash) {
    *slash = '\0';
  }
}

static void
find(void)
{
  char exe[PATH_MAX];
  program_folder(exe);
  for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); ++i) {
    char dir[2 * PATH_MAX];
    snprintf(dir, sizeof(dir), "%s/%s", exe, beside[i]);
    if (holds_bundles(dir) && realpath(dir, found)) {
      return;
    }
  }
  snprintf(found, sizeof(found), "%s", LV2DIR);
}

static void
find_maps(void)
{
  char exe[PATH_MAX];
  program_folder(exe);
  for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); ++i) {
    char dir[2 * PATH_MAX];
    snprintf(dir, sizeof(dir), "%s/%s", exe, maps[i]);
    if (!access(dir, R_OK) && realpath(dir, found_maps)) {
      return;
    }
  }
  snprintf(found_maps, sizeof(found_maps), "%s/midi", DATADIR);
}

const char*
rig_bundle_dir(void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, find);
  return found;
}

const char*
rig_midi_dir(void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, find_maps);
  return found_maps;
}
