// SPDX-License-Identifier: GPL-3.0-or-later
// Commands at random, in cycles of random length: nothing but finite numbers comes out, nothing clicks, positions stay
// within the track, every track and plugin comes back exactly once (the address sanitizer would tell), and the process
// thread never allocates.

#include "storm.h"

#define DECKS 4

// ---- the process thread doesn't allocate ------------------------------------------------------------------------

static _Thread_local bool     in_cycle;
static _Thread_local uint32_t allocations;

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && defined(__GLIBC__)
void* __libc_malloc(size_t size);
void  __libc_free(void* p);

void*
malloc(const size_t size)
{
  allocations += in_cycle;
  return __libc_malloc(size);
}

void
free(void* const p)
{
  allocations += in_cycle;
  __libc_free(p);
}
#endif

static void
storm(const uint64_t number, const uint32_t density, const uint32_t frames, const bool holes)
{
  seed         = number;
  Rig* const r = rig_up(DECKS, 8192);
  for (uint8_t d = 0; d < DECKS; ++d) {
    rig_plugin(r, d, SLOT_PITCH, fake_plugin(d * 1300));
    rig_plugin(r, d, SLOT_EQ, fake_plugin(d == 3 ? 500 : 0));
    rig_track(r, d, 0, fake_track(100000, RATE, signal_swell), AT_NOW);
    rig_simple(r, COMMAND_PLAY, d, AT_NOW);
  }
  float   last[2] = {0};
  int64_t total   = 0;
  while (total < frames) {
    for (uint32_t k = any(density); k > 0; --k) {
      send_any(r);
    }
    if (holes) {
      for (uint8_t d = 0; d < DECKS; ++d) {
        Track* const t = atomic_load(&engine_playhead(r->engine, d)->track[0]);
        if (t) {
          fake_track_hole(t, any((uint32_t)t->nchunks), any(2));
        }
      }
    }
    const uint32_t n  = any(6) ? any(700) : any(2) ? any(8192) : 0;
    EngineIo       io = {.master = {r->master[0], r->master[1]}, .deck = {{r->deck[0], r->deck[1]}}};
    for (int side = 0; side < 2; ++side) {
      io.mic[side] = r->mic[side];
      for (uint32_t i = 0; i < n; ++i) {
        r->mic[side][i] = 0.1f * cosf((float)((total + i) % 100000) * 0.00125663706f * (float)(side + 1));
      }
    }
    in_cycle = true;
    engine_run_rt(engine_rt(r->engine), n, &io);
    in_cycle = false;
    rig_listen(r);
    r->nnotices = 0;
    for (uint32_t i = 0; i < n; ++i) {
      const float x = r->master[0][i];
      assert_true(isfinite(x) && isfinite(r->master[1][i]));
      const float bend = fabsf(x - 2.0f * last[0] + last[1]);
      if (!holes && bend > 0.05f) {
        fail_msg("storm %lu: a click of %g at frame %ld", (unsigned long)number, (double)bend, (long)(total + i));
      }
      last[1] = last[0];
      last[0] = x;
    }
    total += n;
    r->done = (uint32_t)total; // what times count from
    for (uint8_t d = 0; d < DECKS; ++d) {
      const DeckLevels* const l = &engine_levels(r->engine)->deck[d];
      assert_in_range(atomic_load(&l->position) >> 32, 0, 100000);
      const float speed = atomic_load(&l->speed);
      assert_true(speed >= 0.2f && speed <= 4.1f);
    }
  }
  assert_int_equal(allocations, 0);
  rig_down(r);
}

static void
calm(void** state)
{
  (void)state;
  for (uint64_t k = 1; k <= 12; ++k) {
    storm(k, 2, 600000, false);
  }
}

static void
wild(void** state)
{
  (void)state;
  for (uint64_t k = 100; k < 106; ++k) {
    storm(k, 40, 200000, false);
  }
}

static void
with_holes(void** state)
{
  (void)state;
  for (uint64_t k = 200; k < 208; ++k) {
    storm(k, 5, 400000, true);
  }
}

// More commands for one deck than it can keep: none is lost, and they are counted as late.
static void
flood(void** state)
{
  (void)state;
  Rig* const r = rig_up(2, 20000);
  for (uint32_t i = 0; i < 3000; ++i) {
    rig_param(r, 0, PARAM_TRIM, (float)(i % 12), 0, 10000 + i);
    rig_param(r, 0, PARAM_FADER, 0.5f, 0, 10000 + i);
    if (i % 500 == 499) {
      rig_run(r, r->done + 256, 256);
    }
  }
  const Command c = {.at = AT_NOW, .kind = COMMAND_QUIT_FENCE, .fence = 1};
  rig_send(r, &c);
  rig_run(r, 20000, 256);
  assert_int_equal(rig_count(r, NOTICE_FENCE), 1);
  assert_in_range(atomic_load(&engine_levels(r->engine)->late), 4000, 6000);
  rig_down(r);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(calm),
    cmocka_unit_test(wild),
    cmocka_unit_test(with_holes),
    cmocka_unit_test(flood),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
