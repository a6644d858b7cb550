// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/saver.h"

#include "control/session_states.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct Saver {
  pthread_t  thread;
  bool       running; ///< there is a thread to join
  atomic_int done;
  char*      path;
  char*      text;
  char*      states; ///< or NULL
  bool       session;
  Status     status;
  Error      error;
};

static Status
write_all(const int fd, const char* text)
{
  for (size_t left = strlen(text); left;) {
    const ssize_t n = write(fd, text, left);
    if (n < 0 && errno != EINTR) {
      return STATUS_FAILED;
    }
    text += n > 0 ? n : 0;
    left -= n > 0 ? (size_t)n : 0;
  }
  return fsync(fd) ? STATUS_FAILED : STATUS_OK;
}

/// The new name is on the disk only when its folder is.
static void
sync_folder(const char* const path)
{
  char* const copy = strdup(path);
  const int   fd   = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  if (fd >= 0) {
    fsync(fd);
    close(fd);
  }
  free(copy);
}

/// `old` becomes `path` with `ending`; `path` stays where it is until another takes its place.
static void
keep_old(const char* const path, const char* const backup, const char* const scratch)
{
  unlink(scratch);
  if (link(path, scratch) || rename(scratch, backup)) { // a file system without hard links
    unlink(scratch);
    if (access(path, F_OK) == 0) {
      rename(path, backup);
    }
  }
}

static Status
write_in_place(const char* const path, const char* const text, Error* const error)
{
  const size_t size   = strlen(path) + 8;
  char* const  fresh  = malloc(3 * size);
  char* const  backup = fresh + size;
  char* const  old    = backup + size;
  if (!fresh) {
    return error_set(error, STATUS_NO_MEMORY, "no memory");
  }
  snprintf(fresh, size, "%s.new", path);
  snprintf(backup, size, "%s.bak", path);
  snprintf(old, size, "%s.old", path);
  const int fd     = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  Status    status = fd < 0 ? STATUS_FAILED : write_all(fd, text);
  int       why    = errno;
  if (fd >= 0 && close(fd) && !status) {
    status = STATUS_FAILED;
    why    = errno;
  }
  if (!status) {
    keep_old(path, backup, old);
    status = rename(fresh, path) ? STATUS_FAILED : STATUS_OK;
    why    = errno;
  }
  if (status) {
    unlink(fresh);
    error_set(error, status, "can't write %s: %s", path, strerror(why));
  } else {
    sync_folder(path);
  }
  free(fresh);
  return status;
}

Status
saver_write(const char* const path, const char* const text, Error* const error)
{
  char* const real = realpath(path, NULL); // what a link leads to is written, not the link
  struct stat st;
  Status      status;
  if (real && !stat(real, &st) && !S_ISREG(st.st_mode)) {
    status = error_set(error, STATUS_BAD_VALUE, "can't write %s: it isn't a file", path);
  } else {
    status = write_in_place(real ? real : path, text, error);
  }
  free(real);
  return status;
}

static void*
work(void* const data)
{
  Saver* const s = data;
  if (s->states) {
    states_sync(s->states);
  }
  s->status = saver_write(s->path, s->text, &s->error);
  if (!s->status && s->session) {
    states_prune(s->path);
  }
  atomic_store(&s->done, 1);
  return NULL;
}

Saver*
saver_new(void)
{
  return calloc(1, sizeof(Saver));
}

static void
end(Saver* const s)
{
  if (s->running) {
    pthread_join(s->thread, NULL);
  }
  s->running = false;
  free(s->path);
  free(s->text);
  free(s->states);
  s->path = s->text = s->states = NULL;
}

void
saver_free(Saver* const s)
{
  if (s) {
    end(s);
    free(s);
  }
}

static bool
begin(Saver* const s, const char* const path, char* const text, const char* const states, const bool session)
{
  if (s->running && !atomic_load(&s->done)) {
    free(text);
    return false;
  }
  end(s);
  s->path    = strdup(path);
  s->text    = text;
  s->states  = states ? strdup(states) : NULL;
  s->session = session;
  atomic_store(&s->done, 0);
  s->running = s->path && !pthread_create(&s->thread, NULL, work, s);
  return s->running;
}

bool
saver_begin(Saver* const s, const char* const path, char* const text)
{
  return begin(s, path, text, NULL, false);
}

bool
saver_begin_session(Saver* const s, const char* const path, char* const text, const char* const states)
{
  return begin(s, path, text, states, true);
}

bool
saver_busy(Saver* const s, Status* const status, Error* const error)
{
  if (s->running && !atomic_load(&s->done)) {
    return true;
  }
  *status = s->status;
  *error  = s->error;
  return false;
}
