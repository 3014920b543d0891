/* fault_test.c -- each write to the store fails once: nothing half done, nothing lost.
 *
 * The linker puts __wrap_store_run in the place of store_run (meson.build), for this test alone. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/house_test.h"

enum status __real_store_run(struct store *store, const char *sql, const struct store_value *values,
                             size_t count);
enum status __wrap_store_run(struct store *store, const char *sql, const struct store_value *values,
                             size_t count);
enum status __real_store_commit(struct store *store);
enum status __wrap_store_commit(struct store *store);

static unsigned fail_at; /* the write that fails; 0: none */
static unsigned writes;
static bool fail_commit;

enum status __wrap_store_run(struct store *store, const char *sql, const struct store_value *values,
                             size_t count)
{
    if (fail_at != 0 && ++writes == fail_at)
        return STATUS_IO;
    return __real_store_run(store, sql, values, count);
}

enum status __wrap_store_commit(struct store *store)
{
    if (!fail_commit)
        return __real_store_commit(store);
    fail_commit = false;
    store_rollback(store);
    return STATUS_IO;
}

static uint64_t picture(struct house *house)
{
    static const char *const PARTS[] = {
        "SELECT COALESCE(group_concat(id || state || version || holder || asking || clocks || "
        "seats "
        "|| joined || closed || hex(sealed)), '') FROM work_item",
        "SELECT COALESCE(group_concat(track || ' ' || rank || ' ' || due || ' ' || item), '') FROM "
        "work_queue",
        "SELECT COALESCE(group_concat(track || ' ' || item), '') FROM work_shelf",
        "SELECT COALESCE(group_concat(at || ' ' || item || what || which || tries), '') FROM "
        "work_due",
        "SELECT COALESCE(group_concat(number || what || audit), '') FROM work_log",
        "SELECT COALESCE(group_concat(track || ' ' || number || ' ' || log), '') FROM work_event",
        "SELECT COALESCE(group_concat(number || state || digest), '') FROM work_asking",
        "SELECT COALESCE(group_concat(item || relation || other), '') FROM work_link",
        "SELECT COUNT(*) || '' FROM work_note",
        "SELECT COUNT(*) || '' FROM work_attachment",
        "SELECT COUNT(*) || '' FROM work_reveal",
        "SELECT COUNT(*) || '' FROM audit_entry",
        "SELECT COALESCE(group_concat(name || open), '') FROM work_kind",
    };
    uint64_t all = 0;
    for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0]; i++) {
        struct store_rows *rows = NULL;
        struct store_value at[1];
        assert_int_equal(store_query_composed(house->reader, PARTS[i], NULL, 0, &rows), STATUS_OK);
        assert_int_equal(store_next(rows, at, 1), STATUS_OK);
        all = hash_word(all ^ hash_bytes(at[0].bytes));
        store_end(rows);
    }
    return all;
}

/* ---- what is swept ---- */

static struct work_item item, other;

static enum status reread(struct house *house, struct work_item *out)
{
    return work_find(house->work, house->store, out->id, &house->ann, house->request, out);
}

static enum status do_add(struct house *house)
{
    const struct work_value value[] = {VALUE(PHONE, "13800138000"), VALUE(NAME, "张三")};
    const struct work_draft draft = {.kind = &ERRAND,
                                     .owner = slice_of(house->home),
                                     .key = SLICE("k"),
                                     .place = SLICE("530114"),
                                     .detected = MOMENT_NONE,
                                     .value = value,
                                     .values_count = 2,
                                     .source = SLICE("alert 1"),
                                     .by = &house->ann};
    bool joined = false;
    return work_add(house->work, &draft, house->request, &house->refusal, &item, &joined);
}

static enum status do_second(struct house *house)
{
    const struct work_value value[] = {VALUE(PHONE, "13800138001"), VALUE(MEMO, "m")};
    const struct work_draft draft = {.kind = &ERRAND,
                                     .owner = slice_of(house->home),
                                     .detected = MOMENT_NONE,
                                     .value = value,
                                     .values_count = 2,
                                     .parent = item.id};
    bool joined = false;
    return work_add(house->work, &draft, house->request, &house->refusal, &other, &joined);
}

static enum status do_take(struct house *house)
{
    TRY(reread(house, &item));
    return work_take(house->work, item.id, item.version, &house->ann, house->request,
                     &house->refusal, &item);
}

static enum status stepped(struct house *house, const char *step, const struct work_value *value,
                           unsigned count)
{
    TRY(reread(house, &item));
    const struct work_move move = {.id = item.id,
                                   .step = step,
                                   .version = item.version,
                                   .by = &house->ann,
                                   .value = value,
                                   .values_count = count,
                                   .reason = SLICE("why")};
    return work_step(house->work, &move, house->request, &house->refusal, &item);
}

static enum status do_begin(struct house *house)
{
    return stepped(house, "begin", NULL, 0);
}

static enum status do_ask(struct house *house)
{
    const struct work_value amount[] = {VALUE(AMOUNT, "5")};
    return stepped(house, "send", amount, 1);
}

static enum status do_void(struct house *house)
{
    const struct work_value memo[] = {VALUE(MEMO, "other")};
    return stepped(house, "edit", memo, 1);
}

static enum status word(struct house *house, bool yes)
{
    TRY(reread(house, &item));
    const struct work_word said = {item.id, slice_of(item.asking->digest), &house->ben,
                                   SLICE("ok")};
    return yes ? work_approve(house->work, &said, house->request, &house->refusal, &item)
               : work_decline(house->work, &said, house->request, &house->refusal, &item);
}

static enum status do_yes(struct house *house)
{
    return word(house, true);
}

static enum status do_no(struct house *house)
{
    return word(house, false);
}

static enum status do_first(struct house *house)
{
    const struct work_value amount[] = {VALUE(AMOUNT, "7")};
    return stepped(house, "urgent", amount, 1);
}

static enum status do_send(struct house *house)
{
    return work_send(house->work, item.id, slice_of(house->carrier), WORK_BIT(PHONE),
                     house->request);
}

static enum status do_answer(struct house *house)
{
    const struct work_value reply[] = {VALUE(REPLY, "there")};
    TRY(work_find(house->work, house->store, item.id, &house->desk, house->request, &item));
    const struct work_move move = {.id = item.id,
                                   .step = "answer",
                                   .version = item.version,
                                   .by = &house->desk,
                                   .value = reply,
                                   .values_count = 1};
    return work_step(house->work, &move, house->request, &house->refusal, &item);
}

static enum status do_note(struct house *house)
{
    return work_note(house->work, item.id, &house->ann, SLICE("a note"), house->request);
}

static enum status do_attach(struct house *house)
{
    char sha256[DIGEST_HEX_SIZE];
    return work_attach(house->work, item.id, &house->ann, SLICE("a.txt"), SLICE("text"),
                       house->request, sha256);
}

static enum status do_reveal(struct house *house)
{
    return work_reveal(house->work, item.id, &house->ann, WORK_BIT(PHONE), SLICE("why"),
                       house->request, &item);
}

static enum status do_split(struct house *house)
{
    struct work_item made;
    TRY(reread(house, &item));
    return work_split(house->work, item.id, item.version, WORK_BIT(PHONE), &house->ann,
                      SLICE("two things"), house->request, &house->refusal, &made);
}

static enum status do_merge(struct house *house)
{
    TRY(reread(house, &other));
    return work_merge(house->work, other.id, item.id, other.version, &house->ann, SLICE("one"),
                      house->request, &house->refusal, &item);
}

static enum status do_hand_over(struct house *house)
{
    struct slice nobody = {NULL, 0};
    TRY(reread(house, &item));
    return work_hand_over(house->work, item.id, item.version, &house->ann, nobody,
                          slice_of(house->second_home), SLICE("theirs"), house->request,
                          &house->refusal, &item);
}

typedef enum status do_fn(struct house *house);

static const struct {
    const char *name;
    do_fn *act;
} ACTS[] = {
    {"add", do_add},
    {"second", do_second},
    {"take", do_take},
    {"begin", do_begin},
    {"ask", do_ask},
    {"void", do_void},
    {"ask", do_ask},
    {"no", do_no},
    {"ask", do_ask},
    {"send", do_send},
    {"yes", do_yes},
    {"answer", do_answer},
    {"first", do_first},
    {"no", do_no},
    {"first", do_first},
    {"yes", do_yes},
    {"answer", do_answer},
    {"note", do_note},
    {"attach", do_attach},
    {"reveal", do_reveal},
    {"split", do_split},
    {"merge", do_merge},
    {"hand over", do_hand_over},
};

static void a_failed_write_leaves_nothing(void **state)
{
    struct house *house = *state;
    unsigned swept = 0;
    for (size_t i = 0; i < sizeof ACTS / sizeof ACTS[0]; i++) {
        uint64_t before = picture(house);
        for (unsigned n = 1;; n++) {
            fail_at = n;
            writes = 0;
            assert_int_equal(store_begin(house->store), STATUS_OK);
            enum status status = house_end(house, ACTS[i].act(house));
            bool failed = writes >= fail_at;
            fail_at = 0;
            if (!failed) {
                if (status != STATUS_OK)
                    fail_msg("%s: %s, fault %d", ACTS[i].name, status_name(status),
                             (int)house->refusal.fault);
                break;
            }
            swept++;
            if (status == STATUS_OK || picture(house) != before)
                fail_msg("%s: write %u failed, and something is left", ACTS[i].name, n);
        }
        assert_true(picture(house) != before);
    }
    print_message("%u writes failed, each once\n", swept);
}

/* The machine has its own transactions: whatever fails, each clock fires once in the end. */
static void a_failed_write_loses_no_clock(void **state)
{
    struct house *house = *state;
    struct arena *scratch = NULL;
    struct work_item made;
    unsigned failures = 0;
    assert_int_equal(arena_create(&scratch, 64 << 20), STATUS_OK);
    for (unsigned n = 1; n < 200; n += n < 60 ? 1 : 13) {
        bool more = false;
        for (int i = 0; i < 3; i++)
            assert_int_equal(house_add(house, "13800138000", 1, "", &made), STATUS_OK);
        house_wait(house, 181 * SECOND_MS);
        fail_at = n;
        writes = 0;
        fail_commit = n % 5 == 0;
        enum status status = work_keep(house->work, scratch, &more);
        failures += status != STATUS_OK;
        fail_at = 0;
        fail_commit = false;
        house_wait(house, 2 * SECOND_MS);
        house_keep(house);
    }
    house_wait(house, WORK_RETRY_MAX_MS);
    house_keep(house);
    assert_int_equal(house_count(house, "SELECT count(*) FROM work_item WHERE state <> 'lapsed'"),
                     0);
    assert_int_equal(house_count(house, "SELECT (SELECT count(*) FROM work_item) - (SELECT "
                                        "count(*) FROM work_log WHERE what = 'fired')"),
                     0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM work_due"), 0);
    assert_true(failures > 0);
    arena_destroy(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_failed_write_leaves_nothing, house_up, house_down),
        cmocka_unit_test_setup_teardown(a_failed_write_loses_no_clock, house_up, house_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
