// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/disk_parts.h"

Status
disk_new(Disk** const out, const DiskConfig* const config, Error* const error)
{
  Engine* const e     = config->engine;
  DiskParts     parts = {.decks    = MAX_DECKS,
                         .epoch    = engine_epoch(e),
                         .record   = engine_record_ring(e),
                         .rate     = engine_rate(e),
                         .cache_mb = config->cache_mb,
                         .threaded = config->threaded};
  for (uint32_t d = 0; d < parts.decks; ++d) {
    parts.playheads[d] = engine_playhead(e, d);
  }
  return disk_new_of(out, &parts, error);
}
