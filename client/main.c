// SPDX-License-Identifier: GPL-3.0-or-later
#include "complete.h"

#include "base/log.h"
#include "remote/send.h"
#include "remote/watch.h"
#include "render/render.h"
#include "session/doctor.h"
#include "session/options.h"
#include "session/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_USAGE 2

/// What `deckhost WORD ...` does instead of playing.
static const struct {
  const char* word;
  int (*main)(int argc, char** argv);
} tools[] = {{"render", render_main},
             {"send", send_main},
             {"watch", watch_main},
             {"doctor", doctor_main},
             {"complete", complete_main}};

int
main(int argc, char** argv)
{
  for (size_t i = 0; argc > 1 && i < sizeof(tools) / sizeof(tools[0]); ++i) {
    if (!strcmp(argv[1], tools[i].word)) {
      return tools[i].main(argc - 1, argv + 1);
    }
  }

  Options options;
  Error   error;
  switch (options_read(&options, argc, argv, &error)) {
    case OPTIONS_RUN:
      return session_run(&options);
    case OPTIONS_HELP:
      fputs(options_help, stdout);
      return EXIT_SUCCESS;
    case OPTIONS_VERSION:
      puts("deckhost " DECKHOST_VERSION);
      return EXIT_SUCCESS;
    case OPTIONS_WRONG:
      break;
  }
  log_error("%s", error.text);
  return EXIT_USAGE;
}
