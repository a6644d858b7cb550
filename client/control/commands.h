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

// commands_transport.c
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
Progress run_ramp(Control* c, Call* call);
Status   check_ramp(Control* c, const Call* call, Error* error);

// commands_record.c
Progress run_record_start(Control* c, Call* call);
Progress run_record_stop(Control* c, Call* call);
Status   check_record(Control* c, const Call* call, Error* error);

// commands_score.c
Progress run_score_play(Control* c, Call* call);
Progress run_score_stop(Control* c, Call* call);

// commands_info.c
Progress run_get(Control* c, Call* call);
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
int read_meter(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int read_master_meter(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int read_cue(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int read_hot_cue(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int read_loop(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int read_loop_enable(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int read_repeat(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);
int read_record(const Control* c, const Entry* e, uint8_t deck, uint8_t k, Value* out);

#endif
