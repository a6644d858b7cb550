// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SESSION_NSM_H
#define SESSION_NSM_H

// A client of a session manager that speaks NSM (Non, New Session Manager, RaySession, Argodejo): it says which session
// to open under which name, when to save and when to go.  Control thread.

#include "control/control.h"

typedef struct Nsm Nsm;

/** Announce ourselves at a server.
 * @param url osc.udp://HOST:PORT/, as $NSM_URL has it
 * @param program argv[0]: what the server will start next time
 * @return STATUS_BAD_VALUE, STATUS_NO_SERVER: `error` says why */
Status nsm_new(Nsm** out, const char* url, const char* program, Error* error);
void   nsm_free(Nsm* n);

/// Wait up to `timeout_ms` for the server to say what to open.  STATUS_BUSY: it hasn't yet; STATUS_FAILED: it refused
/// us, `error` says why.
Status nsm_wait_open(Nsm* n, int timeout_ms, Error* error);

const char* nsm_client_id(const Nsm* n); ///< our name at JACK
const char* nsm_session(const Nsm* n);   ///< path of the session file, in a folder that is there

/// We could not be opened.
void nsm_refuse(Nsm* n, const char* why);

/// Load the session, if it is there, then say that all is open; from here on it works in control_poll.  A wish to open
/// another session, or none, quits `control`.
void nsm_open(Nsm* n, Control* control);

/// Pre: control polls no more.
void nsm_close(Nsm* n);

/// Whether it was another session, not the end, that control was quit for.
bool nsm_switches(const Nsm* n);

#endif
