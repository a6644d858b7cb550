// SPDX-License-Identifier: GPL-3.0-or-later
#include "render/options.h"

#include "base/log.h"
#include "msg/limits.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const char render_help[] =
  "usage: deckhost render SCORE -o OUT.wav [--rate 48000] [--block 256] [--length SECONDS]\n"
  "                             [--reader fast|fine] [--threads N|auto]\n"
  "\n"
  "Plays a score without JACK, as fast as it goes, into a file: 32-bit float WAV, or FLAC\n"
  "or Ogg by its ending.  The same score always gives the same file.  A score's own\n"
  "recording is left out.\n"
  "\n"
  "  -o, --output FILE    where the mix goes; a file that is there is replaced\n"
  "      --rate HZ        of the mix, 8000 to 192000 (48000)\n"
  "      --block FRAMES   of one cycle, 1 to 8192 (256); moves only where pitch\n"
  "                       plugin and limiter come in\n"
  "      --reader KIND    for speeds other than 1: fast (90 dB) or fine (103 dB) (fast)\n"
  "      --threads N      run decks on N threads, 1 to 16, or auto: by processor cores (auto);\n"
  "                       changes nothing that is heard\n"
  "      --length SECONDS how much to render\n"
  "  -h, --help           this text\n"
  "\n"
  "Without --length it ends when the last command is done and every deck has stopped or\n"
  "reached its end.  Decks that repeat or loop never do: then one second after the last\n"
  "command, or when the others have ended.\n";

static bool
number(const char* const option,
       const char* const text,
       const double      low,
       const double      high,
       const bool        whole,
       double* const     out)
{
  char*        end   = NULL;
  const double value = strtod(text, &end);
  if (end == text || *end || !isfinite(value) || value < low || value > high || (whole && value != floor(value))) {
    log_error("render: %s wants a %snumber from %g to %g, not %s", option, whole ? "whole " : "", low, high, text);
    return false;
  }
  *out = value;
  return true;
}

static bool
take(RenderOptions* const o, const char* const option, const char* const value)
{
  double n = 0.0;
  if (!strcmp(option, "-o") || !strcmp(option, "--output")) {
    o->out = value;
    return true;
  }
  if (!strcmp(option, "--rate") && number(option, value, 8000, 192000, true, &n)) {
    o->rate = (uint32_t)n;
    return true;
  }
  if (!strcmp(option, "--block") && number(option, value, 1, MAX_BLOCK, true, &n)) {
    o->block = (uint32_t)n;
    return true;
  }
  if (!strcmp(option, "--reader")) {
    o->fine = !strcmp(value, "fine");
    if (!o->fine && strcmp(value, "fast")) {
      log_error("render: --reader is fast or fine, not %s", value);
      return false;
    }
    return true;
  }
  if (!strcmp(option, "--threads") && (!strcmp(value, "auto") || number(option, value, 1, MAX_THREADS, true, &n))) {
    o->threads = (uint32_t)n;
    return true;
  }
  return !strcmp(option, "--length") && number(option, value, 0, 360000, false, &o->length);
}

static bool
is_option(const char* const word)
{
  static const char* const known[] = {"-o", "--output", "--rate", "--block", "--reader", "--threads", "--length"};
  for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); ++i) {
    if (!strcmp(word, known[i])) {
      return true;
    }
  }
  return false;
}

static RenderWish
wrong(const char* const what, const char* const word)
{
  log_error("render: %s%s: see deckhost render --help", what, word);
  return RENDER_WRONG;
}

RenderWish
render_options(RenderOptions* const o, const int argc, char** const argv)
{
  *o         = (RenderOptions){.rate = 48000, .block = 256, .length = -1.0};
  bool ended = false;
  for (int i = 1; i < argc; ++i) {
    char* const word = argv[i];
    if (ended || word[0] != '-' || !word[1]) {
      if (o->score) {
        return wrong("one score at a time, not also ", word);
      }
      o->score = word;
    } else if (!strcmp(word, "--")) {
      ended = true;
    } else if (!strcmp(word, "-h") || !strcmp(word, "--help")) {
      return RENDER_HELP;
    } else {
      char* const equals = word[1] == '-' ? strchr(word, '=') : NULL; // --rate=44100
      if (equals) {
        *equals = '\0';
      }
      if (!is_option(word)) {
        return wrong("no option ", word);
      }
      if (!equals && ++i == argc) {
        return wrong(word, " wants a value");
      }
      if (!take(o, word, equals ? equals + 1 : argv[i])) {
        return RENDER_WRONG;
      }
    }
  }
  if (!o->score) {
    return wrong("which score?", "");
  }
  if (!o->out || !o->out[0]) {
    return wrong("where to?  -o OUT.wav is missing", "");
  }
  return RENDER_RUN;
}
