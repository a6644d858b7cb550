// SPDX-License-Identifier: GPL-3.0-or-later
// The OSC port over real sockets, with liblo as the client: UDP, TCP, bundles, bad packets, storms.

#include "fake.h"

#include "control/timetag.h"

#include <arpa/inet.h>
#include <lo/lo.h>
#include <math.h>
#include <sys/socket.h>
#include <time.h>

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

typedef struct {
  Fake*      f;
  int        port;
  lo_server  server; ///< where the answers come
  lo_address deckhost;
  char       last[512]; ///< "/ok,ss /deck/1/play ..." of the newest answer
  char       before[512];
  int        count;
} Client;

static int
on_answer(const char* path, const char* types, lo_arg** argv, int argc, lo_message m, void* data)
{
  Client* const c = data;
  (void)m;
  memcpy(c->before, c->last, sizeof(c->last));
  size_t n = (size_t)snprintf(c->last, sizeof(c->last), "%s,%s", path, types);
  for (int i = 0; i < argc && n < sizeof(c->last); ++i) {
    const double number = types[i] == 'i' ? argv[i]->i : types[i] == 'f' ? (double)argv[i]->f : 0.0;
    n += types[i] == 's' ? (size_t)snprintf(c->last + n, sizeof(c->last) - n, " %s", &argv[i]->s)
                         : (size_t)snprintf(c->last + n, sizeof(c->last) - n, " %g", number);
  }
  ++c->count;
  return 0;
}

static void
client_open(Client* const c)
{
  char  port[16];
  Error error;
  c->f    = fake_new();
  c->port = free_port();
  assert_int_equal(control_open_osc(c->f->control, "127.0.0.1", c->port, &error), STATUS_OK);
  snprintf(port, sizeof(port), "%d", c->port);
  c->deckhost = lo_address_new("127.0.0.1", port);
  c->server   = lo_server_new(NULL, NULL);
  lo_server_add_method(c->server, NULL, NULL, on_answer, c);
}

static void
client_close(Client* const c)
{
  lo_address_free(c->deckhost);
  lo_server_free(c->server);
  fake_free(c->f);
}

/// Let all come and go until `count` answers are there; a second passes before it gives up.
static void
settle(Client* const c, const int count)
{
  for (int i = 0; i < 1000 && c->count < count; ++i) {
    fake_turn(c->f);
    while (lo_server_recv_noblock(c->server, 0)) {
    }
    if (c->count < count) {
      nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
  }
}

#define SAY(c, ...) lo_send_from((c)->deckhost, (c)->server, LO_TT_IMMEDIATE, __VA_ARGS__)

static void
numbers_of_all_types_are_one(void** state)
{
  (void)state;
  Client c = {0};
  client_open(&c);
  SAY(&c, "/deck/1/fader", "f", 0.5);
  SAY(&c, "/deck/1/fader", "d", 0.5);
  SAY(&c, "/deck/1/fader", "i", 1);
  SAY(&c, "/deck/1/fader", "h", (int64_t)1);
  SAY(&c, "/deck/1/mute", "T");
  SAY(&c, "/deck/1/mute", "F");
  settle(&c, 6);
  assert_int_equal(c.count, 6);
  assert_int_equal(c.f->nsent, 6);
  static const float expected[] = {0.5f, 0.5f, 1.0f, 1.0f, 1.0f, 0.0f};
  for (int i = 0; i < 6; ++i) {
    assert_true(c.f->sent[i].param.value == expected[i]);
  }
  SAY(&c, "/deck/1/fader", "s", "0.5");
  settle(&c, 7);
  assert_string_equal(c.last, "/error,ss /deck/1/fader gain must be 0 .. 1, not \"0.5\"");
  SAY(&c, "/deck/1/fader", "f", (double)NAN);
  settle(&c, 8);
  assert_int_equal(strncmp(c.last, "/error,ss /deck/1/fader gain must be 0 .. 1, not", 47), 0);
  SAY(&c, "/deck/1/fader", "N");
  settle(&c, 9);
  assert_string_equal(c.last, "/error,ss /deck/1/fader arguments must be numbers, booleans or strings");
  SAY(&c, "/deck/1/fader", "sf", "#7", 0.25);
  settle(&c, 10);
  assert_string_equal(c.last, "/ok,ss /deck/1/fader #7");
  assert_int_equal(c.f->nsent, 7);
  client_close(&c);
}

static void
values_come_typed(void** state)
{
  (void)state;
  static const char* const cases[][2] = {{"/deck/1/fader", "/value,sf /deck/1/fader 1"},
                                         {"/deck/1/mute", "/value,si /deck/1/mute 0"},
                                         {"/deck/1/assign", "/value,ss /deck/1/assign thru"},
                                         {"/deck/1/meter", "/value,sff /deck/1/meter -200 -200"},
                                         {"/deck/1/position", "/value,sd /deck/1/position 0"}};
  Client                   c          = {0};
  client_open(&c);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    c.count = 0;
    SAY(&c, "/get", "s", cases[i][0]);
    settle(&c, 2);
    assert_string_equal(c.before, cases[i][1]);
    assert_string_equal(c.last, "/ok,s /get");
  }
  client_close(&c);
}

static void
two_tags_keep_their_distance_to_the_frame(void** state)
{
  (void)state;
  Client c = {0};
  client_open(&c);
  fake_load(c.f, 1);
  fake_forget(c.f);
  lo_timetag now;
  lo_timetag_now(&now);
  static const double ahead[] = {0.3, 0.43, 0.3 + 1.0 / 48000.0, 0.55};
  for (int i = 0; i < 4; ++i) {
    lo_timetag   t = now;
    const double s = now.frac / 4294967296.0 + ahead[i];
    t.sec += (uint32_t)s;
    t.frac       = (uint32_t)((s - floor(s)) * 4294967296.0);
    lo_bundle  b = lo_bundle_new(t);
    lo_message m = lo_message_new();
    lo_bundle_add_message(b, i % 2 ? "/deck/1/pause" : "/deck/1/play", m);
    lo_send_bundle_from(c.deckhost, c.server, b);
    lo_bundle_free_recursive(b);
    settle(&c, i + 1);
  }
  assert_int_equal(c.f->nsent, 4);
  const int64_t origin = c.f->sent[0].at;
  for (int i = 0; i < 4; ++i) {
    assert_in_range(c.f->sent[i].at - origin - llround((ahead[i] - ahead[0]) * FAKE_RATE) + 1, 0, 2);
  }
  // and the first is where the tag says, as far as two clocks agree
  assert_in_range(origin - c.f->now, (int)(0.2 * FAKE_RATE), (int)(0.31 * FAKE_RATE));
  client_close(&c);
}

static void
bundles_hold_many_and_now_is_now(void** state)
{
  (void)state;
  Client c = {0};
  client_open(&c);
  lo_bundle  outer = lo_bundle_new(LO_TT_IMMEDIATE);
  lo_bundle  inner = lo_bundle_new(LO_TT_IMMEDIATE);
  lo_message m[2]  = {lo_message_new(), lo_message_new()};
  lo_message_add_int32(m[0], 1);
  lo_message_add_int32(m[1], 0);
  lo_bundle_add_message(outer, "/deck/1/mute", m[0]);
  lo_bundle_add_message(inner, "/deck/1/mute", m[1]);
  lo_bundle_add_bundle(outer, inner);
  lo_send_bundle_from(c.deckhost, c.server, outer);
  lo_bundle_free_recursive(outer);
  settle(&c, 2);
  assert_int_equal(c.f->nsent, 2);
  assert_true(c.f->sent[0].at == AT_NOW);
  assert_true(c.f->sent[1].param.value == 0.0f);
  client_close(&c);
}

/// A bundle of one message, tagged `ahead` seconds from now.
static lo_bundle
bundle_at(const double ahead, const char* const address, const lo_message m)
{
  lo_timetag t;
  lo_timetag_now(&t);
  const double s = t.frac / 4294967296.0 + ahead;
  t.sec += (uint32_t)(int32_t)floor(s);
  t.frac      = (uint32_t)((s - floor(s)) * 4294967296.0);
  lo_bundle b = lo_bundle_new(t);
  lo_bundle_add_message(b, address, m);
  return b;
}

static void
inner_bundles_wait_for_the_outer(void** state)
{
  (void)state;
  Client c = {0};
  client_open(&c);
  fake_load(c.f, 1);
  fake_forget(c.f);
  lo_bundle b     = bundle_at(0.5, "/deck/1/play", lo_message_new());
  lo_bundle inner = lo_bundle_new(LO_TT_IMMEDIATE);
  lo_bundle_add_message(inner, "/deck/1/pause", lo_message_new());
  lo_bundle_add_bundle(b, inner);
  lo_send_bundle_from(c.deckhost, c.server, b);
  lo_bundle_free_recursive(b);
  settle(&c, 2);
  assert_int_equal(c.f->nsent, 2);
  assert_true(c.f->sent[0].at > c.f->now);
  assert_true(c.f->sent[0].at == c.f->sent[1].at);
  client_close(&c);
}

static int64_t
late(Fake* const f)
{
  for (int i = 0; i < f->nanswers; ++i) {
    if (!strncmp(f->answers[i], "/stats/late ", 12)) {
      return atoi(f->answers[i] + 12);
    }
  }
  return -1;
}

static void
late_ones_run_at_once_and_are_counted(void** state)
{
  (void)state;
  Client c = {0};
  client_open(&c);
  for (int i = 0; i < 2; ++i) { // a control, and what the engine never hears of
    lo_message m = lo_message_new();
    lo_message_add_string(m, "/deck/1/fader");
    lo_bundle b = i ? bundle_at(-3.0, "/get", m) : bundle_at(-2.0, "/deck/1/eq/low", lo_message_new());
    if (i == 0) {
      lo_message_free(m);
      lo_message_add_float(lo_bundle_get_message(b, 0, NULL), -6.0f);
    }
    lo_send_bundle_from(c.deckhost, c.server, b);
    lo_bundle_free_recursive(b);
  }
  settle(&c, 3);
  assert_int_equal(c.count, 3);
  assert_int_equal(c.f->nsent, 1);
  assert_true(c.f->sent[0].at == AT_NOW);
  fake_say(c.f, "/stats");
  assert_int_equal(late(c.f), 2);
  fake_say(c.f, "/stats/reset");
  fake_forget(c.f);
  fake_say(c.f, "/stats");
  assert_int_equal(late(c.f), 0);
  client_close(&c);
}

static void
a_port_in_use_says_what_to_do(void** state)
{
  (void)state;
  Client c = {0};
  Error  error;
  char   text[200];
  client_open(&c);
  Fake* const other = fake_new();
  assert_int_equal(control_open_osc(other->control, "127.0.0.1", c.port, &error), STATUS_BUSY);
  snprintf(text, sizeof(text), "OSC port %d is in use: choose another with --osc PORT, or end the other deckhost",
           c.port);
  assert_string_equal(error.text, text);
  fake_free(other);
  client_close(&c);
}

static void
bad_packets_harm_nothing(void** state)
{
  (void)state;
  static const struct {
    const char* bytes;
    size_t      size;
  } packets[] = {
    {"", 0},
    {"x", 1},
    {"////", 4},
    {"/a\0\0", 4},
    {"/a\0\0,i\0\0", 8},
    {"/a\0\0,[]\0", 8},
    {"/a\0\0,s\0\0abcd", 12},
    {"#bundle\0", 8},
    {"#bundle\0\0\0\0\0\0\0\0\1\0\0\0\5abcde", 25},
    {"#bundle\0\0\0\0\0\0\0\0\1\xff\xff\xff\xff", 20},
    {"#bundle\0\0\0\0\0\0\0\0\1\0\0", 18},
    {"\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8", 8},
  };
  Client c = {0};
  client_open(&c);
  const int          s = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in a = {
    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)c.port)};
  for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); ++i) {
    sendto(s, packets[i].bytes, packets[i].size, 0, (struct sockaddr*)&a, sizeof(a));
    fake_turn(c.f);
  }
  char answer[512];
  int  errors = 0;
  for (ssize_t n; (n = recv(s, answer, sizeof(answer), MSG_DONTWAIT)) > 0;) {
    errors += !strcmp(answer, "/error");
  }
  assert_int_equal(errors, sizeof(packets) / sizeof(packets[0]));
  close(s);
  SAY(&c, "/deck/1/mute", "i", 1);
  settle(&c, 1);
  assert_string_equal(c.last, "/ok,s /deck/1/mute");
  client_close(&c);
}

static int
tcp_open(const int port)
{
  const int          s = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in a = {
    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port)};
  assert_int_equal(connect(s, (struct sockaddr*)&a, sizeof(a)), 0);
  return s;
}

static ssize_t
tcp_read(Client* const c, const int s, char* const out, const size_t size)
{
  for (int i = 0; i < 1000; ++i) {
    fake_turn(c->f);
    const ssize_t n = recv(s, out, size, MSG_DONTWAIT);
    if (n >= 0) {
      return n;
    }
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
  return -1;
}

static void
tcp_speaks_both_framings(void** state)
{
  (void)state;
  static const char message[]  = "/deck/1/mute\0\0\0\0,i\0\0\0\0\0\1";
  static const char expected[] = "/ok\0,s\0\0/deck/1/mute\0\0\0";
  char              bytes[64]  = {0, 0, 0, 24};
  char              answer[64];
  Client            c = {0};
  client_open(&c);
  int s = tcp_open(c.port);
  memcpy(bytes + 4, message, 24);
  assert_int_equal(send(s, bytes, 10, 0), 10); // in pieces
  fake_turn(c.f);
  assert_int_equal(send(s, bytes + 10, 18, 0), 18);
  assert_int_equal(tcp_read(&c, s, answer, sizeof(answer)), 28);
  assert_memory_equal(answer, "\0\0\0\x18", 4);
  assert_memory_equal(answer + 4, expected, 24);
  close(s);

  s        = tcp_open(c.port);
  bytes[0] = (char)0xC0;
  memcpy(bytes + 1, message, 24);
  bytes[25] = (char)0xC0;
  assert_int_equal(send(s, bytes, 26, 0), 26);
  assert_int_equal(tcp_read(&c, s, answer, sizeof(answer)), 26);
  assert_int_equal((unsigned char)answer[0], 0xC0);
  assert_memory_equal(answer + 1, expected, 24);
  close(s);

  s = tcp_open(c.port); // what isn't OSC is closed
  assert_int_equal(send(s, "GET / HTTP/1.0\r\n\r\n", 18, 0), 18);
  assert_int_equal(tcp_read(&c, s, answer, sizeof(answer)), 0);
  close(s);
  client_close(&c);
}

static void
a_storm_is_answered_in_full(void** state)
{
  (void)state;
  enum { STORM = 4000 };
  Client c = {0};
  client_open(&c);
  char      bytes[28] = {0, 0, 0, 24};
  const int s         = tcp_open(c.port);
  memcpy(bytes + 4, "/deck/1/mute\0\0\0\0,i\0\0\0\0\0\1", 24);
  long got = 0;
  char answers[65536];
  for (int i = 0; i < STORM; ++i) {
    assert_int_equal(send(s, bytes, sizeof(bytes), 0), sizeof(bytes));
    if (i % 500 == 499) { // reads its answers only now and then
      fake_turn(c.f);
      for (ssize_t n; (n = recv(s, answers, sizeof(answers), MSG_DONTWAIT)) > 0;) {
        got += n;
      }
    }
  }
  for (ssize_t n; got < STORM * 28L && (n = tcp_read(&c, s, answers, sizeof(answers))) > 0;) {
    got += n;
  }
  assert_int_equal(got, STORM * 28L);
  assert_int_equal(c.f->nsent, STORM);
  close(s);
  client_close(&c);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(numbers_of_all_types_are_one),
    cmocka_unit_test(values_come_typed),
    cmocka_unit_test(two_tags_keep_their_distance_to_the_frame),
    cmocka_unit_test(bundles_hold_many_and_now_is_now),
    cmocka_unit_test(inner_bundles_wait_for_the_outer),
    cmocka_unit_test(late_ones_run_at_once_and_are_counted),
    cmocka_unit_test(a_port_in_use_says_what_to_do),
    cmocka_unit_test(bad_packets_harm_nothing),
    cmocka_unit_test(tcp_speaks_both_framings),
    cmocka_unit_test(a_storm_is_answered_in_full),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
