// SPDX-License-Identifier: GPL-3.0-or-later

// A host with a worker: the stretcher is asked for once, when it is first wanted, and the sound goes on meanwhile. Then
// the worker feeds it; the output is the same when it does so at once, late, at random or not at all.

#include "support/lv2_stage.h"

#include "support/pitch_rig.h"

#include <lv2/worker/worker.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum { BLOCK = 256 };

typedef struct {
  int      asked; ///< for a stretcher
  int      fed;   ///< asked to feed it
  uint32_t size;  ///< of the last job that asked for one, then of the response
  char     data[64];
} Desk;

static LV2_Worker_Status
schedule(const LV2_Worker_Schedule_Handle handle, const uint32_t size, const void* const data)
{
  Desk* const d = handle;
  int         kind;
  assert_true(size >= sizeof(kind) && size <= sizeof(d->data));
  memcpy(&kind, data, sizeof(kind));
  if (kind) {
    ++d->fed; // and never done: the plugin does it itself
    return LV2_WORKER_SUCCESS;
  }
  memcpy(d->data, data, size);
  d->size = size;
  ++d->asked;
  return LV2_WORKER_SUCCESS;
}

static LV2_Worker_Status
respond(const LV2_Worker_Respond_Handle handle, const uint32_t size, const void* const data)
{
  Desk* const d = handle;
  assert_true(size <= sizeof(d->data));
  memcpy(d->data, data, size);
  d->size = size;
  return LV2_WORKER_SUCCESS;
}

static void
run_for(Stage* const s, const double seconds)
{
  float  in[2][BLOCK], out[2][BLOCK];
  float* from[2] = {in[0], in[1]};
  float* to[2]   = {out[0], out[1]};
  for (int k = 0; k < (int)(seconds * 48000.0 / BLOCK); ++k) {
    for (int i = 0; i < BLOCK; ++i) {
      in[0][i] = in[1][i] = (float)(0.3 * sin(0.05 * (k * BLOCK + i)));
    }
    stage_run(s, from, to, BLOCK);
  }
}

static void
the_worker_makes_the_stretcher(void** state)
{
  Desk                     desk       = {0};
  LV2_Worker_Schedule      work       = {&desk, schedule};
  const LV2_Feature        feature    = {LV2_WORKER__schedule, &work};
  const LV2_Feature* const features[] = {&feature, NULL};
  if (!stage_has("urn:deckhost:pitch")) {
    return;
  }
  Stage s;
  stage_enter(&s, "urn:deckhost:pitch", 48000.0);
  stage_leave(&s);
  s.instance = lilv_plugin_instantiate(s.plugin, 48000.0, features);
  assert_non_null(s.instance);
  for (uint32_t p = 0; p < s.ports; ++p) {
    if (s.is_control[p]) {
      lilv_instance_connect_port(s.instance, p, &s.value[p]);
    }
  }
  lilv_instance_activate(s.instance);
  const LV2_Worker_Interface* const worker = lilv_instance_get_extension_data(s.instance, LV2_WORKER__interface);
  const LV2_Handle                  handle = lilv_instance_get_handle(s.instance);
  const int                         active = stage_port(&s, "active_engine"), latency = stage_port(&s, "latency");
  assert_non_null(worker);

  stage_set(&s, "semitones", 2.0f);
  run_for(&s, 0.3);
  assert_int_equal(desk.asked, 0); // not for what the resampler does
  const float before = s.value[latency];

  stage_set(&s, "semitones", 5.0f);
  run_for(&s, 0.5);
  assert_int_equal(desk.asked, 1);
  assert_true(s.value[active] == 1.0f);

  assert_int_equal(worker->work(handle, respond, &desk, desk.size, desk.data), LV2_WORKER_SUCCESS);
  run_for(&s, 0.1); // between work and response the sound goes on
  assert_true(s.value[active] == 1.0f);
  assert_int_equal(worker->work_response(handle, desk.size, desk.data), LV2_WORKER_SUCCESS);
  run_for(&s, 0.5);
  assert_true(s.value[active] == 2.0f);
  assert_int_equal(desk.asked, 1);
  assert_int_equal(desk.fed, 1); // one job at a time
  assert_true(s.value[latency] == before);

  stage_set(&s, "quality", 1.0f); // another one
  run_for(&s, 0.1);
  assert_int_equal(desk.asked, 2);
  assert_int_equal(worker->work(handle, respond, &desk, desk.size, desk.data), LV2_WORKER_SUCCESS);
  assert_int_equal(worker->work_response(handle, desk.size, desk.data), LV2_WORKER_SUCCESS);
  run_for(&s, 0.8);
  assert_true(s.value[latency] > before);
  stage_leave(&s);
}

enum { NOBODY, AT_ONCE, SELDOM, THREAD, HELPERS };

typedef struct {
  const Pitch* pitch;
  atomic_bool  done;
} Helper;

static void*
help(void* const data)
{
  Helper* const         h   = data;
  const struct timespec nap = {0, 300000};
  while (!atomic_load(&h->done)) {
    pitch_work(h->pitch, PITCH_QUALITY_FAST);
    nanosleep(&nap, NULL);
  }
  return NULL;
}

/// Shifts noise over a path of shifts with a helper of a kind; adds up the samples' bits, in order.
static uint64_t
output_with(const int helper)
{
  static float     in[2][64], out[2][64];
  Pitch* const     p  = pitch_new(48000.0, 2);
  Stretcher* const st = pitch_make_stretcher(p, PITCH_QUALITY_FAST);
  if (helper) {
    stretcher_ahead(st);
  }
  assert_true(pitch_take_stretcher_rt(p, PITCH_QUALITY_FAST, st));
  PitchControls c = rig_controls(PITCH_ENGINE_AUTO, 5.0);
  Helper        h = {.pitch = p};
  pthread_t     thread;
  pitch_set_rt(p, &c);
  if (helper == THREAD) {
    assert_int_equal(pthread_create(&thread, NULL, help, &h), 0);
  }
  uint32_t seed = 9;
  uint64_t sum  = 1469598103934665603u;
  for (int k = 0; k < 3000; ++k) {
    for (int i = 0; i < 128; ++i) {
      seed             = seed * 1664525u + 1013904223u;
      in[i % 2][i / 2] = (float)(int32_t)seed * 0x1p-33f;
    }
    const float* const from[2] = {in[0], in[1]};
    float* const       to[2]   = {out[0], out[1]};
    c.semitones                = k < 1500 ? 5.0 : k < 2000 ? -12.0 : k < 2500 ? 1.0 : 9.0;
    pitch_set_rt(p, &c);
    pitch_run_rt(p, from, to, 64);
    if (helper == AT_ONCE || (helper == SELDOM && k % 37 == 0)) {
      pitch_work(p, PITCH_QUALITY_FAST);
      assert_false(pitch_behind_rt(p, PITCH_QUALITY_FAST));
    }
    for (int i = 0; i < 128; ++i) {
      uint32_t bits;
      memcpy(&bits, &out[i % 2][i / 2], sizeof(bits));
      sum = (sum ^ bits) * 1099511628211u;
    }
  }
  if (helper == THREAD) {
    atomic_store(&h.done, true);
    pthread_join(thread, NULL);
  }
  assert_int_equal(stretcher_dry_rt(st), 0);
  pitch_free(p);
  return sum;
}

static void
who_feeds_does_not_matter(void** state)
{
  (void)state;
  const uint64_t alone = output_with(NOBODY);
  for (int helper = AT_ONCE; helper < HELPERS; ++helper) {
    if (output_with(helper) != alone) {
      fail_msg("helper %d: another output", helper);
    }
  }
}

// With a helper that is in time the process thread feeds nothing: all that is due is still due after a run.
static void
the_process_thread_leaves_it_to_the_worker(void** state)
{
  (void)state;
  static const double shifts[] = {-10.0, -7.0, -4.0, 4.0, 7.0, 12.0};
  for (size_t s = 0; s < sizeof(shifts) / sizeof(*shifts); ++s) {
    static float     in[2][256], out[2][256];
    Pitch* const     p  = pitch_new(48000.0, 2);
    Stretcher* const st = pitch_make_stretcher(p, PITCH_QUALITY_FAST);
    stretcher_ahead(st);
    assert_true(pitch_take_stretcher_rt(p, PITCH_QUALITY_FAST, st));
    const PitchControls c = rig_controls(PITCH_ENGINE_AUTO, shifts[s]);
    pitch_set_rt(p, &c);
    for (int k = 0; k < 400; ++k) {
      const float* const from[2] = {in[0], in[1]};
      float* const       to[2]   = {out[0], out[1]};
      pitch_run_rt(p, from, to, 256);
      assert_true(k == 0 || stretcher_fed_here_rt(st) == 0);
      pitch_work(p, PITCH_QUALITY_FAST);
    }
    pitch_free(p);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(the_worker_makes_the_stretcher, stage_open, stage_close),
    cmocka_unit_test(who_feeds_does_not_matter),
    cmocka_unit_test(the_process_thread_leaves_it_to_the_worker),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
