// SPDX-License-Identifier: GPL-3.0-or-later
#include "crowd/crowd.h"

#include "control/osc.h"
#include "control/packet.h"
#include "crowd/state.h"

#include <errno.h>
#include <math.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_DATAGRAM = 65536, AT_A_TIME = 4096 };

static void
on_message(void* const data, const Words* const w, const uint64_t tag)
{
  (void)tag; // times count from receipt, as there
  crowd_message(data, w);
}

static void
on_bad(void* const data, const char* const address, const char* const why)
{
  complain(data, "%s: %s", address, why);
}

static void
turn(void* const data)
{
  Crowd* const       c      = data;
  const PacketReader reader = {c, on_message, on_bad};
  static char        bytes[MAX_DATAGRAM] __attribute__((aligned(8)));
  for (int i = 0; i < AT_A_TIME; ++i) {
    struct sockaddr_storage from;
    socklen_t               length = sizeof(from);
    const ssize_t           n = recvfrom(c->fd, bytes, sizeof(bytes), MSG_DONTWAIT, (struct sockaddr*)&from, &length);
    if (n < 0 && errno != EINTR) {
      break;
    }
    if (n > 0) {
      c->remote = osc_is_remote(&from);
      packet_read(&reader, bytes, (size_t)n);
    }
  }
  starts_turn(c);
  mix_turn(c);
  beat_turn(c);
}

static int
open_port(const char* const address, const int port, Error* const error)
{
  char             service[16];
  struct addrinfo* found = NULL;
  snprintf(service, sizeof(service), "%d", port);
  const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM, .ai_flags = AI_PASSIVE};
  const int             e     = getaddrinfo(address, service, &hints, &found);
  if (e) {
    error_set(error, STATUS_BAD_VALUE, "no address %s to listen on: %s", address, gai_strerror(e));
    return -1;
  }
  const int fd   = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int room = 1 << 20;
  if (fd >= 0) {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
  }
  const int bound = fd < 0 ? -1 : bind(fd, found->ai_addr, found->ai_addrlen);
  const int why   = errno;
  freeaddrinfo(found);
  if (bound) {
    error_set(error, why == EADDRINUSE ? STATUS_BUSY : STATUS_FAILED,
              "can't open crowdstream's port %d on %s: %s; choose another with --crowdstream PORT", port, address,
              strerror(why));
    if (fd >= 0) {
      close(fd);
    }
    return -1;
  }
  return fd;
}

static void
set_defaults(Crowd* const c, const CrowdConfig* const config)
{
  c->base_bpm = config->base_bpm;
  c->tone_fd  = -1;
  c->zero     = control_now(c->control);
  c->tempo    = (Tempo){.from = config->base_bpm, .to = config->base_bpm, .start = c->zero, .meter = 4, .printed = -1};
  for (int l = 0; l <= LETTERS; ++l) {
    c->level[l] = 1.0;
    for (int b = 0; b < BANDS; ++b) {
      c->gain[l][b] = 1.0;
    }
  }
  for (uint32_t d = 0; d < config->decks; ++d) {
    c->places[d].there = true;
  }
  for (int l = 0; l < LETTERS; ++l) {
    mix_letter(c, l);
  }
}

Status
crowd_new(Crowd** const out, Control* const control, const CrowdConfig* const config, Error* const error)
{
  Crowd* const c = calloc(1, sizeof(*c));
  if (!c) {
    return error_set(error, STATUS_NO_MEMORY, "no memory");
  }
  c->control = control;
  c->fd      = open_port(config->address, config->port, error);
  if (c->fd < 0) {
    free(c);
    return STATUS_FAILED;
  }
  set_defaults(c, config);
  control_attach(control, c->fd, turn, c);
  *out = c;
  return STATUS_OK;
}

/// So that as many seconds have passed since then.
static int64_t
move_past(const Move* const m, const int64_t frame)
{
  return m->from + (int64_t)llround((double)(frame - m->from) * m->ratio);
}

void
crowd_move(Crowd* const c, const Move* const move)
{
  c->zero        = move_past(move, c->zero);
  c->tempo.start = move_past(move, c->tempo.start);
  for (int l = 0; l < LETTERS; ++l) {
    c->fade_at[l]  = move_frame(move, c->fade_at[l]);
    c->fade_end[l] = move_frame(move, c->fade_end[l]);
  }
  for (int i = 0; i < c->norigins; ++i) {
    c->origins[i].frame = move_past(move, c->origins[i].frame);
    c->origins[i].shift = (int64_t)((double)c->origins[i].shift * move->ratio);
  }
  for (size_t i = 0; i < c->nitems; ++i) {
    c->items[i].ready = move_frame(move, c->items[i].ready);
  }
}

void
crowd_free(Crowd* const c)
{
  if (!c) {
    return;
  }
  control_detach(c->control, c);
  for (size_t i = 0; i < c->nitems; ++i) {
    free(c->items[i].path);
    free(c->items[i].name);
  }
  free(c->items);
  loads_free(c);
  if (c->tone_fd >= 0) {
    close(c->tone_fd);
  }
  close(c->fd);
  free(c);
}
