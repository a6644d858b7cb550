// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/audio_file.h"

#include "io/byte_source.h"
#include "io/mpeg_length.h"
#include "io/title.h"

#include <stdlib.h>
#include <string.h>

#define LAST_PAGE_SECONDS 5 // an Ogg page is rarely longer than one
#define MIN_SCRATCH_FRAMES 64
#define SCRATCH_SAMPLES 16384
#define MANY_FRAMES (INT64_C(1) << 40) // a month at 384 kHz: no file is that long

struct AudioFile {
  ByteSource* bytes;
  SNDFILE*    file; // NULL: it could not be opened again
  SF_INFO     info;
  char*       title;
  bool        estimated;
  bool        floating; // samples are stored as floats, which may be no numbers
  int64_t     at;       // frame that libsndfile reads next; < 0: unknown
  int64_t     preroll;  // frames to decode before one that was jumped to
  int64_t     near;     // so far ahead reading on is taken instead of a seek
  int64_t     last;     // no seek goes further than this: from there on reading is taken
  int64_t     grid;     // 0, or: decoding always starts at a multiple of this
  float*      scratch;  // [scratch_frames * channels]
  int64_t     scratch_frames;
};

// What a format needs for its seeks to be exact: see the header.
static void
set_seek(AudioFile* const f)
{
  const int     major = f->info.format & SF_FORMAT_TYPEMASK;
  const int     sub   = f->info.format & SF_FORMAT_SUBMASK;
  const int64_t rate  = f->info.samplerate;
  f->last             = f->info.frames;
  if (major == SF_FORMAT_MPEG) {
    f->preroll = rate < 32000 ? 36864 : 20480;
    f->near    = f->preroll + rate;
  } else if (major == SF_FORMAT_OGG && sub == SF_FORMAT_VORBIS) {
    f->preroll = 8192;
    f->near    = f->preroll + 3 * rate; // libsndfile must not get to skip forward by 2 s or less
    f->last    = f->info.frames - LAST_PAGE_SECONDS * rate;
    f->last    = f->last > 0 ? f->last : 0;
  } else if (major == SF_FORMAT_OGG && sub == SF_FORMAT_OPUS) {
    const double bits =
      8.0 * (double)byte_source_size(f->bytes) * (double)rate / (double)f->info.frames / f->info.channels;
    f->preroll = 16384;
    f->near    = f->preroll + rate;
    f->grid    = bits < 28000.0 ? 1 << 18 : 0;
  }
}

// Begin anew: a decoder that has once failed may never work again (FLAC after a seek beyond the end).
static bool
reopen(AudioFile* const f)
{
  SF_INFO same;
  sf_close(f->file);
  f->file = byte_source_sound(f->bytes, &same);
  f->at   = f->file ? 0 : -1;
  return f->file != NULL;
}

void
audio_file_close(AudioFile* const f)
{
  if (f) {
    if (f->file) {
      sf_close(f->file);
    }
    byte_source_close(f->bytes);
    free(f->title);
    free(f->scratch);
    free(f);
  }
}

uint32_t
audio_file_rate(const AudioFile* const f)
{
  return (uint32_t)f->info.samplerate;
}

uint32_t
audio_file_channels(const AudioFile* const f)
{
  return (uint32_t)f->info.channels;
}

int64_t
audio_file_frames(const AudioFile* const f)
{
  return f->info.frames;
}

bool
audio_file_estimated(const AudioFile* const f)
{
  return f->estimated;
}

const char*
audio_file_title(const AudioFile* const f)
{
  return f->title;
}

bool
audio_file_same(const AudioFile* const f, const char* const path)
{
  return byte_source_same(f->bytes, path);
}

// libsndfile, keeping count.  Fewer frames than asked for only at the end or on an error.
static int64_t
read_raw(AudioFile* const f, float* const to, const int64_t n)
{
  int64_t got = 0;
  while (got < n) {
    const sf_count_t more = sf_readf_float(f->file, to + got * f->info.channels, n - got);
    if (more <= 0) {
      break;
    }
    got += more;
  }
  f->at += got;
  return got;
}

// Let libsndfile seek.  FLAC files without a length can't be sought everywhere, and no FLAC decoder works on after it
// failed once: then anew, to a little earlier, near the start to that.
static bool
seek(AudioFile* const f, const int64_t frame)
{
  const int64_t tries[] = {frame, frame - 1237, frame - 33333, frame < 100000 ? 0 : -1};
  for (size_t k = 0; f->file && k < sizeof(tries) / sizeof(tries[0]); ++k) {
    if (tries[k] >= 0) {
      f->at = sf_seek(f->file, tries[k], SEEK_SET);
      if (f->at >= 0 && f->at <= frame) {
        return true;
      }
      reopen(f);
    }
  }
  return false;
}

// Go to `frame`.  false: the data ends before it.
static bool
go_to(AudioFile* const f, const int64_t frame)
{
  const int64_t anchor = f->grid ? frame / f->grid * f->grid : frame;
  const int64_t start  = anchor < f->last ? anchor : f->last;
  const int64_t from   = start > f->preroll ? start - f->preroll : 0;
  const bool    ahead  = f->at >= 0 && f->at <= frame && from - f->at <= (f->grid ? f->grid : f->near);
  if (!ahead || (f->grid && f->at <= anchor)) {
    if (f->grid) {
      sf_seek(f->file, 0, SEEK_SET); // a short seek forward would keep what the decoder has heard so far
    }
    if (!seek(f, from)) {
      return false;
    }
  }
  while (f->at < frame) {
    const int64_t way = frame - f->at;
    if (read_raw(f, f->scratch, way < f->scratch_frames ? way : f->scratch_frames) == 0) {
      return false;
    }
  }
  return true;
}

// Count a file that doesn't say how long it is.
static int64_t
count_frames(AudioFile* const f)
{
  while (read_raw(f, f->scratch, f->scratch_frames) > 0) {
  }
  const int64_t n = f->at;
  return reopen(f) ? n : 0;
}

static bool
has_frame(AudioFile* const f, const int64_t frame)
{
  return go_to(f, frame) && read_raw(f, f->scratch, 1) == 1;
}

// The same where seeking works without knowing the length: by trying.
static int64_t
search_end(AudioFile* const f)
{
  int64_t there = -1, beyond = 1 << 16;
  while (beyond < MANY_FRAMES && has_frame(f, beyond)) {
    there = beyond;
    beyond *= 2;
  }
  while (f->file && beyond - there > 1) {
    const int64_t middle = there + (beyond - there) / 2;
    if (has_frame(f, middle)) {
      there = middle;
    } else {
      beyond = middle;
    }
  }
  return f->file && reopen(f) ? there + 1 : 0;
}

// Read frames that lie next, as stereo.
static int64_t
read_stereo(AudioFile* const f, float* const stereo, const int64_t n)
{
  const int channels = f->info.channels;
  if (channels == 2) {
    return read_raw(f, stereo, n);
  }
  if (channels == 1) { // into the upper half, then spread from the front
    const int64_t      got  = read_raw(f, stereo + n, n);
    const float* const mono = stereo + n;
    for (int64_t k = 0; k < got; ++k) {
      const float x     = mono[k];
      stereo[2 * k]     = x;
      stereo[2 * k + 1] = x;
    }
    return got;
  }
  int64_t done = 0;
  while (done < n) {
    const int64_t want = n - done < f->scratch_frames ? n - done : f->scratch_frames;
    const int64_t got  = read_raw(f, f->scratch, want);
    for (int64_t k = 0; k < got; ++k) {
      stereo[2 * (done + k)]     = f->scratch[k * channels];
      stereo[2 * (done + k) + 1] = f->scratch[k * channels + 1];
    }
    done += got;
    if (got < want) {
      break;
    }
  }
  return done;
}

typedef uint32_t Bits4 __attribute__((vector_size(16)));

static bool
is_finite(const float x)
{
  uint32_t bits;
  memcpy(&bits, &x, sizeof(bits));
  return (bits & 0x7F800000u) != 0x7F800000u;
}

// Infinities and what is no number would stay in every filter they meet: silence instead.  There are none, as a rule,
// so look four at a time: an exponent of all ones and one more overflows into the sign.
static void
make_finite(float* const samples, const int64_t n)
{
  Bits4   bad  = {0, 0, 0, 0};
  int64_t done = 0;
  for (; done + 4 <= n; done += 4) {
    Bits4 bits;
    memcpy(&bits, samples + done, sizeof(bits));
    bad |= (bits & 0x7F800000u) + 0x00800000u;
  }
  const uint32_t any = (bad[0] | bad[1] | bad[2] | bad[3]) & 0x80000000u;
  for (int64_t k = any ? 0 : done; k < n; ++k) {
    samples[k] = is_finite(samples[k]) ? samples[k] : 0.0f;
  }
}

// As many of `n` frames from `frame` on as come.
static int64_t
read_at(AudioFile* const f, const int64_t frame, float* const stereo, const int64_t n)
{
  int64_t done = 0;
  while (done < n) {
    const int64_t from = frame + done;
    const int64_t left = n - done;
    const int64_t part = f->grid && f->grid - from % f->grid < left ? f->grid - from % f->grid : left;
    const bool    edge = f->grid && from > 0 && from % f->grid == 0;
    if ((f->at != from || edge) && !go_to(f, from)) {
      break;
    }
    const int64_t here = read_stereo(f, stereo + 2 * done, part);
    done += here;
    if (here < part) {
      break;
    }
  }
  return done;
}

// Whether there is more after a place that can't be decoded: FLAC gives up at a damaged block.
static bool
goes_on(AudioFile* const f, const int64_t frame)
{
  for (int64_t way = 8192; way <= 65536 && frame + way < f->info.frames; way *= 2) {
    if (has_frame(f, frame + way)) {
      return true;
    }
    reopen(f);
  }
  return false;
}

AudioRead
audio_file_read(AudioFile* const f, const int64_t frame, float* const stereo, const int64_t n, int64_t* const got)
{
  const int64_t left    = f->info.frames - frame > 0 ? f->info.frames - frame : 0;
  const int64_t want    = n < left ? n : left;
  int64_t       done    = f->file ? read_at(f, frame, stereo, want) : 0;
  bool          damaged = false;
  if (done < want && reopen(f)) {
    done += read_at(f, frame + done, stereo + 2 * done, want - done);
    damaged = done < want && goes_on(f, frame + done);
  }
  if (damaged) {
    memset(stereo + 2 * done, 0, sizeof(float) * 2 * (size_t)(want - done));
    done = want;
  }
  if (f->floating) {
    make_finite(stereo, 2 * done);
  }
  *got = done;
  return done < n  ? (byte_source_failed(f->bytes) ? AUDIO_READ_BROKEN : AUDIO_READ_END)
         : damaged ? AUDIO_READ_DAMAGED
                   : AUDIO_READ_OK;
}

// Of an MP3 file libsndfile knows a length, but may have guessed, and reads no further than that: where we count more,
// claim a file so large that its guess is enough.
static void
set_length(AudioFile* const f)
{
  const int64_t n      = mpeg_length(f->bytes);
  const double  factor = (double)n / (double)f->info.frames;
  f->estimated         = n < 0;
  if (factor > 1.0) {
    byte_source_claim(f->bytes, (int64_t)((double)byte_source_size(f->bytes) * factor * 1.05) + 65536);
    reopen(f);
  }
  f->info.frames = n > 0 ? n : f->info.frames;
}

static Status
set_up(AudioFile* const f, const char* const path, Error* const error)
{
  const int major   = f->info.format & SF_FORMAT_TYPEMASK;
  const int sub     = f->info.format & SF_FORMAT_SUBMASK;
  f->scratch_frames = SCRATCH_SAMPLES / (f->info.channels > 0 ? f->info.channels : 1);
  f->scratch_frames = f->scratch_frames < MIN_SCRATCH_FRAMES ? MIN_SCRATCH_FRAMES : f->scratch_frames;
  f->scratch        = malloc(sizeof(float) * (size_t)(f->scratch_frames * f->info.channels));
  if (!f->scratch) {
    return error_set(error, STATUS_NO_MEMORY, "no memory to read %s", path);
  }
  const char* const tag = sf_get_string(f->file, SF_STR_TITLE);
  f->title              = tag ? title_clean(tag) : NULL;
  if (f->info.frames > MANY_FRAMES) { // libsndfile's word for unknown
    f->info.frames = major == SF_FORMAT_FLAC ? search_end(f) : count_frames(f);
  }
  if (!f->file || f->info.frames <= 0) {
    return error_set(error, STATUS_BAD_FORMAT, "%s has no audio in it", path);
  }
  if (f->info.samplerate < AUDIO_MIN_RATE || f->info.samplerate > AUDIO_MAX_RATE) {
    return error_set(error, STATUS_BAD_FORMAT, "%s has a rate of %d Hz: 8000 to 384000 Hz work", path,
                     f->info.samplerate);
  }
  if (major == SF_FORMAT_MPEG) {
    set_length(f);
  }
  f->floating = sub == SF_FORMAT_FLOAT || sub == SF_FORMAT_DOUBLE;
  set_seek(f);
  return STATUS_OK;
}

Status
audio_file_open(AudioFile** const out, const char* const path, Error* const error)
{
  AudioFile* const f = calloc(1, sizeof(*f));
  if (!f) {
    return error_set(error, STATUS_NO_MEMORY, "no memory to read %s", path);
  }
  Status s = byte_source_open(&f->bytes, path, error);
  if (!s) {
    f->file = byte_source_sound(f->bytes, &f->info);
    s       = f->file
                ? set_up(f, path, error)
                : error_set(error, STATUS_BAD_FORMAT, "%s is not an audio file that works here: %s do", path, AUDIO_FORMATS);
  }
  if (s) {
    audio_file_close(f);
    return s;
  }
  *out = f;
  return STATUS_OK;
}
