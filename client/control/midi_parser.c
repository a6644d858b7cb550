// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/midi_parser.h"

#include <math.h>
#include <string.h>

enum {
  NOTE_OFF      = 0x80,
  NOTE_ON       = 0x90,
  POLY_PRESSURE = 0xA0,
  CONTROL       = 0xB0,
  PROGRAM       = 0xC0,
  PRESSURE      = 0xD0,
  BEND          = 0xE0,
  SYSTEM        = 0xF0,

  DATA_HIGH = 6, ///< its second half is 38
  DATA_UP   = 96,
  DATA_DOWN,
  NRPN_LOW,
  NRPN_HIGH,
  RPN_LOW,
  RPN_HIGH,

  NOTHING_SELECTED = 0x3FFF
};

void
midi_parser_init(MidiParser* const p, const uint32_t rate)
{
  memset(p, 0, sizeof(*p));
  p->hold = (uint32_t)(MIDI_HOLD_SECONDS * rate);
  for (int ch = 0; ch < MIDI_CHANNELS; ++ch) {
    p->selected[ch] = NOTHING_SELECTED;
  }
}

double
midi_position(const uint16_t value, const uint16_t top)
{
  const double middle = (top + 1) * 0.5;
  return value <= middle ? value / (2.0 * middle) : 0.5 + 0.5 * (value - middle) / (top - middle);
}

uint16_t
midi_value(const double position, const uint16_t top)
{
  const double middle = (top + 1) * 0.5;
  const double p      = fmin(fmax(position, 0.0), 1.0);
  return (uint16_t)lround(p <= 0.5 ? p * 2.0 * middle : middle + (p - 0.5) * 2.0 * (top - middle));
}

/// Tell of a pair as it stands.
static void
tell_pair(MidiParser* const p,
          const int         channel,
          const int         number,
          const int64_t     frame,
          const MidiTell    tell,
          void* const       data)
{
  MidiPair* const q     = &p->pair[channel][number];
  const bool      param = number == DATA_HIGH && p->selected[channel] != NOTHING_SELECTED;
  MidiMove        m     = {.frame   = frame,
                           .kind    = !param                   ? MIDI_CC14
                                      : p->registered[channel] ? MIDI_RPN
                                                               : MIDI_NRPN,
                           .channel = (uint8_t)channel,
                           .number  = param ? p->selected[channel] : (uint16_t)number,
                           .value   = q->fine ? (uint16_t)(q->high << 7 | q->low) : q->high,
                           .top     = q->fine ? 16383 : 127,
                           .alone   = q->high_waits || q->low_waits,
                           .half    = (uint8_t)(q->low_waits ? number + MIDI_PAIRS : number)};
  m.press               = m.value > 0;
  q->high_waits = q->low_waits = false;
  if (q->high_seen || !param) {
    tell(data, &m);
  }
}

static void
stop_waiting(MidiParser* const p, const uint16_t key)
{
  int kept = 0;
  for (int i = 0; i < p->nwaiting; ++i) {
    if (p->waiting[i] != key) {
      p->waiting[kept++] = p->waiting[i];
    }
  }
  p->nwaiting = kept;
}

/// One half has come.
static void
take_half(MidiParser* const p,
          const int         channel,
          const int         controller,
          const uint8_t     value,
          const int64_t     frame,
          const MidiTell    tell,
          void* const       data)
{
  const int       number = controller % MIDI_PAIRS;
  const bool      low    = controller >= MIDI_PAIRS;
  const uint16_t  key    = (uint16_t)(channel * MIDI_PAIRS + number);
  MidiPair* const q      = &p->pair[channel][number];
  if (low ? q->low_waits : q->high_waits) { // the same half again: the other one didn't come
    stop_waiting(p, key);
    tell_pair(p, channel, number, frame, tell, data);
  }
  const bool both = low ? q->high_waits : q->low_waits;
  if (low) {
    q->low = value;
  } else {
    q->high      = value;
    q->high_seen = true;
    q->low       = both ? q->low : 0; // as the standard has it: until its second half comes
  }
  if (both) {
    stop_waiting(p, key);
    q->fine       = true;
    q->high_waits = q->low_waits = false;
    tell_pair(p, channel, number, frame, tell, data);
  } else {
    *(low ? &q->low_waits : &q->high_waits) = true;
    q->since                                = frame;
    p->waiting[p->nwaiting++]               = key;
  }
}

/// Another (N)RPN is spoken of from here on.
static void
select_half(MidiParser* const p,
            const int         channel,
            const int         controller,
            const uint8_t     value,
            const int64_t     frame,
            const MidiTell    tell,
            void* const       data)
{
  const uint16_t  key    = (uint16_t)(channel * MIDI_PAIRS + DATA_HIGH);
  MidiPair* const q      = &p->pair[channel][DATA_HIGH];
  const bool      high   = controller == NRPN_HIGH || controller == RPN_HIGH;
  const uint16_t  before = p->selected[channel];
  if (q->high_waits || q->low_waits) {
    stop_waiting(p, key);
    tell_pair(p, channel, DATA_HIGH, frame, tell, data);
  }
  const bool     registered = controller == RPN_LOW || controller == RPN_HIGH;
  const uint16_t now        = (uint16_t)(high ? (before & 0x7F) | value << 7 : (before & 0x3F80) | value);
  if (now != before || registered != p->registered[channel]) {
    *q = (MidiPair){0};
  }
  p->selected[channel]   = now;
  p->registered[channel] = registered;
}

/// Data increment and decrement.
static void
step_data(MidiParser* const p,
          const int         channel,
          const int         by,
          const int64_t     frame,
          const MidiTell    tell,
          void* const       data)
{
  MidiPair* const q     = &p->pair[channel][DATA_HIGH];
  const int       top   = q->fine ? 16383 : 127;
  const int       value = (q->fine ? q->high << 7 | q->low : q->high) + by;
  if (p->selected[channel] == NOTHING_SELECTED || value < 0 || value > top) {
    return;
  }
  stop_waiting(p, (uint16_t)(channel * MIDI_PAIRS + DATA_HIGH));
  q->high       = (uint8_t)(q->fine ? value >> 7 : value);
  q->low        = (uint8_t)(q->fine ? value & 0x7F : 0);
  q->high_seen  = true;
  q->high_waits = q->low_waits = false;
  tell_pair(p, channel, DATA_HIGH, frame, tell, data);
}

static void
take_controller(MidiParser* const p, const MidiEvent* const e, const MidiTell tell, void* const data)
{
  const int      channel    = e->byte[0] & 0x0F;
  const int      controller = e->byte[1];
  const uint8_t  value      = e->byte[2];
  const MidiMove m          = {.frame   = e->frame,
                               .kind    = MIDI_CC,
                               .channel = (uint8_t)channel,
                               .number  = (uint16_t)controller,
                               .value   = value,
                               .top     = 127,
                               .press   = value > 0};
  tell(data, &m);
  if (controller < 2 * MIDI_PAIRS) {
    take_half(p, channel, controller, value, e->frame, tell, data);
  } else if (controller >= NRPN_LOW && controller <= RPN_HIGH) {
    select_half(p, channel, controller, value, e->frame, tell, data);
  } else if (controller == DATA_UP || controller == DATA_DOWN) {
    step_data(p, channel, controller == DATA_UP ? 1 : -1, e->frame, tell, data);
  }
}

/// How long a message with this first byte is, 0: there is none.
static int
size_of(const uint8_t first)
{
  static const uint8_t system[16] = {0, 2, 3, 2, 0, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1};
  switch (first & 0xF0) {
    case NOTE_OFF:
    case NOTE_ON:
    case POLY_PRESSURE:
    case CONTROL:
    case BEND:
      return 3;
    case PROGRAM:
    case PRESSURE:
      return 2;
    case SYSTEM:
      return system[first & 0x0F];
    default:
      return 0;
  }
}

void
midi_parser_take(MidiParser* const p, const MidiEvent* const e, const MidiTell tell, void* const data)
{
  const uint8_t* const b = e->byte;
  if (!e->size || e->size != size_of(b[0]) || (e->size > 1 && b[1] > 127) || (e->size > 2 && b[2] > 127)) {
    ++p->malformed;
    return;
  }
  midi_parser_wait(p, e->frame, tell, data);
  MidiMove m = {.frame = e->frame, .channel = b[0] & 0x0F};
  switch (b[0] & 0xF0) {
    case NOTE_OFF:
    case NOTE_ON:
      m.kind   = MIDI_NOTE;
      m.number = b[1];
      m.press  = (b[0] & 0xF0) == NOTE_ON && b[2];
      m.value  = m.press ? b[2] : 0;
      m.top    = 127;
      tell(data, &m);
      break;
    case BEND:
      m.kind  = MIDI_BEND;
      m.value = (uint16_t)(b[2] << 7 | b[1]);
      m.top   = 16383;
      m.press = m.value > 0;
      tell(data, &m);
      break;
    case CONTROL:
      take_controller(p, e, tell, data);
      break;
    default: // well-formed, and moves nothing here
      break;
  }
}

void
midi_parser_wait(MidiParser* const p, const int64_t now, const MidiTell tell, void* const data)
{
  while (p->nwaiting) {
    const uint16_t        key = p->waiting[0];
    const MidiPair* const q   = &p->pair[key / MIDI_PAIRS][key % MIDI_PAIRS];
    const int64_t         at  = q->since + p->hold;
    if (at > now) {
      return;
    }
    stop_waiting(p, key);
    tell_pair(p, key / MIDI_PAIRS, key % MIDI_PAIRS, at, tell, data);
  }
}
