// SPDX-License-Identifier: GPL-3.0-or-later
#include "jack/port_metadata.h"

#include <jack/metadata.h>
#include <jack/uuid.h>

#include <stdio.h>
#include <string.h>

static const char text[]    = "text/plain";
static const char integer[] = "http://www.w3.org/2001/XMLSchema#int";

static void
set(jack_client_t* const client,
    jack_port_t* const   port,
    const char* const    key,
    const char* const    value,
    const char* const    type)
{
  const jack_uuid_t uuid = jack_port_uuid(port);
  if (!jack_uuid_empty(uuid)) {
    (void)jack_set_property(client, uuid, key, value, type); // best effort
  }
}

void
metadata_set_pretty(jack_client_t* const client, jack_port_t* const port, const char* const pretty)
{
  set(client, port, JACK_METADATA_PRETTY_NAME, pretty, text);
}

void
metadata_set_port(jack_client_t* const client,
                  jack_port_t* const   port,
                  const char* const    pretty,
                  const char* const    group,
                  const int            order)
{
  char number[16];
  snprintf(number, sizeof(number), "%d", order);
  set(client, port, JACK_METADATA_PRETTY_NAME, pretty, text);
  set(client, port, JACK_METADATA_PORT_GROUP, group, text);
  set(client, port, JACK_METADATA_ORDER, number, integer);
  if (!strcmp(jack_port_type(port), JACK_DEFAULT_AUDIO_TYPE)) {
    set(client, port, JACK_METADATA_SIGNAL_TYPE, "AUDIO", text);
  }
}

void
metadata_remove(jack_client_t* const client, jack_port_t* const port)
{
  const jack_uuid_t uuid = jack_port_uuid(port);
  if (!jack_uuid_empty(uuid)) {
    (void)jack_remove_properties(client, uuid);
  }
}

static jack_uuid_t
uuid_of(jack_client_t* const client)
{
  jack_uuid_t uuid   = JACK_UUID_EMPTY_INITIALIZER;
  char* const digits = jack_get_uuid_for_client_name(client, jack_get_client_name(client));
  if (!digits || jack_uuid_parse(digits, &uuid)) {
    jack_uuid_clear(&uuid);
  }
  jack_free(digits);
  return uuid;
}

void
metadata_set_icon(jack_client_t* const client, const char* const name)
{
  const jack_uuid_t uuid = uuid_of(client);
  if (!jack_uuid_empty(uuid)) {
    (void)jack_set_property(client, uuid, JACK_METADATA_ICON_NAME, name, text);
  }
}

void
metadata_remove_icon(jack_client_t* const client)
{
  const jack_uuid_t uuid = uuid_of(client);
  if (!jack_uuid_empty(uuid)) {
    (void)jack_remove_properties(client, uuid);
  }
}
