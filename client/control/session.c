// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/session.h"

#include "base/clock.h"
#include "base/log.h"
#include "control/commands.h"
#include "control/saver.h"
#include "control/session_text.h"
#include "control/state.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_TRIES = 2000 }; ///< turns that a deck may take to be added

static const int64_t KEEP_NS  = 3000000000;       ///< between two looks for changes
static const off_t   MAX_SIZE = 16 * 1024 * 1024; ///< bytes of a file

/// One line of a file that is being loaded.
typedef struct {
  Session* session;
  char*    text;
  unsigned number; ///< 0: one of our own, before the file's
} Line;

struct Session {
  char*   path; ///< of what is being loaded, for what is said
  char*   folder;
  Sender  by;
  Line*   lines;
  size_t  nlines, own; ///< the first of them are ours, to clear what is there
  int     pending;     ///< lines that aren't answered
  int     done, refused;
  bool    loading;
  bool    waits; ///< for decks that it names
  int     tries; ///< to add one, in vain
  char*   lost;  ///< lines that could not be carried out, as comments for the next save
  bool    collects;
  char*   marked; ///< what session_changed compares with, NULL: nothing yet
  Saver*  saver;
  States* states;
  char*   saving; ///< where to, while plugins write what they keep; NULL: they don't
  Status  begun;  ///< how that went
  Error   why;
  char*   kept_path; ///< NULL: nothing is saved by itself
  char*   kept_text; ///< as it was written last
  int64_t looked;
  bool    told; ///< that it can't be saved
};

Session*
session_new(void)
{
  Session* const s = calloc(1, sizeof(*s));
  if (s) {
    s->saver  = saver_new();
    s->states = states_new();
  }
  if (s && (!s->saver || !s->states)) {
    session_free(s);
    return NULL;
  }
  return s;
}

static void
drop_lines(Session* const s)
{
  for (size_t i = 0; i < s->nlines; ++i) {
    free(s->lines[i].text);
  }
  free(s->lines);
  free(s->path);
  free(s->folder);
  s->lines  = NULL;
  s->nlines = 0;
  s->path = s->folder = NULL;
}

void
session_free(Session* const s)
{
  if (s) {
    drop_lines(s);
    saver_free(s->saver);
    states_free(s->states);
    free(s->saving);
    free(s->lost);
    free(s->marked);
    free(s->kept_path);
    free(s->kept_text);
    free(s);
  }
}

/// Keep a line that could not be carried out: saving must not lose it.
static void
keep_lost(Session* const s, const char* const text)
{
  static const char begin[] = "# not done: ";
  const size_t      held    = s->lost ? strlen(s->lost) : 0;
  char* const       more    = realloc(s->lost, held + sizeof(begin) + strlen(text) + 1);
  if (more) {
    s->lost = more;
    sprintf(more + held, "%s%s\n", begin, text);
  }
}

static void
on_answer(void* const data, const char* const answer)
{
  const Line* const line = data;
  Session* const    s    = line->session;
  if (strncmp(answer, "/ok", 3) != 0 && strncmp(answer, "/error", 6) != 0) {
    return; // a value before it
  }
  const bool good = !strncmp(answer, "/ok", 3);
  if (line->number) {
    s->done += good;
    s->refused += !good;
  }
  if (!good) {
    log_error("%s:%u: %s", s->path, line->number, answer);
    if (line->number) {
      keep_lost(s, line->text);
    }
  }
  if (--s->pending == 0) {
    s->loading = false;
  }
}

static void
submit(Session* const s, Control* const c, Line* const line)
{
  const char* const text    = line->text;
  const Sender      sender  = {.kind = SENDER_LINE, .remote = s->by.remote, .line = {on_answer, line}};
  char* const       storage = malloc(strlen(text) + 1);
  Words             w;
  Error             error = {"no memory"};
  const Status      bad   = storage ? words_read(&w, text, storage, &error) : STATUS_NO_MEMORY;
  if (bad == STATUS_NOT_FOUND) {
    on_answer(line, "/ok");
  } else if (bad) {
    answer_refuse(c, &sender, text, NULL, error.text);
  } else {
    uint8_t            deck = 0;
    uint8_t            k    = 0;
    const Entry* const e    = table_find(w.address, c->present, &deck, &k, &error);
    if (e && (!e->score || e->run == run_quit)) {
      answer_refuse(c, &sender, w.address, NULL, "has no place in a session");
    } else {
      control_submit(c, &w, s->folder, &sender, AT_NOW);
    }
  }
  free(storage);
}

/// Split into lines that say something.  `own`: they aren't counted.
static bool
add_lines(Session* const s, char* const text, const bool own)
{
  unsigned number = 0;
  for (char* at = text; at && *at;) {
    char* const end = strchr(at, '\n');
    if (end) {
      *end = '\0';
    }
    ++number;
    const char* const word = at + strspn(at, " \t\r");
    if (*word && *word != '#') {
      Line* const more = realloc(s->lines, (s->nlines + 1) * sizeof(Line));
      if (!more) {
        return false;
      }
      s->lines            = more;
      s->lines[s->nlines] = (Line){s, strdup(word), own ? 0 : number};
      if (!s->lines[s->nlines++].text) {
        return false;
      }
    }
    at = end ? end + 1 : NULL;
  }
  return true;
}

static char*
read_file(const char* const path, Error* const error)
{
  FILE* const file = fopen(path, "re");
  struct stat st;
  if (!file || fstat(fileno(file), &st)) {
    error_set(error, STATUS_NOT_FOUND, "can't open %s: %s", path, strerror(errno));
    if (file) {
      fclose(file);
    }
    return NULL;
  }
  char* const  text = S_ISREG(st.st_mode) && st.st_size <= MAX_SIZE ? malloc((size_t)st.st_size + 1) : NULL;
  const size_t n    = text ? fread(text, 1, (size_t)st.st_size, file) : 0;
  fclose(file);
  if (!text || memchr(text, '\0', n)) {
    error_set(error, STATUS_BAD_FORMAT, "%s isn't a session", path);
    free(text);
    return NULL;
  }
  text[n] = '\0';
  return text;
}

/// The decks that the lines speak of.
static uint64_t
decks_of(const Session* const s)
{
  uint64_t decks = 0;
  for (size_t i = s->own; i < s->nlines; ++i) {
    unsigned deck = 0;
    if (sscanf(s->lines[i].text, "/deck/%u/", &deck) == 1 && deck >= 1 && deck <= MAX_DECKS) {
      decks |= UINT64_C(1) << (deck - 1);
    }
  }
  return decks;
}

/// The folder of a path, malloc'd.
static char*
folder_of(const char* const path)
{
  char* const copy   = strdup(path);
  char* const folder = copy ? strdup(dirname(copy)) : NULL;
  free(copy);
  return folder;
}

/// Its first line that is neither empty nor a comment is a command.  Any other text, a score for one, must not take off
/// what is there, nor be written over later.
static bool
is_session(const char* text)
{
  while (*text) {
    text += strspn(text, " \t\r\n");
    if (*text != '#') {
      return *text == '/' || *text == '\0';
    }
    text += strcspn(text, "\n");
  }
  return true;
}

Status
session_load_begin(Session* const      s,
                   Control* const      c,
                   const char* const   path,
                   const Sender* const by,
                   Error* const        error)
{
  if (s->loading) {
    return error_set(error, STATUS_BUSY, "%s is still being loaded", s->path);
  }
  char* const text = read_file(path, error);
  if (!text) {
    return STATUS_NOT_FOUND;
  }
  if (!is_session(text)) {
    free(text);
    return error_set(error, STATUS_BAD_FORMAT, "%s isn't a session: its lines must be commands, beginning with /",
                     path);
  }
  char* const reset = session_reset_text(c);
  drop_lines(s);
  free(s->lost);
  s->lost   = NULL;
  s->path   = strdup(path);
  s->folder = folder_of(path);
  s->by     = *by;
  bool good = reset && s->path && s->folder && add_lines(s, reset, true);
  s->own    = s->nlines;
  good      = good && add_lines(s, text, false);
  free(reset);
  free(text);
  if (!good) {
    drop_lines(s);
    return error_set(error, STATUS_NO_MEMORY, "no memory");
  }
  s->done = s->refused = 0;
  s->pending           = (int)s->nlines; // all of them first: answers may come at once
  s->loading = s->waits = s->nlines > 0;
  s->tries              = 0;
  session_turn(s, c);
  return STATUS_OK;
}

bool
session_restore(Session* const s, const char* const text)
{
  char* const copy = strdup(text);
  drop_lines(s);
  s->path         = strdup("what was there");
  s->by           = (Sender){.kind = SENDER_NONE};
  s->own          = 0;
  const bool good = copy && s->path && add_lines(s, copy, false);
  free(copy);
  if (!good) {
    drop_lines(s);
  }
  s->done = s->refused = 0;
  s->pending           = (int)s->nlines;
  s->loading = s->waits = s->nlines > 0;
  s->tries              = 0;
  return good;
}

static void
on_added(void* const data, const char* const answer)
{
  Session* const s = data;
  s->tries         = strncmp(answer, "/ok", 3) ? s->tries + 1 : 0;
}

/// Add a deck that the lines name; once all are there, or can't be, begin with the lines.
static void
go_on(Session* const s, Control* const c)
{
  const uint64_t named = decks_of(s);
  while (s->waits && (named & ~c->present) && s->tries < MAX_TRIES) {
    const int tried = s->tries;
    control_line(c, "/deck/add", on_added, s);
    if (s->tries > tried) {
      return; // the process thread has to read first
    }
  }
  s->waits = false;
  for (size_t i = 0; i < s->nlines; ++i) {
    submit(s, c, &s->lines[i]);
  }
}

bool
session_loading(const Session* const s, int* const done, int* const refused)
{
  *done    = s->done;
  *refused = s->refused;
  return s->loading;
}

/// The text to save, with what could not be done when it was loaded.
static char*
whole_text(Session* const s, Control* const c, const char* const path, const States* const states)
{
  char* const folder = folder_of(path);
  char* const text   = folder ? session_text(c, folder, TEXT_PLACES | (s->collects ? TEXT_COLLECT : 0), states) : NULL;
  free(folder);
  if (!text || !s->lost) {
    return text;
  }
  const size_t held = strlen(text);
  const size_t lost = strlen(s->lost) + 1;
  char* const  more = realloc(text, held + lost);
  if (!more) {
    free(text);
    return NULL;
  }
  memcpy(more + held, s->lost, lost);
  return more;
}

/// The plugins have written: now the text, which names it.
static void
save_text(Session* const s, Control* const c)
{
  char* const text = whole_text(s, c, s->saving, s->states);
  if (!text || !saver_begin_session(s->saver, s->saving, text, states_written(s->states))) {
    s->begun = error_set(&s->why, STATUS_NO_MEMORY, "no memory to save the session");
  }
  free(s->saving);
  s->saving = NULL;
}

Status
session_save_begin(Session* const s, Control* const c, const char* const path, Error* const error)
{
  Status last;
  Error  why;
  if (session_saving(s, c, &last, &why)) {
    return error_set(error, STATUS_BUSY, "a session is still being written: save again later");
  }
  s->saving = strdup(path);
  if (!s->saving) {
    return error_set(error, STATUS_NO_MEMORY, "no memory to save the session");
  }
  states_begin(s->states, c, path, false);
  session_saving(s, c, &last, &why); // it goes on at once where there is nothing to wait for
  return STATUS_OK;
}

double
session_progress(const Session* const s)
{
  return s->loading && s->nlines ? 1.0 - (double)s->pending / (double)s->nlines : 1.0;
}

void
session_collect(Session* const s)
{
  s->collects = true;
}

bool
session_changed(Session* const s, Control* const c, const bool mark)
{
  char* const text    = session_text(c, NULL, 0, NULL);
  const bool  changed = text && (!s->marked || strcmp(text, s->marked) != 0);
  if (mark && text) {
    free(s->marked);
    s->marked = text;
  } else {
    free(text);
  }
  return changed;
}

bool
session_saving(Session* const s, Control* const c, Status* const status, Error* const error)
{
  if (s->saving) {
    s->begun = STATUS_OK;
    if (states_busy(s->states, c, &s->begun, &s->why)) {
      return true;
    }
    save_text(s, c);
  }
  if (saver_busy(s->saver, status, error)) {
    return true;
  }
  if (!*status && s->begun) {
    *status = s->begun;
    *error  = s->why;
  }
  return false;
}

Status
session_keep(Session* const s, const char* const path, Error* const error)
{
  char* const copy = strdup(path);
  if (!copy) {
    return error_set(error, STATUS_NO_MEMORY, "no memory");
  }
  free(s->kept_path);
  free(s->kept_text);
  s->kept_path = copy;
  s->kept_text = NULL;
  s->looked    = clock_ns();
  return STATUS_OK;
}

void
session_turn(Session* const s, Control* const c)
{
  Status status = STATUS_OK;
  Error  error;
  if (s->waits) {
    go_on(s, c);
  }
  if (s->saving) {
    session_saving(s, c, &status, &error);
  }
  if (!s->kept_path || s->loading || clock_ns() - s->looked < KEEP_NS || session_saving(s, c, &status, &error)) {
    return;
  }
  if (status && !s->told) {
    log_error("%s: the session can't be kept", error.text);
  }
  s->told          = status != STATUS_OK;
  s->looked        = clock_ns();
  char* const text = whole_text(s, c, s->kept_path, NULL);
  if (!text || (!status && s->kept_text && !strcmp(text, s->kept_text))) {
    free(text);
    return;
  }
  free(s->kept_text);
  s->kept_text = text;
  session_save_begin(s, c, s->kept_path, &error);
}
