// SPDX-License-Identifier: GPL-3.0-or-later
// What the host does on a thread of its own: plugins, presets, state; and the bypass of plugins that have none.

#include "base/log.h"
#include "host/fixture_path.h"
#include "host/host.h"
#include "msg/limits.h"

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
#define RATE 48000
#define N 4800

static Host* host;
static float left[N], right[N], out_left[N], out_right[N];

static HostMade
made_of(const HostWish* const wish)
{
  HostMade       made;
  const uint32_t ticket = host_ask(host, wish);
  assert_int_not_equal(ticket, 0);
  for (int i = 0; !host_take(host, ticket, &made); ++i) {
    assert_true(i < 20000);
    usleep(1000);
  }
  assert_false(host_take(host, ticket, &made)); // once only
  return made;
}

static Plugin*
plugin(const char* const uri)
{
  const HostWish wish = {HOST_MAKE, uri, NULL, NULL, NULL};
  const HostMade made = made_of(&wish);
  if (made.status) {
    fail_msg("%s", made.error.text);
  }
  assert_string_equal(made.plugin->uri, uri);
  return made.plugin;
}

static void
run(const Plugin* const p, const uint32_t from, const uint32_t n)
{
  float* const in[2]  = {left + from, right + from};
  float* const out[2] = {out_left + from, out_right + from};
  p->run(p->self, in, out, n);
}

static float*
port(const Plugin* const p, const char* const symbol)
{
  const uint32_t index = plugin_port(p, symbol);
  assert_int_not_equal(index, NO_PORT);
  return &p->values[index];
}

static int
setup(void** const state)
{
  (void)state;
  fixture_path();
  const HostConfig config = {.rate = RATE};
  Error            error;
  for (int i = 0; i < N; ++i) {
    left[i]  = (float)(i + 1);
    right[i] = -left[i];
  }
  return (int)host_new(&host, &config, &error);
}

static int
teardown(void** const state)
{
  (void)state;
  host_free(host);
  return 0;
}

static void
a_slow_one_keeps_nobody_waiting(void** const state)
{
  (void)state;
  const HostWish wish   = {HOST_MAKE, TEST "slow", NULL, NULL, NULL};
  const uint32_t ticket = host_ask(host, &wish);
  HostMade       made;
  assert_false(host_take(host, ticket, &made)); // it takes half a second, and this came back before
  Plugin* own = NULL;
  Error   error;
  assert_int_equal(host_plugin_new(host, TEST "stereo", &own, &error), STATUS_OK); // meanwhile
  host_plugin_free(host, own);
  host_drop(host, ticket); // nobody wants it: it is freed when it is there
  const HostWish absent = {HOST_MAKE, TEST "absent", NULL, NULL, NULL};
  made                  = made_of(&absent);
  assert_int_equal(made.status, STATUS_BAD_FORMAT);
  assert_non_null(strstr(made.error.text, "absent.so"));
  assert_null(made.plugin);
}

static void
bypass_keeps_latency(void** const state)
{
  (void)state;
  Plugin* const  p    = plugin(TEST "latency"); // 100 frames, no switch of its own
  const uint32_t fade = RATE / 100;
  assert_int_not_equal(p->enabled_port, NO_PORT);
  assert_true(p->ports[p->enabled_port].toggled);
  run(p, 0, 1000);
  p->values[p->enabled_port] = 0.0f;
  for (uint32_t at = 1000; at < N; at += 76) { // the plugin only delays: dry and wet are the same, to the frame
    run(p, at, N - at < 76 ? N - at : 76);
  }
  for (int i = 100; i < N; ++i) {
    assert_float_equal(out_left[i], left[i - 100], 1e-3);
    assert_float_equal(out_right[i], right[i - 100], 1e-3);
  }
  assert_memory_equal(out_left + 1000 + fade, left + 900 + fade, (N - 1000 - fade) * sizeof(float)); // dry: bit for bit
  host_plugin_free(host, p);
}

static void
bypass_fades(void** const state)
{
  (void)state;
  Plugin* const p  = plugin(TEST "mono");
  *port(p, "gain") = 3.0f;
  for (int i = 0; i < N; ++i) {
    left[i]  = 1.0f;
    right[i] = -1.0f;
  }
  run(p, 0, 1000);
  p->values[p->enabled_port] = 0.0f;
  run(p, 1000, 1000);
  p->values[p->enabled_port] = 1.0f;
  run(p, 2000, 1000);
  for (int i = 0; i < 3000; ++i) {
    const float into     = i < 1000 ? 1.0f : i < 2000 ? 1.0f - (float)(i - 999) / 480.0f : (float)(i - 1999) / 480.0f;
    const float part     = into < 0.0f ? 0.0f : into > 1.0f ? 1.0f : into;
    const float expected = 1.0f + 2.0f * part;
    assert_float_equal(out_left[i], expected, 1e-4);
    assert_float_equal(out_right[i], -expected, 1e-4);
  }
  host_plugin_free(host, p);
  Plugin* const off              = plugin(TEST "mono"); // off from the start: no fade
  *port(off, "gain")             = 3.0f;
  off->values[off->enabled_port] = 0.0f;
  run(off, 0, 100);
  assert_memory_equal(out_left, left, 100 * sizeof(float));
  host_plugin_free(host, off);
}

static void
own_switch_is_used(void** const state)
{
  (void)state;
  Plugin* const p = plugin(TEST "stereo");
  assert_int_equal(p->enabled_port, plugin_port(p, "enabled"));
  host_plugin_free(host, p);
}

static void
presets(void** const state)
{
  (void)state;
  HostWish wish = {HOST_PRESET, TEST "stereo", "half", NULL, NULL};
  HostMade made = made_of(&wish);
  assert_int_equal(made.status, STATUS_OK);
  assert_null(made.plugin); // ports are all it has
  assert_int_equal(made.nvalues, 3);
  for (uint32_t i = 0; i < made.nvalues; ++i) {
    if (!strcmp(made.values[i].symbol, "gain")) {
      assert_float_equal(made.values[i].value, 0.5f, 0);
    }
  }
  free(made.values);

  wish = (HostWish){HOST_PRESET, TEST "state", TEST "preset:seven", NULL, NULL};
  made = made_of(&wish);
  assert_int_equal(made.status, STATUS_OK);
  assert_non_null(made.plugin); // it has a property: a plugin that begins with it
  run(made.plugin, 0, 16);
  assert_float_equal(*port(made.plugin, "number"), 7.0f, 0);
  assert_float_equal(*port(made.plugin, "gain"), 2.0f, 0);
  assert_float_equal(out_left[0], left[0] * 2.0f + 7.0f, 0);
  free(made.values);
  host_plugin_free(host, made.plugin);

  wish.preset = "Eight";
  made        = made_of(&wish);
  assert_int_equal(made.status, STATUS_NOT_FOUND);
  assert_non_null(strstr(made.error.text, "\"Seven\""));
  wish = (HostWish){HOST_PRESET, TEST "mono", "Eight", NULL, NULL};
  made = made_of(&wish);
  assert_non_null(strstr(made.error.text, "has no presets"));
}

static void
state_is_kept(void** const state)
{
  (void)state;
  char          folder[] = "/tmp/deckhost-state-XXXXXX", first[64], moved[64], second[64], command[256];
  Plugin* const p        = plugin(TEST "state");
  assert_non_null(mkdtemp(folder));
  snprintf(first, sizeof(first), "%s/1/x", folder);
  snprintf(moved, sizeof(moved), "%s/moved", folder);
  snprintf(second, sizeof(second), "%s/2/x", folder);
  *port(p, "learn") = 42.0f;
  run(p, 0, 16);
  HostWish keep = {HOST_KEEP, NULL, NULL, first, p};
  HostMade made = made_of(&keep);
  assert_int_equal(made.status, STATUS_OK);
  assert_true(made.kept);
  host_plugin_free(host, p);

  snprintf(command, sizeof(command), "mv %s %s", first, moved); // what is kept may be moved
  assert_int_equal(system(command), 0);
  const HostWish again = {HOST_MAKE, TEST "state", NULL, moved, NULL};
  made                 = made_of(&again);
  assert_int_equal(made.status, STATUS_OK);
  Plugin* const q = made.plugin;
  snprintf(command, sizeof(command), "rm -r %s", moved); // and is not needed any more
  assert_int_equal(system(command), 0);
  run(q, 0, 16);
  assert_float_equal(*port(q, "number"), 42.0f, 0);
  assert_float_equal(*port(q, "filed"), 42.0f, 0);

  *port(q, "learn") = 43.0f;
  run(q, 0, 16);
  keep = (HostWish){HOST_KEEP, NULL, NULL, second, q};
  made = made_of(&keep);
  assert_true(made.kept);
  host_plugin_free(host, q);
  const HostWish third = {HOST_MAKE, TEST "state", NULL, second, NULL};
  made                 = made_of(&third);
  assert_int_equal(made.status, STATUS_OK);
  run(made.plugin, 0, 16);
  assert_float_equal(*port(made.plugin, "filed"), 43.0f, 0);
  host_plugin_free(host, made.plugin);

  const HostWish other = {HOST_MAKE, TEST "stereo", NULL, second, NULL};
  made                 = made_of(&other);
  assert_int_equal(made.status, STATUS_BAD_FORMAT); // another plugin's
  assert_non_null(strstr(made.error.text, TEST "state"));
  const HostWish gone = {HOST_MAKE, TEST "state", NULL, moved, NULL};
  made                = made_of(&gone);
  assert_int_equal(made.status, STATUS_NOT_FOUND);

  Plugin* const none = plugin(TEST "stereo");
  snprintf(first, sizeof(first), "%s/3/x", folder);
  keep = (HostWish){HOST_KEEP, NULL, NULL, first, none};
  made = made_of(&keep);
  assert_int_equal(made.status, STATUS_OK);
  assert_false(made.kept);
  assert_int_not_equal(access(first, F_OK), 0);
  host_plugin_free(host, none);
  snprintf(command, sizeof(command), "rm -r %s", folder);
  assert_int_equal(system(command), 0);
}

static void
all_is_freed(void** const state)
{
  (void)state;
  Host* const      before = host;
  const HostConfig config = {.rate = RATE};
  Error            error;
  assert_int_equal(host_new(&host, &config, &error), STATUS_OK);
  const HostWish wish = {HOST_MAKE, TEST "latency", NULL, NULL, NULL}; // it aborts where it isn't deactivated
  for (int i = 0; i < 4; ++i) {
    host_ask(host, &wish);
  }
  plugin(TEST "latency"); // one that was taken
  host_free(host);
  host = before;
}

static void
offline_it_is_done_at_once(void** const state)
{
  (void)state;
  Host* const      before = host;
  const HostConfig config = {.rate = RATE, .offline = true};
  Error            error;
  HostMade         made;
  assert_int_equal(host_new(&host, &config, &error), STATUS_OK);
  const HostWish wish   = {HOST_MAKE, TEST "stereo", NULL, NULL, NULL};
  const uint32_t ticket = host_ask(host, &wish);
  assert_true(host_take(host, ticket, &made));
  host_plugin_free(host, made.plugin);
  host_free(host);
  host = before;
}

static void
real_ones(void** const state)
{
  (void)state;
  static const struct {
    const char *folder, *uri, *says;
  } cases[] = {
    {"mbeq-swh.lv2", "http://plugin.org.uk/swh-plugins/mbeq", "undefined symbol"},
    {"pitch_scale-swh.lv2", "http://plugin.org.uk/swh-plugins/pitchScaleHQ", "undefined symbol"},
    {"rubberband.lv2", "http://breakfastquay.com/rdf/lv2-rubberband#mono", ""},
    {"rubberband.lv2", "http://breakfastquay.com/rdf/lv2-rubberband#stereo", ""},
    {"rubberband.lv2", "http://breakfastquay.com/rdf/lv2-rubberband#r3mono", "does not hold it"},
    {"rubberband.lv2", "http://breakfastquay.com/rdf/lv2-rubberband#r3stereo", "does not hold it"},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    const HostWish wish = {HOST_MAKE, cases[i].uri, NULL, NULL, NULL};
    char           folder[128];
    snprintf(folder, sizeof(folder), "/usr/lib/lv2/%s", cases[i].folder);
    if (access(folder, F_OK)) {
      print_message("skipped: %s is not installed\n", folder);
      continue;
    }
    const HostMade made = made_of(&wish);
    if (made.plugin) { // a later package may have mended it
      run(made.plugin, 0, 256);
      host_plugin_free(host, made.plugin);
    } else if (!cases[i].says[0] || !strstr(made.error.text, cases[i].says) || strchr(made.error.text, '\n')) {
      fail_msg("%s: \"%s\"", cases[i].uri, made.error.text);
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_slow_one_keeps_nobody_waiting),
    cmocka_unit_test(bypass_keeps_latency),
    cmocka_unit_test(bypass_fades),
    cmocka_unit_test(own_switch_is_used),
    cmocka_unit_test(presets),
    cmocka_unit_test(state_is_kept),
    cmocka_unit_test(all_is_freed),
    cmocka_unit_test(offline_it_is_done_at_once),
    cmocka_unit_test(real_ones),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
