// SPDX-License-Identifier: GPL-3.0-or-later
// The LV2 host against small plugins that each need something else of it.

#include "base/log.h"
#include "host/fixture_path.h"
#include "host/host.h"
#include "msg/limits.h"

#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define TEST "urn:deckhost:test:"
#define N 64

static Host* host;
static float a[MAX_BLOCK], b[MAX_BLOCK], c[MAX_BLOCK], d[MAX_BLOCK];

static Host*
new_host(const bool offline)
{
  const HostConfig config = {.rate = 48000, .offline = offline};
  Host*            h      = NULL;
  Error            error;
  assert_int_equal(host_new(&h, &config, &error), STATUS_OK);
  return h;
}

static Plugin*
new_plugin(const char* const uri)
{
  Plugin* p = NULL;
  Error   error;
  if (host_plugin_new(host, uri, &p, &error)) {
    fail_msg("%s", error.text);
  }
  return p;
}

static void
run(const Plugin* const p, float* in_left, float* in_right, float* out_left, float* out_right, const uint32_t n)
{
  float* const in[2]  = {in_left, in_right};
  float* const out[2] = {out_left, out_right};
  p->run(p->self, in, out, n);
}

static int
setup(void** const state)
{
  (void)state;
  fixture_path();
  host = new_host(false);
  for (int i = 0; i < MAX_BLOCK; ++i) {
    a[i] = (float)(i + 1);
    b[i] = -(float)(i + 1);
  }
  return 0;
}

static int
teardown(void** const state)
{
  (void)state;
  host_free(host);
  return 0;
}

static void
test_stereo(void** const state)
{
  (void)state;
  Plugin* const  p    = new_plugin(TEST "stereo");
  const uint32_t gain = plugin_port(p, "gain"), seen = plugin_port(p, "seen");
  assert_string_equal(p->name, "Test stereo");
  assert_int_equal(p->nports, 4);
  assert_int_equal(plugin_port(p, "in_left"), NO_PORT); // audio doesn't count
  assert_int_equal(p->latency_port, NO_PORT);
  assert_string_equal(p->ports[gain].name, "Gain");
  assert_true(p->ports[gain].input && !p->ports[seen].input);
  assert_float_equal(p->ports[gain].maximum, 4.0f, 0);
  assert_float_equal(p->values[gain], 1.0f, 0);
  for (uint32_t times = 0; times < 3; ++times) {
    p->values[gain] = 0.5f;
    run(p, a, b, c, d, N);
    for (int i = 0; i < N; ++i) {
      assert_float_equal(c[i], 0.5f * a[i], 0);
      assert_float_equal(d[i], 0.5f * b[i], 0);
    }
    assert_int_equal((int)p->values[seen], 2047); // all that the plugin checks of its features and buffers
  }
  run(p, a, b, c, d, 0);
  p->values[gain] = 2.0f;
  log_set_level(LOG_ERROR);
  run(p, c, d, c, d, MAX_BLOCK); // in place, the longest; it also tries to print
  assert_float_equal(c[N - 1], (float)N, 0);
  host_plugin_free(host, p);
  log_set_level(LOG_INFO);
}

static void
test_port_properties(void** const state)
{
  (void)state;
  Plugin* const  p  = new_plugin(TEST "stereo");
  const uint32_t on = plugin_port(p, "enabled"), hertz = plugin_port(p, "hertz");
  assert_int_equal(p->enabled_port, on);
  assert_true(p->ports[on].toggled);
  assert_float_equal(p->values[on], 1.0f, 0); // its default says "true"
  assert_true(p->ports[hertz].integer && !p->ports[hertz].toggled);
  assert_float_equal(p->values[hertz], 12000.0f, 0.1); // its range counts in sample rates
  assert_float_equal(p->ports[hertz].minimum, 4800.0f, 0.1);
  assert_float_equal(p->ports[hertz].maximum, 24000.0f, 0.1);
  host_plugin_free(host, p);
}

static void
test_mono_runs_twice(void** const state)
{
  (void)state;
  Plugin* const p                   = new_plugin(TEST "mono");
  p->values[plugin_port(p, "gain")] = 0.25f;
  run(p, a, b, c, d, N);
  for (int i = 0; i < N; ++i) {
    assert_float_equal(c[i], 0.25f * a[i], 0);
    assert_float_equal(d[i], 0.25f * b[i], 0);
  }
  assert_float_equal(p->values[plugin_port(p, "level")], 1.0f, 0); // the left one's
  host_plugin_free(host, p);
}

static void
test_latency(void** const state)
{
  (void)state;
  Plugin* const p = new_plugin(TEST "latency");
  assert_int_equal(p->latency_port, plugin_port(p, "latency"));
  assert_int_equal(plugin_latency_rt(p), 100); // before it has run a frame
  run(p, a, b, c, d, 200);
  assert_float_equal(c[99], 0.0f, 0);
  assert_float_equal(c[100], a[0], 0);
  assert_float_equal(d[199], b[99], 0);
  host_plugin_free(host, p);
}

static void
test_in_place_for_one_that_cannot(void** const state)
{
  (void)state;
  Plugin* const p = new_plugin(TEST "picky");
  memcpy(c, a, sizeof(c));
  memcpy(d, b, sizeof(d));
  run(p, c, d, c, d, N);
  assert_memory_equal(c, a, N * sizeof(float));
  assert_memory_equal(d, b, N * sizeof(float));
  host_plugin_free(host, p);
}

static void
test_one_channel_in(void** const state)
{
  (void)state;
  Plugin* const p = new_plugin(TEST "widens");
  for (int i = 0; i < N; ++i) {
    c[i] = (float)i;
    d[i] = 2.0f;
  }
  run(p, c, d, c, d, N); // in place
  for (int i = 0; i < N; ++i) {
    assert_float_equal(c[i], 0.5f * ((float)i + 2.0f), 0);
    assert_float_equal(d[i], -c[i], 0);
  }
  host_plugin_free(host, p);
}

static void
test_one_channel_out(void** const state)
{
  (void)state;
  Plugin* const p = new_plugin(TEST "narrows");
  memcpy(c, a, sizeof(c));
  memcpy(d, a, sizeof(d));
  run(p, c, d, c, d, N);
  for (int i = 0; i < N; ++i) {
    assert_float_equal(c[i], 2.0f * a[i], 0);
    assert_float_equal(d[i], 2.0f * a[i], 0);
  }
  host_plugin_free(host, p);
}

static void
test_side_chain_hears_silence(void** const state)
{
  (void)state;
  Plugin* const p = new_plugin(TEST "sidechain");
  for (int times = 0; times < 2; ++times) {
    run(p, a, b, c, d, N);
    assert_memory_equal(c, a, N * sizeof(float));
    assert_memory_equal(d, b, N * sizeof(float));
  }
  host_plugin_free(host, p);
}

static void
test_worker(void** const state)
{
  (void)state;
  Plugin* const  p    = new_plugin(TEST "worker");
  const uint32_t ends = plugin_port(p, "ends");
  run(p, a, b, c, d, 1);
  assert_float_equal(c[0], 0.0f, 0);
  for (int i = 0; c[0] != 6.0f && i < 5000; ++i) {
    usleep(1000);
    run(p, a, b, c, d, 1);
  }
  assert_float_equal(c[0], 6.0f, 0);
  const float before = p->values[ends];
  run(p, a, b, c, d, 1);
  assert_float_equal(p->values[ends], before + 1.0f, 0);
  for (int i = 0; i < 2000; ++i) { // more jobs than there is room for, and an end with jobs under way
    run(p, a, b, c, d, 1);
  }
  host_plugin_free(host, p);
}

static void
test_worker_offline(void** const state)
{
  (void)state;
  Host* const live = host;
  host             = new_host(true);
  Plugin* const p  = new_plugin(TEST "worker");
  run(p, a, b, c, d, 1);
  run(p, a, b, c, d, 1); // done at once: heard in the next run
  assert_float_equal(c[0], 6.0f, 0);
  host_plugin_free(host, p);
  host_free(host);
  host = live;
}

static int
threads(void)
{
  int            n   = 0;
  DIR* const     dir = opendir("/proc/self/task");
  struct dirent* e;
  while ((e = readdir(dir))) {
    n += e->d_name[0] != '.';
  }
  closedir(dir);
  return n;
}

static void
test_one_worker_thread(void** const state)
{
  (void)state;
  Plugin*   p[8];
  const int before = threads();
  for (int i = 0; i < 8; ++i) {
    p[i] = new_plugin(TEST "worker");
  }
  assert_true(threads() <= before + 1);
  for (int i = 0; i < 8; ++i) {
    p[i]->values[plugin_port(p[i], "number")] = (float)i;
    run(p[i], a, b, c, d, 1);
  }
  for (int i = 7; i >= 0; --i) {
    for (int k = 0; (!k || c[0] != 2.0f * (float)i) && k < 5000; ++k) {
      usleep(100);
      run(p[i], a, b, c, d, 1);
    }
    assert_float_equal(c[0], 2.0f * (float)i, 0);
    host_plugin_free(host, p[i]);
  }
}

static void
test_oldest_job_first(void** const state)
{
  (void)state;
  static const int order[] = {2, 0, 3, 1};
  Plugin*          p[5];
  host_hurry(host, 10); // whether it is allowed or not
  for (int i = 0; i < 5; ++i) {
    p[i]                                      = new_plugin(TEST "worker");
    p[i]->values[plugin_port(p[i], "number")] = i == 4 ? -2.0f : -1.0f;
  }
  run(p[4], a, b, c, d, 1); // keeps the worker busy while the others queue up
  for (int i = 0; i < 4; ++i) {
    run(p[order[i]], a, b, c, d, 1);
  }
  usleep(100000);
  float last = 0.0f;
  for (int i = 0; i < 4; ++i) {
    p[order[i]]->values[plugin_port(p[order[i]], "number")] = 0.0f;
    for (int k = 0; (!k || c[0] == 0.0f) && k < 500; ++k) {
      run(p[order[i]], a, b, c, d, 1);
      usleep(1000);
    }
    assert_true(c[0] > last);
    last = c[0];
  }
  for (int i = 0; i < 5; ++i) {
    host_plugin_free(host, p[i]);
  }
  host_hurry(host, 0);
}

static void
test_refusals(void** const state)
{
  (void)state;
  static const struct {
    const char* uri;
    Status      status;
    const char* says;
  } cases[] = {
    {"no uri", STATUS_NOT_FOUND, "no plugin URI"},
    {"", STATUS_NOT_FOUND, "no plugin URI"},
    {TEST "nowhere", STATUS_NOT_FOUND, "no plugin urn:deckhost:test:nowhere"},
    {TEST "broken", STATUS_NOT_FOUND, "no plugin"},
    {TEST "needs", STATUS_BAD_FORMAT, "urn:deckhost:test:moonlight"},
    {TEST "refuses", STATUS_BAD_FORMAT, "refused"},
    {TEST "unknown", STATUS_BAD_FORMAT, "does not hold it"},
    {TEST "absent", STATUS_BAD_FORMAT, "absent.so"},
    {TEST "unresolved", STATUS_BAD_FORMAT, "undefined symbol: deckhost_test_missing_function"},
    {TEST "quad", STATUS_BAD_FORMAT, "4 audio inputs and 4 outputs"},
    {TEST "voltage", STATUS_BAD_FORMAT, "port cv"},
    {TEST "gap", STATUS_BAD_FORMAT, "0 audio inputs"},
    {TEST "nothing", STATUS_BAD_FORMAT, "0 audio inputs"},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    Plugin* p     = NULL;
    Error   error = {{0}};
    assert_int_equal(host_plugin_new(host, cases[i].uri, &p, &error), cases[i].status);
    assert_null(p);
    if (!strstr(error.text, cases[i].says) || strchr(error.text, '\n')) {
      fail_msg("%s: \"%s\" does not say \"%s\" in one line", cases[i].uri, error.text, cases[i].says);
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_stereo),
    cmocka_unit_test(test_port_properties),
    cmocka_unit_test(test_mono_runs_twice),
    cmocka_unit_test(test_latency),
    cmocka_unit_test(test_in_place_for_one_that_cannot),
    cmocka_unit_test(test_one_channel_in),
    cmocka_unit_test(test_one_channel_out),
    cmocka_unit_test(test_side_chain_hears_silence),
    cmocka_unit_test(test_worker),
    cmocka_unit_test(test_worker_offline),
    cmocka_unit_test(test_one_worker_thread),
    cmocka_unit_test(test_oldest_job_first),
    cmocka_unit_test(test_refusals),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
