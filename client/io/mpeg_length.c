// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/mpeg_length.h"

#include <string.h>

#define SPOTS 32      // places in the file that are looked at
#define SPOT_FRAMES 8 // frames in each
#define SMALL 4194304 // bytes: so few are all looked at
#define MAX_GAP 65536 // bytes of something else in the midst of frames

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

// The bit rate of the frame after the one at `at`: that one may hold the length, and then has any.
static int
second_bit_rate(ByteSource* const b, const int64_t at, const Header* const first)
{
  Header h;
  return header_at(b, at + first->bytes, &h) ? h.bit_rate : first->bit_rate;
}

static uint32_t
big_endian(const uint8_t b[4])
{
  return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

// What a Xing, Info or VBRI header in the frame at `at` says.  `bytes` 0: nothing of the size.
static void
read_said(ByteSource* const b, const int64_t at, const Header* const h, MpegCount* const c, int64_t* const bytes)
{
  uint8_t       x[18];
  const int64_t xing = at + 4 + h->side;
  const int64_t vbri = at + 4 + 32;
  *bytes             = 0;
  c->said_at         = 0;
  if (byte_source_read_at(b, xing, x, 16) == 16 && (!memcmp(x, "Xing", 4) || !memcmp(x, "Info", 4)) && (x[7] & 1)) {
    c->said_at = xing + 8;
    c->said    = big_endian(x + 8);
    *bytes     = x[7] & 2 ? big_endian(x + 12) : 0;
  } else if (byte_source_read_at(b, vbri, x, 18) == 18 && !memcmp(x, "VBRI", 4)) {
    c->said_at = vbri + 14;
    c->said    = big_endian(x + 14);
    *bytes     = big_endian(x + 10);
  }
}

typedef struct {
  bool   constant;   // the bit rate is the same everywhere
  double mean_bytes; // of a frame
} Sample;

// Look at frames in many places.
static Sample
sample(ByteSource* const b, const int64_t start, const int bit_rate)
{
  Sample  s      = {true, 0.0};
  int64_t frames = 0;
  for (int spot = 0; spot < SPOTS; ++spot) {
    Header  h;
    int64_t at = find_header(b, start + (byte_source_size(b) - start) / SPOTS * spot, &h);
    for (int k = 0; k < SPOT_FRAMES && at >= 0; ++k) {
      s.constant = s.constant && (h.bit_rate == bit_rate || (spot == 0 && k == 0)); // the one with the length differs
      s.mean_bytes += h.bytes;
      ++frames;
      at += h.bytes;
      at = header_at(b, at, &h) ? at : -1;
    }
  }
  s.mean_bytes = frames > 0 ? s.mean_bytes / (double)frames : 1.0;
  return s;
}

// Whether the number of frames fits the size of the file, as far as some places tell.
static bool
is_likely(ByteSource* const      b,
          const int64_t          start,
          const MpegCount* const c,
          const int64_t          bytes,
          const Sample* const    s)
{
  const int64_t there    = byte_source_size(b) - start;
  const int64_t slack    = there / 100 > MAX_GAP ? there / 100 : MAX_GAP; // tags at the end
  const double  frames   = (double)there / s->mean_bytes;
  const double  off      = ((double)c->said - frames) / frames;
  const double  unlikely = s->constant ? 0.01 : 0.1; // some four deviations of the mean of so many places
  return (bytes == 0 || (bytes > there - slack && bytes < there + slack)) && off < unlikely && off > -unlikely;
}

MpegKind
mpeg_look(ByteSource* const b, MpegCount* const c)
{
  Header        h;
  int64_t       bytes = 0;
  const int64_t at    = find_header(b, skip_tags(b), &h);
  *c                  = (MpegCount){.at = at};
  if (at < 0) {
    return MPEG_CONSTANT;
  }
  read_said(b, at, &h, c, &bytes);
  const int64_t there = byte_source_size(b) - at;
  if (c->said_at && there < SMALL) {
    return MPEG_TO_COUNT; // sooner done than guessed
  }
  const Sample s = sample(b, at, second_bit_rate(b, at, &h));
  if (c->said_at) {
    return is_likely(b, at, c, bytes, &s) ? MPEG_SAID : MPEG_TO_COUNT;
  }
  return s.constant ? MPEG_CONSTANT : MPEG_TO_COUNT;
}

bool
mpeg_count(ByteSource* const b, MpegCount* const c, const int64_t bytes)
{
  const int64_t end = c->at + bytes;
  Header        h;
  while (c->at >= 0 && c->at < end) {
    if (!header_at(b, c->at, &h)) {
      c->at = find_header(b, c->at, &h);
    }
    if (c->at >= 0) {
      c->samples += h.samples;
      c->frames += 1;
      c->at += h.bytes;
    }
  }
  return c->at < 0;
}

bool
mpeg_correct(ByteSource* const b, const MpegCount* const c)
{
  const int64_t frames = c->frames - 1;
  if (!c->said_at || frames == c->said || frames <= 0 || frames > UINT32_MAX) {
    return false;
  }
  const uint8_t right[4] = {(uint8_t)(frames >> 24), (uint8_t)(frames >> 16), (uint8_t)(frames >> 8), (uint8_t)frames};
  byte_source_patch(b, c->said_at, right);
  return true;
}
