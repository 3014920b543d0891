/* city_test.c -- a made-up city keeps its promises: the same bytes, rows of records.md, truth
 * that occurs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "city_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those four first */
#include <cmocka.h>

#include "ground/checksum.h"
#include "ground/disk.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_SIZE_MAX = 64 << 20, COLUMNS = 12, SEEN_SLOTS = 1 << 18 };

struct made { /* a city on disk and in memory */
    char directory[64];
    struct city_counts counts;
    struct arena *arena;
    struct slice files[CITY_FILES_COUNT];
};

static void path_of(const struct made *made, int file, char path[128])
{
    struct text text = text_over(path, 128);
    text_addf(&text, "%s/%s", made->directory, city_file_name((enum city_file)file));
}

static void made_begin(struct made *made)
{
    *made = (struct made){.directory = "/tmp/cutline-city-XXXXXX"};
    assert_non_null(mkdtemp(made->directory));
    assert_int_equal(arena_create(&made->arena, (size_t)1 << 30), STATUS_OK);
}

static void made_read(struct made *made, const struct city_options *options)
{
    made_begin(made);
    struct city_progress_sink nobody = {NULL, NULL};
    assert_int_equal(city_make(options, made->directory, nobody, &made->counts), STATUS_OK);
    for (int file = 0; file < CITY_FILES_COUNT; file++) {
        if (file == CITY_FILE_classes && !options->classes)
            continue;
        char path[128];
        enum disk_fault fault;
        path_of(made, file, path);
        assert_int_equal(
            disk_read_all(path, FILE_SIZE_MAX, made->arena, &made->files[file], &fault), STATUS_OK);
    }
}

static void made_forget(struct made *made)
{
    for (int file = 0; file < CITY_FILES_COUNT; file++) {
        char path[128];
        path_of(made, file, path);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(made->directory), 0); /* nothing else was left there */
    arena_destroy(made->arena);
}

static struct city_options small(void)
{
    struct city_options options = city_defaults();
    options.people = 3000;
    options.classes = true;
    options.fraud = 3;
    return options;
}

/* ---- rows ---- */

struct row {
    struct slice field[COLUMNS];
    size_t count;
};

static bool row_next(struct slice *rest, struct row *row)
{
    if (rest->size == 0)
        return false;
    row->count = 0;
    const char *from = rest->at;
    for (size_t i = 0; i < rest->size; i++) {
        char c = rest->at[i];
        if (c != ',' && c != '\n')
            continue;
        assert_true(row->count < COLUMNS);
        row->field[row->count++] = (struct slice){from, (size_t)(rest->at + i - from)};
        from = rest->at + i + 1;
        if (c == '\n') {
            *rest = (struct slice){from, rest->size - i - 1};
            return true;
        }
    }
    fail_msg("the last row does not end");
    return false;
}

static bool is_digits(struct slice slice)
{
    for (size_t i = 0; i < slice.size; i++) {
        if (slice.at[i] < '0' || slice.at[i] > '9')
            return false;
    }
    return slice.size > 0;
}

/* +86 1…: domain.md 8.10's form of a mobile number. */
static bool is_mobile(struct slice digits)
{
    static const char *const THIRD[10] = {"",           "",           "",     "0123456789",
                                          "57",         "0123456789", "2567", "01235678",
                                          "0123456789", "012356789"};
    if (digits.size != 13)
        return false;
    const char *second = THIRD[digits.at[3] - '0'];
    char third = digits.at[4];
    bool no_four = digits.at[3] == '5' || digits.at[3] == '9' || digits.at[3] == '7';
    return strchr(second, third) != NULL && third != '\0' && !(no_four && third == '4');
}

static bool is_phone(struct slice slice)
{
    if (slice.size > 0 && slice.at[0] == '+') {
        struct slice digits = {slice.at + 1, slice.size - 1};
        bool ours = slice_starts(digits, SLICE("861"));
        if (ours && digits.size == 13 && !slice_starts(digits, SLICE("8610")))
            return is_digits(digits) && is_mobile(digits);
        return is_digits(digits) && digits.size >= 7 && digits.size <= 15 && digits.at[0] != '0';
    }
    return is_digits(slice) && slice.size >= 3 && slice.size <= 20 && slice.at[0] != '0';
}

static bool is_money(struct slice slice)
{
    if (slice.size < 4 || slice.at[slice.size - 3] != '.')
        return false;
    return is_digits((struct slice){slice.at, slice.size - 3}) &&
           is_digits((struct slice){slice.at + slice.size - 2, 2});
}

static bool is_time(struct slice slice, const struct city_options *options)
{
    moment at, start;
    if (slice.size != 29 || moment_parse(slice, &at) != STATUS_OK)
        return false;
    if (moment_parse(SLICE("2026-03-02T00:00:00.000+08:00"), &start) != STATUS_OK)
        return false;
    return at.ms >= start.ms && at.ms < start.ms + (int64_t)options->days * DAY_MS;
}

static bool is_one_of(struct slice slice, const char *words)
{
    char padded[40];
    struct text text = text_over(padded, sizeof padded);
    text_add_char(&text, ' ');
    text_add(&text, slice);
    text_add_char(&text, ' ');
    return !text.full && strstr(words, padded) != NULL;
}

static bool is_empty(struct slice slice)
{
    return slice.size == 0;
}

static void call_is_well_formed(const struct row *row)
{
    const struct slice *f = row->field;
    assert_int_equal(row->count, 9);
    assert_true(is_phone(f[1]) && is_phone(f[2]) && !slice_equal(f[1], f[2]));
    assert_true(is_one_of(f[4], " answered busy no_answer failed blocked "));
    assert_int_equal(slice_equal(f[4], SLICE("answered")), !slice_equal(f[3], SLICE("0")));
    bool ours = is_empty(f[8]); /* no trunk: then a SIM, a handset and a cell */
    assert_int_equal(ours, !is_empty(f[5]));
    assert_int_equal(ours, !is_empty(f[6]));
    assert_int_equal(ours, !is_empty(f[7]));
    if (ours) {
        assert_true(is_digits(f[5]) && f[5].size == 15 && slice_starts(f[5], SLICE("460")));
        assert_true(is_digits(f[6]) && (f[6].size == 15 || f[6].size == 16));
    }
}

static void sms_is_well_formed(const struct row *row)
{
    const struct slice *f = row->field;
    assert_int_equal(row->count, 8);
    assert_true(is_phone(f[1]) && is_phone(f[2]));
    assert_true(is_empty(f[7]) || f[7].size == 16);
}

static void payment_is_well_formed(const struct row *row)
{
    const struct slice *f = row->field;
    assert_int_equal(row->count, 12);
    assert_true(f[1].size == 17);
    assert_false(is_empty(f[2]) && is_empty(f[3]));
    assert_false(slice_equal(f[2], f[3]));
    for (int i = 2; i <= 3; i++)
        assert_true(is_empty(f[i]) || (is_digits(f[i]) && f[i].size >= 16 && f[i].size <= 19));
    assert_true(is_money(f[4]) && !slice_equal(f[4], SLICE("0.00")));
    assert_true(slice_equal(f[5], SLICE("CNY")));
    assert_true(is_one_of(f[6], " mobile web counter atm pos qr "));
    assert_int_equal(is_empty(f[7]), is_empty(f[2]));
    assert_int_equal(is_empty(f[8]), is_empty(f[3]));
    assert_true(is_empty(f[11]) || is_money(f[11]));
}

static void rows_are_well_formed(void **state)
{
    (void)state;
    struct made made;
    struct city_options options = small();
    options.days = 2;
    made_read(&made, &options);
    for (int file = CITY_FILE_calls; file <= CITY_FILE_reports; file++) {
        struct slice rest = made.files[file];
        struct row row, header;
        uint64_t rows = 0;
        assert_true(row_next(&rest, &header));
        assert_true(slice_equal(header.field[0], SLICE("time")));
        for (; row_next(&rest, &row); rows++) {
            assert_int_equal(row.count, header.count);
            assert_true(is_time(row.field[0], &options));
            if (file == CITY_FILE_calls)
                call_is_well_formed(&row);
            if (file == CITY_FILE_sms)
                sms_is_well_formed(&row);
            if (file == CITY_FILE_payments)
                payment_is_well_formed(&row);
        }
        assert_int_equal(rows, made.counts.rows[file]);
        assert_true(rows > 0);
    }
    made_forget(&made);
}

/* ---- bytes ---- */

static void same_seed_same_bytes(void **state)
{
    (void)state;
    struct made a, b;
    struct city_options options = small();
    made_read(&a, &options);
    made_read(&b, &options);
    for (int file = 0; file < CITY_FILES_COUNT; file++)
        assert_true(slice_equal(a.files[file], b.files[file]));
    made_forget(&a);
    made_forget(&b);
}

static void another_seed_other_bytes(void **state)
{
    (void)state;
    struct made a, b;
    struct city_options options = small();
    made_read(&a, &options);
    options.seed++;
    made_read(&b, &options);
    for (int file = 0; file < CITY_FILES_COUNT; file++)
        assert_false(slice_equal(a.files[file], b.files[file]));
    made_forget(&a);
    made_forget(&b);
}

/* ---- truth ---- */

static struct slice *seen; /* every name that occurs, by hash */

static size_t seen_slot(struct slice name)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < name.size; i++)
        hash = (hash ^ (unsigned char)name.at[i]) * 1099511628211u;
    size_t slot = hash % SEEN_SLOTS;
    while (seen[slot].at != NULL && !slice_equal(seen[slot], name))
        slot = (slot + 1) % SEEN_SLOTS;
    return slot;
}

static void see(struct slice name)
{
    if (name.size > 0)
        seen[seen_slot(name)] = name;
}

static void see_column(const struct made *made, int file, size_t column, size_t size_max)
{
    struct slice rest = made->files[file];
    for (struct row row; row_next(&rest, &row);) {
        struct slice name = row.field[column];
        if (name.size > size_max)
            name.size = size_max;
        see(name);
    }
}

static void truth_occurs_in_the_records(void **state)
{
    (void)state;
    struct made made;
    struct city_options options = small();
    made_read(&made, &options);
    assert_int_equal(arena_take(made.arena, SEEN_SLOTS * sizeof *seen, (void **)&seen), STATUS_OK);
    see_column(&made, CITY_FILE_calls, 1, 64);
    see_column(&made, CITY_FILE_calls, 2, 64);
    see_column(&made, CITY_FILE_calls, 6, 14); /* an IMEI is compared by its first 14 digits */
    see_column(&made, CITY_FILE_sms, 1, 64);
    see_column(&made, CITY_FILE_sms, 4, 14);
    see_column(&made, CITY_FILE_payments, 2, 64);
    see_column(&made, CITY_FILE_payments, 3, 64);
    see_column(&made, CITY_FILE_persons, 0, 64);
    struct slice rest = made.files[CITY_FILE_truth];
    struct row row;
    assert_true(row_next(&rest, &row));
    uint64_t rows = 0;
    for (; row_next(&rest, &row); rows++) {
        assert_int_equal(row.count, 6);
        assert_non_null(seen[seen_slot(row.field[1])].at);
        assert_true(is_time(row.field[3], &options) && is_time(row.field[4], &options));
        assert_true(slice_compare(row.field[3], row.field[4]) <= 0);
        if (slice_equal(row.field[0], SLICE("imei")))
            assert_int_equal(row.field[1].size, 14);
    }
    assert_int_equal(rows, made.counts.rows[CITY_FILE_truth]);
    made_forget(&made);
}

struct tally { /* what the records show of a name */
    uint32_t made, spoken, shown, taken;
};
static struct tally *tallies; /* in the slots of `seen` */

static struct tally *tally_of(struct slice name, size_t size_max)
{
    if (name.size > size_max)
        name.size = size_max;
    see(name);
    return &tallies[seen_slot(name)];
}

static void tally_all(const struct made *made)
{
    struct slice calls = made->files[CITY_FILE_calls], sms = made->files[CITY_FILE_sms];
    struct slice payments = made->files[CITY_FILE_payments];
    struct row row;
    while (row_next(&calls, &row)) {
        bool spoken = slice_equal(row.field[4], SLICE("answered"));
        tally_of(row.field[1], 64)->made++;
        tally_of(row.field[1], 64)->spoken += spoken;
        tally_of(row.field[2], 64)->spoken += spoken;
        tally_of(row.field[6], 14)->shown++;
    }
    while (row_next(&sms, &row)) {
        tally_of(row.field[1], 64)->made++;
        tally_of(row.field[4], 14)->shown++;
    }
    while (row_next(&payments, &row))
        tally_of(row.field[3], 64)->taken++;
}

/* Whoever knows nothing but the records has something to go by. */
static void labels_are_earned(void **state)
{
    (void)state;
    struct made made;
    struct city_options options = small();
    made_read(&made, &options);
    assert_int_equal(arena_take(made.arena, SEEN_SLOTS * sizeof *seen, (void **)&seen), STATUS_OK);
    assert_int_equal(arena_take(made.arena, SEEN_SLOTS * sizeof *tallies, (void **)&tallies),
                     STATUS_OK);
    tally_all(&made);
    struct slice rest = made.files[CITY_FILE_truth];
    struct row row;
    assert_true(row_next(&rest, &row));
    while (row_next(&rest, &row)) {
        struct slice label = row.field[2];
        const struct tally *tally = tally_of(row.field[1], 64);
        if (slice_equal(row.field[0], SLICE("imei")))
            assert_true(tally->shown >= 3);
        else if (slice_equal(label, SLICE("scam_caller")))
            assert_true(tally->spoken >= 1 || tally->made >= 3);
        else if (slice_equal(row.field[0], SLICE("phone")))
            assert_true(tally->made >= 3);
        else if (slice_equal(row.field[0], SLICE("account")))
            assert_true(tally->taken >= (slice_equal(label, SLICE("runner")) ? 3 : 1));
    }
    made_forget(&made);
}

static void a_label_needs_a_trace(void **state)
{
    (void)state;
    static const struct {
        enum city_label label;
        unsigned traces;
        uint32_t deeds;
        int64_t money;
        bool earned;
    } CASES[] = {
        {CITY_LABEL_victim, TRACE_TEXT, 3, 0, false},
        {CITY_LABEL_victim, TRACE_TEXT | TRACE_ASIDE, 1, 0, true},
        {CITY_LABEL_victim, TRACE_TEXT | TRACE_OTHER, 1, 0, false},
        {CITY_LABEL_victim, TRACE_TALK, 1, 0, true},
        {CITY_LABEL_scam_caller, TRACE_TRY, 2, 0, false},
        {CITY_LABEL_scam_caller, TRACE_TRY, 3, 0, true},
        {CITY_LABEL_scam_caller, TRACE_TALK, 1, 0, true},
        {CITY_LABEL_gateway, TRACE_TALK, 2, 0, false},
        {CITY_LABEL_gateway, TRACE_TEXT, 3, 0, true},
        {CITY_LABEL_wangiri, TRACE_TRY | TRACE_ASIDE, 2, 0, false},
        {CITY_LABEL_runner, TRACE_TAKEN, 2, 90000, false},
        {CITY_LABEL_mule, TRACE_BAIT, 0, 0, false},
        {CITY_LABEL_mule, TRACE_TAKEN, 1, 4999, false},
        {CITY_LABEL_mule, TRACE_TAKEN, 1, 5000, true},
        {CITY_LABEL_mule, TRACE_TAKEN | TRACE_PAID, 1, 4999, true},
        {CITY_LABEL_cash_out, TRACE_TAKEN, 2, 4999, true},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct mark_row row = {.mark = (uint8_t)CASES[i].label,
                               .traces = (uint8_t)CASES[i].traces,
                               .deeds = CASES[i].deeds,
                               .money = CASES[i].money};
        assert_int_equal(truth_is_earned(&row), CASES[i].earned);
    }
}

/* No single campaign decides what a detector of callers is worth. */
static void no_campaign_is_a_label_of_its_own(void **state)
{
    (void)state;
    struct made made;
    struct city_options options = city_defaults();
    made_read(&made, &options);
    static uint32_t numbers[4096];
    uint32_t most = 0;
    struct slice rest = made.files[CITY_FILE_truth];
    for (struct row row; row_next(&rest, &row);) {
        if (!slice_equal(row.field[2], SLICE("scam_caller")))
            continue;
        long campaign = strtol(row.field[5].at + 1, NULL, 10);
        assert_in_range(campaign, 1, 4095);
        if (++numbers[campaign] > most)
            most = numbers[campaign];
    }
    assert_true(most * 100 <= made.counts.labels[CITY_LABEL_scam_caller] * 15);
    made_forget(&made);
}

static void no_fraud_no_truth(void **state)
{
    (void)state;
    struct made made;
    struct city_options options = small();
    options.fraud = 0;
    made_read(&made, &options);
    assert_int_equal(made.counts.rows[CITY_FILE_truth], 0);
    assert_int_equal(made.counts.rows[CITY_FILE_reports], 0);
    assert_int_equal(made.counts.campaigns, 0);
    made_forget(&made);
}

/* ---- counts ---- */

static void counts_are_sane(void **state)
{
    (void)state;
    struct made made;
    struct city_options options = city_defaults();
    made_read(&made, &options);
    const uint64_t *rows = made.counts.rows, *labels = made.counts.labels;
    assert_in_range(rows[CITY_FILE_calls], 60000, 200000);
    assert_in_range(rows[CITY_FILE_sms], 40000, 150000);
    assert_in_range(rows[CITY_FILE_payments], 40000, 120000);
    assert_int_equal(rows[CITY_FILE_persons], 24000);
    assert_in_range(labels[CITY_LABEL_victim], 30, 200);
    assert_in_range(labels[CITY_LABEL_mule], 40, 300);
    assert_true(labels[CITY_LABEL_gateway] > 0 && labels[CITY_LABEL_scam_caller] > 0);
    uint64_t events = rows[CITY_FILE_calls] + rows[CITY_FILE_sms] + rows[CITY_FILE_payments];
    assert_in_range(made.counts.repeated, events / 2000, events / 500);
    assert_in_range(made.counts.late, events / 200, events / 50);
    made_forget(&made);
}

static void every_innocent_behaviour_is_there(void **state)
{
    (void)state;
    struct made made;
    struct city_options options = small();
    made_read(&made, &options);
    for (int class = CITY_CLASS_ordinary + 1; class < CITY_CLASSES_COUNT; class ++) {
        if (made.counts.classes[class] == 0)
            fail_msg("nobody shows %s", city_class_name((enum city_class) class));
    }
    made_forget(&made);
}

/* ---- refusals and failures ---- */

static void refuses_what_is_out_of_bounds(void **state)
{
    (void)state;
    struct city_counts counts;
    struct city_progress_sink nobody = {NULL, NULL};
    struct city_options options = small();
    options.people = CITY_PEOPLE_MIN - 1;
    assert_int_equal(city_make(&options, "/tmp", nobody, &counts), STATUS_REFUSED);
    options = small();
    options.days = 0;
    assert_int_equal(city_make(&options, "/tmp", nobody, &counts), STATUS_REFUSED);
    options = small();
    options.fraud = -1;
    assert_int_equal(city_make(&options, "/tmp", nobody, &counts), STATUS_REFUSED);
    options = small();
    assert_int_equal(city_make(&options, "/tmp/there/is/no/such/place", nobody, &counts),
                     STATUS_IO);
}

/* Whatever the disk does, a file is there whole or not at all. */
static void leaves_no_half_files(void **state)
{
    (void)state;
    struct city_counts counts;
    struct city_progress_sink nobody = {NULL, NULL};
    struct city_options options = small();
    options.people = CITY_PEOPLE_MIN;
    struct made whole;
    made_read(&whole, &options);
    uint32_t refusals = 0;
    for (uint64_t n = 1; n < 60; n++) {
        struct made made;
        made_begin(&made);
        disk_fail_at(n);
        enum status status = city_make(&options, made.directory, nobody, &counts);
        disk_fail_at(0);
        refusals += status == STATUS_IO;
        for (int file = 0; file < CITY_FILES_COUNT; file++) {
            char path[128];
            struct slice bytes;
            enum disk_fault fault;
            path_of(&made, file, path);
            if (disk_read_all(path, FILE_SIZE_MAX, made.arena, &bytes, &fault) == STATUS_OK)
                assert_true(slice_equal(bytes, whole.files[file]));
            else
                assert_int_equal(status, STATUS_IO);
        }
        made_forget(&made);
    }
    assert_true(refusals >= 30);
    made_forget(&whole);
}

/* Who changes the city on purpose puts the new digest here, and says so in the commit. */
static void the_bytes_are_these(void **state)
{
    (void)state;
    struct made made;
    struct city_options options = small();
    options.people = CITY_PEOPLE_MIN;
    made_read(&made, &options);
    struct digest digest = digest_of(made.files, CITY_FILES_COUNT);
    char hex[DIGEST_HEX_SIZE];
    digest_hex(&digest, hex);
    assert_string_equal(hex, "e612b3d548c94f832ee6eb4c0160a833e4325efdeff67045252772d3e76f2fb1");
    made_forget(&made);
}

static const char *page; /* docs/city.md */

static void the_page_names_everything(void **state)
{
    (void)state;
    struct arena *arena;
    struct slice text;
    enum disk_fault fault;
    if (page == NULL)
        skip();
    assert_int_equal(arena_create(&arena, 1 << 20), STATUS_OK);
    assert_int_equal(disk_read_all(page, 1 << 18, arena, &text, &fault), STATUS_OK);
    for (int class = CITY_CLASS_ordinary + 1; class < CITY_CLASSES_COUNT; class ++) {
        char name[40];
        struct text quoted = text_over(name, sizeof name);
        text_addf(&quoted, "`%s`", city_class_name((enum city_class) class));
        if (strstr(text.at, name) == NULL)
            fail_msg("docs/city.md says nothing of %s", name);
    }
    arena_destroy(arena);
}

int main(int count, char **arguments)
{
    page = count > 1 ? arguments[1] : NULL;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_same_bytes),
        cmocka_unit_test(another_seed_other_bytes),
        cmocka_unit_test(the_bytes_are_these),
        cmocka_unit_test(the_page_names_everything),
        cmocka_unit_test(rows_are_well_formed),
        cmocka_unit_test(truth_occurs_in_the_records),
        cmocka_unit_test(labels_are_earned),
        cmocka_unit_test(a_label_needs_a_trace),
        cmocka_unit_test(no_campaign_is_a_label_of_its_own),
        cmocka_unit_test(no_fraud_no_truth),
        cmocka_unit_test(counts_are_sane),
        cmocka_unit_test(every_innocent_behaviour_is_there),
        cmocka_unit_test(refuses_what_is_out_of_bounds),
        cmocka_unit_test(leaves_no_half_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
