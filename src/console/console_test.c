/* console_test.c -- the files of the console: all there or none, and each what its name says. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void there_is_a_first_page_or_nothing(void **state)
{
    (void)state;
    const struct console_file *page = console_file_find(SLICE("/"));
    assert_true((page != NULL) == (CONSOLE_FILES_COUNT > 0));
    if (page == NULL)
        skip();
    assert_string_equal(page->type, "text/html; charset=utf-8");
    assert_non_null(strstr(page->plain.at, "/assets/"));
}

static void what_is_not_there_is_absent(void **state)
{
    (void)state;
    assert_null(console_file_find(SLICE("")));
    assert_null(console_file_find(SLICE("/assets/")));
    assert_null(console_file_find(SLICE("/assets/../index.html")));
}

static void every_file_is_found_and_smaller_compressed(void **state)
{
    (void)state;
    for (size_t i = 0; i < CONSOLE_FILES_COUNT; i++) {
        const struct console_file *file = &CONSOLE_FILES[i];
        assert_ptr_equal(console_file_find(slice_of(file->path)), file);
        assert_true(file->plain.size > 0 && file->gzip.size < file->plain.size);
        assert_true(file->gzip.size == 0 || memcmp(file->gzip.at, "\x1f\x8b", 2) == 0);
        assert_true(file->etag[0] == '"');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_a_first_page_or_nothing),
        cmocka_unit_test(what_is_not_there_is_absent),
        cmocka_unit_test(every_file_is_found_and_smaller_compressed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
