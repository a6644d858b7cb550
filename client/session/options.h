// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SESSION_OPTIONS_H
#define SESSION_OPTIONS_H

// The command line of `deckhost [options] [FILE...]`.

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

enum { MAX_OSC_ALLOW = 16 };

typedef struct {
  const char* program;  ///< argv[0]
  const char* name;     ///< JACK client name
  uint32_t    decks;    ///< 2 .. MAX_DECKS
  int         osc_port; ///< 0: off
  const char* osc_bind; ///< address
  const char* osc_allow[MAX_OSC_ALLOW];
  int         nallow;

  int    crowd_port; ///< crowdstream's OSC; 0: off
  double base_bpm;   ///< of tracks at speed 1, for crowdstream

  uint32_t    cache_mb;
  bool        fine;    ///< the better varispeed reader
  uint32_t    threads; ///< for decks; 0: auto
  bool        play;
  bool        connect;
  bool        deck_ports;
  bool        start_server;
  bool        transport; ///< follow JACK's
  const char* uuid;      ///< of a JACK session, NULL: none
  const char* session;   ///< file, NULL: none
  const char* midi_map;  ///< file, NULL: none
  char**      files;     ///< of argv
  int         nfiles;
} Options;

typedef enum { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_VERSION, OPTIONS_WRONG } OptionsResult;

/// Read argv.  OPTIONS_WRONG: `error` says what is wrong.  The strings stay argv's.
OptionsResult options_read(Options* o, int argc, char** argv, Error* error);

/// The text of --help.
extern const char options_help[];

#endif
