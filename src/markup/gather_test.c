/* gather_test.c -- messages are found wherever they stand, and rows keep to themselves. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "gather.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { ID, TIME, AMOUNT, CURRENCY, NOTE, BANK, COLUMNS };

static const struct gather_path PATHS[] = {
    {"GrpHdr/CreDtTm", TIME, GATHER_ONCE}, {"Tx/Id", ID, GATHER_ONCE},
    {"Tx/Amt", AMOUNT, GATHER_ONCE},       {"Tx/Amt/@Ccy", CURRENCY, GATHER_ONCE},
    {"Tx/Note", NOTE, GATHER_JOINED},      {"Tx/Agt/BIC", BANK, GATHER_FIRST},
};

static const struct gather_form FORMS[] = {
    {"pacs.008", "CdtTrf", 2, 12, "Tx", PATHS, sizeof PATHS / sizeof PATHS[0]},
    {"pacs.002", "Sts", 3, 14, "Tx", PATHS, sizeof PATHS / sizeof PATHS[0]},
};

struct test {
    struct arena *boot;
    struct gather *gather;
    char heard[4096];
    struct text text;
};

static void add_columns(struct test *test, const struct gathered *gathered)
{
    for (unsigned i = 0; i < COLUMNS; i++)
        text_addf(&test->text, "%s%.*s", i == 0 ? "" : "|", (int)gathered->column[i].size,
                  gathered->column[i].at);
    if (gathered->twice != NULL)
        text_addf(&test->text, " twice %s", gathered->twice);
}

static enum status take_row(void *self, const struct gathered *row)
{
    struct test *test = self;
    text_addf(&test->text, "row %u v%u @%llu ", row->form, row->version,
              (unsigned long long)row->line);
    add_columns(test, row);
    text_add_char(&test->text, '\n');
    return STATUS_OK;
}

static enum status take_message(void *self, const struct gathered *message)
{
    struct test *test = self;
    text_addf(&test->text, "message %u rows %llu %.*s\n", message->form,
              (unsigned long long)message->rows_count, (int)message->column[TIME].size,
              message->column[TIME].at);
    assert_int_equal(message->column[ID].size, 0);
    return STATUS_OK;
}

static enum status take_stranger(void *self, const struct gather_stranger *stranger)
{
    struct test *test = self;
    text_addf(&test->text, "stranger %d @%llu %.*s %.*s\n", (int)stranger->why,
              (unsigned long long)stranger->line, (int)stranger->value.size, stranger->value.at,
              (int)stranger->path.size, stranger->path.at);
    return STATUS_OK;
}

static int set_up(void **state)
{
    static struct test test;
    test = (struct test){0};
    assert_int_equal(arena_create(&test.boot, 1 << 20), STATUS_OK);
    struct gather_sink sink = {take_row, take_message, take_stranger, &test};
    assert_int_equal(gather_create(&test.gather, FORMS, 2, sink, test.boot), STATUS_OK);
    *state = &test;
    return 0;
}

static int tear_down(void **state)
{
    struct test *test = *state;
    gather_destroy(test->gather);
    arena_destroy(test->boot);
    return 0;
}

static enum status read_all(struct test *test, struct slice bytes, size_t piece)
{
    size_t at = 0;
    test->text = text_over(test->heard, sizeof test->heard);
    gather_begin(test->gather, 1);
    for (;;) {
        bool last = bytes.size - at <= piece;
        size_t used;
        struct slice rest = {bytes.at + at, last ? bytes.size - at : piece};
        enum status status = gather_read(test->gather, rest, last, &used);
        at += used;
        if (status != STATUS_OK) {
            if (status == STATUS_END)
                assert_int_equal(at, bytes.size);
            return status;
        }
        if (used == 0)
            piece++;
    }
}

static void expect(struct test *test, const char *documents, const char *heard)
{
    struct slice bytes = slice_of(documents);
    for (size_t piece = 1; piece <= bytes.size; piece += 1 + piece / 4) {
        assert_int_equal(read_all(test, bytes, piece), STATUS_END);
        assert_string_equal(test->heard, heard);
    }
}

#define ISO "urn:iso:std:iso:20022:tech:xsd:"

static void rows_of_a_message(void **state)
{
    expect(*state,
           "<?xml version='1.0'?>\n<Document xmlns='" ISO "pacs.008.001.08'><CdtTrf>\n"
           "<GrpHdr><MsgId>m</MsgId><CreDtTm> t1\n</CreDtTm></GrpHdr>\n"
           "<Tx><Id>1</Id><Amt Ccy='EUR'>12.50</Amt><Note> a </Note><Note>b</Note></Tx>\n"
           "<Tx><Amt Ccy='USD'> 3 </Amt><Agt><BIC>X</BIC><BIC>Y</BIC></Agt></Tx>\n"
           "</CdtTrf></Document>\n",
           "row 0 v8 @5 1|t1|12.50|EUR|a\nb|\n"
           "row 0 v8 @6 |t1|3|USD||X\n"
           "message 0 rows 2 t1\n");
}

static void messages_are_found_in_envelopes(void **state)
{
    expect(
        *state,
        "<Message xmlns='urn:tch' xmlns:h='" ISO "head.001.001.01' xmlns:c='" ISO
        "pacs.008.001.02'><AppHdr><h:Fr><h:Id>no</h:Id></h:Fr></AppHdr><CreditTransfer><c:CdtTrf>"
        "<c:Tx><c:Id>1</c:Id></c:Tx></c:CdtTrf></CreditTransfer></Message>",
        "row 0 v2 @1 1|||||\nmessage 0 rows 1 \n");
    expect(*state,
           "<E><h:AppHdr xmlns:h='" ISO "head.001.001.02'><h:Sts><h:Tx/></h:Sts></h:AppHdr>"
           "<Document xmlns='" ISO "pacs.002.001.14'><Sts><Tx><Id>1</Id></Tx></Sts></Document>"
           "<d:Document xmlns:d='http://www.six-interbank-clearing.com/de/pacs.008.001.02.ch.02'>"
           "<d:CdtTrf/></d:Document></E>",
           "row 1 v14 @1 1|||||\nmessage 1 rows 1 \nmessage 0 rows 0 \n");
    expect(*state, "<Document><Sts><Tx><Id>1</Id></Tx></Sts></Document>",
           "row 1 v0 @1 1|||||\nmessage 1 rows 1 \n");
}

static void several_documents_in_one_file(void **state)
{
    expect(*state,
           "\xEF\xBB\xBF\n<?xml version='1.0'?><Sts/>\n\xEF\xBB\xBF<?xml version='1.0'?>\n"
           "<CdtTrf>\n<Tx/></CdtTrf><Sts/>\n\n<Sts>\n<Tx/></Sts>",
           "message 1 rows 0 \nrow 0 v0 @5 |||||\nmessage 0 rows 1 \nmessage 1 rows 0 \n"
           "row 1 v0 @8 |||||\nmessage 1 rows 1 \n");
    expect(*state, " \n", "");
}

static void what_is_not_read_is_named(void **state)
{
    expect(*state, "<Document xmlns='" ISO "pacs.008.001.13'><CdtTrf><Tx/></CdtTrf></Document>",
           "stranger 1 @1 " ISO "pacs.008.001.13 /Document/CdtTrf\n");
    expect(*state,
           "<Document xmlns='urn:iso:20022:pacs.008.001.08'><CdtTrf><Tx/></CdtTrf></Document>",
           "stranger 0 @1 urn:iso:20022:pacs.008.001.08 /Document/CdtTrf\n");
    expect(*state, "<Document xmlns='" ISO "pacs.002.001.08'><CdtTrf><Tx/></CdtTrf></Document>",
           "stranger 0 @1 " ISO "pacs.002.001.08 /Document/CdtTrf\n");
    expect(*state, "<Document xmlns='" ISO "pacs.008.001.08.evil'><CdtTrf/></Document>",
           "stranger 2 @1 " ISO "pacs.008.001.08.evil /Document\n");
    expect(*state,
           "<E>\n<Document xmlns='" ISO "pain.001.001.09'><X><Tx/></X></Document><Sts/></E>",
           "stranger 2 @2 " ISO "pain.001.001.09 /E/Document\nmessage 1 rows 0 \n");
    expect(*state, "<Document xmlns='" ISO "pacs.008.001.08'><Other/></Document>",
           "stranger 2 @1 " ISO "pacs.008.001.08 /Document/Other\n");
    expect(*state, "\n<html><body/></html>", "stranger 3 @2 html /\n");
}

/* Only the message's own namespace counts, and only at the right place. */
static void foreign_elements_are_passed_over(void **state)
{
    expect(*state,
           "<c:CdtTrf xmlns:c='" ISO "pacs.008.001.08' xmlns='urn:other'><c:Tx><Id>no</Id>"
           "<c:Splmtry><c:Tx><c:Id>no</c:Id></c:Tx><Id>no</Id></c:Splmtry>"
           "<c:Id>y<c:Id>no</c:Id>es</c:Id></c:Tx><Tx/></c:CdtTrf>",
           "row 0 v8 @1 yes|||||\nmessage 0 rows 1 \n");
    expect(*state, "<Sts><Tx><Id><![CDATA[<Id>1</Id>]]></Id></Tx></Sts>",
           "row 1 v0 @1 <Id>1</Id>|||||\nmessage 1 rows 1 \n");
}

static void a_value_that_is_there_twice_is_told(void **state)
{
    expect(*state, "<Sts><Tx><Id>1</Id><Id>2</Id></Tx><Tx><Id>3</Id></Tx></Sts>",
           "row 1 v0 @1 1||||| twice Tx/Id\nrow 1 v0 @1 3|||||\nmessage 1 rows 2 \n");
}

static void a_broken_document_ends_the_file(void **state)
{
    struct test *test = *state;
    uint64_t line = 0;
    struct slice bytes = SLICE("<Sts>\n<Tx><Id>1</Id></Tx>\n<Tx><Id>2</Id>\n</Ty></Sts><Sts/>");
    assert_int_equal(read_all(test, bytes, 7), STATUS_MALFORMED);
    assert_string_equal(test->heard, "row 1 v0 @2 1|||||\n");
    assert_true(gather_is_in_row(test->gather, &line));
    assert_int_equal(line, 3);
    assert_int_equal(gather_trouble(test->gather)->fault, MARKUP_TAGS);
    assert_int_equal(gather_trouble(test->gather)->line, 4);
    assert_string_equal(gather_trouble(test->gather)->path, "/Sts/Tx");
    gather_begin(test->gather, 1);
    assert_false(gather_is_in_row(test->gather, &line));
}

static void forms_name_themselves(void **state)
{
    (void)state;
    char room[128];
    struct text text = text_over(room, sizeof room);
    text_add_forms(&text, FORMS, 2);
    assert_string_equal(room, "pacs.008.001.02–12, pacs.002.001.03–14");
    struct slice path = gather_column_path(&FORMS[0], CURRENCY);
    assert_string_equal(path.at, "Tx/Amt/@Ccy");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_of_a_message, set_up, tear_down),
        cmocka_unit_test_setup_teardown(messages_are_found_in_envelopes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(several_documents_in_one_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_read_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(foreign_elements_are_passed_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_value_that_is_there_twice_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_broken_document_ends_the_file, set_up, tear_down),
        cmocka_unit_test(forms_name_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
