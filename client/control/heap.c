// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/heap.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
  int64_t  at;
  uint64_t turn; ///< of equal frames the lower first
  uint32_t slot; ///< where the element lies
} Node;

// Elements stay in their slots, only the nodes are moved.
struct Heap {
  size_t    size, limit;
  size_t    count, room;
  Node*     nodes;
  uint32_t* spare; ///< [room - count] slots in no use
  char*     elements;
  uint64_t  turn;
};

Heap*
heap_new(const size_t size, const size_t limit)
{
  Heap* const h = calloc(1, sizeof(*h));
  if (h) {
    h->size  = size;
    h->limit = limit;
  }
  return h;
}

void
heap_free(Heap* const h)
{
  if (h) {
    free(h->nodes);
    free(h->spare);
    free(h->elements);
    free(h);
  }
}

static bool
grow(Heap* const h)
{
  const size_t room     = h->room ? h->room * 2 : 64;
  Node* const  nodes    = realloc(h->nodes, room * sizeof(Node));
  h->nodes              = nodes ? nodes : h->nodes;
  uint32_t* const spare = realloc(h->spare, room * sizeof(uint32_t));
  h->spare              = spare ? spare : h->spare;
  char* const elements  = realloc(h->elements, room * h->size);
  h->elements           = elements ? elements : h->elements;
  if (!nodes || !spare || !elements) {
    return false;
  }
  for (size_t i = h->room; i < room; ++i) {
    h->spare[i - h->room] = (uint32_t)i; // full before: none was spare
  }
  h->room = room;
  return true;
}

static bool
before(const Node* const a, const Node* const b)
{
  return a->at < b->at || (a->at == b->at && a->turn < b->turn);
}

static void
sift_up(Heap* const h, size_t i)
{
  const Node n = h->nodes[i];
  for (; i && before(&n, &h->nodes[(i - 1) / 2]); i = (i - 1) / 2) {
    h->nodes[i] = h->nodes[(i - 1) / 2];
  }
  h->nodes[i] = n;
}

static void
sift_down(Heap* const h, size_t i)
{
  const Node n = h->nodes[i];
  for (size_t child = 2 * i + 1; child < h->count; child = 2 * i + 1) {
    child += child + 1 < h->count && before(&h->nodes[child + 1], &h->nodes[child]);
    if (!before(&h->nodes[child], &n)) {
      break;
    }
    h->nodes[i] = h->nodes[child];
    i           = child;
  }
  h->nodes[i] = n;
}

bool
heap_push(Heap* const h, const int64_t at, const void* const element)
{
  if (h->count == h->limit || (h->count == h->room && !grow(h))) {
    return false;
  }
  const uint32_t slot = h->spare[h->room - h->count - 1];
  memcpy(h->elements + slot * h->size, element, h->size);
  h->nodes[h->count] = (Node){at, h->turn++, slot};
  sift_up(h, h->count++);
  return true;
}

void*
heap_element(const Heap* const h, const size_t i, int64_t* const at)
{
  if (at) {
    *at = h->nodes[i].at;
  }
  return h->elements + h->nodes[i].slot * h->size;
}

void*
heap_top(const Heap* const h, int64_t* const at)
{
  return h->count ? heap_element(h, 0, at) : NULL;
}

void
heap_pop(Heap* const h)
{
  if (h->count) {
    h->spare[h->room - h->count] = h->nodes[0].slot;
    h->nodes[0]                  = h->nodes[--h->count];
    if (h->count) {
      sift_down(h, 0);
    }
  }
}

size_t
heap_count(const Heap* const h)
{
  return h->count;
}

void
heap_move(Heap* const h, int64_t (*const at)(void* data, int64_t at, void* element), void* const data)
{
  for (size_t i = 0; i < h->count; ++i) {
    h->nodes[i].at = at(data, h->nodes[i].at, h->elements + h->nodes[i].slot * h->size);
  }
}

void
heap_remove_if(Heap* const h, bool (*unwanted)(void* data, void* element), void* const data)
{
  size_t kept = 0;
  for (size_t i = 0; i < h->count; ++i) {
    const Node n = h->nodes[i];
    if (unwanted(data, h->elements + n.slot * h->size)) {
      h->spare[h->room - h->count + (i - kept)] = n.slot;
    } else {
      h->nodes[kept++] = n;
    }
  }
  h->count = kept;
  for (size_t i = kept / 2; i-- > 0;) {
    sift_down(h, i);
  }
}
