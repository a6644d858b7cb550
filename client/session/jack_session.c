// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/jack_session.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct JackSession {
  Control*       control;
  JackClient*    jack;
  const Options* options;
  Save           save; ///< under way
  bool           busy;
};

/// A word for a shell, whatever is in it.
static void
put_word(FILE* const f, const char* word)
{
  fputs(" '", f);
  for (; *word; ++word) {
    fputs(*word == '\'' ? "'\\''" : (const char[]){*word, '\0'}, f);
  }
  fputc('\'', f);
}

/// What starts us again as we were started, but for the files: those are in the session.
static char*
command_line(const JackSession* const s)
{
  const Options* const o    = s->options;
  char*                out  = NULL;
  size_t               size = 0;
  FILE* const          f    = open_memstream(&out, &size);
  if (!f) {
    return NULL;
  }
  fputs("deckhost --session \"${SESSION_DIR}deckhost.session\" --no-connect --name", f);
  put_word(f, jack_name(s->jack));
  fprintf(f, " --jack-uuid %s --decks %u --osc %d --cache %u --base-bpm %.9g --reader %s", s->save.uuid, o->decks,
          o->osc_port, o->cache_mb, o->base_bpm, o->fine ? "fine" : "fast");
  fputs(" --osc-bind", f);
  put_word(f, o->osc_bind);
  for (int i = 0; i < o->nallow; ++i) {
    fputs(" --osc-allow-path", f);
    put_word(f, o->osc_allow[i]);
  }
  if (o->crowd_port) {
    fprintf(f, " --crowdstream %d", o->crowd_port);
  }
  if (o->threads) {
    fprintf(f, " --threads %u", o->threads);
  }
  fputs(o->deck_ports ? "" : " --no-deck-ports", f);
  fputs(o->transport ? " --transport follow" : "", f);
  fclose(f);
  return out;
}

static void
on_saved(void* const data, const char* const line)
{
  JackSession* const s       = data;
  const bool         good    = !strncmp(line, "/ok", 3);
  const bool         quit    = s->save.quit;
  char* const        command = good ? command_line(s) : NULL;
  if (!good) {
    log_error("%s", line);
  }
  jack_saved(s->jack, &s->save, command);
  free(command);
  s->busy = false;
  if (good && quit) {
    control_quit(s->control);
  }
}

JackSession*
jack_session_new(Control* const control, JackClient* const jack, const Options* const options)
{
  JackSession* const s = calloc(1, sizeof(*s));
  if (s) {
    *s = (JackSession){.control = control, .jack = jack, .options = options};
  }
  return s;
}

void
jack_session_free(JackSession* const s)
{
  if (s && s->busy) {
    jack_saved(s->jack, &s->save, NULL);
  }
  free(s);
}

void
jack_session_turn(JackSession* const s)
{
  if (!s || s->busy || !jack_asked_to_save(s->jack, &s->save)) {
    return;
  }
  char path[4096];
  s->busy = true;
  (void)mkdir(s->save.folder, 0777); // who asks has made it, or not
  snprintf(path, sizeof(path), "%sdeckhost.session", s->save.folder);
  control_collect_files(s->control);
  control_save(s->control, path, on_saved, s);
}
