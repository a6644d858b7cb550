// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/commands.h"
#include "control/score.h"
#include "control/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

Status
check_load(Control* const c, const Call* const call, Error* const error)
{
  (void)c;
  struct stat       s;
  const char* const path = call->values[0].text;
  if (stat(path, &s) || access(path, R_OK)) {
    return error_set(error, STATUS_NOT_FOUND, "can't open %s: %s", path, strerror(errno));
  }
  return S_ISREG(s.st_mode) ? STATUS_OK : error_set(error, STATUS_BAD_FORMAT, "%s isn't a file", path);
}

static uint8_t
stem_of(const Call* const call)
{
  return call->count > 1 ? (uint8_t)(call->values[1].number - 1.0) : 0;
}

void
load_ask(Control* const c, Call* const call)
{
  if (call->load) {
    return;
  }
  Request r = {.kind = REQUEST_LOAD, .deck = call->deck, .stem = stem_of(call), .path = strdup(call->values[0].text)};
  if (!r.path) {
    call->load = LOAD_FAILED;
    error_set(&call->error, STATUS_NO_MEMORY, "no memory");
    return;
  }
  call->load = LOAD_ASKED;
  ++c->decks[call->deck].loading;
  control_ask(c, call, &r);
}

typedef Call* FirstLoads[MAX_DECKS][MAX_STEMS];

static void
keep_first(void* const data, Call* const call)
{
  Call** const best = &(*(FirstLoads*)data)[call->deck][stem_of(call)];
  if (!*best || call->at < (*best)->at) {
    *best = call;
  }
}

void
load_prefetch(Control* const c)
{
  // One track ahead for each deck and stem: the cache holds the beginning of so many, not of a night's worth
  FirstLoads first = {{NULL}};
  for (size_t i = 0; i < heap_count(c->futures); ++i) {
    Call* const call = *(Call**)heap_element(c->futures, i, NULL);
    if (call->entry->run == run_load) {
      keep_first(&first, call);
    }
  }
  if (c->score) {
    score_loads(c->score, keep_first, &first);
  }
  for (uint32_t d = 0; d < MAX_DECKS; ++d) {
    for (int s = 0; s < MAX_STEMS; ++s) {
      if (first[d][s]) {
        load_ask(c, first[d][s]);
      }
    }
  }
}

/// Give the track to the engine at engine frame `at`.
static Progress
hand_over(Control* const c, Call* const call, const int64_t at)
{
  const uint8_t stem    = stem_of(call);
  const Command command = {.kind = COMMAND_TRACK, .deck = call->deck, .track = {call->track, stem}};
  const Stem    s       = {call->track, strdup(call->values[0].text), call->frames, call->rate};
  if (!s.path || !control_command(c, call, at, &command)) {
    free(s.path);
    if (!s.path) {
      answer_error(c, call, "no memory");
    }
    return CALL_DONE; // the track goes back with the call
  }
  call->track = NULL;
  deck_put(c, call->deck, stem, &s);
  c->decks[call->deck].ready_at = now_of(c) + frames_of(c, PRIMING_SECONDS);
  load_prefetch(c);
  const Value length = value_double(call->rate ? (double)call->frames / call->rate : 0.0);
  answer_ok(c, call, &length, 1);
  return CALL_DONE;
}

/// Whether the engine should get to know of it by now.
static bool
is_due(const Control* const c, const Call* const call)
{
  return call->at == AT_NOW || now_of(c) >= call->at - RING_LEAD - MAX_BLOCK;
}

Progress
run_load(Control* const c, Call* const call)
{
  load_ask(c, call);
  if (call->load == LOAD_FAILED) {
    answer_error(c, call, "%s", call->error.text);
    return CALL_DONE;
  }
  if (call->waiting) {
    return CALL_WAITS;
  }
  if (call->at == AT_NOW) {
    return hand_over(c, call, AT_NOW);
  }
  // A deck that doesn't play gets its track early, so that it is primed and can start on the very frame; one that does
  // plays on until then.
  const bool early = call->at > now_of(c) + MAX_BLOCK; // else what is to happen then would come before it
  if (early && deck_is_idle(c, call->deck)) {
    return hand_over(c, call, AT_NOW);
  }
  call->for_time = !is_due(c, call);
  return call->for_time ? CALL_WAITS : hand_over(c, call, call->at);
}

Progress
run_unload(Control* const c, Call* const call)
{
  call->for_time = !is_due(c, call);
  if (call->for_time) {
    return CALL_WAITS;
  }
  if (!deck_loaded(c, call, call->deck)) {
    return CALL_DONE;
  }
  for (uint8_t s = 0; s < MAX_STEMS; ++s) {
    if (c->decks[call->deck].stem[s].track) {
      const Command command = {.kind = COMMAND_TRACK, .deck = call->deck, .track = {NULL, s}};
      if (!control_command(c, call, call->at, &command)) {
        return CALL_DONE;
      }
      deck_put(c, call->deck, s, NULL);
    }
  }
  answer_ok(c, call, NULL, 0);
  return CALL_DONE;
}
