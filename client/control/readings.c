// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/commands.h"
#include "control/state.h"

#include <stdio.h>
#include <string.h>

static Value
control_value(const Entry* const e, const float value)
{
  const ArgSpec* const a = &e->args[0];
  if (a->kind == ARG_SWITCH) {
    return value_int(value != 0.0f);
  }
  if (a->kind != ARG_CHOICE) {
    return value_float(value);
  }
  const char* w = a->words;
  for (int i = 0; i < (int)value && strchr(w, '|'); ++i) {
    w = strchr(w, '|') + 1;
  }
  static char word[64]; // until the next read
  snprintf(word, sizeof(word), "%.*s", (int)strcspn(w, "|"), w);
  return value_text(word);
}

int
read_param(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  out[0] = control_value(e, params_value(c->params, e->param, deck, e->slots ? k : 0, now_of(c)));
  return 1;
}

int
read_port(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  OpsPort port;
  float   value = 0.0f;
  (void)k;
  const uint8_t chain = entry_chain(e, deck);
  if (c->ops.plugin_port(c->ops.self, chain, e->slot, e->symbol, &port, NULL)) {
    return 0;
  }
  if (!params_port(c->params, chain, e->slot, port.port, now_of(c), &value)) {
    value = c->ops.plugin_value(c->ops.self, chain, e->slot, port.port);
  }
  out[0] =
    e->args[0].kind == ARG_NUMBER ? value_float(value) : value_int((int)value); // an enumeration: as the port has it
  return 1;
}

int
read_state(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  static const char* const names[] = {"empty", "loading", "cued", "playing", "paused"};
  const int                state   = deck_state(c, deck);
  (void)e;
  (void)k;
  out[0] = value_text(names[state < 0 || state > DECK_PAUSED ? DECK_EMPTY : state]);
  return 1;
}

static Value
seconds_of(const Control* const c, const uint8_t deck, const double frames)
{
  const Stem* const s = deck_stem(c, deck);
  return value_double(s && s->rate ? frames / s->rate : 0.0);
}

int
read_position(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  (void)e;
  (void)k;
  out[0] = seconds_of(c, deck, deck_heard(c, deck));
  return 1;
}

int
read_length(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  (void)e;
  (void)k;
  out[0] = seconds_of(c, deck, (double)deck_length(c, deck));
  return 1;
}

int
read_path(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  const Stem* const s = deck_stem(c, deck);
  (void)e;
  (void)k;
  out[0] = value_text(s ? s->path : "");
  return 1;
}

int
read_latency(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  (void)e;
  (void)k;
  out[0] = value_int(atomic_load_explicit(&c->ops.levels->deck[deck].latency, memory_order_relaxed));
  return 1;
}

int
read_shift(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  (void)e;
  (void)k;
  out[0] = value_float(atomic_load_explicit(&c->ops.levels->deck[deck].shift, memory_order_relaxed));
  return 1;
}

int
read_cue(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  (void)e;
  (void)k;
  out[0] = seconds_of(c, deck, (double)c->decks[deck].cue);
  return 1;
}

int
read_hot_cue(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  (void)e;
  out[0] = seconds_of(c, deck, (double)c->decks[deck].hot_cue[k]);
  return c->decks[deck].hot_cue[k] >= 0;
}

int
read_loop(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  const Deck* const d = &c->decks[deck];
  (void)e;
  (void)k;
  out[0] = seconds_of(c, deck, (double)d->loop_start);
  out[1] = seconds_of(c, deck, (double)d->loop_end);
  return d->loop_end ? 2 : 0;
}

int
read_loop_enable(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  (void)e;
  (void)k;
  out[0] = value_int(c->decks[deck].loop_on);
  return 1;
}

int
read_repeat(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  (void)e;
  (void)k;
  out[0] = value_int(c->decks[deck].repeat);
  return 1;
}

int
read_record(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  (void)e;
  (void)deck;
  (void)k;
  out[0] = value_text(c->recording.on && !c->recording.failed && c->recording.path ? c->recording.path : "");
  return 1;
}
