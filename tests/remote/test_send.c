// SPDX-License-Identifier: GPL-3.0-or-later
// `deckhost send` and `watch` against a liblo server that answers as a deckhost does.
#include "remote/link.h"
#include "remote/send.h"
#include "remote/watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static lo_server_thread server;
static char             port[16];

static int
answer(const char* path, const char* types, lo_arg** argv, int argc, lo_message m, void* data)
{
  const lo_address from = lo_message_get_source(m);
  const lo_server  s    = lo_server_thread_get_server(server);
  if (!strcmp(path, "/silent")) {
    return 0;
  }
  if (!strcmp(path, "/many")) {
    for (int i = 0; i < 2000; ++i) {
      lo_send_from(from, s, LO_TT_IMMEDIATE, "/help", "ss", "/deck/1/eq/low", "gain of the lowest band, dB -40..12");
    }
  }
  if (!strcmp(path, "/get")) {
    lo_send_from(from, s, LO_TT_IMMEDIATE, "/value", "ss", "/deck/2/state", "playing");
    lo_send_from(from, s, LO_TT_IMMEDIATE, "/value", "sff", "/deck/2/meter", -6.0, -7.5);
  }
  if (!strcmp(path, "/stats")) {
    lo_send_from(from, s, LO_TT_IMMEDIATE, "/stats/load", "d", 12.5);
  }
  if (!strcmp(path, "/wrong")) {
    lo_send_from(from, s, LO_TT_IMMEDIATE, "/error", "ss", path, "no such command");
  } else if (argc == 2 && !strcmp(types, "id")) {
    lo_send_from(from, s, LO_TT_IMMEDIATE, "/ok", "sid", path, argv[0]->i, argv[1]->d);
  } else {
    lo_send_from(from, s, LO_TT_IMMEDIATE, "/ok", "s", path);
  }
  return 0;
}

static int
start(void** state)
{
  server = lo_server_thread_new_with_proto(NULL, LO_TCP, NULL);
  if (!server) {
    return -1;
  }
  lo_server_thread_add_method(server, NULL, NULL, answer, NULL);
  snprintf(port, sizeof(port), "%d", lo_server_thread_get_port(server));
  return lo_server_thread_start(server);
}

static int
stop(void** state)
{
  lo_server_thread_free(server);
  return 0;
}

/// Run a command with its standard output in `text`.
static int
run(int (*command)(int, char**), const char* const* words, char* const text, const size_t size)
{
  char* argv[10] = {NULL};
  int   argc     = 0;
  for (; words[argc]; ++argc) {
    argv[argc] = (char*)words[argc];
  }
  FILE* const file = tmpfile();
  fflush(stdout);
  const int saved = dup(STDOUT_FILENO);
  dup2(fileno(file), STDOUT_FILENO);
  const int result = command(argc, argv);
  fflush(stdout);
  dup2(saved, STDOUT_FILENO);
  close(saved);
  rewind(file);
  text[fread(text, 1, size - 1, file)] = '\0';
  fclose(file);
  return result;
}

static void
answers_are_printed(void** state)
{
  char              text[512];
  const char* const fine[]  = {"send", "--osc", port, "/deck/1/eq/low", "-12", "0.25", NULL};
  const char* const wrong[] = {"send", "--osc", port, "/wrong", NULL};
  assert_int_equal(run(send_main, fine, text, sizeof(text)), 0);
  assert_string_equal(text, "/ok /deck/1/eq/low -12 0.25\n");
  assert_int_equal(run(send_main, wrong, text, sizeof(text)), 1);
  assert_string_equal(text, "/error /wrong \"no such command\"\n");
}

static void
a_long_answer_is_whole(void** state)
{
  const size_t      size    = 1 << 20;
  char* const       text    = malloc(size);
  const char* const words[] = {"send", "--osc", port, "/many", NULL};
  assert_int_equal(run(send_main, words, text, size), 0);
  size_t lines = 0;
  for (const char* c = text; (c = strchr(c, '\n')); ++c) {
    ++lines;
  }
  assert_int_equal(lines, 2001);
  assert_string_equal(text + strlen(text) - 10, "/ok /many\n");
  free(text);
}

static void
nobody_there_is_said(void** state)
{
  // a port that was free a moment ago
  lo_server other = lo_server_new_with_proto(NULL, LO_TCP, NULL);
  char      free_port[16];
  snprintf(free_port, sizeof(free_port), "%d", lo_server_get_port(other));
  lo_server_free(other);
  char              text[64];
  const char* const nobody[] = {"send", "--osc", free_port, "/stats", NULL};
  const char* const silent[] = {"send", "--osc", port, "--seconds", "0.2", "/silent", NULL};
  assert_int_equal(run(send_main, nobody, text, sizeof(text)), 1);
  assert_string_equal(text, "");
  assert_int_equal(run(send_main, silent, text, sizeof(text)), 1);
  Link* l = NULL;
  Error error;
  assert_int_equal(link_open(&l, "127.0.0.1", atoi(free_port), &error), STATUS_NOT_FOUND);
  assert_non_null(strstr(error.text, "is it running?"));
}

static void
wrong_usage_is_two(void** state)
{
  char              text[64];
  const char* const none[]    = {"send", NULL};
  const char* const not_osc[] = {"send", "play", NULL};
  const char* const extra[]   = {"watch", "this", NULL};
  assert_int_equal(run(send_main, none, text, sizeof(text)), 2);
  assert_int_equal(run(send_main, not_osc, text, sizeof(text)), 2);
  assert_int_equal(run(watch_main, extra, text, sizeof(text)), 2);
}

static void
watching_without_a_terminal_prints_lines(void** state)
{
  char              text[4096];
  const char* const words[] = {"watch", "--osc", port, "--seconds", "0", NULL};
  assert_int_equal(run(watch_main, words, text, sizeof(text)), 0);
  assert_string_equal(text, "0:00 / 0:00  load 12.5 % (worst 0.0)  xruns 0  starves 0  master -200.0 dB"
                            " | 2: 0:00 -6.0 dB x1.000 +0.0\n");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(answers_are_printed),
    cmocka_unit_test(a_long_answer_is_whole),
    cmocka_unit_test(nobody_there_is_said),
    cmocka_unit_test(wrong_usage_is_two),
    cmocka_unit_test(watching_without_a_terminal_prints_lines),
  };
  return cmocka_run_group_tests(tests, start, stop);
}
