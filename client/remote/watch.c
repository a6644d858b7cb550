// SPDX-License-Identifier: GPL-3.0-or-later
#include "remote/watch.h"

#include "base/clock.h"
#include "base/log.h"
#include "remote/link.h"
#include "remote/options.h"
#include "remote/screen.h"
#include "remote/snapshot.h"

#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const double FRAME_SECONDS = 0.1; ///< between two pictures in a terminal
static const double LINE_SECONDS  = 1.0; ///< between two lines in a log
enum { PATIENCE_MS = 5000 };

const char watch_help[] =
  "usage: deckhost watch [--osc PORT] [--host HOST] [--seconds N] [--wait N] [--title TEXT]\n"
  "A live view of a running deckhost; a line a second where the output isn't a terminal.  Ctrl-C ends it.\n"
  "  --osc PORT   where the deckhost listens (9900)      --host HOST    (127.0.0.1)\n"
  "  --seconds N  watch this long (until Ctrl-C)         --title TEXT   shown on top\n"
  "  --wait N     how long to wait for it to start (0)\n";

static volatile sig_atomic_t interrupted = 0;

static void
on_signal(const int number)
{
  interrupted = number;
}

typedef struct {
  Link*       link;
  Snapshot    snapshot;
  ScreenStyle style;
  Screen      screen;
  int         drawn; ///< lines on the terminal now
  bool        terminal;
} Watch;

/// Ask everything and take in the answers.
static Status
ask(Watch* const w, Error* const error)
{
  snapshot_begin(&w->snapshot);
  for (int i = 0; i < snapshot_question_count; ++i) {
    const SnapshotQuestion* const q = &snapshot_questions[i];
    lo_message                    m = lo_message_new();
    if (q->argument) {
      lo_message_add_string(m, q->argument);
    }
    const Status s = link_send(w->link, q->address, m, error);
    lo_message_free(m);
    if (s) {
      return s;
    }
  }
  for (int answered = 0; answered < snapshot_question_count;) {
    LinkMessage  m;
    const Status s = link_receive(w->link, PATIENCE_MS, &m, error);
    if (s) {
      return s;
    }
    if (!strcmp(m.address, "/ok") || !strcmp(m.address, "/error")) {
      ++answered;
    } else {
      snapshot_answer(&w->snapshot, m.address, m.message);
    }
    link_message_clear(&m);
  }
  return STATUS_OK;
}

static int
terminal_rows(void)
{
  struct winsize size;
  return !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row > 0 ? size.ws_row : 24;
}

static void
show(Watch* const w)
{
  if (!w->terminal) {
    char line[4096];
    screen_line(line, sizeof(line), &w->snapshot, &w->style);
    puts(line);
    fflush(stdout);
    return;
  }
  w->style.rows = terminal_rows() - 1;
  screen_draw(&w->screen, &w->snapshot, &w->style);
  if (w->drawn > 0) {
    printf("\033[%dA", w->drawn);
  }
  for (int i = 0; i < w->screen.count; ++i) {
    printf("\r%s\033[K\n", w->screen.lines[i]);
  }
  printf("\033[J");
  fflush(stdout);
  w->drawn = w->screen.count;
}

/// Until `length` seconds are over, a signal comes, or the deckhost ends.
static Status
watch(Watch* const w, Error* const error)
{
  const int64_t start  = clock_ns();
  const double  length = w->style.length;
  const double  step   = w->terminal ? FRAME_SECONDS : LINE_SECONDS;
  for (int64_t turn = 1; !interrupted; ++turn) {
    const Status s = ask(w, error);
    if (s) {
      return s;
    }
    w->style.elapsed = (double)(clock_ns() - start) * 1e-9;
    const bool over  = length >= 0.0 && w->style.elapsed >= length;
    if (over) {
      w->style.elapsed = length;
    }
    show(w);
    if (over) {
      break;
    }
    double       due = (double)turn * step;
    const double now = (double)(clock_ns() - start) * 1e-9;
    due              = length >= 0.0 && due > length ? length : due;
    const int wait   = due > now ? (int)((due - now) * 1e3) + 1 : 0;
    poll(NULL, 0, wait);
  }
  return STATUS_OK;
}

int
watch_main(const int argc, char** const argv)
{
  RemoteOptions options;
  const int     words = remote_options(argc, argv, &options);
  if (words == OPTIONS_HELP) {
    fputs(watch_help, stdout);
    return 0;
  }
  if (words != 0) {
    if (words > 0) {
      log_error("watch: takes no %s: see deckhost watch --help", argv[1]);
    }
    return 2;
  }
  setlocale(LC_CTYPE, "");
  const char* const term = getenv("TERM");
  Watch* const      w    = calloc(1, sizeof(*w));
  if (!w) {
    log_error("no memory");
    return 1;
  }
  w->terminal = isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0;
  w->style    = (ScreenStyle){.title  = options.title,
                              .length = options.seconds,
                              .colour = !getenv("NO_COLOR"),
                              .blocks = !strcmp(nl_langinfo(CODESET), "UTF-8")};
  snapshot_init(&w->snapshot);
  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);

  Error  error  = {""};
  Status status = link_open_ready(&w->link, options.host, options.port, options.wait, &error);
  if (!status) {
    if (w->terminal) {
      printf("\033[?25l"); // no cursor while it is redrawn
    }
    status = watch(w, &error);
    if (w->terminal) {
      printf("\033[?25h");
      fflush(stdout);
    }
  }
  const bool seen = snapshot_decks(&w->snapshot) > 0;
  const bool fine = status == STATUS_OK || interrupted || (status == STATUS_FAILED && seen); // it ended: so do we
  if (status && !interrupted) {
    (fine ? log_info : log_error)("%s", error.text);
  }
  link_free(w->link);
  free(w);
  return fine ? 0 : 1;
}
