// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/startup.h"

#include "base/log.h"
#include "msg/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START_DELAY "0.1" ///< seconds from the last load to the common start: time to prime

typedef struct {
  Startup* startup;
  int      deck; ///< from 1
} StartupLoad;

struct Startup {
  Control*    control;
  bool        play;
  int         pending;
  bool        loaded[MAX_DECKS];
  StartupLoad load[MAX_DECKS];
};

static void
start_together(Startup* const s)
{
  char   line[16 + 4 * MAX_DECKS] = "/start " START_DELAY;
  size_t n                        = strlen(line);
  bool   any                      = false;
  for (int d = 0; d < MAX_DECKS; ++d) {
    if (s->loaded[d]) {
      n += (size_t)snprintf(line + n, sizeof(line) - n, " %d", d + 1);
      any = true;
    }
  }
  if (any) {
    control_line(s->control, line, NULL, NULL);
  }
}

/// The text of `/error COMMAND "text"`, as a score quotes it.
static void
unquote(char* const out, const size_t size, const char* const line)
{
  const char* in = strchr(line, '"');
  size_t      n  = 0;
  for (in = in ? in + 1 : line; *in && *in != '"' && n + 1 < size; ++in) {
    in += *in == '\\' && in[1];
    out[n++] = *in;
  }
  out[n] = '\0';
}

static void
on_answer(void* const data, const char* const line)
{
  const StartupLoad* const load = data;
  Startup* const           s    = load->startup;
  if (!strncmp(line, "/ok", 3)) {
    s->loaded[load->deck - 1] = true;
  } else {
    char why[sizeof(((Error*)NULL)->text)];
    unquote(why, sizeof(why), line);
    log_error("deck %d: %s", load->deck, why);
  }
  if (--s->pending == 0 && s->play) {
    start_together(s);
  }
}

/// A path as a score writes it: in double quotes, with \ before " and \ itself.
static void
quote(char* out, const char* in)
{
  *out++ = '"';
  for (; *in; ++in) {
    if (*in == '"' || *in == '\\') {
      *out++ = '\\';
    }
    *out++ = *in;
  }
  *out++ = '"';
  *out   = '\0';
}

Startup*
startup_new(Control* const control, const Options* const o)
{
  Startup* const s = o->nfiles ? calloc(1, sizeof(*s)) : NULL;
  if (!s) {
    return NULL;
  }
  s->control = control;
  s->play    = o->play;
  s->pending = o->nfiles; // all of them first: an answer may come before the next load is sent
  for (int i = 0; i < o->nfiles; ++i) {
    s->load[i]       = (StartupLoad){s, i + 1};
    char* const line = malloc(32 + 3 + 2 * strlen(o->files[i]));
    if (line) {
      const int n = sprintf(line, "/deck/%d/load ", i + 1);
      quote(line + n, o->files[i]);
      control_line(control, line, on_answer, &s->load[i]);
      free(line);
    }
  }
  return s;
}

void
startup_free(Startup* const s)
{
  free(s);
}
