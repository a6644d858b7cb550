// SPDX-License-Identifier: GPL-3.0-or-later
// Decks on several threads: every one is run once a cycle, what comes out is bit for bit what one thread makes, and
// threads are woken only where it is worth it.

#include "base/clock.h"
#include "dsp/denormal.h"
#include "engine/crew.h"
#include "engine/engine_parts_rt.h"
#include "storm.h"

#include <sched.h>

// ---- the crew alone -----------------------------------------------------------------------------------------------

static Crew crew;

static void
crew_up(const uint32_t threads)
{
  memset(&crew, 0, sizeof(crew));
  assert_int_equal(crew_start(&crew, &crew_plain, threads, NULL), STATUS_OK);
  assert_int_equal(crew.rt.nhands, threads - 1);
  crew.rt.worth_ns = 0.0f; // wake them all
}

RT static void
count_one(void* const job, const uint32_t item)
{
  ++((uint32_t*)job)[item]; // not atomic: two at the same time would be seen by the thread sanitizer
}

static void
every_item_once(void** state)
{
  (void)state;
  seed = 1;
  for (uint32_t threads = 1; threads <= 4; ++threads) {
    crew_up(threads);
    for (uint32_t list = 0; list < 3000; ++list) {
      uint32_t       done[MAX_DECKS] = {0};
      const uint32_t nitems          = any(8) ? any(MAX_DECKS + 1) : any(3);
      crew_run_rt(&crew.rt, nitems, 64, count_one, done);
      for (uint32_t i = 0; i < MAX_DECKS; ++i) {
        assert_int_equal(done[i], i < nitems);
      }
    }
    crew_stop(&crew);
  }
}

typedef struct {
  atomic_uint begun; ///< threads that are in the midst of an item
  bool        flushed[2];
} Meeting;

// Nobody leaves before both are there.
RT static void
meet(void* const job, const uint32_t item)
{
  Meeting* const m   = job;
  const unsigned at  = atomic_fetch_add(&m->begun, 1);
  const int64_t  end = clock_ns() + 20000000000; // far beyond any wait: only a failure ends so
  while (atomic_load(&m->begun) < 2 && clock_ns() < end) {
  }
  volatile float tiny     = 1e-38f;
  m->flushed[at]          = tiny * 0.01f == 0.0f;
  crew.rt.cost[item % 64] = 1.0f;
}

static void
threads_run_side_by_side_without_denormals(void** state)
{
  (void)state;
  crew_up(2);
  const DenormalGuard guard = denormal_guard_enter();
  for (int i = 0; i < 200; ++i) {
    Meeting m = {0};
    crew_run_rt(&crew.rt, 2, 64, meet, &m);
    assert_int_equal(atomic_load(&m.begun), 2);
    assert_true(m.flushed[0] && m.flushed[1]);
  }
  denormal_guard_leave(guard);
  crew_stop(&crew);
}

static void
as_many_are_woken_as_it_is_worth(void** state)
{
  (void)state;
  uint32_t done[MAX_DECKS] = {0};
  crew_up(4);
  crew.rt.worth_ns = 1000.0f;
  static const struct {
    uint32_t items, nframes;
    float    ns; ///< per item and frame
    uint32_t woken;
  } cases[] = {{10, 64, 0.0f, 0},  {10, 64, 3.1f, 0},  {10, 64, 3.2f, 1},  {10, 64, 4.7f, 2}, {10, 640, 3.2f, 3},
               {3, 640, 90.0f, 2}, {2, 640, 90.0f, 1}, {1, 640, 90.0f, 0}, {0, 640, 90.0f, 0}};
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    for (uint32_t k = 0; k < MAX_DECKS; ++k) {
      crew.rt.cost[k] = cases[i].ns;
    }
    crew_run_rt(&crew.rt, cases[i].items, cases[i].nframes, count_one, done);
    assert_int_equal(crew.rt.woken, cases[i].woken);
  }
  // A cost is learnt at once and forgotten slowly
  crew.rt.cost[0] = 0.0f;
  crew_learn_rt(&crew.rt, 0, 6400, 64);
  assert_true(crew.rt.cost[0] == 100.0f);
  crew_learn_rt(&crew.rt, 0, 0, 64);
  assert_true(crew.rt.cost[0] > 90.0f && crew.rt.cost[0] < 100.0f);
  crew_stop(&crew);
}

static uint8_t  begun[MAX_DECKS];
static uint32_t nbegun;

RT static void
note_item(void* const job, const uint32_t item)
{
  (void)job;
  begun[nbegun++] = (uint8_t)item;
}

// What takes longest is begun first, so that nobody waits for it at the end.
static void
the_dearest_first(void** state)
{
  (void)state;
  crew_up(1);
  crew.rt.nhands = 1; // whom nobody wakes: all is left to this thread
  sem_init(&crew.rt.wake[0], 0, 0);
  for (uint32_t i = 0; i < 12; ++i) {
    crew.rt.cost[i] = (float)(i * 7 % 12);
  }
  for (int turn = 0; turn < 12; ++turn) {
    nbegun = 0;
    crew_run_rt(&crew.rt, 12, 64, note_item, NULL);
    assert_int_equal(nbegun, 12);
    assert_true(crew.rt.cost[begun[0]] == 11.0f); // from the first list on
  }
  for (uint32_t i = 1; i < 12; ++i) {
    assert_true(crew.rt.cost[begun[i]] < crew.rt.cost[begun[i - 1]]);
  }
  crew.rt.nhands = 0;
  sem_destroy(&crew.rt.wake[0]);
}

// ---- the engine on a crew -----------------------------------------------------------------------------------------

static uint32_t allowed, started, joined;

static Status
start_some(void* const self, pthread_t* const thread, void* (*const run)(void*), void* const data, Error* const error)
{
  if (started == allowed) {
    return error_set(error, STATUS_FAILED, "no more");
  }
  ++started;
  return crew_plain.start(self, thread, run, data, error);
}

static void
join_some(void* const self, const pthread_t thread)
{
  ++joined;
  crew_plain.join(self, thread);
}

static void
refusal_leaves_one(void** state)
{
  (void)state;
  static const CrewMaker maker = {NULL, start_some, join_some, true};
  Rig* const             r     = rig_up(2, 4096);
  Error                  error;
  for (allowed = 0; allowed < 3; ++allowed) {
    started = joined = 0;
    assert_int_equal(engine_start_threads(r->engine, &maker, 4, &error), STATUS_FAILED);
    assert_string_equal(error.text, "no more");
    assert_int_equal(started, allowed);
    assert_int_equal(joined, allowed);
    assert_int_equal(atomic_load(&engine_levels(r->engine)->threads), 1);
    rig_cycle(r, 64);
  }
  allowed = 3;
  started = joined = 0;
  assert_int_equal(engine_start_threads(r->engine, &maker, 4, &error), STATUS_OK);
  assert_int_equal(atomic_load(&engine_levels(r->engine)->threads), 4);
  rig_cycle(r, 64);
  assert_int_equal(engine_start_threads(r->engine, &maker, 1, &error), STATUS_OK);
  assert_int_equal(joined, 3);
  assert_int_equal(atomic_load(&engine_levels(r->engine)->threads), 1);
  assert_int_equal(engine_start_threads(r->engine, &crew_plain, 0, &error), STATUS_OK);
  assert_int_equal(atomic_load(&engine_levels(r->engine)->threads), crew_auto_threads());
  assert_in_range(crew_auto_threads(), 1, MAX_THREADS);
  rig_down(r);
}

enum { DECKS = 9, FRAMES = 150000 };

static uint64_t
mixed(uint64_t hash, const float* const x, const uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    uint32_t bits;
    memcpy(&bits, &x[i], sizeof(bits));
    hash = (hash ^ bits) * 0x100000001b3u;
  }
  return hash;
}

// A plugin that lets others run first, so that decks are really in the midst of their work at the same time.
RT static void
run_after_others(void* const self, float* const in[2], float* const out[2], const uint32_t n)
{
  RT_WAIVE_BEGIN("a test: threads shall mix")
  RT_OFFLINE_BEGIN
  sched_yield();
  RT_OFFLINE_END
  RT_WAIVE_END
  fake_plugin_run(self, in, out, n);
}

static Plugin*
mixing_plugin(const uint32_t delay)
{
  Plugin* const p = fake_plugin(delay);
  p->run          = run_after_others;
  return p;
}

static float  buses[DECKS][2][MAX_BLOCK];
static double woken; ///< mean of threads woken

/// Everything that comes out of a storm of commands, as one number: master, cue, each deck's bus, notices, positions.
static uint64_t
storm(const uint64_t number, const uint32_t threads)
{
  uint64_t   hash = 14695981039346656037ull;
  Rig* const r    = rig_up(DECKS, MAX_BLOCK);
  assert_int_equal(engine_start_threads(r->engine, &crew_plain, threads, NULL), STATUS_OK);
  CrewRt* const hands = engine_rt(r->engine)->crew;
  hands->worth_ns     = 0.0f;
  seed                = number;
  for (uint8_t d = 0; d < DECKS; ++d) {
    rig_plugin(r, d, SLOT_PITCH, mixing_plugin(d * 700));
    rig_plugin(r, d, SLOT_EQ, mixing_plugin(d == 3 ? 500 : 0));
    rig_plugin(r, d, SLOT_INSERT, d & 1 ? fake_plugin(0) : NULL);
    rig_track(r, d, 0, fake_track(100000, RATE, signal_noise), AT_NOW);
    rig_track(r, d, 1, d & 2 ? fake_track(50000, RATE, signal_swell) : NULL, AT_NOW);
    rig_param(r, d, PARAM_PFL, d & 1, 0, AT_NOW);
    rig_simple(r, COMMAND_PLAY, d, AT_NOW);
  }
  uint32_t cycles = 0, others = 0;
  while (r->done < FRAMES) {
    for (uint32_t k = any(12); k > 0; --k) {
      send_any(r);
    }
    for (uint8_t d = 0; d < DECKS && cycles % 16 == 8; ++d) { // all engage their pitch plugins together
      rig_plugin(r, d, SLOT_PITCH, mixing_plugin(d * 700));
      rig_param(r, d, PARAM_PITCH, 0.0f, 0, AT_NOW);
      rig_param(r, d, PARAM_PITCH, 2.0f, 0, r->done + 4000);
      rig_simple(r, COMMAND_PLAY, d, AT_NOW);
    }
    for (uint8_t d = 0; d < DECKS; ++d) {
      Track* const t = atomic_load(&engine_playhead(r->engine, d)->track[0]);
      if (t) {
        fake_track_hole(t, any((uint32_t)t->nchunks), !any(4));
      }
    }
    if (cycles % 16 == 12) {
      rig_simple(r, COMMAND_DECK_REMOVE, (uint8_t)any(DECKS), AT_NOW);
    }
    const uint32_t n  = any(6) ? any(700) : any(2) ? any(MAX_BLOCK) : 0;
    EngineIo       io = {.master = {r->master[0], r->master[1]}, .cue = {r->cue[0], r->cue[1]}};
    for (uint8_t d = 0; d < DECKS; d += 2) { // the others have no ports
      io.deck[d][0] = buses[d][0];
      io.deck[d][1] = buses[d][1];
    }
    engine_run_rt(engine_rt(r->engine), n, &io);
    r->done += n;
    ++cycles;
    others += hands->woken;
    r->nnotices = 0;
    rig_listen(r);
    for (uint32_t i = 0; i < r->nnotices; ++i) {
      const Notice* const x       = &r->notice[i];
      const float         facts[] = {(float)x->kind, (float)x->deck, (float)x->at};
      hash                        = mixed(hash, facts, 3);
      if (x->kind == NOTICE_DECK_RETIRED) {
        rig_add_deck(r, x->deck);
      }
    }
    for (int side = 0; side < 2; ++side) {
      hash = mixed(mixed(hash, r->master[side], n), r->cue[side], n);
      for (uint8_t d = 0; d < DECKS; d += 2) {
        hash = mixed(hash, buses[d][side], n);
      }
    }
    for (uint8_t d = 0; d < DECKS; ++d) {
      hash = (hash ^ (uint64_t)rig_position(r, d)) * 0x100000001b3u;
    }
  }
  woken = (double)others / cycles;
  rig_down(r);
  return hash;
}

static void
same_bits_on_any_number_of_threads(void** state)
{
  (void)state;
  for (uint64_t number = 1; number <= 3; ++number) {
    const uint64_t one = storm(number, 1);
    assert_true(woken == 0.0);
    for (uint32_t threads = 2; threads <= 4; ++threads) {
      const uint64_t several = storm(number, threads);
      assert_true(woken == threads - 1.0);
      if (several != one) {
        fail_msg("storm %lu differs on %u threads", (unsigned long)number, threads);
      }
    }
  }
  assert_true(storm(4, 1) != storm(5, 1)); // it tells what differs
}

// Threads may come and go between cycles (JACK's server was started anew), which is not heard.
static void
times_are_kept_and_added_up(void** state)
{
  (void)state;
  Rig* const r = rig_up(4, 48000);
  for (uint8_t d = 0; d < 4; ++d) {
    rig_track(r, d, 0, fake_track(100000, RATE, signal_slow), AT_NOW);
    rig_simple(r, COMMAND_PLAY, d, AT_NOW);
  }
  const Levels* const l = engine_levels(r->engine);
  for (uint32_t threads = 1; threads <= 3; ++threads) {
    assert_int_equal(engine_start_threads(r->engine, &crew_plain, threads, NULL), STATUS_OK);
    engine_rt(r->engine)->crew->worth_ns = 0.0f;
    rig_run(r, r->done + 12800, 256);
    const uint64_t cycles = atomic_load(&l->cycle.count);
    assert_int_equal(cycles, 50 * threads);
    assert_int_equal(atomic_load(&l->join.count), 50 * (threads - 1));
    uint64_t decks = 0;
    for (int d = 0; d < 4; ++d) {
      assert_in_range(atomic_load(&l->deck[d].timing.count), cycles - 2, cycles);
      decks += atomic_load(&l->deck[d].timing.sum_ns);
    }
    assert_in_range(atomic_load(&l->stage[STAGE_READ].sum_ns), 1, decks); // a stage is the sum over the decks
  }
  engine_stop_threads(r->engine);
  for (uint32_t i = 1000; i < r->done; ++i) { // four of them, none late
    assert_true(fabsf(r->master[0][i] - 4.0f * signal_slow(i, 0)) < 1e-5f);
  }
  rig_down(r);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_item_once),
    cmocka_unit_test(threads_run_side_by_side_without_denormals),
    cmocka_unit_test(as_many_are_woken_as_it_is_worth),
    cmocka_unit_test(the_dearest_first),
    cmocka_unit_test(refusal_leaves_one),
    cmocka_unit_test(same_bits_on_any_number_of_threads),
    cmocka_unit_test(times_are_kept_and_added_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
