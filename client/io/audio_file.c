// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/audio_file.h"

#include "io/byte_source.h"
#include "io/mpeg_length.h"
#include "io/samples.h"
#include "io/title.h"

#include <stdlib.h>
#include <string.h>

#define LAST_PAGE_SECONDS 5 // an Ogg page is rarely longer than one
#define MIN_SCRATCH_FRAMES 64
#define SCRATCH_SAMPLES 2048           // what is decoded at once is looked at while the first-level cache has it
#define FIRST_TRY 65536                // frames
#define DECODED_AT_ONCE 65536          // frames, in one step of counting
#define COUNTED_AT_ONCE 524288         // bytes
#define MANY_FRAMES (INT64_C(1) << 40) // a month at 384 kHz: no file is that long

struct AudioFile {
  ByteSource* bytes;
  SNDFILE*    file; // NULL: it could not be opened again
  SF_INFO     info;
  char*       title;
  char*       artist;
  bool        estimated;
  bool        floating;        // samples are stored as floats, which may be no numbers
  int64_t     at;              // frame that libsndfile reads next; < 0: unknown
  int64_t     preroll;         // frames to decode before one that was jumped to
  int64_t     near;            // so far ahead reading on is taken instead of a seek
  int64_t     last;            // no seek goes further than this: from there on reading is taken
  int64_t     grid;            // 0, or: decoding always starts at a multiple of this
  bool (*count)(AudioFile* f); // NULL: the length is known; else one step of finding it
  MpegCount mpeg;
  int64_t there, beyond; // while it is sought: the last frame that there is, the first that there isn't; < 0: none yet
  float*  scratch;       // [scratch_frames * channels]
  int64_t scratch_frames;
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
  SF_INFO info;
  if (f->file) {
    sf_close(f->file);
  }
  f->file = byte_source_sound(f->bytes, &info);
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
    free(f->artist);
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

const char*
audio_file_artist(const AudioFile* const f)
{
  return f->artist;
}

static bool
is_compressed(const AudioFile* const f)
{
  const int major = f->info.format & SF_FORMAT_TYPEMASK;
  return major == SF_FORMAT_OGG || major == SF_FORMAT_FLAC || major == SF_FORMAT_MPEG;
}

size_t
audio_file_bytes(const AudioFile* const f)
{
  const bool vorbis = (f->info.format & SF_FORMAT_SUBMASK) == SF_FORMAT_VORBIS;
  return (vorbis ? 280 : is_compressed(f) ? 180 : 80) * 1024;
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

static bool
has_frame(AudioFile* const f, const int64_t frame)
{
  return go_to(f, frame) && read_raw(f, f->scratch, 1) == 1;
}

// Count a file that doesn't say how long it is, some frames further.  Return: whether it is done.
static bool
count_decoding(AudioFile* const f)
{
  for (int64_t n = 0; n < DECODED_AT_ONCE;) {
    const int64_t got = read_raw(f, f->scratch, f->scratch_frames);
    if (got <= 0) {
      f->info.frames = f->at > 0 ? f->at : 0;
      reopen(f);
      return true;
    }
    n += got;
  }
  return false;
}

// The same where seeking works without knowing the length: try one place, a later one until there is nothing, then in
// the middle of what is left.
static bool
count_seeking(AudioFile* const f)
{
  const bool    doubling = f->beyond < 0;
  const int64_t tried    = doubling ? (f->there < FIRST_TRY ? FIRST_TRY : 2 * f->there) : (f->there + f->beyond) / 2;
  if (tried < MANY_FRAMES && has_frame(f, tried)) {
    f->there = tried;
  } else {
    f->beyond = tried;
  }
  if (!f->file) {
    return true;
  }
  if (f->beyond < 0 || f->beyond - f->there > 1) {
    return false;
  }
  f->info.frames = f->there + 1;
  reopen(f);
  return true;
}

// The same without what is no number.
static int64_t
read_numbers(AudioFile* const f, float* const to, const int64_t n)
{
  if (!f->floating) {
    return read_raw(f, to, n);
  }
  int64_t done = 0, want = n < f->scratch_frames ? n : f->scratch_frames;
  while (want > 0) {
    float* const  here = to + done * f->info.channels;
    const int64_t got  = read_raw(f, here, want);
    samples_make_finite(here, got * f->info.channels);
    done += got;
    want = got < want ? 0 : n - done < f->scratch_frames ? n - done : f->scratch_frames;
  }
  return done;
}

// Read frames that lie next, as stereo.
static int64_t
read_stereo(AudioFile* const f, float* const stereo, const int64_t n)
{
  const int channels = f->info.channels;
  if (channels == 2) {
    return read_numbers(f, stereo, n);
  }
  int64_t done = 0;
  while (done < n) {
    const int64_t want = n - done < f->scratch_frames ? n - done : f->scratch_frames;
    const int64_t got  = read_numbers(f, f->scratch, want);
    if (channels == 1) {
      samples_from_mono(stereo + 2 * done, f->scratch, got);
    } else {
      samples_from_many(stereo + 2 * done, f->scratch, got, channels);
    }
    done += got;
    if (got < want) {
      break;
    }
  }
  return done;
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
  *got = done;
  return done < n  ? (byte_source_failed(f->bytes) ? AUDIO_READ_BROKEN : AUDIO_READ_END)
         : damaged ? AUDIO_READ_DAMAGED
                   : AUDIO_READ_OK;
}

// libsndfile reads no further than the length that it was told or has guessed.  Where we count more without being told,
// claim a file so large that its guess is enough.
static bool
count_mpeg(AudioFile* const f)
{
  if (!mpeg_count(f->bytes, &f->mpeg, COUNTED_AT_ONCE)) {
    return false;
  }
  if (f->mpeg.said_at) {
    if (mpeg_correct(f->bytes, &f->mpeg)) {
      sf_close(f->file);
      f->file = byte_source_sound(f->bytes, &f->info);
      f->at   = 0;
    }
  } else if (f->mpeg.samples > 0 && f->info.frames > 0) {
    const int64_t n      = f->mpeg.samples;
    const double  factor = (double)n / (double)f->info.frames;
    if (factor > 1.0) {
      byte_source_claim(f->bytes, (int64_t)((double)byte_source_size(f->bytes) * factor * 1.05) + 65536);
      reopen(f);
    }
    f->info.frames = n;
  }
  return true;
}

static char*
tag_of(AudioFile* const f, const int which)
{
  const char* const tag = sf_get_string(f->file, which);
  return tag ? title_clean(tag) : NULL;
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
  f->title    = tag_of(f, SF_STR_TITLE);
  f->artist   = tag_of(f, SF_STR_ARTIST);
  f->floating = sub == SF_FORMAT_FLOAT || sub == SF_FORMAT_DOUBLE;
  f->there = f->beyond = -1;
  if (f->info.samplerate < AUDIO_MIN_RATE || f->info.samplerate > AUDIO_MAX_RATE) {
    return error_set(error, STATUS_BAD_FORMAT, "%s has a rate of %d Hz: 8000 to 384000 Hz work", path,
                     f->info.samplerate);
  }
  if (f->info.frames > MANY_FRAMES) { // libsndfile's word for unknown
    f->count = major == SF_FORMAT_FLAC ? count_seeking : count_decoding;
  } else if (major == SF_FORMAT_MPEG) {
    const MpegKind kind = mpeg_look(f->bytes, &f->mpeg);
    f->count            = kind == MPEG_TO_COUNT ? count_mpeg : NULL;
    f->estimated        = kind == MPEG_CONSTANT;
  }
  return STATUS_OK;
}

Status
audio_file_begin(AudioFile** const out, const char* const path, Error* const error)
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

Status
audio_file_go_on(AudioFile* const f, const char* const path, bool* const ready, Error* const error)
{
  *ready = !f->count || f->count(f);
  if (!*ready) {
    return STATUS_OK;
  }
  f->count = NULL;
  if (!f->file || f->info.frames <= 0) {
    return error_set(error, STATUS_BAD_FORMAT, "%s has no audio in it", path);
  }
  set_seek(f);
  return STATUS_OK;
}

Status
audio_file_open(AudioFile** const out, const char* const path, Error* const error)
{
  AudioFile* f     = NULL;
  bool       ready = false;
  Status     s     = audio_file_begin(&f, path, error);
  while (f && !s && !ready) {
    s = audio_file_go_on(f, path, &ready, error);
  }
  if (s) {
    audio_file_close(f);
    return s;
  }
  *out = f;
  return STATUS_OK;
}
