// SPDX-License-Identifier: GPL-3.0-or-later
// Rendered scores against what they must be, frame by frame: starts, ends, loops, seeks, levels.

#include "render/stage.h"

/// `n` frames of noise from the file's frame `from` stand at frame `at`, bit for bit.
static void
check_noise(const Wav* const w, const int64_t at, const int64_t n, const int64_t from, const float gain)
{
  for (int64_t i = 0; i < n; ++i) {
    check_frame(w, at + i, noise(from + i, 0) * gain, noise(from + i, 1) * gain, 0.0f);
  }
}

static void
check_silence(const Wav* const w, const int64_t at, const int64_t n)
{
  for (int64_t i = 0; i < n; ++i) {
    check_frame(w, at + i, 0.0f, 0.0f, 0.0f);
  }
}

static void
test_bit_for_bit(void** const state)
{
  (void)state;
  make_noise("a.wav", 2.0, RATE);
  Wav w = render("0 /deck/1/load a.wav\n0.25 /deck/1/play\n", "256", NULL);
  check_silence(&w, 0, 12000);
  check_noise(&w, 12000, 96000, 0, 1.0f);
  check_silence(&w, 108000, w.n - 108000);
  assert_true(w.n <= 108000 + RATE / 2); // it ends when the deck does
  free(w.frames);
}

static void
test_play_at_the_time_of_its_load(void** const state)
{
  (void)state;
  make_noise("a.wav", 1.0, RATE);
  Wav w = render("0 /deck/1/load a.wav\n0 /deck/1/play\n"
                 "2 /deck/2/load a.wav\n+0 /deck/2/play\n",
                 "256", NULL);
  check_noise(&w, 0, 48000, 0, 1.0f);
  check_silence(&w, 48000, 48000);
  check_noise(&w, 96000, 48000, 0, 1.0f);
  free(w.frames);
}

static void
test_group_start(void** const state)
{
  (void)state;
  make_noise("a.wav", 1.0, RATE);
  Wav w = render("0 /deck/1/load a.wav\n0 /deck/2/load a.wav\n0 /deck/3/load a.wav\n"
                 "0.5 /start 0.123 1 3\n",
                 "333", NULL);
  check_silence(&w, 0, 29904);
  check_noise(&w, 29904, 48000, 0, 2.0f);
  free(w.frames);
}

static void
test_length_option(void** const state)
{
  (void)state;
  make_noise("a.wav", 1.0, RATE);
  Wav w = render("0 /deck/1/load a.wav\n0 /deck/1/play\n", "256", "0.3333");
  assert_int_equal(w.n, 15998);
  check_noise(&w, 0, w.n, 0, 1.0f);
  free(w.frames);
}

static void
test_loop_keeps_its_grid(void** const state)
{
  (void)state;
  enum { START = 24000, LENGTH = 12000, REPEATS = 40, SEAM = 240 };
  make_noise("a.wav", 2.0, RATE);
  Wav w = render("0 /deck/1/load a.wav\n0 /deck/1/loop 0.5 0.75\n0 /deck/1/play\n", "256", "10.9");
  check_noise(&w, 0, START + LENGTH - SEAM, 0, 1.0f);
  for (int64_t k = 1; k < REPEATS; ++k) {
    check_noise(&w, START + k * LENGTH, LENGTH - SEAM, START, 1.0f);
  }
  free(w.frames);
}

static void
test_loop_set_behind_goes_on_in_its_round(void** const state)
{
  (void)state;
  make_noise("long.wav", 60.0, RATE);
  Wav w = render("0 /deck/1/load long.wav\n0 /deck/1/play\n0.2 /deck/1/seek 50\n1.5 /deck/1/loop 5 7\n", "256", "2.5");
  check_noise(&w, 9664, 62336, 50 * RATE + 64, 1.0f);
  check_noise(&w, 72064, 47000, 254464, 1.0f); // 5 s + (51.3 s - 5 s) mod 2 s, and all of it is there
  free(w.frames);
}

static void
test_endless_ends(void** const state)
{
  (void)state;
  make_noise("a.wav", 1.0, RATE);
  Wav w = render("0 /deck/1/load a.wav\n0 /deck/1/repeat 1\n0 /deck/1/play\n2.5 /deck/1/fader 1\n", "256", NULL);
  assert_in_range(w.n, (int64_t)(3.5 * RATE), (int64_t)(3.7 * RATE));
  check_noise(&w, 48000, 47760, 0, 1.0f);
  free(w.frames);
}

static void
test_seek_and_pause(void** const state)
{
  (void)state;
  make_noise("a.wav", 4.0, RATE);
  Wav w = render("0 /deck/1/load a.wav\n0 /deck/1/play\n"
                 "1 /deck/1/seek 3\n1.5 /deck/1/pause\n2 /deck/1/play\n",
                 "256", "2.4");
  check_noise(&w, 0, 48000, 0, 1.0f);
  check_noise(&w, 48064, 24000 - 64, 3 * RATE + 64, 1.0f);
  check_silence(&w, 72064, 24000 - 64);
  check_noise(&w, 96064, 19000, 168000 + 64, 1.0f); // where it was paused
  free(w.frames);
}

static void
test_level_of_a_start_rises_smoothly(void** const state)
{
  (void)state;
  make_noise("a.wav", 4.0, RATE);
  Wav w = render("0 /deck/1/load a.wav\n0 /deck/1/cue 1\n0.5 /deck/1/play\n", "256", "1");
  check_silence(&w, 0, 24000);
  for (int64_t i = 0; i < 64; ++i) { // a fade-in never exceeds the signal
    assert_true(fabsf(w.frames[2 * (24000 + i)]) <= fabsf(noise(48000 + i, 0)) + 1e-6f);
  }
  check_noise(&w, 24064, 20000, 48064, 1.0f);
  free(w.frames);
}

// Key lock follows the tempo on a grid of its own: however cycles are cut, the same comes out, bit for bit.
static void
test_blocks_change_nothing(void** const state)
{
  (void)state;
  make_noise("a.wav", 8.0, RATE);
  static const char* const blocks[] = {"256", "64", "1000", "37"};
  Wav                      first    = {0};
  for (int b = 0; b < 4; ++b) {
    Wav w = render("0 /deck/1/load a.wav\n0 /deck/1/keylock 1\n0.5 /deck/1/play\n"
                   "1 /ramp /deck/1/speed 1.1 0.7\n1.4 /ramp /deck/1/pitch 1 0.3\n1.9 /deck/1/speed 0.95\n"
                   "2.2 /ramp /deck/1/speed 1.05 0.25\n2.5 /deck/1/keylock 0\n2.6 /deck/1/pause\n2.7 /deck/1/play\n",
                   blocks[b], "3.5");
    for (int64_t i = 0; b && i < 2 * w.n; ++i) {
      if (w.frames[i] != first.frames[i]) {
        fail_msg("blocks of %s: frame %ld is %g, not %g", blocks[b], (long)(i / 2), (double)w.frames[i],
                 (double)first.frames[i]);
      }
    }
    if (b) {
      free(w.frames);
    } else {
      first = w;
    }
  }
  free(first.frames);
}

static void
test_levels(void** const state)
{
  (void)state;
  static const struct {
    const char* commands;
    double      gain;
  } cases[] = {
    {"0 /deck/1/trim -6\n", 0.5011872336},
    {"0 /deck/1/fader 0.5\n", 0.5},
    {"0 /master/gain -20\n", 0.1},
    {"0 /deck/1/assign a\n", 0.5},
    {"0 /deck/1/assign a\n0 /crossfader/curve power\n", 0.7071067812},
    {"0 /deck/1/assign a\n0 /crossfader/curve cut\n", 1.0},
    {"0 /deck/1/assign a\n0 /crossfader -1\n", 1.0},
    {"0 /deck/1/assign b\n0 /crossfader -1\n", 0.0},
    {"0 /deck/1/assign b\n0 /crossfader 0.5\n", 0.75},
    {"0 /deck/1/assign b\n0 /crossfader 0.5\n0 /crossfader/curve power\n", 0.9238795325},
    {"0 /deck/1/mute 1\n", 0.0},
  };
  make_noise("a.wav", 1.5, RATE);
  for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); ++c) {
    char score[300];
    snprintf(score, sizeof(score), "0 /deck/1/load a.wav\n%s0.5 /deck/1/play\n", cases[c].commands);
    Wav w = render(score, "256", "1");
    for (int64_t i = 0; i < 20000; ++i) {
      const float left = (float)(noise(i, 0) * cases[c].gain), right = (float)(noise(i, 1) * cases[c].gain);
      check_frame(&w, 24000 + i, left, right, 1e-5f);
    }
    free(w.frames);
  }
}

static void
test_set_up_at_the_time_of_the_start(void** const state)
{
  (void)state;
  make_noise("a.wav", 1.5, RATE);
  Wav w = render("0 /deck/1/load a.wav\n1 /deck/1/trim -20\n1 /deck/1/play\n", "256", "2");
  for (int64_t i = 0; i < 40000; ++i) { // no glide from what stood before
    check_frame(&w, RATE + i, noise(i, 0) * 0.1f, noise(i, 1) * 0.1f, 1e-5f);
  }
  free(w.frames);
}

static void
test_ramp(void** const state)
{
  (void)state;
  make_noise("a.wav", 4.0, RATE);
  Wav w = render("0 /deck/1/load a.wav\n0 /deck/1/play\n1 /ramp /deck/1/fader 0 2\n", "256", "3.5");
  check_noise(&w, 0, 47984, 0, 1.0f);
  for (int64_t i = 48000; i < 144000; ++i) { // its grid is 16 frames, its de-zippering 5 ms
    const double gain = 1.0 - (double)(i - 48000) / 96000.0;
    check_frame(&w, i, (float)(noise(i, 0) * gain), (float)(noise(i, 1) * gain), 0.003f);
  }
  check_silence(&w, 144480, 20000);
  free(w.frames);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_bit_for_bit),
    cmocka_unit_test(test_play_at_the_time_of_its_load),
    cmocka_unit_test(test_group_start),
    cmocka_unit_test(test_length_option),
    cmocka_unit_test(test_loop_keeps_its_grid),
    cmocka_unit_test(test_loop_set_behind_goes_on_in_its_round),
    cmocka_unit_test(test_endless_ends),
    cmocka_unit_test(test_seek_and_pause),
    cmocka_unit_test(test_level_of_a_start_rises_smoothly),
    cmocka_unit_test(test_blocks_change_nothing),
    cmocka_unit_test(test_levels),
    cmocka_unit_test(test_set_up_at_the_time_of_the_start),
    cmocka_unit_test(test_ramp),
  };
  return cmocka_run_group_tests(tests, stage_open, stage_close);
}
