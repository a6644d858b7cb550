// SPDX-License-Identifier: GPL-3.0-or-later
// Which files may be named: links and dots are followed, what is yet to be made is judged by its folder.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "control/allowed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char top[64];

static const char*
in_top(const char* const name)
{
  static char path[256];
  snprintf(path, sizeof(path), "%s/%s", top, name);
  return path;
}

static void
make_file(const char* const name)
{
  FILE* const f = fopen(in_top(name), "w");
  assert_non_null(f);
  fclose(f);
}

static int
set_up(void** state)
{
  (void)state;
  char to[256];
  strcpy(top, "/tmp/deckhost-allowed-XXXXXX");
  assert_non_null(mkdtemp(top));
  static const char* const folders[] = {"music", "music/more", "musical", "other"};
  for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); ++i) {
    assert_int_equal(mkdir(in_top(folders[i]), 0700), 0);
  }
  make_file("music/a.wav");
  make_file("other/secret.wav");
  make_file("musical/b.wav");
  snprintf(to, sizeof(to), "%s", in_top("other"));
  assert_int_equal(symlink(to, in_top("music/away")), 0);
  snprintf(to, sizeof(to), "%s", in_top("other/to-be.wav"));
  assert_int_equal(symlink(to, in_top("music/dangling.wav")), 0);
  snprintf(to, sizeof(to), "%s", in_top("music"));
  assert_int_equal(symlink(to, in_top("link-to-music")), 0);
  return 0;
}

static int
tear_down(void** state)
{
  (void)state;
  char command[128];
  snprintf(command, sizeof(command), "rm -rf %s", top);
  return system(command);
}

static void
what_lies_in_the_folders(void** state)
{
  (void)state;
  static const struct {
    const char* path;
    bool        allowed;
  } cases[] = {
    {"music/a.wav", true},
    {"music/new.wav", true}, // to be written
    {"music/more/new.wav", true},
    {"music/more/../a.wav", true},
    {"link-to-music/a.wav", true},
    {"other/secret.wav", false},
    {"musical/b.wav", false}, // begins alike
    {"music/../other/secret.wav", false},
    {"music/../other/new.wav", false},
    {"music/away/secret.wav", false}, // out through a link
    {"music/away/new.wav", false},
    {"music/dangling.wav", false},
    {"music/nowhere/new.wav", false}, // there is no such folder
    {"music/more/..", true},
    {"music/nowhere/..", false},
    {"nothing-here.wav", false},
  };
  Allowed a = {0};
  Error   error;
  assert_int_equal(allowed_add(&a, in_top("link-to-music"), &error), STATUS_OK);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    const bool allowed = !allowed_check(&a, in_top(cases[i].path), false, &error);
    if (allowed != cases[i].allowed) {
      fail_msg("%s: %s", cases[i].path, allowed ? "allowed" : error.text);
    }
    if (!allowed) { // what is said tells nothing about what is there
      assert_non_null(strstr(error.text, "isn't in a folder that may be used: those are"));
      assert_non_null(strstr(error.text, "/music (--osc-allow-path)"));
    }
  }
  assert_int_equal(allowed_add(&a, in_top("other"), &error), STATUS_OK);
  assert_int_equal(allowed_check(&a, in_top("other/secret.wav"), true, &error), STATUS_OK);
  allowed_clear(&a);
}

static void
without_folders(void** state)
{
  (void)state;
  const Allowed none = {0};
  Error         error;
  assert_int_equal(allowed_check(&none, in_top("other/secret.wav"), false, &error), STATUS_OK);
  assert_int_equal(allowed_check(&none, in_top("other/secret.wav"), true, &error), STATUS_BAD_VALUE);
  assert_non_null(strstr(error.text, "--osc-allow-path DIR"));
}

static void
folders_must_be_there(void** state)
{
  (void)state;
  Allowed a = {0};
  Error   error;
  assert_int_equal(allowed_add(&a, in_top("nowhere"), &error), STATUS_NOT_FOUND);
  assert_int_equal(allowed_add(&a, in_top("music/a.wav"), &error), STATUS_NOT_FOUND);
  for (int i = 0; i < MAX_ALLOWED; ++i) {
    assert_int_equal(allowed_add(&a, "/", &error), STATUS_OK);
  }
  assert_int_equal(allowed_add(&a, "/", &error), STATUS_BUSY);
  assert_int_equal(allowed_check(&a, in_top("other/secret.wav"), true, &error), STATUS_OK);
  allowed_clear(&a);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_lies_in_the_folders),
    cmocka_unit_test(without_folders),
    cmocka_unit_test(folders_must_be_there),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
