// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef HOST_URID_H
#define HOST_URID_H

// URIs as numbers, for plugins: the same number for the same URI as long as the table lives.  Any thread but process
// (it locks; LV2 says that plugins map when they are instantiated).

#include <lv2/urid/urid.h>

typedef struct Urids Urids;

Urids* urids_new(void); ///< NULL: no memory
void   urids_free(Urids* u);

/// 1 and up; 0: no memory.
LV2_URID urids_map(Urids* u, const char* uri);

/// NULL: no such number.  Lives as long as the table.
const char* urids_unmap(Urids* u, LV2_URID urid);

// What the features `urid:map` and `urid:unmap` hand out
LV2_URID_Map*   urids_map_feature(Urids* u);
LV2_URID_Unmap* urids_unmap_feature(Urids* u);

#endif
