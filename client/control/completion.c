// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/completion.h"

#include "control/table.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_DECKS = 8, SHOWN_SLOTS = 8 }; ///< of those that there may be, when nothing is typed yet

/// How the table writes what was typed: a deck's number is N, others are K.
static void
as_form(const char* text, char* out, const size_t size)
{
  int    numbers = strncmp(text, "/deck/", 6) ? 1 : 0;
  size_t n       = 0;
  while (*text && n + 1 < size) {
    const size_t length = *text == '/' ? 1 : strcspn(text, "/");
    const bool   number = numbers < 2 && length && strspn(text, "0123456789") >= length;
    if (number) {
      out[n++] = "NK"[numbers++];
    }
    for (size_t i = 0; !number && i < length && n + 1 < size; ++i) {
      out[n++] = text[i];
    }
    text += length;
  }
  out[n] = '\0';
}

/// Numbers that go on with `last`.
static void
tell_numbers(const char* const    head,
             const char* const    last,
             const unsigned       most,
             const bool           more,
             const CompletionTell tell,
             void* const          data)
{
  for (unsigned i = 1; i <= most; ++i) {
    char number[16];
    char candidate[2 * MAX_ADDRESS];
    snprintf(number, sizeof(number), "%u", i);
    if (!strncmp(number, last, strlen(last))) {
      snprintf(candidate, sizeof(candidate), "%s%s%s", head, number, more ? "/" : "");
      tell(data, candidate, NULL);
    }
  }
}

/// Whether an entry before `index` goes on with the same part: it was told.
static bool
was_told(const size_t index, const char* const form, const char* const part, const size_t length, const bool more)
{
  const size_t n = strlen(form);
  for (size_t i = 0; i < index; ++i) {
    const char* const t = table[i].address;
    if (!strncmp(t, form, n) && !strncmp(t + n, part, length) && (more ? t[n + length] == '/' : !t[n + length])) {
      return true;
    }
  }
  return false;
}

void
completion_address(const char* const begun, const CompletionTell tell, void* const data)
{
  char              head[MAX_ADDRESS] = "";
  char              form[MAX_ADDRESS];
  const char* const slash = strrchr(begun, '/');
  const size_t      n     = slash ? (size_t)(slash - begun) + 1 : 0;
  if (n >= sizeof(head)) {
    return;
  }
  memcpy(head, begun, n);
  head[n]                = '\0';
  const char* const last = begun + n;
  as_form(head, form, sizeof(form));
  if (!n) {
    tell(data, "/", NULL);
    return;
  }
  for (size_t i = 0; i < table_size; ++i) {
    const char* const t = table[i].address;
    if (strncmp(t, form, strlen(form)) != 0) {
      continue;
    }
    const char* const part   = t + strlen(form);
    const size_t      length = strcspn(part, "/");
    const bool        more   = part[length] == '/';
    if (!length || was_told(i, form, part, length, more)) {
      continue;
    }
    if (length == 1 && (*part == 'N' || *part == 'K')) {
      const unsigned most  = *part == 'N' ? MAX_DECKS : table[i].slots;
      const unsigned shown = *part == 'N' ? SHOWN_DECKS : SHOWN_SLOTS;
      tell_numbers(head, last, *last || most < shown ? most : shown, more, tell, data);
    } else if (!strncmp(part, last, strlen(last)) && strlen(last) <= length) {
      char candidate[2 * MAX_ADDRESS];
      snprintf(candidate, sizeof(candidate), "%s%.*s%s", head, (int)length, part, more ? "/" : "");
      tell(data, candidate, more ? NULL : table[i].help);
    }
  }
}

/// Those of "one|other" that go on with `begun`.
static void
tell_words(const char* words, const char* const begun, const CompletionTell tell, void* const data)
{
  while (*words) {
    char         word[64];
    const size_t length = strcspn(words, "|");
    snprintf(word, sizeof(word), "%.*s", (int)length, words);
    if (!strncmp(word, begun, strlen(begun))) {
      tell(data, word, NULL);
    }
    words += length + (words[length] == '|');
  }
}

bool
completion_argument(const char* const    address,
                    const int            index,
                    const char* const    begun,
                    const CompletionTell tell,
                    void* const          data)
{
  char         form[MAX_ADDRESS];
  const Entry* e = NULL;
  as_form(address, form, sizeof(form));
  for (size_t i = 0; i < table_size && !e; ++i) {
    e = strcmp(table[i].address, form) ? NULL : &table[i];
  }
  const ArgSpec* a = NULL;
  for (int i = 0; e && i < MAX_SPECS && i <= index && e->args[i].kind; ++i) {
    a = i == index || e->args[i].kind == ARG_DECKS ? &e->args[i] : NULL;
  }
  if (!a) {
    return false;
  }
  switch (a->kind) {
    case ARG_FILE:
    case ARG_PATH:
      return true;
    case ARG_SWITCH:
      tell_words("0|1", begun, tell, data);
      break;
    case ARG_CHOICE:
      tell_words(a->words, begun, tell, data);
      break;
    case ARG_DECK:
    case ARG_DECKS:
      tell_numbers("", begun, SHOWN_DECKS, false, tell, data);
      break;
    case ARG_TEXT: // commands that are about others
      if (!strcmp(a->name, "address") || !strcmp(a->name, "pattern")) {
        completion_address(begun, tell, data);
      }
      break;
    case ARG_NUMBER:
    case ARG_WHOLE:
    case ARG_NONE:
      break;
  }
  return false;
}
