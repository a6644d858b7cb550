// SPDX-License-Identifier: GPL-3.0-or-later
// Streaming under stress: fifty decks on a drive that is slow and comes in bursts.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"
#include "slow_disk.h"

#include <fcntl.h>

#define SECONDS 90
#define HOT_CUES 8

// The steepest that is no click: a cross-fade over 64 frames from one peak of the tone to the other, or a fade to
// silence, and the tone itself.
#define CLICK (2.0 * AMPLITUDE / 64.0 * 1.3)

static const Drive sd_card   = {.mb_per_second = 40.0, .ms_each = 0.4, .stall_ms = 220.0, .every_ms = 1200.0};
static const Drive hard_disk = {.mb_per_second = 100.0, .ms_each = 2.0};

static const char*
song(void)
{
  const char* const path = in_folder("song.wav");
  if (access(path, F_OK) != 0) {
    assert_true(make_file(path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, RATE, 2, SECONDS * RATE, -1.0, NULL, low_tone));
  }
  return path;
}

static void
no_clicks(const char* const where)
{
  for (int d = 0; d < DECKS; ++d) {
    if (sim.bend[d] > CLICK) {
      fail_msg("%s: deck %d clicks: a second difference of %g, not above %g", where, d + 1, sim.bend[d], CLICK);
    }
  }
}

static uint64_t
all_starves(void)
{
  uint64_t n = 0;
  for (int d = 0; d < DECKS; ++d) {
    n += starves(d);
  }
  return n;
}

static void
fifty_decks_start_at_once(void** state)
{
  (void)state;
  static const Drive* const drives[] = {&sd_card, &hard_disk};
  for (size_t k = 0; k < 2; ++k) {
    sim_start(drives[k], 256, song());
    for (int d = 0; d < DECKS; ++d) {
      command((Command){.kind = COMMAND_PLAY, .deck = (uint8_t)d, .at = sim.frames + 4800});
    }
    pass(12.0);
    for (int d = 0; d < DECKS; ++d) {
      assert_int_equal(state_of(d), DECK_PLAYING);
    }
    assert_int_equal(all_starves(), 0);
    no_clicks("start");
    sim_stop();
  }
}

static void
pin_hot_cues(void)
{
  for (int d = 0; d < DECKS; ++d) {
    for (int k = 0; k < HOT_CUES; ++k) {
      const int64_t frame = (int64_t)(scramble((uint32_t)(d * HOT_CUES + k)) % (SECONDS - 15)) * RATE + 777 * k;
      ask((Request){.kind  = REQUEST_PIN,
                    .deck  = (uint8_t)d,
                    .pin   = (uint8_t)(PIN_HOT_CUE + k),
                    .track = sim.track[d],
                    .frame = frame});
      while (disk_work(sim.disk)) {
      }
      take_replies();
    }
  }
}

static int64_t
hot_cue(const int d, const int k)
{
  return (int64_t)(scramble((uint32_t)(d * HOT_CUES + k)) % (SECONDS - 15)) * RATE + 777 * k;
}

static uint32_t dice;
static uint64_t jumps;

static uint32_t throw(const uint32_t sides)
{
  dice = scramble(dice + 0x9E3779B9u);
  return dice % sides;
}

// Every deck jumps some once in 0.7 s, to any of its hot cues.
static void
storm_of_hot_cues(void)
{
  for (int d = 0; d < DECKS; ++d) {
    if (throw(130) == 0) {
      command(
        (Command){.kind = COMMAND_SEEK, .deck = (uint8_t)d, .seek = {.frame = hot_cue(d, (int) throw(HOT_CUES))}});
      ++jumps;
    }
  }
}

static void
a_storm_of_hot_cues_never_misses(void** state)
{
  (void)state;
  sim_start(&sd_card, 256, song());
  sim.running = false;
  pin_hot_cues();
  sim.running = true;
  for (int d = 0; d < DECKS; ++d) {
    command((Command){.kind = COMMAND_PLAY, .deck = (uint8_t)d, .at = sim.frames + 4800});
  }
  pass(3.0);
  jumps      = 0;
  sim.script = storm_of_hot_cues;
  pass(15.0);
  assert_true(jumps > 800);
  assert_int_equal(all_starves(), 0);
  no_clicks("hot cues");
  sim_stop();
}

static int64_t  target[DECKS];
static uint32_t asked[DECKS]; // tickets, 0: none
static uint8_t  slot[DECKS];

// As control does it: the place is pinned, and gone to when it is there.
static void
storm_of_seeks(void)
{
  for (int d = 0; d < DECKS; ++d) {
    if (!asked[d] && throw(260) == 0) {
      target[d] = (int64_t) throw((SECONDS - 15) * RATE);
      slot[d]   = (uint8_t)((slot[d] + 1) % 8);
      asked[d]  = ask((Request){.kind  = REQUEST_PIN,
                                .deck  = (uint8_t)d,
                                .pin   = (uint8_t)(PIN_SEEK + slot[d]),
                                .track = sim.track[d],
                                .frame = target[d]});
    }
  }
}

static void
go(const Reply* const r)
{
  for (int d = 0; d < DECKS; ++d) {
    if (asked[d] && asked[d] == r->ticket) {
      assert_int_equal(r->status, STATUS_OK);
      asked[d] = 0;
      command((Command){.kind = COMMAND_SEEK, .deck = (uint8_t)d, .seek = {.frame = target[d]}});
      ++jumps;
    }
  }
}

static void
a_storm_of_seeks_never_misses(void** state)
{
  (void)state;
  sim_start(&sd_card, 256, song());
  for (int d = 0; d < DECKS; ++d) {
    command((Command){.kind = COMMAND_PLAY, .deck = (uint8_t)d, .at = sim.frames + 4800});
  }
  pass(3.0);
  jumps        = 0;
  sim.script   = storm_of_seeks;
  sim.on_reply = go;
  pass(15.0);
  assert_true(jumps > 300);
  assert_int_equal(all_starves(), 0);
  no_clicks("seeks");
  sim_stop();
}

// A drive that can't feed them all: who misses fades, is counted, and comes back; nothing clicks.
static void
what_a_hopeless_drive_misses_is_counted_and_never_clicks(void** state)
{
  (void)state;
  static const Drive hopeless = {.mb_per_second = 6.0, .ms_each = 0.3, .stall_ms = 700.0, .every_ms = 3000.0};
  sim_start(&hopeless, 256, song());
  for (int d = 0; d < DECKS; ++d) {
    command((Command){.kind = COMMAND_PLAY, .deck = (uint8_t)d, .at = sim.frames + 4800});
  }
  pass(10.0);
  int hungry = 0;
  for (int d = 0; d < DECKS; ++d) {
    hungry += starves(d) > 0;
    assert_int_equal(state_of(d), DECK_PLAYING);
  }
  assert_true(hungry > 0);
  no_clicks("hopeless");
  sim.drive = hard_disk; // and when it can again, they come back
  pass(3.0);
  const uint64_t before = all_starves();
  pass(5.0);
  assert_int_equal(all_starves(), before);
  no_clicks("back");
  sim_stop();
}

static Track*
put_other(const int deck, const char* const path)
{
  sim.running = false;
  sim.waiting = 0;
  Reply r;
  ask((Request){.kind = REQUEST_LOAD, .deck = (uint8_t)deck, .path = strdup(path)});
  while (disk_work(sim.disk)) {
  }
  assert_true(ring_read(disk_replies(sim.disk), &r));
  assert_int_equal(r.status, STATUS_OK);
  command((Command){.kind = COMMAND_TRACK, .deck = (uint8_t)deck, .track = {.track = r.track}});
  for (int k = 0; k < 100; ++k) {
    cycle();
    while (disk_work(sim.disk)) {
    }
  }
  sim.begun   = sim.now - sim.frames * 1000000000 / RATE;
  sim.running = true;
  return r.track;
}

static void
damage(const char* const path, const int how)
{
  if (how == 0) {
    assert_int_equal(truncate(path, 44 + 4 * 8 * RATE), 0);
  } else if (how == 1) {
    unlink(path);
  } else { // cut in the midst of a frame, then something else written over it
    assert_int_equal(truncate(path, 44 + 4 * 7 * RATE + 1), 0);
    const int fd = open(path, O_WRONLY | O_TRUNC);
    assert_int_equal(write(fd, "gone", 4), 4);
    close(fd);
  }
}

static void
a_file_cut_or_deleted_while_it_plays_harms_no_other_deck(void** state)
{
  (void)state;
  char path[256];
  strcpy(path, in_folder("victim.wav"));
  for (int how = 0; how < 3; ++how) {
    assert_true(make_file(path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, RATE, 2, 20 * RATE, -1.0, NULL, low_tone));
    sim_start(&sd_card, 256, song());
    Track* const victim = put_other(7, path);
    for (int d = 0; d < DECKS; ++d) {
      command((Command){.kind = COMMAND_PLAY, .deck = (uint8_t)d, .at = sim.frames + 4800});
    }
    pass(3.0);
    log_set_level(LOG_ERROR); // it warns
    damage(path, how);
    pass(10.0);
    log_set_level(LOG_INFO);
    for (int d = 0; d < DECKS; ++d) {
      assert_int_equal(starves(d), 0);
      assert_int_equal(state_of(d), d == 7 && how != 1 ? DECK_PAUSED : DECK_PLAYING);
    }
    if (how == 0) {
      assert_int_equal(atomic_load(&victim->end), 8 * RATE);
    } else if (how == 2) {
      assert_true(atomic_load(&victim->end) < 8 * RATE);
    }
    no_clicks("damage");
    sim_stop();
    unlink(path);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(fifty_decks_start_at_once),
    cmocka_unit_test(a_storm_of_hot_cues_never_misses),
    cmocka_unit_test(a_storm_of_seeks_never_misses),
    cmocka_unit_test(what_a_hopeless_drive_misses_is_counted_and_never_clicks),
    cmocka_unit_test(a_file_cut_or_deleted_while_it_plays_harms_no_other_deck),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
