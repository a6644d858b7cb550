// SPDX-License-Identifier: GPL-3.0-or-later
#include "jack/saves.h"

#include <jack/session.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // that is what this file is for

static void
on_session(jack_session_event_t* const event, void* const data)
{
  void* const before = atomic_exchange(&((Saves*)data)->asked, event);
  if (before) { // nobody waits for the older one any more
    jack_session_event_free(before);
  }
}

void
saves_listen(Saves* const s, jack_client_t* const client)
{
  (void)jack_set_session_callback(client, on_session, s);
}

bool
saves_take(Saves* const s, Save* const out)
{
  jack_session_event_t* const event = atomic_exchange(&s->asked, NULL);
  if (event) {
    *out = (Save){event, event->session_dir, event->client_uuid, event->type == JackSessionSaveAndQuit};
  }
  return event != NULL;
}

void
saves_done(jack_client_t* const client, Save* const save, const char* const command)
{
  jack_session_event_t* const event = save->event;
  event->command_line               = strdup(command ? command : "");
  event->flags                      = command ? 0 : JackSessionSaveError;
  if (client) {
    (void)jack_session_reply(client, event);
  }
  jack_session_event_free(event);
  *save = (Save){0};
}

void
saves_drop(Saves* const s)
{
  jack_session_event_t* const event = atomic_exchange(&s->asked, NULL);
  if (event) {
    jack_session_event_free(event);
  }
}
