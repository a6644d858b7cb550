// SPDX-License-Identifier: GPL-3.0-or-later
// Four tracks of one tune, 122 beats a minute in A minor, as files in several formats and rates: synth DIR
#include "voice.h"

#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>

static const double BEAT = 60.0 / 122.0; ///< seconds
enum { BARS = 32 };

/// One chord a bar: its notes and the root of the bass, MIDI note numbers.
static const struct {
  int notes[4];
  int root;
} chords[4] = {
  {{57, 60, 64, 67}, 33}, // Am7
  {{57, 60, 65, 69}, 29}, // F
  {{55, 60, 64, 71}, 36}, // Cmaj7
  {{55, 59, 62, 69}, 31}, // G(add9)
};

static double
at(const int bar, const double sixteenth)
{
  return (bar * 4 + sixteenth / 4.0) * BEAT;
}

static void
play_drums(Tape* const t)
{
  for (int bar = 0; bar < BARS; ++bar) {
    const int fill = bar % 8 == 7;
    for (int s = 0; s < 16; ++s) {
      const double swing = s % 2 ? 0.12 : 0.0; // of a sixteenth
      const double now   = at(bar, s + swing);
      if (s % 4 == 0 && !(fill && s == 12)) {
        add_kick(t, now, 0.9);
      }
      if (s == 4 || s == 12) {
        add_clap(t, now, 0.34);
      }
      if (s % 4 == 2) {
        add_noise(t, now, 6500.0, 0.055, 0.30, 0.1);
      }
      add_noise(t, now, 8500.0, 0.014, s % 4 == 0 ? 0.08 : 0.14, s % 2 ? -0.4 : 0.4);
      if (fill && s >= 10) {
        add_tom(t, now, 210.0 - 18.0 * (s - 10), 0.42, (s - 13) * 0.2);
      }
    }
    if (bar % 4 == 3) {
      add_kick(t, at(bar, 14.0), 0.55);
    }
    if (bar % 8 == 0) {
      add_noise(t, at(bar, 0.0), 4200.0, 0.55, 0.22, -0.2);
    }
  }
}

static void
play_bass(Tape* const t)
{
  // sixteenth, length, semitones above the root
  static const double line[][3] = {{0, 1.6, 0},  {3, 1.0, 0},   {6, 1.6, 12}, {8, 1.0, 0},
                                   {10, 1.4, 7}, {13, 1.0, 10}, {14, 1.6, 12}};
  for (int bar = 0; bar < BARS; ++bar) {
    for (size_t i = 0; i < sizeof(line) / sizeof(line[0]); ++i) {
      if (bar % 4 == 3 && i == 5) {
        continue; // a breath before the round begins again
      }
      const double  start = at(bar, line[i][0]);
      const double  midi  = chords[bar % 4].root + line[i][2];
      const double  open  = 700.0 + 500.0 * sin(bar * 0.3927);
      const SawNote n     = {.start   = start,
                             .seconds = line[i][1] * BEAT / 4.0,
                             .midi    = midi,
                             .gain    = 0.30,
                             .bright  = open + 900.0,
                             .dark    = 220.0,
                             .fall    = 0.09,
                             .attack  = 0.003,
                             .release = 0.05,
                             .detune  = 0.08};
      add_saw(t, &n);
      add_sub(t, start, line[i][1] * BEAT / 4.0, midi, 0.5);
    }
  }
  tape_pump(t, BEAT, 0.5);
}

static void
play_chords(Tape* const t)
{
  static const double stabs[] = {0.0, 3.0, 6.0, 11.0};
  for (int bar = 0; bar < BARS; ++bar) {
    const double swell = 0.5 - 0.5 * cos(bar * 0.19635 * 2.0); // opens and closes in 16 bars
    for (int k = 0; k < 4; ++k) {
      const double  pan = (k - 1.5) * 0.35;
      const SawNote pad = {.start   = at(bar, 0.0),
                           .seconds = 4.0 * BEAT,
                           .midi    = chords[bar % 4].notes[k],
                           .gain    = 0.10,
                           .bright  = 500.0 + 900.0 * swell,
                           .dark    = 500.0 + 900.0 * swell,
                           .fall    = 1.0,
                           .attack  = 0.12,
                           .release = 0.35,
                           .detune  = 0.16,
                           .pan     = pan};
      add_saw(t, &pad);
      for (size_t i = 0; i < sizeof(stabs) / sizeof(stabs[0]); ++i) {
        const SawNote stab = {.start   = at(bar, stabs[i]),
                              .seconds = 0.09,
                              .midi    = chords[bar % 4].notes[k] + 12,
                              .gain    = 0.11,
                              .bright  = 1800.0 + 2600.0 * swell,
                              .dark    = 300.0,
                              .fall    = 0.11,
                              .attack  = 0.003,
                              .release = 0.16,
                              .detune  = 0.14,
                              .pan     = -pan};
        add_saw(t, &stab);
      }
    }
    add_sub(t, at(bar, 0.0), 3.9 * BEAT, chords[bar % 4].root, 0.42); // its own low end, for the swap of basses
  }
  tape_echo(t, 0.75 * BEAT, 0.35, 0.22);
  tape_pump(t, BEAT, 0.55);
}

static void
play_lead(Tape* const t)
{
  // Four bars of A minor pentatonic, so that a fourth higher it still fits: sixteenth, length, note
  static const double tune[][3] = {{0, 3, 76},  {3, 3, 74},  {6, 2, 72},  {8, 6, 69},  {16, 3, 72}, {19, 3, 74},
                                   {22, 2, 76}, {24, 4, 79}, {28, 4, 76}, {32, 3, 76}, {35, 3, 79}, {38, 2, 81},
                                   {40, 6, 79}, {46, 2, 76}, {48, 3, 74}, {51, 3, 72}, {54, 2, 74}, {56, 7, 69}};
  for (int round = 0; round < BARS / 4; ++round) {
    for (size_t i = 0; i < sizeof(tune) / sizeof(tune[0]); ++i) {
      const double pan = i % 2 ? 0.25 : -0.25;
      add_bell(t, at(round * 4, tune[i][0]), tune[i][1] * BEAT / 4.0 * 0.9, tune[i][2], 0.3, pan);
      if (round % 2 && i % 3 == 0) {
        add_bell(t, at(round * 4, tune[i][0] + 1.0), BEAT / 5.0, tune[i][2] + 12.0, 0.1, -pan);
      }
    }
  }
  tape_echo(t, 0.75 * BEAT, 0.45, 0.4);
}

static int
write_track(const char* const folder, const char* const name, const Tape* const t, const int format)
{
  char path[4096];
  snprintf(path, sizeof(path), "%s/%s", folder, name);
  SF_INFO        info = {.samplerate = (int)t->rate, .channels = 2, .format = format};
  SNDFILE* const file = sf_open(path, SFM_WRITE, &info);
  if (!file) {
    fprintf(stderr, "synth: %s: %s\n", path, sf_strerror(NULL));
    return 1;
  }
  double quality = 0.6;
  sf_command(file, SFC_SET_VBR_ENCODING_QUALITY, &quality, sizeof(quality));
  sf_set_string(file, SF_STR_ARTIST, "deckhost demo");
  int64_t written = 0;
  while (written < t->frames) { // in pieces: libsndfile's Vorbis encoder wants little at a time
    const int64_t left = t->frames - written;
    const int64_t n    = sf_writef_float(file, t->samples + 2 * written, left < 4096 ? left : 4096);
    if (n <= 0) {
      fprintf(stderr, "synth: %s: %s\n", path, sf_strerror(file));
      sf_close(file);
      return 1;
    }
    written += n;
  }
  return sf_close(file);
}

int
main(const int argc, char** const argv)
{
  static const struct {
    const char* name;
    void (*play)(Tape*);
    double rate, peak;
    int    format;
  } tracks[] = {
    {"drums.wav", play_drums, 44100.0, 0.40, SF_FORMAT_WAV | SF_FORMAT_PCM_16},
    {"bass.flac", play_bass, 48000.0, 0.32, SF_FORMAT_FLAC | SF_FORMAT_PCM_16},
    {"chords.ogg", play_chords, 44100.0, 0.32, SF_FORMAT_OGG | SF_FORMAT_VORBIS},
    {"lead.flac", play_lead, 48000.0, 0.26, SF_FORMAT_FLAC | SF_FORMAT_PCM_24},
  };
  if (argc != 2) {
    fprintf(stderr, "usage: synth DIR\n");
    return 2;
  }
  for (size_t i = 0; i < sizeof(tracks) / sizeof(tracks[0]); ++i) {
    Tape t = tape_new(BARS * 4 * BEAT, tracks[i].rate);
    tracks[i].play(&t);
    tape_level(&t, tracks[i].peak);
    const int failed = write_track(argv[1], tracks[i].name, &t, tracks[i].format);
    tape_free(&t);
    if (failed) {
      return 1;
    }
    printf("  %s, %d bars\n", tracks[i].name, BARS);
    fflush(stdout);
  }
  return 0;
}
