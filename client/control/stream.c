// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/stream.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  MAX_PACKET = 1 << 20,
  MAX_KEPT   = 8 << 20, ///< bytes of answers that a client may leave unread
  READ_SIZE  = 65536,
  HEAD       = 4
};

enum { SLIP_END = 0xC0, SLIP_ESC = 0xDB, SLIP_ESC_END = 0xDC, SLIP_ESC_ESC = 0xDD };

void
stream_open(Stream* const s, const int fd, const uint64_t number)
{
  *s = (Stream){.fd = fd, .number = number};
}

void
stream_close(Stream* const s)
{
  close(s->fd);
  free(s->in);
  free(s->out);
  *s = (Stream){.fd = -1};
}

static bool
make_room(char** const bytes, size_t* const room, const size_t wanted)
{
  if (wanted <= *room) {
    return true;
  }
  const size_t more = wanted > 2 * *room ? wanted : 2 * *room;
  char* const  b    = realloc(*bytes, more);
  if (b) {
    *bytes = b;
    *room  = more;
  }
  return b != NULL;
}

typedef void (*OnPacket)(void* data, const char* bytes, size_t size);

/// Hand over whole packets with a length before them; returns how many bytes they were.
static size_t
take_prefixed(Stream* const s, const OnPacket packet, void* const data, const char** const why)
{
  size_t used = 0;
  while (s->in_held - used >= HEAD) {
    uint32_t head = 0;
    memcpy(&head, s->in + used, HEAD);
    const size_t size = ntohl(head);
    if (size > MAX_PACKET) {
      *why = "a packet of more than a megabyte: is it OSC?";
      return used;
    }
    if (s->in_held - used - HEAD < size) {
      break;
    }
    if (size) {
      packet(data, s->in + used + HEAD, size);
    }
    used += HEAD + size;
  }
  return used;
}

/// Undo the escapes in place; returns the size.
static size_t
unescape(char* const bytes, const size_t size)
{
  size_t n = 0;
  for (size_t i = 0; i < size; ++i) {
    const unsigned char b    = (unsigned char)bytes[i];
    const unsigned char next = i + 1 < size ? (unsigned char)bytes[i + 1] : 0;
    if (b == SLIP_ESC && (next == SLIP_ESC_END || next == SLIP_ESC_ESC)) {
      bytes[n++] = (char)(next == SLIP_ESC_END ? SLIP_END : SLIP_ESC);
      ++i;
    } else {
      bytes[n++] = bytes[i];
    }
  }
  return n;
}

static size_t
take_slipped(Stream* const s, const OnPacket packet, void* const data, const char** const why)
{
  size_t used = 0;
  for (;;) {
    char* const  begin = s->in + used;
    const size_t held  = s->in_held - used;
    char* const  end   = held ? memchr(begin, SLIP_END, held) : NULL;
    if (!end) {
      *why = held > 2 * MAX_PACKET ? "a packet of more than a megabyte: is it OSC?" : NULL;
      return used;
    }
    const size_t size = unescape(begin, (size_t)(end - begin));
    if (size) { // there is nothing between the end of one and the beginning of the next
      packet(data, begin, size);
    }
    used += (size_t)(end - begin) + 1;
  }
}

bool
stream_receive(Stream* const s, const OnPacket packet, void* const data, const char** const why)
{
  *why = NULL;
  for (int turns = 0; turns < 2; ++turns) { // others want to be heard too
    if (!make_room(&s->in, &s->in_room, s->in_held + READ_SIZE)) {
      *why = "no memory for what it sends";
      return false;
    }
    const ssize_t n = recv(s->fd, s->in + s->in_held, READ_SIZE, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
      return true;
    }
    if (n <= 0) {
      return false;
    }
    s->slip = s->slip || (!s->in_held && (unsigned char)s->in[0] == SLIP_END);
    s->in_held += (size_t)n;
    const size_t used = (s->slip ? take_slipped : take_prefixed)(s, packet, data, why);
    if (*why) {
      return false;
    }
    s->in_held -= used;
    memmove(s->in, s->in + used, s->in_held);
  }
  return true;
}

bool
stream_flush(Stream* const s)
{
  size_t sent = 0;
  while (sent < s->out_held) {
    const ssize_t n = send(s->fd, s->out + sent, s->out_held - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) {
      continue;
    }
    if (n <= 0) {
      if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
        return false;
      }
      break;
    }
    sent += (size_t)n;
  }
  s->out_held -= sent;
  s->moved_ns = sent ? clock_ns() : s->moved_ns;
  memmove(s->out, s->out + sent, s->out_held);
  return true;
}

bool
stream_send(Stream* const s, const char* const packet, const size_t size)
{
  if (s->out_held > MAX_KEPT || !make_room(&s->out, &s->out_room, s->out_held + HEAD + 2 * size + 2)) {
    return false;
  }
  s->moved_ns = s->out_held ? s->moved_ns : clock_ns();
  if (s->slip) {
    s->out[s->out_held++] = (char)SLIP_END;
    for (size_t i = 0; i < size; ++i) {
      const unsigned char b = (unsigned char)packet[i];
      if (b == SLIP_END || b == SLIP_ESC) {
        s->out[s->out_held++] = (char)SLIP_ESC;
        s->out[s->out_held++] = (char)(b == SLIP_END ? SLIP_ESC_END : SLIP_ESC_ESC);
      } else {
        s->out[s->out_held++] = packet[i];
      }
    }
    s->out[s->out_held++] = (char)SLIP_END;
  } else {
    const uint32_t head = htonl((uint32_t)size);
    memcpy(s->out + s->out_held, &head, HEAD);
    memcpy(s->out + s->out_held + HEAD, packet, size);
    s->out_held += HEAD + size;
  }
  return true;
}
