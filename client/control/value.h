// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_VALUE_H
#define CONTROL_VALUE_H

// What commands and answers are made of: numbers and texts, and a line of them in score syntax.

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAX_VALUES 72 ///< of one command: /start takes a time and every deck

/// VALUE_INT and VALUE_DOUBLE differ for who receives an answer; commands take any number for any other.
typedef enum { VALUE_INT = 'i', VALUE_FLOAT = 'f', VALUE_DOUBLE = 'd', VALUE_TEXT = 's' } ValueType;

typedef struct {
  ValueType   type;
  double      number;
  const char* text; ///< of a text; of a number in a line, as it was written.  Belongs to where it was read from
} Value;

/// One command as it came: address, the id that wants to be echoed, arguments.
typedef struct {
  const char* address;
  const char* id; ///< "#..." or NULL
  int         count;
  Value       values[MAX_VALUES];
} Words;

Value value_int(int64_t number);
Value value_float(float number);
Value value_double(double number);
Value value_text(const char* text);

bool value_is_number(const Value* v);

/// A first argument that is a text and begins with '#' becomes the id.
void words_take_id(Words* w);

/** Split a line, `ADDRESS ARGS...`, at blanks; `#` at the beginning of a word begins a comment, "" hold a word with
 * blanks together, \ before " and \ in them.
 * @param storage strlen(line) + 1 bytes, which the words point into
 * @return STATUS_BAD_VALUE with what is wrong; STATUS_NOT_FOUND: there is nothing on this line */
Status words_read(Words* w, const char* line, char* storage, Error* error);

/// Take one blank-separated word off the front of `line`: returns what follows, NULL: none left.  Quotes mean nothing.
const char* line_word(const char* line, const char** begin, size_t* length);

/// A number as people write one: no inf, no nan, no hexadecimal.
bool number_read(const char* text, double* out);

/// The shortest text that reads back as the same number.  `size` at least 32.
void number_write(char* out, size_t size, const Value* v);

/// Append `v` to the line in `out` as a score writes it, a blank before it.  Cut to `size`, always ended; control
/// characters become '?'.
void line_append(char* out, size_t size, const Value* v);

#endif
