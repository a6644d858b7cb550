// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/plugin.h"

#include <string.h>

RT uint32_t
plugin_port(const Plugin* const p, const char* const symbol)
{
  for (uint32_t i = 0; i < p->nports; ++i) {
    if (!strcmp(p->ports[i].symbol, symbol)) {
      return i;
    }
  }
  return NO_PORT;
}
