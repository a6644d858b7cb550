// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/midi.h"

#include "base/clock.h"
#include "base/log.h"
#include "control/state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_MS = 1 };

static const double  NEAR         = 1.5 / 127.0; ///< of the way: a controller that stands so near to the value has it
static const double  ON_ITS_WAY   = 0.01;        ///< seconds that a value may take to be read, after its frame
static const int64_t TELL_EVERY   = 1000000000;  ///< ns between two refusals in the log
static const int     MAX_PER_TURN = 4096;

Midi*
midi_new(const uint32_t rate)
{
  Midi* const m = calloc(1, sizeof(*m));
  if (m) {
    midi_parser_init(&m->parser, rate);
  }
  return m;
}

void
midi_free(Midi* const m)
{
  if (m) {
    map_clear(&m->map);
    saver_free(m->saver);
    free(m->learn_address);
    free(m);
  }
}

int64_t
midi_latency(const Control* const c)
{
  const Levels* const l = c->ops.levels;
  return (int64_t)atomic_load_explicit(&l->block, memory_order_relaxed) + frames_of(c, MIDI_SEEN_SECONDS) +
         (int64_t)atomic_load_explicit(&l->ahead, memory_order_relaxed);
}

int
midi_wait(const Control* const c, const int timeout_ms)
{
  const MidiPort* const port = c->ops.midi;
  const bool            soon = port && atomic_load_explicit(&port->connected, memory_order_relaxed) &&
                    (c->midi->map.count || c->midi->learn_address);
  return soon && timeout_ms > LOOK_MS ? LOOK_MS : timeout_ms;
}

bool
midi_number(const ArgSpec* const a, const Value* const v, double* const out)
{
  if (value_is_number(v)) {
    *out = v->number;
    return true;
  }
  double index = 0.0;
  for (const char* w = a->kind == ARG_CHOICE ? a->words : ""; *w; ++index) {
    const size_t length = strcspn(w, "|");
    if (strlen(v->text) == length && !strncmp(v->text, w, length)) {
      *out = index;
      return true;
    }
    w += length + (w[length] == '|');
  }
  return false;
}

/// Whether both are about one value.
static bool
same_value(const Binding* const a, const Binding* const b)
{
  return a->entry == b->entry && a->deck == b->deck && a->k == b->k && a->count == 1 && b->count == 1;
}

bool
midi_current(const Control* const c, const Binding* const b, double* const out)
{
  const int64_t now    = now_of(c);
  const int64_t recent = now - frames_of(c, ON_ITS_WAY);
  int64_t       latest = recent;
  if (!b->entry->read || (table_is_of_deck(b->entry) && !deck_exists(c, b->deck))) {
    return false;
  }
  for (int i = 0; c->midi->latest > recent && i < c->midi->map.count; ++i) {
    const Binding* const other = &c->midi->map.of[i];
    if (other->last_at > latest && other->value_at >= 0 && same_value(other, b)) {
      latest = other->last_at;
      *out   = other->last;
    }
  }
  if (latest > recent) {
    return true;
  }
  Value v[MAX_READ];
  return b->entry->read(c, b->entry, b->deck, b->k, v) > 0 && midi_number(&b->entry->args[0], &v[0], out);
}

static void
on_answer(void* const data, const char* const answer)
{
  Midi* const m = data;
  if (strncmp(answer, "/error", 6) != 0) {
    return;
  }
  const int64_t now = clock_ns();
  ++m->refused;
  if (!m->told || now - m->told > TELL_EVERY) {
    log_warn("MIDI: %s", answer);
    m->told = now;
  }
}

/// Give the command.
static void
fire(Control* const c, const Binding* const b, const int64_t at)
{
  const Sender sender = {.kind = SENDER_LINE, .line = {on_answer, c->midi}};
  Words        w      = {.address = b->address, .count = b->count};
  memcpy(w.values, b->args, (size_t)b->count * sizeof(Value));
  if (b->value_at >= 0) {
    w.values[b->value_at] = value_double(b->last);
  }
  control_submit(c, &w, NULL, &sender, at);
}

/// Give it with a value.
static void
fire_value(Control* const c, Binding* const b, const double value, const int64_t at)
{
  const ArgSpec* const a     = binding_spec(b);
  const bool           whole = a->kind != ARG_NUMBER;
  b->last                    = whole ? round(value) : value;
  if (a->kind == ARG_NUMBER || a->kind == ARG_WHOLE) {
    b->last = fmin(fmax(b->last, a->minimum), a->maximum);
  }
  b->last_at      = at;
  c->midi->latest = at;
  fire(c, b, at);
}

/// The value follows, once the controller has been where it is.
static void
follow(Control* const c, Binding* const b, const MidiMove* const m, const int64_t at)
{
  const double p       = midi_position(m->value, m->top);
  const double before  = b->position;
  double       current = 0.0;
  if (b->pickup && midi_current(c, b, &current)) {
    const double q = scale_position(&b->scale, current);
    b->picked      = b->picked && fabs(q - before) <= NEAR; // else somebody else has moved it
    b->picked =
      b->picked || fabs(p - q) <= NEAR || (b->has_position && (before - q) * (p - q) <= 0.0); // it is there, or passed
  } else {
    b->picked = true;
  }
  b->position     = p;
  b->has_position = true;
  if (b->picked) {
    fire_value(c, b, scale_value(&b->scale, p), at);
  }
}

static int
steps_of(const Encoding encoding, const int value)
{
  switch (encoding) {
    case ENCODING_TWOS:
      return value < 64 ? value : value - 128;
    case ENCODING_SIGN:
      return value < 64 ? value : 64 - value;
    default:
      return value - 64;
  }
}

static void
step(Control* const c, Binding* const b, const int steps, const int64_t at)
{
  double current = 0.0;
  if (!steps) {
    return;
  }
  if (b->count == 1 && midi_current(c, b, &current)) {
    // A whole number moves by whole steps; else a slow hand would never leave where it rounds to
    const double p     = scale_position(&b->scale, current) + (double)steps / b->steps;
    double       value = scale_value(&b->scale, p);
    if (binding_spec(b)->kind != ARG_NUMBER && round(value) == current) {
      const bool up = (steps > 0) == (b->scale.high > b->scale.low);
      value         = current + (up ? 1.0 : -1.0);
      value         = fmin(fmax(value, fmin(b->scale.low, b->scale.high)), fmax(b->scale.low, b->scale.high));
    }
    fire_value(c, b, value, at);
  } else { // what can't be read is told by how much: a step left is low, a step right is high
    fire_value(c, b, steps > 0 ? steps * b->scale.high : -steps * b->scale.low, at);
  }
}

static void
toggle(Control* const c, Binding* const b, const int64_t at)
{
  double current = b->last_at ? b->last : b->scale.low;
  if (b->count == 1) {
    midi_current(c, b, &current);
  }
  const bool high = fabs(current - b->scale.high) < fabs(current - b->scale.low);
  fire_value(c, b, high ? b->scale.low : b->scale.high, at);
}

static bool
is_moved(const Binding* const b, const MidiMove* const m)
{
  return b->kind == m->kind && (b->channel == ANY_CHANNEL || b->channel == m->channel) &&
         (b->kind == MIDI_BEND || b->number == m->number) &&
         !(m->kind == MIDI_CC14 && m->alone && m->half >= MIDI_PAIRS && m->top == 127);
}

static void
act(Control* const c, Binding* const b, const MidiMove* const m)
{
  const int64_t at = m->frame + midi_latency(c);
  // Down from up; or the same value again, from a button that tells presses only.  A knob on its way is no button
  const bool pressed = m->press && (!b->down || (m->kind != MIDI_NOTE && m->value == b->held_value));
  const bool changed = m->press != b->down;
  b->down            = m->press;
  b->held_value      = m->value;
  b->heard           = true;
  b->seen            = m->channel;
  b->moved_at        = m->frame;
  b->shown           = b->mode == MODE_FOLLOW ? midi_value(midi_position(m->value, m->top), binding_top(b)) : -1;
  switch (b->mode) {
    case MODE_FOLLOW:
      follow(c, b, m, at);
      break;
    case MODE_STEP:
      step(c, b, steps_of(b->encoding, m->value), at);
      break;
    case MODE_TOGGLE:
      if (pressed || (m->kind == MIDI_NOTE && m->press)) {
        toggle(c, b, at);
      }
      break;
    case MODE_MOMENTARY:
      if (changed) {
        fire_value(c, b, m->press ? b->scale.high : b->scale.low, at);
      }
      break;
    case MODE_PRESS:
      if (pressed || (m->kind == MIDI_NOTE && m->press)) {
        fire(c, b, at);
      }
      break;
  }
}

static void
note_last(Midi* const m, const MidiMove* const move)
{
  Binding b = {.kind = move->kind, .channel = move->channel, .number = move->number};
  char    text[MIDI_TEXT - 16];
  if (move->kind == MIDI_CC14 && move->alone) {
    return; // it was told as cc
  }
  binding_controller(&b, text, sizeof(text));
  snprintf(m->last, sizeof(m->last), "%s %u", text, move->value);
}

static void
on_move(void* const data, const MidiMove* const move)
{
  Control* const c = data;
  Midi* const    m = c->midi;
  note_last(m, move);
  if (m->learn_address) {
    midi_learn_move(c, move);
    return;
  }
  for (int i = 0; i < m->map.count; ++i) {
    if (m->map.of[i].in && is_moved(&m->map.of[i], move)) {
      act(c, &m->map.of[i], move); // it may change the map
    }
  }
}

void
midi_turn(Control* const c)
{
  Midi* const   m   = c->midi;
  const int64_t now = now_of(c); // all that came up to then is in the ring
  MidiEvent     e;
  if (!c->ops.midi) {
    return;
  }
  for (int i = 0; i < MAX_PER_TURN && ring_read(c->ops.midi->in, &e); ++i) {
    ++m->events;
    if (midi_is_echo(c, &e)) {
      ++m->echoes;
    } else {
      midi_parser_take(&m->parser, &e, on_move, c);
    }
  }
  midi_parser_wait(&m->parser, now, on_move, c);
  midi_show(c);
}
