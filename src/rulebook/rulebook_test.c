/* rulebook_test.c -- nobody lets their own rules in, whatever three people do in whatever order. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rulebook/rulebook.h"

#include "ground/arena.h"
#include "ground/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const PEOPLE[] = {"u_ann", "u_bo", "u_chen"};

enum { PEOPLE_COUNT = 3, LENGTH = 6 };

struct place {
    char folder[64], path[96];
    struct arena *boot, *scratch;
    struct store *store;
};

static int place_make(void **state)
{
    char bytes[256];
    struct text why = text_over(bytes, sizeof bytes);
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    (void)snprintf(place->folder, sizeof place->folder, "/tmp/cutline-rulebook-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    (void)snprintf(place->path, sizeof place->path, "%s/store.db", place->folder);
    assert_int_equal(arena_create(&place->boot, 4 << 20), STATUS_OK);
    assert_int_equal(arena_create(&place->scratch, 4 << 20), STATUS_OK);
    assert_int_equal(store_open(&place->store, place->path, RULEBOOK_MIGRATIONS,
                                RULEBOOK_MIGRATIONS_COUNT, place->boot, &why),
                     STATUS_OK);
    *state = place;
    return 0;
}

static int place_leave(void **state)
{
    struct place *place = *state;
    static const char *const ENDS[] = {"", "-wal", "-shm"};
    store_close(place->store);
    for (size_t i = 0; i < sizeof ENDS / sizeof ENDS[0]; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s%s", place->path, ENDS[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(place->folder), 0);
    arena_destroy(place->scratch);
    arena_destroy(place->boot);
    free(place);
    return 0;
}

static const struct rule_file FILES[] = {
    {{"mule/mule.cut", 13}, {"-- mule", 7}},
    {{"a.cut", 5}, {"-- a", 4}},
};

static enum status submit(struct place *place, const char *author, const char *image, moment now,
                          int64_t *number)
{
    struct rulebook_draft draft = {.file = FILES,
                                   .files_count = 2,
                                   .image = slice_of(image),
                                   .author = slice_of(author),
                                   .note = SLICE("why"),
                                   .now = now};
    return rulebook_submit(place->store, &draft, number);
}

static struct rulebook_word word(int64_t number, const char *image, const char *actor, int64_t ms)
{
    return (struct rulebook_word){number, slice_of(image), slice_of(actor), {ms}};
}

static enum rulebook_state state_now(struct place *place, int64_t number)
{
    struct rulebook_version version;
    arena_reset(place->scratch);
    assert_int_equal(rulebook_find(place->store, number, place->scratch, &version), STATUS_OK);
    return version.state;
}

static void files_come_back_as_they_were_handed_in(void **state)
{
    struct place *place = *state;
    struct rulebook_version version;
    struct rule_file *files;
    uint32_t count;
    int64_t number;
    assert_int_equal(store_begin(place->store), STATUS_OK);
    assert_int_equal(submit(place, PEOPLE[0], "aa", (moment){1000}, &number), STATUS_OK);
    assert_int_equal(store_commit(place->store), STATUS_OK);
    assert_int_equal(rulebook_find_image(place->store, SLICE("aa"), place->scratch, &version),
                     STATUS_OK);
    assert_int_equal(version.number, number);
    assert_int_equal(version.files_count, 2);
    assert_true(version.decided.ms == MOMENT_NONE.ms);
    assert_int_equal(rulebook_files(place->store, number, place->scratch, &files, &count),
                     STATUS_OK);
    assert_int_equal(count, 2);
    assert_true(slice_equal(files[0].path, FILES[1].path));
    assert_true(slice_equal(files[1].source, FILES[0].source));
    assert_int_equal(rulebook_find(place->store, number + 1, place->scratch, &version),
                     STATUS_ABSENT);
}

static void paths_stay_in_the_book(void **state)
{
    (void)state;
    static const char *const BAD[] = {"",      ".cut",    "/a.cut",   "../a.cut", "a/../b.cut",
                                      "a.txt", "a b.cut", "a//b.cut", ".a.cut",   "a\\b.cut"};
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
        assert_false(rulebook_path_holds(slice_of(BAD[i])));
    assert_true(rulebook_path_holds(SLICE("mule/mule.cut")));
}

static void words_that_cannot_be_spoken_are_told_apart(void **state)
{
    struct place *place = *state;
    int64_t number;
    int64_t expired;
    assert_int_equal(store_begin(place->store), STATUS_OK);
    assert_int_equal(submit(place, PEOPLE[0], "aa", (moment){1000}, &number), STATUS_OK);
    struct rulebook_word own = word(number, "aa", PEOPLE[0], 2000);
    struct rulebook_word other = word(number, "bb", PEOPLE[1], 2000);
    struct rulebook_word nothing = word(number + 9, "aa", PEOPLE[1], 2000);
    struct rulebook_word late =
        word(number, "aa", PEOPLE[1], 1000 + (int64_t)RULEBOOK_DAYS_MAX * DAY_MS);
    assert_int_equal(rulebook_approve(place->store, &own, RULEBOOK_AS_LIVE), STATUS_REFUSED);
    assert_int_equal(rulebook_approve(place->store, &other, RULEBOOK_AS_LIVE), STATUS_MALFORMED);
    assert_int_equal(rulebook_approve(place->store, &nothing, RULEBOOK_AS_LIVE), STATUS_ABSENT);
    assert_int_equal(rulebook_approve(place->store, &late, RULEBOOK_AS_LIVE), STATUS_LATE);
    assert_int_equal(rulebook_retire(place->store, &own), STATUS_LATE);
    assert_int_equal(rulebook_expire(place->store, late.now, &expired), STATUS_OK);
    assert_int_equal(expired, 1);
    assert_int_equal(store_commit(place->store), STATUS_OK);
    assert_int_equal(state_now(place, number), RULEBOOK_expired);
}

static void one_version_is_live_and_the_one_before_retires(void **state)
{
    struct place *place = *state;
    int64_t number[2];
    assert_int_equal(store_begin(place->store), STATUS_OK);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(submit(place, PEOPLE[0], "aa", (moment){1000}, &number[i]), STATUS_OK);
        struct rulebook_word yes = word(number[i], "aa", PEOPLE[1], 2000);
        assert_int_equal(rulebook_approve(place->store, &yes, RULEBOOK_AS_SHADOW), STATUS_OK);
        assert_int_equal(rulebook_took_effect(place->store, number[i], 70, (moment){3000}),
                         STATUS_OK);
    }
    assert_int_equal(state_now(place, number[0]), RULEBOOK_retired);
    assert_int_equal(state_now(place, number[1]), RULEBOOK_shadow);
    /* A shadow goes live by a second approval, again not by its author. */
    struct rulebook_word own = word(number[1], "aa", PEOPLE[0], 4000);
    struct rulebook_word yes = word(number[1], "aa", PEOPLE[2], 4000);
    assert_int_equal(rulebook_approve(place->store, &own, RULEBOOK_AS_LIVE), STATUS_REFUSED);
    assert_int_equal(rulebook_approve(place->store, &yes, RULEBOOK_AS_LIVE), STATUS_OK);
    assert_int_equal(rulebook_took_effect(place->store, number[1], 90, (moment){5000}), STATUS_OK);
    assert_int_equal(state_now(place, number[1]), RULEBOOK_live);
    assert_int_equal(store_commit(place->store), STATUS_OK);
}

/* ---- every sequence ---- */

enum action { YES_LIVE, YES_SHADOW, NO, RETIRE, EFFECT, ACTIONS_COUNT };

/* What should happen, kept by somebody who does not know SQL. */
struct model {
    enum rulebook_state state;
    enum rulebook_role role;
};

static bool model_acts(struct model *model, enum action action, unsigned person)
{
    bool author = person == 0;
    bool waits = model->state == RULEBOOK_submitted;
    switch (action) {
    case YES_LIVE:
    case YES_SHADOW: {
        bool again = model->state == RULEBOOK_shadow && action == YES_LIVE;
        if (author || (!waits && !again))
            return false;
        *model = (struct model){RULEBOOK_approved,
                                action == YES_LIVE ? RULEBOOK_AS_LIVE : RULEBOOK_AS_SHADOW};
        return true;
    }
    case NO:
        if (waits)
            model->state = author ? RULEBOOK_withdrawn : RULEBOOK_rejected;
        return waits;
    case RETIRE:
        if (model->state != RULEBOOK_shadow)
            return false;
        model->state = RULEBOOK_retired;
        return true;
    case EFFECT:
    default:
        if (model->state != RULEBOOK_approved)
            return false;
        model->state = model->role == RULEBOOK_AS_LIVE ? RULEBOOK_live : RULEBOOK_shadow;
        return true;
    }
}

static bool book_acts(struct place *place, int64_t number, enum action action, unsigned person)
{
    struct rulebook_word said = word(number, "aa", PEOPLE[person], 2000);
    switch (action) {
    case YES_LIVE:
        return rulebook_approve(place->store, &said, RULEBOOK_AS_LIVE) == STATUS_OK;
    case YES_SHADOW:
        return rulebook_approve(place->store, &said, RULEBOOK_AS_SHADOW) == STATUS_OK;
    case NO:
        return rulebook_reject(place->store, &said) == STATUS_OK;
    case RETIRE:
        return rulebook_retire(place->store, &said) == STATUS_OK;
    case EFFECT:
    default:
        return rulebook_took_effect(place->store, number, 50, said.now) == STATUS_OK;
    }
}

/* Steps that change nothing lead nowhere new, so only those that do are followed: that is every
 * sequence all the same. */
static unsigned follow(struct place *place, struct model before, const unsigned *steps,
                       unsigned length)
{
    unsigned tried = 0;
    for (unsigned step = 0; step < PEOPLE_COUNT * ACTIONS_COUNT; step++) {
        int64_t number;
        unsigned all[LENGTH];
        struct model model = before;
        assert_int_equal(store_begin(place->store), STATUS_OK);
        assert_int_equal(submit(place, PEOPLE[0], "aa", (moment){1000}, &number), STATUS_OK);
        for (unsigned i = 0; i < length; i++) {
            all[i] = steps[i];
            (void)book_acts(place, number, steps[i] % ACTIONS_COUNT, steps[i] / ACTIONS_COUNT);
        }
        all[length] = step;
        bool may = model_acts(&model, step % ACTIONS_COUNT, step / ACTIONS_COUNT);
        bool did = book_acts(place, number, step % ACTIONS_COUNT, step / ACTIONS_COUNT);
        assert_int_equal(did, may);
        assert_int_equal(state_now(place, number), model.state);
        store_rollback(place->store);
        tried++;
        if (may && length + 1 < LENGTH)
            tried += follow(place, model, all, length + 1);
    }
    return tried;
}

static void no_sequence_of_three_people_lets_an_author_in(void **state)
{
    struct place *place = *state;
    unsigned tried = follow(place, (struct model){RULEBOOK_submitted, RULEBOOK_AS_LIVE}, NULL, 0);
    assert_true(tried > 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files_come_back_as_they_were_handed_in, place_make,
                                        place_leave),
        cmocka_unit_test(paths_stay_in_the_book),
        cmocka_unit_test_setup_teardown(words_that_cannot_be_spoken_are_told_apart, place_make,
                                        place_leave),
        cmocka_unit_test_setup_teardown(one_version_is_live_and_the_one_before_retires, place_make,
                                        place_leave),
        cmocka_unit_test_setup_teardown(no_sequence_of_three_people_lets_an_author_in, place_make,
                                        place_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
