// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/options.h"

#include "msg/limits.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

const char options_help[] =
  "Usage: deckhost [options] [FILE...]      play decks; FILEs are loaded on decks 1, 2, ...\n"
  "       deckhost render SCORE -o OUT.wav  play a score into a file, without JACK\n"
  "       deckhost send ADDRESS [ARGS...]   one command to a running deckhost, prints the answer\n"
  "       deckhost watch                    a live view of a running deckhost\n"
  "       deckhost doctor                   what on this machine stands in the way of audio without dropouts\n"
  "\n"
  "  -n, --name NAME     JACK client name (deckhost)\n"
  "  -d, --decks N       number of decks, 2 to 64 (4, or one for each FILE)\n"
  "      --osc PORT      OSC port, UDP and TCP (9900; 0: off)\n"
  "      --osc-bind ADDR address that OSC listens on (127.0.0.1)\n"
  "      --osc-allow-path DIR  files that commands may load or write lie in DIR (repeatable; default: any from this\n"
  "                      machine, none from others)\n"
  "      --crowdstream PORT  also be crowdstream's engine, on this OSC port (off; its own is 57120)\n"
  "      --base-bpm BPM  tempo of crowdstream's tracks at speed 1 (120)\n"
  "      --cache MB      memory for audio read ahead, 16 to 65536 (256)\n"
  "      --threads N     run decks on N threads, 1 to 16, or auto: by processor cores (auto)\n"
  "      --reader KIND   for speeds other than 1: fast (90 dB) or fine (103 dB, some 1.5 times the cost) (fast)\n"
  "      --session FILE  load FILE if it is there, and keep it: saved every few seconds when something has changed\n"
  "      --midi-map FILE what MIDI controllers do: a file, or the name of an installed map, e.g. two-channel\n"
  "      --play          start the FILEs together as soon as they are loaded\n"
  "      --transport follow  play while JACK's transport rolls, at its place (off)\n"
  "      --jack-uuid UUID  by which a JACK session knows this client\n"
  "      --no-connect    don't connect the master to the sound card\n"
  "      --no-deck-ports no JACK ports per deck\n"
  "      --start-server  start a JACK server if none runs (never without this option)\n"
  "  -h, --help          --version\n"
  "\n"
  "Exit status: 0 done, 1 failed, 2 wrong usage.  deckhost send /help lists the commands; see also deckhost(1).\n";

enum {
  OPT_OSC = 256,
  OPT_OSC_BIND,
  OPT_OSC_ALLOW,
  OPT_CROWDSTREAM,
  OPT_BASE_BPM,
  OPT_CACHE,
  OPT_READER,
  OPT_THREADS,
  OPT_SESSION,
  OPT_MIDI_MAP,
  OPT_PLAY,
  OPT_NO_CONNECT,
  OPT_NO_DECK_PORTS,
  OPT_START_SERVER,
  OPT_NO_START_SERVER,
  OPT_TRANSPORT,
  OPT_JACK_UUID,
  OPT_HELP,
  OPT_VERSION
};

static const struct option table[] = {{"name", required_argument, NULL, 'n'},
                                      {"decks", required_argument, NULL, 'd'},
                                      {"osc", required_argument, NULL, OPT_OSC},
                                      {"osc-bind", required_argument, NULL, OPT_OSC_BIND},
                                      {"osc-allow-path", required_argument, NULL, OPT_OSC_ALLOW},
                                      {"crowdstream", required_argument, NULL, OPT_CROWDSTREAM},
                                      {"base-bpm", required_argument, NULL, OPT_BASE_BPM},
                                      {"cache", required_argument, NULL, OPT_CACHE},
                                      {"reader", required_argument, NULL, OPT_READER},
                                      {"threads", required_argument, NULL, OPT_THREADS},
                                      {"session", required_argument, NULL, OPT_SESSION},
                                      {"midi-map", required_argument, NULL, OPT_MIDI_MAP},
                                      {"play", no_argument, NULL, OPT_PLAY},
                                      {"no-connect", no_argument, NULL, OPT_NO_CONNECT},
                                      {"no-deck-ports", no_argument, NULL, OPT_NO_DECK_PORTS},
                                      {"start-server", no_argument, NULL, OPT_START_SERVER},
                                      {"no-start-server", no_argument, NULL, OPT_NO_START_SERVER},
                                      {"transport", required_argument, NULL, OPT_TRANSPORT},
                                      {"jack-uuid", required_argument, NULL, OPT_JACK_UUID},
                                      {"help", no_argument, NULL, OPT_HELP},
                                      {"version", no_argument, NULL, OPT_VERSION},
                                      {NULL, 0, NULL, 0}};

/// A whole number between the bounds, or false with `error` set.
static bool
read_number(const char* const option,
            const char* const text,
            const long        low,
            const long        high,
            long* const       out,
            Error*            error)
{
  char* end = NULL;
  errno     = 0;
  *out      = strtol(text, &end, 10);
  if (errno || end == text || *end || *out < low || *out > high) {
    error_set(error, STATUS_BAD_VALUE, "--%s takes a whole number from %ld to %ld, not \"%s\"", option, low, high,
              text);
    return false;
  }
  return true;
}

static bool
read_threads(const char* const text, uint32_t* const out, Error* const error)
{
  long  number = 0;
  char* end    = NULL;
  *out         = 0;
  if (strcmp(text, "auto")) {
    number = strtol(text, &end, 10);
    if (*end || number < 1 || number > MAX_THREADS) {
      error_set(error, STATUS_BAD_VALUE, "--threads takes a whole number from 1 to %d, or auto, not \"%s\"",
                MAX_THREADS, text);
      return false;
    }
    *out = (uint32_t)number;
  }
  return true;
}

static bool
read_bpm(const char* const text, double* const out, Error* const error)
{
  char* end = NULL;
  *out      = strtod(text, &end);
  if (end == text || *end || !(*out >= 20.0 && *out <= 400.0)) {
    error_set(error, STATUS_BAD_VALUE, "--base-bpm takes a number from 20 to 400, not \"%s\"", text);
    return false;
  }
  return true;
}

OptionsResult
options_read(Options* const o, const int argc, char** const argv, Error* const error)
{
  *o          = (Options){.program    = argv[0],
                          .name       = "deckhost",
                          .osc_port   = 9900,
                          .osc_bind   = "127.0.0.1",
                          .base_bpm   = 120.0,
                          .cache_mb   = 256,
                          .connect    = true,
                          .deck_ports = true};
  long number = 0;
  bool ok     = true;
  opterr      = 0;
  for (int c; ok && (c = getopt_long(argc, argv, ":hn:d:", table, NULL)) != -1;) {
    switch (c) {
      case 'n':
        o->name = optarg;
        break;
      case 'd':
        ok       = read_number("decks", optarg, 2, MAX_DECKS, &number, error);
        o->decks = (uint32_t)number;
        break;
      case OPT_OSC:
        ok          = read_number("osc", optarg, 0, 65535, &number, error);
        o->osc_port = (int)number;
        break;
      case OPT_OSC_BIND:
        o->osc_bind = optarg;
        break;
      case OPT_OSC_ALLOW:
        ok = o->nallow < MAX_OSC_ALLOW;
        if (ok) {
          o->osc_allow[o->nallow++] = optarg;
        } else {
          error_set(error, STATUS_BAD_VALUE, "--osc-allow-path can be given %d times, no more", MAX_OSC_ALLOW);
        }
        break;
      case OPT_CROWDSTREAM:
        ok            = read_number("crowdstream", optarg, 0, 65535, &number, error);
        o->crowd_port = (int)number;
        break;
      case OPT_BASE_BPM:
        ok = read_bpm(optarg, &o->base_bpm, error);
        break;
      case OPT_CACHE:
        ok          = read_number("cache", optarg, 16, 65536, &number, error);
        o->cache_mb = (uint32_t)number;
        break;
      case OPT_READER:
        o->fine = !strcmp(optarg, "fine");
        ok      = o->fine || !strcmp(optarg, "fast");
        if (!ok) {
          error_set(error, STATUS_BAD_VALUE, "--reader is fast or fine, not \"%s\"", optarg);
        }
        break;
      case OPT_THREADS:
        ok = read_threads(optarg, &o->threads, error);
        break;
      case OPT_SESSION:
        o->session = optarg;
        break;
      case OPT_MIDI_MAP:
        o->midi_map = optarg;
        break;
      case OPT_PLAY:
        o->play = true;
        break;
      case OPT_NO_CONNECT:
        o->connect = false;
        break;
      case OPT_NO_DECK_PORTS:
        o->deck_ports = false;
        break;
      case OPT_START_SERVER:
        o->start_server = true;
        break;
      case OPT_NO_START_SERVER:
        o->start_server = false;
        break;
      case OPT_TRANSPORT:
        o->transport = !strcmp(optarg, "follow");
        ok           = o->transport || !strcmp(optarg, "off");
        if (!ok) {
          error_set(error, STATUS_BAD_VALUE, "--transport is follow or off, not \"%s\"", optarg);
        }
        break;
      case OPT_JACK_UUID:
        o->uuid = optarg;
        break;
      case 'h':
      case OPT_HELP:
        return OPTIONS_HELP;
      case OPT_VERSION:
        return OPTIONS_VERSION;
      case ':':
        ok = false;
        error_set(error, STATUS_BAD_VALUE, "%s takes a value: see deckhost --help", argv[optind - 1]);
        break;
      default:
        ok = false;
        error_set(error, STATUS_BAD_VALUE, "unknown option \"%s\": see deckhost --help", argv[optind - 1]);
        break;
    }
  }
  if (ok && !*o->name) {
    ok = false;
    error_set(error, STATUS_BAD_VALUE, "--name takes a name that isn't empty");
  }
  if (!ok) {
    return OPTIONS_WRONG;
  }
  o->files  = argv + optind;
  o->nfiles = argc - optind;
  if (o->nfiles > (o->decks ? (int)o->decks : MAX_DECKS)) {
    error_set(error, STATUS_BAD_VALUE, "%d files for %d decks: %s", o->nfiles, o->decks ? (int)o->decks : MAX_DECKS,
              o->decks ? "give more with --decks" : "there can be no more");
    return OPTIONS_WRONG;
  }
  if (o->crowd_port && o->decks && o->decks < 4) {
    error_set(error, STATUS_BAD_VALUE, "crowdstream has decks A to D: --decks must be at least 4 with --crowdstream");
    return OPTIONS_WRONG;
  }
  if (!o->decks) {
    o->decks = o->nfiles > 4 ? (uint32_t)o->nfiles : 4;
  }
  return OPTIONS_RUN;
}
