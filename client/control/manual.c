// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/manual.h"

#include "control/params.h"
#include "control/table.h"

#include <string.h>

static void
write_arguments(FILE* const f, const Entry* const e)
{
  char usage[120];
  table_usage(e, usage, sizeof(usage));
  fputs(e->run ? usage : "*read only*", f);
}

/// A table cell: the bar that separates cells is escaped.
static void
write_cell(FILE* const f, const char* text)
{
  for (; *text; ++text) {
    if (*text == '|') {
      fputc('\\', f);
    }
    fputc(*text, f);
  }
}

static void
write_section(FILE* const f, const char* const title, bool (*belongs)(const Entry* e))
{
  fprintf(f, "### %s\n\n| address | arguments | meaning | `/get` | `/ramp` |\n|---|---|---|---|---|\n", title);
  for (size_t i = 0; i < table_size; ++i) {
    const Entry* const e = &table[i];
    if (belongs(e)) {
      char help[600];
      table_help(e, help, sizeof(help));
      fprintf(f, "| `%s` | ", e->address);
      write_arguments(f, e);
      fputs(" | ", f);
      write_cell(f, help);
      fprintf(f, " | %s | %s |\n", e->read ? "yes" : "", e->ramp ? "yes" : "");
    }
  }
  fputc('\n', f);
}

static bool
is_of_deck(const Entry* const e)
{
  return !strncmp(e->address, "/deck/", 6);
}

static bool
is_of_mixer(const Entry* const e)
{
  static const char* const parts[] = {"/crossfader", "/master/", "/booth/", "/cue/", "/mic/", "/clips/"};
  for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); ++i) {
    if (!strncmp(e->address, parts[i], strlen(parts[i]))) {
      return true;
    }
  }
  return false;
}

static bool
is_other(const Entry* const e)
{
  return !is_of_deck(e) && !is_of_mixer(e);
}

void
manual_write(FILE* const f)
{
  write_section(f, "Decks", is_of_deck);
  write_section(f, "Mixer", is_of_mixer);
  write_section(f, "All decks, recording, scores, the program", is_other);
}
