/* retain_test.c -- what is forgotten, when, and what is not. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/house_test.h"

enum { KEPT_MS = 30 * (int64_t)MINUTE_MS, LATER_MS = 31 * (int64_t)MINUTE_MS };

static const char NUMBER[] = "+8613800138001";

static enum status counts_item(void *self, const struct work_item *item, struct slice cursor)
{
    (void)item;
    (void)cursor;
    ++*(int *)self;
    return STATUS_OK;
}

static int found_by(struct house *house, const char *phone)
{
    const struct work_query query = {.state = -1, .identifier = slice_of(phone), .count_max = 10};
    int count = 0;
    assert_int_equal(work_list(house->work, house->reader, &query, &house->ann, house->request,
                               (struct work_sink){counts_item, &count}),
                     STATUS_OK);
    return count;
}

/* An errand with everything, that has ended. */
static void ended(struct house *house, struct work_item *item)
{
    const struct work_value edit[] = {VALUE(MEMO, "told by a neighbour"), VALUE(NAME, "王小明"),
                                      VALUE(AMOUNT, "900")};
    const struct work_value result = VALUE(RESULT, "good");
    char sha256[DIGEST_HEX_SIZE];
    house_kept_ms = KEPT_MS;
    assert_int_equal(house_add(house, "13800138001", 8, "", item), STATUS_OK);
    assert_int_equal(house_take(house, item, &house->ann, item), STATUS_OK);
    assert_int_equal(house_step(house, item, "edit", &house->ann, edit, 3, item), STATUS_OK);
    assert_int_equal(house_step(house, item, "begin", &house->ann, NULL, 0, item), STATUS_OK);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(house_end(house, work_note(house->work, item->id, &house->ann, SLICE("rang"),
                                                house->request)),
                     STATUS_OK);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(house_end(house, work_attach(house->work, item->id, &house->ann, SLICE("a"),
                                                  SLICE("a text"), house->request, sha256)),
                     STATUS_OK);
    house_find(house, item->id, &house->ann, item);
    assert_int_equal(house_step(house, item, "close", &house->ann, &result, 1, item), STATUS_OK);
}

static int64_t forgotten(struct house *house)
{
    return house_count(house, "SELECT COUNT(*) FROM work_log WHERE what = 'forgotten'");
}

static void what_has_ended_is_forgotten_in_its_time_and_what_statistics_need_stays(void **state)
{
    struct house *house = *state;
    struct work_item item;
    struct work_counts counts;
    ended(house, &item);
    house_wait(house, KEPT_MS - MINUTE_MS);
    house_keep(house);
    assert_int_equal(forgotten(house), 0);
    assert_int_equal(found_by(house, NUMBER), 1);
    house_wait(house, 2 * MINUTE_MS);
    house_keep(house);
    assert_int_equal(forgotten(house), 1);
    assert_int_equal(found_by(house, NUMBER), 0);
    house_find(house, item.id, NULL, &item);
    assert_int_equal(item.state, DONE);
    assert_int_equal(item.values_count, 2); /* result, amount */
    assert_int_equal(work_value_of(&item, "phone").size, 0);
    assert_int_equal(work_value_of(&item, "memo").size, 0);
    assert_true(slice_equal(work_value_of(&item, "result"), SLICE("good")));
    assert_int_equal(house_count(house, "SELECT COUNT(*) FROM work_note"), 0);
    assert_int_equal(house_count(house, "SELECT COUNT(*) FROM work_attachment"), 0);
    assert_int_equal(house_count(house, "SELECT COUNT(*) FROM work_log WHERE reason IS NOT NULL"),
                     0);
    assert_int_equal(house_count(house,
                                 "SELECT COUNT(*) FROM work_log WHERE what = 'forgotten' AND "
                                 "fields = 'phone,name,memo' AND other LIKE 'fields=3 "
                                 "notes=1 papers=1 %'"),
                     1);
    assert_int_equal(house_count(house, "SELECT COUNT(*) FROM audit_entry WHERE action = "
                                        "'work.forgotten'"),
                     1);
    work_count(house->work, &counts);
    assert_int_equal(counts.forgotten, 1);
    house_wait(house, DAY_MS);
    house_keep(house);
    assert_int_equal(forgotten(house), 1); /* once */
}

static void nothing_open_and_nothing_that_open_work_is_linked_with_is_forgotten(void **state)
{
    struct house *house = *state;
    struct work_item item, other;
    const struct work_value result = VALUE(RESULT, "bad");
    ended(house, &item);
    assert_int_equal(house_add(house, "13800138002", 8, "", &other), STATUS_OK);
    assert_int_equal(house_take(house, &other, &house->ann, &other), STATUS_OK);
    assert_int_equal(house_step(house, &other, "begin", &house->ann, NULL, 0, &other), STATUS_OK);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(house_end(house, work_link(house->work, item.id, other.id, "appeal_of",
                                                &house->ann, SLICE("contested"))),
                     STATUS_OK);
    house_wait(house, LATER_MS);
    house_keep(house);
    assert_int_equal(forgotten(house), 0);
    house_find(house, other.id, &house->ann, &other);
    assert_int_equal(house_take(house, &other, &house->ann, &other), STATUS_OK);
    assert_int_equal(house_step(house, &other, "close", &house->ann, &result, 1, &other),
                     STATUS_OK);
    house_wait(house, DAY_MS); /* it is looked at again a day later */
    house_keep(house);
    assert_int_equal(forgotten(house), 2); /* the other one's time is over, too */
    assert_int_equal(house_count(house, "SELECT COUNT(*) FROM work_link"), 0);
}

static void one_that_was_opened_again_is_kept_until_it_ends_again(void **state)
{
    struct house *house = *state;
    struct work_item item;
    const struct work_value result = VALUE(RESULT, "bad");
    ended(house, &item);
    house_wait(house, KEPT_MS - MINUTE_MS);
    assert_int_equal(house_step(house, &item, "reopen", &house->ben, NULL, 0, &item), STATUS_OK);
    house_wait(house, 2 * MINUTE_MS);
    house_keep(house);
    assert_int_equal(forgotten(house), 0);
    assert_int_equal(house_take(house, &item, &house->ann, &item), STATUS_OK);
    assert_int_equal(house_step(house, &item, "close", &house->ann, &result, 1, &item), STATUS_OK);
    house_wait(house, KEPT_MS - MINUTE_MS);
    house_keep(house);
    assert_int_equal(forgotten(house), 0);
    house_wait(house, 2 * MINUTE_MS);
    house_keep(house);
    assert_int_equal(forgotten(house), 1);
}

static void another_setting_holds_for_what_has_ended_before(void **state)
{
    struct house *house = *state;
    struct work_item item;
    ended(house, &item);
    house_kept_ms = 2 * KEPT_MS;
    house_restart(house, true);
    house_wait(house, LATER_MS);
    house_keep(house);
    assert_int_equal(forgotten(house), 0);
    house_wait(house, KEPT_MS);
    house_keep(house);
    assert_int_equal(forgotten(house), 1);
    house_kept_ms = -1; /* and of what is never forgotten nothing waits */
    assert_int_equal(house_add(house, "13800138003", 8, "", &item), STATUS_OK);
    house_wait(house, 4 * MINUTE_MS);
    house_keep(house);
    assert_int_equal(house_count(house, "SELECT COUNT(*) FROM work_due WHERE what = 114"), 0);
}

static void a_source_of_something_open_is_known_and_of_something_ended_is_not(void **state)
{
    struct house *house = *state;
    struct work_item item, again;
    const struct work_value phone = VALUE(PHONE, "13800138009");
    const struct work_draft draft = {.kind = &ERRAND,
                                     .owner = slice_of(house->home),
                                     .source = SLICE("a_1"),
                                     .detected = MOMENT_NONE,
                                     .value = &phone,
                                     .values_count = 1};
    bool joined = false, open = true;
    house_kept_ms = KEPT_MS;
    assert_int_equal(
        work_refers(house->work, house->reader, slice_of(house->home), SLICE("a_1"), &open),
        STATUS_OK);
    assert_false(open);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(house_end(house, work_add(house->work, &draft, house->request, &house->refusal,
                                               &item, &joined)),
                     STATUS_OK);
    assert_int_equal(
        work_refers(house->work, house->reader, slice_of(house->home), SLICE("a_1"), &open),
        STATUS_OK);
    assert_true(open);
    house_wait(house, 4 * MINUTE_MS); /* it lapses */
    house_keep(house);
    assert_int_equal(
        work_refers(house->work, house->reader, slice_of(house->home), SLICE("a_1"), &open),
        STATUS_OK);
    assert_false(open);
    house_wait(house, LATER_MS);
    house_keep(house);
    assert_int_equal(forgotten(house), 1);
    assert_int_equal(store_begin(house->store), STATUS_OK); /* it makes nothing a second time */
    assert_int_equal(house_end(house, work_add(house->work, &draft, house->request, &house->refusal,
                                               &again, &joined)),
                     STATUS_OK);
    assert_string_equal(again.id, item.id);
}

int main(void)
{
#define ROOM(name) cmocka_unit_test_setup_teardown(name, house_up, house_down)
    const struct CMUnitTest tests[] = {
        ROOM(what_has_ended_is_forgotten_in_its_time_and_what_statistics_need_stays),
        ROOM(nothing_open_and_nothing_that_open_work_is_linked_with_is_forgotten),
        ROOM(one_that_was_opened_again_is_kept_until_it_ends_again),
        ROOM(another_setting_holds_for_what_has_ended_before),
        ROOM(a_source_of_something_open_is_known_and_of_something_ended_is_not),
    };
#undef ROOM
    return cmocka_run_group_tests(tests, NULL, NULL);
}
