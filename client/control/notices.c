// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/notices.h"

#include "base/clock.h"
#include "base/log.h"
#include "control/commands.h"
#include "control/state.h"

#include <stdio.h>

static const int64_t QUIET_NS = 2000000000; ///< between two lines about the same trouble

/// Whether it may be told now, and how often it went untold, as text (or "").
static bool
may_tell(Trouble* const t, char* const times, const size_t size)
{
  const int64_t now = clock_ns();
  if (t->told && now - t->told < QUIET_NS) {
    ++t->unspoken;
    return false;
  }
  times[0] = '\0';
  if (t->unspoken) {
    snprintf(times, size, " (and %llu times more in between)", (unsigned long long)t->unspoken);
  }
  *t = (Trouble){now, 0};
  return true;
}

static double
seconds_in_track(const Control* const c, const Notice* const n)
{
  const Stem* const s = deck_stem(c, n->deck);
  return s && s->rate ? (double)n->starve.frame / s->rate : 0.0;
}

static const char*
path_of(const Control* const c, const uint8_t deck)
{
  const Stem* const s = deck_stem(c, deck);
  return s ? s->path : "its file";
}

static void
tell_overrun(Control* const c, const Notice* const n)
{
  static const char* const stages[STAGE_COUNT] = {"reading", "the pitch plugin", "the EQ", "inserts", "mixing"};
  char                     times[64];
  if (!c->ops.offline && may_tell(&c->notices.overrun, times, sizeof(times))) {
    log_warn("a cycle took %.0f us of its %.0f us: mostly %s, and deck %d%s", (double)n->overrun.cycle_us,
             (double)n->overrun.budget_us, stages[n->overrun.stage < STAGE_COUNT ? n->overrun.stage : STAGE_MIX],
             n->overrun.deck + 1, times);
  }
}

static void
take_notice(Control* const c, const Notice* const n)
{
  char times[64];
  switch ((NoticeKind)n->kind) {
    case NOTICE_TRACK_RETIRED: {
      Request r = {.kind = REQUEST_FREE, .deck = n->deck, .track = n->track};
      control_ask(c, NULL, &r);
      break;
    }
    case NOTICE_PLUGIN_RETIRED:
      c->ops.plugin_retired(c->ops.self, n->plugin);
      break;
    case NOTICE_DECK_RETIRED:
      deck_retired(c, n);
      break;
    case NOTICE_STATE: // read from the levels where it is asked for
      record_note_state(c, n);
      break;
    case NOTICE_STARVED:
      if (n->deck < MAX_DECKS && may_tell(&c->notices.starved[n->deck], times, sizeof(times))) {
        log_warn("deck %d had no data at %.2f s: the disk was too slow%s", n->deck + 1, seconds_in_track(c, n), times);
      }
      break;
    case NOTICE_BROKEN:
      log_error("deck %d stopped at %.2f s: %s ends there or can't be read any more", n->deck + 1,
                seconds_in_track(c, n), path_of(c, n->deck));
      break;
    case NOTICE_LATENCY:
      c->ops.latency_changed(c->ops.self, n->deck);
      break;
    case NOTICE_OVERRUN:
      tell_overrun(c, n);
      break;
    case NOTICE_FENCE:
      c->recording.fence_passed = n->fence == c->fence;
      break;
  }
}

void
control_take_notices(Control* const c)
{
  Notice n;
  while (ring_read(c->ops.notices, &n)) {
    take_notice(c, &n);
  }
}
