// SPDX-License-Identifier: GPL-3.0-or-later
// The ring between two threads: order, fullness, wrapping, and nothing lost or torn under load.

#include "msg/ring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

typedef struct {
  uint64_t number;
  uint64_t check; // ~number: torn elements show
} Element;

static Element
element(const uint64_t number)
{
  return (Element){number, ~number};
}

static void
empty_and_full(void** state)
{
  Ring* const r = ring_new(5, sizeof(Element));
  Element     e = {0};
  assert_non_null(r);
  assert_true(ring_capacity(r) >= 5);
  assert_int_equal(ring_count(r), 0);
  assert_null(ring_peek(r));
  assert_false(ring_read(r, &e));

  const uint32_t capacity = ring_capacity(r);
  for (uint32_t i = 0; i < capacity; ++i) {
    assert_int_equal(ring_space(r), capacity - i);
    e = element(i);
    assert_true(ring_write(r, &e));
  }
  assert_int_equal(ring_space(r), 0);
  assert_int_equal(ring_refusals(r), 0);
  assert_false(ring_write(r, &e));
  assert_false(ring_write_n(r, &e, 1));
  assert_int_equal(ring_refusals(r), 2);

  const Element* const oldest = ring_peek(r);
  assert_non_null(oldest);
  assert_int_equal(oldest->number, 0);
  for (uint32_t i = 0; i < capacity; ++i) {
    assert_int_equal(ring_count(r), capacity - i);
    assert_true(ring_read(r, &e));
    assert_int_equal(e.number, i);
  }
  assert_false(ring_read(r, &e));
  ring_free(r);
}

/// Runs of all lengths over the seam, all or nothing when written, what there is when read.
static void
runs_wrap(void** state)
{
  enum { ROOM = 16 };
  Ring* const r = ring_new(ROOM, sizeof(uint32_t));
  uint32_t    in[2 * ROOM], out[2 * ROOM], written = 0, read = 0;
  assert_non_null(r);
  const uint32_t capacity = ring_capacity(r);
  assert_true(capacity <= 2 * ROOM);
  for (uint32_t round = 0; round < 1000; ++round) {
    const uint32_t n = round % (capacity + 1);
    for (uint32_t i = 0; i < n; ++i) {
      in[i] = written + i;
    }
    const uint32_t space = ring_space(r);
    const bool     fits  = ring_write_n(r, in, n);
    assert_int_equal(fits, n <= space);
    written += fits ? n : 0;
    assert_int_equal(ring_count(r), written - read);

    const uint32_t want = (round * 7) % capacity;
    const uint32_t got  = ring_read_n(r, out, want);
    const uint32_t had  = written - read;
    assert_int_equal(got, want < had ? want : had);
    for (uint32_t i = 0; i < got; ++i) {
      assert_int_equal(out[i], read + i);
    }
    read += got;
  }
  ring_free(r);
}

enum { PASSED = 200000 };

static void*
write_all(void* const data)
{
  Ring* const r = data;
  for (uint64_t i = 0; i < PASSED;) {
    const Element two[2] = {element(i), element(i + 1)};
    if (i % 3 == 0 && i + 1 < PASSED) {
      i += ring_write_n(r, two, 2) ? 2 : 0;
    } else {
      i += ring_write(r, two) ? 1 : 0;
    }
    if (!ring_space(r)) {
      sched_yield();
    }
  }
  return NULL;
}

static void
two_threads(void** state)
{
  Ring* const r = ring_new(64, sizeof(Element));
  pthread_t   writer;
  uint64_t    next = 0, torn = 0, misplaced = 0;
  Element     got[16];
  assert_non_null(r);
  assert_int_equal(pthread_create(&writer, NULL, write_all, r), 0);
  while (next < PASSED) {
    const Element* const oldest = ring_peek(r);
    misplaced += oldest && oldest->number != next;
    const uint32_t n = ring_read_n(r, got, 1 + next % 16);
    for (uint32_t i = 0; i < n; ++i, ++next) {
      misplaced += got[i].number != next;
      torn += got[i].check != ~got[i].number;
    }
    if (!n) {
      sched_yield();
    }
  }
  pthread_join(writer, NULL);
  assert_int_equal(misplaced, 0);
  assert_int_equal(torn, 0);
  assert_int_equal(ring_count(r), 0);
  ring_free(r);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(empty_and_full),
    cmocka_unit_test(runs_wrap),
    cmocka_unit_test(two_threads),
  };
  return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}
