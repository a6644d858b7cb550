// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef IO_CUE_SHEET_H
#define IO_CUE_SHEET_H

// Which track started when in a recording, as a cue sheet beside it: what CD burners and players read.  Written anew
// whenever something comes, so that it is whole also when the recording never ends properly.  One thread at a time.

#include "base/status.h"

#include <stdint.h>

typedef struct CueSheet CueSheet;

/// For a recording at `rate` Hz whose first file is `path`; the sheet has its name with the ending .cue, and replaces
/// what was there.  NULL: no memory.
CueSheet* cue_sheet_new(const char* path, uint32_t rate);
void      cue_sheet_free(CueSheet* c);

/// The recording goes on in another file from its frame `start` on.
void cue_sheet_part(CueSheet* c, const char* path, uint64_t start);

/// A track starts at `frame` of the recording.  `title`, `performer`: UTF-8, NULL: unknown.
void cue_sheet_track(CueSheet* c, uint64_t frame, const char* title, const char* performer);

/// Write it.  The system's reason where that fails.
Status cue_sheet_write(const CueSheet* c, Error* error);

#endif
