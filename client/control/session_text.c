// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/session_text.h"

#include "control/commands.h"
#include "control/midi.h"
#include "control/state.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  Control*      control;
  const char*   folder; ///< its real path
  int           flags;
  bool          reset; ///< what brings back to the beginning, rather than here
  const States* states;
  FILE*         file;
} Text;

__attribute__((format(printf, 2, 3))) static void
put(const Text* const t, const char* const format, ...)
{
  va_list args;
  va_start(args, format);
  vfprintf(t->file, format, args);
  va_end(args);
}

static void
put_value(const Text* const t, const Value* const v)
{
  char         word[2 * 4096 + 8] = "";
  const size_t need               = v->text ? 2 * strlen(v->text) + 8 : 0;
  char* const  room               = need > sizeof(word) ? malloc(need) : word;
  if (room) {
    room[0] = '\0';
    line_append(room, room == word ? sizeof(word) : need, v);
    put(t, " %s", room + (room[0] == ' '));
  }
  if (room != word) {
    free(room);
  }
}

/// `path` with its folder as it really is; what it leads to itself doesn't matter.  malloc'd, or NULL.
static char*
real_place(const char* const path)
{
  const char* const slash  = strrchr(path, '/');
  char* const       folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
  char* const       real   = folder ? realpath(folder, NULL) : NULL;
  char*             out    = NULL;
  if (real && asprintf(&out, "%s/%s", strcmp(real, "/") != 0 ? real : "", slash ? slash + 1 : path) < 0) {
    out = NULL;
  }
  free(folder);
  free(real);
  return out;
}

/// A link to `path` in audio/, made where there is none: its name as the session sees it, malloc'd, or NULL.
static char*
link_to(const char* const folder, const char* const path)
{
  const char* const slash = strrchr(path, '/');
  const char* const name  = slash ? slash + 1 : path;
  const char* const dot   = strrchr(name, '.');
  const int         stem  = dot && dot > name ? (int)(dot - name) : (int)strlen(name);
  char*             made  = NULL;
  char              leads[4096];
  for (int i = 1; i < 1000; ++i) {
    char count[8] = "";
    if (i > 1) {
      snprintf(count, sizeof(count), "-%d", i);
    }
    if (asprintf(&made, "%s/audio/%.*s%s%s", folder, stem, name, count, name + stem) < 0) {
      return NULL;
    }
    const ssize_t n      = readlink(made, leads, sizeof(leads) - 1);
    leads[n > 0 ? n : 0] = '\0';
    if (!strcmp(leads, path) || (n < 0 && errno == ENOENT && !symlink(path, made))) {
      char* const relative = strdup(made + strlen(folder) + 1);
      free(made);
      return relative;
    }
    free(made);
    if (n < 0 && errno != EEXIST && errno != EINVAL) {
      break; // not a matter of the name
    }
  }
  return NULL;
}

static char*
collect(const char* const folder, const char* const path)
{
  char* audio = NULL;
  char* link  = NULL;
  if (asprintf(&audio, "%s/audio", folder) >= 0) {
    if (!mkdir(audio, 0777) || errno == EEXIST) {
      link = link_to(folder, path);
    }
    free(audio);
  }
  return link;
}

/// A path below the session's folder as seen from there.
static void
put_path(const Text* const t, const char* const path)
{
  char* const  real  = t->folder ? real_place(path) : NULL;
  const size_t n     = real ? strlen(t->folder) : 0;
  const bool   below = real && !strncmp(real, t->folder, n) && real[n] == '/';
  char* const  link  = real && !below && t->flags & TEXT_COLLECT ? collect(t->folder, real) : NULL;
  const Value  v     = value_text(below ? real + n + 1 : link ? link : real ? real : path);
  put_value(t, &v);
  free(link);
  free(real);
}

/// What an entry that is a control has at first.
static bool
initial_value(Control* const c, const Entry* const e, const uint8_t deck, double* const out)
{
  OpsPort port;
  if (e->control == CONTROL_PARAM) {
    *out = (double)param_default(e->param);
    return true;
  }
  if (c->ops.plugin_port(c->ops.self, entry_chain(e, deck), e->slot, e->symbol, &port, NULL)) {
    return false;
  }
  *out = (double)port.initial;
  return true;
}

static double
value_now(Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k)
{
  OpsPort port;
  float   value = 0.0f;
  if (e->control == CONTROL_PARAM) {
    return (double)params_value(c->params, e->param, deck, e->slots ? k : 0, now_of(c));
  }
  if (!c->ops.plugin_port(c->ops.self, entry_chain(e, deck), e->slot, e->symbol, &port, NULL) &&
      !params_port(c->params, entry_chain(e, deck), e->slot, port.port, now_of(c), &value)) {
    value = c->ops.plugin_value(c->ops.self, entry_chain(e, deck), e->slot, port.port);
  }
  return (double)value;
}

static void
put_control(const Text* const t, const Entry* const e, const uint8_t deck, const uint8_t k)
{
  Control* const c     = t->control;
  double         first = 0.0;
  if (!initial_value(c, e, deck, &first)) {
    return;
  }
  const double now  = value_now(c, e, deck, k);
  const bool always = !t->reset && e->control == CONTROL_PARAM && e->param == PARAM_FADER; // so that the deck is named
  if (now != first || always) {
    char  address[MAX_ADDRESS];
    Value v[MAX_READ];
    v[0] = value_float((float)first);
    table_address(e, deck, k, address, sizeof(address));
    put(t, "%s", address);
    if (!t->reset) {
      e->read(c, e, deck, k, v);
    }
    put_value(t, &v[0]);
    put(t, "\n");
  }
}

static void
put_controls(const Text* const t, const bool of_deck, const uint8_t deck)
{
  for (size_t i = 0; i < table_size; ++i) {
    const Entry* const e = &table[i];
    if (e->control && !strncmp(e->address, "/deck/N/", 8) == of_deck) {
      for (uint8_t k = 0; k < (e->slots ? e->slots : 1); ++k) {
        put_control(t, e, deck, k);
      }
    }
  }
}

/// Whether a port has an address of its own in the table, or is the deck's.
static bool
has_address(const uint8_t slot, const char* const symbol)
{
  for (size_t i = 0; i < table_size; ++i) {
    if (table[i].control == CONTROL_PORT && table[i].slot == slot && !strcmp(table[i].symbol, symbol)) {
      return true;
    }
  }
  return deck_owns_port(slot, symbol);
}

static float
port_now(Control* const c, const uint8_t chain, const uint8_t slot, const uint32_t port)
{
  float value = 0.0f;
  return params_port(c->params, chain, slot, port, now_of(c), &value)
           ? value
           : c->ops.plugin_value(c->ops.self, chain, slot, port);
}

static void
name_insert(const uint8_t chain, const uint8_t slot, char* const out, const size_t size)
{
  const int k = slot - SLOT_INSERT + 1;
  if (chain < MAX_DECKS) {
    snprintf(out, size, "/deck/%d/insert/%d", chain + 1, k);
  } else {
    snprintf(out, size, "/%s/insert/%d", chain == CHAIN_MIC ? "mic" : "master", k);
  }
}

/// The ports of a plugin that were moved and have no address of their own.
static void
put_ports(const Text* const t, const uint8_t chain, const uint8_t slot, const char* const name)
{
  Control* const c = t->control;
  OpsPort        port;
  const char*    symbol = NULL;
  for (uint32_t i = 0; c->ops.plugin_port_at && c->ops.plugin_port_at(c->ops.self, chain, slot, i, &port, &symbol);
       ++i) {
    if (!port.input || has_address(slot, symbol)) {
      continue;
    }
    const float value = port_now(c, chain, slot, port.port);
    if (value != port.initial) {
      const Value v = value_float(t->reset ? port.initial : value);
      if (chain == CHAIN_MIC) {
        put(t, "/mic/%s/set %s", name, symbol);
      } else {
        put(t, "/deck/%d/%s/set %s", chain + 1, name, symbol);
      }
      put_value(t, &v);
      put(t, "\n");
    }
  }
}

/// The plugins in a chain's inserts, each with its ports.
static void
put_inserts(const Text* const t, const uint8_t chain)
{
  Control* const c = t->control;
  OpsPlugin      p;
  OpsPort        port;
  const char*    symbol = NULL;
  for (uint8_t slot = SLOT_INSERT; slot < MAX_SLOTS; ++slot) {
    char address[32];
    if (!c->ops.plugin_about || !c->ops.plugin_about(c->ops.self, chain, slot, &p)) {
      continue;
    }
    name_insert(chain, slot, address, sizeof(address));
    if (t->reset) {
      put(t, "%s/unload\n", address);
      continue;
    }
    const Value uri = value_text(p.uri);
    put(t, "%s/load", address);
    put_value(t, &uri);
    const char* const state = t->states ? states_folder(t->states, c, chain, slot) : NULL;
    if (state) {
      const Value v = value_text(state);
      put_value(t, &v);
    }
    put(t, "\n");
    for (uint32_t i = 0; c->ops.plugin_port_at(c->ops.self, chain, slot, i, &port, &symbol); ++i) {
      const Value v = value_float(port_now(c, chain, slot, port.port));
      if (port.input && i != p.enabled && (float)v.number != port.initial) {
        put(t, "%s/set %s", address, symbol);
        put_value(t, &v);
        put(t, "\n");
      }
    }
    if (port_now(c, chain, slot, p.enabled) == 0.0f) {
      put(t, "%s/enable 0\n", address);
    }
  }
}

static double
seconds(const Control* const c, const uint8_t deck, const double frames)
{
  const Stem* const s = deck_stem(c, deck);
  return s && s->rate ? frames / s->rate : 0.0;
}

static void
put_track(const Text* const t, const uint8_t deck)
{
  const Deck* const d = &t->control->decks[deck];
  for (int s = 0; s < MAX_STEMS; ++s) {
    if (d->stem[s].path) {
      put(t, "/deck/%d/load", deck + 1);
      put_path(t, d->stem[s].path);
      if (s) {
        put(t, " %d", s + 1);
      }
      put(t, "\n");
    }
  }
}

/// Where a deck is and comes back to, once its track is there.
static void
put_places(const Text* const t, const uint8_t deck)
{
  Control* const    c = t->control;
  const Deck* const d = &c->decks[deck];
  const int         n = deck + 1;
  if (d->cue) {
    put(t, "/deck/%d/cue %.9g\n", n, seconds(c, deck, (double)d->cue));
  }
  for (int k = 0; k < MAX_HOT_CUES; ++k) {
    if (d->hot_cue[k] >= 0) {
      put(t, "/deck/%d/hotcue/%d/set %.9g\n", n, k + 1, seconds(c, deck, (double)d->hot_cue[k]));
    }
  }
  if (d->loop_end) {
    put(t, "/deck/%d/loop %.9g %.9g\n", n, seconds(c, deck, (double)d->loop_start),
        seconds(c, deck, (double)d->loop_end));
    if (!d->loop_on) {
      put(t, "/deck/%d/loop/enable 0\n", n);
    }
  }
  if (d->repeat) {
    put(t, "/deck/%d/repeat 1\n", n);
  }
  const double at = seconds(c, deck, fmax(0.0, deck_heard(c, deck)));
  if (fabs(at - seconds(c, deck, (double)d->cue)) > 1e-6) {
    put(t, "/deck/%d/seek %.9g\n", n, at);
  }
}

static void
put_reset(const Text* const t, const uint8_t deck)
{
  const Deck* const d = &t->control->decks[deck];
  if (deck_stem(t->control, deck)) {
    put(t, "/deck/%d/unload\n", deck + 1);
  }
  if (d->repeat) {
    put(t, "/deck/%d/repeat 0\n", deck + 1);
  }
}

static void
put_groups(const Text* const t)
{
  for (int g = 0; g < MAX_GROUPS; ++g) {
    const Group* const group = &t->control->groups[g];
    for (int d = 0; d < MAX_DECKS; ++d) {
      if (group->members >> d & 1) {
        put(t, "/group/%d/%s %d\n", g + 1, t->reset ? "remove" : "add", d + 1);
      }
    }
    if (group->exclusive) {
      put(t, "/group/%d/exclusive %d\n", g + 1, !t->reset);
    }
  }
}

/// What controllers do.
static void
put_midi(const Text* const t)
{
  const MidiMap* const map = &t->control->midi->map;
  if (t->reset && map->count) {
    put(t, "/midi/clear\n");
  }
  for (int i = 0; !t->reset && i < map->count; ++i) {
    char        controller[MAX_BOUND_TEXT];
    char        options[MAX_BOUND_TEXT];
    const Value v[2] = {value_text(controller), value_text(options)};
    binding_controller(&map->of[i], controller, sizeof(controller));
    binding_options(&map->of[i], options, sizeof(options));
    put(t, "/midi/bind");
    put_value(t, &v[0]);
    put(t, " %s", map->of[i].address);
    if (*options) {
      put_value(t, &v[1]);
    }
    put(t, "\n");
  }
}

static char*
make_text(Control* const c, const char* const folder, const int flags, const bool reset, const States* const states)
{
  char*  out  = NULL;
  size_t size = 0;
  Text   t    = {c, folder, flags, reset, states, open_memstream(&out, &size)};
  if (!t.file) {
    return NULL;
  }
  if (!reset) {
    put(&t, "# A session of deckhost: commands, one a line, as in a score but without times.\n");
  }
  put_controls(&t, false, 0);
  put_ports(&t, CHAIN_MIC, SLOT_EQ, "eq");
  if (!(flags & TEXT_ENGINE)) {
    put_midi(&t);
  }
  put_inserts(&t, CHAIN_MIC);
  put_inserts(&t, CHAIN_MASTER);
  for (uint8_t deck = 0; deck < MAX_DECKS; ++deck) {
    if (!deck_exists(c, deck)) {
      continue;
    }
    if (reset) {
      put_reset(&t, deck);
    } else {
      put_track(&t, deck);
    }
    put_controls(&t, true, deck);
    put_ports(&t, deck, SLOT_PITCH, "pitch");
    put_ports(&t, deck, SLOT_EQ, "eq");
    put_inserts(&t, deck);
    if (flags & TEXT_PLACES && deck_stem(c, deck)) {
      put_places(&t, deck);
    }
  }
  if (!(flags & TEXT_ENGINE)) {
    put_groups(&t);
  }
  if (!reset) {
    put(&t, "# end\n");
  }
  const bool bad = ferror(t.file) != 0;
  if (fclose(t.file) || bad) {
    free(out);
    return NULL;
  }
  return out;
}

char*
session_text(Control* const c, const char* const folder, const int flags, const States* const states)
{
  char* const real = folder ? realpath(folder, NULL) : NULL;
  char* const out  = make_text(c, real, flags, false, states);
  free(real);
  return out;
}

char*
session_reset_text(Control* const c)
{
  return make_text(c, NULL, 0, true, NULL);
}
