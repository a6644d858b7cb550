// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_COMMANDS_H
#define CONTROL_COMMANDS_H

// What the table's commands do: see Entry.run, .check and .read.

#include "control/table.h"

// commands_load.c
Progress run_load(Control* c, Call* call);
Progress run_unload(Control* c, Call* call);
Status   check_load(Control* c, const Call* call, Error* error);

/// Ask for the track of a /load that is still to come, once.
void load_ask(Control* c, Call* call);

/// Ask for the first load to come of every deck and stem, where it wasn't yet.
void load_prefetch(Control* c);

// commands_deck.c
Progress run_deck_add(Control* c, Call* call);
Progress run_deck_remove(Control* c, Call* call);

// commands_group.c
Progress run_group_add(Control* c, Call* call);
Progress run_group_remove(Control* c, Call* call);
Progress run_group_exclusive(Control* c, Call* call);
int      read_group_exclusive(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int      read_group_decks(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);

// commands_transport.c
Progress run_group_play(Control* c, Call* call);
Progress run_group_stop(Control* c, Call* call);
Progress run_play(Control* c, Call* call);
Progress run_pause(Control* c, Call* call);
Progress run_stop(Control* c, Call* call);
Progress run_toggle(Control* c, Call* call);
Progress run_start(Control* c, Call* call);
Progress run_stop_all(Control* c, Call* call);

// commands_cue.c
Progress run_seek(Control* c, Call* call);
Progress run_jump(Control* c, Call* call);
Progress run_cue(Control* c, Call* call);
Progress run_cue_go(Control* c, Call* call);
Progress run_hot_cue_set(Control* c, Call* call);
Progress run_hot_cue_go(Control* c, Call* call);
Progress run_hot_cue_clear(Control* c, Call* call);
Progress run_loop(Control* c, Call* call);
Progress run_loop_enable(Control* c, Call* call);
Progress run_repeat(Control* c, Call* call);

// commands_mixer.c
Progress run_param(Control* c, Call* call);
Progress run_port(Control* c, Call* call);
Progress run_set(Control* c, Call* call);
Status   check_set(Control* c, const Call* call, Error* error);
bool     deck_owns_port(uint8_t slot, const char* symbol); ///< nobody else may set it
Progress run_ramp(Control* c, Call* call);
Status   check_ramp(Control* c, const Call* call, Error* error);

Status check_port_value(Control* c, uint8_t chain, uint8_t slot, const Call* call, Error* error);

/// When a deck's control is to be set.  One that doesn't play is set up early, so that it is primed with it and starts
/// with it on the very frame; unless something before it is still to come.  `deck` may be any chain.
int64_t time_for(const Control* c, const Call* call, uint8_t deck);

// commands_insert.c
Progress run_insert_load(Control* c, Call* call);
Progress run_insert_unload(Control* c, Call* call);
Progress run_insert_preset(Control* c, Call* call);
Progress run_insert_enable(Control* c, Call* call);
Progress run_insert_set(Control* c, Call* call);
Progress run_insert_ports(Control* c, Call* call);
Status   check_insert(Control* c, const Call* call, Error* error);
int      read_insert_plugin(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int      read_insert_name(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int      read_insert_enable(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int      read_insert_latency(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int      read_insert_ports(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);

/// The chain whose plugins a call has to wait for; -1: none.
int insert_queue(const Control* c, const Call* call);

// commands_record.c
Progress run_record_start(Control* c, Call* call);
Progress run_record_stop(Control* c, Call* call);
void     record_look(Control* c); ///< each turn: it may have begun, or failed
void     record_note_state(Control* c, const Notice* n);
Status   check_record(Control* c, const Call* call, Error* error);

// commands_score.c
Progress run_score_play(Control* c, Call* call);
Progress run_score_stop(Control* c, Call* call);

// commands_session.c
Progress run_session_save(Control* c, Call* call);
Progress run_session_load(Control* c, Call* call);
Status   check_session_save(Control* c, const Call* call, Error* error);

// commands_midi.c
Progress run_midi_bind(Control* c, Call* call);
Progress run_midi_learn(Control* c, Call* call);
Progress run_midi_forget(Control* c, Call* call);
Progress run_midi_clear(Control* c, Call* call);
Progress run_midi_load(Control* c, Call* call);
Progress run_midi_save(Control* c, Call* call);
Progress run_midi_map(Control* c, Call* call);
int      read_midi_learn(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int      read_midi_last(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int      read_midi_latency(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);

// commands_info.c
Progress run_get(Control* c, Call* call);
Progress run_subscribe(Control* c, Call* call);
Progress run_ready(Control* c, Call* call);
Progress run_help(Control* c, Call* call);
Progress run_stats(Control* c, Call* call);
Progress run_stats_reset(Control* c, Call* call);
Progress run_quit(Control* c, Call* call);

// readings.c
int read_param(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int read_port(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int read_state(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int read_position(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int read_length(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int read_path(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int read_latency(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int read_shift(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);

// readings_mixer.c
int      read_meter(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int      read_rms(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int      read_hold(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int      read_clips(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int      read_reduction(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int      read_ahead(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int      read_loudness(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
Progress run_loudness_reset(Control* c, Call* call);
Progress run_clips_reset(Control* c, Call* call);

// readings.c again
int read_cue(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int read_hot_cue(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int read_loop(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int read_loop_enable(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int read_repeat(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int read_record(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);

#endif
