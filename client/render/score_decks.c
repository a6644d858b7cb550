// SPDX-License-Identifier: GPL-3.0-or-later
#include "render/score_decks.h"

#include "msg/limits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t
larger(const uint32_t a, const long b)
{
  return b <= (long)a     ? a
         : b <= MAX_DECKS ? (uint32_t)b
                          : MAX_DECKS; // who reads the line says that there can't be more
}

/// The decks of `/start SECONDS DECK...`.
static uint32_t
of_start(uint32_t most, char* const args)
{
  char* save = NULL;
  strtok_r(args, " \t\r\n", &save);
  for (char* word; (word = strtok_r(NULL, " \t\r\n", &save)) && word[0] != '#';) {
    most = larger(most, strtol(word, NULL, 10));
  }
  return most;
}

/// A line is TIME ADDRESS ARGS...
static uint32_t
of_line(const uint32_t most, char* const line)
{
  static const char blanks[] = " \t\r\n";
  char*             word     = line + strspn(line, blanks);
  if (*word == '#') {
    return most;
  }
  word += strcspn(word, blanks);
  word += strspn(word, blanks);
  if (!strncmp(word, "/deck/", 6)) {
    return larger(most, strtol(word + 6, NULL, 10));
  }
  if (!strncmp(word, "/start", 6) && word[6] && strchr(blanks, word[6])) {
    return of_start(most, word + 7);
  }
  if (!strncmp(word, "/ramp", 5)) { // ADDRESS is its first argument
    word += 5;
    word += strspn(word, " \t\"");
    return !strncmp(word, "/deck/", 6) ? larger(most, strtol(word + 6, NULL, 10)) : most;
  }
  return most;
}

Status
score_decks(const char* const path, uint32_t* const out, Error* const error)
{
  FILE* const f = fopen(path, "r");
  if (!f) {
    return error_set(error, STATUS_NOT_FOUND, "can't read the score %s: %s", path, strerror(errno));
  }
  char*  line = NULL;
  size_t room = 0;
  *out        = RENDER_MIN_DECKS;
  while (getline(&line, &room, f) >= 0) {
    *out = of_line(*out, line);
  }
  free(line);
  fclose(f);
  return STATUS_OK;
}
