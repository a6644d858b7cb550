// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H

// The control thread's loop: commands in (OSC, scores, the program's own), each checked against the one table of
// commands, turned into messages for process and disk, and answered exactly once.

#include "base/status.h"
#include "control/ops.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Control Control;
typedef struct Osc     Osc;

/// `ops` is copied; what it points to outlives the control.  Control thread, like everything here.
Status control_new(Control** out, const Ops* ops, Error* error);
void   control_free(Control* c);

/// Open the OSC port, UDP and TCP, on `address` ("127.0.0.1"), before there is anybody to answer: what comes is held by
/// the system until control_serve, which takes it over.  STATUS_BUSY: in use, `error` says what to do.
Status control_listen(Osc** out, const char* address, int port, Error* error);
void   control_hang_up(Osc* osc); ///< instead of control_serve; `osc` may be NULL
void   control_serve(Control* c, Osc* osc);

/// Only files in this folder, and others that were so named, may be named by commands from now on; but for those that
/// come by control_line.  Never called: any file may be named, by clients on this machine.
Status control_allow_path(Control* c, const char* folder, Error* error);

/// Whether such a sender may name this file.  STATUS_BAD_VALUE: `error` says what is allowed.
Status control_path_allowed(const Control* c, const char* path, bool remote, Error* error);

/// Both at once.
Status control_open_osc(Control* c, const char* address, int port, Error* error);

/// Where an answer goes when the command came from the program itself.  `line`: "/ok ...", "/error ..." in score
/// syntax.
typedef void (*ControlAnswer)(void* data, const char* line);

/// Carry out one command written as in a score, without a time: `/deck/1/play 0.5`.  `answer` may be NULL: errors are
/// logged. It may be called later than this returns, from control_poll.
void control_line(Control* c, const char* line, ControlAnswer answer, void* data);

/// The same, to take effect at engine frame `at` (AT_NOW: as control_line).  `data` may be NULL.
void control_line_at(Control* c, const char* line, int64_t at, ControlAnswer answer, void* data);

/** Another engine, of another rate, is about to take the place of the one there is: remember all there is, and answer
 * what is under way.  Until control_move the control may only be freed.  Pre: nobody runs the engine any more.
 * @param frame that the new one's clock begins with: where the old one stands, or a little later
 * @return how many decks the new one is to have, numbers from 0 */
uint32_t control_move_begin(Control* c, int64_t frame);

/// The new engine is there, empty: bring back what there was, and have go on what played, in
/// control_poll.  Whoever serves OSC, listens or is attached stays.
void control_move(Control* c, const Ops* ops);

/// Other parts' work on the control thread: `turn` is called once in each control_poll, which also wakes up when `fd`
/// (< 0: none) has something to read.  Pre: there are fewer than MAX_ATTACHED.
enum { MAX_ATTACHED = 4 };
typedef void (*ControlTurn)(void* data);
void control_attach(Control* c, int fd, ControlTurn turn, void* data);
void control_detach(Control* c, void* data);

/// Engine frame that is being processed about now, and frames in a second.
int64_t  control_now(const Control* c);
uint32_t control_rate(const Control* c);

/// Whether a deck (from 0) plays now.
bool control_deck_playing(const Control* c, uint32_t deck);

/// Load a session, if the file is there, and keep it: from here on it is saved every few seconds when something has
/// changed.  STATUS_BAD_FORMAT, STATUS_FAILED: `error` says why.  The load goes on in control_poll.
Status control_keep_session(Control* c, const char* path, Error* error);
bool   control_loads_session(const Control* c);

/// Save a session now; waits until it is on the disk.
Status control_save_session(Control* c, const char* path, Error* error);

/// The same without waiting: as /session/save and /session/load.
void control_save(Control* c, const char* path, ControlAnswer answer, void* data);
void control_load(Control* c, const char* path, ControlAnswer answer, void* data);

/// Take a MIDI map, as /midi/load.
void control_load_midi(Control* c, const char* path, ControlAnswer answer, void* data);

/// How far the load of a session has come, 0 .. 1.
double control_session_progress(const Control* c);

/// Whether anything but where decks stand has changed since `mark` was true the last time.
bool control_session_changed(Control* c, bool mark);

/// Sessions that are saved from here on hold links to files from elsewhere, in a folder audio/ beside them.
void control_collect_files(Control* c);

/// Read a score and check all of it (STATUS_BAD_VALUE: `error` names file and line; nothing was started), then play it,
/// its time 0 at engine frame `origin`.  Its loads are made ahead of time.
Status control_play_score(Control* c, const char* path, int64_t origin, Error* error);

/// Seconds until the score's last command is done, ramps and delays with it; 0: none plays.  How many of its commands
/// are still to come.
double control_score_length(const Control* c);
size_t control_score_pending(const Control* c);

/// How many commands of scores failed when their time came; each was logged.
size_t control_score_refused(const Control* c);

/// One turn of the loop: waits up to `timeout_ms` for something to do (0: don't wait).  Due messages enter the command
/// ring, a little ahead of their frame.
void control_poll(Control* c, int timeout_ms);

/// Whether loads, pins or commands of `frame` and before are still under way (offline rendering waits for them).  What
/// waits for the process thread to read its ring doesn't count: only running a cycle helps that.
bool control_busy(const Control* c, int64_t frame);

/// /quit was received, or control_quit called (async-signal-safe).
bool control_quitting(const Control* c);
void control_quit(Control* c);

#endif
