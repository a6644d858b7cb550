// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers at the edge: the longest track, a start that is years late, loops that go round for days, plugins that report
// nonsense.

#include "engine/history_rt.h"
#include "fakes.h"

/// The longest track there can be; all its chunks are the same one, of ones.
static Track*
endless_track(void)
{
  Track* const t = fake_track(CHUNK_FRAMES, RATE, signal_one);
  t->nchunks     = TRACK_MAX_FRAMES / CHUNK_FRAMES;
  t->frames      = TRACK_MAX_FRAMES;
  t->chunks      = realloc(t->chunks, t->nchunks * sizeof(*t->chunks));
  assert_non_null(t->chunks);
  for (size_t k = 1; k < t->nchunks; ++k) {
    atomic_init(&t->chunks[k], atomic_load(&t->chunks[0]));
  }
  atomic_store(&t->end, t->frames);
  return t;
}

/// As rig_listen frees it.
static void
let_end(Rig* const r, Track* const t)
{
  t->nchunks = 1;
  rig_down(r);
}

static void
seeks_reach_every_frame(void** state)
{
  (void)state;
  static const struct {
    int64_t frame;
    bool    relative;
    int64_t lands;
  } seeks[] = {
    {1000000000, false, 1000000000},
    {1000000000, true, 2000000000},
    {-1999999999, true, 1},
    {-2, true, 0},
    {INT64_MAX, false, TRACK_MAX_FRAMES},
    {INT64_MIN, true, 0},
    {INT64_MAX, true, TRACK_MAX_FRAMES},
    {INT64_MIN, false, 0},
    {TRACK_MAX_FRAMES - 5, false, TRACK_MAX_FRAMES - 5},
  };
  Rig* const   r = rig_up(2, 60000);
  Track* const t = endless_track();
  rig_track(r, 0, 0, t, AT_NOW);
  rig_run(r, 1000, 500);
  for (size_t k = 0; k < sizeof(seeks) / sizeof(seeks[0]); ++k) {
    const Command c = {.at = AT_NOW, .kind = COMMAND_SEEK, .seek = {seeks[k].frame, seeks[k].relative}};
    rig_send(r, &c);
    rig_run(r, r->done + 500, 500);
    assert_int_equal(rig_position(r, 0), seeks[k].lands * (INT64_C(1) << 32));
  }
  let_end(r, t);
}

static void
however_late_a_start_is(void** state)
{
  (void)state;
  static const int64_t late[] = {1000, INT64_C(1) << 31, INT64_C(1) << 32, (INT64_C(1) << 33) + 1, INT64_MAX - 100000};
  for (size_t k = 0; k < sizeof(late) / sizeof(late[0]); ++k) {
    Rig* const   r = rig_up(2, 60000);
    Track* const t = endless_track();
    rig_track(r, 0, 0, t, AT_NOW);
    rig_run(r, 1000, 500);
    rig_simple(r, COMMAND_PLAY, 0, 1000 - late[k]);
    rig_run(r, 5000, 500);
    const int64_t position = rig_position(r, 0) >> 32;
    assert_int_equal(position, k ? TRACK_MAX_FRAMES : 5000);
    assert_true(r->master[0][4999] == (k ? 0.0f : 1.0f));
    let_end(r, t);
  }
}

// What is noted is what is told, however long nothing changes.
static void
a_loop_goes_round_for_days(void** state)
{
  (void)state;
  static History h;
  const SincPos  step  = 4 * SINC_ONE + 12345;
  const int64_t  start = 480000, length = 96000, block = 8192;
  HistoryEntry   e = {0, start * SINC_ONE, step, 0, start, start + length};
  history_reset_rt(&h, &e);
  for (int64_t at = 0; at < INT64_C(3) << 31; at += block) {
    e.at = at;
    history_note_rt(&h, &e);
    SincPos       told_step;
    const int64_t back = at < 5000 ? at : 5000;
    const SincPos told = history_at_rt(&h, at + 100, &told_step);
    assert_int_equal(told_step, step);
    assert_int_equal(told, start * SINC_ONE + (e.pos - start * SINC_ONE + 100 * step) % (length * SINC_ONE));
    const SincPos before = history_at_rt(&h, at - back, NULL);
    assert_in_range(before, start * SINC_ONE, (start + length) * SINC_ONE - 1);
    e.pos = start * SINC_ONE + (e.pos - start * SINC_ONE + block * step) % (length * SINC_ONE);
  }
}

static void
nonsense_is_no_latency(void** state)
{
  (void)state;
  static const float said[] = {-5.0f, -1e30f, 1e12f, INFINITY, NAN};
  for (size_t k = 0; k < sizeof(said) / sizeof(said[0]); ++k) {
    Rig* const    r       = rig_up(2, 60000);
    Plugin* const p       = fake_plugin(0);
    p->latency_port       = FAKE_CENTS; // stays as it is written
    p->values[FAKE_CENTS] = said[k];
    rig_plugin(r, 0, SLOT_INSERT, p);
    rig_track(r, 0, 0, fake_track(100000, RATE, signal_ramp), AT_NOW);
    rig_simple(r, COMMAND_PLAY, 0, 10000);
    rig_run(r, 20000, 256);
    assert_ramp(r->master[0] + 10000, 10000, 0, 0);
    assert_int_equal(atomic_load(&engine_levels(r->engine)->deck[0].latency), 0);
    rig_down(r);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(seeks_reach_every_frame),
    cmocka_unit_test(however_late_a_start_is),
    cmocka_unit_test(a_loop_goes_round_for_days),
    cmocka_unit_test(nonsense_is_no_latency),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
