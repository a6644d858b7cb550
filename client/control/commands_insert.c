// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/commands.h"
#include "control/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Plugins in the insert slots of decks, microphone and master, and presets of all plugins.  Those of one chain are
// carried out one after the other, apart from all else: a plugin may take its time to start, and nothing but its own
// controls waits for it.

enum { ASK, AWAIT, PUT }; // phases of a call

static uint8_t
chain_of(const Call* const call)
{
  return entry_chain(call->entry, call->deck);
}

static uint8_t
slot_of(const Entry* const e, const uint8_t k)
{
  return (uint8_t)(e->slot + (e->slots ? k : 0));
}

static bool
about(const Control* const c, const uint8_t chain, const uint8_t slot, OpsPlugin* const out)
{
  return c->ops.plugin_about && c->ops.plugin_about(c->ops.self, chain, slot, out);
}

/// The plugin that a call is about; false: there is none, and it was answered so.
static bool
plugin_of(Control* const c, const Call* const call, OpsPlugin* const out)
{
  const bool is = about(c, chain_of(call), slot_of(call->entry, call->k), out);
  if (!is) {
    answer_error(c, call, "insert %d is empty: load a plugin into it first", call->k + 1);
  }
  return is;
}

Status
check_insert(Control* const c, const Call* const call, Error* const error)
{
  (void)call;
  return c->ops.plugin_ask ? STATUS_OK : error_set(error, STATUS_FAILED, "there is no plugin host here");
}

/// Whether a call waits for a preset of the EQ or pitch plugin in `slot`.
static bool
preset_pends(const Queue* const q, const uint8_t slot)
{
  for (size_t i = 0; i < q->count; ++i) {
    if (q->calls[i]->entry->run == run_insert_preset && slot_of(q->calls[i]->entry, q->calls[i]->k) == slot) {
      return true;
    }
  }
  return false;
}

int
insert_queue(const Control* const c, const Call* const call)
{
  const Entry* e    = call->entry;
  uint8_t      deck = call->deck;
  uint8_t      k    = call->k;
  Error        error;
  if (e->queue == QUEUE_INSERTS) {
    return chain_of(call);
  }
  if (e->run == run_ramp) {
    e = table_find(call->values[0].text, c->present, &deck, &k, &error);
  }
  if (!e || (e->control != CONTROL_PORT && e->run != run_set)) {
    return -1;
  }
  // What is set after a preset is set after it
  const uint8_t chain = entry_chain(e, deck);
  return preset_pends(&c->queues[INSERT_QUEUE + chain], e->slot) ? chain : -1;
}

/// When a call's plugin is to be there, or its ports set.  false: later than is known to the engine by now.
static bool
is_time(const Control* const c, Call* const call, int64_t* const at)
{
  *at            = time_for(c, call, chain_of(call));
  call->for_time = *at != AT_NOW && now_of(c) < *at - RING_LEAD - MAX_BLOCK;
  return !call->for_time;
}

/// Values on their way to the ports of a plugin that gives way.
typedef struct {
  uint8_t chain, slot;
  int64_t at;
} Replaced;

static bool
is_for_replaced(void* const data, void* const element)
{
  const Replaced* const r = data;
  const Command* const  m = &((Outgoing*)element)->command;
  return m->kind == COMMAND_PORT && m->deck == r->chain && m->port.slot == r->slot && m->at > r->at;
}

/// Another plugin, or NULL, for a slot, at engine frame `at`.  false: the call was answered.
static bool
put(Control* const c, Call* const call, const int64_t at, Plugin* const plugin)
{
  const uint8_t chain    = chain_of(call);
  const uint8_t slot     = slot_of(call->entry, call->k);
  Replaced      replaced = {chain, slot, at == AT_NOW ? now_of(c) : at};
  const Command command  = {.kind = COMMAND_PLUGIN, .deck = chain, .plugin = {slot, plugin}};
  control_remove_commands(c, is_for_replaced, &replaced);
  heap_remove_if(c->echoes, is_for_replaced, &replaced);
  if (!control_command(c, call, at, &command)) {
    return false;
  }
  call->plugin = NULL;
  c->ops.plugin_put(c->ops.self, chain, slot, plugin);
  params_forget_ports(c->params, chain, slot);
  return true;
}

static bool
set_port(Control* const c, const Call* const call, const int64_t at, const uint32_t port, const float value)
{
  const Command command = {
    .kind = COMMAND_PORT, .deck = chain_of(call), .port = {slot_of(call->entry, call->k), port, value, 0}};
  return control_command(c, call, at, &command);
}

/// Ask the host; later, take what came of it.  CALL_DONE: the call was answered, or (phase PUT) there is an answer.
static Progress
ask(Control* const c, Call* const call, const OpsWish* const wish)
{
  OpsMade made;
  if (call->phase == ASK) {
    call->job = c->ops.plugin_ask(c->ops.self, wish);
    if (!call->job) {
      answer_error(c, call, "no memory or no thread to make a plugin");
      return CALL_DONE;
    }
    call->phase = AWAIT;
  }
  if (!c->ops.plugin_take(c->ops.self, call->job, &made)) {
    return CALL_WAITS;
  }
  call->job     = 0;
  call->plugin  = made.plugin;
  call->preset  = made.values;
  call->npreset = made.nvalues;
  if (made.status) {
    answer_error(c, call, "%s", made.error.text);
  } else {
    call->phase = PUT;
  }
  return CALL_DONE;
}

Progress
run_insert_load(Control* const c, Call* const call)
{
  const OpsWish wish = {.uri = call->values[0].text, .folder = call->count > 1 ? call->values[1].text : NULL};
  int64_t       at   = AT_NOW;
  OpsPlugin     p;
  if (call->phase != PUT) {
    const Progress progress = ask(c, call, &wish);
    if (call->phase != PUT) {
      return progress;
    }
  }
  if (!is_time(c, call, &at)) {
    return CALL_WAITS;
  }
  if (put(c, call, at, call->plugin)) {
    const Value name = value_text(about(c, chain_of(call), slot_of(call->entry, call->k), &p) ? p.name : "");
    answer_ok(c, call, &name, 1);
  }
  return CALL_DONE;
}

Progress
run_insert_unload(Control* const c, Call* const call)
{
  OpsPlugin p;
  int64_t   at = AT_NOW;
  if (!is_time(c, call, &at)) {
    return CALL_WAITS;
  }
  if (plugin_of(c, call, &p) && put(c, call, at, NULL)) {
    answer_ok(c, call, NULL, 0);
  }
  return CALL_DONE;
}

/// The value of a port, as it was set last.
static float
port_value(const Control* const c, const uint8_t chain, const uint8_t slot, const uint32_t port)
{
  float value = 0.0f;
  return params_port(c->params, chain, slot, port, now_of(c), &value)
           ? value
           : c->ops.plugin_value(c->ops.self, chain, slot, port);
}

static bool
is_in_preset(const Call* const call, const char* const symbol)
{
  for (uint32_t i = 0; i < call->npreset; ++i) {
    if (!strcmp(call->preset[i].symbol, symbol)) {
      return true;
    }
  }
  return false;
}

/// The plugin that has the preset takes the place of the one that there is, whose other ports stay as they are.
static bool
replace(Control* const c, Call* const call, const int64_t at)
{
  const uint8_t chain = chain_of(call);
  const uint8_t slot  = slot_of(call->entry, call->k);
  uint32_t      count = 0;
  OpsPort       port;
  const char*   symbol = NULL;
  while (c->ops.plugin_port_at(c->ops.self, chain, slot, count, &port, &symbol)) {
    ++count;
  }
  float* const values = calloc(count + 1u, sizeof(*values));
  if (!values) {
    answer_error(c, call, "no memory");
    return false;
  }
  for (uint32_t i = 0; i < count; ++i) {
    values[i] = port_value(c, chain, slot, i);
  }
  bool good = put(c, call, at, call->plugin);
  for (uint32_t i = 0; good && i < count; ++i) {
    if (c->ops.plugin_port_at(c->ops.self, chain, slot, i, &port, &symbol) && port.input &&
        !is_in_preset(call, symbol) && values[i] != port.initial) {
      good = set_port(c, call, at, port.port, values[i]);
    }
  }
  free(values);
  return good;
}

/// Set the preset's ports in the plugin that there is; how many, < 0: the call was answered.
static int
set_preset(Control* const c, const Call* const call, const int64_t at, const OpsPlugin* const p)
{
  const uint8_t chain = chain_of(call);
  const uint8_t slot  = slot_of(call->entry, call->k);
  int           count = 0;
  for (uint32_t i = 0; i < call->npreset; ++i) {
    const OpsValue* const v = &call->preset[i];
    OpsPort               port;
    if (c->ops.plugin_port(c->ops.self, chain, slot, v->symbol, &port, NULL) || !port.input ||
        port.port == p->enabled || deck_owns_port(slot, v->symbol)) {
      continue;
    }
    const float value = v->value < port.minimum ? port.minimum : v->value > port.maximum ? port.maximum : v->value;
    if (!set_port(c, call, at, port.port, value)) {
      return -1;
    }
    ++count;
  }
  return count;
}

Progress
run_insert_preset(Control* const c, Call* const call)
{
  OpsPlugin p;
  int64_t   at = AT_NOW;
  if (!plugin_of(c, call, &p)) {
    return CALL_DONE;
  }
  if (call->phase != PUT) {
    const OpsWish  wish     = {.uri = p.uri, .preset = call->values[0].text};
    const Progress progress = ask(c, call, &wish);
    if (call->phase != PUT) {
      return progress;
    }
  }
  if (!is_time(c, call, &at)) {
    return CALL_WAITS;
  }
  const int count = call->plugin ? (replace(c, call, at) ? (int)call->npreset : -1) : set_preset(c, call, at, &p);
  if (count >= 0) {
    const Value number = value_int(count);
    answer_ok(c, call, &number, 1);
  }
  return CALL_DONE;
}

Progress
run_insert_enable(Control* const c, Call* const call)
{
  OpsPlugin p;
  if (plugin_of(c, call, &p) &&
      set_port(c, call, time_for(c, call, chain_of(call)), p.enabled, (float)call->values[0].number)) {
    answer_ok(c, call, NULL, 0);
  }
  return CALL_DONE;
}

Progress
run_insert_set(Control* const c, Call* const call)
{
  const uint8_t chain = chain_of(call);
  const uint8_t slot  = slot_of(call->entry, call->k);
  OpsPlugin     p;
  OpsPort       port;
  Error         error;
  if (!plugin_of(c, call, &p)) {
    return CALL_DONE;
  }
  if (check_port_value(c, chain, slot, call, &error) ||
      c->ops.plugin_port(c->ops.self, chain, slot, call->values[0].text, &port, &error)) {
    answer_error(c, call, "%s", error.text);
  } else if (set_port(c, call, time_for(c, call, chain), port.port, (float)call->values[1].number)) {
    answer_ok(c, call, NULL, 0);
  }
  return CALL_DONE;
}

static void
send_port(Control* const c, const Call* const call, const OpsPort* const port, const char* const symbol)
{
  const char* const kind = !port->input ? "output" : port->toggled ? "switch" : port->integer ? "whole" : "number";
  const uint8_t     slot = slot_of(call->entry, call->k);
  const Value       v[]  = {value_text(call->address),
                            value_text(symbol),
                            value_text(port->name ? port->name : symbol),
                            value_float(port_value(c, chain_of(call), slot, port->port)),
                            value_float(port->minimum),
                            value_float(port->maximum),
                            value_float(port->initial),
                            value_text(kind)};
  answer_send(c, &call->sender, "/value", v, sizeof(v) / sizeof(v[0]));
}

Progress
run_insert_ports(Control* const c, Call* const call)
{
  const char* const wanted = call->count ? call->values[0].text : NULL;
  const uint8_t     chain  = chain_of(call);
  const uint8_t     slot   = slot_of(call->entry, call->k);
  OpsPlugin         p;
  OpsPort           port;
  Error             error;
  const char*       symbol = NULL;
  if (!plugin_of(c, call, &p)) {
    return CALL_DONE;
  }
  if (wanted && c->ops.plugin_port(c->ops.self, chain, slot, wanted, &port, &error)) {
    answer_error(c, call, "%s", error.text);
    return CALL_DONE;
  }
  for (uint32_t i = 0; c->ops.plugin_port_at(c->ops.self, chain, slot, i, &port, &symbol); ++i) {
    if (*symbol && (!wanted || !strcmp(wanted, symbol))) {
      send_port(c, call, &port, symbol);
    }
  }
  answer_ok(c, call, NULL, 0);
  return CALL_DONE;
}

int
read_insert_plugin(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  OpsPlugin p;
  out[0] = value_text(about(c, entry_chain(e, deck), slot_of(e, k), &p) ? p.uri : "");
  return 1;
}

int
read_insert_name(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  OpsPlugin p;
  if (!about(c, entry_chain(e, deck), slot_of(e, k), &p)) {
    return 0;
  }
  out[0] = value_text(p.name);
  return 1;
}

int
read_insert_enable(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  const uint8_t chain = entry_chain(e, deck);
  const uint8_t slot  = slot_of(e, k);
  OpsPlugin     p;
  if (!about(c, chain, slot, &p)) {
    return 0;
  }
  out[0] = value_int(port_value(c, chain, slot, p.enabled) != 0.0f);
  return 1;
}

int
read_insert_latency(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  OpsPlugin p;
  if (!about(c, entry_chain(e, deck), slot_of(e, k), &p)) {
    return 0;
  }
  out[0] = value_int(p.latency);
  return 1;
}

int
read_insert_ports(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  static char   text[4096]; // until the next read
  const uint8_t chain  = entry_chain(e, deck);
  const uint8_t slot   = slot_of(e, k);
  size_t        used   = 0;
  const char*   symbol = NULL;
  OpsPlugin     p;
  OpsPort       port;
  if (!about(c, chain, slot, &p)) {
    return 0;
  }
  text[0] = '\0';
  for (uint32_t i = 0; c->ops.plugin_port_at(c->ops.self, chain, slot, i, &port, &symbol); ++i) {
    if (*symbol && used + strlen(symbol) + 2 < sizeof(text)) {
      used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", used ? " " : "", symbol);
    }
  }
  out[0] = value_text(text);
  return 1;
}
