// SPDX-License-Identifier: GPL-3.0-or-later
#include "jack/ports.h"

#include "jack/port_metadata.h"

#include <errno.h>
#include <stdio.h>

static const char* const side_name[2]   = {"left", "right"};
static const char        side_letter[2] = {'L', 'R'};

static jack_port_t*
add(jack_client_t* const client, const char* const name, const char* const type, const unsigned long flags)
{
  return jack_port_register(client, name, type, flags, 0);
}

/// NAME_L and NAME_R
static bool
add_pair(jack_client_t* const client, jack_port_t* pair[2], const char* const name, const unsigned long flags)
{
  for (int ch = 0; ch < 2; ++ch) {
    char full[32];
    snprintf(full, sizeof(full), "%s_%c", name, side_letter[ch]);
    pair[ch] = add(client, full, JACK_DEFAULT_AUDIO_TYPE, flags);
  }
  return pair[0] && pair[1];
}

Status
ports_register(jack_client_t* const client, JackRt* const rt, const uint32_t ndecks, Error* const error)
{
  bool ok = add_pair(client, rt->master, "master", JackPortIsOutput) &&
            add_pair(client, rt->cue, "cue", JackPortIsOutput) && add_pair(client, rt->mic, "mic", JackPortIsInput);
  rt->ndecks = ndecks;
  for (uint32_t d = 0; ok && d < ndecks; ++d) {
    char name[16];
    snprintf(name, sizeof(name), "deck%u", d + 1);
    ok = add_pair(client, rt->deck[d], name, JackPortIsOutput | JackPortIsTerminal); // a file: nothing flows through
  }
  if (ok) {
    rt->midi_in  = add(client, "midi_in", JACK_DEFAULT_MIDI_TYPE, JackPortIsInput | JackPortIsTerminal);
    rt->midi_out = add(client, "midi_out", JACK_DEFAULT_MIDI_TYPE, JackPortIsOutput | JackPortIsTerminal);
    ok           = rt->midi_in && rt->midi_out;
  }
  return ok ? STATUS_OK
            : error_set(error, STATUS_FAILED,
                        "JACK gives no port for deck %u: the server has too few; start it with more "
                        "(jackd --port-max 2048) or use --no-deck-ports",
                        ndecks);
}

static void
describe_pair(jack_client_t* const client, jack_port_t* const pair[2], const char* const name, const int order)
{
  for (int ch = 0; ch < 2; ++ch) {
    char pretty[64];
    snprintf(pretty, sizeof(pretty), "%s %s", name, side_name[ch]);
    metadata_set_port(client, pair[ch], pretty, name, order + ch);
  }
}

void
ports_describe(jack_client_t* const client, const JackRt* const rt)
{
  describe_pair(client, rt->master, "Master", 1);
  describe_pair(client, rt->cue, "Cue", 3);
  describe_pair(client, rt->mic, "Mic", 5);
  for (uint32_t d = 0; d < rt->ndecks; ++d) {
    char name[16];
    snprintf(name, sizeof(name), "Deck %u", d + 1);
    describe_pair(client, rt->deck[d], name, 7 + 2 * (int)d);
  }
  metadata_set_port(client, rt->midi_in, "MIDI in", "MIDI", 7 + 2 * MAX_DECKS);
  metadata_set_port(client, rt->midi_out, "MIDI out", "MIDI", 8 + 2 * MAX_DECKS);
}

void
ports_undescribe(jack_client_t* const client, const JackRt* const rt)
{
  for (int ch = 0; ch < 2; ++ch) {
    metadata_remove(client, rt->master[ch]);
    metadata_remove(client, rt->cue[ch]);
    metadata_remove(client, rt->mic[ch]);
    for (uint32_t d = 0; d < rt->ndecks; ++d) {
      metadata_remove(client, rt->deck[d][ch]);
    }
  }
  metadata_remove(client, rt->midi_in);
  metadata_remove(client, rt->midi_out);
}

void
ports_title(jack_client_t* const client, const JackRt* const rt, const uint32_t deck, const char* const title)
{
  for (int ch = 0; deck < rt->ndecks && ch < 2; ++ch) {
    char pretty[256];
    if (title) {
      snprintf(pretty, sizeof(pretty), "Deck %u %s: %s", deck + 1, side_name[ch], title);
    } else {
      snprintf(pretty, sizeof(pretty), "Deck %u %s", deck + 1, side_name[ch]);
    }
    metadata_set_pretty(client, rt->deck[deck][ch], pretty);
  }
}

int
ports_connect_master(jack_client_t* const client, const JackRt* const rt)
{
  int          connected = 0;
  const char** physical  = jack_get_ports(client, NULL, JACK_DEFAULT_AUDIO_TYPE, JackPortIsPhysical | JackPortIsInput);
  for (int ch = 0; physical && ch < 2 && physical[ch]; ++ch) {
    const int err = jack_connect(client, jack_port_name(rt->master[ch]), physical[ch]);
    connected += err == 0 || err == EEXIST;
  }
  jack_free(physical);
  return connected;
}
