// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/mpeg_length.h"

#include <string.h>

#define SPOTS 16       // places in the file whose bit rate is compared
#define SPOT_FRAMES 16 // frames looked at in each
#define MAX_GAP 65536  // bytes of something else in the midst of frames

typedef struct {
  int     bytes; // of the frame, header and all
  int     samples;
  int     bit_rate; // kbit/s
  int     side;     // bytes of side information
  uint8_t kind;     // version, layer and rate: the same in all of a file
} Header;

static bool
parse(const uint8_t h[4], Header* const out)
{
  static const uint16_t bit_rates[2][15] = {{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
                                            {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}};
  static const uint16_t rates[3]         = {44100, 48000, 32000};
  const int             version          = (h[1] >> 3) & 3; // 3: MPEG 1, 2: MPEG 2, 0: MPEG 2.5
  const int             layer            = (h[1] >> 1) & 3; // 1: layer III
  const int             bits             = h[2] >> 4;
  const int             rate             = (h[2] >> 2) & 3;
  if (h[0] != 0xFF || (h[1] & 0xE0) != 0xE0 || version == 1 || layer != 1 || bits == 0 || bits == 15 || rate == 3) {
    return false;
  }
  const bool old  = version == 3;
  const bool mono = (h[3] >> 6) == 3;
  const int  hz   = rates[rate] / (old ? 1 : version == 2 ? 2 : 4);
  out->bit_rate   = bit_rates[!old][bits];
  out->samples    = old ? 1152 : 576;
  out->bytes      = (old ? 144 : 72) * out->bit_rate * 1000 / hz + ((h[2] >> 1) & 1);
  out->side       = old ? (mono ? 17 : 32) : (mono ? 9 : 17);
  out->kind       = (uint8_t)((h[1] & 0x1E) << 3 | rate);
  return true;
}

// The header at `at`, if there is one and another of its kind after it, or the file's end.
static bool
header_at(ByteSource* const b, const int64_t at, Header* const out)
{
  uint8_t h[4];
  Header  next;
  if (byte_source_read_at(b, at, h, 4) != 4 || !parse(h, out)) {
    return false;
  }
  if (byte_source_read_at(b, at + out->bytes, h, 4) != 4) {
    return at + out->bytes <= byte_source_size(b);
  }
  return (parse(h, &next) && next.kind == out->kind) || memcmp(h, "TAG", 3) == 0;
}

// The first header from `at` on, < 0: none near.
static int64_t
find_header(ByteSource* const b, const int64_t at, Header* const out)
{
  for (int64_t k = at; k < at + MAX_GAP; ++k) {
    uint8_t first;
    if (byte_source_read_at(b, k, &first, 1) != 1) {
      return -1;
    }
    if (first == 0xFF && header_at(b, k, out)) {
      return k;
    }
  }
  return -1;
}

// Where what follows the ID3v2 tags begins.
static int64_t
skip_tags(ByteSource* const b)
{
  int64_t at = 0;
  uint8_t h[10];
  while (byte_source_read_at(b, at, h, 10) == 10 && memcmp(h, "ID3", 3) == 0) {
    at += 10 + ((h[6] & 0x7F) << 21 | (h[7] & 0x7F) << 14 | (h[8] & 0x7F) << 7 | (h[9] & 0x7F));
    at += h[5] & 0x10 ? 10 : 0; // a footer
  }
  return at;
}

static bool
says_length(ByteSource* const b, const int64_t at, const Header* const h)
{
  char word[4];
  return (byte_source_read_at(b, at + 4 + h->side, word, 4) == 4 &&
          (memcmp(word, "Xing", 4) == 0 || memcmp(word, "Info", 4) == 0)) ||
         (byte_source_read_at(b, at + 4 + 32, word, 4) == 4 && memcmp(word, "VBRI", 4) == 0);
}

static bool
seems_constant(ByteSource* const b, const int64_t start, const int bit_rate)
{
  for (int spot = 0; spot < SPOTS; ++spot) {
    Header  h;
    int64_t at = find_header(b, start + (byte_source_size(b) - start) / SPOTS * spot, &h);
    for (int k = 0; k < SPOT_FRAMES && at >= 0; ++k) {
      if (h.bit_rate != bit_rate) {
        return false;
      }
      at += h.bytes;
      at = header_at(b, at, &h) ? at : -1;
    }
  }
  return true;
}

int64_t
mpeg_length(ByteSource* const b)
{
  Header  h;
  int64_t samples = 0;
  int64_t at      = find_header(b, skip_tags(b), &h);
  if (at >= 0 && says_length(b, at, &h)) {
    return 0;
  }
  if (at < 0 || seems_constant(b, at, h.bit_rate)) {
    return -1;
  }
  while (at >= 0) {
    samples += h.samples;
    at += h.bytes;
    if (!header_at(b, at, &h)) {
      at = find_header(b, at, &h);
    }
  }
  return samples;
}
