// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/cache.h"

#include "base/locked.h"

#include <stdlib.h>
#include <sys/mman.h>

#define BLOCK_BYTES (sizeof(float) * 2 * CHUNK_FRAMES)
#define SLAB_BLOCKS 64u // memory is touched so many at a time: 2 MB, a huge page where there are such
#define MAX_SPARE 16u   // blocks kept free ahead of need once the cache is full, or a sixteenth of it

// Pins leave this share of the cache to the playheads
#define PINS_OF_4 3u

typedef struct {
  TrackFile* owner; // NULL: free or in limbo
  uint32_t   index; // which chunk of it
  uint64_t   round; // when it was last wanted
  int64_t    due;   // as wanted then
} Block;

typedef struct {
  uint32_t block;
  uint64_t mark; // of the epoch, since when no table shows it
} Limbo;

struct Cache {
  Epoch*         epoch;
  uint32_t       capacity, made;
  Block*         blocks; // [capacity]
  float*         memory; // [capacity] blocks, of which the first `made` are touched
  uint32_t       limit;  // so many of them may be there at a time
  uint32_t*      gone;   // a stack of blocks that were given back to the system
  uint32_t       ngone;
  uint32_t*      free; // a stack
  uint32_t       nfree;
  Limbo*         limbo; // a ring of `capacity`
  uint32_t       limbo_at, nlimbo;
  uint32_t       hand; // where the search for what may go is
  uint32_t       pinned;
  uint32_t       taken; // NO_BLOCK or what cache_take gave last ...
  int64_t        due;   // ... and for when
  uint64_t       round;
  uint64_t       swept; // a round in which nothing unwanted was left
  _Atomic size_t used;
};

// Addresses for so many bytes, in whole huge pages where the system has them; memory comes when they are touched.
static float*
reserve(const size_t bytes)
{
  void* const at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) {
    return NULL;
  }
  madvise(at, bytes, MADV_HUGEPAGE); // a thousandth of the page faults
  return at;
}

Status
cache_new(Cache** const out, const size_t mb, Epoch* const epoch, Error* const error)
{
  const size_t capacity = (mb < CACHE_MIN_MB ? CACHE_MIN_MB : mb) * 1024 * 1024 / BLOCK_BYTES;
  Cache* const c        = calloc(1, sizeof(*c));
  if (!c || capacity >= NO_BLOCK) {
    free(c);
    return error_set(error, STATUS_NO_MEMORY, "no memory for a cache of %zu MB: choose less with --cache", mb);
  }
  c->epoch    = epoch;
  c->capacity = (uint32_t)capacity;
  c->limit    = c->capacity;
  c->taken    = NO_BLOCK;
  c->round    = 1;
  c->blocks   = calloc(capacity, sizeof(*c->blocks));
  c->memory   = reserve(capacity * BLOCK_BYTES);
  c->free     = calloc(capacity, sizeof(*c->free));
  c->gone     = calloc(capacity, sizeof(*c->gone));
  c->limbo    = calloc(capacity, sizeof(*c->limbo));
  if (!c->blocks || !c->memory || !c->free || !c->gone || !c->limbo) {
    cache_free(c);
    return error_set(error, STATUS_NO_MEMORY, "no memory for a cache of %zu MB: choose less with --cache", mb);
  }
  *out = c;
  return STATUS_OK;
}

void
cache_free(Cache* const c)
{
  if (c->memory) {
    munmap(c->memory, c->capacity * BLOCK_BYTES);
  }
  free(c->blocks);
  free(c->free);
  free(c->gone);
  free(c->limbo);
  free(c);
}

uint32_t
cache_capacity(const Cache* const c)
{
  return c->limit;
}

size_t
cache_bound(const Cache* const c)
{
  return c->capacity * BLOCK_BYTES;
}

void
cache_leave(Cache* const c, const size_t bytes)
{
  const size_t blocks = (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES;
  c->limit            = c->capacity - (blocks < c->capacity / 2 ? (uint32_t)blocks : c->capacity / 2);
}

uint32_t
cache_pinned(const Cache* const c)
{
  return c->pinned;
}

size_t
cache_used_bytes(const Cache* const c)
{
  return atomic_load_explicit(&c->used, memory_order_relaxed);
}

static void
count_used(Cache* const c, const bool more)
{
  const size_t used = atomic_load_explicit(&c->used, memory_order_relaxed);
  atomic_store_explicit(&c->used, more ? used + BLOCK_BYTES : used - BLOCK_BYTES, memory_order_relaxed);
}

static float*
frames_of(const Cache* const c, const uint32_t block)
{
  return c->memory + (size_t)block * 2 * CHUNK_FRAMES;
}

static uint32_t
resident(const Cache* const c)
{
  return c->made - c->ngone;
}

// Make a block that was given back free again, or the next slab's.  false: the bound is reached.
static bool
grow(Cache* const c)
{
  if (resident(c) >= c->limit) {
    return false;
  }
  if (c->ngone > 0) {
    const uint32_t b    = c->gone[--c->ngone];
    c->free[c->nfree++] = b;
    locked_keep(frames_of(c, b), BLOCK_BYTES);
    return true;
  }
  const uint32_t left = c->limit - c->made;
  const uint32_t n    = left < SLAB_BLOCKS ? left : SLAB_BLOCKS;
  locked_keep(frames_of(c, c->made), n * BLOCK_BYTES);
  for (uint32_t k = n; k-- > 0;) {
    c->free[c->nfree++] = c->made + k;
  }
  c->made += n;
  return true;
}

// Blocks beyond the limit go back to the system.
static void
give_back(Cache* const c)
{
  while (c->nfree > 0 && resident(c) > c->limit) {
    const uint32_t b = c->free[--c->nfree];
    munlock(frames_of(c, b), BLOCK_BYTES); // blocks are whole pages
    madvise(frames_of(c, b), BLOCK_BYTES, MADV_DONTNEED);
    c->gone[c->ngone++] = b;
  }
}

void
cache_begin_round(Cache* const c)
{
  ++c->round;
}

bool
cache_want(Cache* const c, TrackFile* const t, const uint32_t index, const int64_t due)
{
  const uint32_t b = t->blocks[index];
  if (b == NO_BLOCK) {
    return false;
  }
  Block* const block = &c->blocks[b];
  block->due         = block->round == c->round && block->due < due ? block->due : due;
  block->round       = c->round;
  return true;
}

// Out of the table; the mark comes when all of a batch are out.
static void
unpublish(Cache* const c, const uint32_t b)
{
  Block* const block = &c->blocks[b];
  atomic_store_explicit(&block->owner->track.chunks[block->index], NULL, memory_order_seq_cst);
  block->owner->blocks[block->index]                      = NO_BLOCK;
  block->owner                                            = NULL;
  block->round                                            = 0;
  c->limbo[(c->limbo_at + c->nlimbo) % c->capacity].block = b;
  ++c->nlimbo;
  count_used(c, false);
}

static void
mark_limbo(Cache* const c, const uint32_t n)
{
  const uint64_t mark = epoch_mark(c->epoch);
  for (uint32_t k = c->nlimbo - n; k < c->nlimbo; ++k) {
    c->limbo[(c->limbo_at + k) % c->capacity].mark = mark;
  }
}

static void
leave_limbo(Cache* const c)
{
  while (c->nlimbo > 0 && epoch_passed(c->epoch, c->limbo[c->limbo_at].mark)) {
    c->free[c->nfree++] = c->limbo[c->limbo_at].block;
    c->limbo_at         = (c->limbo_at + 1) % c->capacity;
    --c->nlimbo;
  }
}

static bool
may_go(const Cache* const c, const Block* const block)
{
  return block->owner && block->owner->pins[block->index] == 0 && block->round != c->round;
}

// Of what is wanted, that which is due last, if later than `due`.
static uint32_t
latest(const Cache* const c, const int64_t due)
{
  uint32_t found = NO_BLOCK;
  int64_t  last  = due;
  for (uint32_t k = 0; k < c->made; ++k) {
    const Block* const block = &c->blocks[k];
    if (block->owner && block->owner->pins[block->index] == 0 && block->due > last) {
      last  = block->due;
      found = k;
    }
  }
  return found;
}

// Take up to `n` blocks that nobody wants out of the tables, the hand going round.
static uint32_t
evict_unwanted(Cache* const c, const uint32_t n)
{
  uint32_t gone = 0;
  for (uint32_t k = 0; k < c->made && gone < n && c->swept != c->round; ++k) {
    const uint32_t b = c->hand;
    c->hand          = c->hand + 1 < c->made ? c->hand + 1 : 0;
    if (may_go(c, &c->blocks[b])) {
      unpublish(c, b);
      ++gone;
    }
  }
  if (gone < n) {
    c->swept = c->round;
  }
  return gone;
}

// See to it that a few blocks are free or soon will be.
static void
make_room(Cache* const c, const int64_t due)
{
  const uint32_t sixteenth = c->capacity / 16;
  const uint32_t over      = resident(c) > c->limit ? resident(c) - c->limit : 0;
  const uint32_t spare     = (sixteenth < MAX_SPARE ? sixteenth : MAX_SPARE) + over;
  const uint32_t have      = c->nfree + c->nlimbo;
  uint32_t       gone      = have < spare ? evict_unwanted(c, spare - have) : 0;
  if (have + gone == 0) {
    const uint32_t b = latest(c, due);
    if (b != NO_BLOCK) {
      unpublish(c, b);
      gone = 1;
    }
  }
  if (gone > 0) {
    mark_limbo(c, gone);
  }
}

float*
cache_take(Cache* const c, const int64_t due, bool* const waiting)
{
  leave_limbo(c);
  if (c->nfree > 0 || !grow(c)) {
    if (resident(c) >= c->limit) {
      make_room(c, due);
      leave_limbo(c);
      give_back(c);
    }
  }
  *waiting = c->nfree == 0 && c->nlimbo > 0;
  if (c->nfree == 0) {
    return NULL;
  }
  c->taken = c->free[--c->nfree];
  c->due   = due;
  return frames_of(c, c->taken);
}

void
cache_put(Cache* const c, TrackFile* const t, const uint32_t index)
{
  Block* const block = &c->blocks[c->taken];
  block->owner       = t;
  block->index       = index;
  block->round       = c->round; // it was read because it is wanted
  block->due         = c->due;
  t->blocks[index]   = c->taken;
  atomic_store_explicit(&t->track.chunks[index], frames_of(c, c->taken), memory_order_release);
  c->taken = NO_BLOCK;
  count_used(c, true);
}

void
cache_untake(Cache* const c)
{
  c->free[c->nfree++] = c->taken;
  c->taken            = NO_BLOCK;
}

void
cache_drop(Cache* const c, TrackFile* const t)
{
  uint32_t n = 0;
  for (size_t k = 0; k < t->track.nchunks; ++k) {
    if (t->blocks[k] != NO_BLOCK) {
      unpublish(c, t->blocks[k]);
      ++n;
    }
  }
  if (n > 0) {
    mark_limbo(c, n);
  }
}

void
cache_drop_one(Cache* const c, TrackFile* const t, const uint32_t index)
{
  if (t->blocks[index] != NO_BLOCK && t->pins[index] == 0) {
    unpublish(c, t->blocks[index]);
    mark_limbo(c, 1);
  }
}

bool
cache_pin(Cache* const c, TrackFile* const t, const uint32_t first, const uint32_t last)
{
  uint32_t more = 0;
  for (uint32_t k = first; k <= last; ++k) {
    more += t->pins[k] == 0;
  }
  if (c->pinned + more > c->limit / 4 * PINS_OF_4) {
    return false;
  }
  for (uint32_t k = first; k <= last; ++k) {
    ++t->pins[k];
  }
  c->pinned += more;
  return true;
}

void
cache_unpin(Cache* const c, TrackFile* const t, const uint32_t first, const uint32_t last)
{
  for (uint32_t k = first; k <= last; ++k) {
    c->pinned -= --t->pins[k] == 0;
  }
}
