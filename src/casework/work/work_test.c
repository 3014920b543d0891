/* work_test.c -- how an item moves, who sees it, who holds it, and what is told of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/house_test.h"

static const struct work_value RESULT_GOOD[] = {VALUE(RESULT, "good")};

static void an_item_moves_from_its_making_to_its_end(void **state)
{
    struct house *house = *state;
    struct work_item item;
    struct work_counts counts;
    assert_int_equal(house_add(house, "138 0013 8000", 5, "", &item), STATUS_OK);
    assert_int_equal(item.version, 1);
    assert_int_equal(item.state, FRESH);
    assert_int_equal(item.deadlines_count, 1);
    assert_true(slice_equal(work_value_of(&item, "phone"), SLICE("+86138****8000")));
    assert_int_equal(house_step(house, &item, "begin", &house->ann, NULL, 0, &item), STATUS_LATE);
    assert_int_equal(house->refusal.fault, WORK_FAULT_NOT_HELD);
    assert_int_equal(house_take(house, &item, &house->ann, &item), STATUS_OK);
    assert_string_equal(item.holder, "u_ann");
    assert_int_equal(house_step(house, &item, "begin", &house->ann, NULL, 0, &item), STATUS_OK);
    assert_int_equal(item.state, BUSY);
    assert_int_equal(item.due.ms, MOMENT_NONE.ms); /* met */
    assert_int_equal(house_step(house, &item, "close", &house->ann, NULL, 0, &item),
                     STATUS_MALFORMED);
    assert_int_equal(house->refusal.fault, WORK_FAULT_MISSING);
    assert_int_equal(house->refusal.field, RESULT);
    assert_int_equal(house_step(house, &item, "close", &house->ann, RESULT_GOOD, 1, &item),
                     STATUS_OK);
    assert_int_equal(item.state, DONE);
    assert_int_equal(item.version, 4);
    assert_string_equal(item.holder, "");
    work_count(house->work, &counts);
    assert_int_equal(counts.open, 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM work_queue"), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM work_due"), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM work_log"), 4);
    assert_int_equal(house_count(house, "SELECT count(*) FROM work_event"), 4);
    assert_int_equal(house_step(house, &item, "reopen", &house->ben, NULL, 0, &item), STATUS_OK);
    assert_int_equal(item.state, BUSY);
    work_count(house->work, &counts);
    assert_int_equal(counts.open, 1);
    house_restart(house, false);
    work_count(house->work, &counts);
    assert_int_equal(counts.open, 1);
}

static void no_update_is_lost(void **state)
{
    struct house *house = *state;
    struct work_item item, seen, other;
    const struct work_value memo[] = {VALUE(MEMO, "one")};
    assert_int_equal(house_add(house, "13800138000", 5, "", &item), STATUS_OK);
    seen = item;
    assert_int_equal(house_step(house, &item, "edit", &house->ann, memo, 1, &item), STATUS_OK);
    assert_int_equal(house_step(house, &seen, "edit", &house->ben, memo, 1, &other), STATUS_LATE);
    assert_int_equal(house->refusal.fault, WORK_FAULT_VERSION);
    assert_int_equal(house_step(house, &item, "overdue", &house->ann, NULL, 0, &other),
                     STATUS_REFUSED); /* the machine's */
    assert_int_equal(house_step(house, &item, "begin", NULL, NULL, 0, &other),
                     STATUS_REFUSED); /* a person's */
    assert_int_equal(house_step(house, &item, "nonsense", &house->ann, NULL, 0, &other),
                     STATUS_MALFORMED);
}

static void the_most_urgent_comes_first(void **state)
{
    struct house *house = *state;
    struct work_item a, b, c, d, out;
    assert_int_equal(house_add(house, "13800138001", 1, "", &a), STATUS_OK);
    house_wait(house, 1000);
    assert_int_equal(house_add(house, "13800138002", 5, "", &b), STATUS_OK);
    assert_int_equal(house_add(house, "13800138003", 5, "", &c), STATUS_OK);
    house_wait(house, 1000);
    assert_int_equal(house_add(house, "13800138004", 9, "", &d), STATUS_OK);
    assert_int_equal(house_next(house, &house->ann, "53", &out), STATUS_OK);
    assert_string_equal(out.id, d.id);
    assert_int_equal(house_next(house, &house->cem, "5301", &out), STATUS_OK);
    assert_string_equal(out.id, b.id);
    assert_int_equal(house_next(house, &house->cem, "11", &out), STATUS_ABSENT);
    assert_int_equal(house_next(house, &house->cem, "", &out), STATUS_OK);
    assert_string_equal(out.id, c.id);
    assert_int_equal(house_take(house, &d, &house->cem, &out), STATUS_LATE);
    assert_int_equal(house->refusal.fault, WORK_FAULT_HELD);
    house_wait(house, ERRAND.lease_ms - 1);
    assert_int_equal(house_next(house, &house->teller, "", &out), STATUS_ABSENT); /* no seat */
    assert_int_equal(house_next(house, &house->robot, "", &out), STATUS_REFUSED);
}

static void a_lease_that_ran_out_is_nobodys(void **state)
{
    struct house *house = *state;
    struct work_item item, out;
    const struct work_value memo[] = {VALUE(MEMO, "m")};
    assert_int_equal(house_add(house, "13800138001", 1, "", &item), STATUS_OK);
    assert_int_equal(house_take(house, &item, &house->ann, &item), STATUS_OK);
    assert_int_equal(house_step(house, &item, "begin", &house->ann, NULL, 0, &item), STATUS_OK);
    house_wait(house, ERRAND.lease_ms);
    assert_int_equal(house_step(house, &item, "close", &house->ann, RESULT_GOOD, 1, &out),
                     STATUS_LATE);
    assert_int_equal(house->refusal.fault, WORK_FAULT_NOT_HELD);
    house_keep(house);
    house_find(house, item.id, &house->ann, &item);
    assert_string_equal(item.holder, "");
    assert_int_equal(house_take(house, &item, &house->cem, &item), STATUS_OK);
    house_wait(house, ERRAND.lease_ms - 1000);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(
        house_end(house, work_renew(house->work, item.id, &house->cem, house->request, &out)),
        STATUS_OK);
    assert_int_equal(out.version, item.version);
    house_wait(house, 2000);
    house_keep(house);
    assert_int_equal(house_step(house, &item, "edit", &house->cem, memo, 1, &item), STATUS_OK);
    assert_string_equal(item.holder, "u_cem");
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(house_end(house, work_release(house->work, item.id, &house->ann,
                                                   house->request, &house->refusal, &out)),
                     STATUS_REFUSED);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(house_end(house, work_release(house->work, item.id, &house->ben,
                                                   house->request, &house->refusal, &out)),
                     STATUS_OK);
    assert_string_equal(out.holder, "");
}

static void the_same_source_is_the_same_item_and_the_same_key_joins(void **state)
{
    struct house *house = *state;
    struct work_item first, again;
    const struct work_value value[] = {VALUE(PHONE, "13800138001"), VALUE(MEMO, "more")};
    struct work_draft draft = {.kind = &ERRAND,
                               .owner = slice_of(house->home),
                               .key = SLICE("13800138001"),
                               .priority = 3,
                               .detected = MOMENT_NONE,
                               .value = value,
                               .values_count = 1,
                               .source = SLICE("alert 1")};
    bool joined = true;
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(
        work_add(house->work, &draft, house->request, &house->refusal, &first, &joined), STATUS_OK);
    assert_false(joined);
    assert_int_equal(
        work_add(house->work, &draft, house->request, &house->refusal, &again, &joined), STATUS_OK);
    assert_false(joined);
    assert_string_equal(first.id, again.id);
    assert_int_equal(again.version, 1);
    draft.source = SLICE("alert 2");
    draft.values_count = 2;
    draft.priority = 7;
    assert_int_equal(
        work_add(house->work, &draft, house->request, &house->refusal, &again, &joined), STATUS_OK);
    assert_true(joined);
    assert_string_equal(first.id, again.id);
    assert_int_equal(again.priority, 7);
    assert_true(slice_equal(work_value_of(&again, "memo"), SLICE("more")));
    assert_int_equal(store_commit(house->store), STATUS_OK);
    house_wait(house, ERRAND.merge_ms + 1);
    draft.source = SLICE("alert 3");
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(
        work_add(house->work, &draft, house->request, &house->refusal, &again, &joined), STATUS_OK);
    assert_false(joined);
    assert_string_not_equal(first.id, again.id);
    assert_int_equal(store_commit(house->store), STATUS_OK);
}

struct page {
    unsigned count;
    char ids[64][WORK_ID_SIZE];
    char cursor[96];
};

static enum status page_take(void *self, const struct work_item *item, struct slice cursor)
{
    struct page *page = self;
    copy_id(page->ids[page->count++], WORK_ID_SIZE, slice_of(item->id));
    copy_id(page->cursor, sizeof page->cursor, cursor);
    return STATUS_OK;
}

static struct page listed(struct house *house, const struct work_query *query,
                          const struct identity *by)
{
    struct page page = {0};
    const struct work_sink sink = {page_take, &page};
    assert_int_equal(work_list(house->work, house->reader, query, by, house->request, sink),
                     STATUS_OK);
    return page;
}

static void lists_are_in_order_and_page_by_page(void **state)
{
    struct house *house = *state;
    struct work_item item[12];
    struct work_query query = {.state = -1, .open = true, .count_max = 5};
    for (int i = 0; i < 12; i++)
        assert_int_equal(house_add(house, "13800138001", i % 4, "", &item[i]), STATUS_OK);
    assert_int_equal(house_take(house, &item[0], &house->ann, &item[0]), STATUS_OK);
    unsigned seen = 0;
    char cursor[96];
    int32_t last = INT32_MAX;
    for (unsigned round = 0; round < 3; round++) {
        struct page page = listed(house, &query, &house->ann);
        for (unsigned i = 0; i < page.count; i++) {
            struct work_item found;
            house_find(house, page.ids[i], &house->ann, &found);
            assert_true(found.priority <= last);
            last = found.priority;
        }
        seen += page.count;
        copy_id(cursor, sizeof cursor, slice_of(page.cursor));
        query.after = slice_of(cursor);
    }
    assert_int_equal(seen, 12);
    query = (struct work_query){.state = -1, .mine = true, .count_max = 5};
    assert_int_equal(listed(house, &query, &house->ann).count, 1);
    assert_int_equal(listed(house, &query, &house->ben).count, 0);
    query = (struct work_query){.state = -1, .count_max = 50, .place = SLICE("5301")};
    struct page page = listed(house, &query, &house->ann);
    assert_int_equal(page.count, 12);
    assert_string_equal(page.ids[0], item[11].id);
    query.identifier = SLICE("+86 138-0013-8001");
    query.place = SLICE("");
    assert_int_equal(listed(house, &query, &house->ann).count, 12);
    assert_int_equal(listed(house, &query, &house->desk).count, 0);
    query.identifier = SLICE("13800138002");
    assert_int_equal(listed(house, &query, &house->ann).count, 0);
    query = (struct work_query){.kind = &ERRAND, .state = FRESH, .count_max = 50};
    assert_int_equal(listed(house, &query, &house->ann).count, 12);
    assert_int_equal(listed(house, &query, &house->teller).count, 0);
}

static void an_item_stands_where_it_is_put(void **state)
{
    struct house *house = *state;
    struct work_item a, b, out;
    assert_int_equal(house_add(house, "13800138001", 1, "", &a), STATUS_OK);
    assert_int_equal(house_add(house, "13800138002", 5, "", &b), STATUS_OK);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(
        house_end(house, work_rank(house->work, a.id, 9, SLICE("110101"), house->request)),
        STATUS_OK);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(
        house_end(house, work_rank(house->work, a.id, 9, SLICE("110"), house->request)),
        STATUS_MALFORMED);
    assert_int_equal(house_next(house, &house->ann, "5301", &out), STATUS_OK);
    assert_string_equal(out.id, b.id);
    assert_int_equal(house_next(house, &house->ann, "5301", &out), STATUS_ABSENT);
    assert_int_equal(house_next(house, &house->ann, "1101", &out), STATUS_OK);
    assert_string_equal(out.id, a.id);
    const struct work_query query = {.state = -1, .count_max = 9, .place = SLICE("11")};
    assert_int_equal(listed(house, &query, &house->ann).count, 1);
}

static void what_is_sent_is_seen_and_nothing_else(void **state)
{
    struct house *house = *state;
    struct work_item item, seen;
    const struct work_value values[] = {VALUE(NAME, "张三丰"), VALUE(MEMO, "secret")};
    const struct work_value reply[] = {VALUE(REPLY, "a hotel")};
    const struct work_value amount[] = {VALUE(AMOUNT, "100")};
    assert_int_equal(house_add(house, "13800138001", 1, "", &item), STATUS_OK);
    assert_int_equal(
        work_find(house->work, house->reader, item.id, &house->desk, house->request, &seen),
        STATUS_ABSENT);
    assert_int_equal(house_step(house, &item, "edit", &house->ann, values, 2, &item), STATUS_OK);
    assert_int_equal(house_take(house, &item, &house->ann, &item), STATUS_OK);
    assert_int_equal(house_step(house, &item, "begin", &house->ann, NULL, 0, &item), STATUS_OK);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(house_end(house, work_send(house->work, item.id, slice_of(house->carrier),
                                                WORK_BIT(PHONE) | WORK_BIT(NAME), house->request)),
                     STATUS_REFUSED); /* a name is not told to a carrier */
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(house_end(house, work_send(house->work, item.id, slice_of(house->carrier),
                                                WORK_BIT(PHONE), house->request)),
                     STATUS_OK);
    house_find(house, item.id, &house->desk, &seen);
    assert_int_equal(seen.seat, WORK_SEAT_ADDRESSEE);
    assert_int_equal(seen.values_count, 1);
    assert_string_equal(seen.holder, "-");
    const struct work_query query = {
        .state = -1, .count_max = 9, .identifier = SLICE("13800138001")};
    assert_int_equal(listed(house, &query, &house->desk).count, 1);
    house_find(house, item.id, &house->ann, &item);
    assert_int_equal(house_step(house, &item, "send", &house->ann, amount, 1, &item), STATUS_OK);
    assert_int_equal(item.state, BUSY);
    assert_non_null(item.asking);
    assert_int_equal(house_word(house, &item, item.asking->digest, &house->ben, true, &item),
                     STATUS_OK);
    assert_int_equal(item.state, SENT);
    house_find(house, item.id, &house->robot, &seen);
    assert_int_equal(house_step(house, &seen, "answer", &house->robot, reply, 1, &seen), STATUS_OK);
    assert_int_equal(seen.state, BUSY);
    assert_int_equal(seen.values_count, 1); /* what it filled in is hidden: it may be revealed */
    house_find(house, item.id, &house->ann, &item);
    assert_int_equal(work_value_of(&item, "reply").size, 0);
    assert_int_equal(
        work_find(house->work, house->reader, item.id, &house->teller, house->request, &seen),
        STATUS_ABSENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_item_moves_from_its_making_to_its_end, house_up,
                                        house_down),
        cmocka_unit_test_setup_teardown(no_update_is_lost, house_up, house_down),
        cmocka_unit_test_setup_teardown(the_most_urgent_comes_first, house_up, house_down),
        cmocka_unit_test_setup_teardown(a_lease_that_ran_out_is_nobodys, house_up, house_down),
        cmocka_unit_test_setup_teardown(the_same_source_is_the_same_item_and_the_same_key_joins,
                                        house_up, house_down),
        cmocka_unit_test_setup_teardown(lists_are_in_order_and_page_by_page, house_up, house_down),
        cmocka_unit_test_setup_teardown(an_item_stands_where_it_is_put, house_up, house_down),
        cmocka_unit_test_setup_teardown(what_is_sent_is_seen_and_nothing_else, house_up,
                                        house_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
