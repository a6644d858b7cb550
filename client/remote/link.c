// SPDX-License-Identifier: GPL-3.0-or-later
#include "remote/link.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// OSC 1.0 over a stream: each packet after its length, a big-endian 32-bit number.
enum { HEAD = 4, LARGEST = 1 << 20, RETRY_MS = 20 };

static const double READY_SECONDS = 30.0; ///< that a start may take

struct Link {
  int    fd;
  int    port;
  char*  bytes; ///< what came and isn't read yet
  size_t held, room;
};

static int
connect_to(const struct addrinfo* const a)
{
  const int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
  if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen)) {
    const int why = errno;
    close(fd);
    errno = why;
    return -1;
  }
  return fd;
}

Status
link_open(Link** const out, const char* const host, const int port, Error* const error)
{
  char service[16];
  snprintf(service, sizeof(service), "%d", port);
  const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  struct addrinfo*      found = NULL;
  const int             e     = getaddrinfo(host, service, &hints, &found);
  if (e) {
    return error_set(error, STATUS_NOT_FOUND, "no such host %s: %s", host, gai_strerror(e));
  }
  int fd = -1;
  for (const struct addrinfo* a = found; a && fd < 0; a = a->ai_next) {
    fd = connect_to(a);
  }
  const int why = errno;
  freeaddrinfo(found);
  if (fd < 0) {
    return why == ECONNREFUSED
             ? error_set(error, STATUS_NOT_FOUND, "no deckhost answers on port %d: is it running?", port)
             : error_set(error, STATUS_NOT_FOUND, "no deckhost answers on %s port %d: %s", host, port, strerror(why));
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); // commands are small and shouldn't wait for more
  Link* const l = calloc(1, sizeof(*l));
  if (!l) {
    close(fd);
    return error_set(error, STATUS_NO_MEMORY, "no memory");
  }
  l->fd   = fd;
  l->port = port;
  *out    = l;
  return STATUS_OK;
}

void
link_free(Link* const l)
{
  if (l) {
    close(l->fd);
    free(l->bytes);
    free(l);
  }
}

static Status
gone(const Link* const l, Error* const error)
{
  return error_set(error, STATUS_FAILED, "the deckhost on port %d has ended", l->port);
}

Status
link_send(Link* const l, const char* const address, const lo_message message, Error* const error)
{
  const size_t size   = lo_message_length(message, address);
  char* const  packet = malloc(HEAD + size);
  if (!packet) {
    return error_set(error, STATUS_NO_MEMORY, "no memory");
  }
  const uint32_t head = htonl((uint32_t)size);
  memcpy(packet, &head, HEAD);
  lo_message_serialise(message, address, packet + HEAD, NULL);
  size_t sent = 0;
  while (sent < HEAD + size) {
    const ssize_t n = send(l->fd, packet + sent, HEAD + size - sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) {
      continue;
    }
    if (n <= 0) {
      break;
    }
    sent += (size_t)n;
  }
  free(packet);
  return sent == HEAD + size ? STATUS_OK : gone(l, error);
}

/// Length of the first packet held; 0: its head isn't here yet; more than LARGEST: not OSC.
static size_t
packet_size(const Link* const l)
{
  uint32_t head = 0;
  if (l->held < HEAD) {
    return 0;
  }
  memcpy(&head, l->bytes, HEAD);
  return ntohl(head);
}

/// Read what is there, at least `want` bytes of room.
static Status
read_more(Link* const l, const size_t want, Error* const error)
{
  if (l->room < l->held + want) {
    char* const bytes = realloc(l->bytes, l->held + want);
    if (!bytes) {
      return error_set(error, STATUS_NO_MEMORY, "no memory");
    }
    l->bytes = bytes;
    l->room  = l->held + want;
  }
  const ssize_t n = recv(l->fd, l->bytes + l->held, l->room - l->held, 0);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
    return STATUS_OK;
  }
  if (n <= 0) {
    return gone(l, error);
  }
  l->held += (size_t)n;
  return STATUS_OK;
}

/// Take the first packet, all of it being held.
static Status
take(Link* const l, const size_t size, LinkMessage* const out, Error* const error)
{
  char* const packet = l->bytes + HEAD;
  const char* path   = lo_get_path(packet, (ssize_t)size);
  int         result = 0;
  lo_message  m      = path && path[0] == '/' ? lo_message_deserialise(packet, size, &result) : NULL;
  if (m) {
    out->address = strdup(path);
    out->message = m;
    if (!out->address) {
      link_message_clear(out);
      return error_set(error, STATUS_NO_MEMORY, "no memory");
    }
  }
  l->held -= HEAD + size;
  memmove(l->bytes, l->bytes + HEAD + size, l->held);
  return m ? STATUS_OK : error_set(error, STATUS_FAILED, "port %d doesn't speak OSC: is it a deckhost's?", l->port);
}

Status
link_receive(Link* const l, const int timeout_ms, LinkMessage* const out, Error* const error)
{
  *out = (LinkMessage){0};
  for (;;) {
    const size_t size = packet_size(l);
    if (size > LARGEST) {
      return error_set(error, STATUS_FAILED, "port %d doesn't speak OSC: is it a deckhost's?", l->port);
    }
    if (l->held >= HEAD && l->held >= HEAD + size) {
      return take(l, size, out, error);
    }
    struct pollfd p = {.fd = l->fd, .events = POLLIN};
    const int     n = poll(&p, 1, timeout_ms);
    if (n <= 0) {
      return error_set(error, STATUS_BUSY, "the deckhost on port %d gave no answer in time", l->port);
    }
    const Status s = read_more(l, HEAD + size + 4096, error);
    if (s) {
      return s;
    }
  }
}

void
link_message_clear(LinkMessage* const m)
{
  free(m->address);
  if (m->message) {
    lo_message_free(m->message);
  }
  *m = (LinkMessage){0};
}

/// Ask whether it is ready until it says so.
static Status
wait_ready(Link* const l, const double seconds, Error* const error)
{
  const int64_t    end    = clock_ns() + (int64_t)(seconds * 1e9);
  const lo_message none   = lo_message_new();
  Status           status = link_send(l, "/ready", none, error);
  lo_message_free(none);
  for (bool answered = false; !status && !answered;) {
    LinkMessage   m;
    const int64_t left = (end - clock_ns()) / 1000000;
    status             = link_receive(l, left > 0 ? (int)left : 0, &m, error);
    if (!status && m.address) {
      answered = !strcmp(m.address, "/ok") || !strcmp(m.address, "/error");
      link_message_clear(&m);
    }
  }
  return status != STATUS_BUSY
           ? status
           : error_set(error, status, "the deckhost on port %d is starting, but not ready yet: wait for it with --wait",
                       l->port);
}

Status
link_open_ready(Link** const out, const char* const host, const int port, const double seconds, Error* const error)
{
  const int64_t end    = clock_ns() + (int64_t)(seconds * 1e9);
  Status        status = link_open(out, host, port, error);
  while (status && status != STATUS_NO_MEMORY && clock_ns() < end) {
    poll(NULL, 0, RETRY_MS);
    status = link_open(out, host, port, error);
  }
  if (!status) {
    status = wait_ready(*out, seconds > READY_SECONDS ? seconds : READY_SECONDS, error);
    if (status) {
      link_free(*out);
      *out = NULL;
    }
  }
  return status;
}
