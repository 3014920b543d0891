/* markup_test.c -- events of good documents, and a clear end of bad ones. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "markup.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { HEARD_BYTES = 1 << 16 };

struct test {
    struct arena *boot;
    struct markup *markup;
    char heard[HEARD_BYTES];
    struct text text;
    bool quiet; /* texts are counted, not kept */
    uint64_t texts_size;
    size_t piece_max;
    enum status answer; /* of the sink at the close of an element `stop` */
};

static enum status hear_open(void *self, const struct markup_element *element)
{
    struct test *test = self;
    struct slice value = markup_attribute(element, "Ccy");
    text_addf(&test->text, "<%.*s", (int)element->name.size, element->name.at);
    if (element->space.size != 0)
        text_addf(&test->text, "{%.*s}", (int)element->space.size, element->space.at);
    if (value.at != NULL)
        text_addf(&test->text, " %.*s", (int)value.size, value.at);
    text_addf(&test->text, "@%llu>", (unsigned long long)element->line);
    return STATUS_OK;
}

static enum status hear_text(void *self, struct slice piece)
{
    struct test *test = self;
    test->texts_size += piece.size;
    if (!test->quiet)
        text_add(&test->text, piece);
    return STATUS_OK;
}

static enum status hear_close(void *self, unsigned depth)
{
    struct test *test = self;
    text_addf(&test->text, "</%u>", depth);
    return test->answer;
}

static int set_up(void **state)
{
    static struct test test;
    test = (struct test){.piece_max = SIZE_MAX};
    assert_int_equal(arena_create(&test.boot, 1 << 20), STATUS_OK);
    struct markup_sink sink = {hear_open, hear_text, hear_close, &test};
    assert_int_equal(markup_create(&test.markup, sink, test.boot), STATUS_OK);
    *state = &test;
    return 0;
}

static int tear_down(void **state)
{
    struct test *test = *state;
    markup_destroy(test->markup);
    arena_destroy(test->boot);
    return 0;
}

static void begin(struct test *test)
{
    test->text = text_over(test->heard, sizeof test->heard);
    test->texts_size = 0;
    markup_begin(test->markup, 1);
}

/* Reads one document in pieces of at most piece_max; `*used`: of all its bytes. */
static enum status read_document(struct test *test, struct slice bytes, size_t *used)
{
    size_t at_hand = 0;
    size_t at = 0;
    begin(test);
    for (;;) {
        bool last = bytes.size - at <= test->piece_max;
        at_hand = last ? bytes.size : at + test->piece_max;
        size_t of;
        enum status status =
            markup_read(test->markup, (struct slice){bytes.at + at, at_hand - at}, last, &of);
        at += of;
        *used = at;
        if (status != STATUS_OK)
            return status;
        if (of == 0) /* half a character: it wants more at once */
            test->piece_max++;
    }
}

static void expect(struct test *test, const char *document, const char *heard, size_t left)
{
    struct slice bytes = slice_of(document);
    for (size_t piece = 1; piece <= bytes.size; piece++) {
        size_t used;
        test->piece_max = piece;
        enum status status = read_document(test, bytes, &used);
        if (status != STATUS_END)
            fail_msg("%zu: %s", piece, markup_trouble(test->markup)->value);
        assert_string_equal(test->heard, heard);
        assert_int_equal(used, bytes.size - left);
    }
}

static void expect_fault(struct test *test, struct slice document, enum markup_fault fault,
                         uint64_t line)
{
    for (size_t piece = 1; piece <= document.size; piece += 1 + piece / 8) {
        size_t used;
        test->piece_max = piece;
        assert_int_equal(read_document(test, document, &used), STATUS_MALFORMED);
        const struct markup_trouble *trouble = markup_trouble(test->markup);
        if (trouble->fault != fault || trouble->line != line)
            fail_msg("%s, piece %zu: fault %d line %d", document.at, piece, (int)trouble->fault,
                     (int)trouble->line);
        for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++) {
            char room[1024];
            struct text said = text_over(room, sizeof room);
            text_add_markup_trouble(&said, trouble, tongue);
            assert_false(said.full);
            assert_null(strchr(room, '%'));
            assert_true(utf8_valid(text_slice(&said)));
        }
    }
}

static void elements_texts_and_attributes(void **state)
{
    struct test *test = *state;
    expect(test, "<a/>", "<a@1></1>", 0);
    expect(test, "<a>x&amp;&#x4E2D;</a>", "<a@1>x&中</1>", 0);
    expect(test, "<a\n Ccy='EUR'>\n<b>1</b></a>", "<a EUR@2>\n<b@3>1</2></1>", 0);
    expect(test, "<?xml version=\"1.0\" encoding=\"utf-8\"?><!-- <c> --><a><![CDATA[<b>]]></a>",
           "<a@1><b></1>", 0);
    expect(test, "<p:a xmlns:p='urn:x'><p:b/><b/></p:a>",
           "<a{urn:x}@1><b{urn:x}@1></2><b@1></2></1>", 0);
    expect(test, "<a xmlns='urn:swift:xsd:$ahV10'>中文</a>", "<a{urn:swift:xsd:$ahV10}@1>中文</1>",
           0);
}

static void what_follows_a_document_is_left(void **state)
{
    struct test *test = *state;
    expect(test, "<a>1</a >\n<?xml version='1.0'?><b/>", "<a@1>1</1>", 26);
    expect(test, "<a/><a/>", "<a@1></1>", 4);
    expect(test, "<a></a>&broken;<", "<a@1></1>", 9);
}

static void a_document_type_is_refused(void **state)
{
    struct test *test = *state;
    expect_fault(
        test,
        SLICE("<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [\n <!ENTITY lol \"lol\">\n <!ENTITY b "
              "\"&lol;&lol;\">\n]>\n<lolz>&b;</lolz>"),
        MARKUP_DOCTYPE, 2);
    assert_string_equal(markup_trouble(test->markup)->value, "lolz");
    assert_string_equal(test->heard, "");
    expect_fault(test, SLICE("<!DOCTYPE a SYSTEM \"file:///etc/passwd\">\n<a/>"), MARKUP_DOCTYPE,
                 1);
    expect_fault(test, SLICE("<!DOCTYPE a [<!ENTITY % e SYSTEM 'http://x/'> %e;]><a/>"),
                 MARKUP_DOCTYPE, 1);
}

static void wrong_documents_are_named(void **state)
{
    struct test *test = *state;
    expect_fault(test, SLICE("<a>\n&nbsp;</a>"), MARKUP_ENTITY, 2);
    expect_fault(test, SLICE("<?xml version='1.0' encoding='GB18030'?><a/>"), MARKUP_ENCODING, 1);
    assert_string_equal(markup_trouble(test->markup)->value, "GB18030");
    expect_fault(test, SLICE("<?xml version='1.0' encoding='ISO-8859-1'?><a/>"), MARKUP_ENCODING,
                 1);
    expect_fault(test, SLICE("<?xml version='1.0' encoding='x-none'?><a/>"), MARKUP_ENCODING, 1);
    expect_fault(test, SLICE("<a>\n\n<b>\xC3(</b></a>"), MARKUP_BYTES, 3);
    assert_string_equal(markup_trouble(test->markup)->path, "/a/b");
    assert_string_equal(markup_trouble(test->markup)->value, "C3");
    expect_fault(test, SLICE("<a>\xD6\xD0\xCE\xC4</a>"), MARKUP_BYTES, 1);
    expect_fault(test, SLICE("<a>\n\x01</a>"), MARKUP_CHARACTER, 2);
    expect_fault(test, SLICE("<a>&#0;</a>"), MARKUP_CHARACTER, 1);
    expect_fault(test, SLICE("<a>\n<b></a>"), MARKUP_TAGS, 2);
    expect_fault(test, SLICE("<p:a/>"), MARKUP_PREFIX, 1);
    expect_fault(test, SLICE("<a b='1' b='2'/>"), MARKUP_BROKEN, 1);
    expect_fault(test, SLICE("<a><b</a>"), MARKUP_BROKEN, 1);
    expect_fault(test, SLICE("time,payer\n"), MARKUP_NOT_XML, 1);
    expect_fault(test, SLICE("<a>\n<b>1</b>\n"), MARKUP_CUT, 3);
    expect_fault(test, SLICE("<a>\n<b"), MARKUP_CUT, 2);
    expect_fault(test, SLICE("<a>\xE4\xB8"), MARKUP_BYTES, 1);
}

static void nesting_has_a_bound(void **state)
{
    struct test *test = *state;
    char deep[3 * (MARKUP_DEPTH_MAX + 1)];
    for (unsigned i = 0; i <= MARKUP_DEPTH_MAX; i++)
        memcpy(deep + 3 * (size_t)i, "<a>", 3);
    expect_fault(test, (struct slice){deep, sizeof deep}, MARKUP_DEPTH, 1);
}

/* Feeds `head`, then `filler` again and again: at most `times`. */
static enum status flood(struct test *test, const char *head, struct slice filler, size_t times)
{
    size_t used;
    begin(test);
    test->quiet = true;
    enum status status = markup_read(test->markup, slice_of(head), false, &used);
    for (size_t i = 0; i < times && status == STATUS_OK; i++)
        status = markup_read(test->markup, filler, false, &used);
    test->quiet = false;
    return status;
}

static void a_hundred_megabytes_of_anything_end_early(void **state)
{
    static char filler[1 << 16];
    struct test *test = *state;
    struct slice of = {filler, sizeof filler};
    static const struct {
        const char *head;
        enum markup_fault fault;
    } FLOODS[] = {
        {"<a><b>", MARKUP_TEXT},
        {"<a b='", MARKUP_TOKEN},
        {"<a><!--", MARKUP_TOKEN},
        {"<a><![CDATA[", MARKUP_TOKEN},
        {"<a ", MARKUP_TOKEN},
        {"<a", MARKUP_TOKEN},
        {"<?xml version='1.0' ", MARKUP_TOKEN},
        {"<?pi ", MARKUP_TOKEN},
    };
    memset(filler, 'x', sizeof filler);
    for (size_t i = 0; i < sizeof FLOODS / sizeof FLOODS[0]; i++) {
        assert_int_equal(flood(test, FLOODS[i].head, of, 1600), STATUS_MALFORMED);
        bool broken = markup_trouble(test->markup)->fault == MARKUP_BROKEN;
        if (markup_trouble(test->markup)->fault != FLOODS[i].fault && !broken)
            fail_msg("%s: %d", FLOODS[i].head, (int)markup_trouble(test->markup)->fault);
        assert_true(test->texts_size <= 2 * MARKUP_TEXT_BYTES_MAX);
    }
    assert_int_equal(flood(test, "<a>", SLICE("<b>1</b>"), 100000), STATUS_OK);
}

static void names_have_a_bound(void **state)
{
    struct test *test = *state;
    size_t used;
    enum status status;
    begin(test);
    status = markup_read(test->markup, SLICE("<a>"), false, &used);
    for (unsigned i = 0; i < 1000000 && status == STATUS_OK; i++) {
        char element[64];
        struct text text = text_over(element, sizeof element);
        text_addf(&text, "<a-name-of-some-length-%u/>", i);
        test->text = text_over(test->heard, sizeof test->heard);
        status = markup_read(test->markup, text_slice(&text), false, &used);
    }
    assert_int_equal(status, STATUS_MALFORMED);
    assert_int_equal(markup_trouble(test->markup)->fault, MARKUP_NAMES);
}

static void the_sink_can_stop_it(void **state)
{
    struct test *test = *state;
    size_t used;
    test->answer = STATUS_FULL;
    assert_int_equal(read_document(test, SLICE("<a><b/><c/></a>"), &used), STATUS_FULL);
    assert_string_equal(test->heard, "<a@1><b@1></2>");
    assert_int_equal(read_document(test, SLICE("<a/>"), &used), STATUS_FULL);
}

static void text_is_escaped(void **state)
{
    (void)state;
    char room[128];
    struct text text = text_over(room, sizeof room);
    text_add_markup(&text, SLICE("a<b>&\"'\x01 中\xFF\t"));
    assert_string_equal(room, "a&lt;b&gt;&amp;&quot;'\xEF\xBF\xBD 中\xEF\xBF\xBD\t");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(elements_texts_and_attributes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_follows_a_document_is_left, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_document_type_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wrong_documents_are_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nesting_has_a_bound, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_hundred_megabytes_of_anything_end_early, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(names_have_a_bound, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_sink_can_stop_it, set_up, tear_down),
        cmocka_unit_test(text_is_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
