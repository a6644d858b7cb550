// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/subscribers.h"

#include "base/clock.h"
#include "base/log.h"
#include "control/osc.h"
#include "control/pattern.h"
#include "control/state.h"
#include "control/table.h"

#include <stdlib.h>
#include <string.h>

enum { READS_PER_TURN = 1024, MESSAGES_PER_TURN = 256 };

/// One address of a subscription.
typedef struct {
  const Entry* entry;
  uint8_t      deck, k;
  uint64_t     told; ///< what of, condensed; 0: nothing yet
} Watched;

struct Subscription {
  Sender   who;
  int64_t  heard;    ///< clock_ns(): the client gave a sign of life
  int64_t  interval; ///< ns
  int64_t  due;      ///< clock_ns()
  Watched* list;
  size_t   count;
  size_t   next;  ///< in the list, of the round under way; count: none is
  uint64_t decks; ///< that there were
  Ear      ear;
  char     pattern[];
};

static void
end(Control* const c, const int index)
{
  Subscribers* const  all = &c->subscribers;
  Subscription* const s   = all->of[index];
  all->of[index]          = all->of[--all->count];
  meters_unlisten(c, &s->ear);
  free(s->list);
  free(s);
}

void
subscribers_clear(Control* const c)
{
  while (c->subscribers.count) {
    end(c, 0);
  }
}

void
subscribers_drop(Control* const c, const Sender* const who)
{
  for (int i = c->subscribers.count; i-- > 0;) {
    if (sender_same(&c->subscribers.of[i]->who, who)) {
      end(c, i);
    }
  }
}

void
subscribers_heard(Control* const c, const Sender* const who)
{
  Subscribers* const all = &c->subscribers;
  const int64_t      now = all->count ? clock_ns() : 0;
  if (!all->count || (now - all->heard_ns < 1000000000 && sender_same(&all->heard, who))) {
    return; // in a storm not every message is looked at
  }
  all->heard    = *who;
  all->heard_ns = now;
  for (int i = 0; i < all->count; ++i) {
    all->of[i]->heard = sender_same(&all->of[i]->who, who) ? now : all->of[i]->heard;
  }
}

typedef struct {
  Watched* list; ///< NULL: they are only counted
  size_t   count, room;
} Collection;

static void
collect(void* const data, const Entry* const e, const uint8_t deck, const uint8_t k)
{
  Collection* const found = data;
  if (e->read && found->list && found->count < found->room) {
    found->list[found->count] = (Watched){e, deck, k, 0};
  }
  found->count += e->read != NULL;
}

/// Find what the pattern names.
static Status
look_up(const Control* const c, Subscription* const s, Error* const error)
{
  Collection found  = {0};
  uint8_t    deck   = 0;
  uint8_t    k      = 0;
  Status     status = STATUS_OK;
  if (!is_pattern(s->pattern)) {
    const Entry* const e = table_find(s->pattern, c->present, &deck, &k, error);
    if (!e) {
      return STATUS_NOT_FOUND;
    }
    if (!e->read) {
      return error_set(error, STATUS_BAD_VALUE, "%s has no value to read", s->pattern);
    }
    found.count = 1;
  } else {
    status = table_match(s->pattern, c->present, collect, &found, error);
  }
  if (status || !found.count) {
    return status ? status : error_set(error, STATUS_NOT_FOUND, "nothing that can be read matches %s", s->pattern);
  }
  found.list = calloc(found.count, sizeof(Watched));
  found.room = found.count;
  if (!found.list) {
    return error_set(error, STATUS_NO_MEMORY, "no memory");
  }
  if (is_pattern(s->pattern)) {
    found.count = 0;
    table_match(s->pattern, c->present, collect, &found, error);
  } else {
    found.list[0] = (Watched){table_find(s->pattern, c->present, &deck, &k, error), deck, k, 0};
  }
  free(s->list);
  s->list  = found.list;
  s->count = s->next = found.room;
  s->decks           = c->present;
  return STATUS_OK;
}

static Subscription*
find(const Control* const c, const Sender* const who, const char* const pattern, int* const index, int* const others)
{
  *others = 0;
  for (int i = 0; i < c->subscribers.count; ++i) {
    Subscription* const s = c->subscribers.of[i];
    if (sender_same(&s->who, who)) {
      if (!strcmp(s->pattern, pattern)) {
        *index = i;
        return s;
      }
      ++*others;
    }
  }
  return NULL;
}

Status
subscribe(Control* const      c,
          const Sender* const who,
          const char* const   pattern,
          const double        times_per_second,
          Error* const        error)
{
  int           index  = 0;
  int           others = 0;
  Subscription* s      = find(c, who, pattern, &index, &others);
  if (!s) {
    if (others >= MAX_SUBSCRIPTIONS_OF_ONE || c->subscribers.count == MAX_SUBSCRIPTIONS) {
      return error_set(error, STATUS_BUSY, "too many subscriptions: end some with rate 0, or use a pattern");
    }
    s = calloc(1, sizeof(*s) + strlen(pattern) + 1);
    if (!s) {
      return error_set(error, STATUS_NO_MEMORY, "no memory");
    }
    memcpy(s->pattern, pattern, strlen(pattern) + 1);
    const Status status = look_up(c, s, error);
    if (status) {
      free(s);
      return status;
    }
    s->who = *who;
    meters_listen(c, &s->ear);
    c->subscribers.of[c->subscribers.count++] = s;
  }
  s->heard    = clock_ns();
  s->due      = s->heard;
  s->interval = (int64_t)(1e9 / times_per_second);
  return STATUS_OK;
}

void
unsubscribe(Control* const c, const Sender* const who, const char* const pattern)
{
  int index  = 0;
  int others = 0;
  if (find(c, who, pattern, &index, &others)) {
    end(c, index);
  }
}

/// FNV-1a of what was told; never 0.
static uint64_t
condense(const Value* const values, const int count)
{
  uint64_t h = UINT64_C(14695981039346656037) ^ (uint64_t)count;
  for (int i = 0; i < count; ++i) {
    const Value* const   v     = &values[i];
    const unsigned char* bytes = (const unsigned char*)(v->type == VALUE_TEXT ? v->text : (const char*)&v->number);
    const size_t         size  = v->type == VALUE_TEXT ? strlen(v->text) + 1 : sizeof(v->number);
    for (size_t k = 0; k < size; ++k) {
      h = (h ^ bytes[k]) * UINT64_C(1099511628211);
    }
  }
  return h ? h : 1;
}

/// Tell one value, if there is need.  Return: whether a message was sent.
static bool
tell(Control* const c, const Subscription* const s, Watched* const w)
{
  char  address[MAX_ADDRESS];
  Value v[1 + MAX_READ];
  c->listener          = &((Subscription*)s)->ear;
  const int n          = w->entry->read(c, w->entry, w->deck, w->k, v + 1);
  c->listener          = NULL;
  const uint64_t state = condense(v + 1, n);
  const bool     first = !w->told && !n; // it has never been set: nothing to say
  const bool     same  = w->told == state && !w->entry->meter;
  w->told              = state;
  if (first || same) {
    return false;
  }
  table_address(w->entry, w->deck, w->k, address, sizeof(address));
  v[0] = value_text(address);
  answer_send(c, &s->who, "/value", v, n + 1);
  return true;
}

/// Whether the client is still there.
static bool
is_alive(const Control* const c, const Subscription* const s, const int64_t now)
{
  if (s->who.kind == SENDER_UDP && now - s->heard > INT64_C(1000000000) * SUBSCRIBER_SECONDS) {
    log_info("OSC: a subscription to %s has ended: its client said nothing for %d s", s->pattern, SUBSCRIBER_SECONDS);
    return false;
  }
  return osc_room(c->osc, &s->who) >= 0;
}

/// Go on with a round, or begin one that is due.  false: there was more to do than this turn allows.
static bool
serve(Control* const c, Subscription* const s, const int64_t now, int* const reads, int* const messages)
{
  if (s->next == s->count) {
    if (now < s->due) {
      return true;
    }
    Error error;
    if (s->decks != c->present) {
      (void)look_up(c, s, &error); // one that names a deck that has gone finds nothing to read there
      s->decks = c->present;
    }
    s->next = 0;
    s->due += s->interval;
    s->due = s->due > now ? s->due : now + s->interval; // what couldn't be said in time isn't said twice
  }
  for (; s->next < s->count; ++s->next) {
    if (*reads == 0 || *messages == 0) {
      return false;
    }
    if (osc_room(c->osc, &s->who) == 0) {
      return true; // it must read first; others needn't wait
    }
    Watched* const w = &s->list[s->next];
    --*reads;
    *messages -= (!table_is_of_deck(w->entry) || deck_exists(c, w->deck)) && tell(c, s, w);
  }
  return true;
}

void
subscribers_turn(Control* const c)
{
  Subscribers* const all      = &c->subscribers;
  const int64_t      now      = all->count ? clock_ns() : 0;
  int                reads    = READS_PER_TURN;
  int                messages = MESSAGES_PER_TURN;
  for (int i = all->count; i-- > 0;) {
    if (!is_alive(c, all->of[i], now)) {
      end(c, i);
    }
  }
  for (int i = 0; i < all->count; ++i) {
    const int index = (all->first + i) % all->count;
    if (!serve(c, all->of[index], now, &reads, &messages)) {
      all->first = index;
      return;
    }
  }
}

int
subscribers_wait(const Control* const c, const int timeout_ms)
{
  int64_t       least = (int64_t)timeout_ms * 1000000;
  const int64_t now   = c->subscribers.count ? clock_ns() : 0;
  for (int i = 0; i < c->subscribers.count; ++i) {
    const Subscription* const s    = c->subscribers.of[i];
    const bool                busy = s->next < s->count && osc_room(c->osc, &s->who) > 0;
    const int64_t             left = busy ? 0 : s->next < s->count ? least : s->due - now;
    least                          = left < least ? left : least;
  }
  return least <= 0 ? 0 : (int)((least + 999999) / 1000000);
}
