// SPDX-License-Identifier: GPL-3.0-or-later
// Scores, lines and packets that a broken program might send: whatever comes, it is answered once and harms nothing.
// The same changes of the same texts every time.

#include "fake.h"

#include "base/log.h"
#include "control/packet.h"
#include "control/score.h"
#include "control/state.h"

enum { ROUNDS = 6000, LONGEST = 300 };

static const char* const seeds[] = {
  "/deck/1/seek 3.5",
  "/deck/1/load one.wav 2",
  "/deck/1/loop 1 2 \"#7\"",
  "/ramp /deck/1/eq/low -12 4 # slowly",
  "/get \"/deck/[1-3]/{eq,stem}/*/ga?n\"",
  "/start 0.5 1 2 3 4",
  "/deck/1/hotcue/16/set",
  "/deck/1/eq/set low_freq 300",
  "0 /deck/1/load one.wav\n+1 /deck/1/play\n0.5 /deck/2/fader 0.25 # x\n2 /stop",
};

static unsigned seed = 1;

static unsigned
chance(const unsigned n)
{
  seed = seed * 1664525u + 1013904223u;
  return (seed >> 8) % n;
}

/// Change some bytes, leave some out, double some.
static size_t
mutate(char* const out, const char* const in, size_t n)
{
  static const char bytes[] = "/\" \\#*?[]{},!-+.0919eENK\n\t\xff\x01;";
  memcpy(out, in, n);
  for (unsigned changes = chance(6); changes && n > 1 && n < LONGEST - 40; --changes) {
    const size_t at   = chance((unsigned)n);
    const size_t size = 1 + chance(n - at < 20 ? (unsigned)(n - at) : 20);
    switch (chance(3)) {
      case 0:
        out[at] = bytes[chance(sizeof(bytes) - 1)];
        break;
      case 1:
        memmove(out + at, out + at + size, n - at - size);
        n -= size;
        break;
      default:
        memmove(out + at + size, out + at, n - at);
        n += size;
    }
  }
  return n;
}

typedef struct {
  Control* control;
  int      asked, answered;
} Counts;

static void
count_answer(void* const data, const char* const line)
{
  ((Counts*)data)->answered += !strncmp(line, "/ok ", 4) || !strncmp(line, "/error ", 7);
}

/// A copy of exactly that size, so that a checker sees who reads beyond.
static char*
copy_of(const char* const bytes, const size_t n, const bool text)
{
  char* const copy = malloc(n + text + !n);
  memcpy(copy, bytes, n);
  if (text) {
    copy[n] = '\0';
  }
  return copy;
}

static void
pass_time(Fake* const f)
{
  for (int i = 0; i < 3; ++i) {
    f->now += 100000;
    fake_turn(f);
  }
  fake_forget(f);
}

static void
lines_are_answered_once(void** state)
{
  (void)state;
  Fake* const f      = fake_new();
  Counts      counts = {f->control, 0, 0};
  assert_int_equal(chdir(f->folder), 0);
  for (int i = 0; i < ROUNDS; ++i) {
    char              bytes[LONGEST];
    const char* const text = seeds[chance(sizeof(seeds) / sizeof(seeds[0]))];
    char* const       line = copy_of(bytes, mutate(bytes, text, strlen(text)), true);
    ++counts.asked;
    control_line(f->control, line, count_answer, &counts);
    free(line);
    pass_time(f);
  }
  f->now += INT64_C(400000) * FAKE_RATE;
  pass_time(f);
  assert_int_equal(counts.answered, counts.asked);
  fake_free(f);
}

static void
scores_are_taken_or_refused(void** state)
{
  (void)state;
  int         taken = 0;
  Fake* const f     = fake_new();
  for (int i = 0; i < ROUNDS; ++i) {
    char              bytes[LONGEST];
    char              path[128];
    const char* const text  = seeds[sizeof(seeds) / sizeof(seeds[0]) - 1];
    char* const       score = copy_of(bytes, mutate(bytes, text, strlen(text)), true);
    Score*            s     = NULL;
    Error             error = {""};
    snprintf(path, sizeof(path), "%s/x.score", f->folder);
    if (score_from_text(&s, f->control, path, score, &error)) {
      assert_int_equal(strncmp(error.text, path, strlen(path)), 0);
      assert_true(strlen(error.text) > strlen(path) + 4);
    } else {
      ++taken;
      score_start(s, f->control, f->now);
      pass_time(f);
      score_free(s, f->control);
    }
    free(score);
  }
  assert_in_range(taken, ROUNDS / 20, ROUNDS - ROUNDS / 20); // else it wouldn't show much
  fake_free(f);
}

static void
on_message(void* const data, const Words* const w, const uint64_t tag)
{
  Counts* const c      = data;
  const Sender  sender = {.kind = SENDER_LINE, .line = {count_answer, c}};
  (void)tag;
  ++c->asked;
  control_submit(c->control, w, NULL, &sender, AT_NOW);
}

static void
on_bad(void* const data, const char* const address, const char* const why)
{
  (void)data;
  assert_true(strlen(address) > 0 && strlen(why) > 0);
}

static void
packets_are_answered_once(void** state)
{
  (void)state;
  static const char  packet[] = "#bundle\0\0\0\0\0\0\0\0\1\0\0\0\x18/deck/1/mute\0\0\0\0,i\0\0\0\0\0\1"
                                "\0\0\0\x24#bundle\0\0\0\0\0\0\0\0\1\0\0\0\x10/stop\0\0\0,ssd\0\0\0\0"
                                "\0\0\0\x1c/ramp\0\0\0,sdf\0\0\0\0/a\0\0\0\0\0\0\0\0\0\0";
  Fake* const        f        = fake_new();
  Counts             counts   = {f->control, 0, 0};
  const PacketReader reader   = {&counts, on_message, on_bad};
  for (int i = 0; i < ROUNDS; ++i) {
    char         bytes[LONGEST];
    const size_t n     = mutate(bytes, packet, sizeof(packet) - 1);
    char* const  exact = copy_of(bytes, n, false);
    packet_read(&reader, exact, n);
    free(exact);
    pass_time(f);
  }
  assert_true(counts.asked > ROUNDS / 20);
  assert_int_equal(counts.answered, counts.asked);
  fake_free(f);
}

int
main(void)
{
  log_set_level(LOG_ERROR);
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(lines_are_answered_once),
    cmocka_unit_test(scores_are_taken_or_refused),
    cmocka_unit_test(packets_are_answered_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
