// SPDX-License-Identifier: GPL-3.0-or-later
#include "remote/options.h"

#include "base/log.h"
#include "remote/link.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool
is_option(const char* const word)
{
  return word[0] == '-' && word[1] && !strchr(".0123456789", word[1]);
}

static bool
number(const char* const text, const double low, const double high, double* const out)
{
  char* end = NULL;
  *out      = strtod(text, &end);
  return end != text && !*end && isfinite(*out) && *out >= low && *out <= high;
}

/// The value of `option` into `out`.
static bool
take_value(const char* const command, const char* const option, const char* const value, RemoteOptions* const out)
{
  double n = 0.0;
  if (!strcmp(option, "--osc")) {
    if (!number(value, 1, 65535, &n) || n != (int)n) {
      log_error("%s: --osc wants a port, 1 to 65535, not %s", command, value);
      return false;
    }
    out->port = (int)n;
  } else if (!strcmp(option, "--seconds")) {
    if (!number(value, 0, 1e6, &n)) {
      log_error("%s: --seconds wants a number of seconds, not %s", command, value);
      return false;
    }
    out->seconds = n;
  } else if (!strcmp(option, "--wait")) {
    if (!number(value, 0, 1e6, &n)) {
      log_error("%s: --wait wants a number of seconds, not %s", command, value);
      return false;
    }
    out->wait = n;
  } else if (!strcmp(option, "--host")) {
    out->host = value;
  } else {
    out->title = value;
  }
  return true;
}

static bool
is_known(const char* const word)
{
  static const char* const known[] = {"--osc", "--seconds", "--wait", "--host", "--title"};
  for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); ++i) {
    if (!strcmp(word, known[i])) {
      return true;
    }
  }
  return false;
}

int
remote_options(const int argc, char** const argv, RemoteOptions* const out)
{
  *out       = (RemoteOptions){.host = "127.0.0.1", .port = LINK_PORT, .seconds = -1.0};
  int  words = 0;
  bool ended = false;
  for (int i = 1; i < argc; ++i) {
    char* const word = argv[i];
    if (ended || !is_option(word)) {
      argv[++words] = word;
    } else if (!strcmp(word, "--")) {
      ended = true;
    } else if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
      return OPTIONS_HELP;
    } else if (!is_known(word)) {
      log_error("%s: no option %s: see deckhost %s --help", argv[0], word, argv[0]);
      return OPTIONS_WRONG;
    } else if (++i == argc) {
      log_error("%s: %s wants a value", argv[0], word);
      return OPTIONS_WRONG;
    } else if (!take_value(argv[0], word, argv[i], out)) {
      return OPTIONS_WRONG;
    }
  }
  return words;
}
