// SPDX-License-Identifier: GPL-3.0-or-later
#include "remote/screen.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

static const double METER_BOTTOM = -48.0; ///< dBFS at the left end of a meter

static const char* const RED    = "\033[31m";
static const char* const YELLOW = "\033[33m";
static const char* const GREEN  = "\033[32m";
static const char* const BOLD   = "\033[1m";
static const char* const PLAIN  = "\033[0m";

typedef struct {
  char*              text;
  size_t             size, used;
  const ScreenStyle* style;
} Pen;

__attribute__((format(printf, 2, 3))) static void
put(Pen* const p, const char* const format, ...)
{
  va_list args;
  va_start(args, format);
  const int n = vsnprintf(p->text + p->used, p->size - p->used, format, args);
  va_end(args);
  p->used = n < 0 ? p->used : p->used + (size_t)n < p->size ? p->used + (size_t)n : p->size - 1;
}

static void
colour(Pen* const p, const char* const code)
{
  if (p->style->colour) {
    put(p, "%s", code);
  }
}

static Pen
new_line(Screen* const out, const ScreenStyle* const style)
{
  char* const text = out->lines[out->count < SCREEN_LINES - 1 ? out->count++ : out->count];
  text[0]          = '\0';
  return (Pen){.text = text, .size = SCREEN_LINE_BYTES, .style = style};
}

/// A bar of `width` columns, `part` (0..1) of it filled.
static void
put_bar(Pen* const p, const double part, const int width)
{
  const double bounded = part >= 0.0 ? (part <= 1.0 ? part : 1.0) : 0.0;
  const int    full    = (int)lround(bounded * width);
  for (int i = 0; i < width; ++i) {
    put(p, "%s", i < full ? (p->style->blocks ? "█" : "#") : (p->style->blocks ? "·" : "-"));
  }
}

static void
put_meter(Pen* const p, const double db, const int width)
{
  colour(p, db > -0.1 ? RED : db > -6.0 ? YELLOW : GREEN);
  put_bar(p, (db - METER_BOTTOM) / -METER_BOTTOM, width);
  colour(p, PLAIN);
  if (db > -100.0) {
    put(p, " %6.1f dB", db);
  } else {
    put(p, "   -inf dB");
  }
}

/// Minutes and seconds, `decimals` of them.
static void
put_time(Pen* const p, const double seconds, const int decimals)
{
  const double unit  = decimals ? 10.0 : 1.0;
  const double whole = floor((seconds > 0.0 ? seconds : 0.0) * unit) / unit;
  put(p, "%d:%0*.*f", (int)(whole / 60.0), decimals ? 3 + decimals : 2, decimals, whole - 60.0 * floor(whole / 60.0));
}

/// How many columns a character of `size` bytes takes, -1: it can't be shown.
static int
columns_of(const char* const text, const int size)
{
  mbstate_t state;
  wchar_t   c = 0;
  memset(&state, 0, sizeof(state));
  return mbrtowc(&c, text, (size_t)size, &state) == (size_t)size ? wcwidth(c) : size > 1 ? 1 : -1;
}

/// `text` in exactly `width` columns: cut or filled; what can't be shown as '?'.
static void
put_text(Pen* const p, const char* text, const int width)
{
  int columns = 0;
  while (*text) {
    const unsigned char byte = (unsigned char)*text;
    int                 size = 1;
    while (byte >= 0xC0 && size < 4 && ((unsigned char)text[size] & 0xC0) == 0x80) {
      ++size;
    }
    const bool shown = byte < 0x80 ? byte >= 32 && byte != 127 : byte >= 0xC0 && p->style->blocks;
    const int  wide  = !shown || byte < 0x80 ? 1 : columns_of(text, size);
    if (columns + (wide < 0 ? 1 : wide) > width) {
      break;
    }
    put(p, "%.*s", shown && wide >= 0 ? size : 1, shown && wide >= 0 ? text : "?");
    text += size;
    columns += wide < 0 ? 1 : wide;
  }
  put(p, "%*s", width - columns, "");
}

static const char*
file_name(const char* const path)
{
  const char* const slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static double
louder(const double meter[2])
{
  return meter[0] > meter[1] ? meter[0] : meter[1];
}

/// A band's gain, or that it is killed, in six columns.
static void
put_band(Pen* const p, const char* const name, const double db, const bool killed)
{
  put(p, " %s ", name);
  if (killed) {
    colour(p, RED);
    put(p, "%5s", "kill");
    colour(p, PLAIN);
  } else {
    if (fabs(db) >= 0.05) {
      colour(p, YELLOW);
    }
    put(p, "%+5.1f", fabs(db) < 0.05 ? 0.0 : db);
    colour(p, PLAIN);
  }
}

static void
draw_head(Screen* const out, const Snapshot* const s, const ScreenStyle* const style)
{
  Pen p = new_line(out, style);
  colour(&p, BOLD);
  put_text(&p, style->title ? style->title : "deckhost", 62);
  colour(&p, PLAIN);
  char time[32];
  Pen  t = {.text = time, .size = sizeof(time), .style = style};
  put_time(&t, style->elapsed, 0);
  if (style->length >= 0.0) {
    put(&t, " / ");
    put_time(&t, style->length, 0);
  }
  put(&p, " %15s", time);
  if (style->length > 0.0) {
    p = new_line(out, style);
    put_bar(&p, style->elapsed / style->length, 78);
  }
  p = new_line(out, style);
  put(&p, "load ");
  colour(&p, s->load > 90.0 ? RED : s->load > 60.0 ? YELLOW : GREEN);
  put_bar(&p, s->load / 100.0, 8);
  colour(&p, PLAIN);
  put(&p, " %4.1f %% of %.2f ms (worst %.1f %%)", s->load, s->budget / 1000.0, s->load_worst);
  put(&p, "  xruns %.0f  starves %.0f", s->xruns, s->starves);
  for (int c = 0; c < 2; ++c) {
    p = new_line(out, style);
    put(&p, "%-8s%c ", c ? "" : "master", c ? 'R' : 'L');
    put_meter(&p, s->master[c], 44);
    if (c == 0) {
      put(&p, "  xfade %+.2f", s->crossfader);
    } else if (s->clips > 0.0) {
      colour(&p, RED);
      put(&p, " %5.0f clips", s->clips < 99999.0 ? s->clips : 99999.0);
      colour(&p, PLAIN);
    } else if (s->reduction >= 0.05) {
      colour(&p, YELLOW);
      put(&p, "  limit %+.1f", -s->reduction);
      colour(&p, PLAIN);
    }
  }
}

enum { DECK_LINES = 3 };

static void
draw_deck(Screen* const out, const uint32_t n, const SnapshotDeck* const d, const ScreenStyle* const style)
{
  const bool playing = !strcmp(d->state, "playing");
  new_line(out, style);
  Pen p = new_line(out, style);
  colour(&p, playing ? GREEN : PLAIN);
  put(&p, "%2u %c ", n + 1, playing ? '>' : ' ');
  put_text(&p, d->state, 8);
  colour(&p, PLAIN);
  char time[40];
  Pen  t = {.text = time, .size = sizeof(time), .style = style};
  put_time(&t, d->position, 1);
  put(&t, " / ");
  put_time(&t, d->length, 1);
  put(&p, "%17s ", time);
  put_text(&p, file_name(d->path), t.used > 17 ? 41 - (int)t.used : 24);
  put(&p, " ");
  put_meter(&p, louder(d->meter), 14);
  p = new_line(out, style);
  put(&p, "   x%.3f%s pitch %+6.2f  fader %.2f%s EQ", d->speed, d->keylock ? " key" : "    ", d->pitch, d->fader,
      d->mute ? " mute" : "     ");
  put_band(&p, "low", d->low, d->kill_low);
  put_band(&p, "mid", d->mid, d->kill_mid);
  put_band(&p, "high", d->high, d->kill_high);
}

void
screen_draw(Screen* const out, const Snapshot* const s, const ScreenStyle* const style)
{
  out->count = 0;
  draw_head(out, s, style);
  uint32_t left = 0;
  for (uint32_t i = 0; i < SNAPSHOT_DECKS; ++i) {
    left += s->deck[i].known;
  }
  for (uint32_t i = 0; i < SNAPSHOT_DECKS && left; ++i) {
    if (!s->deck[i].known) { // it was removed
      continue;
    }
    const int needed = DECK_LINES + (left > 1 ? 1 : 0); // room to say how many don't fit
    if (out->count + needed > style->rows) {
      Pen p = new_line(out, style);
      put(&p, "   and %u more decks", left);
      break;
    }
    draw_deck(out, i, &s->deck[i], style);
    --left;
  }
}

void
screen_line(char* const line, const size_t size, const Snapshot* const s, const ScreenStyle* const style)
{
  Pen p   = {.text = line, .size = size, .style = style};
  line[0] = '\0';
  put_time(&p, style->elapsed, 0);
  if (style->length >= 0.0) {
    put(&p, " / ");
    put_time(&p, style->length, 0);
  }
  put(&p, "  load %.1f %% (worst %.1f)  xruns %.0f  starves %.0f  master %.1f dB", s->load, s->load_worst, s->xruns,
      s->starves, louder(s->master));
  for (uint32_t i = 0; i < snapshot_decks(s); ++i) {
    const SnapshotDeck* const d = &s->deck[i];
    if (!strcmp(d->state, "playing")) {
      put(&p, " | %u: ", i + 1);
      put_time(&p, d->position, 0);
      put(&p, " %.1f dB x%.3f%s %+.1f", louder(d->meter), d->speed, d->keylock ? " key" : "", d->pitch);
    }
  }
}
