// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef HOST_BINARY_H
#define HOST_BINARY_H

// The file that a plugin is in.

#include "base/status.h"

#include <lilv/lilv.h>

/// Whether it can be loaded and holds the plugin.  STATUS_BAD_FORMAT: `error` says what is wrong with it.
Status binary_check(const LilvPlugin* plugin, Error* error);

#endif
