// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_MIDI_MAP_H
#define CONTROL_MIDI_MAP_H

// What each controller does: bindings, and how they are written in map files.  docs/midi.md describes the text.

#include "control/midi_parser.h"
#include "control/midi_scale.h"
#include "control/answer.h"
#include "control/table.h"

typedef enum { ENCODING_NONE, ENCODING_TWOS, ENCODING_SIGN, ENCODING_OFFSET } Encoding;

typedef enum {
  MODE_FOLLOW,    ///< the value goes where the controller stands
  MODE_STEP,      ///< relative encoder: the value moves by its steps
  MODE_TOGGLE,    ///< each press goes to the other end of the range
  MODE_MOMENTARY, ///< high while it is held, low else
  MODE_PRESS      ///< a press fires the command, which takes no value from the controller
} Mode;

enum { ANY_CHANNEL = -1, MAX_BINDINGS = 2048, MAX_BOUND_ARGS = 8, MAX_BOUND_TEXT = 10240, BOUND_STEPS = 128 };

typedef struct {
  // Which controller
  MidiKind kind;
  Encoding encoding; ///< of a MIDI_CC
  int      channel;  ///< from 0, or ANY_CHANNEL
  uint16_t number;

  // What it does
  const Entry* entry;
  uint8_t      deck, k;
  char*        address;
  char*        texts; ///< what the arguments point to
  int          count; ///< of arguments
  Value        args[MAX_BOUND_ARGS];
  int          value_at; ///< the argument that the controller gives, -1: none
  bool         spelled;  ///< the arguments were written, after `=`
  Scale        scale;
  Mode         mode;
  bool         pickup;
  int          steps;   ///< of an encoder, from one end to the other
  bool         in, out; ///< acts; is shown on the controller
  uint8_t      on, off; ///< how a light is shown

  // How it stands
  bool     has_position, picked;
  double   position;   ///< of the controller, as it said last
  double   last;       ///< value given last
  int64_t  last_at;    ///< engine frame at which it takes effect
  bool     down;       ///< pressed
  uint16_t held_value; ///< of the last move
  bool     heard;      ///< it was moved
  uint8_t  seen;       ///< channel that it was heard on last
  int      shown;      ///< what the controller shows, as far as known; -1: not known
  int64_t  moved_at;
} Binding;

typedef struct {
  Binding* of;
  int      count, room;
} MidiMap;

/// Whose files the arguments of a new binding may name, and what relative paths are relative to (NULL: working folder).
typedef struct {
  const Control* control;
  const Sender*  by;
  const char*    folder;
} MidiBinder;

/** Make a binding: `controller` "cc 1 7", `options` "0 1 pickup", may be NULL.  STATUS_BAD_VALUE: `error` says what is
 * wrong with it. */
Status binding_read(Binding*          out,
                    const char*       controller,
                    const char*       address,
                    const char*       options,
                    const MidiBinder* by,
                    Error*            error);
void   binding_clear(Binding* b);

// midi_words.c

/// "cc 1 7" into a binding's first part.  STATUS_BAD_VALUE: `error` says what is wrong.
Status controller_read(Binding* b, const char* text, Error* error);

/// As they are read, each of at most MAX_BOUND_TEXT bytes.
void binding_controller(const Binding* b, char* out, size_t size);
void binding_options(const Binding* b, char* out, size_t size);

/// Whether both are of the same controller.
bool binding_same_controller(const Binding* a, const Binding* b);

/// The largest value that its controller can show.
static inline uint16_t
binding_top(const Binding* b)
{
  return b->kind == MIDI_NOTE || b->kind == MIDI_CC ? 127 : 16383;
}

/// The specification of the argument that the controller gives.  Pre: there is one.
const ArgSpec* binding_spec(const Binding* b);

/// Add it, in the place of one of the same controller and address.  The map takes it over.  STATUS_NO_MEMORY: it is
/// cleared.
Status map_add(MidiMap* m, Binding* b, Error* error);

/// Take away all of an address (NULL: all); returns how many.
int  map_remove(MidiMap* m, const char* address);
void map_clear(MidiMap* m);

/// All lines of a file's text, which is changed.  STATUS_BAD_VALUE: `error` says which line, `out` is empty.
Status map_read(MidiMap* out, char* text, const char* path, const MidiBinder* by, Error* error);

/// The text of a map file, malloc'd.  NULL: no memory.
char* map_text(const MidiMap* m);

#endif
