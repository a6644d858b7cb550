// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/commands.h"
#include "control/midi_map.h"
#include "control/state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_STEPS = 16384, MAX_OPTIONS = 2048 };

static const ArgSpec*
spec_at(const Entry* const e, const int index)
{
  int last = 0;
  while (last + 1 < MAX_SPECS && e->args[last + 1].kind) {
    ++last;
  }
  return &e->args[index < last ? index : last];
}

const ArgSpec*
binding_spec(const Binding* const b)
{
  return spec_at(b->entry, b->value_at);
}

static bool
takes_value(const ArgSpec* const a)
{
  return a->kind == ARG_NUMBER || a->kind == ARG_WHOLE || a->kind == ARG_SWITCH || a->kind == ARG_CHOICE;
}

static int
words_of(const ArgSpec* const a)
{
  int n = 1;
  for (const char* w = a->words; (w = strchr(w, '|')); ++w) {
    ++n;
  }
  return n;
}

/// What the options say.
typedef struct {
  bool   ranged, centered, curved, moded, picks, stepped;
  Words  words;
  int    next; ///< word
  Error* error;
} Options;

static bool
take_number(Options* const o, const double low, const double high, double* const out)
{
  const char* const  before = o->next ? o->words.values[o->next - 1].text : "";
  const Value* const v      = &o->words.values[o->next];
  if (o->next >= o->words.count || !value_is_number(v) || v->number < low || v->number > high) {
    error_set(o->error, STATUS_BAD_VALUE, "%s needs a number, %g .. %g", before, low, high);
    return false;
  }
  *out = v->number;
  ++o->next;
  return true;
}

static bool
take_mode(Options* const o, Binding* const b, const char* const word)
{
  static const char* const words[] = {"follow", NULL, "toggle", "momentary", "press"};
  for (int i = 0; i < (int)(sizeof(words) / sizeof(words[0])); ++i) {
    if (words[i] && !strcmp(word, words[i])) {
      b->mode  = (Mode)i;
      o->moded = true;
      return true;
    }
  }
  return false;
}

static bool
take_curve(Options* const o, Binding* const b, const char* const word)
{
  for (int i = 0; i < SHAPE_COUNT; ++i) {
    if (!strcmp(word, shape_names[i])) {
      b->scale.curve = (Shape)i;
      o->curved      = true;
      return true;
    }
  }
  return false;
}

/// One word and what belongs to it.  false: `error` says what is wrong.
static bool
take_word(Options* const o, Binding* const b)
{
  const char* const word   = o->words.values[o->next].text;
  double            number = 0.0;
  ++o->next;
  if (take_mode(o, b, word) || take_curve(o, b, word)) {
    return true;
  }
  if (!strcmp(word, "center")) {
    o->centered = b->scale.centered = true;
    return take_number(o, -1e9, 1e9, &b->scale.center);
  }
  if (!strcmp(word, "pickup") || !strcmp(word, "jump")) {
    b->pickup = word[0] == 'p';
    o->picks  = true;
  } else if (!strcmp(word, "steps")) {
    o->stepped = take_number(o, 1, MAX_STEPS, &number);
    b->steps   = (int)number;
    return o->stepped;
  } else if (!strcmp(word, "on")) {
    const bool good = take_number(o, 0, 127, &number);
    b->on           = (uint8_t)number;
    return good;
  } else if (!strcmp(word, "off")) {
    const bool good = take_number(o, 0, 127, &number);
    b->off          = (uint8_t)number;
    return good;
  } else if (!strcmp(word, "out")) {
    b->in = false;
  } else if (!strcmp(word, "silent")) {
    b->out = false;
  } else {
    error_set(o->error, STATUS_BAD_VALUE, "\"%.60s\" is no option of a binding: see docs/midi.md", word);
    return false;
  }
  return true;
}

/// What follows `=`.
static bool
take_arguments(Options* const o, Binding* const b)
{
  b->spelled = true;
  for (; o->next < o->words.count; ++o->next) {
    const Value* const v = &o->words.values[o->next];
    if (b->count == MAX_BOUND_ARGS) {
      error_set(o->error, STATUS_BAD_VALUE, "more than %d arguments", MAX_BOUND_ARGS);
      return false;
    }
    if (!value_is_number(v) && !strcmp(v->text, "value")) {
      if (b->value_at >= 0) {
        error_set(o->error, STATUS_BAD_VALUE, "there can be one value only");
        return false;
      }
      b->value_at = b->count;
    }
    b->args[b->count++] = *v;
  }
  return true;
}

static Status
read_options(Options* const o, Binding* const b)
{
  if (o->words.count && value_is_number(&o->words.values[0])) {
    o->ranged    = true;
    b->scale.low = o->words.values[0].number;
    o->next      = 1;
    if (o->words.count < 2 || !value_is_number(&o->words.values[1])) {
      return error_set(o->error, STATUS_BAD_VALUE, "a range has two numbers; fixed arguments come after =");
    }
    b->scale.high = o->words.values[1].number;
    o->next       = 2;
  }
  while (o->next < o->words.count) {
    const Value* const v = &o->words.values[o->next];
    if (value_is_number(v)) {
      return error_set(o->error, STATUS_BAD_VALUE, "the range comes first, fixed arguments after =");
    }
    if (!strcmp(v->text, "=")) {
      ++o->next;
      return take_arguments(o, b) ? STATUS_OK : STATUS_BAD_VALUE;
    }
    if (!take_word(o, b)) {
      return STATUS_BAD_VALUE;
    }
  }
  return STATUS_OK;
}

/// Where nothing is said: a command that needs one value gets it from the controller.
static Status
choose_arguments(Binding* const b, Error* const error)
{
  const Entry* const e = b->entry;
  if (b->spelled || !e->run || !e->args[0].kind || e->args[0].optional) {
    return STATUS_OK;
  }
  if (!takes_value(&e->args[0]) || (e->args[1].kind && !e->args[1].optional)) {
    char usage[120];
    table_usage(e, usage, sizeof(usage));
    return error_set(error, STATUS_BAD_VALUE, "%s expects %s: write them after =, with value for the controller's",
                     b->address, usage);
  }
  b->value_at = 0;
  b->count    = 1;
  return STATUS_OK;
}

static Status
choose_range(Binding* const b, const Options* const o, Error* const error)
{
  const ArgSpec* const a = binding_spec(b);
  if (!takes_value(a)) {
    return error_set(error, STATUS_BAD_VALUE, "%s isn't a number: a controller can't give it", a->name);
  }
  if (!o->ranged) {
    const bool endless = (a->unit && !strcmp(a->unit, "s")) || a->maximum - a->minimum > 1e6;
    if (a->kind == ARG_NUMBER && endless) {
      return error_set(error, STATUS_BAD_VALUE, "%s needs a range here: two numbers after the address", a->name);
    }
    b->scale.low  = a->kind == ARG_CHOICE ? 0.0 : a->minimum;
    b->scale.high = a->kind == ARG_CHOICE ? words_of(a) - 1.0 : a->maximum;
    if (!o->centered && !o->curved && a->kind == ARG_NUMBER && a->minimum < 0.0 && a->maximum > 0.0) {
      b->scale.centered = true;
      b->scale.center   = 0.0;
    }
  }
  return scale_check(&b->scale, error);
}

static Status
choose_mode(Binding* const b, const Options* const o, Error* const error)
{
  const bool button = b->kind == MIDI_NOTE;
  if (b->encoding && (o->moded || b->value_at < 0)) {
    return error_set(error, STATUS_BAD_VALUE, "an encoder moves a value: %s has none to be moved",
                     o->moded ? "a button" : b->address);
  }
  if (b->value_at < 0 && o->moded && b->mode != MODE_PRESS) {
    return error_set(error, STATUS_BAD_VALUE, "%s takes no value: it is fired on press", b->address);
  }
  if (b->value_at >= 0 && o->moded && b->mode == MODE_PRESS) {
    return error_set(error, STATUS_BAD_VALUE, "press is for fixed arguments: write them after =");
  }
  const ArgKind kind = b->value_at >= 0 ? binding_spec(b)->kind : ARG_NONE;
  if (b->encoding) {
    b->mode = MODE_STEP;
  } else if (!o->moded) {
    b->mode = b->value_at < 0                ? MODE_PRESS
              : kind == ARG_SWITCH           ? MODE_TOGGLE
              : button && kind == ARG_CHOICE ? MODE_TOGGLE
              : button && b->in              ? MODE_MOMENTARY
                                             : MODE_FOLLOW;
  }
  const bool glides =
    b->mode == MODE_FOLLOW && (kind == ARG_NUMBER || kind == ARG_WHOLE) && b->entry->read && b->count == 1;
  if (b->pickup && o->picks && !glides) {
    return error_set(error, STATUS_BAD_VALUE, "pickup is for a value that can be read and follows the controller");
  }
  b->pickup = glides && (o->picks ? b->pickup : true);
  return STATUS_OK;
}

/// An argument as it is kept: as the table has converted it, but a choice as its word.
static const Value*
kept_argument(const Binding* const b, const Call* const call, const int i)
{
  return spec_at(b->entry, i)->kind == ARG_CHOICE ? &b->args[i] : &call->values[i];
}

static Status
keep_arguments(Binding* const b, const Call* const call)
{
  size_t size = 1;
  for (int i = 0; i < b->count; ++i) {
    const Value* const v = kept_argument(b, call, i);
    size += i != b->value_at && v->type == VALUE_TEXT ? strlen(v->text) + 1 : 0;
  }
  char* room = malloc(size);
  b->texts   = room;
  if (!room) {
    return STATUS_NO_MEMORY;
  }
  for (int i = 0; i < b->count; ++i) {
    const Value v = *kept_argument(b, call, i);
    if (i == b->value_at) {
      b->args[i] = value_double(0.0);
    } else if (v.type == VALUE_TEXT) {
      const size_t length = strlen(v.text) + 1;
      b->args[i]          = value_text(memcpy(room, v.text, length));
      room += length;
    } else {
      b->args[i] = (Value){v.type, v.number, NULL};
    }
  }
  return STATUS_OK;
}

/// Whether the table takes it with the controller at its ends.
static Status
check_arguments(Binding* const b, const MidiBinder* const by, Error* const error)
{
  Words w = {.address = b->address, .count = b->count};
  memcpy(w.values, b->args, (size_t)b->count * sizeof(Value));
  Status status = STATUS_OK;
  for (int end = 0; !status && end < (b->value_at < 0 ? 1 : 2); ++end) {
    if (b->value_at >= 0) {
      w.values[b->value_at] = value_double(end ? b->scale.high : b->scale.low);
    }
    Call* const call = call_new(&w, by->folder, UINT64_MAX, error);
    if (!call) {
      return STATUS_BAD_VALUE;
    }
    status = by->by ? control_check_paths(by->control, call, by->by, error) : STATUS_OK;
    if (!status && end == 0) {
      status = keep_arguments(b, call) ? error_set(error, STATUS_NO_MEMORY, "no memory") : STATUS_OK;
    }
    call_free(call);
  }
  return status;
}

static bool
is_pointless(const Entry* const e)
{
  return e->run == run_get || e->run == run_subscribe || e->run == run_help || e->run == run_ready ||
         e->run == run_stats;
}

static Status
complete(Binding* const b, const Options* const o, const MidiBinder* const by, Error* const error)
{
  const Entry* const e = b->entry;
  if (is_pointless(e)) {
    return error_set(error, STATUS_BAD_VALUE, "%s has nothing to do there", b->address);
  }
  if (!e->run) { // it can be shown
    if (b->in) {
      return error_set(error, STATUS_BAD_VALUE, "%s can only be read: say out to show it on the controller",
                       b->address);
    }
    b->mode   = MODE_FOLLOW;
    b->pickup = false;
    return o->ranged ? scale_check(&b->scale, error) : STATUS_OK;
  }
  Status status = choose_arguments(b, error);
  if (!status && b->value_at >= 0) {
    status = choose_range(b, o, error);
  } else if (!status && (o->ranged || o->curved || o->centered || o->stepped)) {
    status = error_set(error, STATUS_BAD_VALUE, "%s takes no value here: a range makes no sense", b->address);
  }
  if (!status) {
    status = choose_mode(b, o, error);
  }
  return status ? status : check_arguments(b, by, error);
}

Status
binding_read(Binding* const          out,
             const char* const       controller,
             const char* const       address,
             const char* const       options,
             const MidiBinder* const by,
             Error* const            error)
{
  const size_t length  = options ? strlen(options) : 0;
  char* const  line    = malloc(length + 4);
  char* const  storage = malloc(length + 4);
  Options      o       = {.error = error};
  Binding      b       = {.in = true, .out = true, .on = 127, .value_at = -1, .shown = -1, .steps = BOUND_STEPS};
  b.address            = strdup(address);
  Status status        = STATUS_OK;
  if (length > MAX_OPTIONS) {
    status = error_set(error, STATUS_BAD_VALUE, "the options are longer than %d characters", MAX_OPTIONS);
  } else if (!line || !storage || !b.address) {
    status = error_set(error, STATUS_NO_MEMORY, "no memory");
  } else {
    snprintf(line, length + 4, "/ %s", options ? options : "");
    status = words_read(&o.words, line, storage, error);
  }
  if (!status) {
    status = controller_read(&b, controller, error);
  }
  if (!status) {
    b.entry = table_find(address, UINT64_MAX, &b.deck, &b.k, error);
    status  = b.entry ? read_options(&o, &b) : STATUS_NOT_FOUND;
  }
  if (!status) {
    status = complete(&b, &o, by, error);
  }
  free(line);
  free(storage);
  if (status) {
    binding_clear(&b);
    return status;
  }
  *out = b;
  return STATUS_OK;
}

void
binding_clear(Binding* const b)
{
  free(b->address);
  free(b->texts);
  b->address = b->texts = NULL;
}
