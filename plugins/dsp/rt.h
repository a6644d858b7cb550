// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DSP_RT_H
#define DSP_RT_H

// The mark of code that runs on the process thread.  It starts the declaration:
//
//   RT void mixer_run_rt(MixerRt* mx, uint32_t nframes);
//
// and ends a function pointer's:  void (*run)(void* self, uint32_t nframes) RT;
//
// With clang >= 20 it is the attribute that -Wfunction-effects checks at compile time and -fsanitize=realtime at run
// time: an RT function may call only RT functions and inline code that neither allocates, locks, prints nor blocks.
// Elsewhere it is a word for the reader.
#if defined(__clang__) && defined(__has_attribute)
#if __has_attribute(nonblocking)
#define RT __attribute__((nonblocking))
#endif
#endif
#ifndef RT
#define RT
#endif

// A waiver: one call that we hold to be RT-safe although its declaration does not say so.  `why` is a string literal.
#if defined(__clang__) && defined(__has_warning)
#if __has_warning("-Wfunction-effects")
#define RT_WAIVE_BEGIN(why) _Pragma("clang diagnostic push") _Pragma("clang diagnostic ignored \"-Wfunction-effects\"")
#define RT_WAIVE_END _Pragma("clang diagnostic pop")
#endif
#endif

// Work that would not be RT-safe, done on behalf of an RT function where nothing is in a hurry: offline.
// RealtimeSanitizer looks away in between.
#if defined(__has_feature)
#if __has_feature(realtime_sanitizer)
#include <sanitizer/rtsan_interface.h>
#define RT_OFFLINE_BEGIN __rtsan_disable();
#define RT_OFFLINE_END __rtsan_enable();
#endif
#endif
#ifndef RT_OFFLINE_BEGIN
#define RT_OFFLINE_BEGIN
#define RT_OFFLINE_END
#endif
#ifndef RT_WAIVE_BEGIN
#define RT_WAIVE_BEGIN(why)
#define RT_WAIVE_END
#endif

#endif
