// SPDX-License-Identifier: GPL-3.0-or-later
// docs/osc.md says what the table says.  `test_manual print` writes the tables, to be put between the page's marks.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "control/manual.h"
#include "control/table.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char* const BEGIN = "<!-- table: begin -->\n";
static const char* const END   = "<!-- table: end -->";

/// The page in the source tree.  The compiler saw this file from the top of the build tree, two folders above the
/// program.
static FILE*
open_page(void)
{
  char          path[3 * PATH_MAX];
  char          exe[PATH_MAX];
  const ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
  assert_true(n > 0);
  exe[n]                = '\0';
  *strrchr(exe, '/')    = '\0';
  const char* const own = __FILE__;
  const int         dir = (int)(strrchr(own, '/') - own);
  snprintf(path, sizeof(path), "%s%s%.*s/../../docs/osc.md", own[0] == '/' ? "" : exe, own[0] == '/' ? "" : "/../../",
           dir, own);
  FILE* const f = fopen(path, "r");
  if (!f) {
    fail_msg("no %s", path);
  }
  return f;
}

static char*
read_page(void)
{
  FILE* const  f    = open_page();
  char* const  page = calloc(1, 1 << 20);
  const size_t n    = fread(page, 1, (1 << 20) - 1, f);
  assert_true(n > 0);
  fclose(f);
  return page;
}

static void
the_page_holds_the_table(void** state)
{
  (void)state;
  char*       table_text = NULL;
  size_t      size       = 0;
  FILE* const f          = open_memstream(&table_text, &size);
  manual_write(f);
  fclose(f);
  char* const page  = read_page();
  char* const begin = strstr(page, BEGIN);
  char* const end   = strstr(page, END);
  assert_non_null(begin);
  assert_non_null(end);
  *end = '\0';
  assert_string_equal(begin + strlen(BEGIN), table_text);
  free(table_text);
  free(page);
}

static void
the_table_is_whole(void** state)
{
  (void)state;
  for (size_t i = 0; i < table_size; ++i) {
    const Entry* const e = &table[i];
    char               address[128];
    uint8_t            deck = 9;
    uint8_t            k    = 9;
    Error              error;
    table_address(e, 1, 2, address, sizeof(address));
    assert_ptr_equal(table_find(address, 0xf, &deck, &k, &error), e); // none hides another
    assert_true(e->run || e->read);
    assert_true(strlen(e->help) > 3);
    assert_int_equal(e->control != CONTROL_NONE, e->run && e->control && e->read);
    assert_true(!e->ramp || (e->control && e->args[0].kind == ARG_NUMBER));
    assert_true(e->control != CONTROL_PORT || e->symbol);
    assert_true(!strstr(e->address, "/K") == !e->slots);
  }
}

int
main(int argc, char** argv)
{
  if (argc == 2 && !strcmp(argv[1], "print")) {
    manual_write(stdout);
    return 0;
  }
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_page_holds_the_table), cmocka_unit_test(the_table_is_whole)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
