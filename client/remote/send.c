// SPDX-License-Identifier: GPL-3.0-or-later
#include "remote/send.h"

#include "base/clock.h"
#include "base/log.h"
#include "remote/args.h"
#include "remote/link.h"
#include "remote/options.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const double PATIENCE = 5.0; ///< seconds without a word before we give up

const char send_help[] = "usage: deckhost send [--osc PORT] [--host HOST] [--seconds N] [--wait N] ADDRESS [ARGS...]\n"
                         "One command to a running deckhost; prints the answer.  Examples:\n"
                         "  deckhost send /deck/1/load intro.flac\n"
                         "  deckhost send /deck/1/play\n"
                         "  deckhost send /ramp /deck/1/eq/low -12 4\n"
                         "  deckhost send /get '/deck/*/position'\n"
                         "  deckhost send /help\n"
                         "  --osc PORT   where the deckhost listens (9900)      --host HOST  (127.0.0.1)\n"
                         "  --seconds N  how long to wait for the answer (5)    --wait N     for it to start (0)\n"
                         "Relative paths are taken from here, unless HOST is another machine.\n";

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

/// Whether a machine is this one, and names mean the same there.
static bool
is_here(const char* const host)
{
  return !strncmp(host, "127.", 4) || !strcmp(host, "localhost") || !strcmp(host, "::1");
}

/// Which of a command's arguments are paths, as its line of /help says: bit I for argument I.
static uint64_t
find_paths(Link* const l, const char* const address, const double patience, Error* const error)
{
  uint64_t   paths = 0;
  lo_message m     = lo_message_new();
  lo_message_add_string(m, address);
  Status status = link_send(l, "/help", m, error);
  lo_message_free(m);
  for (bool answered = false; !status && !answered;) {
    LinkMessage answer;
    status = link_receive(l, (int)(patience * 1e3), &answer, error);
    if (status) {
      break;
    }
    const char* spec = !strcmp(answer.address, "/help") ? args_string(answer.message, 3) : NULL;
    for (int i = 0; spec && *spec && i < 64; ++i) {
      const size_t      length = strcspn(spec, " ");
      const char* const colon  = memchr(spec, ':', length);
      const bool        path   = colon && (!strncmp(colon, ":path", 5) || !strncmp(colon, ":file", 5));
      paths |= (uint64_t)path << i;
      spec += length + (spec[length] == ' ');
    }
    answered = !strcmp(answer.address, "/ok") || !strcmp(answer.address, "/error");
    link_message_clear(&answer);
  }
  return paths;
}

/// Add a path as a string, from the root on.
static void
add_path(const lo_message m, const char* const word)
{
  char here[PATH_MAX];
  char path[2 * PATH_MAX];
  if (word[0] == '/' || !word[0] || !getcwd(here, sizeof(here))) {
    lo_message_add_string(m, word);
  } else {
    snprintf(path, sizeof(path), "%s/%s", strcmp(here, "/") ? here : "", word);
    lo_message_add_string(m, path);
  }
}

/// The arguments of the command `argv[1]`.
static lo_message
make_message(Link* const l, const int words, char** const argv, const RemoteOptions* const o, Error* const error)
{
  lo_message m     = lo_message_new();
  const int  first = words > 1 && argv[2][0] == '#' ? 3 : 2; // after the id
  bool       ask   = false;
  for (int i = first; i <= words; ++i) {
    ask = ask || argv[i][0] != '/';
  }
  const uint64_t paths =
    ask && is_here(o->host) ? find_paths(l, argv[1], o->seconds >= 0.0 ? o->seconds : PATIENCE, error) : 0;
  for (int i = 2; i <= words; ++i) {
    if (i >= first && i - first < 64 && (paths >> (i - first) & 1)) {
      add_path(m, argv[i]);
    } else {
      args_add(m, argv[i]);
    }
  }
  return m;
}

int
send_main(const int argc, char** const argv)
{
  RemoteOptions options;
  const int     words = remote_options(argc, argv, &options);
  if (words == OPTIONS_HELP) {
    fputs(send_help, stdout);
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
  if (link_open_ready(&l, options.host, options.port, options.wait, &error)) {
    log_error("%s", error.text);
    return 1;
  }
  const lo_message m      = make_message(l, words, argv, &options, &error);
  int              result = 1;
  if (link_send(l, argv[1], m, &error)) {
    log_error("%s", error.text);
  } else {
    result = print_answers(l, options.seconds >= 0.0 ? options.seconds : PATIENCE, &error);
  }
  lo_message_free(m);
  link_free(l);
  return result;
}
