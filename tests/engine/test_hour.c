// SPDX-License-Identifier: GPL-3.0-or-later
// An hour of it: loops keep their grid, positions follow the closed form of every move of the tempo fader, decks with
// other latencies stay together to the frame.

#include "fakes.h"

enum { HOUR = 3600 * (int)RATE, BLOCK = 4096, START = 20480, DECKS = 2 };

typedef struct {
  Rig*    rig;
  float*  out[DECKS][2];
  int64_t now;
} Hour;

/// Two decks that play the same from frame START on, the second through `latency` frames of plugin.
static Hour
two_decks(const int64_t frames, const Signal signal, const uint32_t latency)
{
  Hour h = {.rig = rig_up(DECKS, BLOCK)};
  rig_plugin(h.rig, 1, SLOT_EQ, fake_plugin(latency));
  for (uint8_t d = 0; d < DECKS; ++d) {
    for (int side = 0; side < 2; ++side) {
      h.out[d][side] = calloc(BLOCK, sizeof(float));
    }
    rig_track(h.rig, d, 0, fake_track(frames, RATE, signal), AT_NOW);
    rig_simple(h.rig, COMMAND_PLAY, d, START);
  }
  return h;
}

static void
cycle(Hour* const h)
{
  EngineIo io = {0};
  for (int d = 0; d < DECKS; ++d) {
    io.deck[d][0] = h->out[d][0];
    io.deck[d][1] = h->out[d][1];
  }
  engine_run_rt(engine_rt(h->rig->engine), BLOCK, &io);
  h->rig->nnotices = 0;
  rig_listen(h->rig);
  h->now += BLOCK;
}

static void
end(Hour* const h)
{
  for (int d = 0; d < DECKS; ++d) {
    free(h->out[d][0]);
    free(h->out[d][1]);
  }
  rig_down(h->rig);
}

// A loop of N frames repeats every N frames, whatever is behind it.
static void
a_loop_keeps_its_grid(void** state)
{
  (void)state;
  enum { FIRST = 1000, LENGTH = 10007, SEAM = 240 };
  Hour h = two_decks(60000, signal_ramp, 1777);
  for (uint8_t d = 0; d < DECKS; ++d) {
    rig_seek(h.rig, COMMAND_CUE, d, FIRST, AT_NOW);
    rig_loop(h.rig, d, FIRST, FIRST + LENGTH, AT_NOW);
  }
  while (h.now < HOUR) {
    const int64_t at = h.now - START;
    cycle(&h);
    for (int64_t i = at > 64 ? 0 : BLOCK; i < BLOCK; i += 61) { // a prime: all places of the loop have their turn
      const int64_t in = (at + i) % LENGTH;
      if (in < LENGTH - SEAM && h.out[0][0][i] != signal_ramp(FIRST + in, 0)) {
        fail_msg("frame %ld: frame %ld of the loop is wrong", (long)(at + i), (long)in);
      }
    }
    assert_true(at <= 64 || !memcmp(h.out[0][0], h.out[1][0], BLOCK * sizeof(float)));
  }
  for (uint8_t d = 0; d < DECKS; ++d) {
    assert_true(rig_position(h.rig, d) == (FIRST + (h.now - START) % LENGTH) << 32);
  }
  end(&h);
}

// The tempo fader moves every ten seconds, for seven; where the track is then is the sum of all steps.
static void
positions_follow_the_closed_form(void** state)
{
  (void)state;
  enum { EVERY = 10 * RATE, RAMP = 7 * RATE, LENGTH = 400000 };
  Hour h = two_decks(LENGTH, signal_noise, 4001);
  for (uint8_t d = 0; d < DECKS; ++d) {
    rig_toggle(h.rig, COMMAND_REPEAT, d, true, AT_NOW);
  }
  double  speed = 1.0;
  double  where = 0.0; // in the track, at frame `from`
  double  worst = 0.0;
  int64_t from  = START;
  for (int move = 0; from < HOUR; ++move) {
    const float   to = 0.25f + (float)((move * 7919) % 376) * 0.01f;
    const int64_t at = (from + EVERY + 15) / 16 * 16; // on the grid of controls
    for (uint8_t d = 0; d < DECKS; ++d) {
      rig_param(h.rig, d, PARAM_SPEED, to, RAMP, at);
    }
    where += speed * (double)(at - from);
    while (h.now < at + RAMP) {
      cycle(&h);
      assert_memory_equal(h.out[0][0], h.out[1][0], BLOCK * sizeof(float));
      const int64_t gone = h.now - at;
      if (gone > 0) { // the sum of the steps so far
        const double n    = (double)(gone < RAMP ? gone : RAMP);
        const double sum  = n * speed + ((double)to - speed) * n * (n - 1.0) / 2.0 / RAMP;
        const double want = fmod(where + sum + (double)to * (double)(gone > RAMP ? gone - RAMP : 0), LENGTH);
        const double got  = (double)rig_position(h.rig, 0) * 0x1p-32;
        const double off  = fabs(remainder(got - want, LENGTH));
        worst             = off > worst ? off : worst;
        assert_true(rig_position(h.rig, 0) == rig_position(h.rig, 1));
      }
    }
    where += (double)RAMP * speed + ((double)to - speed) * ((double)RAMP - 1.0) / 2.0;
    from  = at + RAMP;
    speed = (double)to;
  }
  print_message("furthest from the closed form: %.2g frames\n", worst);
  assert_true(worst < 0.05); // what a step of 32.32 leaves after an hour
  end(&h);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_loop_keeps_its_grid),
    cmocka_unit_test(positions_follow_the_closed_form),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
