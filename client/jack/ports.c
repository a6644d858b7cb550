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

/// Whether one of our names is another client's port's alias: JACK then doesn't give it to us.  `error` says so.
static bool
is_taken(jack_client_t* const client, const char* const name, Error* const error)
{
  char full[512];
  snprintf(full, sizeof(full), "%s:%s", jack_get_client_name(client), name);
  const jack_port_t* const port = jack_port_by_name(client, full);
  if (port && !jack_port_is_mine(client, port)) {
    error_set(error, STATUS_FAILED, "\"%s\" is an alias of %s: take that alias away (jack_alias -u), or use --name",
              full, jack_port_name(port));
    return true;
  }
  return false;
}

static Status
too_few(jack_client_t* const client, const uint32_t deck, Error* const error)
{
  for (int ch = 0; ch < 2; ++ch) {
    char name[32];
    snprintf(name, sizeof(name), "deck%u_%c", deck + 1, side_letter[ch]);
    if (is_taken(client, name, error)) {
      return STATUS_FAILED;
    }
  }
  return error_set(error, STATUS_FAILED,
                   "JACK gives no port for deck %u: the server has too few; start it with more "
                   "(jackd --port-max 2048) or use --no-deck-ports",
                   deck + 1);
}

// Both or none.
static bool
add_deck(jack_client_t* const client, JackRt* const rt, const uint32_t deck)
{
  jack_port_t* pair[2];
  char         name[16];
  snprintf(name, sizeof(name), "deck%u", deck + 1);
  if (!add_pair(client, pair, name, JackPortIsOutput | JackPortIsTerminal)) { // a file: nothing flows through
    ports_unregister(client, pair);
    return false;
  }
  for (int ch = 0; ch < 2; ++ch) {
    atomic_store_explicit(&rt->deck[deck][ch], pair[ch], memory_order_release);
  }
  return true;
}

Status
ports_register(jack_client_t* const client, JackRt* const rt, const uint64_t decks, Error* const error)
{
  for (uint32_t d = 0; d < MAX_DECKS; ++d) { // of a server that is gone
    atomic_store(&rt->deck[d][0], NULL);
    atomic_store(&rt->deck[d][1], NULL);
  }
  bool ok = add_pair(client, rt->master, "master", JackPortIsOutput) &&
            add_pair(client, rt->cue, "cue", JackPortIsOutput) &&
            add_pair(client, rt->booth, "booth", JackPortIsOutput) && add_pair(client, rt->mic, "mic", JackPortIsInput);
  for (uint32_t d = 0; ok && d < MAX_DECKS; ++d) {
    if (decks >> d & 1 && !add_deck(client, rt, d)) {
      return too_few(client, d, error);
    }
  }
  if (ok) {
    rt->midi_in  = add(client, "midi_in", JACK_DEFAULT_MIDI_TYPE, JackPortIsInput | JackPortIsTerminal);
    rt->midi_out = add(client, "midi_out", JACK_DEFAULT_MIDI_TYPE, JackPortIsOutput | JackPortIsTerminal);
    ok           = rt->midi_in && rt->midi_out;
  }
  static const char* const own[] = {"master_L", "master_R", "cue_L", "cue_R",   "booth_L",
                                    "booth_R",  "mic_L",    "mic_R", "midi_in", "midi_out"};
  for (size_t i = 0; !ok && i < sizeof(own) / sizeof(own[0]); ++i) {
    if (is_taken(client, own[i], error)) {
      return STATUS_FAILED;
    }
  }
  return ok ? STATUS_OK
            : error_set(error, STATUS_FAILED,
                        "JACK gives no port for the master, cue, mic or MIDI: the server has too few; start it with "
                        "more (jackd --port-max 2048)");
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

static void
describe_deck(jack_client_t* const client, const JackRt* const rt, const uint32_t deck)
{
  jack_port_t* const pair[2] = {atomic_load(&rt->deck[deck][0]), atomic_load(&rt->deck[deck][1])};
  char               name[16];
  snprintf(name, sizeof(name), "Deck %u", deck + 1);
  if (pair[0] && pair[1]) {
    describe_pair(client, pair, name, 9 + 2 * (int)deck);
  }
}

Status
ports_add_deck(jack_client_t* const client, JackRt* const rt, const uint32_t deck, Error* const error)
{
  if (!add_deck(client, rt, deck)) {
    return too_few(client, deck, error);
  }
  describe_deck(client, rt, deck);
  return STATUS_OK;
}

bool
ports_take_deck(JackRt* const rt, const uint32_t deck, jack_port_t* taken[2])
{
  for (int ch = 0; ch < 2; ++ch) {
    taken[ch] = atomic_exchange(&rt->deck[deck][ch], NULL);
  }
  return taken[0] && taken[1];
}

void
ports_unregister(jack_client_t* const client, jack_port_t* const taken[2])
{
  for (int ch = 0; ch < 2; ++ch) {
    if (taken[ch]) {
      metadata_remove(client, taken[ch]);
      jack_port_unregister(client, taken[ch]);
    }
  }
}

void
ports_describe(jack_client_t* const client, const JackRt* const rt)
{
  metadata_set_icon(client, "audio-x-generic");
  describe_pair(client, rt->master, "Master", 1);
  describe_pair(client, rt->cue, "Cue", 3);
  describe_pair(client, rt->booth, "Booth", 5);
  describe_pair(client, rt->mic, "Mic", 7);
  for (uint32_t d = 0; d < MAX_DECKS; ++d) {
    describe_deck(client, rt, d);
  }
  metadata_set_port(client, rt->midi_in, "MIDI in", "MIDI", 9 + 2 * MAX_DECKS);
  metadata_set_port(client, rt->midi_out, "MIDI out", "MIDI", 10 + 2 * MAX_DECKS);
}

void
ports_undescribe(jack_client_t* const client, const JackRt* const rt)
{
  metadata_remove_icon(client);
  for (int ch = 0; ch < 2; ++ch) {
    metadata_remove(client, rt->master[ch]);
    metadata_remove(client, rt->cue[ch]);
    metadata_remove(client, rt->booth[ch]);
    metadata_remove(client, rt->mic[ch]);
    for (uint32_t d = 0; d < MAX_DECKS; ++d) {
      jack_port_t* const port = atomic_load(&rt->deck[d][ch]);
      if (port) {
        metadata_remove(client, port);
      }
    }
  }
  metadata_remove(client, rt->midi_in);
  metadata_remove(client, rt->midi_out);
}

void
ports_title(jack_client_t* const client, const JackRt* const rt, const uint32_t deck, const char* const title)
{
  for (int ch = 0; ch < 2; ++ch) {
    jack_port_t* const port = atomic_load(&rt->deck[deck][ch]);
    if (!port) {
      continue;
    }
    char pretty[256];
    if (title) {
      snprintf(pretty, sizeof(pretty), "Deck %u %s: %s", deck + 1, side_name[ch], title);
    } else {
      snprintf(pretty, sizeof(pretty), "Deck %u %s", deck + 1, side_name[ch]);
    }
    metadata_set_pretty(client, port, pretty);
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
