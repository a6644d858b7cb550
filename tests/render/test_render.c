// SPDX-License-Identifier: GPL-3.0-or-later
// `deckhost render` itself: the same mix whatever the block, twice the same file, errors and their exit status.

#include "render/stage.h"

#include "render/options.h"
#include "render/score_decks.h"

static const char everything[] = "0 /deck/1/load a.wav\n0 /deck/2/load b.wav\n0 /deck/3/load c.wav\n"
                                 "0.1 /start 0.2 1 2 3\n"
                                 "0.5 /deck/1/eq/low -12\n0.7 /deck/2/speed 1.06\n0.8 /deck/2/keylock 1\n"
                                 "0.9 /ramp /crossfader 1 1.0\n0.9 /deck/1/assign a\n"
                                 "1.0 /deck/3/pitch 5\n1.1 /deck/1/loop 0.2 0.7\n"
                                 "1.3 /deck/2/seek 0.4\n1.5 /deck/1/pause\n1.75 /deck/1/play\n"
                                 "2 /ramp /deck/1/speed 0.9 0.5\n2.2 /deck/3/eq/mode 1\n2.3 /deck/3/eq/kill/mid 1\n";

static void
make_files(void)
{
  static const double hz[] = {110.0, 277.18, 659.26};
  make_noise("a.wav", 3.0, RATE);
  make_sines("b.wav", 4.0, 44100, hz, 3);
  make_sines("c.wav", 4.0, RATE, hz, 3);
}

static void
check_same(const Wav* const a, const Wav* const b, const char* const what, const float tolerance)
{
  if (a->n != b->n) {
    fail_msg("%s: %lld frames, not %lld", what, (long long)b->n, (long long)a->n);
  }
  for (int64_t i = 0; i < 2 * a->n; ++i) {
    if (!(fabsf(a->frames[i] - b->frames[i]) <= tolerance)) {
      fail_msg("%s: first difference at frame %lld (%.4f s): %.9g, not %.9g", what, (long long)i / 2,
               (double)(i / 2) / RATE, (double)b->frames[i], (double)a->frames[i]);
    }
  }
}

static void
test_twice_the_same(void** const state)
{
  (void)state;
  make_files();
  Wav a = render(everything, "256", "3.5");
  Wav b = render(everything, "256", "3.5");
  check_same(&a, &b, "the second time", 0.0f);
  float loudest = 0.0f;
  for (int64_t i = 0; i < 2 * a.n; ++i) {
    loudest = fmaxf(loudest, fabsf(a.frames[i]));
  }
  assert_true(loudest > 0.3f && loudest < 3.0f);
  free(a.frames);
  free(b.frames);
}

static void
test_any_block(void** const state)
{
  (void)state;
  static const char* const blocks[] = {"64", "333", "1024", "8192"};
  make_files();
  Wav a = render(everything, "256", "3.5");
  for (size_t i = 0; i < 4; ++i) {
    Wav b = render(everything, blocks[i], "3.5");
    check_same(&a, &b, blocks[i], 1e-4f); // a plugin whose controls move with the blocks may round otherwise
    free(b.frames);
  }
  free(a.frames);
}

static void
test_any_threads(void** const state)
{
  (void)state;
  static const char score[] = "0 /deck/1/load a.wav\n0 /deck/2/load b.wav\n0 /deck/3/load c.wav\n0 /deck/4/load b.wav\n"
                              "0 /deck/5/load c.wav\n0 /deck/1/pitch 7\n0 /deck/2/pitch -5\n0 /deck/3/pitch 12\n"
                              "0.1 /start 0.2 1 2 3 4 5\n0.5 /deck/4/pitch 2\n0.6 /deck/5/speed 1.3\n"
                              "0.7 /deck/5/keylock 1\n0.8 /deck/1/pitch 1\n1 /deck/2/seek 0.5\n1.2 /deck/3/pitch 0\n";
  make_files();
  stage_threads = "1";
  Wav a         = render(score, "256", "2");
  for (int threads = 2; threads <= 4; ++threads) {
    char number[] = {(char)('0' + threads), '\0'};
    stage_threads = number;
    Wav b         = render(score, "256", "2");
    check_same(&a, &b, number, 0.0f);
    free(b.frames);
  }
  stage_threads = "auto";
  free(a.frames);
}

static void
test_exit_status(void** const state)
{
  (void)state;
  make_files();
  log_set_level((LogLevel)-1);
  assert_int_equal(render_status("0 /deck/1/load a.wav\n", "out.wav", "256", "0.1"), 0);
  assert_int_equal(render_status("0 /deck/1/load nowhere.wav\n", "out.wav", "256", "0.1"), 1);
  assert_int_equal(render_status("0 /deck/1/load test.score\n", "out.wav", "256", "0.1"), 1); // no audio
  assert_int_equal(render_status("0 /deck/1/play\n", "out.wav", "256", "0.1"), 1); // found only when it is due
  assert_int_equal(render_status("0 /deck/1/sing\n", "out.wav", "256", "0.1"), 1);
  assert_int_equal(render_status("0 /deck/1/speed 9\n", "out.wav", "256", "0.1"), 1);
  assert_int_equal(render_status("0 /deck/1/load a.wav\n", "nowhere/out.wav", "256", "0.1"), 1);
  assert_int_equal(render_status("0 /deck/1/load a.wav\n", "out.xyz", "256", "0.1"), 1);
  assert_int_equal(render_status("0 /deck/1/load a.wav\n", "out.wav", "9000", "0.1"), 2);
  assert_int_equal(render_status("0 /deck/1/load a.wav\n", "out.wav", "12x", "0.1"), 2);
  assert_int_equal(render_status("0 /deck/1/load a.wav\n", "out.wav", "256", "-1"), 2);
  assert_int_equal(remove("test.score"), 0);
  char* argv[] = {(char*)"render", (char*)"test.score", (char*)"-o", (char*)"out.wav", (char*)"--loud"};
  assert_int_equal(render_main(4, argv), 1); // no such score
  assert_int_equal(render_main(5, argv), 2);
  assert_int_equal(render_main(2, argv), 2);
  assert_int_equal(render_main(1, argv), 2);
  log_set_level(LOG_WARN);
}

static void
test_a_name_with_blanks_and_quotes(void** const state)
{
  (void)state;
  make_noise("a b.wav", 0.5, RATE);
  assert_int_equal(render_status("0 /deck/1/load \"a b.wav\"\n0 /deck/1/play\n", "my \"mix\" \\.wav", "256", "0.1"), 0);
  Wav w = wav_read("my \"mix\" \\.wav");
  assert_int_equal(w.n, 4800);
  free(w.frames);
}

static void
test_a_score_that_records_itself(void** const state)
{
  (void)state;
  make_files();
  Wav a = render("0 /deck/1/load a.wav\n0 /deck/1/play\n", "256", "1");
  Wav b = render("0 /record/start own.wav\n0 /deck/1/load a.wav\n0 /deck/1/play\n0.5 /record/stop\n", "256", "1");
  check_same(&a, &b, "with a recording", 0.0f);
  assert_int_not_equal(access("own.wav", F_OK), 0);
  free(a.frames);
  free(b.frames);
}

static void
test_decks_of_a_score(void** const state)
{
  (void)state;
  static const struct {
    const char* score;
    uint32_t    decks;
  } cases[] = {
    {"", 4},
    {"0 /deck/2/play\n", 4},
    {"# /deck/9/play\n\n 0\t/deck/7/load x.wav\n+1 /deck/3/play\n", 7},
    {"0 /start 1 2 12\n", 12},
    {"0 /start 20 1 # 30\n", 4},
    {"0 /ramp /deck/5/fader 0 2\n", 5},
    {"0 /ramp \"/deck/6/fader\" 0 2\n", 6},
    {"0 /deck/65/play\n", 64},
    {"0 /deck/64/play", 64},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    FILE* const f = fopen("d.score", "w");
    fputs(cases[i].score, f);
    fclose(f);
    uint32_t decks = 0;
    assert_int_equal(score_decks("d.score", &decks, NULL), STATUS_OK);
    assert_int_equal(decks, cases[i].decks);
  }
  uint32_t decks = 0;
  assert_int_equal(score_decks("nowhere.score", &decks, NULL), STATUS_NOT_FOUND);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_twice_the_same),
    cmocka_unit_test(test_any_block),
    cmocka_unit_test(test_any_threads),
    cmocka_unit_test(test_exit_status),
    cmocka_unit_test(test_a_name_with_blanks_and_quotes),
    cmocka_unit_test(test_decks_of_a_score),
    cmocka_unit_test(test_a_score_that_records_itself),
  };
  return cmocka_run_group_tests(tests, stage_open, stage_close);
}
