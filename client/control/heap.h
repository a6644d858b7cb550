// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef CONTROL_HEAP_H
#define CONTROL_HEAP_H

// Things that wait for an engine frame, the earliest first, those of one frame in the order they came.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Heap Heap;

/// For elements of `size` bytes, at most `limit` of them.  NULL: no memory.
Heap* heap_new(size_t size, size_t limit);
void  heap_free(Heap* h);

/// Copy an element in.  false: the limit is reached, or no memory.
bool heap_push(Heap* h, int64_t at, const void* element);

/// The earliest element and its frame, NULL: none.  Valid until the next push or pop.
void* heap_top(const Heap* h, int64_t* at);
void  heap_pop(Heap* h);

size_t heap_count(const Heap* h);

/// Element `i` of heap_count, in no order.
void* heap_element(const Heap* h, size_t i, int64_t* at);

/// Give all elements other frames.  Pre: `at` returns them in the same order.
void heap_move(Heap* h, int64_t (*at)(void* data, int64_t at, void* element), void* data);

/// Remove all elements that `unwanted` says so of; it may free what they point to.
void heap_remove_if(Heap* h, bool (*unwanted)(void* data, void* element), void* data);

#endif
