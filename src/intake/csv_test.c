/* csv_test.c -- rows split as RFC 4180 says, and as files in the world need it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct csv_row row;

/* Bytes at the end of a page-exact buffer, with the line end behind them that csv_read() asks for.
 * */
static char *exact(const char *bytes, size_t size)
{
    char *copy = malloc(size + 1);
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    copy[size] = '\n';
    return copy;
}

static enum csv_end read_one(const char *bytes, size_t size, enum csv_quotes quotes, bool ended)
{
    char *copy = exact(bytes, size);
    struct csv_form form = {.delimiter = ',', .quotes = quotes};
    enum csv_end end = csv_read(&row, form, (struct slice){copy, size}, ended);
    /* columns lend from `copy`: leaked on purpose would hide nothing, so they are shown at once */
    static char shown[4096];
    struct text text = text_over(shown, sizeof shown);
    for (unsigned i = 0; end == CSV_ROW && i < row.count && i < COLUMNS_MAX; i++) {
        text_add_char(&text, '[');
        text_add(&text, row.column[i]);
        text_add_char(&text, ']');
    }
    row.column[0] = text_slice(&text);
    free(copy);
    return end;
}

struct example {
    const char *bytes, *columns;
    size_t size;
    unsigned lines;
};

static void check_rows(const struct example *examples, size_t count, enum csv_quotes quotes)
{
    for (size_t i = 0; i < count; i++) {
        enum csv_end end = read_one(examples[i].bytes, strlen(examples[i].bytes), quotes, true);
        if (end != CSV_ROW || strcmp(row.column[0].at, examples[i].columns) != 0)
            fail_msg("%s: %d %s", examples[i].bytes, (int)end, row.column[0].at);
        assert_int_equal(row.size, examples[i].size);
        assert_int_equal(row.lines, examples[i].lines);
    }
}

#define CHECK_ROWS(examples, quotes) \
    check_rows(examples, sizeof(examples) / sizeof(examples)[0], quotes)

static void test_rows(void **state)
{
    (void)state;
    static const struct example EXAMPLES[] = {
        {"a,b,c\nnext", "[a][b][c]", 6, 1},
        {"a,b,c\r\nnext", "[a][b][c]", 7, 1},
        {"a,b,c", "[a][b][c]", 5, 1},
        {"a,,\n", "[a][][]", 4, 1},
        {",\n", "[][]", 2, 1},
        {"one\n", "[one]", 4, 1},
        {"\"a\",\"b\"\r\n", "[a][b]", 9, 1},
        {"\"a,b\",c\n", "[a,b][c]", 8, 1},
        {"\"a\"\"b\"\"\",c\n", "[a\"b\"][c]", 11, 1},
        {"\"\"\"\",c\n", "[\"][c]", 7, 1},
        {"\"\",\"\"", "[][]", 5, 1},
        {"\"a\nb\r\n\",c\nd", "[a\nb\r\n][c]", 10, 3},
        {"a, \"b,c\" ,d\n", "[a][b,c][d]", 12, 1},
        {"5\" disk,b\n", "[5\" disk][b]", 10, 1},
        {" a ,b\n", "[ a ][b]", 6, 1},
        {"a\rb,c\n", "[a\rb][c]", 6, 1},
        {"a,0123456789abcdef0123456789abcdef,c\n", "[a][0123456789abcdef0123456789abcdef][c]", 37,
         1},
    };
    static const struct example PLAIN[] = {{"\"a,b\n", "[\"a][b]", 5, 1}};
    CHECK_ROWS(EXAMPLES, CSV_QUOTES_RFC);
    CHECK_ROWS(PLAIN, CSV_QUOTES_NONE);
}

static void test_unescaped_quotes(void **state)
{
    (void)state;
    static const struct example EXAMPLES[] = {
        {"\"a\",\"b\", \"c\"\n", "[a][b][c]", 13, 1},
        {"\"J \"D\" x, y\",\"1\"\n", "[J \"D\" x, y][1]", 17, 1},
        {"\"a\",\"\",\"\";\r\n", "[a][][]", 12, 1},
        {"\"\"\n", "[]", 3, 1},
    };
    CHECK_ROWS(EXAMPLES, CSV_QUOTES_BARE);
    assert_int_equal(read_one("a,b\n", 4, CSV_QUOTES_BARE, true), CSV_QUOTE);
}

static void test_blank_lines(void **state)
{
    (void)state;
    static const char *const BLANKS[] = {"\n", "\r\n", "  \t\r\n", "\x1A", "   "};
    for (size_t i = 0; i < sizeof BLANKS / sizeof BLANKS[0]; i++) {
        assert_int_equal(read_one(BLANKS[i], strlen(BLANKS[i]), CSV_QUOTES_RFC, true), CSV_BLANK);
        assert_int_equal(row.size, strlen(BLANKS[i]));
    }
}

/* A wrong quote costs one line, whatever follows. */
static void test_wrong_quotes(void **state)
{
    (void)state;
    static const char *const WRONG[] = {"\"a\"b,c\nd,e\n", "a,\"b\nc,d\ne", "\"a\nb\"c\nd\n",
                                        "a,\"b\" c\n", "\"a\n\"b\"\n"};
    static const size_t SIZES[] = {7, 5, 3, 8, 3};
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        assert_int_equal(read_one(WRONG[i], strlen(WRONG[i]), CSV_QUOTES_RFC, true), CSV_QUOTE);
        assert_int_equal(row.size, SIZES[i]);
        assert_int_equal(row.lines, 1);
    }
    assert_int_equal(read_one("a,\"b", 4, CSV_QUOTES_RFC, true), CSV_CUT);
    assert_int_equal(read_one("a,\"b\n", 5, CSV_QUOTES_RFC, true), CSV_QUOTE);
}

/* The outcome must not depend on where the bytes at hand end. */
static void test_more(void **state)
{
    (void)state;
    static const char ROW[] = "a,\"b\"\"c\",\"d\r\ne\" ,f\r\nnext";
    size_t whole = strlen(ROW) - 4;
    for (size_t size = 0; size < whole; size++)
        assert_int_equal(read_one(ROW, size, CSV_QUOTES_RFC, false), CSV_MORE);
    for (size_t size = whole; size <= strlen(ROW); size++) {
        assert_int_equal(read_one(ROW, size, CSV_QUOTES_RFC, false), CSV_ROW);
        assert_int_equal(row.size, whole);
        assert_string_equal(row.column[0].at, "[a][b\"c][d\r\ne][f]");
    }
}

static void test_long_rows(void **state)
{
    (void)state;
    size_t size = ROW_BYTES_MAX + 2;
    char *bytes = malloc(size + 1);
    assert_non_null(bytes);
    memset(bytes, 'x', size + 1);
    bytes[ROW_BYTES_MAX] = '\n';
    assert_int_equal(read_one(bytes, ROW_BYTES_MAX + 1, CSV_QUOTES_RFC, true), CSV_ROW);
    bytes[ROW_BYTES_MAX] = 'x';
    assert_int_equal(read_one(bytes, ROW_BYTES_MAX, CSV_QUOTES_RFC, false), CSV_MORE);
    assert_int_equal(read_one(bytes, ROW_BYTES_MAX + 1, CSV_QUOTES_RFC, true), CSV_LONG);
    assert_int_equal(read_one(bytes, size, CSV_QUOTES_RFC, false), CSV_LONG);
    memset(bytes, '"', size);
    assert_int_equal(read_one(bytes, size, CSV_QUOTES_RFC, false), CSV_LONG);
    bytes[10] = '\n'; /* ten quotes are five pairs: the tenth closes, then the line ends */
    assert_int_equal(read_one(bytes, size, CSV_QUOTES_RFC, false), CSV_ROW);
    assert_int_equal(row.size, 11);
    bytes[10] = '"';
    bytes[11] = '\n'; /* eleven do not close, so the first line is given up */
    memset(bytes + 12, 'y', size - 12);
    assert_int_equal(read_one(bytes, size, CSV_QUOTES_RFC, false), CSV_QUOTE);
    assert_int_equal(row.size, 12);
    free(bytes);
}

static void test_wide_rows(void **state)
{
    (void)state;
    char bytes[COLUMNS_MAX + 10];
    memset(bytes, ',', sizeof bytes);
    bytes[sizeof bytes - 1] = '\n';
    assert_int_equal(read_one(bytes, sizeof bytes, CSV_QUOTES_RFC, true), CSV_ROW);
    assert_int_equal(row.count, sizeof bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),        cmocka_unit_test(test_unescaped_quotes),
        cmocka_unit_test(test_blank_lines), cmocka_unit_test(test_wrong_quotes),
        cmocka_unit_test(test_more),        cmocka_unit_test(test_long_rows),
        cmocka_unit_test(test_wide_rows),
    };
    return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
