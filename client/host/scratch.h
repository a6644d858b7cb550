// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef HOST_SCRATCH_H
#define HOST_SCRATCH_H

// A folder of a plugin's own for files that it makes (state:makePath), and the handling of folders that it takes.  It
// is there from when it is first needed to the end of the plugin.  Any thread but process, one at a time.

#include <lv2/state/state.h>

#include <stdbool.h>

typedef struct {
  char*               folder; ///< NULL: not needed so far
  LV2_State_Make_Path make;
  LV2_State_Free_Path free;
} Scratch;

void scratch_init(Scratch* s); ///< stays where it is from here on
void scratch_end(Scratch* s);  ///< and all that is in it

/// The folder.  NULL: it can't be made.
const char* scratch_folder(Scratch* s);

/// A path below it, its folders made, where there is nothing yet; malloc'd, or NULL.
char* scratch_path(Scratch* s, const char* path);

/// Copy a folder's files, folders and links to `to`, which is made.  false: it isn't whole.
bool folder_copy(const char* from, const char* to);

/// Links in `folder` to what lies below `root` become copies of it.  false: one could not.
bool folder_own(const char* folder, const char* root);

/// All of it away.
void folder_remove(const char* folder);

/// Make a folder and those above it.
bool folder_make(const char* path);

#endif
