// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/commands.h"
#include "control/score.h"
#include "control/state.h"

/// From "all is loaded" to the score's beginning, seconds: time to prime the decks.
static const double PRIMING = 1.0;

Progress
run_score_play(Control* const c, Call* const call)
{
  Error  error;
  Status status = STATUS_OK;
  if (call->phase == 0) {
    if (c->score && score_pending(c->score, now_of(c))) {
      answer_error(c, call, "a score is playing: /score/stop ends it");
      return CALL_DONE;
    }
    Score* s = NULL;
    if (score_new(&s, c, call->values[0].text, &error)) {
      answer_error(c, call, "%s", error.text);
      return CALL_DONE;
    }
    score_free(c->score, c);
    c->score    = s;
    call->phase = 1;
  }
  if (!c->score) {
    answer_error(c, call, "stopped before it began");
    return CALL_DONE;
  }
  if (score_loading(c->score, c, &status, &error)) {
    return CALL_WAITS;
  }
  if (status) {
    score_free(c->score, c);
    c->score = NULL;
    answer_error(c, call, "%s", error.text);
    return CALL_DONE;
  }
  const Value   length = value_double(score_length(c->score));
  const int64_t from   = now_of(c) + frames_of(c, PRIMING) + MAX_BLOCK - 1;
  score_start(c->score, c, from - from % MAX_BLOCK); // controls lie on a grid of frames: the same one each time
  answer_ok(c, call, &length, 1);
  return CALL_DONE;
}

Progress
run_score_stop(Control* const c, Call* const call)
{
  if (!c->score || !score_pending(c->score, now_of(c))) {
    answer_error(c, call, "no score is playing");
    return CALL_DONE;
  }
  score_free(c->score, c);
  c->score = NULL;
  answer_ok(c, call, NULL, 0);
  return CALL_DONE;
}
