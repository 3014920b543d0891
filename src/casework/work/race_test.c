/* race_test.c -- many who act at once on few items, and a model that reads the log.
 *
 * Threads take, renew, edit, ask, approve, begin, close, release and reopen, with versions that
 * they read a moment before; a keeper ends leases.  Afterwards the log of each item is
 * read from its beginning and held against the rules: versions rise by one, states follow each
 * other, at every moment one holder, a step that wants its holder is that one's, nobody's yes is to
 * what they asked, and the row is what the log says.
 *
 * WORK_RACE_OPERATIONS and WORK_RACE_THREADS (100000 and 64 are the acceptance; here 4000 and 16,
 * so that the test takes seconds). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/house_test.h"
#include "ground/chance.h"

#include <pthread.h>

enum { ITEMS = 24 };

struct race {
    struct house *house;
    char id[ITEMS][WORK_ID_SIZE];
    _Atomic int64_t left;
    _Atomic uint64_t done, refused;
    _Atomic bool over;
};

struct racer {
    struct race *race;
    unsigned number;
    struct identity person;
    struct chance chance;
    struct arena *request;
    struct store *reader;
    pthread_t thread;
};

/* A thread cannot use cmocka's asserts: they jump. */
#define SURE(claim) must(claim)

static enum status ended(struct race *race, enum status status)
{
    if (status == STATUS_OK)
        return store_commit(race->house->store);
    store_rollback(race->house->store);
    return status;
}

static void counted(struct race *race, enum status status)
{
    SURE(status == STATUS_OK || status == STATUS_LATE || status == STATUS_REFUSED ||
         status == STATUS_MALFORMED || status == STATUS_ABSENT);
    if (status == STATUS_OK)
        atomic_fetch_add(&race->done, 1);
    else
        atomic_fetch_add(&race->refused, 1);
}

static enum status stepped(struct racer *racer, const struct work_item *item, const char *step)
{
    struct work *work = racer->race->house->work;
    char memo[32];
    (void)snprintf(memo, sizeof memo, "memo %llu", (unsigned long long)chance_bits(&racer->chance));
    const struct work_value values[] = {
        {.field = MEMO, .value = slice_of(memo)}, VALUE(AMOUNT, "100"), VALUE(RESULT, "good")};
    unsigned at = strcmp(step, "edit") == 0 ? 0 : strcmp(step, "close") == 0 ? 2 : 1;
    bool brings = at == 0 || at == 2 || strcmp(step, "send") == 0 || strcmp(step, "urgent") == 0;
    const struct work_move move = {.id = item->id,
                                   .step = step,
                                   .version = item->version,
                                   .by = &racer->person,
                                   .value = &values[at],
                                   .values_count = brings};
    struct work_refusal refusal;
    struct work_item out;
    return work_step(work, &move, racer->request, &refusal, &out);
}

static enum status acted(struct racer *racer, const struct work_item *item, uint64_t what)
{
    static const char *const STEPS[] = {"begin", "edit", "send", "urgent", "close", "reopen"};
    struct work *work = racer->race->house->work;
    const struct identity *by = &racer->person;
    struct work_refusal refusal;
    struct work_item out;
    const struct work_wish wish = {.kind = &ERRAND, .by = by};
    const struct work_word word = {
        item->id, slice_of(item->asking == NULL ? "none" : item->asking->digest), by, SLICE("ok")};
    switch (what) {
    case 6:
    case 7:
        return work_take(work, item->id, item->version, by, racer->request, &refusal, &out);
    case 8:
        return work_take_next(work, &wish, racer->request, &out);
    case 9:
        return work_renew(work, item->id, by, racer->request, &out);
    case 10:
        return work_release(work, item->id, by, racer->request, &refusal, &out);
    case 11:
    case 12:
        return work_approve(work, &word, racer->request, &refusal, &out);
    case 13:
        return work_decline(work, &word, racer->request, &refusal, &out);
    default:
        return stepped(racer, item, STEPS[what]);
    }
}

static void *racer_run(void *self)
{
    struct racer *racer = self;
    struct race *race = racer->race;
    struct house *house = race->house;
    while (atomic_fetch_sub(&race->left, 1) > 0) {
        struct work_item item;
        arena_reset(racer->request);
        const char *id = race->id[chance_below(&racer->chance, ITEMS)];
        SURE(work_find(house->work, racer->reader, id, &racer->person, racer->request, &item) ==
             STATUS_OK);
        uint64_t what = chance_below(&racer->chance, 14);
        SURE(store_begin(house->store) == STATUS_OK);
        enum status status = acted(racer, &item, what);
        counted(race, ended(race, status));
    }
    return NULL;
}

/* Time goes on while they race: a tenth of a second for each look. */
static void *keeper_run(void *self)
{
    struct race *race = self;
    struct arena *scratch = NULL;
    bool more = false;
    SURE(arena_create(&scratch, 64 << 20) == STATUS_OK);
    while (!atomic_load(&race->over)) {
        house_wait(race->house, 2 * SECOND_MS);
        SURE(work_keep(race->house->work, scratch, &more) == STATUS_OK);
        (void)usleep(2000);
    }
    arena_destroy(scratch);
    return NULL;
}

/* ---- the model ---- */

struct told {
    int64_t version, time;
    char what[24], step[WORK_NAME_MAX + 1], from[WORK_NAME_MAX + 1], to[WORK_NAME_MAX + 1];
    char actor[ACCESS_ID_SIZE], asker[ACCESS_ID_SIZE];
};

static bool is(const char *word, const char *other)
{
    return strcmp(word, other) == 0;
}

static void leads(const struct told *told)
{
    int index = work_step_find(&ERRAND, slice_of(told->step));
    assert_true(index >= 0);
    const struct work_step *step = &ERRAND.step[index];
    int from = work_state_find(&ERRAND, slice_of(told->from));
    int to = work_state_find(&ERRAND, slice_of(told->to));
    assert_true((step->from & WORK_BIT(from)) != 0);
    assert_int_equal(to, step->to == WORK_STAYS ? from : step->to);
}

struct ledger {
    int64_t version, held_since;
    char state[WORK_NAME_MAX + 1], holder[ACCESS_ID_SIZE], asker[ACCESS_ID_SIZE];
    bool asked;
};

static void holder_follows(struct ledger *ledger, const struct told *told)
{
    if (is(told->what, "taken")) {
        /* free, or one's own, or its lease had run out by then */
        assert_true(ledger->holder[0] == '\0' || is(ledger->holder, told->actor) ||
                    told->time - ledger->held_since >= ERRAND.lease_ms);
        copy_id(ledger->holder, sizeof ledger->holder, slice_of(told->actor));
        ledger->held_since = told->time;
    } else if (is(told->what, "released") || is(told->what, "lease_ended")) {
        ledger->holder[0] = '\0';
    } else if (is(told->what, "step") && (is(told->step, "begin") || is(told->step, "close"))) {
        assert_string_equal(ledger->holder, told->actor);
    }
    /* (what is made void is told before the step that makes it so) */
    if ((is(told->to, "done") || is(told->to, "lapsed")) && !is(told->what, "voided"))
        ledger->holder[0] = '\0';
}

static void second_person_follows(struct ledger *ledger, const struct told *told)
{
    if (is(told->what, "asked") || (is(told->what, "step") && is(told->step, "urgent"))) {
        assert_false(ledger->asked);
        ledger->asked = true;
        copy_id(ledger->asker, sizeof ledger->asker, slice_of(told->actor));
    } else if (is(told->what, "approved") || is(told->what, "confirmed")) {
        assert_true(ledger->asked);
        assert_string_equal(ledger->asker, told->asker);
        assert_string_not_equal(told->actor, told->asker);
        ledger->asked = false;
    } else if (is(told->what, "voided") || is(told->what, "declined") ||
               is(told->what, "withdrawn") || is(told->what, "expired")) {
        assert_true(ledger->asked);
        ledger->asked = false;
    }
    if (is(told->what, "step"))
        assert_false(is(told->step, "send")); /* only asked for */
}

static void row_follows(struct ledger *ledger, const struct told *told)
{
    bool bare = is(told->what, "voided") || is(told->what, "alarm");
    if (is(told->what, "voided")) /* told with the change that makes it void */
        assert_int_equal(told->version, ledger->version + 1);
    else if (!bare)
        assert_int_equal(told->version, ++ledger->version);
    if (!is(told->what, "added") && !bare)
        assert_string_equal(told->from, ledger->state);
    if (is(told->what, "step") || is(told->what, "approved") || is(told->what, "fired") ||
        is(told->what, "taken_back"))
        leads(told);
    else if (!is(told->what, "added") && !bare)
        assert_string_equal(told->from, told->to);
    second_person_follows(ledger, told);
    holder_follows(ledger, told);
    if (!bare)
        copy_id(ledger->state, sizeof ledger->state, slice_of(told->to));
}

static void told_read(const struct store_value *at, struct told *told)
{
    told->version = at[0].whole;
    told->time = at[1].whole;
    copy_id(told->what, sizeof told->what, at[2].bytes);
    copy_id(told->step, sizeof told->step, at[3].bytes);
    copy_id(told->from, sizeof told->from, at[4].bytes);
    copy_id(told->to, sizeof told->to, at[5].bytes);
    copy_id(told->actor, sizeof told->actor, at[6].bytes);
    copy_id(told->asker, sizeof told->asker, at[7].bytes);
}

/* Lease renewals are in no log: a lease may be older than its taking says, never younger. */
static void log_is_the_row(struct race *race, const char *id)
{
    static const char LOG[] =
        "SELECT l.version, time, what, step, from_state, to_state, actor, asker "
        "FROM work_log l JOIN work_item i ON i.number = l.item WHERE i.id = "
        "?1 ORDER BY l.number";
    struct house *house = race->house;
    const struct store_value value = STORE_OF_TEXT(slice_of(id));
    struct store_rows *rows = NULL;
    struct store_value at[8];
    struct ledger ledger = {0};
    struct work_item item;
    assert_int_equal(store_query_composed(house->reader, LOG, &value, 1, &rows), STATUS_OK);
    while (store_next(rows, at, 8) == STATUS_OK) {
        struct told told;
        told_read(at, &told);
        row_follows(&ledger, &told);
    }
    store_end(rows);
    house_find(house, id, &house->cem, &item);
    assert_int_equal(item.version, ledger.version);
    assert_string_equal(ERRAND.state[item.state].name, ledger.state);
    assert_string_equal(item.holder, ledger.holder);
    assert_int_equal(item.asking != NULL, ledger.asked);
}

static void racer_up(struct race *race, struct racer *racer, unsigned number)
{
    char user[ACCESS_ID_SIZE], room[256];
    struct text why = text_over(room, sizeof room);
    (void)snprintf(user, sizeof user, "u_%u", number % 7); /* one person in several places */
    *racer = (struct racer){.race = race,
                            .number = number,
                            .person = house_person(user, race->house->home, race->house->cem.roles),
                            .chance = chance_seeded(number + 1)};
    assert_int_equal(arena_create(&racer->request, 16 << 20), STATUS_OK);
    assert_int_equal(store_open_reader(&racer->reader, race->house->path, race->house->boot, &why),
                     STATUS_OK);
}

static unsigned wanted(const char *name, unsigned usual)
{
    const char *word = getenv(name);
    return word == NULL ? usual : (unsigned)strtoul(word, NULL, 10);
}

static void nothing_is_lost_between_many(void **state)
{
    struct house *house = *state;
    struct race race = {.house = house};
    struct work_item item;
    unsigned threads = wanted("WORK_RACE_THREADS", 16);
    pthread_t keeper;
    struct racer *racer = calloc(threads, sizeof *racer);
    assert_non_null(racer);
    atomic_store(&race.left, wanted("WORK_RACE_OPERATIONS", 4000));
    for (unsigned i = 0; i < ITEMS; i++) {
        assert_int_equal(house_add(house, "13800138000", (int32_t)i % 3, "", &item), STATUS_OK);
        if (i % 4 != 0) { /* the others lapse soon */
            assert_int_equal(house_take(house, &item, &house->ann, &item), STATUS_OK);
            assert_int_equal(house_step(house, &item, "begin", &house->ann, NULL, 0, &item),
                             STATUS_OK);
        }
        copy_id(race.id[i], sizeof race.id[i], slice_of(item.id));
    }
    for (unsigned i = 0; i < threads; i++)
        racer_up(&race, &racer[i], i);
    assert_int_equal(pthread_create(&keeper, NULL, keeper_run, &race), 0);
    for (unsigned i = 0; i < threads; i++)
        assert_int_equal(pthread_create(&racer[i].thread, NULL, racer_run, &racer[i]), 0);
    for (unsigned i = 0; i < threads; i++) {
        (void)pthread_join(racer[i].thread, NULL);
        arena_destroy(racer[i].request);
        store_close(racer[i].reader);
    }
    atomic_store(&race.over, true);
    (void)pthread_join(keeper, NULL);
    for (unsigned i = 0; i < ITEMS; i++)
        log_is_the_row(&race, race.id[i]);
    print_message("%llu done, %llu refused, %lld log rows\n",
                  (unsigned long long)atomic_load(&race.done),
                  (unsigned long long)atomic_load(&race.refused),
                  (long long)house_count(house, "SELECT count(*) FROM work_log"));
    free(racer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_lost_between_many, house_up, house_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
