// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef JACK_PORT_METADATA_H
#define JACK_PORT_METADATA_H

// What JACK's metadata says about our ports: pretty names, groups, order.  Best effort: a server without metadata loses
// nothing but the pretty names.  Control thread.  (Not metadata.h: that would hide JACK's own <jack/metadata.h>.)

#include <jack/jack.h>

/// How one port is shown: "Deck 1 left" in group "Deck 1", the `order`-th of the client.
void metadata_set_port(jack_client_t* client, jack_port_t* port, const char* pretty, const char* group, int order);

/// Another pretty name, the rest as it was.
void metadata_set_pretty(jack_client_t* client, jack_port_t* port, const char* pretty);

/// The icon that graph editors show beside the client, by its name in icon themes.
void metadata_set_icon(jack_client_t* client, const char* name);
void metadata_remove_icon(jack_client_t* client);

/// Take away all that was set for a port.
void metadata_remove(jack_client_t* client, jack_port_t* port);

#endif
