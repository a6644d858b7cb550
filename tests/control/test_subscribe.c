// SPDX-License-Identifier: GPL-3.0-or-later
// Subscriptions: what is told when, to whom, and what becomes of clients that go.

#include "fake.h"

#include <arpa/inet.h>
#include <lo/lo.h>
#include <sys/socket.h>
#include <time.h>

/// A client of the program's own.
typedef struct {
  char last[256];
  int  values, ends;
} Listener;

static void
on_line(void* const data, const char* const line)
{
  Listener* const l = data;
  snprintf(l->last, sizeof(l->last), "%s", line);
  l->values += !strncmp(line, "/value", 6);
  l->ends += !strncmp(line, "/ok", 3) || !strncmp(line, "/error", 6);
}

static void
say(Fake* const f, Listener* const l, const char* const line)
{
  control_line(f->control, line, on_line, l);
}

static void
pass(Fake* const f, const int ms)
{
  for (int i = 0; i < ms; ++i) {
    control_poll(f->control, 0);
    fake_process(f);
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
}

/// Let time pass until so many values came.
static void
until(Fake* const f, const Listener* const l, const int values)
{
  for (int i = 0; i < 2000 && l->values < values; ++i) {
    pass(f, 1);
  }
}

static void
all_at_first_then_what_changes(void** state)
{
  (void)state;
  Fake* const f = fake_new();
  Listener    l = {0};
  say(f, &l, "/subscribe /deck/*/fader 100");
  assert_string_equal(l.last, "/ok /subscribe");
  until(f, &l, FAKE_DECKS);
  assert_int_equal(l.values, FAKE_DECKS);
  assert_string_equal(l.last, "/value /deck/4/fader 1");
  pass(f, 50);
  assert_int_equal(l.values, FAKE_DECKS);
  fake_ask(f, "/deck/3/fader 0.5");
  until(f, &l, FAKE_DECKS + 1);
  assert_string_equal(l.last, "/value /deck/3/fader 0.5");
  pass(f, 50);
  assert_int_equal(l.values, FAKE_DECKS + 1);
  say(f, &l, "/subscribe /deck/*/fader 0");
  assert_string_equal(l.last, "/ok /subscribe");
  fake_ask(f, "/deck/3/fader 0.25");
  pass(f, 50);
  assert_int_equal(l.values, FAKE_DECKS + 1);
  fake_free(f);
}

static void
what_is_unset_is_told_without_a_value(void** state)
{
  (void)state;
  Fake* const f = fake_new();
  Listener    l = {0};
  fake_load(f, 1);
  say(f, &l, "/subscribe /deck/1/hotcue/2/set 100");
  pass(f, 30);
  assert_int_equal(l.values, 0);
  fake_ask(f, "/deck/1/hotcue/2/set 5");
  until(f, &l, 1);
  assert_string_equal(l.last, "/value /deck/1/hotcue/2/set 5");
  fake_ask(f, "/deck/1/hotcue/2/clear");
  until(f, &l, 2);
  assert_string_equal(l.last, "/value /deck/1/hotcue/2/set");
  fake_free(f);
}

static void
wrong_ones_are_refused(void** state)
{
  (void)state;
  static const char* const cases[][2] = {
    {"/subscribe /deck/1/fader 101", "times-per-second must be 0 .. 100 Hz, not 101"},
    {"/subscribe /deck/1/fader -1", "times-per-second must be 0 .. 100 Hz, not -1"},
    {"/subscribe /deck/9/fader 1", "no deck 9: there are 4"},
    {"/subscribe /deck/*/nothing 1", "nothing that can be read matches /deck/*/nothing"},
    {"/subscribe /deck/1/play 1", "/deck/1/play has no value to read"},
    {"/subscribe /deck/{1,1,1}*{a,a}*{a,a}*{a,a}*{a,a}*x 1", "nothing that can be read"},
  };
  Fake* const f = fake_new();
  Listener    l = {0};
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    say(f, &l, cases[i][0]);
    assert_non_null(strstr(l.last, cases[i][1]));
    assert_int_equal(l.ends, (int)i + 1);
  }
  for (int i = 1; i <= 64; ++i) {
    char line[80];
    snprintf(line, sizeof(line), "/subscribe /deck/[1-4]/{fader,%d} 1", i);
    say(f, &l, line);
    assert_string_equal(l.last, "/ok /subscribe");
  }
  say(f, &l, "/subscribe /deck/1/fader 1");
  assert_non_null(strstr(l.last, "too many subscriptions"));
  fake_free(f);
}

/// Whether 0.5 was ever seen on deck 1, and 0 on the last occasion.
typedef struct {
  double highest, last;
  int    values;
} Meter;

static void
on_meter(void* const data, const char* const line)
{
  static const char what[] = "/value /deck/1/meter ";
  Meter* const      m      = data;
  if (!strncmp(line, what, sizeof(what) - 1)) {
    m->last    = strtod(line + sizeof(what) - 1, NULL);
    m->highest = m->last > m->highest || !m->values ? m->last : m->highest;
    ++m->values;
  }
}

static void
everybody_sees_every_peak(void** state)
{
  (void)state;
  enum { FAST, SLOW, ASKER, NEWCOMER, COUNT };
  Fake* const f        = fake_new();
  Meter       m[COUNT] = {{0}};
  control_line(f->control, "/subscribe /deck/1/meter 100", on_meter, &m[FAST]);
  control_line(f->control, "/subscribe /deck/*/meter 10", on_meter, &m[SLOW]);
  control_line(f->control, "/get /deck/1/meter", on_meter, &m[ASKER]);
  pass(f, 120);
  for (int i = FAST; i <= ASKER; ++i) {
    assert_true(m[i].values > 0);
    assert_true(m[i].highest == -200.0);
  }
  atomic_store(&f->levels.deck[0].meter.peak[0], 0.5f); // -6.02 dB, for the first who takes it
  pass(f, 250);
  control_line(f->control, "/get /deck/1/meter", on_meter, &m[ASKER]);
  control_line(f->control, "/get /deck/1/meter", on_meter, &m[NEWCOMER]); // sees the last moment
  for (int i = FAST; i < COUNT; ++i) {
    assert_true(m[i].highest > -6.1 && m[i].highest < -5.9);
  }
  assert_true(m[FAST].values > 10); // also while nothing changes
  pass(f, 700);
  control_line(f->control, "/get /deck/1/meter", on_meter, &m[ASKER]);
  for (int i = FAST; i <= ASKER; ++i) {
    assert_true(m[i].last == -200.0);
  }
  fake_free(f);
}

static int
free_port(void)
{
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t          n = sizeof(a);
  const int          s = socket(AF_INET, SOCK_DGRAM, 0);
  assert_int_equal(bind(s, (struct sockaddr*)&a, n), 0);
  assert_int_equal(getsockname(s, (struct sockaddr*)&a, &n), 0);
  close(s);
  return ntohs(a.sin_port);
}

/// Open the OSC port; returns which.
static int
open_osc(Fake* const f)
{
  for (int i = 0; i < 20; ++i) { // somebody may have the same one for TCP
    const int port = free_port();
    if (!control_open_osc(f->control, "127.0.0.1", port, NULL)) {
      return port;
    }
  }
  fail_msg("no port is free");
  return 0;
}

static int
open_client(const int port, const int type)
{
  struct sockaddr_in a = {
    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port)};
  const int s = socket(AF_INET, type, 0);
  assert_int_equal(connect(s, (struct sockaddr*)&a, sizeof(a)), 0);
  return s;
}

/// How many subscriptions there are, as /stats says.
static int
subscriptions(Fake* const f)
{
  static const char key[] = "/stats/osc/subscriptions ";
  fake_forget(f);
  fake_say(f, "/stats");
  for (int i = 0; i < f->nanswers; ++i) {
    if (!strncmp(f->answers[i], key, sizeof(key) - 1)) {
      return atoi(f->answers[i] + sizeof(key) - 1);
    }
  }
  return -1;
}

static void
until_subscriptions(Fake* const f, const int count)
{
  for (int i = 0; i < 2000 && subscriptions(f) != count; ++i) {
    pass(f, 1);
  }
  assert_int_equal(subscriptions(f), count);
}

static void
clients_that_go_are_forgotten(void** state)
{
  (void)state;
  Fake* const f    = fake_new();
  const int   port = open_osc(f);
  char        bytes[256];
  size_t      size = 0;
  lo_message  m    = lo_message_new();
  lo_message_add_string(m, "/deck/*/meter");
  lo_message_add_float(m, 100.0f);
  lo_message_serialise(m, "/subscribe", bytes + 4, &size);
  lo_message_free(m);
  const uint32_t head = htonl((uint32_t)size);
  memcpy(bytes, &head, 4);

  const int udp[2] = {open_client(port, SOCK_DGRAM), open_client(port, SOCK_DGRAM)};
  const int tcp    = open_client(port, SOCK_STREAM);
  for (int i = 0; i < 2; ++i) {
    assert_int_equal(send(udp[i], bytes + 4, size, 0), (ssize_t)size);
  }
  assert_int_equal(send(tcp, bytes, size + 4, 0), (ssize_t)size + 4);
  until_subscriptions(f, 3);
  close(udp[0]); // what is sent there now comes back
  until_subscriptions(f, 2);
  close(tcp);
  until_subscriptions(f, 1);
  pass(f, 100);
  char answer[256];
  int  values = 0;
  while (recv(udp[1], answer, sizeof(answer), MSG_DONTWAIT) > 0) {
    values += !strcmp(answer, "/value");
  }
  assert_true(values > 4 * FAKE_DECKS); // the one that stayed was told all the while
  close(udp[1]);
  fake_free(f);
}

static void
who_does_not_read_is_told_no_more(void** state)
{
  (void)state;
  Fake* const f    = fake_new();
  const int   port = open_osc(f);
  char        bytes[256];
  size_t      size = 0;
  lo_message  m    = lo_message_new();
  lo_message_add_string(m, "/deck/*/meter");
  lo_message_add_float(m, 100.0f);
  lo_message_serialise(m, "/subscribe", bytes + 4, &size);
  lo_message_free(m);
  const uint32_t head = htonl((uint32_t)size);
  memcpy(bytes, &head, 4);
  const int tcp  = open_client(port, SOCK_STREAM);
  const int room = 4096;
  setsockopt(tcp, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
  assert_int_equal(send(tcp, bytes, size + 4, 0), (ssize_t)size + 4);
  until_subscriptions(f, 1);
  Listener l = {0};
  say(f, &l, "/subscribe /deck/1/meter 100");
  until(f, &l, 50); // others are told all the same
  assert_true(l.values >= 50);
  assert_int_equal(subscriptions(f), 2);
  close(tcp);
  fake_free(f);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_at_first_then_what_changes), cmocka_unit_test(what_is_unset_is_told_without_a_value),
    cmocka_unit_test(wrong_ones_are_refused),         cmocka_unit_test(everybody_sees_every_peak),
    cmocka_unit_test(clients_that_go_are_forgotten),  cmocka_unit_test(who_does_not_read_is_told_no_more),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
