// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/session.h"

#include "base/log.h"
#include "crowd/crowd.h"
#include "jack/client.h"
#include "rig/rig.h"
#include "session/memory.h"
#include "session/startup.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  JackClient* jack;
  Rig*        rig;
  Crowd*      crowd;
  Startup*    startup;
} Session;

// SIGINT and SIGTERM end the program at once and cleanly; a second one as the system likes
static Control* volatile quit_on_signal;

static void
on_signal(const int number)
{
  (void)number;
  control_quit(quit_on_signal);
}

static void
catch_signals(Control* const control)
{
  quit_on_signal          = control;
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  signal(SIGPIPE, SIG_IGN); // an OSC client over TCP that goes away
}

static void
release_signals(void)
{
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
}

static int64_t
frame_now(void* const self)
{
  return jack_frame_now(((Session*)self)->jack);
}

static void
titled(void* const self, const uint8_t deck, const char* const title)
{
  jack_set_title(((Session*)self)->jack, deck, title);
}

static void
latency_changed(void* const self, const uint8_t deck)
{
  (void)deck;
  jack_latency_changed(((Session*)self)->jack);
}

static Status
deck_added(void* const self, const uint8_t deck, Error* const error)
{
  return jack_add_deck(((Session*)self)->jack, deck, error);
}

static void
deck_removed(void* const self, const uint8_t deck)
{
  jack_remove_deck(((Session*)self)->jack, deck);
}

static Status
start(Session* const s, const Options* const o, Error* const error)
{
  const JackConfig jack   = {.name         = o->name,
                             .start_server = o->start_server,
                             .deck_ports   = o->deck_ports,
                             .connect      = o->connect,
                             .threads      = o->threads};
  Osc*             osc    = NULL; // opened first: who comes while the rest takes its time waits, and isn't turned away
  Status           status = o->osc_port ? control_listen(&osc, o->osc_bind, o->osc_port, error) : STATUS_OK;
  if (!status) {
    status = jack_open_client(&s->jack, &jack, error);
  }
  if (!status) {
    const RigConfig rig = {.rate = jack_rate(s->jack), .decks = o->decks, .cache_mb = o->cache_mb, .fine = o->fine};
    status              = rig_new(&s->rig, &rig, error);
  }
  if (!status) {
    const RigHooks hooks = {s, frame_now, titled, latency_changed, deck_added, deck_removed};
    rig_set_hooks(s->rig, &hooks);
    rig_hurry(s->rig, jack_priority(s->jack));
  }
  for (int i = 0; !status && i < o->nallow; ++i) {
    status = control_allow_path(rig_control(s->rig), o->osc_allow[i], error);
  }
  if (!status) {
    memory_lock();
    status = jack_start(s->jack, rig_engine(s->rig), o->decks, error);
  }
  if (!status && osc) {
    control_serve(rig_control(s->rig), osc);
  } else {
    control_hang_up(osc);
  }
  if (!status && o->session) {
    status = control_keep_session(rig_control(s->rig), o->session, error);
  }
  if (!status && o->crowd_port) {
    const CrowdConfig crowd = {o->osc_bind, o->crowd_port, o->decks, o->base_bpm};
    status                  = crowd_new(&s->crowd, rig_control(s->rig), &crowd, error);
  }
  return status;
}

static void
stop(Session* const s)
{
  startup_free(s->startup);
  crowd_free(s->crowd);
  if (s->jack) {
    jack_stop(s->jack);
  }
  rig_free(s->rig);
  jack_close_client(s->jack);
}

/// Wait for a JACK server and become its client again.  Return: whether it could, or the end was asked for meanwhile.
static bool
come_back(Session* const s)
{
  Control* const control = rig_control(s->rig);
  log_error("the JACK server went away (%s): the decks stand still until one is started again",
            jack_lost_reason(s->jack));
  for (bool told = false; !control_quitting(control);) {
    for (int i = 0; i < 25 && !control_quitting(control); ++i) {
      control_poll(control, 20);
    }
    Error        error;
    const Status status = jack_come_back(s->jack, &error);
    if (!status) {
      log_info("JACK is back: %s plays on", jack_name(s->jack));
      rig_hurry(s->rig, jack_priority(s->jack));
      return true;
    }
    if (status != STATUS_NO_SERVER && !told) {
      log_error("%s", error.text);
      told = true; // and not twice a second
    }
    if (status != STATUS_NO_SERVER && status != STATUS_BUSY) {
      return false;
    }
  }
  return true;
}

/// Return: whether the end was asked for, not forced by JACK.
static bool
play(Session* const s, const Options* const o)
{
  Control* const control = rig_control(s->rig);
  const uint32_t threads = atomic_load(&engine_levels(rig_engine(s->rig))->threads);
  log_info("%s plays %u decks at %u Hz, blocks of %u frames, on %u thread%s%s", jack_name(s->jack), o->decks,
           jack_rate(s->jack), jack_block(s->jack), threads, threads > 1 ? "s" : "", o->osc_port ? "" : ", OSC off");
  if (o->osc_port) {
    log_info("OSC on %s port %d: deckhost send /help", o->osc_bind, o->osc_port);
    if (!o->nallow && strncmp(o->osc_bind, "127.", 4) && strcmp(o->osc_bind, "localhost") &&
        strcmp(o->osc_bind, "::1")) {
      log_info("other machines may not name files: --osc-allow-path DIR would allow those in DIR");
    }
  }
  if (o->crowd_port) {
    log_info("crowdstream's OSC on %s port %d", o->osc_bind, o->crowd_port);
  }
  s->startup = startup_new(control, o);
  bool good  = true;
  while (good && !control_quitting(control)) {
    control_poll(control, 20);
    jack_look(s->jack);
    if (jack_lost(s->jack) && !control_quitting(control)) {
      good = come_back(s);
    }
  }
  Error error;
  if (o->session && !control_loads_session(control) && control_save_session(control, o->session, &error)) {
    log_error("%s", error.text);
  }
  return good;
}

int
session_run(const Options* const options)
{
  Session s     = {0};
  Error   error = {{0}};
  bool    good  = false;
  if (start(&s, options, &error)) {
    log_error("%s", error.text);
  } else {
    catch_signals(rig_control(s.rig));
    good = play(&s, options);
    release_signals();
  }
  stop(&s);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
