// SPDX-License-Identifier: GPL-3.0-or-later
#include "host/plugin_log.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>

static _Thread_local bool hushed_thread;

void
plugin_log_hush_rt(const bool hushed)
{
  RT_WAIVE_BEGIN("the program's own thread-local: an offset from a register, nothing is allocated")
  hushed_thread = hushed;
  RT_WAIVE_END
}

static int
log_vprintf(const LV2_Log_Handle handle, const LV2_URID type, const char* const format, va_list args)
{
  PluginLog* const l = handle;
  if (hushed_thread) {
    atomic_fetch_add_explicit(&l->unsaid, 1, memory_order_relaxed);
    return 0;
  }
  char      line[512];
  const int length = vsnprintf(line, sizeof(line), format, args);
  for (size_t n = strlen(line); n && line[n - 1] == '\n'; --n) {
    line[n - 1] = '\0';
  }
  if (type == l->error) {
    log_error("%s: %s", l->name, line);
  } else if (type == l->warning) {
    log_warn("%s: %s", l->name, line);
  } else if (type == l->note) {
    log_info("%s: %s", l->name, line);
  } // traces are for the plugin's author
  return length;
}

static int
log_printf(const LV2_Log_Handle handle, const LV2_URID type, const char* const format, ...)
{
  va_list args;
  va_start(args, format);
  const int length = log_vprintf(handle, type, format, args);
  va_end(args);
  return length;
}

void
plugin_log_init(PluginLog* const l, const char* const name, Urids* const urids)
{
  l->feature = (LV2_Log_Log){l, log_printf, log_vprintf};
  l->name    = name;
  l->error   = urids_map(urids, LV2_LOG__Error);
  l->warning = urids_map(urids, LV2_LOG__Warning);
  l->note    = urids_map(urids, LV2_LOG__Note);
  atomic_init(&l->unsaid, 0);
}

void
plugin_log_end(PluginLog* const l)
{
  const unsigned unsaid = atomic_exchange(&l->unsaid, 0);
  if (unsaid) {
    log_warn("%s: wrote %u lines to the log while it played, which are not shown: a plugin mustn't then", l->name,
             unsaid);
  }
}
