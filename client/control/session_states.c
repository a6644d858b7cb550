// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/session_states.h"

#include "control/state.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/// Of one slot.
typedef struct {
  uint32_t ticket; ///< of what the host does; 0: nothing
  uint64_t number; ///< of the plugin
  char*    name;   ///< of the folder, as the session names it; NULL: nothing was kept
} Slot;

struct States {
  Slot   slot[MAX_CHAINS][MAX_SLOTS];
  int    pending;
  bool   any;
  char*  folder; ///< of this save
  Status status;
  Error  error;
};

States*
states_new(void)
{
  return calloc(1, sizeof(States));
}

static void
forget(States* const s)
{
  for (int i = 0; i < MAX_CHAINS * MAX_SLOTS; ++i) {
    Slot* const slot = &s->slot[i / MAX_SLOTS][i % MAX_SLOTS];
    free(slot->name);
    *slot = (Slot){0};
  }
  free(s->folder);
  s->folder  = NULL;
  s->any     = false;
  s->pending = 0;
  s->status  = STATUS_OK;
}

void
states_free(States* const s)
{
  if (s) {
    forget(s);
    free(s);
  }
}

/// A number from 1, else 0.
static unsigned long
generation(const char* const name)
{
  const size_t n = strlen(name);
  return n && n < 10 && strspn(name, "0123456789") == n ? strtoul(name, NULL, 10) : 0;
}

/// The folder for this save; nothing of that name is there.
static char*
next_folder(const char* const path)
{
  char*         all  = NULL;
  char*         out  = NULL;
  unsigned long last = 0;
  if (asprintf(&all, "%s.d", path) < 0) {
    return NULL;
  }
  DIR* const dir = opendir(all);
  for (struct dirent* e; dir && (e = readdir(dir));) {
    const unsigned long g = generation(e->d_name);
    last                  = g > last ? g : last;
  }
  if (dir) {
    closedir(dir);
  }
  if (asprintf(&out, "%s/%lu", all, last + 1) < 0) {
    out = NULL;
  }
  free(all);
  return out;
}

static void
name_slot(const uint8_t chain, const uint8_t slot, char* const out, const size_t size)
{
  if (chain < MAX_DECKS) {
    snprintf(out, size, "deck%d-insert%d", chain + 1, slot - SLOT_INSERT + 1);
  } else {
    snprintf(out, size, "%s-insert%d", chain == CHAIN_MIC ? "mic" : "master", slot - SLOT_INSERT + 1);
  }
}

static void
begin_slot(States* const s, Control* const c, const uint8_t chain, const uint8_t slot, const bool absolute)
{
  OpsPlugin p;
  char      name[32];
  char*     folder = NULL;
  if (!c->ops.plugin_about(c->ops.self, chain, slot, &p)) {
    return;
  }
  name_slot(chain, slot, name, sizeof(name));
  Slot* const of   = &s->slot[chain][slot];
  const char* from = strrchr(s->folder, '/');
  while (from > s->folder && (absolute || from[-1] != '/')) { // the session's name and the count
    --from;
  }
  if (asprintf(&folder, "%s/%s", s->folder, name) < 0 || asprintf(&of->name, "%s/%s", from, name) < 0) {
    free(folder);
    of->name = NULL;
    return;
  }
  of->number = p.number;
  of->ticket = c->ops.plugin_keep(c->ops.self, chain, slot, folder);
  s->pending += of->ticket != 0;
  free(folder);
}

void
states_begin(States* const s, Control* const c, const char* const path, const bool absolute)
{
  forget(s);
  s->folder = c->ops.plugin_keep ? next_folder(path) : NULL;
  for (uint8_t chain = 0; s->folder && chain < MAX_CHAINS; ++chain) {
    for (uint8_t slot = SLOT_INSERT; slot < MAX_SLOTS; ++slot) {
      begin_slot(s, c, chain, slot, absolute);
    }
  }
}

bool
states_busy(States* const s, Control* const c, Status* const status, Error* const error)
{
  for (int i = 0; s->pending && i < MAX_CHAINS * MAX_SLOTS; ++i) {
    Slot* const slot = &s->slot[i / MAX_SLOTS][i % MAX_SLOTS];
    OpsMade     made;
    if (!slot->ticket || !c->ops.plugin_take(c->ops.self, slot->ticket, &made)) {
      continue;
    }
    slot->ticket = 0;
    --s->pending;
    s->any = s->any || made.kept;
    if (!made.kept) {
      free(slot->name);
      slot->name = NULL;
    }
    if (made.status && !s->status) {
      s->status = made.status;
      s->error  = made.error;
    }
  }
  *status = s->status;
  if (s->status) {
    *error = s->error;
  }
  return s->pending > 0;
}

const char*
states_folder(const States* const s, const Control* const c, const uint8_t chain, const uint8_t slot)
{
  const Slot* const of = &s->slot[chain][slot];
  OpsPlugin         p;
  // Another may have taken its place meanwhile
  return of->name && !of->ticket && c->ops.plugin_about(c->ops.self, chain, slot, &p) && p.number == of->number
           ? of->name
           : NULL;
}

const char*
states_written(const States* const s)
{
  return s->any ? s->folder : NULL;
}

static int
sync_one(const char* const path, const struct stat* const st, const int kind, struct FTW* const ftw)
{
  (void)ftw;
  if (S_ISREG(st->st_mode) || kind == FTW_DP) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
      fsync(fd);
      close(fd);
    }
  }
  return 0;
}

void
states_sync(const char* const folder)
{
  nftw(folder, sync_one, 16, FTW_DEPTH | FTW_PHYS);
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
states_remove(const char* const folder)
{
  nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static char*
read_text(const char* const path)
{
  FILE* const file = fopen(path, "re");
  struct stat st;
  char*       text = NULL;
  if (file && !fstat(fileno(file), &st) && S_ISREG(st.st_mode) && (text = calloc(1, (size_t)st.st_size + 1))) {
    text[fread(text, 1, (size_t)st.st_size, file)] = '\0';
  }
  if (file) {
    fclose(file);
  }
  return text;
}

void
states_prune(const char* const path)
{
  const char* const slash  = strrchr(path, '/');
  const char* const name   = slash ? slash + 1 : path;
  char*             all    = NULL;
  char*             backup = NULL;
  const bool        made   = asprintf(&all, "%s.d", path) >= 0 && asprintf(&backup, "%s.bak", path) >= 0;
  DIR* const        dir    = made ? opendir(all) : NULL;
  char* const       now    = dir ? read_text(path) : NULL;
  char* const       before = dir ? read_text(backup) : NULL;
  for (struct dirent* e; dir && now && (e = readdir(dir));) {
    char* word = NULL;
    char* gone = NULL;
    if (generation(e->d_name) && asprintf(&word, "%s.d/%s/", name, e->d_name) >= 0 && !strstr(now, word) &&
        !(before && strstr(before, word)) && asprintf(&gone, "%s/%s", all, e->d_name) >= 0) {
      states_remove(gone);
    }
    free(word);
    free(gone);
  }
  if (dir) {
    closedir(dir);
    rmdir(all); // if it is empty
  }
  free(now);
  free(before);
  free(all);
  free(backup);
}
