// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/session.h"

#include "base/log.h"
#include "crowd/crowd.h"
#include "jack/client.h"
#include "rig/rig.h"
#include "session/jack_session.h"
#include "session/memory.h"
#include "session/nsm.h"
#include "session/startup.h"
#include "session/transport.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { MANAGED_PORTS = 32 }; ///< OSC ports that are tried under a session manager

typedef struct {
  JackClient*  jack;
  Rig*         rig;
  Crowd*       crowd;
  Startup*     startup;
  Transport*   transport;
  JackSession* saves;
  Nsm*         nsm; ///< NULL: no session manager
  int          osc_port;
  bool         mapped; ///< the MIDI map was taken
} Session;

// SIGINT and SIGTERM end the program at once and cleanly; a second one as the system likes
static Control* volatile quit_on_signal;

static void
on_signal(const int number)
{
  (void)number;
  control_quit(quit_on_signal);
}

// SIGUSR1 saves the session
static volatile sig_atomic_t save_on_signal;

static void
on_save_signal(const int number)
{
  (void)number;
  save_on_signal = 1;
}

static void
on_done(void* const data, const char* const line)
{
  (void)data;
  if (strncmp(line, "/ok", 3) != 0) {
    log_error("%s", line);
  }
}

static void
save_if_asked(const Session* const s, const Options* const o)
{
  const char* const path = s->nsm ? nsm_session(s->nsm) : o->session;
  if (!save_on_signal) {
    return;
  }
  save_on_signal = 0;
  if (path) {
    control_save(rig_control(s->rig), path, on_done, NULL);
  } else {
    log_warn("SIGUSR1 saves the session, and there is none: start with --session FILE");
  }
}

/// The map that was asked for, once no session can bring another.
static void
load_map(Session* const s, const Options* const o)
{
  Control* const control = rig_control(s->rig);
  if (o->midi_map && !s->mapped && !control_loads_session(control)) {
    control_load_midi(control, o->midi_map, on_done, NULL);
    s->mapped = true;
  }
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

/// Open the OSC port.  A session manager may start several of us, all alike: each takes the next that is free.
static Status
listen_osc(Session* const s, const Options* const o, Osc** const osc, Error* const error)
{
  Status status = STATUS_OK;
  s->osc_port   = o->osc_port;
  if (o->osc_port) {
    status = control_listen(osc, o->osc_bind, s->osc_port, error);
    while (status == STATUS_BUSY && s->nsm && s->osc_port < o->osc_port + MANAGED_PORTS && s->osc_port < 65535) {
      status = control_listen(osc, o->osc_bind, ++s->osc_port, error);
    }
  }
  return status;
}

static Status
start(Session* const s, const Options* const o, Error* const error)
{
  const JackConfig jack   = {.name         = o->name,
                             .start_server = o->start_server,
                             .deck_ports   = o->deck_ports,
                             .connect      = o->connect,
                             .threads      = o->threads,
                             .uuid         = o->uuid,
                             .transport    = o->transport,
                             .exact_name   = s->nsm != NULL};
  Osc*             osc    = NULL; // opened first: who comes while the rest takes its time waits, and isn't turned away
  Status           status = listen_osc(s, o, &osc, error);
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
    status = jack_start(s->jack, rig_engine(s->rig), rig_midi(s->rig), o->decks, error);
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
  transport_free(s->transport);
  jack_session_free(s->saves);
  nsm_close(s->nsm);
  crowd_free(s->crowd);
  if (s->jack) {
    jack_stop(s->jack);
  }
  rig_free(s->rig);
  jack_close_client(s->jack);
}

/// There is a server: with the engine there was, or another one where the server has another rate.
static Status
go_on(Session* const s, Error* const error)
{
  const uint32_t before = engine_rate(rig_engine(s->rig)), rate = jack_rate(s->jack);
  if (rate != before) {
    log_info("JACK runs at %u Hz now, no longer at %u Hz: everything is set up anew for it", rate, before);
    const Status status = rig_change_rate(s->rig, rate, error);
    if (status) {
      return status;
    }
    if (s->crowd) {
      const Move move = {atomic_load(&engine_levels(rig_engine(s->rig))->frame), (double)rate / before};
      crowd_move(s->crowd, &move);
    }
  }
  return jack_go_on(s->jack, rig_engine(s->rig), error);
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
    Error  error;
    Status status = jack_come_back(s->jack, &error);
    if (!status) {
      status = go_on(s, &error);
    }
    if (!status) {
      log_info("JACK is back: %s plays on", jack_name(s->jack));
      rig_hurry(s->rig, jack_priority(s->jack));
      return true;
    }
    if (status != STATUS_NO_SERVER && !told) {
      log_error("%s", error.text);
      told = true; // and not twice a second
    }
    if (status != STATUS_NO_SERVER) {
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
    log_info("OSC on %s port %d: deckhost send /help", o->osc_bind, s->osc_port);
    if (!o->nallow && strncmp(o->osc_bind, "127.", 4) && strcmp(o->osc_bind, "localhost") &&
        strcmp(o->osc_bind, "::1")) {
      log_info("other machines may not name files: --osc-allow-path DIR would allow those in DIR");
    }
  }
  if (o->crowd_port) {
    log_info("crowdstream's OSC on %s port %d", o->osc_bind, o->crowd_port);
  }
  if (s->nsm) {
    nsm_open(s->nsm, control);
  } else {
    s->startup = startup_new(control, o);
  }
  s->transport = o->transport ? transport_new(control, s->jack) : NULL;
  s->saves     = jack_session_new(control, s->jack, o);
  bool good    = true;
  while (good && !control_quitting(control)) {
    control_poll(control, 20);
    jack_look(s->jack);
    transport_turn(s->transport);
    jack_session_turn(s->saves);
    save_if_asked(s, o);
    load_map(s, o);
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

/// From start to end under one name.  Return: whether it went well.
static bool
run(const Options* const o, Nsm* const nsm)
{
  Session s     = {.nsm = nsm};
  Error   error = {{0}};
  bool    good  = false;
  if (start(&s, o, &error)) {
    log_error("%s", error.text);
    if (nsm) {
      nsm_refuse(nsm, error.text);
    }
  } else {
    catch_signals(rig_control(s.rig));
    good = play(&s, o);
    release_signals();
  }
  stop(&s);
  return good;
}

/// As a session manager wants it: its name, its file, and no connections but those that it makes.
static bool
run_managed(const Options* const options, Nsm* const nsm)
{
  bool good = true;
  do {
    Error  error;
    Status status;
    while ((status = nsm_wait_open(nsm, 1000, &error)) == STATUS_BUSY) {
    }
    if (status) {
      log_error("%s", error.text);
      return false;
    }
    Options o = *options;
    o.name    = nsm_client_id(nsm);
    o.connect = false;
    o.session = NULL;
    good      = run(&o, nsm);
  } while (good && nsm_switches(nsm));
  return good;
}

int
session_run(const Options* const options)
{
  const char* const      url   = getenv("NSM_URL");
  Nsm*                   nsm   = NULL;
  bool                   good  = false;
  Error                  error = {{0}};
  const struct sigaction save  = {.sa_handler = on_save_signal, .sa_flags = SA_RESTART};
  sigaction(SIGUSR1, &save, NULL);
  if (!url || !*url) {
    good = run(options, NULL);
  } else if (nsm_new(&nsm, url, options->program, &error)) {
    log_error("%s: start without NSM_URL to be on your own", error.text);
  } else {
    good = run_managed(options, nsm);
  }
  nsm_free(nsm);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
