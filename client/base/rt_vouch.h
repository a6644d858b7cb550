// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef BASE_RT_VOUCH_H
#define BASE_RT_VOUCH_H

// Foreign functions that we hold to be RT-safe, each with the reason.  Each redeclares the function as RT.

#include "dsp/rt.h"

#include <semaphore.h>
#include <time.h>

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wredundant-decls"
#endif

RT int clock_gettime(clockid_t clock, struct timespec* t); // the vDSO reads a shared page: no system call
RT int sem_post(sem_t* sem); // async-signal-safe; an atomic add and, when someone waits, one futex wake: never blocks

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#endif
