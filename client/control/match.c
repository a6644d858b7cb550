// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/pattern.h"
#include "control/table.h"
#include "msg/limits.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_STEPS = 4000000 }; ///< of looking for all that a pattern names: some ten milliseconds

/// Whether a part of an address is a number, written in one way only: 7, not 07; its value, bounded.
static bool
part_number(const char* const part, const size_t length, unsigned* const number)
{
  *number = 0;
  if (length > 1 && *part == '0') {
    return false;
  }
  for (size_t i = 0; i < length; ++i) {
    if (!isdigit((unsigned char)part[i])) {
      return false;
    }
    *number = *number < 100000 ? *number * 10 + (unsigned)(part[i] - '0') : *number;
  }
  return length > 0;
}

/// Whether `address` has the form of the template; the numbers in place of N and K.
static bool
has_form(const char* template, const char* address, unsigned* const n, unsigned* const k)
{
  for (;;) {
    if (*template != '/' || *address != '/') {
      return !*template && !*address;
    }
    const size_t t = strcspn(++template, "/");
    const size_t a = strcspn(++address, "/");
    if (t == 1 && (*template == 'N' || *template == 'K')) {
      if (!part_number(address, a, *template == 'N' ? n : k)) {
        return false;
      }
    } else if (t != a || strncmp(template, address, t)) {
      return false;
    }
    template += t;
    address += a;
  }
}

/// How many letters must be added, taken away or changed to make one of the other.
static unsigned
distance(const char* const a, const char* const b)
{
  unsigned     row[MAX_ADDRESS + 1];
  const size_t length = strlen(b);
  for (size_t j = 0; j <= length; ++j) {
    row[j] = (unsigned)j;
  }
  for (size_t i = 0; a[i]; ++i) {
    unsigned diagonal = row[0]++;
    for (size_t j = 0; j < length; ++j) {
      const unsigned change = diagonal + (a[i] != b[j]);
      const unsigned remove = row[j + 1] + 1;
      const unsigned add    = row[j] + 1;
      diagonal              = row[j + 1];
      row[j + 1]            = change < remove ? (change < add ? change : add) : (remove < add ? remove : add);
    }
  }
  return row[length];
}

/// The address with N and K for its first and second number.
static void
as_template(const char* address, char* out, unsigned numbers[2])
{
  int found = 0;
  while (*address) {
    const size_t length = *address == '/' ? 1 : strcspn(address, "/");
    unsigned     number = 0;
    if (found < 2 && part_number(address, length, &number)) {
      *out++           = "NK"[found];
      numbers[found++] = number;
    } else {
      memcpy(out, address, length);
      out += length;
    }
    address += length;
  }
  *out = '\0';
}

static bool
there_is(const uint64_t decks, const unsigned number)
{
  return number >= 1 && number <= MAX_DECKS && (decks >> (number - 1) & 1);
}

Status
table_no_deck(const unsigned number, const uint64_t decks, Error* const error)
{
  char     list[400] = "";
  size_t   used      = 0;
  unsigned count     = 0;
  unsigned runs      = 0;
  for (unsigned first = 1; first <= MAX_DECKS; ++first) {
    unsigned last = first;
    if (!there_is(decks, first)) {
      continue;
    }
    while (there_is(decks, last + 1)) {
      ++last;
    }
    const int n = last == first
                    ? snprintf(list + used, sizeof(list) - used, "%s%u", runs ? ", " : "", first)
                    : snprintf(list + used, sizeof(list) - used, "%s%u .. %u", runs ? ", " : "", first, last);
    used += n > 0 && (size_t)n < sizeof(list) - used ? (size_t)n : 0;
    count += last - first + 1;
    ++runs;
    first = last;
  }
  if (there_is(decks, 1) && runs == 1) {
    return error_set(error, STATUS_NOT_FOUND, "no deck %u: there %s %u", number, count == 1 ? "is" : "are", count);
  }
  return error_set(error, STATUS_NOT_FOUND, "no deck %u: there are %s", number, list);
}

bool
table_is_of_deck(const Entry* const e)
{
  return !strncmp(e->address, "/deck/N/", 8);
}

static void
unknown(const char* const address, const uint64_t decks, Error* const error)
{
  char     form[MAX_ADDRESS + 1] = "";
  unsigned numbers[2]            = {1, 1};
  if (strlen(address) > MAX_ADDRESS) {
    error_set(error, STATUS_NOT_FOUND, "unknown command %.60s...: /help lists all", address);
    return;
  }
  if (is_pattern(address)) {
    error_set(error, STATUS_NOT_FOUND, "%s is a pattern: only /get takes one, as its argument", address);
    return;
  }
  as_template(address, form, numbers);
  const Entry* nearest = &table[0];
  unsigned     best    = MAX_ADDRESS;
  for (size_t i = 0; i < table_size; ++i) {
    const unsigned d = distance(form, table[i].address);
    if (d < best) {
      best    = d;
      nearest = &table[i];
    }
  }
  if (best > strlen(form) / 3) { // no slip of the finger
    error_set(error, STATUS_NOT_FOUND, "unknown command %s: /help lists all", address);
    return;
  }
  const unsigned n = there_is(decks, numbers[0]) ? numbers[0] : 1;
  const unsigned k = numbers[1] >= 1 && numbers[1] <= nearest->slots ? numbers[1] : 1;
  char           hint[MAX_ADDRESS];
  table_address(nearest, (uint8_t)(n - 1), (uint8_t)(k - 1), hint, sizeof(hint));
  error_set(error, STATUS_NOT_FOUND, "unknown command %s: did you mean %s?  /help lists all", address, hint);
}

const Entry*
table_find(const char* const address, const uint64_t decks, uint8_t* const deck, uint8_t* const k, Error* const error)
{
  for (size_t i = 0; i < table_size; ++i) {
    const Entry* const e    = &table[i];
    unsigned           n    = 1;
    unsigned           slot = 1;
    if (!has_form(e->address, address, &n, &slot)) {
      continue;
    }
    if (table_is_of_deck(e) && !there_is(decks, n)) {
      table_no_deck(n, decks, error);
      return NULL;
    }
    if (e->slots && (slot < 1 || slot > e->slots)) {
      error_set(error, STATUS_NOT_FOUND, "no %s %u: there are %u", e->slot_name, slot, e->slots);
      return NULL;
    }
    *deck = (uint8_t)(n - 1);
    *k    = (uint8_t)(slot - 1);
    return e;
  }
  unknown(address, decks, error);
  return NULL;
}

Status
table_match(const char* const pattern,
            const uint64_t    decks,
            void (*const tell)(void* data, const Entry* e, uint8_t deck, uint8_t k),
            void* const  data,
            Error* const error)
{
  int steps = MAX_STEPS;
  for (size_t i = 0; i < table_size && steps >= 0; ++i) {
    const Entry* const e        = &table[i];
    const bool         per_deck = strstr(e->address, "/N/") != NULL;
    const unsigned     slots    = e->slots ? e->slots : 1;
    for (unsigned n = 0; n < (per_deck ? MAX_DECKS : 1) * slots && steps >= 0; ++n) {
      char          address[MAX_ADDRESS];
      const uint8_t deck = (uint8_t)(n / slots);
      const uint8_t k    = (uint8_t)(n % slots);
      if (per_deck && !(decks >> deck & 1)) {
        continue;
      }
      table_address(e, deck, k, address, sizeof(address));
      if (pattern_matches_within(pattern, address, &steps) && steps >= 0) {
        tell(data, e, deck, k);
      }
    }
  }
  return steps >= 0 ? STATUS_OK
                    : error_set(error, STATUS_BAD_VALUE, "the pattern is too complicated: use fewer stars and braces");
}

void
table_address(const Entry* const e, const uint8_t deck, const uint8_t k, char* const out, const size_t size)
{
  size_t used = 0;
  for (const char* t = e->address; *t && used + 1 < size; ++t) {
    const bool alone = t > e->address && t[-1] == '/' && (!t[1] || t[1] == '/');
    if (alone && (*t == 'N' || *t == 'K')) {
      const int n = snprintf(out + used, size - used, "%d", (*t == 'N' ? deck : k) + 1);
      used += n > 0 && (size_t)n < size - used ? (size_t)n : 0;
    } else {
      out[used++] = *t;
    }
  }
  out[used] = '\0';
}
