// SPDX-License-Identifier: GPL-3.0-or-later
// Sessions: what is saved is what there was, loading brings it back, and no moment is a bad one to be killed.

#include "fake.h"

#include "control/saver.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char*
read_text(const char* const path)
{
  FILE* const file = fopen(path, "r");
  char* const text = calloc(1, 1 << 20);
  assert_non_null(file);
  assert_non_null(text);
  assert_true(fread(text, 1, (1 << 20) - 1, file) < (1 << 20) - 1);
  fclose(file);
  return text;
}

/// Say it and wait for its answer, which may need another thread.
static const char*
ask(Fake* const f, const char* const format, const char* const path)
{
  char line[512];
  snprintf(line, sizeof(line), format, path);
  const int before = f->nanswers;
  fake_say(f, "%s", line);
  for (int i = 0; i < 5000 && f->nanswers == before; ++i) {
    fake_turn(f);
    usleep(1000);
  }
  assert_int_equal(f->nanswers, before + 1);
  return f->answers[before];
}

static void
touch(const Fake* const f, const char* const name)
{
  char path[256];
  snprintf(path, sizeof(path), "%s/%s", f->folder, name);
  FILE* const file = fopen(path, "w");
  assert_non_null(file);
  fclose(file);
}

static void
set_up(Fake* const f)
{
  touch(f, "two \"and\" a half.wav");
  fake_load(f, 1);
  fake_say(f, "/deck/1/load \"%s/two \\\"and\\\" a half.wav\" 3", f->folder);
  fake_turn(f);
  fake_say(f, "/deck/1/speed 1.0625");
  fake_say(f, "/deck/1/keylock 1");
  fake_say(f, "/deck/1/stem/3/gain -3.5");
  fake_say(f, "/deck/1/eq/low -6");
  fake_say(f, "/deck/1/eq/set low_freq 300");
  fake_say(f, "/deck/1/pitch/set engine 2");
  fake_say(f, "/deck/1/cue 5");
  fake_say(f, "/deck/1/hotcue/2/set 12.5");
  fake_say(f, "/deck/1/loop 20 24");
  fake_say(f, "/deck/1/loop/enable 0");
  fake_say(f, "/deck/1/repeat 1");
  fake_say(f, "/deck/3/fader 0.25");
  fake_say(f, "/deck/3/assign b");
  fake_say(f, "/crossfader -0.5");
  fake_say(f, "/crossfader/curve cut");
  fake_say(f, "/deck/add");
  fake_say(f, "/group/2/add 1");
  fake_say(f, "/group/2/add 5");
  fake_say(f, "/group/2/exclusive 1");
  fake_turn(f);
  f->now += 48000;
  fake_turn(f);
  atomic_store(&f->levels.deck[0].position, INT64_C(7) * 48000 << 32);
  f->now += 10 * 48000;
  fake_turn(f);
}

static const char wanted[] = "# A session of deckhost: commands, one a line, as in a score but without times.\n"
                             "/crossfader -0.5\n"
                             "/crossfader/curve cut\n"
                             "/deck/1/load one.wav\n"
                             "/deck/1/load \"two \\\"and\\\" a half.wav\" 3\n"
                             "/deck/1/speed 1.0625\n"
                             "/deck/1/keylock 1\n"
                             "/deck/1/eq/low -6\n"
                             "/deck/1/fader 1\n"
                             "/deck/1/stem/3/gain -3.5\n"
                             "/deck/1/pitch/set engine 2\n"
                             "/deck/1/eq/set low_freq 300\n"
                             "/deck/1/cue 5\n"
                             "/deck/1/hotcue/2/set 12.5\n"
                             "/deck/1/loop 20 24\n"
                             "/deck/1/loop/enable 0\n"
                             "/deck/1/repeat 1\n"
                             "/deck/1/seek 7\n"
                             "/deck/2/fader 1\n"
                             "/deck/3/fader 0.25\n"
                             "/deck/3/assign b\n"
                             "/deck/4/fader 1\n"
                             "/deck/5/fader 1\n"
                             "/group/2/add 1\n"
                             "/group/2/add 5\n"
                             "/group/2/exclusive 1\n"
                             "# end\n";

static void
what_is_loaded_is_what_was_saved(void** state)
{
  (void)state;
  Fake* const f = fake_new();
  char        path[256], again[256], command[512];
  set_up(f);
  snprintf(path, sizeof(path), "%s/my.session", f->folder);
  assert_string_equal(ask(f, "/session/save %s", path), "/ok /session/save");
  char* const text = read_text(path);
  assert_string_equal(text, wanted);

  // into another, where other things are, and whose files lie elsewhere
  Fake* const g = fake_new();
  fake_load(g, 1);
  fake_load(g, 2);
  fake_say(g, "/deck/2/trim -6");
  fake_say(g, "/deck/2/eq/set low_freq 100");
  fake_say(g, "/master/gain -10");
  fake_say(g, "/deck/2/repeat 1");
  fake_turn(g);
  snprintf(command, sizeof(command), "cp %s/*.wav %s/my.session %s/", f->folder, f->folder, g->folder);
  assert_int_equal(system(command), 0);
  snprintf(again, sizeof(again), "%s/my.session", g->folder);
  assert_string_equal(ask(g, "/session/load %s", again), "/ok /session/load 25 0");
  g->now += 10 * 48000;
  atomic_store(&g->levels.deck[0].position, INT64_C(7) * 48000 << 32);
  fake_turn(g);
  assert_string_equal(ask(g, "/session/save %s", again), "/ok /session/save");
  char* const second = read_text(again);
  assert_string_equal(second, wanted);
  free(text);
  free(second);
  fake_free(f);
  fake_free(g);
}

static void
what_cannot_be_done_is_told_and_kept(void** state)
{
  (void)state;
  Fake* const f = fake_new();
  char        path[256];
  fake_write(f, "a.session",
             "/deck/1/load nowhere.wav\n/deck/2/load one.wav\n/deck/1/fader 0.5\n/deck/1/speed 9\n/nonsense 1\n/quit\n"
             "/deck/70/fader 1\n/deck/6/fader 0.5\n",
             path);
  assert_string_equal(ask(f, "/session/load %s", path), "/ok /session/load 3 5");
  assert_false(control_quitting(f->control));
  f->now += 48000;
  assert_string_equal(ask(f, "/session/save %s", path), "/ok /session/save");
  char* const text = read_text(path);
  assert_non_null(strstr(text, "# not done: /deck/1/load nowhere.wav\n"));
  assert_non_null(strstr(text, "# not done: /deck/1/speed 9\n"));
  assert_non_null(strstr(text, "/deck/2/load one.wav\n"));
  assert_non_null(strstr(text, "/deck/6/fader 0.5\n"));
  free(text);

  assert_non_null(strstr(ask(f, "/session/load %s/none", f->folder), "No such file"));
  assert_non_null(strstr(ask(f, "/session/load %s", f->folder), "isn't a session"));
  assert_non_null(strstr(ask(f, "/session/save %s/none/a", f->folder), "can't write into"));
  assert_int_equal(mkdir(strcat(path, ".d"), 0700), 0); // a folder is in the way
  assert_non_null(strstr(ask(f, "/session/save %s", path), "can't write"));
  fake_free(f);
}

enum { LINES = 2000 };

static char*
numbered(const unsigned number)
{
  char* const text = malloc(LINES * 24 + 24);
  char*       at   = text;
  assert_non_null(text);
  for (int i = 0; i < LINES; ++i) {
    at += sprintf(at, "/deck/1/fader %u\n", number);
  }
  strcpy(at, "# end\n");
  return text;
}

/// The number that a whole file holds.
static unsigned
number_in(const char* const path)
{
  unsigned    number = 0;
  char* const text   = read_text(path);
  assert_int_equal(sscanf(text, "/deck/1/fader %u\n", &number), 1);
  char* const whole = numbered(number);
  assert_string_equal(text, whole);
  free(whole);
  free(text);
  return number;
}

static void
killed_at_any_moment_it_is_whole(void** state)
{
  (void)state;
  char path[64] = "/tmp/deckhost-saver-XXXXXX", file[128], backup[160], command[160];
  assert_non_null(mkdtemp(path));
  snprintf(file, sizeof(file), "%s/a.session", path);
  snprintf(backup, sizeof(backup), "%s.bak", file);
  unsigned seed = 1;
  unsigned last = 0;
  for (int round = 0; round < 100; ++round) {
    int told[2];
    assert_int_equal(pipe(told), 0);
    const pid_t child = fork();
    if (!child) {
      for (unsigned n = last + 1;; ++n) {
        char* const text = numbered(n);
        Error       error;
        if (saver_write(file, text, &error) || write(told[1], &n, sizeof(n)) != sizeof(n)) {
          _exit(1);
        }
        free(text);
      }
    }
    unsigned written = 0;
    close(told[1]);
    if (round == 0) {
      assert_int_equal(read(told[0], &written, sizeof(written)), sizeof(written)); // there is one
    }
    seed = seed * 1664525u + 1013904223u;
    usleep(seed >> 16 & 0x3fff);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    for (unsigned n; read(told[0], &n, sizeof(n)) == sizeof(n);) {
      written = n;
    }
    close(told[0]);
    const unsigned found = number_in(file);
    assert_true(found >= written && found <= (written > last ? written : last) + 1); // nothing that was saved is lost
    assert_true(access(backup, F_OK) || number_in(backup) <= found);
    last = found;
  }
  assert_true(last > 10);
  assert_true(number_in(backup) + 1 >= last); // the one before is kept
  snprintf(command, sizeof(command), "rm -rf %s", path);
  assert_int_equal(system(command), 0);
}

// A score or any other text takes nothing off; a session with nothing in it is one.
static void
what_is_no_session_takes_nothing_off(void** state)
{
  (void)state;
  static const char* const texts[] = {"0 /deck/1/play\n", "root:x:0:0:root:/root:/bin/sh\n/stop\n",
                                      "# a list\n\n  a.wav\n"};
  Fake* const              f       = fake_new();
  char                     path[256], why[512];
  set_up(f);
  snprintf(path, sizeof(path), "%s/no.session", f->folder);
  snprintf(why, sizeof(why),
           "/error /session/load \"%s isn't a session: its lines must be commands, beginning with /\"", path);
  for (size_t k = 0; k <= sizeof(texts) / sizeof(texts[0]); ++k) {
    const bool  none = k == sizeof(texts) / sizeof(texts[0]);
    FILE* const file = fopen(path, "w");
    assert_non_null(file);
    fputs(none ? "# A session\n\n# end" : texts[k], file);
    fclose(file);
    assert_string_equal(ask(f, "/session/load %s", path), none ? "/ok /session/load 0 0" : why);
    fake_say(f, "/get /deck/1/path");
    fake_turn(f);
    assert_int_equal(strstr(f->answers[f->nanswers - 2], "one.wav") == NULL, none);
  }
  fake_free(f);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_loaded_is_what_was_saved), cmocka_unit_test(what_cannot_be_done_is_told_and_kept),
    cmocka_unit_test(what_is_no_session_takes_nothing_off), cmocka_unit_test(killed_at_any_moment_it_is_whole)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
