// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/osc.h"

#include "base/clock.h"
#include "base/log.h"
#include "control/packet.h"
#include "control/state.h"
#include "control/stream.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  MAX_STREAMS    = 64,
  BACKLOG        = 64, ///< connections that may wait while the program starts
  MAX_DATAGRAM   = 65536,
  INBOX_SIZE     = 4 << 20, ///< bytes that are read before the first of them is looked at
  MAX_INBOX      = 65536,   ///< datagrams likewise
  INBOX_PER_TURN = 1024,    ///< datagrams that are looked at in one turn of the loop
  SOCKET_ROOM    = 8 << 20,
  PUSH_ROOM      = 65536, ///< bytes that a subscriber may leave unread before it is told no more
  MAX_ERRORS     = 64     ///< of what was sent before, in one turn
};

static const int64_t QUIET_NS = 2000000000; ///< between two lines about bad packets and connections
static const int64_t STUCK_NS =
  INT64_C(30000000000); ///< who reads nothing for so long, while there is something, is gone

typedef struct {
  struct sockaddr_storage from;
  socklen_t               from_length;
  uint32_t                offset, size;
} Datagram;

struct Osc {
  Control*  control;
  int       udp, listener;
  Stream    streams[MAX_STREAMS];
  uint64_t  last_stream;
  char*     inbox;
  Datagram* datagrams;
  uint32_t  held, next; ///< of the datagrams: all that are here, and the first that wasn't looked at
  uint32_t  used;       ///< bytes of the inbox
  uint32_t  lost;
  uint64_t  unsent;
  int64_t   told_ns;
  uint64_t  untold;
};

/// Where a packet came from, for the reader's callbacks.
typedef struct {
  Osc*   osc;
  Sender sender;
} Origin;

static void
on_message(void* const data, const Words* const w, const uint64_t tag)
{
  const Origin* const o  = data;
  Control* const      c  = o->osc->control;
  int64_t             at = AT_NOW;
  Error               error;
  if (timetag_frame(&c->timetags, tag, timetag_now(), now_of(c), c->ops.rate, &at, &error)) {
    answer_refuse(c, &o->sender, w->address, w->id, error.text);
  } else {
    if (at != AT_NOW && at < now_of(c)) { // late: at once, whatever it is
      ++c->stats.late;
      at = AT_NOW;
    }
    control_submit(c, w, NULL, &o->sender, at);
  }
}

/// One line of trouble, and no more of them than can be read.
static void
tell(Osc* const osc, const char* const what, const char* const where)
{
  const int64_t now      = clock_ns();
  char          more[64] = "";
  if (osc->told_ns && now - osc->told_ns < QUIET_NS) {
    ++osc->untold;
    return;
  }
  if (osc->untold) {
    snprintf(more, sizeof(more), " (and %llu more such lines)", (unsigned long long)osc->untold);
  }
  log_warn("OSC: %s: %s%s", where, what, more);
  osc->told_ns = now;
  osc->untold  = 0;
}

static void
on_bad(void* const data, const char* const address, const char* const why)
{
  const Origin* const o = data;
  answer_refuse(o->osc->control, &o->sender, address, NULL, why);
  tell(o->osc, why, address);
}

static void
on_packet(void* const data, const char* const bytes, const size_t size)
{
  const PacketReader reader = {data, on_message, on_bad};
  packet_read(&reader, bytes, size);
}

static int
open_socket(const struct addrinfo* const a, const int type)
{
  const int fd = socket(a->ai_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  if (fd < 0) {
    return -1;
  }
  if (type == SOCK_STREAM) {
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)); // connections of an earlier run may linger
  } else {
    const int room = SOCKET_ROOM; // for storms; the first needs privileges, the second is bounded by the system
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room))) {
      setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
    }
    setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on));
    const bool six = a->ai_family == AF_INET6; // be told of answers that found nobody
    setsockopt(fd, six ? IPPROTO_IPV6 : IPPROTO_IP, six ? IPV6_RECVERR : IP_RECVERR, &on, sizeof(on));
  }
  if (bind(fd, a->ai_addr, a->ai_addrlen) || (type == SOCK_STREAM && listen(fd, BACKLOG))) {
    const int why = errno;
    close(fd);
    errno = why;
    return -1;
  }
  return fd;
}

static Status
cannot_open(const char* const address, const int port, const int why, Error* const error)
{
  if (why == EADDRINUSE) {
    return error_set(error, STATUS_BUSY,
                     "OSC port %d is in use: choose another with --osc PORT, or end the other deckhost", port);
  }
  return error_set(error, STATUS_FAILED, "can't open OSC port %d on %s: %s; see --osc PORT and --osc-bind ADDR", port,
                   address, strerror(why));
}

Status
osc_open(Osc** const out, const char* const address, const int port, Error* const error)
{
  char service[16];
  snprintf(service, sizeof(service), "%d", port);
  const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM, .ai_flags = AI_PASSIVE};
  struct addrinfo*      found = NULL;
  const int             e     = getaddrinfo(address, service, &hints, &found);
  if (e) {
    return error_set(error, STATUS_BAD_VALUE, "no address %s to listen on: %s", address, gai_strerror(e));
  }
  Osc* const o = calloc(1, sizeof(*o));
  if (!o || !(o->inbox = malloc(INBOX_SIZE)) || !(o->datagrams = calloc(MAX_INBOX, sizeof(Datagram)))) {
    freeaddrinfo(found);
    if (o) {
      free(o->inbox);
      free(o);
    }
    return error_set(error, STATUS_NO_MEMORY, "no memory");
  }
  for (int i = 0; i < MAX_STREAMS; ++i) {
    o->streams[i].fd = -1;
  }
  o->udp        = open_socket(found, SOCK_DGRAM);
  const int why = errno;
  o->listener   = o->udp < 0 ? -1 : open_socket(found, SOCK_STREAM);
  const int or  = errno;
  freeaddrinfo(found);
  if (o->listener < 0) {
    const Status s = cannot_open(address, port, o->udp < 0 ? why : or, error);
    osc_free(o);
    return s;
  }
  *out = o;
  return STATUS_OK;
}

void
osc_serve(Osc* const o, Control* const c)
{
  o->control = c;
}

void
osc_free(Osc* const o)
{
  if (!o) {
    return;
  }
  for (int i = 0; i < MAX_STREAMS; ++i) {
    if (o->streams[i].fd >= 0) {
      stream_flush(&o->streams[i]); // a last answer
      stream_close(&o->streams[i]);
    }
  }
  if (o->udp >= 0) {
    close(o->udp);
  }
  if (o->listener >= 0) {
    close(o->listener);
  }
  free(o->inbox);
  free(o->datagrams);
  free(o);
}

static void
flush_streams(Osc* const o)
{
  for (int i = 0; i < MAX_STREAMS; ++i) {
    Stream* const s = &o->streams[i];
    if (s->fd >= 0 && s->out_held && !s->broken) {
      s->broken = !stream_flush(s);
      if (s->out_held && clock_ns() - s->moved_ns > STUCK_NS) {
        tell(o, "it hasn't read its answers for half a minute", "a TCP connection was closed");
        s->broken = true;
      }
    }
    if (s->fd >= 0 && s->broken) {
      stream_close(s);
    }
  }
}

void
osc_wait(Osc* const o, const int* const others, const int nothers, const int timeout_ms)
{
  struct pollfd fds[2 + MAX_STREAMS + MAX_ATTACHED];
  nfds_t        n = 0;
  for (int i = 0; i < nothers; ++i) {
    fds[n++] = (struct pollfd){.fd = others[i], .events = POLLIN};
  }
  if (o) {
    flush_streams(o);
    fds[n++] = (struct pollfd){.fd = o->udp, .events = POLLIN};
    fds[n++] = (struct pollfd){.fd = o->listener, .events = POLLIN};
    for (int i = 0; i < MAX_STREAMS; ++i) {
      const Stream* const s = &o->streams[i];
      if (s->fd >= 0) {
        fds[n++] = (struct pollfd){.fd = s->fd, .events = (short)(POLLIN | (s->out_held ? POLLOUT : 0))};
      }
    }
  }
  poll(fds, n, o && o->next < o->held ? 0 : timeout_ms);
}

/// Whether an address is of another machine, or of ours as seen from outside.
bool
osc_is_remote(const struct sockaddr_storage* const a)
{
  if (a->ss_family == AF_INET) {
    return ntohl(((const struct sockaddr_in*)a)->sin_addr.s_addr) >> 24 != IN_LOOPBACKNET;
  }
  const struct in6_addr* const six = &((const struct sockaddr_in6*)a)->sin6_addr;
  return a->ss_family != AF_INET6 ||
         !(IN6_IS_ADDR_LOOPBACK(six) || (IN6_IS_ADDR_V4MAPPED(six) && six->s6_addr[12] == IN_LOOPBACKNET));
}

static void
accept_streams(Osc* const o)
{
  for (;;) {
    struct sockaddr_storage from   = {.ss_family = AF_UNSPEC};
    socklen_t               length = sizeof(from);
    const int               fd = accept4(o->listener, (struct sockaddr*)&from, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
      return;
    }
    int i = 0;
    while (i < MAX_STREAMS && o->streams[i].fd >= 0) {
      ++i;
    }
    if (i == MAX_STREAMS) {
      char why[64];
      snprintf(why, sizeof(why), "refused, there are %d already", MAX_STREAMS);
      tell(o, why, "a TCP connection");
      close(fd);
      continue;
    }
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    stream_open(&o->streams[i], fd, ++o->last_stream);
    o->streams[i].remote = osc_is_remote(&from);
  }
}

static void
receive_stream(Osc* const o, Stream* const s)
{
  const char* why    = NULL;
  Origin      origin = {.osc = o, .sender = {.kind = SENDER_TCP, .remote = s->remote, .tcp = s->number}};
  if (!stream_receive(s, on_packet, &origin, &why)) {
    if (why) {
      tell(o, why, "a TCP connection was closed");
    }
    s->broken = true;
  }
}

/// How many datagrams the system has thrown away, where it says so.
static void
read_lost(Osc* const o, struct msghdr* const m)
{
  for (struct cmsghdr* h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
    if (h->cmsg_level == SOL_SOCKET && h->cmsg_type == SO_RXQ_OVFL) {
      uint32_t lost = 0;
      memcpy(&lost, CMSG_DATA(h), sizeof(lost));
      if (lost != o->lost) {
        char many[32];
        snprintf(many, sizeof(many), "%u packets", lost - o->lost);
        tell(o, "came faster than they could be read and are lost: TCP loses none", many);
        o->lost = lost;
      }
    }
  }
}

/// Read datagrams away from the system, whose room is small, as fast as can be.
static void
fill_inbox(Osc* const o)
{
  if (o->next == o->held) {
    o->next = o->held = o->used = 0;
  }
  for (int errors = 0; errors < MAX_ERRORS && o->held < MAX_INBOX && o->used + MAX_DATAGRAM <= INBOX_SIZE;) {
    Datagram* const d = &o->datagrams[o->held];
    char            extra[64];
    struct iovec    v = {o->inbox + o->used, MAX_DATAGRAM};
    struct msghdr   m = {.msg_name       = &d->from,
                         .msg_namelen    = sizeof(d->from),
                         .msg_iov        = &v,
                         .msg_iovlen     = 1,
                         .msg_control    = extra,
                         .msg_controllen = sizeof(extra)};
    const ssize_t   n = recvmsg(o->udp, &m, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      break;
    }
    if (n < 0) { // an answer of ours found nobody: see read_unreachable
      ++errors;
      continue;
    }
    d->from_length = m.msg_namelen;
    d->offset      = o->used;
    d->size        = (uint32_t)n;
    o->used += ((uint32_t)n + 7) / 8 * 8;
    ++o->held;
    read_lost(o, &m);
  }
}

/// What we sent and nobody takes: they are gone.
static void
read_unreachable(Osc* const o)
{
  for (int i = 0; i < MAX_INBOX; ++i) {
    Sender        to = {.kind = SENDER_UDP};
    char          extra[512];
    char          packet[16];
    struct iovec  v = {packet, sizeof(packet)};
    struct msghdr m = {.msg_name       = &to.udp.address,
                       .msg_namelen    = sizeof(to.udp.address),
                       .msg_iov        = &v,
                       .msg_iovlen     = 1,
                       .msg_control    = extra,
                       .msg_controllen = sizeof(extra)};
    if (recvmsg(o->udp, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
      return;
    }
    to.udp.length = m.msg_namelen;
    subscribers_drop(o->control, &to);
  }
}

static void
receive_datagrams(Osc* const o)
{
  fill_inbox(o);
  for (int i = 0; i < INBOX_PER_TURN && o->next < o->held; ++i) {
    const Datagram* const d      = &o->datagrams[o->next++];
    Origin                origin = {.osc = o, .sender = {.kind = SENDER_UDP, .remote = osc_is_remote(&d->from)}};
    origin.sender.udp.address    = d->from;
    origin.sender.udp.length     = d->from_length;
    subscribers_heard(o->control, &origin.sender);
    on_packet(&origin, o->inbox + d->offset, d->size);
  }
}

void
osc_receive(Osc* const o)
{
  read_unreachable(o);
  receive_datagrams(o);
  accept_streams(o);
  for (int i = 0; i < MAX_STREAMS; ++i) {
    if (o->streams[i].fd >= 0 && !o->streams[i].broken) {
      receive_stream(o, &o->streams[i]);
    }
  }
  flush_streams(o);
}

static void
send_stream(Osc* const o, const uint64_t number, const char* const packet, const size_t size)
{
  for (int i = 0; i < MAX_STREAMS; ++i) {
    Stream* const s = &o->streams[i];
    if (s->fd >= 0 && s->number == number && !s->broken && !stream_send(s, packet, size)) {
      log_warn("OSC: a TCP connection was closed: it doesn't read its answers");
      s->broken = true;
    }
  }
}

/// false: there is no room for it.  That nobody is there is no failure of ours.
static bool
send_datagram(const Osc* const o, const Sender* const to, const char* const bytes, const size_t size)
{
  for (int i = 0; i < 8; ++i) { // errors of what was sent before are told here, too, one at a time
    if (sendto(o->udp, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr*)&to->udp.address,
               to->udp.length) >= 0) {
      return true;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) {
      return false;
    }
  }
  return true;
}

void
osc_send(Osc* const o, const Sender* const to, const char* const address, const Value* const values, const int count)
{
  size_t      size  = 0;
  char* const bytes = o ? packet_write(address, values, count, &size) : NULL;
  if (!bytes) {
    return;
  }
  if (to->kind == SENDER_TCP) {
    send_stream(o, to->tcp, bytes, size);
  } else if (!send_datagram(o, to, bytes, size)) {
    ++o->unsent;
    tell(o, "was lost: the network has no room for it", address);
  }
  free(bytes);
}

int
osc_room(const Osc* const o, const Sender* const to)
{
  if (to->kind != SENDER_TCP) {
    return 1;
  }
  for (int i = 0; o && i < MAX_STREAMS; ++i) {
    const Stream* const s = &o->streams[i];
    if (s->fd >= 0 && s->number == to->tcp) {
      return s->broken ? -1 : s->out_held < PUSH_ROOM;
    }
  }
  return -1;
}

uint64_t
osc_lost(const Osc* const o)
{
  return o ? o->lost : 0;
}

uint64_t
osc_unsent(const Osc* const o)
{
  return o ? o->unsent : 0;
}
