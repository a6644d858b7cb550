// SPDX-License-Identifier: GPL-3.0-or-later
#include "remote/send.h"

#include "base/clock.h"
#include "base/log.h"
#include "remote/args.h"
#include "remote/link.h"
#include "remote/options.h"

#include <stdio.h>
#include <string.h>

static const double PATIENCE = 5.0; ///< seconds without a word before we give up

static const char* const usage = "usage: deckhost send [--osc PORT] [--host HOST] [--seconds N] ADDRESS [ARGS...]\n"
                                 "One command to a running deckhost; prints the answer.  Examples:\n"
                                 "  deckhost send /deck/1/load \"$PWD/intro.flac\"\n"
                                 "  deckhost send /deck/1/play\n"
                                 "  deckhost send /ramp /deck/1/eq/low -12 4\n"
                                 "  deckhost send /get '/deck/*/position'\n"
                                 "  deckhost send /help\n"
                                 "  --osc PORT   where the deckhost listens (9900)      --host HOST  (127.0.0.1)\n"
                                 "  --seconds N  how long to wait for the answer (5)\n";

/// Print what comes until the command is answered.
static int
print_answers(Link* const l, const double patience, Error* const error)
{
  for (;;) {
    LinkMessage  m;
    const Status s = link_receive(l, (int)(patience * 1e3), &m, error);
    if (s) {
      log_error("%s", error->text);
      return 1;
    }
    char line[4096];
    args_line(m.address, m.message, line, sizeof(line));
    puts(line);
    const int result = !strcmp(m.address, "/ok") ? 0 : !strcmp(m.address, "/error") ? 1 : -1;
    link_message_clear(&m);
    if (result >= 0) {
      fflush(stdout);
      return result;
    }
  }
}

int
send_main(const int argc, char** const argv)
{
  RemoteOptions options;
  const int     words = remote_options(argc, argv, &options);
  if (words == OPTIONS_HELP) {
    fputs(usage, stdout);
    return 0;
  }
  if (words == OPTIONS_WRONG) {
    return 2;
  }
  if (words == 0 || argv[1][0] != '/') {
    log_error("send: which command?  An address like /deck/1/play, then its arguments: see deckhost send --help");
    return 2;
  }
  Error error = {""};
  Link* l     = NULL;
  if (link_open(&l, options.host, options.port, &error)) {
    log_error("%s", error.text);
    return 1;
  }
  lo_message m = lo_message_new();
  for (int i = 2; i <= words; ++i) {
    args_add(m, argv[i]);
  }
  int result = 1;
  if (link_send(l, argv[1], m, &error)) {
    log_error("%s", error.text);
  } else {
    result = print_answers(l, options.seconds >= 0.0 ? options.seconds : PATIENCE, &error);
  }
  lo_message_free(m);
  link_free(l);
  return result;
}
