// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/score.h"

#include "control/commands.h"
#include "control/state.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const double MAX_TIME = 360000.0;         ///< seconds
static const off_t  MAX_SIZE = 16 * 1024 * 1024; ///< bytes of a file
static const double NEAR     = CALL_LEAD_SECONDS;

enum { FEED_PER_TURN = 4096 }; ///< commands that are given to the control thread in one turn of its loop

typedef struct {
  double   time;   ///< seconds from the score's beginning
  unsigned number; ///< of the line, from 1
  bool     answered;
  char*    words; ///< what follows the time; NULL: there is a call, or it was given to the control thread
  Call*    call;  ///< of loads, which begin long before their time; else NULL
  int64_t  at;    ///< engine frame
} Line;

// Lines are checked as calls when they are read, and made into calls again when their time is near: a call takes ten
// times the room.
struct Score {
  char*    path;
  char*    folder;
  Line*    lines; ///< in order of time once all are read
  size_t   count, room;
  size_t   next;       ///< to be given to the control thread
  size_t   unanswered; ///< the first of them: all before it were answered
  bool     started;
  double   length; ///< seconds
  char     place[512];
  uint64_t decks; ///< that there are when it is read, or will be
};

const char*
score_place(Score* const s, const uint32_t index)
{
  snprintf(s->place, sizeof(s->place), "%s:%u", s->path, s->lines[index].number);
  return s->place;
}

void
score_answered(Score* const s, const uint32_t index)
{
  s->lines[index].answered = true;
  while (s->unanswered < s->count && s->lines[s->unanswered].answered) {
    ++s->unanswered;
  }
}

/// Seconds of "1.5", or of "+0.5" after the time before.
static bool
read_time(const char* const word, const size_t length, const double before, double* const out)
{
  char text[64];
  if (length >= sizeof(text)) {
    return false;
  }
  memcpy(text, word, length);
  text[length] = '\0';
  if (!number_read(text[0] == '+' ? text + 1 : text, out) || text[0] == '-' ||
      (text[0] == '+' && strchr("+-", text[1]))) {
    return false;
  }
  *out += text[0] == '+' ? before : 0.0;
  return *out <= MAX_TIME;
}

/// Seconds from a command's time until it is done: starts may be given ahead, ramps take time.
static double
duration(const Call* const call)
{
  double most = 0.0;
  for (int i = 0; i < call->count && i < MAX_SPECS && call->entry->args[i].name; ++i) {
    const char* const unit = call->entry->args[i].unit;
    const char* const name = call->entry->args[i].name;
    if (unit && !strcmp(unit, "s") && (!strcmp(name, "seconds-from-now") || call->entry->run == run_ramp)) {
      most = fmax(most, call->values[i].number);
    }
  }
  return most;
}

/// Make the call of one line.  `words` is what follows the time.  NULL: `error` says what is wrong.
static Call*
make_call(const Score* const s, const Control* const c, const char* const words, Error* const error)
{
  Words       w;
  Error       what;
  char* const storage = malloc(strlen(words) + 1);
  if (!storage) {
    error_set(error, STATUS_NO_MEMORY, "no memory");
    return NULL;
  }
  Call* call = NULL;
  if (!words_read(&w, words, storage, error)) {
    call = call_new(&w, s->folder, s->decks | c->present, &what);
    if (!call) { // which command isn't known from the text alone
      error_set(error, STATUS_BAD_VALUE, "%.100s: %.380s", w.address, what.text);
    }
  }
  free(storage);
  return call;
}

/// What can't be told from a line's words alone.
static Status
check_call(const Score* const s, Control* const c, const Call* const call, Error* const error)
{
  const Sender sender = {.kind = SENDER_SCORE};
  Error        what;
  if (!call->entry->score) {
    return error_set(error, STATUS_BAD_VALUE, "%.100s has no place in a score", call->address);
  }
  c->expected = s->decks;
  const bool bad =
    control_check_paths(c, call, &sender, &what) || (call->entry->check && call->entry->check(c, call, &what));
  c->expected = 0;
  if (bad) {
    return error_set(error, STATUS_BAD_VALUE, "%.100s: %.380s", call->address, what.text);
  }
  return STATUS_OK;
}

static Status
add_line(Score* const      s,
         Control* const    c,
         const double      time,
         const unsigned    number,
         const char* const words,
         Error* const      error)
{
  Line        line = {.time = time, .number = number};
  Call* const call = make_call(s, c, words, error);
  if (!call) {
    return STATUS_BAD_VALUE;
  }
  Status bad = check_call(s, c, call, error);
  if (!bad && s->count == s->room) {
    const size_t room  = s->room ? s->room * 2 : 64;
    Line* const  lines = realloc(s->lines, room * sizeof(Line));
    bad                = lines ? STATUS_OK : error_set(error, STATUS_NO_MEMORY, "no memory");
    s->lines           = lines ? lines : s->lines;
    s->room            = lines ? room : s->room;
  }
  if (!bad) {
    s->length  = fmax(s->length, time + duration(call));
    line.call  = call->entry->run == run_load ? call : NULL;
    line.words = line.call ? NULL : strdup(words);
    bad        = line.call || line.words ? STATUS_OK : error_set(error, STATUS_NO_MEMORY, "no memory");
  }
  if (!line.call) {
    call_free(call);
  }
  if (!bad) {
    // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): lines is NULL only while room is 0
    s->lines[s->count++] = line;
  }
  return bad;
}

static Status
read_line(Score* const      s,
          Control* const    c,
          const char* const line,
          const unsigned    number,
          double* const     time,
          Error* const      error)
{
  const char* word   = NULL;
  size_t      length = 0;
  const char* rest   = line_word(line, &word, &length);
  Error       what   = {""};
  if (!rest) {
    return STATUS_OK; // empty, or a comment
  }
  Status status = STATUS_BAD_VALUE;
  if (!read_time(word, length, *time, time)) {
    error_set(&what, status, "a line begins with its time in seconds, or +SECONDS after the line before, not \"%.*s\"",
              length < 60 ? (int)length : 60, word);
  } else {
    status = add_line(s, c, *time, number, rest, &what);
  }
  return status ? error_set(error, STATUS_BAD_VALUE, "%.200s:%u: %.300s", s->path, number, what.text) : STATUS_OK;
}

static int
compare_lines(const void* const a, const void* const b)
{
  const Line* const x = a;
  const Line* const y = b;
  return x->time < y->time ? -1 : x->time > y->time ? 1 : (x->number > y->number) - (x->number < y->number);
}

/// The absolute folder of a file, malloc'd.
static char*
folder_of(const char* const path)
{
  const char* const slash  = strrchr(path, '/');
  char* const       named  = !slash ? strdup(".") : slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
  char* const       folder = named ? realpath(named, NULL) : NULL;
  if (!folder) {
    return named; // gone meanwhile: what is in it will be, too
  }
  free(named);
  return folder;
}

/// The decks there will be when all that a score adds are there.
static uint64_t
decks_with_added(uint64_t decks, const char* text)
{
  while ((text = strstr(text, "/deck/add"))) {
    decks |= ~decks & (decks + 1); // the lowest that is free
    text += strlen("/deck/add");
  }
  return decks;
}

Status
score_from_text(Score** const out, Control* const c, const char* const path, char* text, Error* const error)
{
  Score* const s = calloc(1, sizeof(*s));
  if (!s || !(s->path = strdup(path)) || !(s->folder = folder_of(path))) {
    score_free(s, c);
    return error_set(error, STATUS_NO_MEMORY, "no memory");
  }
  s->decks        = decks_with_added(c->present, text);
  Status   status = STATUS_OK;
  double   time   = 0.0;
  unsigned number = 0;
  text += !strncmp(text, "\xEF\xBB\xBF", 3) ? 3 : 0; // some editors begin UTF-8 so
  for (char* next = text; next && !status; ++number) {
    char* const line = next;
    next             = strchr(line, '\n');
    if (next) {
      *next++ = '\0';
    }
    status = read_line(s, c, line, number + 1, &time, error);
  }
  if (status) {
    score_free(s, c);
    return status;
  }
  if (s->count) {
    qsort(s->lines, s->count, sizeof(Line), compare_lines);
  }
  *out = s;
  return STATUS_OK;
}

/// All of a file as text.  NULL: `error` says why.
static char*
read_file(const char* const path, Error* const error)
{
  struct stat st;
  FILE* const f    = fopen(path, "rbe");
  const bool  good = f && !fstat(fileno(f), &st);
  if (!good || !S_ISREG(st.st_mode) || st.st_size > MAX_SIZE) {
    error_set(error, STATUS_NOT_FOUND, "can't read the score %s: %s", path,
              !good                 ? strerror(errno)
              : S_ISREG(st.st_mode) ? "it is too large"
                                    : "it isn't a file");
    if (f) {
      fclose(f);
    }
    return NULL;
  }
  char* const  text = malloc((size_t)st.st_size + 1);
  const size_t n    = text ? fread(text, 1, (size_t)st.st_size, f) : 0;
  fclose(f);
  if (!text) {
    error_set(error, STATUS_NO_MEMORY, "no memory");
    return NULL;
  }
  text[n] = '\0';
  if (strlen(text) != n) {
    error_set(error, STATUS_BAD_FORMAT, "%s isn't a score: it isn't text", path);
    free(text);
    return NULL;
  }
  return text;
}

Status
score_new(Score** const out, Control* const c, const char* const path, Error* const error)
{
  char* const text = read_file(path, error);
  if (!text) {
    return STATUS_NOT_FOUND;
  }
  const Status s = score_from_text(out, c, path, text, error);
  free(text);
  return s;
}

void
score_free(Score* const s, Control* const c)
{
  if (!s) {
    return;
  }
  control_cancel_score(c, s);
  for (size_t i = 0; i < s->count; ++i) {
    free(s->lines[i].words);
    if (s->lines[i].call) {
      control_drop_call(c, s->lines[i].call);
    }
  }
  free(s->lines);
  free(s->folder);
  free(s->path);
  free(s);
}

/// Whether a load of that deck and stem comes before line `index`.
static bool
loaded_before(const Score* const s, const size_t index)
{
  const Call* const call = s->lines[index].call;
  for (size_t i = 0; i < index; ++i) {
    const Call* const other = s->lines[i].call;
    if (other && other->deck == call->deck &&
        (other->count > 1 ? other->values[1].number : 1.0) == (call->count > 1 ? call->values[1].number : 1.0)) {
      return true;
    }
  }
  return false;
}

bool
score_loading(Score* const s, Control* const c, Status* const status, Error* const error)
{
  bool waiting = false;
  *status      = STATUS_OK;
  for (size_t i = 0; i < s->count && s->lines[i].time <= NEAR; ++i) {
    Call* const call = s->lines[i].call;
    if (!call || (!call->load && loaded_before(s, i))) {
      continue;
    }
    load_ask(c, call);
    waiting = waiting || call->waiting;
    if (call->load == LOAD_FAILED) {
      *status = error_set(error, STATUS_BAD_FORMAT, "%.200s: %.300s", score_place(s, (uint32_t)i), call->error.text);
      return false;
    }
  }
  return waiting;
}

void
score_start(Score* const s, Control* const c, const int64_t origin)
{
  for (size_t i = 0; i < s->count; ++i) {
    s->lines[i].at = origin + frames_of(c, s->lines[i].time);
  }
  s->started = true;
  score_feed(s, c);
  load_prefetch(c);
}

/// Give a line to the control thread.
static void
give(Score* const s, Control* const c, const size_t index)
{
  Line* const  line   = &s->lines[index];
  const Sender sender = {.kind = SENDER_SCORE, .score = {s, (uint32_t)index}};
  Error        error;
  Call* const  call = line->call ? line->call : make_call(s, c, line->words, &error);
  if (!call) { // a deck may have gone since the score was read
    answer_refuse(c, &sender, "score", NULL, error.text);
  }
  free(line->words);
  line->words = NULL;
  line->call  = NULL;
  if (call) {
    call->sender = sender;
    call->at     = line->at;
    control_submit_call(c, call);
  }
}

void
score_feed(Score* const s, Control* const c)
{
  const int64_t near = now_of(c) + call_lead(c);
  for (int i = 0; s->started && i < FEED_PER_TURN && s->next < s->count && s->lines[s->next].at <= near; ++i) {
    give(s, c, s->next++);
  }
}

bool
score_behind(const Score* const s, const int64_t frame)
{
  return s->started && s->next < s->count && s->lines[s->next].at <= frame;
}

void
score_loads(const Score* const s, void (*tell)(void* data, Call* call), void* const data)
{
  for (size_t i = s->next; s->started && i < s->count; ++i) {
    if (s->lines[i].call) {
      s->lines[i].call->at = s->lines[i].at;
      tell(data, s->lines[i].call);
    }
  }
}

void
score_move(Score* const s, const Move* const move, void (*const tell)(void* data, Call* call))
{
  for (size_t i = 0; s->started && i < s->count; ++i) {
    s->lines[i].at = move_frame(move, s->lines[i].at);
    if (s->lines[i].call) {
      tell((void*)move, s->lines[i].call);
      s->lines[i].call->at = s->lines[i].at;
    }
  }
}

double
score_length(const Score* const s)
{
  return s->length;
}

size_t
score_pending(const Score* const s, const int64_t now)
{
  size_t low  = 0; // of those that come later, or weren't given: all, also those that were answered ahead of their time
  size_t high = s->count;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (s->lines[middle].at <= now && middle < s->next) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  size_t pending = s->count - low;
  for (size_t i = s->unanswered; i < low; ++i) {
    pending += !s->lines[i].answered;
  }
  return pending;
}
