// SPDX-License-Identifier: GPL-3.0-or-later
// What inserts and presets make of commands: what is asked of the host, what the process thread is told, and when.

#include "control/fake.h"

static void
a_plugin_is_loaded_set_and_unloaded(void** const state)
{
  (void)state;
  static const struct {
    const char* strip;
    int         chain;
  } strips[]    = {{"/deck/3", 2}, {"/mic", CHAIN_MIC}, {"/master", CHAIN_MASTER}};
  Fake* const f = fake_new();
  for (int i = 0; i < 3; ++i) {
    char line[128];
    fake_forget(f);
    snprintf(line, sizeof(line), "%s/insert/1/load urn:any", strips[i].strip);
    assert_non_null(strstr(fake_ask(f, line), "/ok "));
    assert_non_null(strstr(f->answers[0], "Fake"));
    assert_int_equal(f->sent[0].kind, COMMAND_PLUGIN);
    assert_int_equal(f->sent[0].deck, strips[i].chain);
    assert_int_equal(f->sent[0].plugin.slot, SLOT_INSERT);
    assert_ptr_equal(f->sent[0].plugin.plugin, f->slot[strips[i].chain][SLOT_INSERT]);
    snprintf(line, sizeof(line), "%s/insert/1/set cutoff 2.5", strips[i].strip);
    fake_ask(f, line);
    assert_int_equal(fake_last(f)->kind, COMMAND_PORT);
    assert_int_equal(fake_last(f)->port.port, 1);
    assert_float_equal(fake_last(f)->port.value, 2.5f, 0);
    snprintf(line, sizeof(line), "%s/insert/1/enable 0", strips[i].strip);
    fake_ask(f, line);
    assert_int_equal(fake_last(f)->port.port, 0);
    assert_float_equal(fake_last(f)->port.value, 0.0f, 0);
    snprintf(line, sizeof(line), "%s/insert/1/unload", strips[i].strip);
    fake_ask(f, line);
    assert_int_equal(fake_last(f)->kind, COMMAND_PLUGIN);
    assert_null(fake_last(f)->plugin.plugin);
    const int sent = f->nsent;
    assert_non_null(strstr(fake_ask(f, line), "insert 1 is empty"));
    assert_int_equal(f->nsent, sent);
  }
  fake_free(f);
}

static void
what_is_wrong_is_refused(void** const state)
{
  (void)state;
  static const struct {
    const char *line, *says;
  } cases[] = {
    {"/deck/1/insert/1/load urn:bad", "no such thing"},
    {"/deck/1/insert/1/load", "expects uri [state]"},
    {"/deck/1/insert/0/load urn:a", "no insert 0"},
    {"/deck/1/insert/5/load urn:a", "there are 4"},
    {"/deck/1/insert/2/set cutoff 1", "insert 2 is empty"},
    {"/deck/1/insert/2/preset x", "insert 2 is empty"},
    {"/deck/1/insert/2/enable 1", "insert 2 is empty"},
    {"/deck/1/insert/2/ports", "insert 2 is empty"},
    {"/deck/1/preset/eq bad", "no such thing"},
    {"/get /deck/1/insert/2/enable", "isn't set"},
    {"/deck/1/insert/1/plugin x", "can only be read"},
  };
  Fake* const f = fake_new();
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    const char* const answer = fake_ask(f, cases[i].line);
    if (strncmp(answer, "/error", 6) || !strstr(answer, cases[i].says)) {
      fail_msg("%s: %s", cases[i].line, answer);
    }
  }
  assert_int_equal(f->nsent, 0);
  fake_ask(f, "/deck/1/insert/1/load urn:a");
  assert_non_null(strstr(fake_ask(f, "/deck/1/insert/1/set cutoff 11"), "0 .. 10"));
  assert_non_null(strstr(fake_ask(f, "/deck/1/insert/1/set level 1"), "output"));
  assert_non_null(strstr(fake_ask(f, "/deck/1/insert/1/set nothing 1"), "no port"));
  fake_free(f);
}

static void
only_its_own_chain_waits(void** const state)
{
  (void)state;
  Fake* const f  = fake_new();
  f->host_sleeps = true;
  fake_say(f, "/deck/1/insert/1/load urn:slow");
  fake_say(f, "/deck/1/insert/1/set cutoff 3");
  fake_say(f, "/deck/2/insert/1/load urn:slow");
  fake_turn(f);
  assert_int_equal(f->nanswers, 0);
  assert_non_null(strstr(fake_ask(f, "/deck/1/fader 0.5"), "/ok"));
  assert_non_null(strstr(fake_ask(f, "/deck/1/eq/low -3"), "/ok"));
  assert_int_equal(f->nanswers, 2);
  fake_forget(f);
  f->host_sleeps = false;
  fake_turn(f);
  assert_int_equal(f->nanswers, 3);
  assert_int_equal(f->sent[0].kind, COMMAND_PLUGIN); // and in order
  assert_int_equal(f->sent[0].deck, 0);
  assert_int_equal(f->sent[1].kind, COMMAND_PORT);
  fake_free(f);
}

static void
presets_of_ports_are_set(void** const state)
{
  (void)state;
  Fake* const f = fake_new();
  assert_string_equal(fake_ask(f, "/deck/1/preset/eq \"My sound\""), "/ok /deck/1/preset/eq 1");
  assert_string_equal(f->wished[0], "urn:fake My sound -");
  assert_int_equal(f->nsent, 1); // of the EQ's ports it names only one
  assert_int_equal(f->sent[0].port.slot, SLOT_EQ);
  assert_float_equal(f->sent[0].port.value, 12.0f, 0); // as far as that goes
  fake_forget(f);
  assert_string_equal(fake_ask(f, "/deck/1/preset/pitch any"),
                      "/ok /deck/1/preset/pitch 0"); // semitones are the deck's
  assert_int_equal(f->nsent, 0);

  // What is set after it is set after it
  f->host_sleeps = true;
  fake_say(f, "/deck/1/preset/eq later");
  fake_say(f, "/deck/1/eq/low -6");
  fake_say(f, "/ramp /deck/1/eq/low -12 1");
  fake_say(f, "/deck/2/eq/low -1");
  fake_turn(f);
  assert_int_equal(f->nsent, 1);
  assert_int_equal(f->sent[0].deck, 1);
  f->host_sleeps = false;
  fake_turn(f);
  assert_int_equal(f->nsent, 4);
  assert_float_equal(f->sent[1].port.value, 12.0f, 0);
  assert_float_equal(f->sent[2].port.value, -6.0f, 0);
  assert_int_equal(f->sent[3].port.ramp_frames, FAKE_RATE);
  fake_free(f);
}

static void
presets_with_state_bring_a_plugin(void** const state)
{
  (void)state;
  Fake* const f = fake_new();
  fake_ask(f, "/deck/1/insert/1/load urn:a");
  fake_ask(f, "/deck/1/insert/1/set depth 7");
  fake_ask(f, "/deck/1/insert/1/set cutoff 9");
  fake_forget(f);
  assert_string_equal(fake_ask(f, "/deck/1/insert/1/preset state"), "/ok /deck/1/insert/1/preset 4");
  assert_int_equal(f->nsent, 3);
  assert_int_equal(f->sent[0].kind, COMMAND_PLUGIN);
  assert_ptr_equal(f->sent[0].plugin.plugin, (Plugin*)2);
  for (int i = 1; i < 3; ++i) { // its switch and what the preset doesn't name
    assert_true(f->sent[i].port.port == 0 || f->sent[i].port.port == 2);
    assert_float_equal(f->sent[i].port.value, f->sent[i].port.port ? 7.0f : 0.0f, 0);
  }
  fake_free(f);
}

static void
a_session_is_a_load_with_its_state(void** const state)
{
  (void)state;
  Fake* const f = fake_new();
  fake_ask(f, "/mic/insert/4/load urn:a /some/where");
  assert_string_equal(f->wished[0], "urn:a - /some/where");
  fake_free(f);
}

static void
removed_with_its_deck(void** const state)
{
  (void)state;
  Fake* const f  = fake_new();
  f->host_sleeps = true;
  fake_say(f, "/deck/2/insert/1/load urn:slow");
  fake_say(f, "/deck/remove 2");
  fake_turn(f);
  assert_int_equal(f->dropped, 1);
  assert_int_equal(f->nanswers, 2);
  assert_non_null(strstr(f->answers[0], "removed"));
  fake_say(f, "/deck/3/insert/1/load urn:slow"); // and still under way at the end
  fake_turn(f);
  fake_free(f);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_plugin_is_loaded_set_and_unloaded),
    cmocka_unit_test(what_is_wrong_is_refused),
    cmocka_unit_test(only_its_own_chain_waits),
    cmocka_unit_test(presets_of_ports_are_set),
    cmocka_unit_test(presets_with_state_bring_a_plugin),
    cmocka_unit_test(a_session_is_a_load_with_its_state),
    cmocka_unit_test(removed_with_its_deck),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
