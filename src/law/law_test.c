/* law_test.c -- the shipped packs are sound and complete, mistakes are named with their place, and
 * what is open is never a value. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "law/law.h"

#include "ground/disk.h"
#include "ground/folder.h"
#include "law/law_inside.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena *arena;
static struct law law;
static char bytes[TONGUES_COUNT][8192];
static struct text why[TONGUES_COUNT];

static void why_reset(void)
{
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        why[t] = text_over(bytes[t], sizeof bytes[t]);
}

static int open_law(void **state)
{
    (void)state;
    why_reset();
    if (arena_create(&arena, 256 << 20) != STATUS_OK)
        return 1;
    enum status status = law_open(&law, LAW_FOLDER, arena, why);
    if (status != STATUS_OK)
        print_error("%s\n", bytes[TONGUE_EN]);
    return status != STATUS_OK;
}

static int close_law(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static law_date day(const char *word)
{
    law_date date;
    assert_int_equal(law_date_parse(slice_of(word), &date), STATUS_OK);
    return date;
}

static const struct law_pack *pack_of(const char *name)
{
    const struct law_pack *pack = law_named(&law, slice_of(name));
    assert_non_null(pack);
    return pack;
}

/* ---- the shipped packs ---- */

static void every_subject_has_a_pack_in_force_today(void **state)
{
    (void)state;
    for (unsigned s = 0; s < LAW_SUBJECTS_COUNT; s++)
        assert_non_null(law_find(&law, (enum law_subject)s, day("2026-06-01")));
    assert_true(law.calendar.years_count >= 5);
}

static void the_pack_of_a_day_is_the_one_in_force(void **state)
{
    (void)state;
    const struct law_pack *final = pack_of("cn-final-2024-12");
    const struct law_pack *old = pack_of("cn-pboc-2019");
    assert_ptr_equal(law_find(&law, LAW_SUBJECT_discipline, day("2024-12-01")), final);
    assert_ptr_equal(law_find(&law, LAW_SUBJECT_discipline, day("2024-11-30")), old);
    assert_ptr_equal(law_find(&law, LAW_SUBJECT_discipline, day("2023-12-25")), old); /* no draft */
    assert_ptr_equal(law_find(&law, LAW_SUBJECT_discipline, day("2019-03-31")),
                     pack_of("cn-pboc-2017"));
    assert_null(law_find(&law, LAW_SUBJECT_discipline, day("2016-12-31")));
    assert_null(law_find(&law, LAW_SUBJECT_penalty, day("2022-11-30")));
    assert_true(pack_of("cn-draft-2023-11")->draft);
}

static void the_program_carries_what_lies_in_the_folder(void **state)
{
    struct law carried;
    (void)state;
    why_reset();
    assert_int_equal(law_open_shipped(&carried, arena, why), STATUS_OK);
    assert_int_equal(carried.packs_count, law.packs_count);
    assert_int_equal(carried.calendar.exceptions_count, law.calendar.exceptions_count);
    for (uint32_t i = 0; i < law.packs_count; i++) {
        assert_true(slice_equal(carried.packs[i].name, law.packs[i].name));
        assert_memory_equal(&carried.packs[i].hash, &law.packs[i].hash, sizeof(struct digest));
    }
}

static void the_numbers_are_those_of_the_law(void **state)
{
    int64_t number;
    struct law_span span;
    struct law_codes list;
    enum law_rank rank;
    enum law_code code;
    law_date date;
    bool yes;
    const struct law_value *how = NULL;
    (void)state;
    const struct law_pack *final = pack_of("cn-final-2024-12");
    assert_int_equal(law_count(final, "threshold.items", &number, &how), STATUS_OK);
    assert_int_equal(number, 3);
    assert_int_equal(how->mark, LAW_MARK_V2);
    assert_true(slice_equal(how->article, SLICE("3")));
    assert_int_equal(law_span_of(final, "term.criminal", &span, NULL), STATUS_OK);
    assert_true(span.amount == 3 && span.unit == LAW_UNIT_year);
    assert_int_equal(law_span_of(final, "term.determined", &span, NULL), STATUS_OK);
    assert_true(span.amount == 2 && span.unit == LAW_UNIT_year);
    assert_int_equal(law_span_of(final, "term.cap", &span, NULL), STATUS_OK);
    assert_true(span.amount == 5 && span.unit == LAW_UNIT_year);
    assert_int_equal(law_rank_of(final, "below_threshold.rank", &rank, NULL), STATUS_OK);
    assert_int_equal(rank, LAW_RANK_province);
    assert_int_equal(law_date_value(final, "facts.not_before", &date, NULL), STATUS_OK);
    assert_int_equal(date.days, day("2022-12-01").days);
    assert_int_equal(law_code_of(final, "term.counting", &code, &how), STATUS_OK);
    assert_int_equal(code, LAW_CODE_next_day);
    assert_true(law_mark_doubtful(how->mark));
    assert_int_equal(law_list(final, "item.list", &list, NULL), STATUS_OK);
    assert_false(law_codes_have(list, LAW_CODE_domain_name));
    assert_int_equal(law_list(pack_of("cn-draft-2023-11"), "item.list", &list, NULL), STATUS_OK);
    assert_true(law_codes_have(list, LAW_CODE_domain_name));
    const struct law_pack *stop = pack_of("cn-stop-2016");
    assert_int_equal(law_span_ms(stop, "term", &number, NULL), STATUS_OK);
    assert_int_equal(number, 48 * (int64_t)HOUR_MS);
    assert_int_equal(law_count(stop, "count.max", &number, NULL), STATUS_OK);
    assert_int_equal(number, 2);
    assert_int_equal(law_list(stop, "match.fields", &list, NULL), STATUS_OK);
    assert_int_equal(list.count, 4);
    assert_int_equal(law_switch(stop, "lift.automatic", &yes, &how), STATUS_OK);
    assert_true(yes && how->mark == LAW_MARK_M);
    assert_int_equal(law_span_ms(pack_of("cn-freeze"), "deposits.term", &number, NULL),
                     STATUS_REFUSED);
    assert_int_equal(
        law_money(pack_of("cn-administrative-penalties"), "assisting.settlement", &number, NULL),
        STATUS_OK);
    assert_int_equal(number, 20000000);
}

/* What was found in no text must not be a value. */
static void open_questions_have_no_value_but_words(void **state)
{
    static const struct {
        const char *pack, *entry;
    } OPEN[] = {
        {"cn-final-2024-12", "appeal.accept"},
        {"cn-final-2024-12", "appeal.verify"},
        {"cn-final-2024-12", "appeal.answer"},
        {"cn-final-2024-12", "appeal.second"},
        {"cn-final-2024-12", "kept.chosen_by_person"},
        {"cn-final-2024-12", "internet.scope"},
        {"cn-final-2024-12", "term.during_imprisonment"},
        {"cn-final-2024-12", "older.shortened"},
        {"cn-final-2024-12", "vulnerable.rule"},
        {"cn-pboc-2019", "older.shortened"},
        {"cn-stop-2016", "next_level"},
        {"cn-stop-2016", "feedback.times"},
        {"cn-return-2016", "formula"},
        {"cn-return-2016", "institutions"},
        {"cn-administrative-penalties", "detention.exceptions"},
        {"cutline-defaults-2026", "dissuasion.deadlines"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof OPEN / sizeof OPEN[0]; i++) {
        const struct law_pack *pack = pack_of(OPEN[i].pack);
        assert_null(law_value_find(pack, slice_of(OPEN[i].entry)));
        const struct law_gap *gap = law_gap_find(pack, slice_of(OPEN[i].entry));
        assert_non_null(gap);
        for (unsigned t = 0; t < TONGUES_COUNT; t++)
            assert_true(gap->why[t].size > 10);
    }
    struct law_span span = {7, LAW_UNIT_day};
    assert_int_equal(law_span_of(pack_of("cn-final-2024-12"), "appeal.accept", &span, NULL),
                     STATUS_ABSENT);
    assert_int_equal(span.amount, 7); /* untouched */
}

static void category_b_is_never_published_and_incoming_funds_stay(void **state)
{
    (void)state;
    for (uint32_t p = 0; p < law.packs_count; p++)
        for (uint32_t i = 0; i < law.packs[p].measures_count; i++) {
            const struct law_measure *measure = &law.packs[p].measures[i];
            if (measure->object == LAW_CODE_dishonesty_list)
                assert_false(law_codes_have(measure->categories, LAW_CODE_determined));
            assert_int_not_equal(measure->executors.count, 0);
        }
    const struct law_pack *final = pack_of("cn-final-2024-12");
    for (uint32_t i = 0; i < final->measures_count; i++) {
        const struct law_measure *measure = &final->measures[i];
        if (measure->object == LAW_CODE_bank_account || measure->object == LAW_CODE_wallet) {
            assert_true(law_codes_have(measure->exceptions, LAW_CODE_incoming_funds));
            assert_true(law_codes_have(measure->exceptions, LAW_CODE_counter_business));
            assert_true(law_codes_have(measure->exceptions, LAW_CODE_agreed_tax));
        }
        if (measure->object == LAW_CODE_phone_card)
            assert_true(law_codes_have(measure->exceptions, LAW_CODE_one_clean_phone_card));
    }
}

static void a_measure_is_found_by_object_and_category(void **state)
{
    (void)state;
    const struct law_pack *final = pack_of("cn-final-2024-12");
    const struct law_measure *measure =
        law_measure_find(final, LAW_CODE_payment_account, LAW_CODE_determined);
    assert_int_equal(measure->restriction, LAW_CODE_business_stopped);
    assert_true(law_codes_have(measure->exceptions, LAW_CODE_balance_to_own_account));
    assert_non_null(law_measure_find(final, LAW_CODE_dishonesty_list, LAW_CODE_criminal));
    assert_null(law_measure_find(final, LAW_CODE_dishonesty_list, LAW_CODE_determined));
    assert_null(law_measure_find(final, LAW_CODE_credit_database, LAW_CODE_criminal)); /* open */
    assert_null(law_measure_find(pack_of("cn-stop-2016"), LAW_CODE_wallet, LAW_CODE_criminal));
}

static void deadline_is(const char *pack, const char *name, const char *from, const char *wanted)
{
    moment at, end, until;
    law_date unknown;
    assert_int_equal(moment_parse(slice_of(from), &at), STATUS_OK);
    assert_int_equal(moment_parse(slice_of(wanted), &until), STATUS_OK);
    assert_int_equal(law_deadline(&law, pack_of(pack), name, at, 480, &end, &unknown), STATUS_OK);
    assert_int_equal(end.ms, until.ms);
}

static void deadlines_come_from_the_pack_and_the_calendar(void **state)
{
    moment at, end = {7};
    law_date unknown;
    (void)state;
    deadline_is("cn-stop-2016", "term", "2025-10-02T10:00:00+08:00", "2025-10-04T10:00:00+08:00");
    deadline_is("cn-final-2024-12", "term.determined", "2025-01-10T09:00:00+08:00",
                "2027-01-11T00:00:00+08:00");
    deadline_is("cn-freeze", "deposits.term", "2025-08-31T09:00:00+08:00",
                "2026-03-01T00:00:00+08:00");
    deadline_is("cn-return-2016", "bank.execute", "2025-09-30T16:00:00+08:00",
                "2025-10-12T00:00:00+08:00"); /* Thu 9, Fri 10, Sat 11 October, made up */
    deadline_is("cutline-defaults-2026", "dissuasion.extreme.contact", "2026-05-01T00:00:30+08:00",
                "2026-05-01T00:01:30+08:00");
    assert_int_equal(moment_parse(SLICE("2026-12-30T09:00:00+08:00"), &at), STATUS_OK);
    assert_int_equal(
        law_deadline(&law, pack_of("cn-return-2016"), "bank.execute", at, 480, &end, &unknown),
        STATUS_ABSENT);
    assert_int_equal(unknown.days, day("2026-12-31").days);
    assert_int_equal(
        law_deadline(&law, pack_of("cn-final-2024-12"), "appeal.accept", at, 480, &end, &unknown),
        STATUS_ABSENT);
    assert_int_equal(unknown.days, LAW_DATE_NONE.days);
    assert_int_equal(end.ms, 7);
}

static void a_proposal_is_marked_as_one_and_stands_in_no_pack_of_law(void **state)
{
    (void)state;
    for (uint32_t p = 0; p < law.packs_count; p++) {
        const struct law_pack *pack = &law.packs[p];
        for (uint32_t i = 0; i < pack->values_count; i++)
            if (pack->subject != LAW_SUBJECT_practice)
                assert_int_not_equal(pack->values[i].mark, LAW_MARK_P);
    }
}

static void a_stamp_names_the_very_pack(void **state)
{
    char stamp[LAW_STAMP_MAX];
    const struct law_pack *found = NULL;
    struct text text = text_over(stamp, sizeof stamp);
    (void)state;
    text_add_law_stamp(&text, pack_of("cn-final-2024-12"));
    assert_false(text.full);
    assert_int_equal(law_of_stamp(&law, text_slice(&text), &found), STATUS_OK);
    assert_ptr_equal(found, pack_of("cn-final-2024-12"));
    stamp[text.size - 1] = (char)(stamp[text.size - 1] == '0' ? '1' : '0');
    assert_int_equal(law_of_stamp(&law, text_slice(&text), &found), STATUS_REFUSED);
    stamp[0] = 'x';
    assert_int_equal(law_of_stamp(&law, text_slice(&text), &found), STATUS_ABSENT);
    assert_int_equal(law_of_stamp(&law, SLICE("cn-final-2024-12"), &found), STATUS_MALFORMED);
    assert_int_equal(law_of_stamp(&law, SLICE(""), &found), STATUS_MALFORMED);
}

/* ---- what is said ---- */

static void a_doubtful_value_is_said_to_be_one(void **state)
{
    static char room[1 << 20];
    (void)state;
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        for (uint32_t p = 0; p < law.packs_count; p++) {
            struct text text = text_over(room, sizeof room);
            text_add_law_pack(&text, &law.packs[p], (enum tongue)t);
            assert_false(text.full);
            assert_true(utf8_valid(text_slice(&text)));
            for (unsigned m = 0; m < LAW_MARKS_COUNT; m++) {
                const char *says = law_mark_word((enum law_mark)m)->says.in[t];
                bool there = law.packs[p].dates_mark == m;
                for (uint32_t i = 0; i < law.packs[p].values_count; i++)
                    there = there || law.packs[p].values[i].mark == m;
                if (there && law_mark_doubtful((enum law_mark)m))
                    assert_non_null(strstr(room, says));
            }
        }
}

static void draft_and_final_differ_in_what_was_changed(void **state)
{
    static char room[1 << 18];
    struct text text = text_over(room, sizeof room);
    (void)state;
    unsigned count = text_add_law_diff(&text, pack_of("cn-draft-2023-11"),
                                       pack_of("cn-final-2024-12"), TONGUE_EN);
    assert_true(count > 5);
    assert_non_null(strstr(room, "item.list"));
    assert_non_null(strstr(room, "- domain name"));
    assert_non_null(strstr(room, "balance transferred out or withdrawn"));
    assert_null(strstr(room, "term.criminal"));
    assert_int_equal(
        text_add_law_diff(&text, pack_of("cn-stop-2016"), pack_of("cn-stop-2016"), TONGUE_EN), 0);
}

static void a_fine_that_was_changed_is_a_difference(void **state)
{
    static char room[1 << 16];
    struct law_fine_row rows[2];
    struct text text = text_over(room, sizeof room);
    (void)state;
    const struct law_pack *pack = pack_of("cn-administrative-penalties");
    struct law_pack other = *pack;
    rows[0] = pack->fines[0];
    rows[0].cap += 1;
    rows[1] = pack->fines[0];
    rows[1].grade = LAW_GRADE_persons; /* a line that the other does not have */
    other.fines = rows;
    other.fines_count = 2;
    /* One line changed, all others gone, one new. */
    assert_int_equal(text_add_law_diff(&text, pack, &other, TONGUE_EN), pack->fines_count + 1);
    assert_non_null(strstr(room, "at most 100000.01 yuan"));
    assert_non_null(strstr(room, "+  art38, persons directly responsible"));
    text = text_over(room, sizeof room);
    assert_int_equal(text_add_law_diff_json(&text, pack, &other), pack->fines_count + 1);
    assert_false(text.full);
    assert_non_null(strstr(room, "\"act\":\"art38\",\"grade\":\"persons\",\"a\":null,\"b\":{"));
}

static void the_page_has_the_tables(void **state)
{
    static char shown[1 << 18];
    struct slice page;
    enum disk_fault fault;
    (void)state;
    assert_int_equal(disk_read_all(PAGE, 1 << 20, arena, &page, &fault), STATUS_OK);
    struct text text = text_over(shown, sizeof shown);
    text_add_law_page(&text);
    assert_false(text.full);
    if (strstr(page.at, shown) == NULL)
        fail_msg("docs/law.md is old; its tables should be:\n%s", shown);
}

/* ---- mistakes ---- */

#define HEAD                                                                                  \
    "law: 1\npack: p\nsubject: return\ntitle: {en: t, zh: t}\nsources: {S: {en: s, zh: s}}\n" \
    "in_force: {from: 2020-01-01, mark: V}\n"
#define SILENT                                                                                     \
    "silent: [principle, free_of_charge, apply.to, approve.rank, approve.police_rank, documents, " \
    "target, method.single, method.traceable, method.untraceable, notice.objections, "             \
    "bank.execute, remainder, formula, institutions]\n"
#define NOTICE(value) "entries:\n  notice.term: " value "\n"

static enum status read_text(const char *text, struct law_pack *pack)
{
    struct law_calendar days;
    bool calendar;
    why_reset();
    return law_read("p.yaml", slice_of(text), arena, pack, &days, &calendar, why);
}

static void a_small_pack_is_read(void **state)
{
    struct law_pack pack;
    (void)state;
    assert_int_equal(
        read_text(HEAD NOTICE("{value: 30, unit: day, article: \"8\", source: S, mark: R, "
                              "note: {en: n, zh: n}}") SILENT,
                  &pack),
        STATUS_OK);
    assert_int_equal(pack.values_count, 1);
    assert_int_equal(pack.values[0].line, 8);
    assert_int_equal(pack.silent_count, 15);
}

static const struct {
    const char *text, *en;
} MISTAKES[] = {
    {"", "p.yaml:1:1: the file is empty"},
    {"- x\n", "`key: value` lines are wanted"},
    {"law: 2\n", "begins with `law: 1`"},
    {"pack: p\n", "begins with `law: 1`"},
    {"law: 1\npack: p\n", "a key is missing here: `subject`"},
    {"law: 1\npakc: p\n", "did you mean `pack`"},
    {HEAD SILENT, "a key is missing here: `entries`"},
    {HEAD NOTICE("{value: 30, unit: day, article: x, source: S, mark: R}"),
     "does not say what it knows of `principle`"},
    {HEAD NOTICE("{value: 30, unit: day, article: x, source: S, mark: R}") SILENT
     "open: {notice.term: {en: q, zh: q}}\n",
     "p.yaml:10:8: `notice.term` is given, open or silent more than once"},
    {HEAD NOTICE("{value: 30, unit: day, article: x, source: S}"), "missing here: `mark`"},
    {HEAD NOTICE("{value: 30, unit: day, article: x, mark: V}"), "missing here: `source`"},
    {HEAD NOTICE("{value: 30, unit: day, source: S, mark: V}"), "names its article"},
    {HEAD NOTICE("{value: 30, article: x, source: S, mark: V}"), "missing here: `unit`"},
    {HEAD NOTICE("{unit: day, article: x, source: S, mark: V}"), "missing here: `value`"},
    {HEAD NOTICE("{value: 30, unit: yuan, article: x, source: S, mark: V}"),
     "p.yaml:8:34: the unit `yuan` does not fit"},
    {HEAD NOTICE("{value: 30, unit: dya, article: x, source: S, mark: V}"), "did you mean `day`"},
    {HEAD NOTICE("{value: -30, unit: day, article: x, source: S, mark: V}"),
     "`-30` is no whole number"},
    {HEAD NOTICE("{value: 0, unit: day, article: x, source: S, mark: V}"),
     "`0` is no whole number"},
    {HEAD NOTICE("{value: 030, unit: day, article: x, source: S, mark: V}"), "no whole number"},
    {HEAD NOTICE("{value: 99999999999999999999, unit: day, article: x, source: S, mark: V}"),
     "no whole number"},
    {HEAD NOTICE("{value: 30, unit: day, article: x, source: T, mark: V}"),
     "there is no source `T`"},
    {HEAD NOTICE("{value: 30, unit: day, article: x, source: S, mark: V3}"), "there is no `V3`"},
    {HEAD NOTICE("{value: 30, unit: day, article: x, source: S, mark: V, nots: x}"),
     "did you mean `note`"},
    {HEAD NOTICE("{value: 30, unit: day, article: x, source: S, mark: V, note: {en: x}}"),
     "missing here: `zh`"},
    {HEAD "entries:\n  notice.trem: {}\n", "did you mean `notice.term`"},
    {HEAD "entries:\n  approve.rank: {value: village, article: x, source: S, mark: V}\n",
     "there is no `village`"},
    {HEAD "entries:\n  approve.rank: {value: city, unit: day, article: x, source: S, mark: V}\n",
     "this entry has no unit"},
    {HEAD "entries:\n  target: {value: bank, article: x, source: S, mark: V}\n",
     "there is no `bank` here"},
    {HEAD "entries:\n  documents: {value: [], article: x, source: S, mark: V}\n", "list is empty"},
    {HEAD "entries:\n  documents: {value: [flow_table, flow_table], article: x, source: S, "
          "mark: V}\n",
     "stands twice in the list"},
    {HEAD "entries:\n  free_of_charge: {value: maybe, article: x, source: S, mark: V}\n",
     "neither yes nor no"},
    {HEAD "entries: {}\nfines: []\n", "`fines` does not belong"},
    {HEAD "entries: {}\nmeasures: []\n", "`measures` does not belong"},
    {"law: 1\npack: p q\nsubject: return\ntitle: {en: t, zh: t}\nsources: {}\n"
     "in_force: {from: 2020-01-01, mark: V}\nentries: {}\n",
     "`p q` is no name"},
    {"law: 1\npack: p\nsubject: return\ntitle: {en: t, zh: t}\nsources: {}\n"
     "in_force: {from: 2020-01-01, until: 2019-12-31, mark: V}\nentries: {}\n",
     "lies before the first"},
    {"law: 1\npack: p\nsubject: return\ntitle: {en: t, zh: t}\nsources: {}\n"
     "in_force: {from: 2020-02-30, mark: V}\nentries: {}\n",
     "`2020-02-30` is no date"},
    {"law: 1\npack: p\nsubject: retrun\ntitle: {en: t, zh: t}\nsources: {}\n"
     "in_force: {from: 2020-01-01, mark: V}\nentries: {}\n",
     "did you mean `return`"},
};

static void every_mistake_is_named_with_its_place(void **state)
{
    struct law_pack pack;
    (void)state;
    for (size_t i = 0; i < sizeof MISTAKES / sizeof MISTAKES[0]; i++) {
        assert_int_equal(read_text(MISTAKES[i].text, &pack), STATUS_MALFORMED);
        if (strstr(bytes[TONGUE_EN], MISTAKES[i].en) == NULL)
            fail_msg("%zu: %s", i, bytes[TONGUE_EN]);
        assert_memory_equal(bytes[TONGUE_EN], "p.yaml:", 7);
        assert_true(why[TONGUE_ZH].size > 0 && utf8_valid(text_slice(&why[TONGUE_ZH])));
    }
}

/* A line of a table in the shipped pack, spoiled. */
static void spoil(const char *file, const char *from, const char *to, const char *en)
{
    static char spoiled[1 << 16];
    char path[512];
    struct slice text;
    struct law_pack pack;
    struct law_calendar days;
    bool calendar;
    enum disk_fault fault;
    (void)snprintf(path, sizeof path, "%s/%s", LAW_FOLDER, file);
    assert_int_equal(disk_read_all(path, sizeof spoiled, arena, &text, &fault), STATUS_OK);
    const char *at = strstr(text.at, from);
    assert_non_null(at);
    struct text out = text_over(spoiled, sizeof spoiled);
    text_add(&out, (struct slice){text.at, (size_t)(at - text.at)});
    text_add_string(&out, to);
    text_add_string(&out, at + strlen(from));
    assert_false(out.full);
    why_reset();
    assert_int_equal(law_read(file, text_slice(&out), arena, &pack, &days, &calendar, why),
                     STATUS_MALFORMED);
    if (strstr(bytes[TONGUE_EN], en) == NULL)
        fail_msg("%s -> %s: %s", from, to, bytes[TONGUE_EN]);
}

static void a_spoiled_table_is_refused(void **state)
{
    static const char PENALTY[] = "cn-administrative-penalties.yaml";
    static const char FINAL[] = "cn-final-2024-12.yaml";
    (void)state;
    spoil(PENALTY, "cap: 100000, ", "", "a fine is either a range");
    spoil(PENALTY, "cap: 100000, ", "cap: 100000, fine: [1, 2], ", "a fine is either a range");
    spoil(PENALTY, "fine: [50000, 500000]", "fine: [500000, 50000]", "the lesser first");
    spoil(PENALTY, "fine: [50000, 500000]", "fine: [50000]", "a range is two values");
    spoil(PENALTY, "fine: [50000, 500000]", "fine: [50000, 5e5]", "no amount of yuan");
    spoil(PENALTY, "{act: art39, grade: serious", "{act: art39, grade: minor",
          "a line for the same");
    spoil(PENALTY, "act: art39", "act: art99", "there is no `art99`");
    spoil(PENALTY, "gains_times: [1, 10]", "gains_times: [0, 10]", "no whole number");
    spoil(FINAL, "object: wallet", "object: bank_account", "a line for the same");
    spoil(FINAL, "restriction: no_counterless_outgoing", "restriction: everything",
          "there is no `everything` here");
    spoil(FINAL, "executors: [bank], ", "", "a key is missing here: `executors`");
    spoil(FINAL, "measures:\n", "measure:\n", "did you mean `measures`");
}

/* ---- folders ---- */

static void put(const char *folder, const char *name, const char *text)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(folder_put(path, slice_of(text)), STATUS_OK);
}

static void packs_of_a_folder_must_go_together(void **state)
{
    char folder[] = "/tmp/law_test_XXXXXX";
    struct law read;
    (void)state;
    assert_non_null(mkdtemp(folder));
#define PACK(name, from, draft)                                                             \
    "law: 1\npack: " name "\nsubject: return\ntitle: {en: t, zh: t}\nsources: {S: {en: s, " \
    "zh: s}}\nin_force: {from: " from ", mark: V}\n" draft                                  \
    "entries: {notice.term: {value: 30, unit: day, article: x, source: S, mark: V}}\n" SILENT
    put(folder, "a.yaml", PACK("a", "2020-01-01", ""));
    put(folder, "b.yaml", PACK("b", "2021-01-01", ""));
    put(folder, "note.txt", "not a pack");
    why_reset();
    assert_int_equal(law_open(&read, folder, arena, why), STATUS_OK);
    assert_int_equal(read.packs_count, 2);
    assert_int_equal(read.calendar.years_count, 0);
    assert_true(
        slice_equal(law_find(&read, LAW_SUBJECT_return, day("2020-12-31"))->name, SLICE("a")));
    assert_true(
        slice_equal(law_find(&read, LAW_SUBJECT_return, day("2021-01-01"))->name, SLICE("b")));
    put(folder, "c.yaml", PACK("c", "2021-01-01", "draft: yes\n"));
    why_reset();
    assert_int_equal(law_open(&read, folder, arena, why), STATUS_OK);
    put(folder, "c.yaml", PACK("c", "2021-01-01", ""));
    why_reset();
    assert_int_equal(law_open(&read, folder, arena, why), STATUS_MALFORMED);
    assert_non_null(strstr(bytes[TONGUE_EN], "in force from the same day"));
    put(folder, "c.yaml", PACK("a", "2022-01-01", ""));
    why_reset();
    assert_int_equal(law_open(&read, folder, arena, why), STATUS_MALFORMED);
    assert_non_null(strstr(bytes[TONGUE_EN], "a pack of the name `a` already"));
    assert_int_equal(folder_remove(folder), STATUS_OK);
    why_reset();
    assert_int_equal(law_open(&read, folder, arena, why), STATUS_IO);
    assert_true(why[TONGUE_ZH].size > 0);
}

/* Every take of memory fails once: FULL, and nothing else. */
static void without_memory_reading_is_full(void **state)
{
    enum status status = STATUS_FULL;
    (void)state;
    for (uint64_t n = 1; status != STATUS_OK; n++) {
        struct arena *small;
        struct law read;
        why_reset();
        assert_int_equal(arena_create(&small, 64 << 20), STATUS_OK);
        arena_fail_at(small, n);
        status = law_open(&read, LAW_FOLDER, small, why);
        assert_true(status == STATUS_OK || status == STATUS_FULL);
        arena_destroy(small);
        if (n > 40)
            n += 37; /* the later ones are alike */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_subject_has_a_pack_in_force_today),
        cmocka_unit_test(the_pack_of_a_day_is_the_one_in_force),
        cmocka_unit_test(the_program_carries_what_lies_in_the_folder),
        cmocka_unit_test(the_numbers_are_those_of_the_law),
        cmocka_unit_test(open_questions_have_no_value_but_words),
        cmocka_unit_test(category_b_is_never_published_and_incoming_funds_stay),
        cmocka_unit_test(a_measure_is_found_by_object_and_category),
        cmocka_unit_test(deadlines_come_from_the_pack_and_the_calendar),
        cmocka_unit_test(a_proposal_is_marked_as_one_and_stands_in_no_pack_of_law),
        cmocka_unit_test(a_stamp_names_the_very_pack),
        cmocka_unit_test(a_doubtful_value_is_said_to_be_one),
        cmocka_unit_test(draft_and_final_differ_in_what_was_changed),
        cmocka_unit_test(a_fine_that_was_changed_is_a_difference),
        cmocka_unit_test(the_page_has_the_tables),
        cmocka_unit_test(a_small_pack_is_read),
        cmocka_unit_test(every_mistake_is_named_with_its_place),
        cmocka_unit_test(a_spoiled_table_is_refused),
        cmocka_unit_test(packs_of_a_folder_must_go_together),
        cmocka_unit_test(without_memory_reading_is_full),
    };
    return cmocka_run_group_tests(tests, open_law, close_law);
}
