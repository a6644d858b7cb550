// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef BASE_LOG_H
#define BASE_LOG_H

// Lines for people on standard error, each with the program's name, whole lines at a time.  Any thread but process.

/// How much is printed: errors always, warnings and news unless quiet.
typedef enum { LOG_ERROR, LOG_WARN, LOG_INFO } LogLevel;

/// Print nothing above `level` (LOG_INFO at the start).
void log_set_level(LogLevel level);

__attribute__((format(printf, 1, 2))) void log_error(const char* format, ...);
__attribute__((format(printf, 1, 2))) void log_warn(const char* format, ...);
__attribute__((format(printf, 1, 2))) void log_info(const char* format, ...);

#endif
