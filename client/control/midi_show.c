// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/commands.h"
#include "control/midi.h"
#include "control/state.h"

#include <math.h>
#include <string.h>

static const double LOOK_EVERY = 0.015;  ///< seconds
static const double HANDS_OFF  = 0.25;   ///< seconds after which a fader that was moved by hand may be driven
static const double APART      = 0.0005; ///< seconds between two messages: small controllers drop what comes faster
static const double BACKLOG    = 0.1;    ///< seconds of messages that may wait to be sent
static const double ECHO       = 0.02;   ///< seconds, and two blocks, within which a message of ours may come back

enum { DATA_HIGH = 6, DATA_LOW = 38, NRPN_LOW = 98, NRPN_HIGH, RPN_LOW, RPN_HIGH, SECOND_HALF = 32 };

void
midi_show_all(Control* const c)
{
  for (int i = 0; i < c->midi->map.count; ++i) {
    c->midi->map.of[i].shown = -1;
  }
}

static int64_t
block_of(const Control* const c)
{
  return (int64_t)atomic_load_explicit(&c->ops.levels->block, memory_order_relaxed);
}

bool
midi_is_echo(Control* const c, const MidiEvent* const e)
{
  Midi* const   m      = c->midi;
  const int64_t window = 2 * block_of(c) + frames_of(c, ECHO);
  for (int i = 0; i < m->nsent; ++i) {
    const MidiEvent* const s = &m->sent[i];
    if (s->size == e->size && !memcmp(s->byte, e->byte, e->size) && e->frame >= s->frame &&
        e->frame - s->frame <= window) {
      memmove(&m->sent[i], &m->sent[i + 1], (size_t)(--m->nsent - i) * sizeof(MidiEvent)); // once
      return true;
    }
  }
  return false;
}

/// How many messages show it.
static uint32_t
messages_of(const Binding* const b)
{
  return b->kind == MIDI_NRPN || b->kind == MIDI_RPN ? 4 : b->kind == MIDI_CC14 ? 2 : 1;
}

static void
send_short(Control* const c, const Binding* const b, const int status, const int one, const int two)
{
  Midi* const   m    = c->midi;
  const int     ch   = b->channel == ANY_CHANNEL ? b->seen : b->channel;
  const int64_t soon = now_of(c) + block_of(c);
  const int64_t next = m->last_out + frames_of(c, APART);
  MidiEvent     e    = {next > soon ? next : soon, 3, {(uint8_t)(status | ch), (uint8_t)one, (uint8_t)two}};
  m->last_out        = e.frame;
  ring_write(c->ops.midi->out, &e);
  if (m->nsent == MIDI_SENT) {
    memmove(m->sent, m->sent + 1, (size_t)--m->nsent * sizeof(MidiEvent));
  }
  m->sent[m->nsent++] = e;
}

static void
send_value(Control* const c, const Binding* const b, const int value)
{
  const int high = value >> 7;
  const int low  = value & 0x7F;
  switch (b->kind) {
    case MIDI_NOTE:
      send_short(c, b, 0x90, b->number, value);
      break;
    case MIDI_CC:
      send_short(c, b, 0xB0, b->number, value);
      break;
    case MIDI_CC14:
      send_short(c, b, 0xB0, b->number, high);
      send_short(c, b, 0xB0, b->number + SECOND_HALF, low);
      break;
    case MIDI_BEND:
      send_short(c, b, 0xE0, low, high);
      break;
    default:
      send_short(c, b, 0xB0, b->kind == MIDI_RPN ? RPN_HIGH : NRPN_HIGH, b->number >> 7);
      send_short(c, b, 0xB0, b->kind == MIDI_RPN ? RPN_LOW : NRPN_LOW, b->number & 0x7F);
      send_short(c, b, 0xB0, DATA_HIGH, high);
      send_short(c, b, 0xB0, DATA_LOW, low);
      break;
  }
}

/// What a command without a value of its own brings about: 1 it is so, 0 not, -1: it leaves nothing to be seen.
static int
is_so(const Control* const c, const Binding* const b)
{
  const Entry* const e = b->entry;
  if (e->run == run_play || e->run == run_toggle || e->read == read_state) {
    return deck_state(c, b->deck) == DECK_PLAYING;
  }
  if (e->run == run_pause) {
    return deck_state(c, b->deck) == DECK_PAUSED;
  }
  if (e->run == run_stop || e->run == run_cue || e->run == run_cue_go) {
    return deck_state(c, b->deck) == DECK_CUED;
  }
  if (e->run == run_hot_cue_go || e->run == run_hot_cue_set || e->run == run_hot_cue_clear) {
    return c->decks[b->deck].hot_cue[b->k] >= 0;
  }
  if (e->run == run_record_start) {
    return c->recording.on && !c->recording.failed;
  }
  return -1;
}

/// What its controller should show, -1: nothing.
static int
value_to_show(const Control* const c, const Binding* const b)
{
  const int top     = binding_top(b);
  const int on      = top == 127 ? b->on : b->on ? top : 0;
  const int off     = top == 127 ? b->off : 0;
  double    current = 0.0;
  if (table_is_of_deck(b->entry) && !deck_exists(c, b->deck)) {
    return off;
  }
  const int so = is_so(c, b);
  if (so >= 0) {
    return so ? on : off;
  }
  if (!midi_current(c, b, &current)) {
    return -1;
  }
  if (b->mode == MODE_PRESS) { // lit while the value is the one that it gives
    double given = 0.0;
    return b->count == 1 && midi_number(&b->entry->args[0], &b->args[0], &given)
             ? (fabs(current - given) < 1e-6 ? on : off)
             : -1;
  }
  if (b->scale.low == b->scale.high) { // shown only, without a range
    return current != 0.0 ? on : off;
  }
  if (b->mode == MODE_TOGGLE || b->mode == MODE_MOMENTARY) {
    return fabs(current - b->scale.high) < fabs(current - b->scale.low) ? on : off;
  }
  return b->count == 1 ? midi_value(scale_position(&b->scale, current), (uint16_t)top) : -1;
}

void
midi_show(Control* const c)
{
  Midi* const     m         = c->midi;
  const MidiPort* port      = c->ops.midi;
  const int64_t   now       = now_of(c);
  const unsigned  listeners = atomic_load_explicit(&port->listeners, memory_order_relaxed);
  if (listeners != m->listeners) {
    m->listeners = listeners;
    midi_show_all(c);
  }
  if (!m->map.count || now - m->looked < frames_of(c, LOOK_EVERY)) {
    return;
  }
  m->looked = now;
  for (int i = 0; i < m->map.count; ++i) {
    const int      index  = (m->first + i) % m->map.count;
    Binding* const b      = &m->map.of[index];
    const bool     driven = b->in && b->mode == MODE_FOLLOW && b->heard && now - b->moved_at < frames_of(c, HANDS_OFF);
    if (!b->out || driven) {
      continue;
    }
    const int value = value_to_show(c, b);
    if (value < 0 || value == b->shown) {
      continue;
    }
    if (m->last_out > now + frames_of(c, BACKLOG) || ring_space(port->out) < messages_of(b)) {
      m->first = index; // the rest next time
      return;
    }
    send_value(c, b, value);
    b->shown = value;
  }
}
