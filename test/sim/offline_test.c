/* offline_test.c -- a register of some thousands handed over in parts and deltas, on a disk that
 * loses power; and whatever is missing, doubled, stale, foreign or changed, refused with its
 * reason. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "standing/offline.h"
#include "standing/copy.h"
#include "standing/standing_test.h"
#include "test/sim/volume_sim.h"

enum { PEOPLE = 3000, NUMBERS = 128, PARTS = (PEOPLE + NUMBERS - 1) / NUMBERS };
enum { FILE_BYTES = 1 << 21 };

struct place {
    struct hall *hall;
    struct volume_sim *sim;
    struct volume volume;
    struct offline_copy *copy;
    struct arena *arena;
    uint32_t small_rows, window_rows;
};

static void place_open(struct place *place)
{
    enum offline_fault fault = OFFLINE_FAULT_none;
    const struct offline_options options = {.volume = place->volume,
                                            .vkey = place->hall->vkey,
                                            .small_rows = place->small_rows,
                                            .window_rows = place->window_rows};
    arena_reset(place->arena);
    assert_int_equal(offline_open(&place->copy, &options, place->arena, &fault), STATUS_OK);
}

static void place_make(struct place *place, struct hall *hall, uint32_t small, uint32_t window)
{
    *place = (struct place){.hall = hall, .small_rows = small, .window_rows = window};
    assert_int_equal(arena_create(&place->arena, (size_t)32 << 20), STATUS_OK);
    assert_int_equal(volume_sim_create_of(&place->sim, 5, 4, FILE_BYTES, hall->request), STATUS_OK);
    place->volume = volume_sim_volume(place->sim);
    place_open(place);
}

static void place_end(struct place *place)
{
    offline_close(place->copy);
    arena_destroy(place->arena);
}

static enum offline_fault take(struct place *place, struct slice sheet)
{
    enum offline_fault fault = OFFLINE_FAULT_none;
    enum status status = offline_take(place->copy, sheet, wall(place->hall), &fault);
    assert_true(status == STATUS_OK || status == STATUS_REFUSED);
    assert_true((status == STATUS_OK) == (fault == OFFLINE_FAULT_none));
    return fault;
}

static struct offline_facts facts_of(const struct place *place)
{
    struct offline_facts facts;
    offline_facts(place->copy, &facts);
    return facts;
}

static enum offline_fault look(struct place *place, const char *document, bool *stands)
{
    const struct secret join = {{9}};
    struct secret key = standing_export_key(&join, SLICE("o_bank"));
    struct offline_answer answer;
    struct arena *scratch = NULL;
    enum offline_fault fault;
    const struct offline_asking asking = {
        .key = standing_key_for(&key, standing_key_of(&join, slice_of(document))),
        .under = standing_under(&key, &join),
        .question = ask("transfer", "bank_account", "remote", ""),
        .now = wall(place->hall)};
    assert_int_equal(arena_create(&scratch, (size_t)8 << 20), STATUS_OK);
    enum status status =
        offline_check(&place->volume, &place->hall->law, &asking, scratch, &answer, &fault);
    arena_destroy(scratch);
    assert_true((status == STATUS_OK) == (fault == OFFLINE_FAULT_none));
    *stands = status == STATUS_OK && answer.verdict.stands;
    return fault;
}

static bool stands_here(struct place *place, const char *document)
{
    bool stands = false;
    assert_int_equal(look(place, document, &stands), OFFLINE_FAULT_none);
    return stands;
}

/* ---- what the house hands over ---- */

static struct text export_of(struct hall *hall, uint64_t since)
{
    struct text text = paper(hall, 1 << 19);
    assert_int_equal(
        standing_export(hall->standing, hall->store, SLICE("o_bank"), since, hall->request, &text),
        STATUS_OK);
    return text;
}

static struct text head_for(struct hall *hall, const char *executor)
{
    struct text text = paper(hall, 4096);
    assert_int_equal(standing_export_head(hall->standing, hall->store, slice_of(executor), NUMBERS,
                                          &text),
                     STATUS_OK);
    return text;
}

static struct text part_for(struct hall *hall, const char *executor, const struct text *head,
                            uint64_t part)
{
    struct text text = paper(hall, 1 << 16);
    assert_int_equal(standing_export_part(hall->standing, hall->store, slice_of(executor),
                                          text_slice(head), part, hall->request, &text),
                     STATUS_OK);
    return text;
}

static void person(unsigned number, char out[24])
{
    (void)snprintf(out, 24, "1101051990%08u", number);
}

static void enter(struct hall *hall, unsigned number, const char *last)
{
    char item[24], document[24];
    struct standing_change change = {.pack = pack_named(hall, "cn-final-2024-12")};
    (void)snprintf(item, sizeof item, "w_%u", number);
    person(number, document);
    change.item = slice_of(item);
    change.document = slice_of(document);
    assert_int_equal(law_date_parse(SLICE("2025-06-01"), &change.from), STATUS_OK);
    assert_int_equal(law_date_parse(slice_of(last), &change.last), STATUS_OK);
    assert_int_equal(standing_enter(hall->standing, &change, hall->request), STATUS_OK);
}

static void leave(struct hall *hall, unsigned number)
{
    char item[24];
    (void)snprintf(item, sizeof item, "w_%u", number);
    assert_int_equal(standing_leave(hall->standing, slice_of(item), hall->request), STATUS_OK);
}

/* Numbers `from` to `to` - 1; every seventh is over on 3 January. */
static void people_enter(struct hall *hall, unsigned from, unsigned to)
{
    assert_int_equal(store_begin(hall->store), STATUS_OK);
    for (unsigned i = from; i < to; i++)
        enter(hall, i, i % 7 == 0 ? "2026-01-03" : "2027-01-01");
    assert_int_equal(store_commit(hall->store), STATUS_OK);
    assert_int_equal(standing_follow(hall->standing), STATUS_OK);
}

static void changed(struct hall *hall, unsigned gone, unsigned came)
{
    assert_int_equal(store_begin(hall->store), STATUS_OK);
    leave(hall, gone);
    enter(hall, came, "2027-01-01");
    assert_int_equal(store_commit(hall->store), STATUS_OK);
    assert_int_equal(standing_follow(hall->standing), STATUS_OK);
}

static void parts_take(struct place *place, const struct text *head)
{
    assert_int_equal(take(place, text_slice(head)), OFFLINE_FAULT_none);
    for (unsigned i = 1; i <= PARTS; i++) {
        struct text part = part_for(place->hall, "o_bank", head, i);
        assert_int_equal(take(place, text_slice(&part)), OFFLINE_FAULT_none);
    }
}

/* Each person's answer here is the one of the house, every so many. */
static void agrees(struct place *place, unsigned people, unsigned step)
{
    for (unsigned i = 0; i < people; i += step) {
        char document[24];
        struct standing_verdict verdict;
        person(i, document);
        const struct standing_asking asking = asking_of(document);
        bool stands =
            standing_concerns(place->hall->standing, &asking, wall(place->hall), &verdict);
        assert_true(stands_here(place, document) == stands);
    }
}

/* ---- whole ---- */

static void a_register_in_parts_is_the_register(void **state)
{
    struct hall *hall = *state;
    struct place place;
    people_enter(hall, 0, PEOPLE);
    const uint32_t windows[] = {0, 64, 1};
    for (unsigned i = 0; i < 3; i++) {
        place_make(&place, hall, 0, windows[i]);
        struct text head = head_for(hall, "o_bank");
        assert_null(strstr(head.at, "1101051990"));
        parts_take(&place, &head);
        assert_int_equal(facts_of(&place).rows, PEOPLE);
        assert_int_equal(facts_of(&place).version, PEOPLE);
        assert_false(facts_of(&place).coming);
        agrees(&place, PEOPLE + 100, i == 0 ? 1 : 17);
        place_end(&place);
    }
}

static void a_register_of_nobody_is_handed_over_too(void **state)
{
    struct hall *hall = *state;
    struct place place;
    bool stands;
    place_make(&place, hall, 0, 0);
    assert_int_equal(look(&place, "110105199000000001", &stands), OFFLINE_FAULT_absent);
    struct text head = head_for(hall, "o_bank");
    assert_int_equal(take(&place, text_slice(&head)), OFFLINE_FAULT_none);
    assert_true(facts_of(&place).there);
    assert_false(stands_here(&place, "110105199000000001"));
    place_end(&place);
}

static void parts_are_of_their_head_while_the_register_changes(void **state)
{
    struct hall *hall = *state;
    struct place place;
    char document[24];
    people_enter(hall, 0, PEOPLE);
    place_make(&place, hall, 0, 0);
    struct text head = head_for(hall, "o_bank");
    assert_int_equal(take(&place, text_slice(&head)), OFFLINE_FAULT_none);
    for (unsigned i = 1; i <= PARTS; i++) { /* a change before every part, and it ends */
        changed(hall, PEOPLE - i * 100, PEOPLE + i);
        struct text part = part_for(hall, "o_bank", &head, i);
        struct text again = part_for(hall, "o_bank", &head, i);
        assert_true(slice_equal(text_slice(&part), text_slice(&again)));
        assert_int_equal(take(&place, text_slice(&part)), OFFLINE_FAULT_none);
    }
    assert_int_equal(facts_of(&place).rows, PEOPLE);
    person(PEOPLE - 100, document);
    assert_true(stands_here(&place, document)); /* as of the head */
    struct text delta = export_of(hall, PEOPLE);
    assert_int_equal(take(&place, text_slice(&delta)), OFFLINE_FAULT_none);
    assert_int_equal(facts_of(&place).version, PEOPLE + 2 * PARTS);
    assert_int_equal(facts_of(&place).rows, PEOPLE);
    assert_false(stands_here(&place, document));
    agrees(&place, PEOPLE + 200, 1);
    place_end(&place);
}

/* ---- refused, with its reason ---- */

static void a_part_that_is_not_the_next_one_is_refused(void **state)
{
    struct hall *hall = *state;
    struct place place;
    people_enter(hall, 0, PEOPLE);
    place_make(&place, hall, 0, 0);
    struct text head = head_for(hall, "o_bank"), first = part_for(hall, "o_bank", &head, 1);
    struct text second = part_for(hall, "o_bank", &head, 2);
    struct text third = part_for(hall, "o_bank", &head, 3);
    assert_int_equal(take(&place, text_slice(&first)), OFFLINE_FAULT_head); /* none was begun */
    assert_int_equal(take(&place, text_slice(&head)), OFFLINE_FAULT_none);
    assert_int_equal(take(&place, text_slice(&second)), OFFLINE_FAULT_order); /* one is missing */
    assert_int_equal(take(&place, text_slice(&first)), OFFLINE_FAULT_none);
    assert_int_equal(take(&place, text_slice(&first)), OFFLINE_FAULT_twice); /* doubled */
    assert_int_equal(take(&place, text_slice(&third)), OFFLINE_FAULT_order); /* out of order */
    assert_int_equal(take(&place, text_slice(&second)), OFFLINE_FAULT_none);
    struct text foreign = head_for(hall, "o_other");
    struct text theirs = part_for(hall, "o_other", &foreign, 3);
    assert_int_equal(take(&place, text_slice(&theirs)), OFFLINE_FAULT_head); /* somebody else's */
    struct text none = paper(hall, 4096);
    assert_int_equal(standing_export_part(hall->standing, hall->store, SLICE("o_other"),
                                          text_slice(&head), 1, hall->request, &none),
                     STATUS_REFUSED); /* nor does the house give it */
    hall->wall_ms += 1000;
    struct text newer = head_for(hall, "o_bank"), stale = part_for(hall, "o_bank", &head, 1);
    assert_int_equal(take(&place, text_slice(&newer)), OFFLINE_FAULT_none); /* begun anew */
    assert_int_equal(facts_of(&place).taken, 0);
    assert_int_equal(take(&place, text_slice(&stale)), OFFLINE_FAULT_head); /* of the one before */
    assert_int_equal(take(&place, text_slice(&head)), OFFLINE_FAULT_older);
    parts_take(&place, &newer);
    assert_int_equal(take(&place, text_slice(&third)), OFFLINE_FAULT_head); /* nothing is coming */
    assert_int_equal(take(&place, text_slice(&head)), OFFLINE_FAULT_older); /* rolled back */
    assert_int_equal(take(&place, text_slice(&foreign)), OFFLINE_FAULT_executor);
    place_end(&place);
}

/* By whoever holds the house's key and is wrong. */
static void heads_and_parts_that_do_not_add_up_are_refused(void **state)
{
    struct hall *hall = *state;
    struct place place;
    const struct secret join = {{9}};
    struct secret key = standing_export_key(&join, SLICE("o_bank"));
    people_enter(hall, 0, 100);
    place_make(&place, hall, 0, 0);
    struct text head = head_for(hall, "o_bank"), forged = paper(hall, 4096);
    const char *parts = strstr(head.at, "\nparts ");
    assert_non_null(parts);
    text_add_sheet_top(&forged, SHEET_head, SLICE("o_bank"), standing_under(&key, &join));
    const char *to = strstr(head.at, "\nto ") + 1;
    text_add(&forged, (struct slice){to, (size_t)(parts - to)});
    text_add_string(&forged, "\nparts 1\nnumbers 128\nentries 101\n");
    text_add_sheet_end(&forged, 0, SHEET_head, SLICE("test.example/house"), &hall->seal);
    assert_int_equal(take(&place, text_slice(&forged)), OFFLINE_FAULT_none);
    struct text part = part_for(hall, "o_bank", &forged, 1);
    assert_int_equal(take(&place, text_slice(&part)), OFFLINE_FAULT_entries);
    assert_false(facts_of(&place).coming);
    assert_false(facts_of(&place).there);
    place_end(&place);
}

static void no_byte_of_a_sheet_can_be_changed(void **state)
{
    struct hall *hall = *state;
    struct place place;
    people_enter(hall, 0, 20);
    place_make(&place, hall, 0, 0);
    struct text head = head_for(hall, "o_bank"), part = part_for(hall, "o_bank", &head, 1);
    for (size_t i = 0; i < head.size; i++) {
        head.at[i] ^= 1;
        assert_int_not_equal(take(&place, text_slice(&head)), OFFLINE_FAULT_none);
        head.at[i] ^= 1;
    }
    assert_int_equal(take(&place, text_slice(&head)), OFFLINE_FAULT_none);
    for (size_t i = 0; i < part.size; i++) {
        part.at[i] ^= 1;
        assert_int_not_equal(take(&place, text_slice(&part)), OFFLINE_FAULT_none);
        part.at[i] ^= 1;
        if (i % 16 == 0)
            assert_int_not_equal(take(&place, (struct slice){part.at, i}), OFFLINE_FAULT_none);
    }
    assert_int_equal(take(&place, text_slice(&part)), OFFLINE_FAULT_none);
    agrees(&place, 25, 1);
    place_end(&place);
}

static void whoever_asks_with_other_keys_is_told_so(void **state)
{
    struct hall *hall = *state;
    struct place place;
    bool stands;
    people_enter(hall, 0, 20);
    place_make(&place, hall, 0, 0);
    struct text head = head_for(hall, "o_other"), part = part_for(hall, "o_other", &head, 1);
    assert_int_equal(take(&place, text_slice(&head)), OFFLINE_FAULT_none);
    assert_int_equal(take(&place, text_slice(&part)), OFFLINE_FAULT_none);
    assert_int_equal(look(&place, "110105199000000001", &stands), OFFLINE_FAULT_under);
    place_end(&place);
}

static void a_head_of_yesterday_is_begun_anew(void **state)
{
    struct hall *hall = *state;
    struct text none = paper(hall, 4096);
    people_enter(hall, 0, 20);
    struct text head = head_for(hall, "o_bank");
    hall->wall_ms += STANDING_HEAD_AGE_MS_MAX + 1;
    assert_int_equal(standing_export_part(hall->standing, hall->store, SLICE("o_bank"),
                                          text_slice(&head), 1, hall->request, &none),
                     STATUS_REFUSED);
}

/* ---- deltas ---- */

static void a_copy_follows_by_signed_deltas_and_no_other_way(void **state)
{
    struct hall *hall = *state;
    struct place place;
    put(hall, "w_1", "110105199003071234", "2027-01-01");
    put(hall, "w_2", "110105199003071242", "2026-01-03");
    struct text whole = export_of(hall, 0);
    place_make(&place, hall, 0, 0);
    assert_int_equal(take(&place, text_slice(&whole)), OFFLINE_FAULT_none);
    assert_true(stands_here(&place, "110105199003071234"));
    assert_false(stands_here(&place, "110105199003071250"));
    assert_null(strstr(whole.at, "110105199003071234"));
    assert_int_equal(store_begin(hall->store), STATUS_OK);
    assert_int_equal(standing_leave(hall->standing, SLICE("w_1"), hall->request), STATUS_OK);
    assert_int_equal(store_commit(hall->store), STATUS_OK);
    assert_int_equal(standing_follow(hall->standing), STATUS_OK);
    struct text third = export_of(hall, 2);
    put(hall, "w_3", "110105199003071269", "2027-01-01");
    struct text fourth = export_of(hall, 3);
    assert_int_equal(take(&place, text_slice(&fourth)), OFFLINE_FAULT_chain); /* one is missing */
    assert_true(stands_here(&place, "110105199003071234"));
    assert_int_equal(take(&place, text_slice(&third)), OFFLINE_FAULT_none);
    assert_false(stands_here(&place, "110105199003071234"));
    assert_int_equal(take(&place, text_slice(&third)), OFFLINE_FAULT_chain); /* twice */
    for (size_t i = 0; i < fourth.size; i++) {
        fourth.at[i] ^= 1;
        assert_int_not_equal(take(&place, text_slice(&fourth)), OFFLINE_FAULT_none);
        fourth.at[i] ^= 1;
    }
    assert_int_equal(take(&place, text_slice(&fourth)), OFFLINE_FAULT_none);
    assert_true(stands_here(&place, "110105199003071269"));
    assert_true(stands_here(&place, "110105199003071242"));
    hall->wall_ms += 3 * DAY_MS; /* over, in a copy that nobody touched */
    assert_false(stands_here(&place, "110105199003071242"));
    assert_int_equal(facts_of(&place).rows, 2);
    struct text last = export_of(hall, 4);
    assert_int_equal(take(&place, text_slice(&last)), OFFLINE_FAULT_none);
    assert_int_equal(facts_of(&place).rows, 1); /* and with the next delta it is gone */
    place_end(&place);
}

/* As a large copy: deltas lie behind it, and go into it after a day. */
static void deltas_lie_behind_a_large_copy_and_go_into_it_in_time(void **state)
{
    struct hall *hall = *state;
    struct place place;
    people_enter(hall, 0, PEOPLE);
    place_make(&place, hall, 1, 0);
    struct text head = head_for(hall, "o_bank");
    parts_take(&place, &head);
    for (unsigned i = 0; i < 40; i++) {
        changed(hall, i * 7, PEOPLE + i);
        struct text delta = export_of(hall, facts_of(&place).version);
        assert_int_equal(take(&place, text_slice(&delta)), OFFLINE_FAULT_none);
        offline_close(place.copy);
        place_open(&place);
    }
    assert_int_equal(facts_of(&place).rows, PEOPLE); /* as it was woven */
    agrees(&place, PEOPLE + 100, 1);
    hall->wall_ms += 3 * DAY_MS; /* every seventh is over, too */
    agrees(&place, PEOPLE + 100, 7);
    struct text delta = export_of(hall, facts_of(&place).version);
    assert_int_equal(take(&place, text_slice(&delta)), OFFLINE_FAULT_none);
    assert_int_equal(facts_of(&place).rows, PEOPLE - (PEOPLE + 6) / 7 + 40);
    agrees(&place, PEOPLE + 100, 1);
    place_end(&place);
}

static void a_changed_entry_is_the_changed_one(void **state)
{
    struct hall *hall = *state;
    struct place place;
    char document[24];
    people_enter(hall, 0, PEOPLE);
    place_make(&place, hall, 1, 0);
    struct text head = head_for(hall, "o_bank");
    parts_take(&place, &head);
    person(8, document);
    assert_int_equal(store_begin(hall->store), STATUS_OK);
    enter(hall, 8, "2026-01-01"); /* shortened: amended on appeal */
    assert_int_equal(store_commit(hall->store), STATUS_OK);
    struct text delta = export_of(hall, PEOPLE);
    assert_int_equal(take(&place, text_slice(&delta)), OFFLINE_FAULT_none);
    assert_true(stands_here(&place, document));
    hall->wall_ms += 2 * DAY_MS;
    assert_false(stands_here(&place, document));
    place_end(&place);
}

/* ---- when it dies ---- */

static void once(struct place *place, const struct text *head, const struct text *part,
                 const struct text *delta)
{
    struct offline_facts facts = facts_of(place);
    enum offline_fault fault = OFFLINE_FAULT_none;
    if (!facts.coming && facts.version < PEOPLE / 10 + 2)
        (void)!offline_take(place->copy, text_slice(head), wall(place->hall), &fault);
    for (;;) {
        enum status status;
        facts = facts_of(place);
        if (!facts.coming)
            break;
        if (facts.taken == facts.parts)
            status = offline_finish(place->copy, wall(place->hall), &fault);
        else
            status = offline_take(place->copy, text_slice(&part[facts.taken]), wall(place->hall),
                                  &fault);
        if (status != STATUS_OK)
            return;
    }
    if (facts.version == PEOPLE / 10 + 2)
        (void)!offline_take(place->copy, text_slice(delta), wall(place->hall), &fault);
}

/* The old register, the new one, or the new one with its delta; and then it goes on. */
static void power_may_go_at_any_moment_and_a_whole_register_answers(void **state)
{
    struct hall *hall = *state;
    struct place place;
    enum { FEW = PEOPLE / 10, FEW_PARTS = (FEW + 1 + NUMBERS - 1) / NUMBERS };
    struct text part[FEW_PARTS];
    people_enter(hall, 0, FEW);
    struct text old = export_of(hall, 0);
    changed(hall, 1, FEW);
    struct text head = head_for(hall, "o_bank");
    for (unsigned i = 0; i < FEW_PARTS; i++)
        part[i] = part_for(hall, "o_bank", &head, i + 1);
    changed(hall, 2, FEW + 1);
    struct text delta = export_of(hall, FEW + 2);
    place_make(&place, hall, 1, 64);
    for (uint64_t n = 1;; n++) {
        offline_close(place.copy);
        volume_sim_reset(place.sim, n);
        place_open(&place);
        assert_int_equal(take(&place, text_slice(&old)), OFFLINE_FAULT_none);
        uint64_t before = volume_sim_calls(place.sim);
        volume_sim_stop_at(place.sim, n);
        once(&place, &head, part, &delta);
        bool whole = volume_sim_calls(place.sim) - before < n;
        offline_close(place.copy);
        volume_sim_crash(place.sim);
        bool one = stands_here(&place, "110105199000000001");
        bool two = stands_here(&place, "110105199000000002");
        bool came = stands_here(&place, "110105199000000300");
        assert_true(one != came); /* never of two versions */
        assert_true(two || came);
        assert_true(stands_here(&place, "110105199000000003"));
        place_open(&place);
        once(&place, &head, part, &delta);
        assert_int_equal(facts_of(&place).version, FEW + 4);
        agrees(&place, FEW + 2, 13);
        if (whole)
            break;
        assert_true(n < 1000);
    }
    place_end(&place);
}

static void a_damaged_copy_is_told_and_not_answered_from(void **state)
{
    struct hall *hall = *state;
    struct place place;
    size_t size = 0;
    bool stands;
    unsigned told = 0;
    people_enter(hall, 0, 200);
    place_make(&place, hall, 1, 0);
    struct text whole = export_of(hall, 0);
    assert_int_equal(take(&place, text_slice(&whole)), OFFLINE_FAULT_none);
    unsigned char *bytes = volume_sim_bytes(place.sim, "copy", &size);
    for (size_t i = 0; i < size; i++) {
        bytes[i] ^= 1;
        enum offline_fault fault = look(&place, "110105199000000001", &stands);
        assert_true(fault == OFFLINE_FAULT_damaged || (fault == OFFLINE_FAULT_none && stands));
        told += fault == OFFLINE_FAULT_damaged;
        bytes[i] ^= 1;
        if (i > sizeof(struct copy_mark) && i % 7 != 0)
            i += 6;
    }
    assert_true(told > sizeof(struct copy_mark));
    place_end(&place);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, hall_up, hall_down)
    const struct CMUnitTest tests[] = {
        TEST(a_register_in_parts_is_the_register),
        TEST(a_register_of_nobody_is_handed_over_too),
        TEST(parts_are_of_their_head_while_the_register_changes),
        TEST(a_part_that_is_not_the_next_one_is_refused),
        TEST(heads_and_parts_that_do_not_add_up_are_refused),
        TEST(no_byte_of_a_sheet_can_be_changed),
        TEST(whoever_asks_with_other_keys_is_told_so),
        TEST(a_head_of_yesterday_is_begun_anew),
        TEST(a_copy_follows_by_signed_deltas_and_no_other_way),
        TEST(deltas_lie_behind_a_large_copy_and_go_into_it_in_time),
        TEST(a_changed_entry_is_the_changed_one),
        TEST(power_may_go_at_any_moment_and_a_whole_register_answers),
        TEST(a_damaged_copy_is_told_and_not_answered_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
