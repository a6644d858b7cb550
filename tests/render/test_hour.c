// SPDX-License-Identifier: GPL-3.0-or-later
// An hour of three decks started together, through the real pitch plugin: one plain, one with key lock, one with key
// lock and a shift.  Each clicks at times of its own, into silence, so that the mix tells whose click comes when.

#include "render/stage.h"

enum { HOUR_RATE = 22050, DECKS = 3, EVERY = 5, CLICKS = 3, ROUND = DECKS * EVERY * CLICKS, SECONDS = 3600, WIDTH = 4 };

#define SPEED 1.125 // two semitones: the pitch plugin resamples
#define FIRST 2.0   // seconds into the file, of deck 1's first click

static double
click_time(const int deck, const int k)
{
  return FIRST + EVERY * (deck + DECKS * k);
}

static void
make_clicks(const int deck)
{
  char          name[16];
  const int64_t n = (int64_t)(ROUND + 1) * HOUR_RATE;
  float* const  x = calloc((size_t)n * 2, sizeof(float));
  for (int k = 0; k < CLICKS; ++k) {
    const int64_t at = (int64_t)(click_time(deck, k) * HOUR_RATE);
    for (int64_t i = at - WIDTH + 1; i < at + WIDTH; ++i) {
      x[2 * i] = x[2 * i + 1] = 0.5f * (float)(0.5 + 0.5 * cos(TURN * 0.5 * (double)(i - at) / WIDTH));
    }
  }
  snprintf(name, sizeof(name), "%d.wav", deck + 1);
  assert_int_equal(wav_write(name, x, n, HOUR_RATE), 0);
  free(x);
}

/// Where the loudest frame within 50 ms of `at` is.
static int64_t
loudest(const Wav* const w, const int64_t at)
{
  int64_t best = at;
  for (int64_t i = at - HOUR_RATE / 20; i < at + HOUR_RATE / 20; ++i) {
    best = fabsf(w->frames[2 * i]) > fabsf(w->frames[2 * best]) ? i : best;
  }
  return best;
}

static void
test_shifted_decks_stay_with_a_plain_one_for_an_hour(void** const state)
{
  (void)state;
  char        score[1024];
  size_t      n      = 0;
  char* const argv[] = {(char*)"render",   (char*)"hour.score", (char*)"-o",        (char*)"hour.wav",
                        (char*)"--rate",   (char*)"22050",      (char*)"--block",   (char*)"1024",
                        (char*)"--length", (char*)"3600",       (char*)"--threads", (char*)"1"};
  for (int d = 0; d < DECKS; ++d) {
    make_clicks(d);
    n += (size_t)snprintf(score + n, sizeof(score) - n,
                          "0 /deck/%d/load %d.wav\n0 /deck/%d/loop 0 %d\n0 /deck/%d/speed %g\n0 /deck/%d/keylock %d\n",
                          d + 1, d + 1, d + 1, ROUND, d + 1, SPEED, d + 1, d > 0);
  }
  snprintf(score + n, sizeof(score) - n, "0 /deck/3/pitch 2\n0.5 /start 0.5 1 2 3\n");
  FILE* const f = fopen("hour.score", "w");
  fputs(score, f);
  fclose(f);
  assert_int_equal(render_main(sizeof(argv) / sizeof(argv[0]), (char**)argv), 0);
  const Wav w = wav_read("hour.wav");
  assert_non_null(w.frames);
  assert_int_equal(w.rate, HOUR_RATE);
  int heard = 0;
  for (int round = 0; (round + 1) * ROUND / SPEED + 2.0 < SECONDS; ++round) {
    for (int d = 0; d < DECKS; ++d) {
      for (int k = 0; k < CLICKS; ++k) {
        const double  at   = (1.0 + (round * ROUND + click_time(d, k)) / SPEED) * HOUR_RATE;
        const int64_t here = loudest(&w, llround(at));
        const double  ms   = 1000.0 * ((double)here - at) / HOUR_RATE;
        if (!(fabs(ms) <= (d ? 1.0 : 0.07)) || fabsf(w.frames[2 * here]) < 0.1f) {
          fail_msg("deck %d, after %.1f s: a click of %.3f comes %.3f ms late", d + 1, at / HOUR_RATE,
                   (double)w.frames[2 * here], ms);
        }
        ++heard;
      }
    }
  }
  assert_true(heard > 800);
  free(w.frames);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_shifted_decks_stay_with_a_plain_one_for_an_hour)};
  return cmocka_run_group_tests(tests, stage_open, stage_close);
}
