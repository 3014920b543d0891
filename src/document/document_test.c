/* document_test.c -- both forms of a paper: the golden page, hostile texts, the same bytes twice,
 * and what happens where a font is missing.  `document_test write FOLDER` writes the sample for
 * pdf_test.py, which reads it back with another program; `document_test golden FOLDER` renews the
 * golden page, to be looked at before it is committed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "document/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROOM = 256 << 20, ROWS = 120 };

static const char *golden = "";

/* ---- a sample ---- */

static struct document document_new(struct arena *arena, enum tongue tongue)
{
    return (struct document){
        .tongue = tongue,
        .issuer = tongue == TONGUE_ZH ? SLICE("某市公安局") : SLICE("Police of a city"),
        .title = tongue == TONGUE_ZH ? SLICE("冻结资金返还决定书") : SLICE("Decision on return"),
        .number =
            tongue == TONGUE_ZH ? SLICE("某公（反诈）返字〔2026〕1号") : SLICE("No. 1 of 2026"),
        .footing = SLICE("u_0123456789abcdef, masked / 脱敏"),
        .audit = SLICE("4711"),
        .made = {1772417400000},
        .zone_minutes = 480,
        .arena = arena,
    };
}

static void add_table(struct document *document, struct arena *arena)
{
    static struct document_column column[4];
    static const struct slice total[] = {{"合计 Total", 12}, {"", 0}, {"1,200.00", 8}, {"", 0}};
    struct slice *cell = NULL;
    assert_int_equal(ARENA_NEW(arena, ROWS * 4, &cell), STATUS_OK);
    for (unsigned i = 0; i < ROWS; i++) {
        char *number = NULL;
        assert_int_equal(arena_take(arena, 16, (void **)&number), STATUS_OK);
        struct text text = text_over(number, 16);
        text_addf(&text, "%u", i + 1);
        cell[i * 4] = text_slice(&text);
        cell[i * 4 + 1] = SLICE("622202******0001 张*");
        cell[i * 4 + 2] = SLICE("10.00");
        cell[i * 4 + 3] =
            i == 60 ? SLICE("a long remark that wraps over several lines of its cell, "
                            "and stays with its row 长备注会在单元格内换行，且不与本行分开")
                    : SLICE("–");
    }
    column[0] = (struct document_column){SLICE("No. 序号"), DOCUMENT_CENTRE, 1};
    column[1] = (struct document_column){SLICE("Account 账户"), DOCUMENT_LEFT, 4};
    column[2] = (struct document_column){SLICE("Yuan 金额（元）"), DOCUMENT_RIGHT, 2};
    column[3] = (struct document_column){SLICE("Remark 备注"), DOCUMENT_LEFT, 3};
    document_table(document, &(struct document_table){.caption = SLICE("Fund flow 资金流向"),
                                                      .column = column,
                                                      .columns_count = 4,
                                                      .cell = cell,
                                                      .rows_count = ROWS,
                                                      .total = total});
}

static void add_charts(struct document *document)
{
    static const struct document_point point[] = {
        {{"一月 January", 14}, {"120", 3}, 120},
        {{"二月 February", 15}, {"60", 2}, 60},
        {{"三月 March", 12}, {"0", 1}, 0},
    };
    struct document_chart chart = {.figure = DOCUMENT_BARS,
                                   .caption = SLICE("Returned by month 各月返还"),
                                   .point = point,
                                   .points_count = 3};
    document_chart(document, &chart);
    chart.figure = DOCUMENT_LINE;
    document_chart(document, &chart);
}

static void fill(struct document *document, struct arena *arena)
{
    static const struct document_pair pair[] = {
        {{"案件 Case", 11}, {"A-2026-001", 10}},
        {{"冻结账户 Account", 20}, {"622202******0009", 16}},
    };
    document_heading(document, 1, SLICE("一、事实 Facts"));
    document_pairs(document, pair, 2);
    document_paragraph(
        document, SLICE("依据银监发〔2016〕41号第八条，按被害人损失比例返还；“剩余资金”继续冻结。\n"
                        "By proportion of the losses; the remainder stays frozen."));
    document_heading(document, 2, SLICE("（一）流向 Flow"));
    add_table(document, arena);
    document_page_break(document);
    add_charts(document);
    document_closing(document, SLICE("二〇二六年三月二日"));
}

static struct arena *arena_new(void)
{
    struct arena *arena = NULL;
    assert_int_equal(arena_create(&arena, ROOM), STATUS_OK);
    return arena;
}

struct why {
    char bytes[TONGUES_COUNT][256];
    struct text text[TONGUES_COUNT];
};

static enum status pdf(struct document *document, struct arena *arena, struct slice *out,
                       struct why *why)
{
    why->text[TONGUE_EN] = text_over(why->bytes[TONGUE_EN], 256);
    why->text[TONGUE_ZH] = text_over(why->bytes[TONGUE_ZH], 256);
    return document_pdf(document, arena, out, why->text);
}

static void write_file(const char *folder, const char *name, struct slice bytes)
{
    char path[512];
    struct text text = text_over(path, sizeof path);
    text_addf(&text, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.at, 1, bytes.size, file), bytes.size);
    assert_int_equal(fclose(file), 0);
}

static int write_sample(const char *folder)
{
    for (int tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        struct arena *arena = arena_new();
        struct document document = document_new(arena, (enum tongue)tongue);
        struct slice bytes;
        struct why why;
        fill(&document, arena);
        assert_int_equal(pdf(&document, arena, &bytes, &why), STATUS_OK);
        write_file(folder, tongue == TONGUE_ZH ? "zh.pdf" : "en.pdf", bytes);
        assert_int_equal(document_html(&document, arena, &bytes), STATUS_OK);
        write_file(folder, tongue == TONGUE_ZH ? "zh.html" : "en.html", bytes);
        arena_destroy(arena);
    }
    return 0;
}

/* ---- tests ---- */

static struct document small(struct arena *arena)
{
    static const struct document_column column[] = {{{"A", 1}, DOCUMENT_LEFT, 1},
                                                    {{"B", 1}, DOCUMENT_RIGHT, 1}};
    static const struct slice cell[] = {{"a", 1}, {"1.00", 4}, {"b", 1}, {"2.00", 4}};
    static const struct slice total[] = {{"合计", 6}, {"3.00", 4}};
    static const struct document_pair pair[] = {{{"Case", 4}, {"A-1", 3}}};
    struct document document = document_new(arena, TONGUE_ZH);
    document_heading(&document, 1, SLICE("一、"));
    document_pairs(&document, pair, 1);
    document_paragraph(&document, SLICE("one\ntwo"));
    document_table(&document, &(struct document_table){SLICE("表"), column, 2, cell, 2, total});
    add_charts(&document);
    document_page_break(&document);
    document_closing(&document, SLICE("某日"));
    return document;
}

static void the_page_is_the_golden_one(void **state)
{
    struct arena *arena = arena_new();
    struct document document = small(arena);
    struct slice html;
    char path[512], *bytes = NULL;
    struct text text = text_over(path, sizeof path);
    (void)state;
    text_addf(&text, "%s/small.html", golden);
    assert_int_equal(document_html(&document, arena, &html), STATUS_OK);
    assert_int_equal(arena_take(arena, html.size + 2, (void **)&bytes), STATUS_OK);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, html.size + 1, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(size, html.size);
    assert_memory_equal(bytes, html.at, size);
    arena_destroy(arena);
}

static void the_digest_is_that_of_main_and_of_both_forms(void **state)
{
    struct arena *arena = arena_new();
    struct document document = small(arena);
    struct slice html;
    char hex[DIGEST_HEX_SIZE], again[DIGEST_HEX_SIZE];
    (void)state;
    assert_int_equal(document_digest(&document, arena, hex), STATUS_OK);
    assert_int_equal(document_html(&document, arena, &html), STATUS_OK);
    const char *begin = strstr(html.at, "<main>"), *end = strstr(html.at, "</main>");
    struct slice content = {begin, (size_t)(end + 7 - begin)};
    struct digest digest = sha256_of(&content, 1);
    digest_hex(&digest, again);
    assert_string_equal(hex, again);
    assert_non_null(strstr(end, hex));
    arena_destroy(arena);
}

static const char *const HOSTILE[] = {
    "<script>alert(1)</script>",
    "</main></body><script src=//x></script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "<!--",
    "-->",
    "]]>",
    "<![CDATA[",
    "&lt;script&gt;",
    "&#60;script&#62;",
    "</style><script>",
    "</title><script>",
    "javascript:alert(1)",
    "\xC0\xBCscript\xC0\xBE",
    "\xF0\x80\x80\xBC",
    "\xED\xA0\x80",
    "\xFF\xFE",
    "a\x01\x08\x1B[2Jb",
    "\xE2\x80\xAEtxt.exe",
    "\xE2\x81\xA6x\xE2\x81\xA9",
    "\xEF\xBB\xBFx",
    "\xE2\x80\xA8line",
    "{{7*7}}",
    "${jndi:ldap://x}",
    "=cmd|'/c calc'!A0",
    "%s%n",
    "<\xE2\x80\x8Bscript>",
};
enum { HOSTILE_COUNT = sizeof HOSTILE / sizeof HOSTILE[0] };

static struct document hostile(struct arena *arena, const char *word)
{
    struct slice *text = NULL;
    struct document_column *column = NULL;
    struct document_pair *pair = NULL;
    struct document_point *point = NULL;
    assert_int_equal(ARENA_NEW(arena, 1, &text), STATUS_OK);
    assert_int_equal(ARENA_NEW(arena, 1, &column), STATUS_OK);
    assert_int_equal(ARENA_NEW(arena, 1, &pair), STATUS_OK);
    assert_int_equal(ARENA_NEW(arena, 1, &point), STATUS_OK);
    *text = slice_of(word);
    *column = (struct document_column){*text, DOCUMENT_LEFT, 1};
    *pair = (struct document_pair){*text, *text};
    *point = (struct document_point){*text, *text, 1};
    struct document document = document_new(arena, TONGUE_EN);
    document.issuer = document.title = document.number = *text;
    document.footing = document.audit = *text;
    document_heading(&document, 1, *text);
    document_heading(&document, 2, *text);
    document_paragraph(&document, *text);
    document_closing(&document, *text);
    document_pairs(&document, pair, 1);
    document_table(&document, &(struct document_table){*text, column, 1, text, 1, text});
    document_chart(&document, &(struct document_chart){DOCUMENT_BARS, *text, point, 1});
    document_chart(&document, &(struct document_chart){DOCUMENT_LINE, *text, point, 1});
    return document;
}

static unsigned count(struct slice text, const char *word)
{
    unsigned found = 0;
    for (const char *at = strstr(text.at, word); at != NULL; at = strstr(at + 1, word))
        found++;
    return found;
}

static void a_hostile_text_stays_text_wherever_it_stands(void **state)
{
    struct arena *arena = arena_new();
    struct slice plain, html;
    (void)state;
    struct document document = hostile(arena, "x");
    assert_int_equal(document_html(&document, arena, &plain), STATUS_OK);
    for (int i = 0; i < HOSTILE_COUNT; i++) {
        document = hostile(arena, HOSTILE[i]);
        assert_int_equal(document_html(&document, arena, &html), STATUS_OK);
        assert_true(utf8_valid(html));
        /* It opens and closes nothing, and adds no attribute. */
        assert_int_equal(count(html, "<"), count(plain, "<"));
        assert_int_equal(count(html, ">"), count(plain, ">"));
        assert_int_equal(count(html, "\""), count(plain, "\""));
        assert_int_equal(count(html, "\xE2\x80\xAE"), 0);
        for (size_t at = 0; at < html.size; at++)
            assert_true((unsigned char)html.at[at] >= ' ' || html.at[at] == '\n');
    }
    arena_destroy(arena);
}

static void a_hostile_text_is_printed_or_named_and_never_a_box(void **state)
{
    (void)state;
    for (int i = 0; i < HOSTILE_COUNT; i++) {
        struct arena *arena = arena_new();
        struct document document = hostile(arena, HOSTILE[i]);
        struct slice bytes;
        struct why why;
        assert_int_equal(pdf(&document, arena, &bytes, &why), STATUS_OK);
        assert_memory_equal(bytes.at, "%PDF-", 5);
        arena_destroy(arena);
    }
}

static void the_same_document_gives_the_same_bytes(void **state)
{
    struct slice bytes[2];
    struct arena *arena[2];
    struct why why;
    (void)state;
    for (int i = 0; i < 2; i++) {
        arena[i] = arena_new();
        struct document document = document_new(arena[i], TONGUE_ZH);
        fill(&document, arena[i]);
        assert_int_equal(pdf(&document, arena[i], &bytes[i], &why), STATUS_OK);
    }
    assert_int_equal(bytes[0].size, bytes[1].size);
    assert_memory_equal(bytes[0].at, bytes[1].at, bytes[0].size);
    arena_destroy(arena[0]);
    arena_destroy(arena[1]);
}

static void a_character_without_a_font_is_named(void **state)
{
    struct arena *arena = arena_new();
    struct document document = document_new(arena, TONGUE_ZH);
    struct slice bytes;
    struct why why;
    (void)state;
    document_paragraph(&document, SLICE("张\xF0\xA0\xAE\xB7")); /* U+20BB7 */
    assert_int_equal(pdf(&document, arena, &bytes, &why), STATUS_REFUSED);
    assert_non_null(strstr(why.bytes[TONGUE_EN], "U+20BB7"));
    assert_non_null(strstr(why.bytes[TONGUE_ZH], "U+20BB7"));
    assert_int_equal(document_html(&document, arena, &bytes), STATUS_OK);
    arena_destroy(arena);
}

/* In a process of its own: the library reads its configuration once. */
static void a_missing_font_is_named_with_its_package(void **state)
{
    char path[] = "/tmp/fonts_XXXXXX";
    static const char NONE[] = "<?xml version=\"1.0\"?><fontconfig></fontconfig>";
    (void)state;
    int file = mkstemp(path);
    assert_int_equal(write(file, NONE, sizeof NONE - 1), (ssize_t)(sizeof NONE - 1));
    assert_int_equal(close(file), 0);
    pid_t child = fork();
    if (child == 0) {
        struct arena *arena = arena_new();
        struct document document = small(arena);
        struct slice bytes;
        struct why why;
        (void)setenv("FONTCONFIG_FILE", path, 1);
        bool named = pdf(&document, arena, &bytes, &why) == STATUS_ABSENT &&
                     strstr(why.bytes[TONGUE_EN], "fonts-dejavu-core") != NULL;
        _exit(named ? 0 : 1);
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(unlink(path), 0);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
}

static void a_row_longer_than_a_page_goes_on(void **state)
{
    struct arena *arena = arena_new();
    struct document document = document_new(arena, TONGUE_EN);
    static const struct document_column column[] = {{{"A", 1}, DOCUMENT_LEFT, 1},
                                                    {{"B", 1}, DOCUMENT_LEFT, 3}};
    struct slice cell[2] = {SLICE("x"), {NULL, 40000}}, bytes;
    struct why why;
    char *long_one = NULL;
    (void)state;
    assert_int_equal(arena_take(arena, 40001, (void **)&long_one), STATUS_OK);
    for (int i = 0; i < 40000; i++)
        long_one[i] = i % 7 == 6 ? ' ' : 'w';
    cell[1].at = long_one;
    document_table(&document, &(struct document_table){SLICE("t"), column, 2, cell, 1, NULL});
    document_paragraph(&document, cell[1]);
    assert_int_equal(pdf(&document, arena, &bytes, &why), STATUS_OK);
    arena_destroy(arena);
}

static void no_memory_is_a_status_at_every_take(void **state)
{
    (void)state;
    for (uint64_t n = 1;; n++) {
        struct arena *arena = arena_new();
        arena_fail_at(arena, n);
        struct document document = small(arena);
        struct slice html;
        enum status status = document_html(&document, arena, &html);
        struct why why;
        struct slice bytes;
        enum status printed = status == STATUS_OK ? pdf(&document, arena, &bytes, &why) : status;
        arena_destroy(arena);
        assert_true(printed == STATUS_OK || printed == STATUS_FULL);
        if (printed == STATUS_OK)
            break;
        assert_true(n < 10000);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_font_is_named_with_its_package), /* before any other */
        cmocka_unit_test(the_page_is_the_golden_one),
        cmocka_unit_test(the_digest_is_that_of_main_and_of_both_forms),
        cmocka_unit_test(a_hostile_text_stays_text_wherever_it_stands),
        cmocka_unit_test(a_hostile_text_is_printed_or_named_and_never_a_box),
        cmocka_unit_test(the_same_document_gives_the_same_bytes),
        cmocka_unit_test(a_character_without_a_font_is_named),
        cmocka_unit_test(a_row_longer_than_a_page_goes_on),
        cmocka_unit_test(no_memory_is_a_status_at_every_take),
    };
    if (argc == 3 && strcmp(argv[1], "write") == 0)
        return write_sample(argv[2]);
    if (argc == 3 && strcmp(argv[1], "golden") == 0) {
        struct arena *arena = arena_new();
        struct document document = small(arena);
        struct slice html;
        assert_int_equal(document_html(&document, arena, &html), STATUS_OK);
        write_file(argv[2], "small.html", html);
        arena_destroy(arena);
        return 0;
    }
    golden = argc > 1 ? argv[1] : "";
    return cmocka_run_group_tests(tests, NULL, NULL);
}
