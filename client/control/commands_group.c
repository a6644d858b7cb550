// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/commands.h"
#include "control/state.h"

#include <stdio.h>
#include <string.h>

uint64_t
groups_stopped_by(const Control* const c, const uint64_t mask)
{
  uint64_t others = 0;
  for (int g = 0; g < MAX_GROUPS; ++g) {
    others |= c->groups[g].exclusive && (c->groups[g].members & mask) ? c->groups[g].members : 0;
  }
  return others & ~mask;
}

bool
groups_bind(const Control* const c, const uint8_t deck)
{
  return groups_stopped_by(c, UINT64_C(1) << deck) != 0;
}

void
groups_apply(const Control* const c, Command* const m)
{
  if (m->kind == COMMAND_PLAY && groups_bind(c, m->deck)) {
    const uint64_t mask = UINT64_C(1) << m->deck;
    m->kind             = COMMAND_START;
    m->decks            = (CommandDecks){mask, 0};
  }
  if (m->kind == COMMAND_START) {
    m->decks.stop |= groups_stopped_by(c, m->decks.mask);
  }
}

int
groups_conflict(const Control* const c, const uint64_t mask)
{
  for (int g = 0; g < MAX_GROUPS; ++g) {
    const uint64_t both = c->groups[g].members & mask;
    if (c->groups[g].exclusive && (both & (both - 1))) {
      return g + 1;
    }
  }
  return 0;
}

void
groups_forget(Control* const c, const uint8_t deck)
{
  for (int g = 0; g < MAX_GROUPS; ++g) {
    c->groups[g].members &= ~(UINT64_C(1) << deck);
  }
}

/// Starts see the groups as they are when they enter the ring: a change that is for later waits until then.
static bool
is_early(const Control* const c, Call* const call)
{
  call->for_time = call->at != AT_NOW && now_of(c) < call->at - RING_LEAD;
  return call->for_time;
}

/// Put the call's deck in, or take it out.
static Progress
change_members(Control* const c, Call* const call, const bool in)
{
  const uint64_t bit = UINT64_C(1) << call->deck;
  Group* const   g   = &c->groups[call->k];
  Error          error;
  if (is_early(c, call)) {
    return CALL_WAITS;
  }
  if (in && !deck_exists(c, call->deck)) {
    table_no_deck(call->deck + 1u, c->present, &error);
    answer_error(c, call, "%s", error.text);
  } else if (!in && !(g->members & bit)) {
    answer_error(c, call, "deck %d isn't in group %d", call->deck + 1, call->k + 1);
  } else {
    g->members = in ? g->members | bit : g->members & ~bit;
    answer_ok(c, call, NULL, 0);
  }
  return CALL_DONE;
}

Progress
run_group_add(Control* const c, Call* const call)
{
  return change_members(c, call, true);
}

Progress
run_group_remove(Control* const c, Call* const call)
{
  return change_members(c, call, false);
}

Progress
run_group_exclusive(Control* const c, Call* const call)
{
  if (is_early(c, call)) {
    return CALL_WAITS;
  }
  c->groups[call->k].exclusive = call->values[0].number != 0.0;
  answer_ok(c, call, NULL, 0);
  return CALL_DONE;
}

int
read_group_exclusive(const Control* const c,
                     const Entry* const   e,
                     const uint8_t        deck,
                     const uint8_t        k,
                     Value* const         out)
{
  (void)e;
  (void)deck;
  out[0] = value_int(c->groups[k].exclusive);
  return 1;
}

int
read_group_decks(const Control* const c, const Entry* const e, const uint8_t deck, const uint8_t k, Value* const out)
{
  static char text[MAX_DECKS * 3 + 1]; // read at once, on this one thread
  size_t      used = 0;
  (void)e;
  (void)deck;
  text[0] = '\0';
  for (int d = 0; d < MAX_DECKS; ++d) {
    if (c->groups[k].members >> d & 1) {
      used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%d", used ? " " : "", d + 1);
    }
  }
  out[0] = value_text(text);
  return 1;
}
