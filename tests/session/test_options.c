// SPDX-License-Identifier: GPL-3.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "session/options.h"

#include <getopt.h>
#include <string.h>

#define MAX_ARGS 8

static OptionsResult
read_args(Options* const o, const char* const* const args, Error* const error)
{
  static char* argv[MAX_ARGS + 2]; // getopt permutes it, and the options point into it
  int          argc = 0;
  argv[argc++]      = (char*)"deckhost";
  for (; args[argc - 1]; ++argc) {
    argv[argc] = (char*)args[argc - 1];
  }
  argv[argc] = NULL;
  optind     = 0; // starts getopt afresh
  return options_read(o, argc, argv, error);
}

static void
defaults_are_those_of_the_manual(void** state)
{
  (void)state;
  Options           o;
  Error             e;
  const char* const none[MAX_ARGS] = {0};
  assert_int_equal(read_args(&o, none, &e), OPTIONS_RUN);
  assert_string_equal(o.name, "deckhost");
  assert_string_equal(o.osc_bind, "127.0.0.1");
  assert_int_equal(o.decks, 4);
  assert_int_equal(o.osc_port, 9900);
  assert_int_equal(o.cache_mb, 256);
  assert_int_equal(o.threads, 0);
  assert_true(o.connect && o.deck_ports);
  assert_false(o.play || o.start_server || o.fine);
}

static void
options_and_files_may_mix(void** state)
{
  (void)state;
  Options           o;
  Error             e;
  const char* const args[MAX_ARGS] = {"a.ogg", "--play", "-n", "left", "b.wav", "--osc", "0"};
  assert_int_equal(read_args(&o, args, &e), OPTIONS_RUN);
  assert_true(o.play);
  assert_string_equal(o.name, "left");
  assert_int_equal(o.osc_port, 0);
  assert_int_equal(o.nfiles, 2);
  assert_string_equal(o.files[0], "a.ogg");
  assert_string_equal(o.files[1], "b.wav");
}

static void
every_file_gets_a_deck(void** state)
{
  (void)state;
  Options           o;
  Error             e;
  const char* const six[MAX_ARGS] = {"1", "2", "3", "4", "5", "6"};
  assert_int_equal(read_args(&o, six, &e), OPTIONS_RUN);
  assert_int_equal(o.decks, 6);
}

static void
threads_are_a_number_or_auto(void** state)
{
  (void)state;
  Options           o;
  Error             e;
  const char* const three[MAX_ARGS] = {"--threads", "3"};
  assert_int_equal(read_args(&o, three, &e), OPTIONS_RUN);
  assert_int_equal(o.threads, 3);
  const char* const automatic[MAX_ARGS] = {"--threads=auto"};
  assert_int_equal(read_args(&o, automatic, &e), OPTIONS_RUN);
  assert_int_equal(o.threads, 0);
}

static void
the_reader_is_fast_or_fine(void** state)
{
  (void)state;
  Options           o;
  Error             e;
  const char* const fine[MAX_ARGS] = {"--reader", "fine"};
  assert_int_equal(read_args(&o, fine, &e), OPTIONS_RUN);
  assert_true(o.fine);
  const char* const fast[MAX_ARGS] = {"--reader", "fast"};
  assert_int_equal(read_args(&o, fast, &e), OPTIONS_RUN);
  assert_false(o.fine);
}

static void
wrong_usage_says_what_is_wrong(void** state)
{
  (void)state;
  static const struct {
    const char* args[MAX_ARGS];
    const char* says;
  } cases[] = {
    {{"--decks", "1"}, "2 to 64"},
    {{"--decks", "65"}, "2 to 64"},
    {{"-d", "four"}, "\"four\""},
    {{"--osc", "99999"}, "0 to 65535"},
    {{"--cache", "15"}, "16 to 65536"},
    {{"--reader", "slow"}, "fast or fine, not \"slow\""},
    {{"--threads", "0"}, "1 to 16, or auto"},
    {{"--threads", "many"}, "1 to 16, or auto, not \"many\""},
    {{"--loud"}, "unknown option \"--loud\""},
    {{"--osc"}, "--osc takes a value"},
    {{"--name", ""}, "isn't empty"},
    {{"-d", "2", "a", "b", "c"}, "3 files for 2 decks"},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    Options o;
    Error   e = {{0}};
    assert_int_equal(read_args(&o, cases[i].args, &e), OPTIONS_WRONG);
    if (!strstr(e.text, cases[i].says)) {
      fail_msg("case %zu says \"%s\", not \"%s\"", i, e.text, cases[i].says);
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(defaults_are_those_of_the_manual), cmocka_unit_test(options_and_files_may_mix),
    cmocka_unit_test(every_file_gets_a_deck),           cmocka_unit_test(threads_are_a_number_or_auto),
    cmocka_unit_test(the_reader_is_fast_or_fine),       cmocka_unit_test(wrong_usage_says_what_is_wrong)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
