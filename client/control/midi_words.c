// SPDX-License-Identifier: GPL-3.0-or-later
// How a binding's controller is read, and how a binding is written.

#include "control/midi_map.h"

#include <stdio.h>
#include <string.h>

/// How a controller is written.
static const struct {
  const char* word;
  MidiKind    kind;
  Encoding    encoding;
  int         numbers; ///< 0: it has none
} controllers[] = {
  {"note", MIDI_NOTE, ENCODING_NONE, 128},        {"cc", MIDI_CC, ENCODING_NONE, 128},
  {"cc14", MIDI_CC14, ENCODING_NONE, MIDI_PAIRS}, {"nrpn", MIDI_NRPN, ENCODING_NONE, 16383},
  {"rpn", MIDI_RPN, ENCODING_NONE, 16383},        {"bend", MIDI_BEND, ENCODING_NONE, 0},
  {"cc-twos", MIDI_CC, ENCODING_TWOS, 128},       {"cc-sign", MIDI_CC, ENCODING_SIGN, 128},
  {"cc-offset", MIDI_CC, ENCODING_OFFSET, 128},
};

enum { CONTROLLERS = sizeof(controllers) / sizeof(controllers[0]) };

Status
controller_read(Binding* const b, const char* const text, Error* const error)
{
  char word[16]   = "";
  char channel[8] = "";
  int  number     = 0;
  char more       = '\0';
  int  i          = 0;
  int  ch         = 0;
  char after      = '\0';

  const int found = sscanf(text, "%15s %7s %d %c", word, channel, &number, &more);
  while (i < CONTROLLERS && strcmp(word, controllers[i].word) != 0) {
    ++i;
  }
  if (i == CONTROLLERS) {
    return error_set(error, STATUS_BAD_VALUE,
                     "a controller is note, cc, cc14, nrpn, rpn, bend, cc-twos, cc-sign or cc-offset, not \"%.40s\"",
                     word);
  }
  const int  most = controllers[i].numbers;
  const bool any  = !strcmp(channel, "*");
  if (!any && (sscanf(channel, "%d%c", &ch, &after) != 1 || ch < 1 || ch > MIDI_CHANNELS)) {
    return error_set(error, STATUS_BAD_VALUE, "%s needs a channel, 1 .. 16 or *, not \"%s\"", word, channel);
  }
  if (found != (most ? 3 : 2) || number < 0 || (most && number >= most)) {
    return most ? error_set(error, STATUS_BAD_VALUE, "%s %s needs a number, 0 .. %d, and nothing after it", word,
                            channel, most - 1)
                : error_set(error, STATUS_BAD_VALUE, "%s %s has no number", word, channel);
  }
  b->kind     = controllers[i].kind;
  b->encoding = controllers[i].encoding;
  b->channel  = any ? ANY_CHANNEL : ch - 1;
  b->number   = (uint16_t)number;
  return STATUS_OK;
}

void
binding_controller(const Binding* const b, char* const out, const size_t size)
{
  int  i           = 0;
  char channel[16] = "*";
  while (i < CONTROLLERS - 1 && (controllers[i].kind != b->kind || controllers[i].encoding != b->encoding)) {
    ++i;
  }
  if (b->channel != ANY_CHANNEL) {
    snprintf(channel, sizeof(channel), "%d", b->channel + 1);
  }
  if (controllers[i].numbers) {
    snprintf(out, size, "%s %s %d", controllers[i].word, channel, b->number);
  } else {
    snprintf(out, size, "%s %s", controllers[i].word, channel);
  }
}

bool
binding_same_controller(const Binding* const a, const Binding* const b)
{
  return a->kind == b->kind && a->channel == b->channel && a->number == b->number;
}

static void
add_number(char* const out, const size_t size, const char* const word, const double number)
{
  const Value v = value_double(number);
  if (*word) {
    const Value w = value_text(word);
    line_append(out, size, &w);
  }
  line_append(out, size, &v);
}

static void
add_word(char* const out, const size_t size, const char* const word)
{
  const Value v = value_text(word);
  line_append(out, size, &v);
}

void
binding_options(const Binding* const b, char* const out, const size_t size)
{
  static const char* const modes[] = {"follow", "", "toggle", "momentary", ""};
  out[0]                           = '\0';
  if (b->scale.low != b->scale.high) {
    add_number(out, size, "", b->scale.low);
    add_number(out, size, "", b->scale.high);
    if (b->scale.centered) {
      add_number(out, size, "center", b->scale.center);
    }
    if (b->scale.curve) {
      add_word(out, size, shape_names[b->scale.curve]);
    }
  }
  if (b->entry->run && *modes[b->mode] &&
      (b->mode != MODE_FOLLOW || b->kind == MIDI_NOTE || binding_spec(b)->kind == ARG_SWITCH)) {
    add_word(out, size, modes[b->mode]);
  }
  if (b->mode == MODE_STEP && b->steps != BOUND_STEPS) {
    add_number(out, size, "steps", b->steps);
  }
  if (b->mode == MODE_FOLLOW && b->in && b->entry->read && b->count == 1 && binding_spec(b)->kind <= ARG_WHOLE) {
    add_word(out, size, b->pickup ? "pickup" : "jump");
  }
  if (b->on != 127) {
    add_number(out, size, "on", b->on);
  }
  if (b->off) {
    add_number(out, size, "off", b->off);
  }
  if (!b->in || !b->out) {
    add_word(out, size, b->in ? "silent" : "out");
  }
  if (b->spelled) {
    add_word(out, size, "=");
    for (int i = 0; i < b->count; ++i) {
      if (i == b->value_at) {
        add_word(out, size, "value");
      } else {
        line_append(out, size, &b->args[i]);
      }
    }
  }
}
