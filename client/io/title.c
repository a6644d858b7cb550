// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/title.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// How many bytes the UTF-8 sequence at `s` has, 0: it is none.
static int
utf8_length(const unsigned char* const s)
{
  const int n = s[0] < 0x80 ? 1 : s[0] >= 0xC2 && s[0] < 0xE0 ? 2 : (s[0] & 0xF0) == 0xE0 ? 3 : 0;
  const int m = n ? n : s[0] >= 0xF0 && s[0] < 0xF5 ? 4 : 0;
  for (int k = 1; k < m; ++k) {
    if ((s[k] & 0xC0) != 0x80) {
      return 0;
    }
  }
  return m;
}

static bool
is_utf8(const unsigned char* s)
{
  while (*s) {
    const int n = utf8_length(s);
    if (!n) {
      return false;
    }
    s += n;
  }
  return true;
}

char*
title_clean(const char* const tag)
{
  const unsigned char* const in  = (const unsigned char*)tag;
  char* const                out = malloc(2 * strlen(tag) + 1); // a Latin-1 letter takes two bytes
  if (!out) {
    return NULL;
  }
  const bool utf8 = is_utf8(in);
  size_t     n    = 0;
  for (size_t k = 0; in[k]; ++k) {
    const unsigned char c = in[k];
    if (c < 0x20 || c == 0x7F || (c == ' ' && n == 0)) {
      continue;
    }
    if (c >= 0x80 && !utf8) {
      out[n++] = (char)(0xC0 | (c >> 6));
      out[n++] = (char)(0x80 | (c & 0x3F));
    } else {
      out[n++] = (char)c;
    }
  }
  while (n > 0 && out[n - 1] == ' ') {
    --n;
  }
  out[n] = '\0';
  if (n == 0) {
    free(out);
    return NULL;
  }
  return out;
}

char*
title_of_path(const char* const path)
{
  const char* const slash = strrchr(path, '/');
  const char* const name  = slash ? slash + 1 : path;
  char* const       bare  = strdup(name);
  if (!bare) {
    return NULL;
  }
  char* const dot = strrchr(bare, '.');
  if (dot && dot != bare) {
    *dot = '\0';
  }
  char* const title = title_clean(bare);
  free(bare);
  return title ? title : strdup("untitled");
}
