// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/table.h"

#include "control/commands.h"
#include "control/groups.h"

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
#define GROUP .slots = MAX_GROUPS, .slot_name = "group"
#define PARAMETER(p) .control = CONTROL_PARAM, .param = p, .run = run_param, .read = read_param, .score = true
#define EQ(s) .control = CONTROL_PORT, .slot = SLOT_EQ, .symbol = s, .run = run_port, .read = read_port, .score = true

#define MIC_EQ(s) EQ(s), .chain = CHAIN_MIC
#define MASTER .chain = CHAIN_MASTER
#define MIC .chain = CHAIN_MIC

// The insert slots of a chain
#define INSERT .slots = MAX_INSERTS, .slot_name = "insert", .slot = SLOT_INSERT
#define INSERTS(path, where) \
  {path "/insert/K/load", {TEXT("uri"), {ARG_FILE, "state", 0, 0, NULL, NULL, true}}, \
   "put an LV2 plugin into a slot, whatever is there gives way; answered when it is there, with its name; with the folder of a state that a session has kept it begins with that", \
   .run = run_insert_load, .check = check_insert, .initial = "none", .queue = QUEUE_INSERTS, .score = true, INSERT, where}, \
  {path "/insert/K/unload", {{0}}, "take the plugin out", .run = run_insert_unload, .queue = QUEUE_INSERTS, .score = true, INSERT, where}, \
  {path "/insert/K/preset", {TEXT("preset")}, "one of the plugin's presets, by its URI or label; answers its number of ports", \
   .run = run_insert_preset, .check = check_insert, .queue = QUEUE_INSERTS, .score = true, INSERT, where}, \
  {path "/insert/K/enable", {SWITCH("on")}, "0: bypass, which cross-fades and keeps the plugin's latency", \
   .run = run_insert_enable, .read = read_insert_enable, .initial = "1", .queue = QUEUE_INSERTS, .score = true, INSERT, where}, \
  {path "/insert/K/set", {TEXT("symbol"), NUMBER("value", -1e9, 1e9, NULL)}, "any port of the plugin by its symbol", \
   .run = run_insert_set, .queue = QUEUE_INSERTS, .score = true, INSERT, where}, \
  {path "/insert/K/ports", {{ARG_TEXT, "symbol", 0, 0, NULL, NULL, true}}, \
   "the plugin's ports, or one of them: a message /value ADDRESS symbol name value minimum maximum default kind for each, kind one of number, whole, switch, output; " \
   "to be read: their symbols", .run = run_insert_ports, .read = read_insert_ports, .initial = "all", .queue = QUEUE_INSERTS, INSERT, where}, \
  {path "/insert/K/plugin", {{0}}, "URI of the plugin there, or empty", .read = read_insert_plugin, INSERT, where}, \
  {path "/insert/K/name", {{0}}, "its name", .read = read_insert_name, INSERT, where}, \
  {path "/insert/K/latency", {{0}}, "what it reports, frames; hidden", .read = read_insert_latency, INSERT, where}

#define PRESET(of, slot_of, where) {TEXT("preset")}, "one of the " of " plugin's presets, by its URI or label; answers its number of ports", \
   .slot = slot_of, .run = run_insert_preset, .check = check_insert, .queue = QUEUE_INSERTS, .score = true, where

const Entry table[] = {
  {"/deck/N/load", {{ARG_FILE, "path", 0, 0, NULL, NULL, false}, {ARG_WHOLE, "stem", 1, MAX_STEMS, NULL, NULL, true}},
   "load a file into stem 1 or the one given; answered when it is playable", .run = run_load, .check = check_load, .initial = "1", DECK},
  {"/deck/N/unload", {{0}}, "take the track off", .run = run_unload, DECK},
  {"/deck/N/play", {WHEN}, "play, now or exactly then", .run = run_play, .initial = "0", DECK},
  {"/deck/N/pause", {WHEN}, "pause where it is", .run = run_pause, .initial = "0", DECK},
  {"/deck/N/stop", {WHEN}, "pause and return to the cue point; given for now it takes back starts that were to come", .run = run_stop, .initial = "0", DECK},
  {"/deck/N/toggle", {WHEN}, "play or pause", .run = run_toggle, .initial = "0", DECK},
  {"/deck/N/seek", {POSITION}, "go to a place in the track", .run = run_seek, DECK},
  {"/deck/N/jump", {NUMBER("seconds", -360000.0, 360000.0, "s")}, "go ahead, or back where negative", .run = run_jump, DECK},
  {"/deck/N/cue", {OPTIONAL("seconds", 0.0, 360000.0, "s")},
   "set the cue point there, else here; a deck that doesn't play goes there and is ready to start on the frame",
   .run = run_cue, .read = read_cue, .initial = "here", DECK},
  {"/deck/N/cue/go", {{0}}, "go to the cue point", .run = run_cue_go, DECK},
  {"/deck/N/hotcue/K/set", {OPTIONAL("seconds", 0.0, 360000.0, "s")}, "set a hot cue there, else here",
   .run = run_hot_cue_set, .read = read_hot_cue, .initial = "here", HOT_CUE, DECK},
  {"/deck/N/hotcue/K/go", {{0}}, "go to a hot cue", .run = run_hot_cue_go, HOT_CUE, DECK},
  {"/deck/N/hotcue/K/clear", {{0}}, "forget a hot cue", .run = run_hot_cue_clear, HOT_CUE, DECK},
  {"/deck/N/loop", {NUMBER("start", 0.0, 360000.0, "s"), NUMBER("end", 0.0, 360000.0, "s")},
   "loop between two places, on at once", .run = run_loop, .read = read_loop, DECK},
  {"/deck/N/loop/enable", {SWITCH("on")}, "the loop on or off", .run = run_loop_enable, .read = read_loop_enable, .initial = "0", DECK},
  {"/deck/N/repeat", {SWITCH("on")}, "play the whole track over and over", .run = run_repeat, .read = read_repeat, .initial = "0", DECK},
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
  {"/deck/N/preset/eq", PRESET("EQ", SLOT_EQ, .chain = 0)},
  {"/deck/N/preset/pitch", PRESET("pitch", SLOT_PITCH, .chain = 0)},
  INSERTS("/deck/N", .chain = 0),
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
  {"/deck/N/meter", {{0}}, "peak left and right since you last asked, dBFS, after the trim", .read = read_meter, .meter = true},
  {"/deck/N/meter/rms", {{0}}, "mean level left and right over 0.3 s, dBFS (a full-scale sine: -3)", .read = read_rms, .meter = true},
  {"/deck/N/meter/hold", {{0}}, "highest peak of the last 2 s left and right, dBFS", .read = read_hold, .meter = true},
  {"/deck/N/clips", {{0}}, "how often it went over full scale since /clips/reset", .read = read_clips},
  {"/deck/add", {{0}}, "another deck, empty, while all others play; answers its number, the lowest that is free",
   .run = run_deck_add, .score = true},
  {"/deck/remove", {{ARG_DECK, "deck", 0, 0, NULL, NULL, false}},
   "fade a deck out and take it away with all it has; answered when its number is free", .run = run_deck_remove, DECK},
  {"/start", {{ARG_NUMBER, "seconds-from-now", 0.0, DAY, "s", NULL, false}, {ARG_DECKS, "deck", 0, 0, NULL, NULL, true}},
   "start these decks on one frame; without any, all that have a track", .run = run_start, .initial = "all", .queue = QUEUE_DECKS, .score = true},
  {"/stop", {{0}}, "stop all decks, and take back starts that were to come", .run = run_stop_all, .score = true},
  {"/group/K/add", {{ARG_DECK, "deck", 0, 0, NULL, NULL, false}}, "put a deck into a group; it may be in several",
   .run = run_group_add, GROUP, .queue = QUEUE_GROUPS, .score = true},
  {"/group/K/remove", {{ARG_DECK, "deck", 0, 0, NULL, NULL, false}}, "take a deck out of a group", .run = run_group_remove,
   GROUP, .queue = QUEUE_GROUPS, .score = true},
  {"/group/K/exclusive", {SWITCH("on")}, "only one of the group plays: starting it stops the others on the same frame",
   .run = run_group_exclusive, .read = read_group_exclusive, GROUP, .queue = QUEUE_GROUPS, .score = true},
  {"/group/K/play", {WHEN}, "start all of the group that have a track, on one frame", .run = run_group_play, GROUP,
   .queue = QUEUE_MEMBERS, .score = true},
  {"/group/K/stop", {WHEN}, "stop all of the group, on one frame", .run = run_group_stop, GROUP, .score = true},
  {"/group/K/decks", {{0}}, "the decks of a group", .read = read_group_decks, GROUP},
  {"/crossfader", {NUMBER("position", -1.0, 1.0, NULL)}, "from side a to side b", PARAMETER(PARAM_CROSSFADER), .ramp = true},
  {"/crossfader/curve", {CHOICE("curve", "linear|power|cut")}, "how it fades", PARAMETER(PARAM_CURVE)},
  {"/master/gain", {NUMBER("gain", -60.0, 12.0, "dB")}, "of the master", PARAMETER(PARAM_MASTER_GAIN), .ramp = true},
  {"/master/meter", {{0}}, "peak left and right since you last asked, dBFS", .read = read_meter, MASTER, .meter = true},
  {"/master/meter/rms", {{0}}, "mean level left and right over 0.3 s, dBFS (a full-scale sine: -3)", .read = read_rms, MASTER, .meter = true},
  {"/master/meter/hold", {{0}}, "highest peak of the last 2 s left and right, dBFS", .read = read_hold, MASTER, .meter = true},
  {"/master/clips", {{0}}, "how often it went over full scale since /clips/reset", .read = read_clips, MASTER},
  {"/master/limiter", {SWITCH("on")}, "hold the master's true peak below the ceiling; off: not in the path", PARAMETER(PARAM_LIMITER)},
  {"/master/limiter/ceiling", {NUMBER("ceiling", -24.0, 0.0, "dB")}, "true peak that the master doesn't exceed, dBFS", PARAMETER(PARAM_CEILING), .ramp = true},
  {"/master/limiter/release", {NUMBER("time", 10.0, 2000.0, "ms")}, "how long the limiter takes for 63 % of the way back", PARAMETER(PARAM_LIMITER_RELEASE)},
  {"/master/limiter/reduction", {{0}}, "what the limiter took away at most since you last asked, dB", .read = read_reduction, .meter = true},
  {"/master/loudness", {{0}}, "momentary, short-term and integrated LUFS, and range in LU (EBU R 128)", .read = read_loudness, .meter = true},
  {"/master/loudness/reset", {{0}}, "begin measuring loudness anew", .run = run_loudness_reset, .score = true},
  {"/master/latency", {{0}}, "of limiter and inserts, frames; hidden: the decks are mixed so much ahead", .read = read_ahead, MASTER},
  INSERTS("/master", MASTER),
  {"/booth/gain", {NUMBER("gain", -60.0, 12.0, "dB")}, "of the booth, which has the mix before master gain and limiter", PARAMETER(PARAM_BOOTH_GAIN), .ramp = true},
  {"/mic/gain", {NUMBER("gain", -24.0, 24.0, "dB")}, "of the microphone, before its EQ", PARAMETER(PARAM_MIC_GAIN), .ramp = true},
  {"/mic/enable", {SWITCH("on")}, "the microphone is heard", PARAMETER(PARAM_MIC_ENABLE)},
  {"/mic/duck", {NUMBER("depth", 0.0, 60.0, "dB")}, "by how much the decks go down while the microphone speaks", PARAMETER(PARAM_DUCK), .ramp = true},
  {"/mic/duck/threshold", {NUMBER("level", -80.0, 0.0, "dB")}, "from which peak on it speaks, dBFS", PARAMETER(PARAM_DUCK_THRESHOLD), .ramp = true},
  {"/mic/duck/attack", {NUMBER("time", 1.0, 2000.0, "ms")}, "how long the decks take all the way down", PARAMETER(PARAM_DUCK_ATTACK)},
  {"/mic/duck/release", {NUMBER("time", 10.0, 10000.0, "ms")}, "how long the decks take all the way back", PARAMETER(PARAM_DUCK_RELEASE)},
  {"/mic/eq/set", {TEXT("symbol"), NUMBER("value", -1e9, 1e9, NULL)}, "any port of the microphone's EQ by its symbol",
   .slot = SLOT_EQ, MIC, .run = run_set, .check = check_set, .score = true},
  {"/mic/eq/low", {NUMBER("gain", -40.0, 12.0, "dB")}, "low band", MIC_EQ("low"), .ramp = true},
  {"/mic/eq/mid", {NUMBER("gain", -40.0, 12.0, "dB")}, "middle band", MIC_EQ("mid"), .ramp = true},
  {"/mic/eq/high", {NUMBER("gain", -40.0, 12.0, "dB")}, "high band", MIC_EQ("high"), .ramp = true},
  {"/mic/eq/kill/low", {SWITCH("on")}, "low band away", MIC_EQ("kill_low")},
  {"/mic/eq/kill/mid", {SWITCH("on")}, "middle band away", MIC_EQ("kill_mid")},
  {"/mic/eq/kill/high", {SWITCH("on")}, "high band away", MIC_EQ("kill_high")},
  {"/mic/eq/mode", {CHOICE("mode", "tone|isolator")}, "character of the EQ", MIC_EQ("mode")},
  {"/mic/preset/eq", PRESET("EQ", SLOT_EQ, MIC)},
  INSERTS("/mic", MIC),
  {"/mic/meter", {{0}}, "peak left and right since you last asked, dBFS, after EQ and inserts, on or not", .read = read_meter, MIC, .meter = true},
  {"/mic/meter/rms", {{0}}, "mean level left and right over 0.3 s, dBFS (a full-scale sine: -3)", .read = read_rms, MIC, .meter = true},
  {"/mic/meter/hold", {{0}}, "highest peak of the last 2 s left and right, dBFS", .read = read_hold, MIC, .meter = true},
  {"/mic/clips", {{0}}, "how often it went over full scale since /clips/reset", .read = read_clips, MIC},
  {"/mic/latency", {{0}}, "from the microphone's port to the master's, frames", .read = read_ahead, MIC},
  {"/clips/reset", {{0}}, "begin counting anew on all decks, microphone and master", .run = run_clips_reset, .score = true},
  {"/cue/gain", {NUMBER("gain", -60.0, 12.0, "dB")}, "of the headphones", PARAMETER(PARAM_CUE_GAIN), .ramp = true},
  {"/cue/mix", {NUMBER("mix", 0.0, 1.0, NULL)}, "headphones from the cued decks to the master", PARAMETER(PARAM_CUE_MIX), .ramp = true},
  {"/cue/split", {SWITCH("on")}, "cued decks on the left ear, master on the right, both in mono", PARAMETER(PARAM_CUE_SPLIT)},
  {"/ramp", {TEXT("address"), NUMBER("target", -1e9, 1e9, NULL), NUMBER("seconds", 0.0, 3600.0, "s")},
   "move a continuous control from where it is to the target, linearly in its unit", .run = run_ramp, .check = check_ramp, .score = true},
  {"/record/start", {{ARG_PATH, "path", 0, 0, NULL, NULL, false}}, "write the master to a file: .wav, .flac, .ogg or .opus, and a cue sheet beside it",
   .run = run_record_start, .check = check_record, .read = read_record, .queue = QUEUE_RECORD, .score = true},
  {"/record/stop", {{0}}, "end the recording; answers its length in seconds", .run = run_record_stop, .queue = QUEUE_RECORD, .score = true},
  {"/score/play", {{ARG_FILE, "path", 0, 0, NULL, NULL, false}}, "check a score, load its tracks, play it; answered when it begins",
   .run = run_score_play, .queue = QUEUE_SCORE},
  {"/score/stop", {{0}}, "no more commands of the score; what plays goes on", .run = run_score_stop, .queue = QUEUE_SCORE},
  {"/session/save", {{ARG_PATH, "path", 0, 0, NULL, NULL, false}},
   "write all there is, tracks, places, controls, as commands into a file; the one before is kept as path.bak",
   .run = run_session_save, .check = check_session_save, .queue = QUEUE_SCORE},
  {"/session/load", {{ARG_FILE, "path", 0, 0, NULL, NULL, false}},
   "take off all there is and bring back what was saved, standing still; answers how many lines were carried out, and how many could not be",
   .run = run_session_load, .queue = QUEUE_SCORE},
  {"/midi/bind", {TEXT("controller"), TEXT("address"), {ARG_TEXT, "options", 0, 0, NULL, NULL, true}},
   "a controller (\"cc 1 7\", \"note * 36\") gives a command: one line of a MIDI map, see docs/midi.md", .run = run_midi_bind, .score = true},
  {"/midi/learn", {TEXT("address"), OPTIONAL("min", -1e9, 1e9, NULL), OPTIONAL("max", -1e9, 1e9, NULL)},
   "the next controller that is moved is bound to the command; reads as the address while it waits for that",
   .run = run_midi_learn, .read = read_midi_learn},
  {"/midi/forget", {TEXT("address")}, "no controller gives this command any more", .run = run_midi_forget, .score = true},
  {"/midi/clear", {{0}}, "no controller gives any command any more", .run = run_midi_clear, .score = true},
  {"/midi/load", {{ARG_FILE, "path", 0, 0, NULL, NULL, false}},
   "a MIDI map in the place of the one there is; a name that isn't a file is looked for among the installed ones", .run = run_midi_load, .score = true},
  {"/midi/save", {{ARG_PATH, "path", 0, 0, NULL, NULL, false}}, "write the MIDI map into a file", .run = run_midi_save,
   .check = check_session_save, .queue = QUEUE_SCORE},
  {"/midi/map", {{0}}, "the bindings, as /midi/map controller address options", .run = run_midi_map},
  {"/midi/last", {{0}}, "the controller moved last and its value, as maps write it", .read = read_midi_last},
  {"/midi/latency", {{0}}, "from a move to its effect, frames: always the same, so that moves keep their distance", .read = read_midi_latency},
  {"/get", {TEXT("address")}, "current values, as /value ADDRESS value...; patterns (* ? [a-z] {one,other}) are allowed", .run = run_get},
  {"/subscribe", {TEXT("pattern"), NUMBER("times-per-second", 0.0, 100.0, "Hz")},
   "be sent all values that the pattern names, then those that change, as /value ADDRESS value...; meters always; 0 ends it; "
   "over UDP say something every minute", .run = run_subscribe},
  {"/ready", {{0}}, "answered, with a message /ready first, once the start is over: commands that come earlier are held until then",
   .run = run_ready},
  {"/stats", {{0}}, "what the engine measured of itself, as /stats/KEY value", .run = run_stats},
  {"/stats/reset", {{0}}, "begin measuring anew", .run = run_stats_reset, .score = true},
  {"/help", {{ARG_TEXT, "address", 0, 0, NULL, NULL, true}}, "this table, or what a pattern names of it", .run = run_help, .initial = "all"},
  {"/quit", {{0}}, "end the program", .run = run_quit, .queue = QUEUE_RECORD, .score = true},
};

const size_t table_size = sizeof(table) / sizeof(table[0]);
