// SPDX-License-Identifier: GPL-3.0-or-later
#include "msg/ring.h"

#include "base/locked.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

// Indices run freely and wrap at 2^32; a power-of-two count makes the difference and the mask right all the way round.
// Each side keeps a copy of the other's index, so that the shared line moves only when the copy says full or empty.
struct Ring {
  uint32_t count, size;
  char*    elements;

  // Written by the writer only
  _Alignas(64) _Atomic uint32_t head;
  uint32_t         seen_tail;
  _Atomic uint64_t refusals;

  // Written by the reader only
  _Alignas(64) _Atomic uint32_t tail;
};

Ring*
ring_new(const uint32_t count, const uint32_t size)
{
  uint32_t n = 1;
  while (n < count) {
    n *= 2;
  }
  Ring* const r = locked_new(sizeof(Ring) + (size_t)n * size);
  if (!r) {
    return NULL;
  }
  r->count    = n;
  r->size     = size;
  r->elements = (char*)(r + 1);
  return r;
}

void
ring_free(Ring* const r)
{
  locked_free(r);
}

uint32_t
ring_capacity(const Ring* const r)
{
  return r->count;
}

uint32_t
ring_space(const Ring* const r)
{
  const uint32_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
  return r->count - (head - atomic_load_explicit(&r->tail, memory_order_acquire));
}

bool
ring_write(Ring* const r, const void* const element)
{
  return ring_write_n(r, element, 1);
}

bool
ring_write_n(Ring* const r, const void* const elements, const uint32_t n)
{
  const uint32_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
  if (r->count - (head - r->seen_tail) < n) {
    r->seen_tail = atomic_load_explicit(&r->tail, memory_order_acquire);
    if (r->count - (head - r->seen_tail) < n) {
      atomic_fetch_add_explicit(&r->refusals, 1, memory_order_relaxed);
      return false;
    }
  }
  const uint32_t at    = head & (r->count - 1);
  const uint32_t first = n < r->count - at ? n : r->count - at;
  memcpy(r->elements + (size_t)at * r->size, elements, (size_t)first * r->size);
  memcpy(r->elements, (const char*)elements + (size_t)first * r->size, (size_t)(n - first) * r->size);
  atomic_store_explicit(&r->head, head + n, memory_order_release);
  return true;
}

uint32_t
ring_count(const Ring* const r)
{
  const uint32_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
  return atomic_load_explicit(&r->head, memory_order_acquire) - tail;
}

bool
ring_read(Ring* const r, void* const element)
{
  return ring_read_n(r, element, 1) == 1;
}

uint32_t
ring_read_n(Ring* const r, void* const elements, uint32_t n)
{
  const uint32_t tail  = atomic_load_explicit(&r->tail, memory_order_relaxed);
  const uint32_t held  = atomic_load_explicit(&r->head, memory_order_acquire) - tail;
  n                    = n < held ? n : held;
  const uint32_t at    = tail & (r->count - 1);
  const uint32_t first = n < r->count - at ? n : r->count - at;
  memcpy(elements, r->elements + (size_t)at * r->size, (size_t)first * r->size);
  memcpy((char*)elements + (size_t)first * r->size, r->elements, (size_t)(n - first) * r->size);
  atomic_store_explicit(&r->tail, tail + n, memory_order_release);
  return n;
}

const void*
ring_peek(const Ring* const r)
{
  return ring_count(r)
           ? r->elements + (size_t)(atomic_load_explicit(&r->tail, memory_order_relaxed) & (r->count - 1)) * r->size
           : NULL;
}

uint64_t
ring_refusals(const Ring* const r)
{
  return atomic_load_explicit(&r->refusals, memory_order_relaxed);
}
