/* faults_test.c -- whatever call to the disk fails under two houses, each question is heard once
 * and each answer counts once when they go on. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "partner/house_test.h"
#include "partner/simulator.h"
#include "store/faulty_test.h"

enum { LETTERS = 4, ROUNDS = 8, EVERY = 5 };

static const struct simulator_odds ODDS = {.answer_lost = 200, .doubled = 200};

/* As ask() of house_test.h, whatever the disk says; the same id again is the same letter. */
static bool asked(struct house *house, unsigned number)
{
    struct arena *request = NULL;
    const struct outbox_draft draft = {.id = question_id(number),
                                       .kind = SLICE("lead.ask"),
                                       .body = SLICE("{}"),
                                       .to = partner_at(house->list, 0),
                                       .deadline = {town_now(house->town).ms + DAY_MS},
                                       .answer_wanted = true,
                                       .object = SLICE("w_1")};
    assert_int_equal(arena_create(&request, 1 << 20), STATUS_OK);
    enum status status = store_begin(house->store);
    if (status == STATUS_OK) {
        status = outbox_add(house->outbox, &draft, request, NULL);
        if (status == STATUS_OK)
            status = store_commit(house->store);
        else
            store_rollback(house->store);
    }
    arena_destroy(request);
    return status == STATUS_OK;
}

static unsigned life(struct town *town, unsigned told, unsigned rounds)
{
    for (unsigned round = 0; round < rounds; round++) {
        if (told < LETTERS)
            told += asked(&town->house[CENTRE], told);
        for (unsigned i = 0; i < HOUSES; i++) {
            struct house *house = &town->house[i];
            unsigned done = 0;
            (void)!(outbox_step(house->outbox, partner_at(house->list, 0), &done) == STATUS_OK);
            (void)!(outbox_watch(house->outbox, &done) == STATUS_OK);
        }
        town_pass(town, 5000);
    }
    return told;
}

/* true: there was such a call. */
static bool swept(long at, int code)
{
    struct town *town = town_make();
    struct simulator *to[HOUSES];
    struct audit_verdict verdict;
    town->answers_kind = 1 + ANSWER_AT_ONCE;
    for (unsigned i = 0; i < HOUSES; i++) {
        assert_int_equal(simulator_create(&to[i], (uint64_t)at * 2 + i, &ODDS, 8,
                                          (struct simulator_receiver){0}),
                         STATUS_OK);
        town->house[1 - i].way[0] = simulator_way(to[i]);
    }
    for (unsigned i = 0; i < HOUSES; i++) {
        house_open(&town->house[i]);
        simulator_point(to[i], simulator_receiver_of(town->house[i].outbox));
    }
    faulty_arm(at, code, false, false);
    unsigned told = life(town, 0, ROUNDS);
    faulty_disarm();
    bool reached = atomic_load(&faulty.failures) > 0;
    for (unsigned i = 0; i < HOUSES; i++) {
        house_close(&town->house[i]);
        house_open(&town->house[i]);
        simulator_point(to[i], simulator_receiver_of(town->house[i].outbox));
    }
    told = life(town, told, 4 * ROUNDS);
    assert_int_equal(told, LETTERS);
    assert_int_equal(count_of(&town->house[CARRIER], "SELECT count(*) FROM heard"), LETTERS);
    assert_int_equal(count_of(&town->house[CENTRE], "SELECT count(*) FROM applied"), LETTERS);
    assert_int_equal(count_of(&town->house[CENTRE], "SELECT count(*) FROM partner_letter WHERE "
                                                    "state <> 3"),
                     0);
    assert_int_equal(count_of(&town->house[CARRIER],
                              "SELECT count(*) FROM audit_entry WHERE action "
                              "= 'letter.take'"),
                     LETTERS);
    for (unsigned i = 0; i < HOUSES; i++)
        assert_int_equal(audit_verify(town->house[i].audit, NULL, 0, &verdict), STATUS_OK);
    town_remove(town);
    for (unsigned i = 0; i < HOUSES; i++)
        simulator_destroy(to[i]);
    return reached;
}

static void whatever_call_to_the_disk_fails_each_letter_counts_once(void **state)
{
    static const int CODES[] = {SQLITE_IOERR_WRITE, SQLITE_FULL};
    (void)state;
    for (size_t i = 0; i < sizeof CODES / sizeof CODES[0]; i++) {
        unsigned beyond = 0;
        long at = (long)i * 2;
        for (; beyond < 3; at += EVERY)
            beyond += !swept(at, CODES[i]);
        print_message("%ld calls to the disk, each %dth failed\n", at, EVERY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_call_to_the_disk_fails_each_letter_counts_once),
    };
    faulty_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
