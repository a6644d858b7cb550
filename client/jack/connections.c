// SPDX-License-Identifier: GPL-3.0-or-later
#include "jack/connections.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
connections_clear(Connections* const c)
{
  for (size_t i = 0; i < c->count; ++i) {
    free(c->list[i].ours);
    free(c->list[i].theirs);
  }
  free(c->list);
  *c = (Connections){NULL, 0};
}

static void
add(Connections* const c, const char* const ours, const char* const theirs, const int output)
{
  Connection* const list = realloc(c->list, (c->count + 1) * sizeof(*list));
  if (!list) {
    return;
  }
  c->list            = list;
  const Connection n = {strdup(ours), strdup(theirs), output};
  if (n.ours && n.theirs) {
    list[c->count++] = n;
  } else {
    free(n.ours);
    free(n.theirs);
  }
}

void
connections_note(Connections* const c, jack_client_t* const client)
{
  connections_clear(c);
  const char** const names = jack_get_ports(client, NULL, NULL, 0);
  for (size_t i = 0; names && names[i]; ++i) {
    jack_port_t* const port = jack_port_by_name(client, names[i]);
    if (!port || !jack_port_is_mine(client, port)) {
      continue;
    }
    const char** const others = jack_port_get_connections(port);
    for (size_t k = 0; others && others[k]; ++k) {
      add(c, jack_port_short_name(port), others[k], (jack_port_flags(port) & JackPortIsOutput) != 0);
    }
    jack_free(others);
  }
  jack_free(names);
}

size_t
connections_restore(const Connections* const c, jack_client_t* const client)
{
  size_t missing = 0;
  for (size_t i = 0; i < c->count; ++i) {
    const Connection* const n = &c->list[i];
    char                    ours[512];
    snprintf(ours, sizeof(ours), "%s:%s", jack_get_client_name(client), n->ours);
    const int err = n->output ? jack_connect(client, ours, n->theirs) : jack_connect(client, n->theirs, ours);
    missing += err && err != EEXIST;
  }
  return missing;
}
