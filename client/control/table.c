// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/table.h"

#include "control/commands.h"

// clang-format off

#define NUMBER(name, minimum, maximum, unit) {ARG_NUMBER, name, minimum, maximum, unit, NULL, false}
#define OPTIONAL(name, minimum, maximum, unit) {ARG_NUMBER, name, minimum, maximum, unit, NULL, true}
#define SWITCH(name) {ARG_SWITCH, name, 0, 1, NULL, NULL, false}
#define CHOICE(name, words) {ARG_CHOICE, name, 0, 0, NULL, words, false}
#define TEXT(name) {ARG_TEXT, name, 0, 0, NULL, NULL, false}

#define DAY 86400.0
#define POSITION NUMBER("seconds", 0.0, 360000.0, "s")
#define WHEN OPTIONAL("seconds-from-now", 0.0, DAY, "s")

#define DECK .queue = QUEUE_DECK, .score = true
#define HOT_CUE .slots = MAX_HOT_CUES, .slot_name = "hot cue"
#define STEM .slots = MAX_STEMS, .slot_name = "stem"
#define PARAMETER(p) .control = CONTROL_PARAM, .param = p, .run = run_param, .read = read_param, .score = true
#define EQ(s) .control = CONTROL_PORT, .slot = SLOT_EQ, .symbol = s, .run = run_port, .read = read_port, .score = true

const Entry table[] = {
  {"/deck/N/load", {{ARG_FILE, "path", 0, 0, NULL, NULL, false}, {ARG_WHOLE, "stem", 1, MAX_STEMS, NULL, NULL, true}},
   "load a file into stem 1 or the one given; answered when it is playable", .run = run_load, .check = check_load, DECK},
  {"/deck/N/unload", {{0}}, "take the track off", .run = run_unload, DECK},
  {"/deck/N/play", {WHEN}, "play, now or exactly then", .run = run_play, DECK},
  {"/deck/N/pause", {WHEN}, "pause where it is", .run = run_pause, DECK},
  {"/deck/N/stop", {WHEN}, "pause and return to the cue point", .run = run_stop, DECK},
  {"/deck/N/toggle", {WHEN}, "play or pause", .run = run_toggle, DECK},
  {"/deck/N/seek", {POSITION}, "go to a place in the track", .run = run_seek, DECK},
  {"/deck/N/jump", {NUMBER("seconds", -360000.0, 360000.0, "s")}, "go ahead, or back where negative", .run = run_jump, DECK},
  {"/deck/N/cue", {OPTIONAL("seconds", 0.0, 360000.0, "s")},
   "set the cue point there, else here; a deck that doesn't play goes there and is ready to start on the frame",
   .run = run_cue, .read = read_cue, DECK},
  {"/deck/N/cue/go", {{0}}, "go to the cue point", .run = run_cue_go, DECK},
  {"/deck/N/hotcue/K/set", {OPTIONAL("seconds", 0.0, 360000.0, "s")}, "set a hot cue there, else here",
   .run = run_hot_cue_set, .read = read_hot_cue, HOT_CUE, DECK},
  {"/deck/N/hotcue/K/go", {{0}}, "go to a hot cue", .run = run_hot_cue_go, HOT_CUE, DECK},
  {"/deck/N/hotcue/K/clear", {{0}}, "forget a hot cue", .run = run_hot_cue_clear, HOT_CUE, DECK},
  {"/deck/N/loop", {NUMBER("start", 0.0, 360000.0, "s"), NUMBER("end", 0.0, 360000.0, "s")},
   "loop between two places, on at once", .run = run_loop, .read = read_loop, DECK},
  {"/deck/N/loop/enable", {SWITCH("on")}, "the loop on or off", .run = run_loop_enable, .read = read_loop_enable, DECK},
  {"/deck/N/repeat", {SWITCH("on")}, "play the whole track over and over", .run = run_repeat, .read = read_repeat, DECK},
  {"/deck/N/speed", {NUMBER("speed", 0.25, 4.0, NULL)}, "how fast it plays, and how high without key lock",
   PARAMETER(PARAM_SPEED), .ramp = true},
  {"/deck/N/keylock", {SWITCH("on")}, "keep the pitch whatever the speed", PARAMETER(PARAM_KEYLOCK)},
  {"/deck/N/pitch", {NUMBER("pitch", -12.0, 12.0, "semitones")},
   "shift the pitch; with key lock the sum of both stays within 12 semitones, and the answer says so",
   PARAMETER(PARAM_PITCH), .ramp = true},
  {"/deck/N/eq/set", {TEXT("symbol"), NUMBER("value", -1e9, 1e9, NULL)}, "any port of the EQ plugin by its symbol",
   .slot = SLOT_EQ, .run = run_set, .check = check_set, .score = true},
  {"/deck/N/pitch/set", {TEXT("symbol"), NUMBER("value", -1e9, 1e9, NULL)},
   "any port of the pitch plugin by its symbol, but for semitones, cents and enabled, which are the deck's",
   .slot = SLOT_PITCH, .run = run_set, .check = check_set, .score = true},
  {"/deck/N/eq/low", {NUMBER("gain", -40.0, 12.0, "dB")}, "low band", EQ("low"), .ramp = true},
  {"/deck/N/eq/mid", {NUMBER("gain", -40.0, 12.0, "dB")}, "middle band", EQ("mid"), .ramp = true},
  {"/deck/N/eq/high", {NUMBER("gain", -40.0, 12.0, "dB")}, "high band", EQ("high"), .ramp = true},
  {"/deck/N/eq/kill/low", {SWITCH("on")}, "low band away", EQ("kill_low")},
  {"/deck/N/eq/kill/mid", {SWITCH("on")}, "middle band away", EQ("kill_mid")},
  {"/deck/N/eq/kill/high", {SWITCH("on")}, "high band away", EQ("kill_high")},
  {"/deck/N/eq/mode", {CHOICE("mode", "tone|isolator")}, "character of the EQ", EQ("mode")},
  {"/deck/N/trim", {NUMBER("gain", -24.0, 12.0, "dB")}, "gain before the fader", PARAMETER(PARAM_TRIM), .ramp = true},
  {"/deck/N/fader", {NUMBER("gain", 0.0, 1.0, NULL)}, "linear gain", PARAMETER(PARAM_FADER), .ramp = true},
  {"/deck/N/mute", {SWITCH("on")}, "silent on the master", PARAMETER(PARAM_MUTE)},
  {"/deck/N/pfl", {SWITCH("on")}, "heard on the cue bus, whatever its fader", PARAMETER(PARAM_PFL)},
  {"/deck/N/assign", {CHOICE("side", "thru|a|b")}, "side of the cross-fader", PARAMETER(PARAM_ASSIGN)},
  {"/deck/N/stem/K/gain", {NUMBER("gain", -60.0, 12.0, "dB")}, "gain of a stem", PARAMETER(PARAM_STEM_GAIN), STEM, .ramp = true},
  {"/deck/N/stem/K/mute", {SWITCH("on")}, "a stem silent", PARAMETER(PARAM_STEM_MUTE), STEM},
  {"/deck/N/stem/K/solo", {SWITCH("on")}, "only stems with solo are heard", PARAMETER(PARAM_STEM_SOLO), STEM},
  {"/deck/N/state", {{0}}, "empty, loading, cued, playing or paused", .read = read_state},
  {"/deck/N/position", {{0}}, "what is heard now, seconds", .read = read_position},
  {"/deck/N/length", {{0}}, "of the track, seconds", .read = read_length},
  {"/deck/N/path", {{0}}, "of the track", .read = read_path},
  {"/deck/N/latency", {{0}}, "of the deck's plugins, frames; already compensated", .read = read_latency},
  {"/deck/N/shift", {{0}}, "what the pitch plugin makes now, semitones; 0: it is out of the path", .read = read_shift},
  {"/deck/N/meter", {{0}}, "peak left and right since last asked, dBFS, after the trim", .read = read_meter},
  {"/start", {{ARG_NUMBER, "seconds-from-now", 0.0, DAY, "s", NULL, false}, {ARG_DECKS, "deck", 0, 0, NULL, NULL, true}},
   "start these decks on one frame; without any, all that have a track", .run = run_start, .queue = QUEUE_DECKS, .score = true},
  {"/stop", {{0}}, "stop all decks", .run = run_stop_all, .score = true},
  {"/crossfader", {NUMBER("position", -1.0, 1.0, NULL)}, "from side a to side b", PARAMETER(PARAM_CROSSFADER), .ramp = true},
  {"/crossfader/curve", {CHOICE("curve", "linear|power|cut")}, "how it fades", PARAMETER(PARAM_CURVE)},
  {"/master/gain", {NUMBER("gain", -60.0, 12.0, "dB")}, "of the master", PARAMETER(PARAM_MASTER_GAIN), .ramp = true},
  {"/master/meter", {{0}}, "peak left and right since last asked, dBFS", .read = read_master_meter},
  {"/cue/gain", {NUMBER("gain", -60.0, 12.0, "dB")}, "of the headphones", PARAMETER(PARAM_CUE_GAIN), .ramp = true},
  {"/cue/mix", {NUMBER("mix", 0.0, 1.0, NULL)}, "headphones from the cued decks to the master", PARAMETER(PARAM_CUE_MIX), .ramp = true},
  {"/ramp", {TEXT("address"), NUMBER("target", -1e9, 1e9, NULL), NUMBER("seconds", 0.0, 3600.0, "s")},
   "move a continuous control from where it is to the target, linearly in its unit", .run = run_ramp, .check = check_ramp, .score = true},
  {"/record/start", {{ARG_PATH, "path", 0, 0, NULL, NULL, false}}, "write the master to a file: .wav, .flac or .ogg",
   .run = run_record_start, .check = check_record, .read = read_record, .queue = QUEUE_RECORD, .score = true},
  {"/record/stop", {{0}}, "end the recording; answers its length in seconds", .run = run_record_stop, .queue = QUEUE_RECORD, .score = true},
  {"/score/play", {{ARG_FILE, "path", 0, 0, NULL, NULL, false}}, "check a score, load its tracks, play it; answered when it begins",
   .run = run_score_play, .queue = QUEUE_SCORE},
  {"/score/stop", {{0}}, "no more commands of the score; what plays goes on", .run = run_score_stop, .queue = QUEUE_SCORE},
  {"/get", {TEXT("address")}, "current values, as /value ADDRESS value...; patterns (* ? [a-z] {one,other}) are allowed", .run = run_get},
  {"/stats", {{0}}, "what the engine measured of itself, as /stats/KEY value", .run = run_stats},
  {"/stats/reset", {{0}}, "begin measuring anew", .run = run_stats_reset, .score = true},
  {"/help", {{ARG_TEXT, "address", 0, 0, NULL, NULL, true}}, "this table, or one line of it", .run = run_help},
  {"/quit", {{0}}, "end the program", .run = run_quit, .queue = QUEUE_RECORD, .score = true},
};

const size_t table_size = sizeof(table) / sizeof(table[0]);
