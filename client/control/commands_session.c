// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/commands.h"
#include "control/session.h"
#include "control/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

Status
check_session_save(Control* const c, const Call* const call, Error* const error)
{
  const char* const path   = call->values[0].text;
  const char* const slash  = strrchr(path, '/');
  char* const       folder = slash && slash > path ? strndup(path, (size_t)(slash - path)) : strdup(slash ? "/" : ".");
  const bool        good   = folder && !access(folder, W_OK | X_OK);
  const int         why    = errno;
  (void)c;
  const Status s =
    good ? STATUS_OK
         : error_set(error, STATUS_NOT_FOUND, "can't write into %s: %s", folder ? folder : "it", strerror(why));
  free(folder);
  return s;
}

Progress
run_session_save(Control* const c, Call* const call)
{
  Status status = STATUS_OK;
  Error  error;
  if (call->phase == 0) {
    if (session_saving(c->session, c, &status, &error)) {
      return CALL_WAITS; // one that is kept by itself
    }
    if (session_save_begin(c->session, c, call->values[0].text, &error)) {
      answer_error(c, call, "%s", error.text);
      return CALL_DONE;
    }
    call->phase = 1;
  }
  if (session_saving(c->session, c, &status, &error)) {
    return CALL_WAITS;
  }
  if (status) {
    answer_error(c, call, "%s", error.text);
  } else {
    answer_ok(c, call, NULL, 0);
  }
  return CALL_DONE;
}

Progress
run_session_load(Control* const c, Call* const call)
{
  Error error;
  int   done    = 0;
  int   refused = 0;
  if (call->phase == 0) {
    Sender by = call->sender; // where files are limited to folders, so are those that a session names
    by.remote = by.remote || (c->allowed.count && (by.kind == SENDER_UDP || by.kind == SENDER_TCP));
    if (session_load_begin(c->session, c, call->values[0].text, &by, &error)) {
      answer_error(c, call, "%s", error.text);
      return CALL_DONE;
    }
    call->phase = 1;
  }
  if (session_loading(c->session, &done, &refused)) {
    return CALL_WAITS;
  }
  const Value counts[2] = {value_int(done), value_int(refused)};
  answer_ok(c, call, counts, 2);
  return CALL_DONE;
}
