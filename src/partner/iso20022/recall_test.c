/* recall_test.c -- what we write is a camt.056 by its definition, and says what the order says.
 *
 * The official schemas may not be handed on with this house, so the elements, their order, how
 * often they come and the forms of their values are held against a list of our own, camt_056.inc.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "recall.h"

#include "ground/chance.h"
#include "ground/disk.h"
#include "markup/gather.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct arena *boot;
static char written[RECALL_BYTES_MAX + 1];

static int set_up(void **state)
{
    (void)state;
    return arena_create(&boot, 4 << 20) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_destroy(boot);
    return 0;
}

static struct recall_order least(void)
{
    return (struct recall_order){
        .id = SLICE("R1"),
        .at = {1772414104000},
        .from = {.bic = SLICE("ABOCCNBJ")},
        .to = {.bic = SLICE("COBADEFFXXX")},
        .tx_id = SLICE("T1"),
        .amount = 1,
        .currency = SLICE("EUR"),
        .day = RECALL_DAY_NONE,
    };
}

static struct recall_order full(void)
{
    struct recall_order order = least();
    order.id = SLICE("CUT-20260302-000001");
    order.case_id = SLICE("110000/2026-17");
    order.to = (struct recall_bank){.clearing = SLICE("CNAPS"), .member = SLICE("102100099996")};
    order.note = SLICE("Payment made under deception, reported to the police; please hold the "
                       "money & answer at once. 受害人被骗付款，请立即保留款项并答复 <now>.");
    order.message_id = SLICE("M20260302-1");
    order.message_name = SLICE("pacs.008.001.08");
    order.instruction_id = SLICE("I1");
    order.end_to_end_id = SLICE("NOTPROVIDED");
    order.uetr = SLICE("8a562c67-ca16-48ba-b074-65581be6f011");
    order.amount = 900719925474099301;
    order.currency = SLICE("CNY");
    order.day = 20514;
    order.payer_account = SLICE("6222020200112233");
    order.payee_account = SLICE("DE89370400440532013000");
    order.payee_name = SLICE("张三 & Söhne");
    return order;
}

static void write_order(const struct recall_order *order)
{
    enum recall_fault fault = RECALL_FINE;
    struct text text = text_over(written, sizeof written);
    if (recall_write(&text, order, &fault) != STATUS_OK)
        fail_msg("%s", recall_fault_says(fault)->in[TONGUE_EN]);
}

/* ---- the definition ---- */

enum need { MUST, MAY, SOME, MANY, CHOICE };

static const struct {
    const char *of, *name, *is;
    enum need need;
} CHILDREN[] = {
#define LEAF(type, characters_max, form)
#define CHILD(of, name, is, need) {#of, #name, #is, need},
#include "camt_056.inc"
#undef CHILD
#undef LEAF
};

static const struct {
    const char *type;
    size_t characters_max;
    const char *form;
} LEAVES[] = {
#define LEAF(type, characters_max, form) {#type, characters_max, form},
#define CHILD(of, name, is, need)
#include "camt_056.inc"
#undef CHILD
#undef LEAF
};

enum { CHILDREN_COUNT = sizeof CHILDREN / sizeof CHILDREN[0] };

struct level {
    const char *type;
    unsigned last; /* the child that came last: number in CHILDREN + 1 */
    uint64_t seen; /* bit i: CHILDREN[i] */
    char text[512];
    struct text content;
};

struct checking {
    struct level level[MARKUP_DEPTH_MAX + 1];
    unsigned depth;
};

static enum status check_open(void *self, const struct markup_element *element)
{
    struct checking *checking = self;
    struct level *parent = &checking->level[element->depth - 1];
    unsigned found = CHILDREN_COUNT;
    for (unsigned i = 0; i < CHILDREN_COUNT; i++)
        if (strcmp(CHILDREN[i].of, parent->type) == 0 &&
            slice_equal(element->name, slice_of(CHILDREN[i].name)))
            found = i;
    assert_string_equal(element->space.at, "urn:iso:std:iso:20022:tech:xsd:camt.056.001.08");
    if (element->depth == 1) {
        assert_true(slice_equal(element->name, SLICE("Document")));
        checking->level[1].type = "Document";
    } else {
        if (found == CHILDREN_COUNT)
            fail_msg("%s has no %.*s", parent->type, (int)element->name.size, element->name.at);
        bool again = (parent->seen >> found & 1) != 0;
        assert_true(!again || CHILDREN[found].need == SOME || CHILDREN[found].need == MANY);
        assert_true(parent->last <= found + 1);
        parent->last = found + 1;
        parent->seen |= (uint64_t)1 << found;
        checking->level[element->depth].type = CHILDREN[found].is;
    }
    struct level *level = &checking->level[element->depth];
    level->last = 0;
    level->seen = 0;
    level->content = text_over(level->text, sizeof level->text);
    checking->depth = element->depth;
    bool amount = strcmp(level->type, "Amount") == 0;
    assert_int_equal(element->attributes_count, amount);
    if (amount)
        assert_int_equal(markup_attribute(element, "Ccy").size, 3);
    return STATUS_OK;
}

static enum status check_text(void *self, struct slice piece)
{
    struct checking *checking = self;
    text_add(&checking->level[checking->depth].content, piece);
    return STATUS_OK;
}

static void check_leaf(unsigned leaf, struct slice content)
{
    size_t characters = 0;
    const char *form = LEAVES[leaf].form;
    for (size_t i = 0; i < content.size; i++)
        characters += ((unsigned char)content.at[i] & 0xC0) != 0x80;
    assert_in_range(characters, 1, LEAVES[leaf].characters_max);
    assert_true(content.size >= strlen(form));
    for (size_t i = 0; form[i] != '\0'; i++) {
        char c = content.at[i];
        bool digit = c >= '0' && c <= '9';
        bool capital = c >= 'A' && c <= 'Z';
        bool fits = form[i] == '9'   ? digit
                    : form[i] == 'A' ? capital
                    : form[i] == 'X' ? digit || capital
                    : form[i] == 'h' ? digit || (c >= 'a' && c <= 'f')
                                     : c == form[i];
        if (!fits)
            fail_msg("%s: %.*s", LEAVES[leaf].type, (int)content.size, content.at);
    }
}

static enum status check_close(void *self, unsigned depth)
{
    struct checking *checking = self;
    struct level *level = &checking->level[depth];
    checking->depth = depth - 1;
    for (unsigned i = 0; i < sizeof LEAVES / sizeof LEAVES[0]; i++) {
        if (strcmp(LEAVES[i].type, level->type) == 0) {
            check_leaf(i, text_slice(&level->content));
            return STATUS_OK;
        }
    }
    assert_int_equal(level->content.size, 0); /* no text between elements */
    unsigned chosen = 0;
    bool choice = false;
    for (unsigned i = 0; i < CHILDREN_COUNT; i++) {
        if (strcmp(CHILDREN[i].of, level->type) != 0)
            continue;
        bool seen = (level->seen >> i & 1) != 0;
        choice |= CHILDREN[i].need == CHOICE;
        chosen += CHILDREN[i].need == CHOICE && seen;
        if ((CHILDREN[i].need == MUST || CHILDREN[i].need == SOME) && !seen)
            fail_msg("%s lacks %s", level->type, CHILDREN[i].name);
    }
    assert_int_equal(chosen, choice);
    return STATUS_OK;
}

static void check_definition(void)
{
    static struct checking checking;
    struct markup *markup;
    size_t used;
    struct markup_sink sink = {check_open, check_text, check_close, &checking};
    _Static_assert(CHILDREN_COUNT <= 64, "a bit for each");
    memset(&checking, 0, sizeof checking);
    checking.level[0].type = "";
    assert_int_equal(markup_create(&markup, sink, boot), STATUS_OK);
    markup_begin(markup, 1);
    assert_int_equal(markup_read(markup, slice_of(written), true, &used), STATUS_END);
    markup_destroy(markup);
}

/* ---- tests ---- */

static void expect_golden(const char *name)
{
    char path[512];
    enum disk_fault fault;
    struct slice golden;
    (void)snprintf(path, sizeof path, "%s/%s", GOLDEN_FOLDER, name);
    assert_int_equal(disk_read_all(path, RECALL_BYTES_MAX, boot, &golden, &fault), STATUS_OK);
    assert_string_equal(written, golden.at);
}

static void an_order_is_a_camt_056(void **state)
{
    (void)state;
    struct recall_order order = least();
    write_order(&order);
    check_definition();
    expect_golden("camt.056.least.xml");
    order = full();
    write_order(&order);
    check_definition();
    expect_golden("camt.056.full.xml");
}

/* Read again by the paths of its values, the order is what it was. */
enum { ID, CASE, TX, UETR, AMOUNT, CURRENCY, DAY, REASON, NOTE, PAYER, PAYEE, NAME, AT, MEMBER };

static struct recall_order expected;

static enum status take_again(void *self, const struct gathered *row)
{
    unsigned *rows = self;
    const struct slice *column = row->column;
    char amount[32], at[64];
    struct text time = text_over(at, sizeof at);
    text_add_moment(&time, expected.at, 0);
    (void)snprintf(amount, sizeof amount, "%lld.%02lld", (long long)(expected.amount / 100),
                   (long long)(expected.amount % 100));
    assert_true(slice_equal(column[ID], expected.id));
    assert_true(slice_equal(column[CASE], expected.case_id));
    assert_true(slice_equal(column[TX], expected.tx_id));
    assert_true(slice_equal(column[UETR], expected.uetr));
    assert_true(slice_equal(column[AMOUNT], slice_of(amount)));
    assert_true(slice_equal(column[CURRENCY], expected.currency));
    assert_true(slice_equal(column[DAY], SLICE("2026-03-02")));
    assert_true(slice_equal(column[REASON], slice_of(recall_reason_code(expected.reason))));
    assert_true(slice_equal(column[PAYER], expected.payer_account));
    assert_true(slice_equal(column[PAYEE], expected.payee_account));
    assert_true(slice_equal(column[NAME], expected.payee_name));
    assert_true(slice_equal(column[AT], text_slice(&time)));
    assert_true(slice_equal(column[MEMBER], expected.to.member));
    char note[1024];
    struct text lines = text_over(note, sizeof note);
    for (size_t i = 0; i < column[NOTE].size; i++)
        if (column[NOTE].at[i] != '\n')
            text_add_char(&lines, column[NOTE].at[i]);
    assert_true(slice_equal(text_slice(&lines), expected.note));
    ++*rows;
    return STATUS_OK;
}

static enum status no_stranger(void *self, const struct gather_stranger *stranger)
{
    (void)self;
    fail_msg("%.*s", (int)stranger->value.size, stranger->value.at);
    return STATUS_OK;
}

static enum status any_message(void *self, const struct gathered *message)
{
    (void)self;
    (void)message;
    return STATUS_OK;
}

static void what_was_written_is_read_again(void **state)
{
    (void)state;
    static const struct gather_path PATHS[] = {
        {"Assgnmt/CreDtTm", AT, GATHER_ONCE},
        {"Assgnmt/Assgne/Agt/FinInstnId/ClrSysMmbId/MmbId", MEMBER, GATHER_ONCE},
        {"Undrlyg/TxInf/CxlId", ID, GATHER_ONCE},
        {"Undrlyg/TxInf/Case/Id", CASE, GATHER_ONCE},
        {"Undrlyg/TxInf/OrgnlTxId", TX, GATHER_ONCE},
        {"Undrlyg/TxInf/OrgnlUETR", UETR, GATHER_ONCE},
        {"Undrlyg/TxInf/OrgnlIntrBkSttlmAmt", AMOUNT, GATHER_ONCE},
        {"Undrlyg/TxInf/OrgnlIntrBkSttlmAmt/@Ccy", CURRENCY, GATHER_ONCE},
        {"Undrlyg/TxInf/OrgnlIntrBkSttlmDt", DAY, GATHER_ONCE},
        {"Undrlyg/TxInf/CxlRsnInf/Rsn/Cd", REASON, GATHER_ONCE},
        {"Undrlyg/TxInf/CxlRsnInf/AddtlInf", NOTE, GATHER_JOINED},
        {"Undrlyg/TxInf/OrgnlTxRef/DbtrAcct/Id/Othr/Id", PAYER, GATHER_ONCE},
        {"Undrlyg/TxInf/OrgnlTxRef/CdtrAcct/Id/IBAN", PAYEE, GATHER_ONCE},
        {"Undrlyg/TxInf/OrgnlTxRef/Cdtr/Pty/Nm", NAME, GATHER_ONCE},
    };
    static const struct gather_form FORM = {"camt.056",
                                            "FIToFIPmtCxlReq",
                                            8,
                                            8,
                                            "Undrlyg/TxInf",
                                            PATHS,
                                            sizeof PATHS / sizeof PATHS[0]};
    struct gather *gather;
    unsigned rows = 0;
    size_t used;
    struct gather_sink sink = {take_again, any_message, no_stranger, &rows};
    assert_int_equal(gather_create(&gather, &FORM, 1, sink, boot), STATUS_OK);
    for (unsigned reason = 0; reason < RECALL_REASONS_COUNT; reason++) {
        expected = full();
        expected.reason = (enum recall_reason)reason;
        expected.amount += reason;
        write_order(&expected);
        gather_begin(gather, 1);
        assert_int_equal(gather_read(gather, slice_of(written), true, &used), STATUS_END);
        assert_int_equal(rows, reason + 1);
    }
    gather_destroy(gather);
}

static void amounts_have_the_digits_of_their_currency(void **state)
{
    (void)state;
    static const struct {
        struct slice currency;
        int64_t amount;
        const char *is;
    } AMOUNTS[] = {
        {{"EUR", 3}, 5, ">0.05<"},
        {{"JPY", 3}, 500, ">500<"},
        {{"KWD", 3}, 1234, ">1.234<"},
        {{"CNY", 3}, 999999999999999999, ">9999999999999999.99<"},
    };
    for (size_t i = 0; i < sizeof AMOUNTS / sizeof AMOUNTS[0]; i++) {
        struct recall_order order = least();
        order.currency = AMOUNTS[i].currency;
        order.amount = AMOUNTS[i].amount;
        write_order(&order);
        assert_non_null(strstr(written, AMOUNTS[i].is));
    }
}

static void expect_fault(const struct recall_order *order, enum recall_fault want)
{
    enum recall_fault fault = RECALL_FINE;
    struct text text = text_over(written, sizeof written);
    text_add_string(&text, "before");
    assert_int_equal(recall_write(&text, order, &fault), STATUS_MALFORMED);
    if (fault != want)
        fail_msg("%s, not %s", recall_fault_says(fault)->in[TONGUE_EN],
                 recall_fault_says(want)->in[TONGUE_EN]);
    assert_string_equal(written, "before");
}

#define EXPECT_FAULT(member, value, fault)     \
    do {                                       \
        struct recall_order order_ = full();   \
        order_.member = value;                 \
        expect_fault(&order_, RECALL_##fault); \
    } while (0)

static void an_order_that_is_none_is_not_written(void **state)
{
    (void)state;
    EXPECT_FAULT(id, SLICE(""), BAD_ID);
    EXPECT_FAULT(id, SLICE("123456789012345678901234567890123456"), BAD_ID);
    EXPECT_FAULT(id, SLICE("/a"), BAD_ID);
    EXPECT_FAULT(id, SLICE("a//b"), BAD_ID);
    EXPECT_FAULT(id, SLICE("a<b"), BAD_ID);
    EXPECT_FAULT(case_id, SLICE("案1"), BAD_ID);
    EXPECT_FAULT(end_to_end_id, SLICE("a\nb"), BAD_ID);
    EXPECT_FAULT(from.bic, SLICE("abocCNBJ"), BAD_BANK);
    EXPECT_FAULT(from.bic, SLICE(""), BAD_BANK);
    EXPECT_FAULT(from.bic, SLICE("ABOC12BJ"), BAD_BANK);
    EXPECT_FAULT(to.clearing, SLICE(""), BAD_BANK);
    EXPECT_FAULT(uetr, SLICE("8A562C67-ca16-48ba-b074-65581be6f011"), BAD_UETR);
    EXPECT_FAULT(uetr, SLICE("8a562c67-ca16-18ba-b074-65581be6f011"), BAD_UETR);
    EXPECT_FAULT(amount, 0, BAD_AMOUNT);
    EXPECT_FAULT(amount, -1, BAD_AMOUNT);
    EXPECT_FAULT(amount, INT64_MAX, BAD_AMOUNT);
    EXPECT_FAULT(currency, SLICE("cny"), BAD_CURRENCY);
    EXPECT_FAULT(payee_account, SLICE("12345678901234567890123456789012345"), BAD_ACCOUNT);
    EXPECT_FAULT(note, SLICE("a\x01"), BAD_TEXT);
    EXPECT_FAULT(payee_name, SLICE("\xD5\xC5"), BAD_TEXT);
    EXPECT_FAULT(at, MOMENT_NONE, BAD_TIME);
    EXPECT_FAULT(day, -1, BAD_TIME);
    EXPECT_FAULT(message_name, SLICE("MT103"), BAD_MESSAGE_NAME);
    struct recall_order order = least();
    order.tx_id = SLICE("");
    expect_fault(&order, RECALL_NO_PAYMENT);
}

static void a_text_without_room_stays_as_it_was(void **state)
{
    (void)state;
    struct recall_order order = full();
    write_order(&order);
    size_t size = strlen(written);
    for (size_t room = 8; room < size + 7; room += 97) {
        char bytes[RECALL_BYTES_MAX];
        enum recall_fault fault;
        struct text text = text_over(bytes, room);
        text_add_string(&text, "before");
        assert_int_equal(recall_write(&text, &order, &fault), STATUS_FULL);
        assert_string_equal(bytes, "before");
        assert_false(text.full);
    }
}

/* Random orders of all lengths and characters: written by the definition, or refused. */
static void any_order_is_right_or_refused(void **state)
{
    (void)state;
    static const char ALPHABET[] = "AZaz09/-?:().,'+ <&\"\xE4\xB8\xAD";
    unsigned written_count = 0;
    struct chance chance = chance_seeded(1);
    for (unsigned round = 0; round < 3000; round++) {
        char room[6][256];
        struct recall_order order = full();
        struct slice *slots[] = {&order.id,         &order.case_id, &order.tx_id,
                                 &order.payee_name, &order.note,    &order.payee_account};
        for (unsigned i = 0; i < 6; i++) {
            size_t size = chance_below(&chance, i < 3 ? 6 : i == 4 ? 200 : 40);
            struct text text = text_over(room[i], sizeof room[i]);
            while (text.size < size) {
                size_t at = chance_below(&chance, sizeof ALPHABET - 3);
                bool wide = at == sizeof ALPHABET - 4;
                text_add(&text, (struct slice){ALPHABET + at, wide ? 3 : 1});
            }
            if (chance_below(&chance, 2) == 0)
                *slots[i] = text_slice(&text);
        }
        enum recall_fault fault;
        struct text text = text_over(written, sizeof written);
        if (recall_write(&text, &order, &fault) != STATUS_OK)
            continue;
        check_definition();
        written_count++;
    }
    assert_true(written_count > 100);
}

static void everything_is_said_in_both_tongues(void **state)
{
    (void)state;
    for (enum tongue tongue = 0; tongue < TONGUES_COUNT; tongue++) {
        for (unsigned i = 0; i < RECALL_REASONS_COUNT; i++) {
            struct slice code = slice_of(recall_reason_code((enum recall_reason)i));
            assert_true(recall_reason_says(code)->in[tongue][0] != '\0');
        }
        for (unsigned i = 0; i < RECALL_FAULTS_COUNT; i++)
            assert_true(recall_fault_says((enum recall_fault)i)->in[tongue][0] != '\0');
        for (unsigned i = 0; i < RECALL_VERDICTS_COUNT; i++)
            assert_true(recall_verdict_says((enum recall_verdict)i)->in[tongue][0] != '\0');
    }
    assert_string_equal(recall_reason_code(RECALL_FOR_FRAD), "FRAD");
    assert_int_equal(RECALL_FOR_FRAD, 0);
    assert_null(recall_reason_says(SLICE("XXXX")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_order_is_a_camt_056, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_written_is_read_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(amounts_have_the_digits_of_their_currency, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_order_that_is_none_is_not_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_text_without_room_stays_as_it_was, set_up, tear_down),
        cmocka_unit_test_setup_teardown(any_order_is_right_or_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(everything_is_said_in_both_tongues, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
