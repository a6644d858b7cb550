// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/cue_sheet.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CD_FRAMES 75  // in a second: what times are written in
#define MAX_TRACKS 99 // that a sheet can number

typedef struct {
  uint64_t start;
  char*    name; // without folder
} Part;

typedef struct {
  uint64_t frame;
  char*    title;
  char*    performer; // NULL: unknown
} Entry;

struct CueSheet {
  char*    path;
  uint32_t rate;
  Part*    parts;
  size_t   nparts;
  Entry*   entries; // in order of time
  size_t   nentries;
};

static const char*
name_of(const char* const path)
{
  const char* const slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

// With `.cue` for its ending.
static char*
sheet_path(const char* const path)
{
  const char* const dot = strrchr(name_of(path), '.');
  char*             cue = NULL;
  return asprintf(&cue, "%.*s.cue", dot ? (int)(dot - path) : (int)strlen(path), path) < 0 ? NULL : cue;
}

// A text that can stand between double quotes, for which the format knows no escape.
static char*
quotable(const char* const text)
{
  char* const copy = strdup(text);
  for (char* c = copy; c && *c; ++c) {
    *c = *c == '"' ? '\'' : (unsigned char)*c < 0x20 ? ' ' : *c;
  }
  return copy;
}

CueSheet*
cue_sheet_new(const char* const path, const uint32_t rate)
{
  CueSheet* const c = calloc(1, sizeof(*c));
  if (c) {
    c->rate = rate;
    c->path = sheet_path(path);
    cue_sheet_part(c, path, 0);
  }
  if (c && (!c->path || c->nparts == 0)) {
    cue_sheet_free(c);
    return NULL;
  }
  return c;
}

void
cue_sheet_free(CueSheet* const c)
{
  if (!c) {
    return;
  }
  for (size_t k = 0; k < c->nparts; ++k) {
    free(c->parts[k].name);
  }
  for (size_t k = 0; k < c->nentries; ++k) {
    free(c->entries[k].title);
    free(c->entries[k].performer);
  }
  free(c->parts);
  free(c->entries);
  free(c->path);
  free(c);
}

void
cue_sheet_part(CueSheet* const c, const char* const path, const uint64_t start)
{
  Part* const parts = realloc(c->parts, (c->nparts + 1) * sizeof(*parts));
  char* const name  = quotable(name_of(path));
  c->parts          = parts ? parts : c->parts;
  if (!parts || !name) {
    free(name);
    return; // the recording itself matters more
  }
  c->parts[c->nparts++] = (Part){start, name};
}

void
cue_sheet_track(CueSheet* const c, const uint64_t frame, const char* const title, const char* const performer)
{
  Entry* const entries = realloc(c->entries, (c->nentries + 1) * sizeof(*entries));
  const Entry  e       = {frame, quotable(title ? title : "untitled"), performer ? quotable(performer) : NULL};
  c->entries           = entries ? entries : c->entries;
  if (!entries || !e.title) {
    free(e.title);
    free(e.performer);
    return;
  }
  size_t at = c->nentries++;
  for (; at > 0 && entries[at - 1].frame > frame; --at) {
    entries[at] = entries[at - 1];
  }
  entries[at] = e;
}

// A track's lines; `frame`: where in its file.
static void
write_track(FILE* const        f,
            const CueSheet*    c,
            const int          number,
            const Entry* const e,
            const uint64_t     frame,
            const char* const  more)
{
  const uint64_t    t      = frame * CD_FRAMES / c->rate;
  const char* const remark = number > MAX_TRACKS ? "REM " : ""; // readers refuse a hundredth
  fprintf(f, "  %sTRACK %02d AUDIO\n", remark, number);
  fprintf(f, "    %sTITLE \"%s%s\"\n", remark, e->title, more);
  if (e->performer) {
    fprintf(f, "    %sPERFORMER \"%s\"\n", remark, e->performer);
  }
  fprintf(f, "    %sINDEX 01 %02llu:%02d:%02d\n", remark, (unsigned long long)(t / CD_FRAMES / 60),
          (int)(t / CD_FRAMES % 60), (int)(t % CD_FRAMES));
}

static void
write_sheet(FILE* const f, const CueSheet* const c)
{
  size_t next   = 0;
  int    number = 1;
  fputs("REM COMMENT \"deckhost " DECKHOST_VERSION "\"\n", f);
  for (size_t p = 0; p < c->nparts; ++p) {
    const uint64_t start = c->parts[p].start;
    const uint64_t end   = p + 1 < c->nparts ? c->parts[p + 1].start : UINT64_MAX;
    fprintf(f, "FILE \"%s\" WAVE\n", c->parts[p].name); // so called whatever is in it, but MP3
    if (p > 0 && next > 0 && (next == c->nentries || c->entries[next].frame > start)) {
      write_track(f, c, number++, &c->entries[next - 1], 0, " (continued)");
    }
    for (; next < c->nentries && c->entries[next].frame < end; ++next) {
      write_track(f, c, number++, &c->entries[next], c->entries[next].frame - start, "");
    }
  }
}

Status
cue_sheet_write(const CueSheet* const c, Error* const error)
{
  char* fresh = NULL; // the old one stays until the new one is whole
  if (asprintf(&fresh, "%s.new", c->path) < 0) {
    return error_set(error, STATUS_NO_MEMORY, "no memory to write %s", c->path);
  }
  FILE* const f    = fopen(fresh, "we");
  bool        good = f != NULL;
  if (f) {
    write_sheet(f, c);
    good = !ferror(f);
    good = fclose(f) == 0 && good && rename(fresh, c->path) == 0;
  }
  const Status s =
    good ? STATUS_OK : error_set(error, STATUS_FAILED, "can't write the cue sheet %s: %s", c->path, strerror(errno));
  if (!good) {
    unlink(fresh);
  }
  free(fresh);
  return s;
}
