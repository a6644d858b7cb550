// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef MSG_RING_H
#define MSG_RING_H

// A ring of equal elements between two threads: one writer, one reader, wait-free, C11 atomics.

#include "dsp/rt.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct Ring Ring;

/// A ring for at least `count` elements of `size` bytes, its memory touched.  NULL: no memory.  Not the process thread.
Ring* ring_new(uint32_t count, uint32_t size);
void  ring_free(Ring* r);

/// The room, in elements.
RT uint32_t ring_capacity(const Ring* r);

// Writer's thread only

/// How many elements can be written now.
RT uint32_t ring_space(const Ring* r);

/// Write one element.  false: full; nothing is written and the ring's counter of refusals goes up.
RT bool ring_write(Ring* r, const void* element);

/// Write `n` elements or none.  false as above.
RT bool ring_write_n(Ring* r, const void* elements, uint32_t n);

// Reader's thread only

/// How many elements can be read now.
RT uint32_t ring_count(const Ring* r);

/// Read one element.  false: empty.
RT bool ring_read(Ring* r, void* element);

/// Read up to `n` elements; returns how many.
RT uint32_t ring_read_n(Ring* r, void* elements, uint32_t n);

/// The oldest element without taking it, NULL: empty.  Valid until it is read.
RT const void* ring_peek(const Ring* r);

// Any thread

/// How often a write was refused since the ring was made.
RT uint64_t ring_refusals(const Ring* r);

#endif
