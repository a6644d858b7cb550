// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

static atomic_int max_level = LOG_INFO;

void
log_set_level(const LogLevel level)
{
  atomic_store(&max_level, (int)level);
}

static void
print_line(const LogLevel level, const char* const prefix, const char* const format, va_list args)
{
  if ((int)level <= atomic_load(&max_level)) {
    char line[1024];
    vsnprintf(line, sizeof(line), format, args);
    fprintf(stderr, "deckhost: %s%s\n", prefix, line); // one call: lines of two threads don't mix
  }
}

void
log_error(const char* const format, ...)
{
  va_list args;
  va_start(args, format);
  print_line(LOG_ERROR, "", format, args);
  va_end(args);
}

void
log_warn(const char* const format, ...)
{
  va_list args;
  va_start(args, format);
  print_line(LOG_WARN, "warning: ", format, args);
  va_end(args);
}

void
log_info(const char* const format, ...)
{
  va_list args;
  va_start(args, format);
  print_line(LOG_INFO, "", format, args);
  va_end(args);
}
