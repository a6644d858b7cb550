// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/recorder.h"

#include "base/log.h"
#include "io/cue_sheet.h"

#include <errno.h>
#include <fcntl.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER_SECONDS 5 // so much is lost at most when the power goes

struct Recorder {
  SNDFILE*  file; // NULL: closed after it failed
  int       fd;   // libsndfile's
  char*     path; // of the first part
  char*     here; // of the one being written
  int       part; // counted from 1
  SF_INFO   info;
  CueSheet* cue; // NULL: none
  bool      cue_failed;
  int64_t   limit; // bytes of a part; 0: none
  uint64_t  frames;
  uint64_t  header_at; // frames when the header was last brought up to date
  bool      plain;     // a WAV file, whose header can be
  bool      failed;
  char      why[128];
};

static const struct {
  const char* ending;
  int         format;
} formats[] = {
  {".wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT},
  {".flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24},
  {".ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS},
  {".opus", SF_FORMAT_OGG | SF_FORMAT_OPUS},
};

static int
format_of(const char* const path)
{
  const char* const dot = strrchr(path, '.');
  for (size_t k = 0; dot && k < sizeof(formats) / sizeof(formats[0]); ++k) {
    if (strcasecmp(dot, formats[k].ending) == 0) {
      return formats[k].format;
    }
  }
  return 0;
}

// libsndfile itself says so only when the file is there already.
static bool
has_rate(const int format, const uint32_t rate)
{
  return (format & SF_FORMAT_SUBMASK) != SF_FORMAT_OPUS || rate == 8000 || rate == 12000 || rate == 16000 ||
         rate == 24000 || rate == 48000;
}

// Open `path`, which must be new with `more` = O_EXCL.
static Status
open_file(Recorder* const r, const char* const path, const int more, Error* const error)
{
  struct stat st;
  const int   fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | more, 0666);
  if (fd < 0) {
    const Status s = errno == ENOENT ? STATUS_NOT_FOUND : errno == EEXIST ? STATUS_BUSY : STATUS_FAILED;
    return error_set(error, s, "can't record to %s: %s", path, strerror(errno));
  }
  if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) { // a FIFO that nobody reads would hold us up for good
    close(fd);
    return error_set(error, STATUS_FAILED, "can't record to %s: it is no regular file", path);
  }
  if (ftruncate(fd, 0) < 0) {
    close(fd);
    return error_set(error, STATUS_FAILED, "can't record to %s: %s", path, strerror(errno));
  }
  r->file = sf_open_fd(fd, SFM_WRITE, &r->info, 1);
  if (!r->file) { // libsndfile has closed it
    return error_set(error, STATUS_FAILED, "can't record to %s: %s", path, sf_strerror(NULL));
  }
  double quality = 0.8;
  sf_command(r->file, SFC_RF64_AUTO_DOWNGRADE, NULL, SF_TRUE); // short of 4 GiB it is what every player knows
  sf_command(r->file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE); // it holds the date; see undate()
  sf_command(r->file, SFC_SET_CLIPPING, NULL, SF_TRUE);        // integers must not wrap around
  sf_command(r->file, SFC_SET_VBR_ENCODING_QUALITY, &quality, sizeof(quality));
  r->fd = fd;
  return STATUS_OK;
}

static void
free_recorder(Recorder* const r)
{
  cue_sheet_free(r->cue);
  free(r->path);
  free(r->here);
  free(r);
}

static void
write_cue(Recorder* const r)
{
  Error e;
  if (r->cue && !r->cue_failed && cue_sheet_write(r->cue, &e)) {
    r->cue_failed = true; // said once
    log_warn("%s", e.text);
  }
}

Status
recorder_start(Recorder** const out, const RecorderConfig* const config, Error* const error)
{
  const char* const path = config->path;
  SF_INFO           info = {.samplerate = (int)config->rate, .channels = 2, .format = format_of(path)};
  if (!info.format) {
    return error_set(error, STATUS_BAD_FORMAT, "can't record to %s: the name must end in .wav, .flac, .ogg or .opus",
                     path);
  }
  if (!sf_format_check(&info) || !has_rate(info.format, config->rate)) {
    return error_set(error, STATUS_BAD_FORMAT,
                     "can't record to %s: that format doesn't have a rate of %u Hz; .wav does", path, config->rate);
  }
  Recorder* const r = calloc(1, sizeof(*r));
  if (r) {
    r->path = strdup(path);
    r->here = strdup(path);
  }
  if (!r || !r->path || !r->here) {
    if (r) {
      free_recorder(r);
    }
    return error_set(error, STATUS_NO_MEMORY, "no memory to record");
  }
  r->plain = (info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_WAV;
  if (r->plain && !config->part) {
    info.format = SF_FORMAT_RF64 | (info.format & SF_FORMAT_SUBMASK);
  }
  r->info        = info;
  r->limit       = config->part;
  r->part        = 1;
  const Status s = open_file(r, path, 0, error);
  if (s) {
    free_recorder(r);
    return s;
  }
  r->cue = config->cue ? cue_sheet_new(path, config->rate) : NULL;
  write_cue(r);
  *out = r;
  return STATUS_OK;
}

// Take the date out of a WAV file's PEAK chunk, so that the same mix is the same file: libsndfile 1.2.0 writes that
// chunk into RF64, downgraded or not, whatever it is told.
static void
undate(const int fd)
{
  static const unsigned char none[4] = {0};
  unsigned char              chunk[8];
  for (off_t at = 12; pread(fd, chunk, 8, at) == 8 && memcmp(chunk, "data", 4) != 0;) { // behind "RIFF", size, "WAVE"
    if (memcmp(chunk, "PEAK", 4) == 0) {
      if (pwrite(fd, none, 4, at + 12) != 4) { // behind name, size and version; what can't be written stays a date
        return;
      }
    }
    const uint32_t size = chunk[4] | (uint32_t)chunk[5] << 8 | (uint32_t)chunk[6] << 16 | (uint32_t)chunk[7] << 24;
    at += 8 + (off_t)size + (size & 1);
  }
}

// Close the file.  libsndfile writes what it still has, and the header.
static void
close_file(Recorder* const r)
{
  const int fd     = r->file && r->plain ? dup(r->fd) : -1;
  errno            = 0;
  const int closed = r->file ? sf_close(r->file) : 0;
  r->file          = NULL;
  if (closed != 0 && !r->failed) {
    r->failed = true;
    strncpy(r->why, errno ? strerror(errno) : sf_error_number(closed), sizeof(r->why) - 1);
  }
  if (fd >= 0) {
    undate(fd);
    close(fd);
  }
}

static void
fail(Recorder* const r, const char* const why)
{
  if (!r->failed) {
    r->failed = true;
    strncpy(r->why, why, sizeof(r->why) - 1);
  }
  close_file(r); // so that it can be played, and makes no more of the disk full
  log_error("recording to %s stopped after %.1f s: %s", r->here, (double)r->frames / r->info.samplerate, r->why);
}

// The name of part `n`: mix.wav, mix-2.wav ...  malloc'd
static char*
part_path(const Recorder* const r, const int n)
{
  const char* const dot  = strrchr(r->path, '.'); // there is one: it told the format
  char*             path = NULL;
  return asprintf(&path, "%.*s-%d%s", (int)(dot - r->path), r->path, n, dot) < 0 ? NULL : path;
}

// Go on in another file, whose name nobody has used: what is there stays.
static void
next_part(Recorder* const r)
{
  Error  e = {"no memory"};
  Status s = STATUS_BUSY;
  close_file(r);
  while (!r->failed && s == STATUS_BUSY && r->part < 1000) {
    char* const path = part_path(r, ++r->part);
    s                = path ? open_file(r, path, O_EXCL, &e) : STATUS_NO_MEMORY;
    if (!s) {
      free(r->here);
      r->here = path;
    } else {
      free(path);
    }
  }
  if (!r->file) {
    fail(r, e.text);
    return;
  }
  r->header_at = r->frames;
  if (r->cue) {
    cue_sheet_part(r->cue, r->here, r->frames);
    write_cue(r);
  }
}

static bool
is_full(const Recorder* const r, const uint32_t n)
{
  struct stat st;
  return r->limit && fstat(r->fd, &st) == 0 && st.st_size + (int64_t)n * 8 > r->limit;
}

bool
recorder_write(Recorder* const r, const float* const stereo, const uint32_t n)
{
  if (!r->failed && is_full(r, n)) {
    next_part(r);
  }
  if (r->failed) {
    return false;
  }
  errno               = 0;
  const sf_count_t in = sf_writef_float(r->file, stereo, n);
  r->frames += in > 0 ? (uint64_t)in : 0;
  if (in != n || sf_error(r->file)) {
    fail(r, errno ? strerror(errno) : sf_strerror(r->file));
    return false;
  }
  if (r->plain && r->frames - r->header_at >= (uint64_t)HEADER_SECONDS * (uint64_t)r->info.samplerate) {
    sf_command(r->file, SFC_UPDATE_HEADER_NOW, NULL, 0);
    r->header_at = r->frames;
  }
  return true;
}

void
recorder_mark(Recorder* const r, const uint64_t frame, const char* const title, const char* const performer)
{
  if (r->cue) {
    cue_sheet_track(r->cue, frame, title, performer);
    write_cue(r);
  }
}

uint64_t
recorder_frames(const Recorder* const r)
{
  return r->frames;
}

Status
recorder_stop(Recorder* const r, Error* const error)
{
  close_file(r);
  const Status s = r->failed ? error_set(error, STATUS_FAILED, "recording to %s stopped after %.1f s: %s", r->here,
                                         (double)r->frames / r->info.samplerate, r->why)
                             : STATUS_OK;
  free_recorder(r);
  return s;
}
