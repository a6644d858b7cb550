// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/recorder.h"

#include "base/log.h"

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
  SNDFILE* file;
  char*    path;
  uint32_t rate;
  uint64_t frames;
  uint64_t header_at; // frames when the header was last brought up to date
  bool     plain;     // a WAV file, whose header can be
  bool     failed;
  char     why[128];
};

static const struct {
  const char* ending;
  int         format;
} formats[] = {
  {".wav", SF_FORMAT_RF64 | SF_FORMAT_FLOAT},
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

static Status
open_file(Recorder* const r, SF_INFO* const info, Error* const error)
{
  struct stat st;
  const int   fd = open(r->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0666);
  if (fd < 0) {
    return error_set(error, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_FAILED, "can't record to %s: %s", r->path,
                     strerror(errno));
  }
  if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) { // a FIFO that nobody reads would hold up all decks
    close(fd);
    return error_set(error, STATUS_FAILED, "can't record to %s: it is no regular file", r->path);
  }
  r->file = sf_open_fd(fd, SFM_WRITE, info, 1);
  if (!r->file) { // libsndfile has closed it
    return error_set(error, STATUS_FAILED, "can't record to %s: %s", r->path, sf_strerror(NULL));
  }
  double    quality   = 0.8;
  const int downgrade = SF_TRUE;
  sf_command(r->file, SFC_RF64_AUTO_DOWNGRADE, NULL, downgrade);
  sf_command(r->file, SFC_SET_CLIPPING, NULL, SF_TRUE); // integers must not wrap around
  sf_command(r->file, SFC_SET_VBR_ENCODING_QUALITY, &quality, sizeof(quality));
  return STATUS_OK;
}

Status
recorder_start(Recorder** const out, const char* const path, const uint32_t rate, Error* const error)
{
  SF_INFO info = {.samplerate = (int)rate, .channels = 2, .format = format_of(path)};
  if (!info.format) {
    return error_set(error, STATUS_BAD_FORMAT, "can't record to %s: the name must end in .wav, .flac, .ogg or .opus",
                     path);
  }
  if (!sf_format_check(&info) || !has_rate(info.format, rate)) {
    return error_set(error, STATUS_BAD_FORMAT,
                     "can't record to %s: that format doesn't have a rate of %u Hz; .wav does", path, rate);
  }
  Recorder* const r = calloc(1, sizeof(*r));
  char* const     p = strdup(path);
  if (!r || !p) {
    free(r);
    free(p);
    return error_set(error, STATUS_NO_MEMORY, "no memory to record");
  }
  r->path        = p;
  r->rate        = rate;
  r->plain       = (info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_RF64;
  const Status s = open_file(r, &info, error);
  if (s) {
    free(r->path);
    free(r);
    return s;
  }
  *out = r;
  return STATUS_OK;
}

static void
fail(Recorder* const r, const char* const why)
{
  if (!r->failed) {
    r->failed = true;
    strncpy(r->why, why, sizeof(r->why) - 1);
    log_error("recording to %s stopped after %.1f s: %s", r->path, (double)r->frames / r->rate, r->why);
  }
}

void
recorder_write(Recorder* const r, const float* const stereo, const uint32_t n)
{
  if (r->failed) {
    return;
  }
  errno               = 0;
  const sf_count_t in = sf_writef_float(r->file, stereo, n);
  r->frames += in > 0 ? (uint64_t)in : 0;
  if (in != n || sf_error(r->file)) {
    fail(r, errno ? strerror(errno) : sf_strerror(r->file));
    return;
  }
  if (r->plain && r->frames - r->header_at >= (uint64_t)HEADER_SECONDS * r->rate) {
    sf_command(r->file, SFC_UPDATE_HEADER_NOW, NULL, 0);
    r->header_at = r->frames;
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
  errno            = 0;
  const int closed = sf_close(r->file);
  if (closed != 0) {
    fail(r, errno ? strerror(errno) : sf_error_number(closed));
  }
  const Status s = r->failed ? error_set(error, STATUS_FAILED, "recording to %s stopped after %.1f s: %s", r->path,
                                         (double)r->frames / r->rate, r->why)
                             : STATUS_OK;
  free(r->path);
  free(r);
  return s;
}
