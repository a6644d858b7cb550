// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/nsm.h"

#include "base/clock.h"
#include "base/log.h"
#include "control/packet.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  API_MAJOR     = 1,
  API_MINOR     = 2,
  ERR_GENERAL   = -1, // the API's codes
  ERR_NOT_NOW   = -8,
  ERR_CREATE    = -10,
  MAX_PACKET    = 65536,
  MAX_PATH_TEXT = 4096
};

static const int64_t LOOK_NS = 1000000000; ///< between two looks for unsaved changes

typedef enum { WAITS, TOLD, LOADS, OPEN, SWITCHES } State;

struct Nsm {
  int      fd;
  State    state;
  bool     announced; ///< the server has taken us in
  Error    refused;
  char     folder[MAX_PATH_TEXT];
  char     session[MAX_PATH_TEXT + 32];
  char     id[256];
  Control* control;
  bool     saving;
  bool     dirty;
  int64_t  looked;
  float    progress;
};

static void
send_message(const Nsm* const n, const char* const address, const Value* const values, const int count)
{
  size_t      size  = 0;
  char* const bytes = packet_write(address, values, count, &size);
  if (bytes && send(n->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
    log_warn("the session manager doesn't hear us: %s", strerror(errno));
  }
  free(bytes);
}

static void
reply(const Nsm* const n, const char* const to)
{
  const Value v[2] = {value_text(to), value_text("OK")};
  send_message(n, "/reply", v, 2);
}

static void
refuse(const Nsm* const n, const char* const to, const int code, const char* const why)
{
  const Value v[3] = {value_text(to), value_int(code), value_text(why)};
  send_message(n, "/error", v, 3);
}

static void
announce(const Nsm* const n, const char* const program)
{
  const Value v[6] = {value_text("deckhost"), value_text(":switch:dirty:progress:message:"),
                      value_text(program),    value_int(API_MAJOR),
                      value_int(API_MINOR),   value_int(getpid())};
  send_message(n, "/nsm/server/announce", v, 6);
}

static const char*
text_of(const Words* const w, const int i)
{
  return i < w->count && w->values[i].type == VALUE_TEXT ? w->values[i].text : "";
}

/// Whether it is a name that a JACK client can have, and a path.
static bool
take_open(Nsm* const n, const Words* const w)
{
  const char* const path = text_of(w, 0);
  const char* const id   = text_of(w, 2);
  if (path[0] != '/' || strlen(path) >= sizeof(n->folder) || !*id || strlen(id) >= sizeof(n->id)) {
    refuse(n, w->address, ERR_GENERAL, "expects an absolute path, a display name and a client id");
    return false;
  }
  if (mkdir(path, 0777) && errno != EEXIST) {
    char why[256];
    snprintf(why, sizeof(why), "can't make %.150s: %s", path, strerror(errno));
    refuse(n, w->address, ERR_CREATE, why);
    return false;
  }
  snprintf(n->folder, sizeof(n->folder), "%s", path);
  snprintf(n->session, sizeof(n->session), "%s/deckhost.session", path);
  snprintf(n->id, sizeof(n->id), "%s", id);
  return true;
}

static void
on_open(Nsm* const n, const Words* const w)
{
  if (n->state == LOADS || n->saving) {
    refuse(n, w->address, ERR_NOT_NOW, "busy with a session");
    return;
  }
  const bool again = n->state == OPEN;
  if (take_open(n, w)) {
    n->state = again ? SWITCHES : TOLD;
    if (again) {
      control_quit(n->control);
    }
  }
}

static void
tell_dirty(Nsm* const n, const bool dirty)
{
  if (dirty != n->dirty) {
    n->dirty = dirty;
    send_message(n, dirty ? "/nsm/client/is_dirty" : "/nsm/client/is_clean", NULL, 0);
  }
}

static void
on_saved(void* const data, const char* const line)
{
  Nsm* const n = data;
  n->saving    = false;
  if (!strncmp(line, "/ok", 3)) {
    control_session_changed(n->control, true);
    tell_dirty(n, false);
    reply(n, "/nsm/client/save");
  } else {
    log_error("%s", line);
    refuse(n, "/nsm/client/save", ERR_GENERAL, line);
  }
}

static void
save(Nsm* const n)
{
  if (n->state != OPEN || n->saving) {
    refuse(n, "/nsm/client/save", ERR_NOT_NOW, n->saving ? "still saving" : "no session is open");
    return;
  }
  n->saving = true;
  control_save(n->control, n->session, on_saved, n);
}

static void
on_message(void* const data, const Words* const w, const uint64_t tag)
{
  Nsm* const        n  = data;
  const char* const to = text_of(w, 0);
  (void)tag;
  if (!strcmp(w->address, "/nsm/client/open")) {
    on_open(n, w);
  } else if (!strcmp(w->address, "/nsm/client/save")) {
    save(n);
  } else if (!strcmp(w->address, "/reply") && !strcmp(to, "/nsm/server/announce")) {
    n->announced = true;
    log_info("session manager: %s", text_of(w, 2));
  } else if (!strcmp(w->address, "/error") && !strcmp(to, "/nsm/server/announce")) {
    error_set(&n->refused, STATUS_FAILED, "the session manager refuses us: %s", text_of(w, 2));
  }
}

static void
on_bad(void* const data, const char* const address, const char* const why)
{
  (void)data;
  log_warn("from the session manager: %s: %s", address, why);
}

static void
receive(Nsm* const n)
{
  const PacketReader reader = {n, on_message, on_bad};
  static char        bytes[MAX_PACKET] __attribute__((aligned(8)));
  for (ssize_t size; (size = recv(n->fd, bytes, sizeof(bytes), MSG_DONTWAIT)) >= 0 || errno == EINTR;) {
    if (size > 0) {
      packet_read(&reader, bytes, (size_t)size);
    }
  }
}

/// HOST and PORT of osc.udp://HOST:PORT/, HOST perhaps in [].
static bool
split_url(const char* const url, char* const host, const size_t size, char port[8])
{
  static const char begin[] = "osc.udp://";
  const char* const from    = url + sizeof(begin) - 1;
  const char* const end     = strncmp(url, begin, sizeof(begin) - 1) ? NULL : strrchr(from, ':');
  const bool        boxed   = end && *from == '[' && end[-1] == ']';
  const size_t      n       = end ? (size_t)(end - from) - (boxed ? 2 : 0) : 0;
  const size_t      digits  = end ? strspn(end + 1, "0123456789") : 0;
  if (!n || n >= size || !digits || digits > 5 || (end[1 + digits] && strcmp(end + 1 + digits, "/") != 0)) {
    return false;
  }
  snprintf(host, size, "%.*s", (int)n, from + boxed);
  snprintf(port, 8, "%.*s", (int)digits, end + 1);
  return true;
}

static int
connect_to(const char* const url, Error* const error)
{
  char                  host[256];
  char                  port[8];
  struct addrinfo*      found = NULL;
  const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM};
  if (!split_url(url, host, sizeof(host), port)) {
    error_set(error, STATUS_BAD_VALUE, "NSM_URL must be osc.udp://HOST:PORT/, not \"%.200s\"", url);
    return -1;
  }
  const int e = getaddrinfo(host, port, &hints, &found);
  if (e) {
    error_set(error, STATUS_NO_SERVER, "no session manager at %.200s: %s", url, gai_strerror(e));
    return -1;
  }
  const int fd = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen)) {
    error_set(error, STATUS_NO_SERVER, "no session manager at %.200s: %s", url, strerror(errno));
    freeaddrinfo(found);
    if (fd >= 0) {
      close(fd);
    }
    return -1;
  }
  freeaddrinfo(found);
  return fd;
}

Status
nsm_new(Nsm** const out, const char* const url, const char* const program, Error* const error)
{
  const int fd = connect_to(url, error);
  if (fd < 0) {
    return STATUS_NO_SERVER;
  }
  Nsm* const n = calloc(1, sizeof(*n));
  if (!n) {
    close(fd);
    return error_set(error, STATUS_NO_MEMORY, "no memory");
  }
  n->fd = fd;
  announce(n, program);
  *out = n;
  return STATUS_OK;
}

void
nsm_free(Nsm* const n)
{
  if (n) {
    close(n->fd);
    free(n);
  }
}

Status
nsm_wait_open(Nsm* const n, const int timeout_ms, Error* const error)
{
  if (n->state == SWITCHES) {
    n->state = TOLD;
  }
  if (n->state != TOLD) {
    struct pollfd p = {.fd = n->fd, .events = POLLIN};
    poll(&p, 1, timeout_ms);
    receive(n);
  }
  if (n->refused.text[0]) {
    *error = n->refused;
    return STATUS_FAILED;
  }
  return n->state == TOLD ? STATUS_OK : STATUS_BUSY;
}

const char*
nsm_client_id(const Nsm* const n)
{
  return n->id;
}

const char*
nsm_session(const Nsm* const n)
{
  return n->session;
}

void
nsm_refuse(Nsm* const n, const char* const why)
{
  refuse(n, "/nsm/client/open", ERR_GENERAL, why);
  n->state = WAITS;
}

static void
tell_progress(Nsm* const n, const float progress)
{
  if (progress != n->progress) {
    const Value v = value_float(progress);
    n->progress   = progress;
    send_message(n, "/nsm/client/progress", &v, 1);
  }
}

static void
opened(Nsm* const n)
{
  tell_progress(n, 1.0f);
  n->state  = OPEN;
  n->dirty  = true; // so that it is told
  n->looked = clock_ns();
  control_session_changed(n->control, true);
  reply(n, "/nsm/client/open");
  tell_dirty(n, false);
}

static void
on_loaded(void* const data, const char* const line)
{
  Nsm* const n       = data;
  int        done    = 0;
  int        refused = 0;
  if (strncmp(line, "/ok", 3) != 0) {
    log_error("%s", line);
    nsm_refuse(n, line);
    return;
  }
  if (sscanf(line, "/ok /session/load %d %d", &done, &refused) == 2 && refused) {
    char text[96];
    snprintf(text, sizeof(text), "%d lines of the session could not be carried out: files may be missing", refused);
    const Value v[2] = {value_int(2), value_text(text)};
    send_message(n, "/nsm/client/message", v, 2);
  }
  opened(n);
}

static void
turn(void* const data)
{
  Nsm* const n = data;
  receive(n);
  if (n->state == LOADS) {
    tell_progress(n, (float)(int)(control_session_progress(n->control) * 20.0) / 20.0f);
  } else if (n->state == OPEN && !n->saving && clock_ns() - n->looked > LOOK_NS) {
    n->looked = clock_ns();
    tell_dirty(n, control_session_changed(n->control, false));
  }
}

void
nsm_open(Nsm* const n, Control* const control)
{
  n->control  = control;
  n->state    = LOADS;
  n->progress = -1.0f;
  control_collect_files(control);
  control_attach(control, n->fd, turn, n);
  if (access(n->session, F_OK)) {
    opened(n); // a new one
  } else {
    control_load(control, n->session, on_loaded, n);
  }
}

void
nsm_close(Nsm* const n)
{
  if (n && n->control) {
    control_detach(n->control, n);
    n->control = NULL;
    n->saving  = false;
  }
}

bool
nsm_switches(const Nsm* const n)
{
  return n && n->state == SWITCHES;
}
