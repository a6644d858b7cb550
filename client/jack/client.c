// SPDX-License-Identifier: GPL-3.0-or-later
#include "jack/client.h"

#include "base/clock.h"
#include "base/log.h"
#include "dsp/denormal.h"
#include "jack/connections.h"
#include "jack/ports.h"
#include "jack/threads.h"

#include <jack/thread.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_WAITS = 5000 }; ///< of 0.2 ms for a cycle to end: a server that stands still longer uses no buffers

static const int64_t SILENCE_NS = 5000000000;

struct JackClient {
  jack_client_t*  client;
  JackConfig      config;
  char            name[64]; ///< what the server made of ours
  Engine*         engine;
  CrewMaker       threads;
  JackRt          rt;
  Saves           saves;
  uint64_t        decks; ///< that have ports, or would
  pthread_mutex_t ports; ///< a deck's are not taken away while the latency callback uses them
  atomic_bool     lost;
  char            lost_why[128]; ///< written before `lost` is set
  atomic_bool     graph_changed; ///< since the connections were looked at
  int64_t         look_at;       ///< clock_ns() when they will be; 0: no need
  Connections     connections;   ///< as last seen
  bool            looked;        ///< at them at all
  int             heard;         ///< on_graph's: how many ports midi_out is connected to
  char*           title[MAX_DECKS];
  int64_t         now;    ///< the last answer of jack_frame_now
  uint64_t        cycles; ///< that the engine had run ...
  int64_t         ran;    ///< ... at this clock_ns(); 0: none since it was activated
};

// libjack prints several lines for one failure; we say one, with what to do
static void
ignore_line(const char* const line)
{
  (void)line;
}

static void
on_shutdown(const jack_status_t code, const char* const reason, void* const data)
{
  (void)code;
  JackClient* const c = data;
  snprintf(c->lost_why, sizeof(c->lost_why), "%s", reason ? reason : "");
  atomic_store_explicit(&c->lost, true, memory_order_release);
}

static int
on_xrun(void* const data)
{
  engine_count_xrun(((JackClient*)data)->rt.engine);
  return 0;
}

static int
on_graph(void* const data)
{
  JackClient* const c = data;
  atomic_store_explicit(&c->graph_changed, true, memory_order_relaxed);
  const int heard = jack_port_connected(c->rt.midi_out);
  if (heard > c->heard) { // one more that doesn't know yet what is lit
    atomic_fetch_add_explicit(&c->rt.midi->listeners, 1, memory_order_relaxed);
  }
  c->heard = heard;
  atomic_store_explicit(&c->rt.midi->connected, jack_port_connected(c->rt.midi_in) > 0, memory_order_relaxed);
  return 0;
}

static void
on_thread_init(void* const data)
{
  (void)data;
  (void)denormal_guard_enter(); // for good: the thread is ours
}

// What the decks play is read ahead by what chains, limiter and inserts delay, and all outputs show the same moment: it
// is as old as it says, nothing.  Only the microphone can't be read ahead: it goes to master, booth and headphones, and
// what it takes on the way is added.
static void
on_latency(const jack_latency_callback_mode_t mode, void* const data)
{
  JackClient* const          c     = data;
  const JackRt* const        rt    = &c->rt;
  const jack_nframes_t       delay = atomic_load_explicit(&engine_levels(c->engine)->mic_latency, memory_order_relaxed);
  const jack_latency_range_t none  = {0, 0};
  jack_port_t* const* const  out[] = {rt->master, rt->cue, rt->booth};
  enum { OUTPUTS = sizeof(out) / sizeof(out[0]) };
  pthread_mutex_lock(&c->ports);
  for (int ch = 0; ch < 2; ++ch) {
    jack_latency_range_t range = none;
    if (mode == JackCaptureLatency) {
      jack_port_get_latency_range(rt->mic[ch], mode, &range);
      range = (jack_latency_range_t){0, jack_port_connected(rt->mic[ch]) ? range.max + delay : 0};
      for (int i = 0; i < OUTPUTS; ++i) {
        jack_port_set_latency_range(out[i][ch], mode, &range);
      }
      for (uint32_t d = 0; d < MAX_DECKS; ++d) {
        jack_port_t* const port = atomic_load(&rt->deck[d][ch]);
        if (port) {
          range = none;
          jack_port_set_latency_range(port, mode, &range);
        }
      }
    } else {
      range.min = UINT32_MAX;
      for (int i = 0; i < OUTPUTS; ++i) {
        jack_latency_range_t one;
        jack_port_get_latency_range(out[i][ch], mode, &one);
        if (jack_port_connected(out[i][ch])) {
          range.min = one.min < range.min ? one.min : range.min;
          range.max = one.max > range.max ? one.max : range.max;
        }
      }
      range = (jack_latency_range_t){(range.min == UINT32_MAX ? 0 : range.min) + delay, range.max + delay};
      jack_port_set_latency_range(rt->mic[ch], mode, &range);
    }
  }
  pthread_mutex_unlock(&c->ports);
}

// Become a client of a server: at the start, and again when the server has been away.
static Status
join(JackClient* const c, const bool start_server, Error* const error)
{
  const JackConfig* const config  = &c->config;
  jack_status_t           status  = 0;
  const unsigned          options = (start_server ? 0u : JackNoStartServer) | (config->server ? JackServerName : 0u) |
                           (config->exact_name ? JackUseExactName : 0u) | (config->uuid ? JackSessionID : 0u);
  const char* const first = config->server ? config->server : config->uuid; // in this order, as far as they are there
  c->client               = jack_client_open(config->name, (jack_options_t)options, &status, first, config->uuid);
  if (c->client) {
    snprintf(c->name, sizeof(c->name), "%s", jack_get_client_name(c->client));
    if (status & JackNameNotUnique) {
      log_warn("another JACK client is called \"%s\": this one is \"%s\"", config->name, c->name);
    }
    return STATUS_OK;
  }
  const char* const server = config->server ? config->server : getenv("JACK_DEFAULT_SERVER");
  if (config->exact_name && !(status & JackServerFailed)) { // it doesn't say why
    return error_set(error, STATUS_FAILED, "JACK refuses the name \"%s\": another JACK client has it", config->name);
  }
  if (status & (JackServerFailed | JackServerError)) {
    return error_set(error, STATUS_NO_SERVER,
                     "no JACK server%s%s%s is running: start one (jackd -d alsa, or jackd -d dummy without a sound "
                     "card), or let deckhost do it with --start-server",
                     server ? " named \"" : "", server ? server : "", server ? "\"" : "");
  }
  return error_set(error, STATUS_FAILED,
                   "JACK refuses the client \"%s\" (status 0x%x): is the name longer than %d characters?", config->name,
                   (unsigned)status, jack_client_name_size() - 1);
}

Status
jack_open_client(JackClient** const out, const JackConfig* const config, Error* const error)
{
  JackClient* const c = calloc(1, sizeof(*c));
  if (!c) {
    return error_set(error, STATUS_NO_MEMORY, "no memory for the JACK client");
  }
  c->config = *config;
  pthread_mutex_init(&c->ports, NULL);
  jack_set_error_function(ignore_line);
  jack_set_info_function(ignore_line);
  const Status status = join(c, config->start_server, error);
  if (status) {
    pthread_mutex_destroy(&c->ports);
    free(c);
    return status;
  }
  *out = c;
  return STATUS_OK;
}

uint32_t
jack_rate(const JackClient* const c)
{
  return jack_get_sample_rate(c->client);
}

uint32_t
jack_block(const JackClient* const c)
{
  return jack_get_buffer_size(c->client);
}

int
jack_priority(const JackClient* const c)
{
  return jack_is_realtime(c->client) ? jack_client_real_time_priority(c->client) : 0;
}

const char*
jack_name(const JackClient* const c)
{
  return c->name;
}

// The decks' threads; on one of them it runs in any case.  Pre: not active.
static void
start_threads(JackClient* const c)
{
  Error error;
  c->threads = jack_threads(c->client);
  if (engine_start_threads(c->engine, &c->threads, c->config.threads, &error)) {
    if (c->config.threads) {
      log_warn("%s", error.text);
    } else {
      log_info("%s", error.text);
    }
  }
}

// Ports, callbacks, metadata; from here on the engine runs.
static Status
activate(JackClient* const c, Error* const error)
{
  const Status status = ports_register(c->client, &c->rt, c->config.deck_ports ? c->decks : 0, error);
  if (status) {
    return status;
  }
  jack_set_process_callback(c->client, jack_process_rt, &c->rt);
  jack_set_thread_init_callback(c->client, on_thread_init, c);
  jack_set_xrun_callback(c->client, on_xrun, c);
  jack_set_latency_callback(c->client, on_latency, c);
  jack_set_graph_order_callback(c->client, on_graph, c);
  jack_on_info_shutdown(c->client, on_shutdown, c);
  saves_listen(&c->saves, c->client);
  c->rt.client = c->config.transport ? c->client : NULL;
  atomic_store_explicit(&c->rt.transport, NO_TRANSPORT, memory_order_relaxed);
  c->heard = 0;
  ports_describe(c->client, &c->rt);
  start_threads(c);
  return jack_activate(c->client)
           ? error_set(error, STATUS_FAILED, "JACK does not activate the client: is the server overloaded?")
           : STATUS_OK;
}

static void
connect_master(JackClient* const c)
{
  if (c->config.connect && ports_connect_master(c->client, &c->rt) < 2) {
    log_warn("the master is not connected: JACK shows no two physical playback ports; connect %s:master_L and master_R "
             "by hand",
             c->name);
  }
}

Status
jack_start(JackClient* const c, Engine* const engine, MidiPort* const midi, const uint32_t decks, Error* const error)
{
  for (uint32_t d = 0; d < decks; ++d) {
    c->decks |= UINT64_C(1) << d;
  }
  c->engine           = engine;
  c->rt.engine        = engine_rt(engine);
  c->rt.midi          = midi;
  const Status status = activate(c, error);
  if (!status) {
    connect_master(c);
  }
  return status;
}

Status
jack_come_back(JackClient* const c, Error* const error)
{
  if (c->client) {
    jack_client_close(c->client);
    c->client = NULL;
  }
  saves_drop(&c->saves);
  c->config.uuid = NULL;          // the server that knew it is gone
  engine_stop_threads(c->engine); // the next server may give another priority, or none
  return join(c, false, error);
}

Status
jack_go_on(JackClient* const c, Engine* const engine, Error* const error)
{
  c->engine    = engine;
  c->rt.engine = engine_rt(engine);
  c->now       = INT64_MIN;
  atomic_store_explicit(&c->lost, false, memory_order_release);
  atomic_store_explicit(&c->graph_changed, false, memory_order_relaxed);
  c->look_at = c->ran = 0;
  const Status status = activate(c, error);
  if (status) {
    return status;
  }
  for (uint32_t d = 0; d < MAX_DECKS; ++d) {
    if (c->title[d]) {
      ports_title(c->client, &c->rt, d, c->title[d]);
    }
  }
  if (!c->looked) {
    connect_master(c);
  }
  const size_t missing = connections_restore(&c->connections, c->client);
  if (missing) {
    log_warn("%zu connections could not be made again: the other ports are not there", missing);
  }
  return STATUS_OK;
}

/// PipeWire's JACK says nothing when PipeWire is gone: nobody calls us any more.
static void
look_for_cycles(JackClient* const c, const int64_t now)
{
  const uint64_t cycles = atomic_load_explicit(&engine_levels(c->engine)->cycles, memory_order_relaxed);
  if (cycles != c->cycles) {
    c->cycles = cycles;
    c->ran    = now;
  } else if (c->ran && now - c->ran > SILENCE_NS && !jack_lost(c)) {
    c->ran = 0;
    on_shutdown(0, "it has called nobody for five seconds", c);
  }
}

void
jack_look(JackClient* const c)
{
  // Only once the graph has been still for a while: a server that goes takes connections apart first
  const int64_t now = clock_ns();
  look_for_cycles(c, now);
  if (atomic_exchange_explicit(&c->graph_changed, false, memory_order_relaxed)) {
    c->look_at = now + 1000000000;
  }
  if (c->look_at && now > c->look_at && !jack_lost(c)) {
    connections_note(&c->connections, c->client);
    c->looked  = true;
    c->look_at = 0;
  }
}

void
jack_stop(JackClient* const c)
{
  if (c->client && !jack_lost(c)) {
    ports_undescribe(c->client, &c->rt);
    jack_deactivate(c->client);
  } else if (c->client) { // that a server is gone doesn't end its last cycle; this waits for our thread
    jack_client_close(c->client);
    c->client = NULL;
  }
  if (c->engine) {
    engine_stop_threads(c->engine);
  }
}

void
jack_close_client(JackClient* const c)
{
  if (c) {
    if (c->client) {
      jack_client_close(c->client);
    }
    connections_clear(&c->connections);
    saves_drop(&c->saves);
    for (uint32_t d = 0; d < MAX_DECKS; ++d) {
      free(c->title[d]);
    }
    pthread_mutex_destroy(&c->ports);
    free(c);
  }
}

Status
jack_add_deck(JackClient* const c, const uint32_t deck, Error* const error)
{
  c->decks |= UINT64_C(1) << deck;
  return c->config.deck_ports && c->client && !jack_lost(c) ? ports_add_deck(c->client, &c->rt, deck, error)
                                                            : STATUS_OK;
}

void
jack_remove_deck(JackClient* const c, const uint32_t deck)
{
  jack_port_t* taken[2];
  c->decks &= ~(UINT64_C(1) << deck);
  pthread_mutex_lock(&c->ports);
  const bool any = ports_take_deck(&c->rt, deck, taken);
  pthread_mutex_unlock(&c->ports); // the server may call us back while it unregisters
  free(c->title[deck]);
  c->title[deck] = NULL;
  if (!any || !c->client || jack_lost(c)) {
    return;
  }
  const uint64_t        mark = epoch_mark(&c->rt.cycles);
  const struct timespec wait = {0, 200000};
  for (int i = 0; i < MAX_WAITS && !epoch_passed(&c->rt.cycles, mark) && !jack_lost(c); ++i) {
    nanosleep(&wait, NULL);
  }
  ports_unregister(c->client, taken);
}

int64_t
jack_frame_now(JackClient* const c)
{
  const int64_t now = levels_frame_at(engine_levels(c->engine), engine_rate(c->engine), clock_ns());
  c->now            = now > c->now ? now : c->now; // a cycle may begin a little early
  return c->now;
}

bool
jack_lost(const JackClient* const c)
{
  return atomic_load_explicit(&c->lost, memory_order_acquire);
}

const char*
jack_lost_reason(const JackClient* const c)
{
  return c->lost_why;
}

void
jack_set_title(JackClient* const c, const uint32_t deck, const char* const title)
{
  free(c->title[deck]);
  c->title[deck] = title ? strdup(title) : NULL;
  if (c->client && !jack_lost(c)) {
    ports_title(c->client, &c->rt, deck, title);
  }
}

void
jack_latency_changed(JackClient* const c)
{
  if (c->client && !jack_lost(c)) {
    (void)jack_recompute_total_latencies(c->client);
  }
}

bool
jack_asked_to_save(JackClient* const c, Save* const out)
{
  return saves_take(&c->saves, out);
}

void
jack_saved(JackClient* const c, Save* const save, const char* const command)
{
  saves_done(jack_lost(c) ? NULL : c->client, save, command);
}

bool
jack_transport(const JackClient* const c, bool* const rolling, int64_t* const place)
{
  const int64_t shown = atomic_load_explicit(&c->rt.transport, memory_order_relaxed);
  *rolling            = shown & 1;
  *place              = shown >> 1;
  return shown != NO_TRANSPORT;
}
