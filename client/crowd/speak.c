// SPDX-License-Identifier: GPL-3.0-or-later
#include "crowd/state.h"

#include "base/clock.h"
#include "base/log.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_COMMAND = 8400 }; ///< a path in quotes, all of it escaped

static const int64_t QUIET_NS = 2000000000;

static void
on_answer(void* const data, const char* const line)
{
  if (strncmp(line, "/ok", 3) != 0) {
    complain(data, "%s", line);
  }
}

static void
send(Crowd* const        c,
     const int64_t       at,
     const ControlAnswer answer,
     void* const         data,
     const char* const   format,
     va_list             args)
{
  char line[MAX_COMMAND];
  vsnprintf(line, sizeof(line), format, args);
  control_line_at(c->control, line, at, answer, data);
}

void
say(Crowd* const c, const int64_t at, const char* const format, ...)
{
  va_list args;
  va_start(args, format);
  send(c, at, on_answer, c, format, args);
  va_end(args);
}

void
ask(Crowd* const c, const ControlAnswer answer, void* const data, const char* const format, ...)
{
  va_list args;
  va_start(args, format);
  send(c, INT64_MIN, answer, data, format, args);
  va_end(args);
}

void
show(const char* const format, ...)
{
  va_list args;
  va_start(args, format);
  vprintf(format, args);
  va_end(args);
  putchar('\n');
  fflush(stdout);
}

void
complain(Crowd* const c, const char* const format, ...)
{
  const int64_t now = clock_ns();
  if (c->told_ns && now - c->told_ns < QUIET_NS) {
    ++c->untold;
    return;
  }
  char    text[1024];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof(text), format, args);
  va_end(args);
  if (c->untold) {
    log_warn("crowdstream: %s (and %u more such lines)", text, c->untold);
  } else {
    log_warn("crowdstream: %s", text);
  }
  c->told_ns = now;
  c->untold  = 0;
}
