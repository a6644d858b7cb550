// SPDX-License-Identifier: GPL-3.0-or-later
// Decks with their real plugins: a thousand come and go while one plays, and leave nothing behind; as many tracks as
// anyone will load are loaded at once.

#include "stage.h"

#include "rig/rig.h"

#include <malloc.h>

enum { BLOCK = 256 };

typedef struct {
  Rig*  rig;
  float out[2][BLOCK];
  char  last[256]; ///< answer
  int   answers;
} Booth;

static void
keep(void* const data, const char* const line)
{
  Booth* const b = data;
  snprintf(b->last, sizeof(b->last), "%s", line);
  ++b->answers;
}

static void
cycle(Booth* const b)
{
  const EngineIo io = {.master = {b->out[0], b->out[1]}};
  control_poll(rig_control(b->rig), 0);
  while (disk_work(rig_disk(b->rig))) {
  }
  control_poll(rig_control(b->rig), 0);
  engine_run_rt(engine_rt(rig_engine(b->rig)), BLOCK, &io);
}

/// Say a command and run cycles until it is answered.
static const char*
ask(Booth* const b, const char* const format, ...)
{
  char    line[200];
  va_list args;
  va_start(args, format);
  vsnprintf(line, sizeof(line), format, args);
  va_end(args);
  b->answers = 0;
  control_line(rig_control(b->rig), line, keep, b);
  for (int i = 0; i < 1000 && !b->answers; ++i) {
    cycle(b);
  }
  assert_int_equal(b->answers, 1);
  return b->last;
}

static Booth*
open_booth(const uint32_t decks, const size_t cache_mb)
{
  Booth* const    b      = calloc(1, sizeof(*b));
  const RigConfig config = {.rate = RATE, .decks = decks, .cache_mb = cache_mb, .offline = true};
  assert_int_equal(rig_new(&b->rig, &config, NULL), STATUS_OK);
  return b;
}

static void
close_booth(Booth* const b)
{
  rig_free(b->rig);
  free(b);
}

static uint64_t
starves(const Booth* const b)
{
  uint64_t count = 0;
  for (int d = 0; d < MAX_DECKS; ++d) {
    count += atomic_load(&engine_levels(rig_engine(b->rig))->deck[d].starves);
  }
  return count;
}

static void
a_thousand_come_and_go(void** state)
{
  (void)state;
  enum { TURNS = 1000, WARM = 200 };
  make_noise("long.wav", 30.0, RATE);
  make_noise("short.wav", 0.3, RATE);
  Booth* const b      = open_booth(2, 32);
  size_t       before = 0;
  assert_string_equal(ask(b, "/deck/1/load long.wav"), "/ok /deck/1/load 30");
  ask(b, "/deck/1/repeat 1");
  ask(b, "/deck/1/play");
  for (int i = 0; i < TURNS; ++i) {
    assert_string_equal(ask(b, "/deck/add"), "/ok /deck/add 3");
    assert_non_null(strstr(ask(b, "/deck/3/load short.wav"), "/ok"));
    assert_non_null(strstr(ask(b, "/deck/3/load short.wav 2"), "/ok"));
    ask(b, "/deck/3/hotcue/1/set 0.1");
    ask(b, "/deck/3/keylock 1");
    ask(b, "/deck/3/speed 1.1");
    ask(b, "/deck/3/fader 0");
    ask(b, "/deck/3/play");
    ask(b, "/deck/3/play 5"); // which will not be
    cycle(b);
    assert_string_equal(ask(b, "/deck/remove 3"), "/ok /deck/remove");
    if (i == WARM) {
      before = mallinfo2().uordblks;
    }
  }
  const size_t after = mallinfo2().uordblks;
  if (after > before + 65536) {
    fail_msg("%zu bytes more than before", after - before);
  }
  assert_int_equal(starves(b), 0);
  close_booth(b);
}

// 27 decks of 8 stems: only what sounds costs, all of it can be heard.
static void
as_many_tracks_as_anyone_loads(void** state)
{
  (void)state;
  enum { LAST = 27 };
  make_noise("stem.wav", 2.0, RATE);
  Booth* const b = open_booth(4, 256);
  for (int d = 5; d <= LAST; ++d) {
    ask(b, "/deck/add");
  }
  for (int d = 1; d <= LAST; ++d) {
    for (int s = 1; s <= MAX_STEMS; ++s) {
      assert_non_null(strstr(ask(b, "/deck/%d/load stem.wav %d", d, s), "/ok"));
      if (d > 1 || s > 1) { // one of 216 is heard
        ask(b, "/deck/%d/stem/%d/mute 1", d, s);
      }
    }
    ask(b, "/deck/%d/hotcue/1/set 1", d);
  }
  for (int i = 0; i < 100; ++i) {
    cycle(b);
  }
  assert_non_null(strstr(ask(b, "/start 0"), "/ok"));
  bool    begun = false;
  int64_t at    = 1; // frame of the track that comes next; 0 is silent
  for (int i = 0; i < 200; ++i) {
    cycle(b);
    for (int k = 0; k < BLOCK; ++k) {
      begun            = begun || b->out[0][k] != 0.0f;
      const float want = begun ? noise(at++, 0) : 0.0f;
      if (b->out[0][k] != want) {
        fail_msg("frame %ld is %g, not %g", (long)at - 1, (double)b->out[0][k], (double)want);
      }
    }
  }
  assert_true(at > 40000);
  assert_int_equal(starves(b), 0);
  close_booth(b);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_thousand_come_and_go),
    cmocka_unit_test(as_many_tracks_as_anyone_loads),
  };
  return cmocka_run_group_tests(tests, stage_open, stage_close);
}
