// SPDX-License-Identifier: GPL-3.0-or-later
#include "complete.h"

#include "control/completion.h"
#include "remote/send.h"
#include "remote/watch.h"
#include "render/options.h"
#include "session/options.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/// The words that `deckhost` may begin with, and the help that names their options.
static const struct {
  const char* word;
  const char* help;
  const char* about;
} tools[] = {{"render", render_help, "play a score into a file, without JACK"},
             {"send", send_help, "one command to a running deckhost"},
             {"watch", watch_help, "a live view of a running deckhost"},
             {"doctor", "--help", "what stands in the way of audio without dropouts"}};

enum { TOOLS = sizeof(tools) / sizeof(tools[0]) };

static void
tell(void* const data, const char* const candidate, const char* const about)
{
  (void)data;
  printf(about ? "%s\t%s\n" : "%s\n", candidate, about);
}

/// The option at `help`, "--osc" or "-o", with what follows it up to its value; returns its length, 0: there is none.
static size_t
option_length(const char* const help, const char* const at)
{
  const bool begins = *at == '-' && (at == help || strchr(" [\n", at[-1]));
  const int  dashes = begins && at[1] == '-' ? 2 : 1;
  return begins && isalpha((unsigned char)at[dashes])
           ? (size_t)dashes + strspn(at + dashes, "abcdefghijklmnopqrstuvwxyz-")
           : 0;
}

/// All long options that a help text names.
static void
tell_options(const char* const help, const char* const begun)
{
  for (const char* p = help; *p; ++p) {
    const size_t n = option_length(help, p);
    char         option[40];
    snprintf(option, sizeof(option), "%.*s", (int)n, p);
    const char* const first = n ? strstr(help, option) : NULL; // named before
    if (n > 2 && p[1] == '-' && first == p && !strncmp(option, begun, strlen(begun))) {
      tell(NULL, option, NULL);
    }
  }
}

/// Whether an option wants a value: the help writes it in capitals after it, or after the long one of the same line.
static bool
wants_value(const char* const help, const char* const option, bool* const file)
{
  for (const char* p = help; *p; ++p) {
    const size_t n = option_length(help, p);
    if (n && n == strlen(option) && !strncmp(p, option, n)) {
      const char* value = p + n;
      if (*value == ',') { // -o, --output FILE
        value += 2;
        value += option_length(help, value);
      }
      value += *value == ' ';
      *file = !strncmp(value, "DIR", 3) || !strncmp(value, "FILE", 4) || !strncmp(value, "OUT", 3);
      return isupper((unsigned char)value[0]) && isupper((unsigned char)value[1]);
    }
  }
  return false;
}

static void
complete_files(void)
{
  puts(":files");
}

/// The words of `deckhost send`: ADDRESS [#ID] ARGS...
static void
complete_command(char** const words, const int count, const char* const begun)
{
  const int before = count > 1 && words[1][0] == '#' ? 2 : 1;
  if (count == 0) {
    completion_address(begun, tell, NULL);
  } else if (completion_argument(words[0], count - before, begun, tell, NULL)) {
    complete_files();
  }
}

int
complete_main(const int argc, char** const argv)
{
  if (argc < 2) {
    fputs("usage: deckhost complete WORD... BEGUN\n", stderr);
    return 2;
  }
  const char* const begun = argv[argc - 1];
  const char*       help  = options_help;
  int               tool  = -1;
  for (int i = 0; argc > 2 && i < TOOLS; ++i) {
    if (!strcmp(argv[1], tools[i].word)) {
      tool = i;
      help = tools[i].help;
    }
  }
  char* words[64];
  int   count = 0;
  bool  file  = false;
  bool  value = false; // the last word wants one
  for (int i = tool >= 0 ? 2 : 1; i < argc - 1; ++i) {
    const bool option = !value && argv[i][0] == '-' && isalpha((unsigned char)argv[i][argv[i][1] == '-' ? 2 : 1]);
    if (!option && !value && count < 64) {
      words[count++] = argv[i];
    }
    value = option && wants_value(help, argv[i], &file);
  }
  if (value) {
    if (file) {
      complete_files();
    }
  } else if (begun[0] == '-' && (begun[1] == '-' || !begun[1])) {
    tell_options(help, begun);
  } else if (tool >= 0 && help == send_help) {
    complete_command(words, count, begun);
  } else if (tool < 0) {
    for (int i = 0; argc == 2 && i < TOOLS; ++i) {
      if (!strncmp(tools[i].word, begun, strlen(begun))) {
        tell(NULL, tools[i].word, tools[i].about);
      }
    }
    complete_files();
  } else if (help == render_help) {
    complete_files();
  }
  return 0;
}
