// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/byte_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE 32768 // the system reads ahead of it
#define LARGE 16384 // asked for at once: goes straight to who asks

struct ByteSource {
  int            fd;
  dev_t          device;
  ino_t          inode;
  int64_t        size, claim;
  int64_t        at;          // where libsndfile reads next
  int64_t        from, count; // what of the file is in `piece`
  bool           failed;
  int64_t        patch_at; // four bytes that are read instead of the file's; 0: none
  uint8_t        patch[4];
  unsigned char* piece; // [PIECE]
};

// Each track has its file open: where the limit on files is in the way, up to what we may set it to.
static int
open_file(const char* const path)
{
  const int     flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK; // a FIFO must not hold us up
  const int     fd    = open(path, flags);
  struct rlimit limit;
  if (fd >= 0 || errno != EMFILE || getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= limit.rlim_max) {
    return fd;
  }
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? open(path, flags) : (errno = EMFILE, -1);
}

static Status
cannot_open(const char* const path, const int why, Error* const error)
{
  if (why == ENOENT || why == ENOTDIR) {
    return error_set(error, STATUS_NOT_FOUND, "no such file: %s", path);
  }
  if (why == EMFILE) {
    struct rlimit limit = {0};
    getrlimit(RLIMIT_NOFILE, &limit);
    return error_set(error, STATUS_FAILED,
                     "can't read %s: this program may have no more than %llu files open, and each loaded track is one; "
                     "unload some, or raise the limit (ulimit -n)",
                     path, (unsigned long long)limit.rlim_cur);
  }
  return error_set(error, STATUS_FAILED, "can't read %s: %s", path, strerror(why));
}

static Status
open_regular(ByteSource* const b, const char* const path, Error* const error)
{
  struct stat st;
  if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) { // to open some devices is to do something
    return error_set(error, STATUS_BAD_FORMAT, "%s is %s, not an audio file", path,
                     S_ISDIR(st.st_mode) ? "a directory" : "no regular file");
  }
  b->fd = open_file(path);
  if (b->fd < 0) {
    return cannot_open(path, errno, error);
  }
  if (fstat(b->fd, &st) < 0 || !S_ISREG(st.st_mode)) {
    return error_set(error, STATUS_BAD_FORMAT, "%s is %s, not an audio file", path,
                     S_ISDIR(st.st_mode) ? "a directory" : "no regular file");
  }
  b->device = st.st_dev;
  b->inode  = st.st_ino;
  b->size   = st.st_size;
  b->claim  = st.st_size;
  posix_fadvise(b->fd, 0, 0, POSIX_FADV_SEQUENTIAL); // the system reads on by itself, in larger pieces still
  return STATUS_OK;
}

Status
byte_source_open(ByteSource** const out, const char* const path, Error* const error)
{
  ByteSource* const b = calloc(1, sizeof(*b));
  if (b) {
    b->fd    = -1;
    b->piece = malloc(PIECE);
  }
  if (!b || !b->piece) {
    byte_source_close(b);
    return error_set(error, STATUS_NO_MEMORY, "no memory to read %s", path);
  }
  const Status s = open_regular(b, path, error);
  if (s) {
    byte_source_close(b);
    return s;
  }
  *out = b;
  return STATUS_OK;
}

void
byte_source_close(ByteSource* const b)
{
  if (b) {
    if (b->fd >= 0) {
      close(b->fd);
    }
    free(b->piece);
    free(b);
  }
}

int64_t
byte_source_size(const ByteSource* const b)
{
  return b->size;
}

bool
byte_source_same(const ByteSource* const b, const char* const path)
{
  struct stat st;
  return stat(path, &st) == 0 && st.st_dev == b->device && st.st_ino == b->inode;
}

bool
byte_source_failed(ByteSource* const b)
{
  const bool failed = b->failed;
  b->failed         = false;
  return failed;
}

void
byte_source_claim(ByteSource* const b, const int64_t size)
{
  b->claim = size;
}

// Ask the system for `n` bytes at `at`; returns how many came.
static int64_t
ask(ByteSource* const b, const int64_t at, void* const to, const int64_t n)
{
  int64_t done = 0;
  while (done < n) {
    const ssize_t got = pread(b->fd, (char*)to + done, (size_t)(n - done), at + done);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    b->failed = b->failed || got < 0;
    if (got <= 0) {
      break;
    }
    done += got;
  }
  return done;
}

void
byte_source_patch(ByteSource* const b, const int64_t at, const uint8_t bytes[4])
{
  b->patch_at = at;
  memcpy(b->patch, bytes, sizeof(b->patch));
}

// Put the patch over what was read.
static void
apply_patch(const ByteSource* const b, const int64_t at, unsigned char* const to, const int64_t n)
{
  for (int k = 0; b->patch_at && k < (int)sizeof(b->patch); ++k) {
    const int64_t place = b->patch_at + k - at;
    if (place >= 0 && place < n) {
      to[place] = b->patch[k];
    }
  }
}

static int64_t
read_pieces(ByteSource* const b, const int64_t at, void* const to, const int64_t n)
{
  int64_t done = 0;
  while (done < n) {
    const int64_t here = at + done;
    if (here < b->from || here >= b->from + b->count) {
      if (n - done >= LARGE) {
        return done + ask(b, here, (char*)to + done, n - done);
      }
      b->from  = here;
      b->count = ask(b, here, b->piece, PIECE);
      if (b->count == 0) {
        break;
      }
    }
    const int64_t left = b->from + b->count - here;
    const int64_t part = n - done < left ? n - done : left;
    memcpy((char*)to + done, b->piece + (here - b->from), (size_t)part);
    done += part;
  }
  return done;
}

int64_t
byte_source_read_at(ByteSource* const b, const int64_t at, void* const to, const int64_t n)
{
  const int64_t got = read_pieces(b, at, to, n);
  apply_patch(b, at, to, got);
  return got;
}

static sf_count_t
get_length(void* const self)
{
  return ((ByteSource*)self)->claim;
}

static sf_count_t
seek(const sf_count_t offset, const int whence, void* const self)
{
  ByteSource* const b    = self;
  const int64_t     base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? b->at : b->claim;
  b->at                  = base + offset > 0 ? base + offset : 0;
  return b->at;
}

static sf_count_t
read_on(void* const to, const sf_count_t n, void* const self)
{
  ByteSource* const b   = self;
  int64_t           got = byte_source_read_at(b, b->at, to, n);
  if (got < n && b->at + got >= b->size && b->at + got < b->claim) { // zeros, where only the claim reaches
    const int64_t more = b->claim - b->at < n ? b->claim - b->at : n;
    memset((char*)to + got, 0, (size_t)(more - got));
    got = more;
  }
  b->at += got;
  return got;
}

static sf_count_t
write_nothing(const void* const from, const sf_count_t n, void* const self)
{
  (void)from;
  (void)n;
  (void)self;
  return 0;
}

static sf_count_t
tell(void* const self)
{
  return ((ByteSource*)self)->at;
}

SNDFILE*
byte_source_sound(ByteSource* const b, SF_INFO* const info)
{
  SF_VIRTUAL_IO io = {get_length, seek, read_on, write_nothing, tell};
  b->at            = 0;
  memset(info, 0, sizeof(*info));
  return sf_open_virtual(&io, SFM_READ, info, b);
}
