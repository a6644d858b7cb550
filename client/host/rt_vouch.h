// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef HOST_RT_VOUCH_H
#define HOST_RT_VOUCH_H

// Foreign functions that we hold to be RT-safe, each with the reason.

#include "base/rt_vouch.h"

#include <semaphore.h>

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wredundant-decls"
#endif

RT int sem_post(sem_t* sem); // async-signal-safe; an atomic add and, when someone waits, one futex wake: never blocks

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#endif
