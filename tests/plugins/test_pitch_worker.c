// SPDX-License-Identifier: GPL-3.0-or-later

// A host with a worker: the stretcher is asked for once, when it is first wanted, and the sound goes on meanwhile; then
// it is fed by jobs, one at a time.

#include "support/lv2_stage.h"

#include <lv2/worker/worker.h>

enum { BLOCK = 256 };

typedef struct {
  int      made, fed; ///< jobs of either kind, by their first word
  uint32_t size;      ///< of the last one to make something, or of what came of it
  char     data[64];
  bool     waiting; ///< a job to feed is
  uint32_t feed_size;
  char     feed[64];
} Desk;

static LV2_Worker_Status
schedule(const LV2_Worker_Schedule_Handle handle, const uint32_t size, const void* const data)
{
  Desk* const d = handle;
  int         kind;
  assert_true(size <= sizeof(d->data) && size >= sizeof(kind));
  memcpy(&kind, data, sizeof(kind));
  if (kind) {
    assert_false(d->waiting); // one at a time
    d->waiting = true;
    memcpy(d->feed, data, size);
    d->feed_size = size;
    ++d->fed;
  } else {
    memcpy(d->data, data, size);
    d->size = size;
    ++d->made;
  }
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
  assert_int_equal(desk.made, 0); // not for what the resampler does
  const float before = s.value[latency];

  stage_set(&s, "semitones", 5.0f);
  run_for(&s, 0.5);
  assert_int_equal(desk.made, 1);
  assert_true(s.value[active] == 1.0f);

  assert_int_equal(worker->work(handle, respond, &desk, desk.size, desk.data), LV2_WORKER_SUCCESS);
  run_for(&s, 0.1); // between work and response the sound goes on
  assert_true(s.value[active] == 1.0f);
  assert_int_equal(worker->work_response(handle, desk.size, desk.data), LV2_WORKER_SUCCESS);
  run_for(&s, 0.5); // nobody does the job to feed it: it is fed in run
  assert_true(s.value[active] == 2.0f);
  assert_int_equal(desk.fed, 1);
  assert_int_equal(worker->work(handle, respond, &desk, desk.feed_size, desk.feed), LV2_WORKER_SUCCESS);
  desk.waiting = false;
  run_for(&s, 0.1);
  assert_int_equal(desk.fed, 2);
  assert_int_equal(desk.made, 1);
  assert_true(s.value[latency] == before);

  stage_set(&s, "quality", 1.0f); // another one
  desk.waiting = false;
  run_for(&s, 0.1);
  assert_int_equal(desk.made, 2);
  assert_int_equal(worker->work(handle, respond, &desk, desk.size, desk.data), LV2_WORKER_SUCCESS);
  assert_int_equal(worker->work_response(handle, desk.size, desk.data), LV2_WORKER_SUCCESS);
  run_for(&s, 0.8);
  assert_true(s.value[latency] > before);
  stage_leave(&s);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_worker_makes_the_stretcher)};
  return cmocka_run_group_tests(tests, stage_open, stage_close);
}
