// SPDX-License-Identifier: GPL-3.0-or-later
#include "remote/args.h"
#include "remote/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static void
words_become_arguments(void** state)
{
  static const struct {
    const char *word, *types, *line;
  } cases[] = {
    {"1", "i", "/x 1"},
    {"-12", "i", "/x -12"},
    {"+3", "i", "/x 3"},
    {"2147483647", "i", "/x 2147483647"},
    {"2147483648", "d", "/x 2147483648"},
    {"0.5", "d", "/x 0.5"},
    {"-.5", "d", "/x -0.5"},
    {"1e3", "d", "/x 1000"},
    {"1234.56789", "d", "/x 1234.56789"},
    {"0.1", "d", "/x 0.1"},
    {"inf", "s", "/x inf"},
    {"nan", "s", "/x nan"},
    {"0x10", "s", "/x 0x10"},
    {"-", "s", "/x -"},
    {"e", "s", "/x e"},
    {"1-2", "s", "/x 1-2"},
    {"01.wav", "s", "/x 01.wav"},
    {"", "s", "/x \"\""},
    {"a b.flac", "s", "/x \"a b.flac\""},
    {"say \"hi\"", "s", "/x \"say \\\"hi\\\"\""},
    {"#7", "s", "/x \"#7\""},
    {"/deck/*/eq", "s", "/x /deck/*/eq"},
    {"\033[2J", "s", "/x ?[2J"},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    lo_message m = lo_message_new();
    args_add(m, cases[i].word);
    char line[256];
    args_line("/x", m, line, sizeof(line));
    assert_string_equal(lo_message_get_types(m), cases[i].types);
    assert_string_equal(line, cases[i].line);
    lo_message_free(m);
  }
}

static void
every_type_is_shown(void** state)
{
  lo_message m = lo_message_new();
  lo_message_add(m, "ifdhTFNsS", 1, 0.1f, 1.0 / 3.0, (int64_t)1 << 40, "a", "b");
  char line[256];
  args_line("/v", m, line, sizeof(line));
  assert_string_equal(line, "/v 1 0.1 0.3333333333333333 1099511627776 1 0 ? a b");
  assert_true(args_number(m, 1, 0.0) == (double)0.1f);
  assert_true(args_number(m, 4, 9.0) == 1.0);
  assert_true(args_number(m, 7, 9.0) == 9.0);
  assert_true(args_number(m, 99, 9.0) == 9.0);
  assert_string_equal(args_string(m, 7), "a");
  assert_null(args_string(m, 0));
  assert_null(args_string(m, 99));
  lo_message_free(m);
}

static void
a_long_line_is_cut(void** state)
{
  char       small[16];
  lo_message m = lo_message_new();
  lo_message_add_string(m, "a string that is much longer than the line");
  args_line("/value", m, small, sizeof(small));
  assert_string_equal(small, "/value \"a strin");
  lo_message_free(m);
}

static void
options_stand_anywhere(void** state)
{
  static const struct {
    const char* argv[8];
    int         words, port;
    const char* first;
  } cases[] = {
    {{"send", "/a", "-12"}, 2, 9900, "/a"},
    {{"send", "--osc", "9901", "/a"}, 1, 9901, "/a"},
    {{"send", "/a", "--osc", "9901", "-0.5"}, 2, 9901, "/a"},
    {{"send", "--", "--osc", "1"}, 2, 9900, "--osc"},
    {{"send", "--osc", "0", "/a"}, OPTIONS_WRONG, 0, NULL},
    {{"send", "--osc", "65536", "/a"}, OPTIONS_WRONG, 0, NULL},
    {{"send", "--osc", "x", "/a"}, OPTIONS_WRONG, 0, NULL},
    {{"send", "/a", "--osc"}, OPTIONS_WRONG, 0, NULL},
    {{"send", "--nonsense", "/a"}, OPTIONS_WRONG, 0, NULL},
    {{"send", "--seconds", "-1", "/a"}, OPTIONS_WRONG, 0, NULL},
    {{"send", "--help"}, OPTIONS_HELP, 0, NULL},
    {{"send"}, 0, 9900, NULL},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    char* argv[8];
    int   argc = 0;
    while (cases[i].argv[argc]) {
      argv[argc] = (char*)cases[i].argv[argc];
      ++argc;
    }
    RemoteOptions o;
    assert_int_equal(remote_options(argc, argv, &o), cases[i].words);
    if (cases[i].words >= 0) {
      assert_int_equal(o.port, cases[i].port);
    }
    if (cases[i].first) {
      assert_string_equal(argv[1], cases[i].first);
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(words_become_arguments),
    cmocka_unit_test(every_type_is_shown),
    cmocka_unit_test(a_long_line_is_cut),
    cmocka_unit_test(options_stand_anywhere),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
