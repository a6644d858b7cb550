// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/pattern.h"

#include <string.h>

// How much a pattern may make us try: some stars and braces in a row could otherwise cost more than the age of the
// universe.
enum { MAX_STEPS = 20000 };

bool
is_pattern(const char* const address)
{
  return strpbrk(address, "*?[]{}") != NULL;
}

/// `p` after the '['.  Returns what follows the ']', NULL: never closed.
static const char*
match_set(const char* p, const char c, bool* const in)
{
  const bool negated = *p == '!';
  p += negated;
  bool found = false;
  for (bool first = true; *p && (*p != ']' || first); first = false) {
    const char low  = *p;
    const char high = p[1] == '-' && p[2] && p[2] != ']' ? p[2] : low;
    p += high != low || (p[1] == '-' && p[2] && p[2] != ']') ? 3 : 1;
    found = found || (c >= low && c <= high);
  }
  *in = found != negated;
  return *p ? p + 1 : NULL;
}

static bool match(const char* p, const char* s, int* steps);

/// `p` after the '{': one of the words up to '}', then the rest.
static bool
match_words(const char* p, const char* const s, int* const steps)
{
  const char* const close = strchr(p, '}');
  while (close && p <= close) {
    const size_t length = strcspn(p, ",}");
    if (!strncmp(p, s, length) && match(close + 1, s + length, steps)) {
      return true;
    }
    p += length + 1;
  }
  return false;
}

static bool
match(const char* p, const char* s, int* const steps)
{
  for (; *p; ++p, ++s) {
    if (--*steps < 0) {
      return false;
    }
    bool in = false;
    switch (*p) {
      case '*':
        while (p[1] == '*') {
          ++p;
        }
        for (;; ++s) {
          if (match(p + 1, s, steps)) {
            return true;
          }
          if (!*s || *s == '/' || *steps < 0) {
            return false;
          }
        }
      case '?':
        if (!*s || *s == '/') {
          return false;
        }
        break;
      case '[':
        p = *s && *s != '/' ? match_set(p + 1, *s, &in) : NULL;
        if (!p || !in) {
          return false;
        }
        --p; // the loop steps over the ']'
        break;
      case '{':
        return match_words(p + 1, s, steps);
      default:
        if (*p != *s) {
          return false;
        }
    }
  }
  return !*s;
}

bool
pattern_matches_within(const char* const pattern, const char* const address, int* const steps)
{
  return match(pattern, address, steps);
}

bool
pattern_matches(const char* const pattern, const char* const address)
{
  int steps = MAX_STEPS;
  return match(pattern, address, &steps);
}
