/* exchange_test.c -- two houses and a bad line between them: whatever is lost, doubled, delayed,
 * damaged, and whenever a house is killed, each question is heard once, each answer counts once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "partner/house_test.h"
#include "partner/simulator.h"

#include <signal.h>
#include <sys/wait.h>

enum { LETTERS = 10000, DELAYED = 200 };

static const struct simulator_odds BAD = {.lost = 150,
                                          .answer_lost = 150,
                                          .busy = 20,
                                          .refused = 20,
                                          .doubled = 150,
                                          .delayed = 100,
                                          .damaged = 20};
static const struct simulator_odds GOOD = {0};

struct line {
    struct town *town;
    struct simulator *to[HOUSES]; /* to this house */
};

static void line_point(struct line *line, enum house_side side)
{
    simulator_point(line->to[side], simulator_receiver_of(line->town->house[side].outbox));
}

static void line_open(struct line *line, struct town *town, uint64_t seed,
                      const struct simulator_odds *odds)
{
    line->town = town;
    for (unsigned i = 0; i < HOUSES; i++) {
        assert_int_equal(simulator_create(&line->to[i], seed * 2 + i, odds, DELAYED,
                                          (struct simulator_receiver){0}),
                         STATUS_OK);
        town->house[1 - i].way[0] = simulator_way(line->to[i]);
    }
    for (unsigned i = 0; i < HOUSES; i++) {
        house_open(&town->house[i]);
        line_point(line, (enum house_side)i);
    }
}

static void line_close(struct line *line)
{
    for (unsigned i = 0; i < HOUSES; i++)
        simulator_destroy(line->to[i]);
}

static void house_restart(struct line *line, enum house_side side)
{
    house_close(&line->town->house[side]);
    house_open(&line->town->house[side]);
    line_point(line, side);
}

/* Half a second of both houses. */
static void round_pass(struct line *line)
{
    for (unsigned i = 0; i < HOUSES; i++) {
        (void)step(&line->town->house[i]);
        (void)watch(&line->town->house[i]);
        simulator_shake(line->to[i], false);
    }
    (void)answer_some(&line->town->house[CARRIER], 20);
    town_pass(line->town, 500);
}

static unsigned never_answered(unsigned letters)
{
    unsigned count = 0;
    for (unsigned i = 0; i < letters; i++)
        count += question_id(i).hex[31] == 'f';
    return count;
}

static void all_is_as_it_must_be(struct line *line, unsigned letters)
{
    struct house *centre = &line->town->house[CENTRE], *carrier = &line->town->house[CARRIER];
    struct audit_verdict verdict;
    unsigned never = never_answered(letters);
    assert_int_equal(count_of(carrier, "SELECT count(*) FROM heard"), letters);
    assert_int_equal(count_of(centre, "SELECT count(*) FROM applied"), letters - never);
    assert_int_equal(count_of(centre, "SELECT count(*) FROM missed"), never);
    assert_int_equal(count_of(centre, "SELECT count(*) FROM partner_letter WHERE state < 2"), 0);
    assert_int_equal(count_of(centre, "SELECT count(*) FROM partner_letter WHERE answers > 1"), 0);
    assert_int_equal(count_of(centre, "SELECT count(*) FROM partner_letter WHERE attempts < 1"), 0);
    assert_int_equal(count_of(carrier, "SELECT count(*) FROM audit_entry WHERE action = "
                                       "'letter.take'"),
                     letters);
    assert_int_equal(count_of(centre, "SELECT count(*) FROM audit_entry WHERE action = "
                                      "'letter.take'"),
                     letters - never);
    assert_int_equal(
        count_of(centre, "SELECT count(*) FROM audit_entry WHERE action = 'letter.miss'"), never);
    for (unsigned i = 0; i < HOUSES; i++)
        assert_int_equal(audit_verify(line->town->house[i].audit, NULL, 0, &verdict), STATUS_OK);
}

static void ten_thousand_letters_over_a_bad_line_with_restarts(void **state)
{
    struct town *town = town_make();
    struct line line;
    struct house *centre = &town->house[CENTRE];
    unsigned asked = 0, round = 0, never = never_answered(LETTERS);
    int64_t open = 1;
    (void)state;
    line_open(&line, town, 7, &BAD);
    for (; asked < LETTERS || open > 0; round++) {
        for (unsigned i = 0; i < 100 && asked < LETTERS; i++, asked++)
            assert_int_equal(ask(centre, asked, SLICE("{\"number\":\"+8613800138000\"}"),
                                 8 * HOUR_MS, SLICE("w_1"), NULL),
                             STATUS_OK);
        round_pass(&line);
        if (round % 37 == 11)
            house_restart(&line, CENTRE);
        if (round % 41 == 17)
            house_restart(&line, CARRIER);
        if (asked == LETTERS && open <= never)
            town_pass(town, 600000); /* those that nobody will answer wait for their time */
        open = count_of(centre, "SELECT count(*) FROM partner_letter WHERE state < 2");
        assert_true(round < 20000);
    }
    all_is_as_it_must_be(&line, LETTERS);
    struct outbox_figures figures;
    outbox_figures(town->house[CARRIER].outbox, &figures);
    print_message("%u letters, %u rounds, %lld attempts, %lld at the centre's end\n", LETTERS,
                  round, (long long)count_of(centre, "SELECT sum(attempts) FROM partner_letter"),
                  (long long)count_of(centre, "SELECT count(*) FROM partner_taken"));
    town_remove(town);
    line_close(&line);
}

/* ---- threads ---- */

static bool settled(struct house *centre, unsigned letters, unsigned tenths)
{
    for (unsigned i = 0; i < tenths; i++) {
        if (count_of(centre, "SELECT count(*) FROM applied") == letters)
            return true;
        (void)usleep(100000);
    }
    return false;
}

static void threads_carry_letters_within_a_second(void **state)
{
    struct town *town = town_make();
    struct line line;
    (void)state;
    atomic_store(&town->real, true);
    town->answers_kind = 1 + ANSWER_AT_ONCE;
    line_open(&line, town, 3, &GOOD);
    for (unsigned i = 0; i < HOUSES; i++)
        assert_int_equal(outbox_start(town->house[i].outbox), STATUS_OK);
    int64_t begun = clock_of_machine().ticks_ms(NULL);
    for (unsigned i = 0; i < 300; i++)
        assert_int_equal(ask(&town->house[CENTRE], i, SLICE("{}"), HOUR_MS, SLICE("w_1"), NULL),
                         STATUS_OK);
    assert_true(settled(&town->house[CENTRE], 300, 600));
    print_message("300 questions asked and answered in %lld ms\n",
                  (long long)(clock_of_machine().ticks_ms(NULL) - begun));
    begun = clock_of_machine().ticks_ms(NULL);
    assert_int_equal(ask(&town->house[CENTRE], 300, SLICE("{}"), HOUR_MS, SLICE("w_1"), NULL),
                     STATUS_OK);
    while (count_of(&town->house[CENTRE], "SELECT count(*) FROM applied") < 301)
        (void)usleep(1000);
    int64_t took = clock_of_machine().ticks_ms(NULL) - begun;
    print_message("one question asked and answered in %lld ms\n", (long long)took);
    town_remove(town);
    line_close(&line);
}

static void threads_over_a_bad_line_lose_nothing(void **state)
{
    struct town *town = town_make();
    struct line line;
    struct simulator_odds odds = {.answer_lost = 100, .doubled = 200, .delayed = 50};
    (void)state;
    atomic_store(&town->real, true);
    town->answers_kind = 1 + ANSWER_AT_ONCE;
    line_open(&line, town, 5, &odds);
    for (unsigned i = 0; i < HOUSES; i++)
        assert_int_equal(outbox_start(town->house[i].outbox), STATUS_OK);
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(ask(&town->house[CENTRE], i, SLICE("{}"), HOUR_MS, SLICE("w_1"), NULL),
                         STATUS_OK);
        if (i % 10 == 0)
            for (unsigned j = 0; j < HOUSES; j++)
                simulator_shake(line.to[j], false);
    }
    for (unsigned j = 0; j < HOUSES; j++)
        simulator_odds(line.to[j], &GOOD);
    for (unsigned i = 0; i < 300 && !settled(&town->house[CENTRE], 100, 2); i++)
        for (unsigned j = 0; j < HOUSES; j++)
            simulator_shake(line.to[j], true);
    assert_int_equal(count_of(&town->house[CENTRE], "SELECT count(*) FROM applied"), 100);
    assert_int_equal(count_of(&town->house[CARRIER], "SELECT count(*) FROM heard"), 100);
    town_remove(town);
    line_close(&line);
}

/* ---- kills ---- */

enum { KILLED_LETTERS = 150 };

static void life_until_killed(struct town *town, uint64_t seed, unsigned asked)
{
    struct line line;
    line_open(&line, town, seed, &BAD);
    for (;;) {
        if (asked < KILLED_LETTERS)
            (void)!(ask(&town->house[CENTRE], asked++, SLICE("{}"), 9LL * DAY_MS, SLICE("w_1"),
                        NULL) == STATUS_OK);
        round_pass(&line);
    }
}

static void houses_killed_at_any_moment_hear_and_count_once(void **state)
{
    struct town *town = town_make();
    struct line line;
    unsigned asked = 0;
    (void)state;
    for (uint64_t life = 0; life < 12; life++) {
        pid_t child = fork();
        int ended = 0;
        assert_true(child >= 0);
        if (child == 0) {
            life_until_killed(town, 100 + life, asked);
            _exit(1);
        }
        (void)usleep((useconds_t)(30000 + life * 9001));
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, &ended, 0), child);
        assert_true(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGKILL);
        town_pass(town, 60000); /* the clock of the child went on, too */
        house_open(&town->house[CENTRE]);
        asked = (unsigned)count_of(&town->house[CENTRE], "SELECT count(*) FROM partner_letter");
        house_close(&town->house[CENTRE]);
    }
    line_open(&line, town, 99, &GOOD);
    for (; asked < KILLED_LETTERS; asked++)
        assert_int_equal(ask(&town->house[CENTRE], asked, SLICE("{}"), DAY_MS, SLICE("w_1"), NULL),
                         STATUS_OK);
    for (unsigned i = 0; i < 200; i++)
        round_pass(&line);
    town_pass(town, 10LL * DAY_MS);
    for (unsigned i = 0; i < 5; i++)
        round_pass(&line);
    all_is_as_it_must_be(&line, KILLED_LETTERS);
    town_remove(town);
    line_close(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_carry_letters_within_a_second),
        cmocka_unit_test(threads_over_a_bad_line_lose_nothing),
        cmocka_unit_test(houses_killed_at_any_moment_hear_and_count_once),
        cmocka_unit_test(ten_thousand_letters_over_a_bad_line_with_restarts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
