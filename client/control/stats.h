// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_STATS_H
#define CONTROL_STATS_H

// What the engine measured of itself, for /stats.

#include "control/control.h"
#include "control/value.h"

typedef struct {
  int64_t  taken;          ///< ns, when the window that `load` is of ended
  uint64_t sum_ns, cycles; ///< of all cycles then
  double   load;           ///< percent of the budget, mean of the last second or so
  double   disk_mb, disk_rate;
  uint64_t late;     ///< commands whose time tag was over when they came, since the last reset
  uint64_t full;     ///< how often the command ring was found full, since the start
  uint64_t refusals; ///< that and the same of requests, at the last reset
} Stats;

/// Once per turn of the loop.
void stats_update(Control* c);

void stats_reset(Control* c);

/// Tell all keys and values, "cycle/mean" ...
void stats_list(const Control* c, void (*tell)(void* data, const char* key, const Value* value), void* data);

#endif
