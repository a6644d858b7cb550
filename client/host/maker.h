// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef HOST_MAKER_H
#define HOST_MAKER_H

// The thread "maker": what may take its time with plugins, making them, looking for presets, keeping their state and
// freeing them.  It has an LV2 world of its own, since lilv's can't be shared, made when it is first needed.  Control
// thread.

#include "host/host.h"
#include "host/urid.h"
#include "host/worker.h"

typedef struct Maker Maker;

/// `bundle_dir` as in HostConfig, kept.  `offline`: no thread, all is done at once.  NULL: no memory.
Maker* maker_new(const HostConfig* config, Urids* urids, Workers* workers);
void   maker_free(Maker* m); ///< with all the plugins that it has made

// See host_ask, host_take, host_drop
uint32_t maker_ask(Maker* m, const HostWish* wish);
bool     maker_take(Maker* m, uint32_t ticket, HostMade* out);
void     maker_drop(Maker* m, uint32_t ticket);

/// Free one of its plugins.  false: it isn't.
bool maker_free_plugin(Maker* m, Plugin* p);

#endif
