/* persons_test.c -- every sequence of what three people can do about a step that wants a second
 * person, held against a model of a few lines.
 *
 * Actions: ask (TWO), do first (AFTER), edit, approve what was read now by a session and by a
 * token, approve what was read at the first asking, decline; by each of three; and the time running
 * out.  A sequence is walked in one transaction that is rolled back at its end.  What the model
 * refuses is tried on the spot: a refusal writes nothing, so the walk goes on from the same place,
 * and only what changes something makes a sequence longer.  People are alike, so they appear in
 * order.
 *
 * WORK_SEQUENCES says how long (6 is the acceptance; here 4, so that the test takes seconds). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/work/house_test.h"

enum { PEOPLE = 3, LONGEST = 8 };
enum act { ASK, FIRST, CHANGE, YES, YES_BY_TOKEN, YES_TO_OLD, NO, ACTS, TIME = ACTS };

struct action {
    enum act act;
    int person;
};

/* What must hold: the whole of it. */
struct model {
    int state;
    bool asking, done;
    unsigned people; /* who cannot say yes */
    bool same;       /* what was read at the first asking is what waits */
    bool approved;   /* another said yes to what is in force */
};

struct walk {
    struct house *house;
    struct identity person[PEOPLE], token[PEOPLE];
    struct action made[LONGEST];
    unsigned longest;
    uint64_t sequences, tried;
    char first[DIGEST_HEX_SIZE]; /* digest of the first asking */
    unsigned memo;
    struct arena *request;
};

static unsigned bit(int person)
{
    return 1u << person;
}

/* Whether it may happen; then `*model` is what must follow. */
static bool model_step(struct model *model, struct action action)
{
    unsigned who = bit(action.person);
    switch (action.act) {
    case ASK:
    case FIRST:
        if (model->state != BUSY || model->asking)
            return false;
        model->asking = true;
        model->done = action.act == FIRST;
        model->people = who;
        model->approved = false;
        if (model->done)
            model->state = SENT;
        return true;
    case CHANGE:
        model->same = false;
        if (model->asking && !model->done)
            model->asking = false;
        else if (model->asking)
            model->people |= who;
        return true;
    case YES:
    case YES_BY_TOKEN:
    case YES_TO_OLD:
        if (!model->asking || (model->people & who) != 0 ||
            (action.act == YES_TO_OLD && !model->same))
            return false;
        model->asking = false;
        model->state = SENT;
        model->approved = true;
        return true;
    case NO:
    case TIME:
        if (!model->asking)
            return false;
        model->asking = false;
        if (model->done)
            model->state = BUSY;
        return true;
    }
    return false;
}

static void item_read(struct walk *walk, const char *id, struct work_item *out)
{
    struct house *house = walk->house;
    assert_int_equal(work_find(house->work, house->store, id, &walk->person[0], walk->request, out),
                     STATUS_OK);
}

static enum status step(struct walk *walk, const struct work_item *item, const char *name,
                        const struct identity *by, const struct work_value *value, unsigned count)
{
    struct house *house = walk->house;
    struct work_item out;
    const struct work_move move = {.id = item->id,
                                   .step = name,
                                   .version = item->version,
                                   .by = by,
                                   .value = value,
                                   .values_count = count};
    return work_step(house->work, &move, walk->request, &house->refusal, &out);
}

static enum status word(struct walk *walk, const struct work_item *item, const char *digest,
                        const struct identity *by, bool yes)
{
    struct house *house = walk->house;
    struct work_item out;
    const struct work_word said = {item->id, slice_of(digest), by, SLICE("seen")};
    return yes ? work_approve(house->work, &said, walk->request, &house->refusal, &out)
               : work_decline(house->work, &said, walk->request, &house->refusal, &out);
}

static enum status time_out(struct walk *walk, const struct work_item *item)
{
    struct house *house = walk->house;
    struct row *row = NULL;
    TRY(row_read(house->work, house->store, item->id, walk->request, &row));
    if (row->asking == 0)
        return STATUS_LATE;
    int64_t number = row->asking;
    house_wait(house, HOUR_MS);
    return asking_expired(house->work, number, steady_now(house->steady), walk->request);
}

static enum status act(struct walk *walk, const struct work_item *item, struct action action)
{
    const struct identity *by = &walk->person[action.person];
    const char *digest = item->asking == NULL ? walk->first : item->asking->digest;
    char memo[32];
    const struct work_value amount[] = {VALUE(AMOUNT, "100")};
    switch (action.act) {
    case ASK:
        return step(walk, item, "send", by, amount, 1);
    case FIRST:
        return step(walk, item, "urgent", by, amount, 1);
    case CHANGE:
        (void)snprintf(memo, sizeof memo, "memo %u", walk->memo++);
        const struct work_value value[] = {{.field = MEMO, .value = slice_of(memo)}};
        return step(walk, item, "edit", by, value, 1);
    case YES:
        return word(walk, item, digest, by, true);
    case YES_BY_TOKEN:
        return word(walk, item, digest, &walk->token[action.person], true);
    case YES_TO_OLD:
        return word(walk, item, walk->first, by, true);
    case NO:
        return word(walk, item, digest, by, false);
    case TIME:
        return time_out(walk, item);
    }
    return STATUS_MALFORMED;
}

static void holds(struct walk *walk, const char *id, struct model *model, struct work_item *out)
{
    item_read(walk, id, out);
    assert_int_equal(out->state, model->state);
    assert_int_equal(out->asking != NULL, model->asking);
    if (out->asking != NULL) {
        assert_int_equal(out->asking->done, model->done);
        if (walk->first[0] == '\0')
            copy_id(walk->first, sizeof walk->first, slice_of(out->asking->digest));
        model->same = strcmp(walk->first, out->asking->digest) == 0;
    }
    /* the point of it all: in force, and nothing waits, only by somebody else's yes */
    if (out->state == SENT && out->asking == NULL)
        assert_true(model->approved);
}

/* Makes the item and goes the way again; what must hold at its end. */
static struct model walked(struct walk *walk, unsigned length, struct work_item *item)
{
    struct house *house = walk->house;
    struct model model = {.state = BUSY};
    const struct work_value value[] = {VALUE(PHONE, "13800138000")};
    const struct work_draft draft = {.kind = &ERRAND,
                                     .owner = slice_of(house->home),
                                     .detected = MOMENT_NONE,
                                     .value = value,
                                     .values_count = 1};
    struct work_refusal refusal;
    bool joined = false;
    walk->first[0] = '\0';
    assert_int_equal(work_add(house->work, &draft, walk->request, &refusal, item, &joined),
                     STATUS_OK);
    assert_int_equal(work_take(house->work, item->id, item->version, &walk->person[0],
                               walk->request, &refusal, item),
                     STATUS_OK);
    assert_int_equal(step(walk, item, "begin", &walk->person[0], NULL, 0), STATUS_OK);
    item_read(walk, item->id, item);
    for (unsigned i = 0; i < length; i++) {
        assert_true(model_step(&model, walk->made[i]));
        assert_int_equal(act(walk, item, walk->made[i]), STATUS_OK);
        holds(walk, item->id, &model, item);
    }
    return model;
}

static void walk_on(struct walk *walk, unsigned length, int known)
{
    struct action way[ACTS * PEOPLE + 1];
    unsigned ways = 0;
    struct work_item item, same;
    arena_reset(walk->request);
    assert_int_equal(store_begin(walk->house->store), STATUS_OK);
    struct model model = walked(walk, length, &item);
    for (int a = 0; a <= TIME; a++) {
        for (int p = 0; p < (a == TIME ? 1 : PEOPLE); p++) {
            const struct action action = {(enum act)a, p};
            struct model next = model;
            if (a != TIME && p > known)
                continue; /* another of those who did nothing yet: the same */
            if (model_step(&next, action)) {
                way[ways++] = action;
                continue;
            }
            walk->tried++;
            assert_int_not_equal(act(walk, &item, action), STATUS_OK);
            holds(walk, item.id, &model, &same);
            assert_int_equal(same.version, item.version);
        }
    }
    store_rollback(walk->house->store);
    walk->sequences++;
    for (unsigned i = 0; i < ways && length < walk->longest; i++) {
        walk->made[length] = way[i];
        bool fresh = way[i].act != TIME && way[i].person == known;
        walk_on(walk, length + 1, known + (fresh && known < PEOPLE - 1));
    }
}

static void nobody_gets_round_a_second_person(void **state)
{
    struct house *house = *state;
    const char *longest = getenv("WORK_SEQUENCES");
    struct walk walk = {.house = house,
                        .longest = longest == NULL ? 4 : (unsigned)strtoul(longest, NULL, 10)};
    if (walk.longest >= LONGEST)
        walk.longest = LONGEST - 1;
    assert_int_equal(arena_create(&walk.request, 64 << 20), STATUS_OK);
    for (int i = 0; i < PEOPLE; i++) {
        char user[8];
        (void)snprintf(user, sizeof user, "u_%d", i);
        walk.person[i] = house_person(user, house->home, house->cem.roles);
        walk.token[i] = walk.person[i];
        walk.token[i].by = BY_TOKEN;
        (void)snprintf(walk.token[i].token, sizeof walk.token[i].token, "t_%d", i);
    }
    walk_on(&walk, 0, 0);
    print_message("%llu sequences up to length %u, and %llu refusals tried in between\n",
                  (unsigned long long)walk.sequences, walk.longest, (unsigned long long)walk.tried);
    arena_destroy(walk.request);
}

/* Up to a step that waits for its second person. */
static void busy(struct house *house, struct work_item *item)
{
    assert_int_equal(house_add(house, "13800138000", 1, "", item), STATUS_OK);
    assert_int_equal(house_take(house, item, &house->ann, item), STATUS_OK);
    assert_int_equal(house_step(house, item, "begin", &house->ann, NULL, 0, item), STATUS_OK);
}

static const struct work_value HUNDRED[] = {VALUE(AMOUNT, "100")};

static void what_was_done_first_is_taken_back_unless_confirmed(void **state)
{
    struct house *house = *state;
    struct work_item item;
    struct work_counts counts;
    busy(house, &item);
    assert_int_equal(house_step(house, &item, "urgent", &house->ann, HUNDRED, 1, &item), STATUS_OK);
    assert_int_equal(item.state, SENT);
    assert_true(item.asking->done);
    house_wait(house, HOUR_MS / 2 - 1);
    house_keep(house);
    house_find(house, item.id, &house->ann, &item);
    assert_int_equal(item.state, SENT);
    house_wait(house, 1);
    house_keep(house);
    house_find(house, item.id, &house->ann, &item);
    assert_int_equal(item.state, BUSY);
    assert_null(item.asking);
    work_count(house->work, &counts);
    assert_int_equal(counts.taken_back, 1);
    assert_int_equal(house_count(house, "SELECT count(*) FROM work_log WHERE what = 'taken_back'"),
                     1);
    assert_int_equal(house_step(house, &item, "urgent", &house->ann, HUNDRED, 1, &item), STATUS_OK);
    assert_int_equal(house_word(house, &item, item.asking->digest, &house->ben, true, &item),
                     STATUS_OK);
    house_wait(house, HOUR_MS);
    house_keep(house);
    house_find(house, item.id, &house->ann, &item);
    assert_int_equal(item.state, SENT);
}

static void a_service_and_another_house_are_no_second_person(void **state)
{
    struct house *house = *state;
    struct work_item item, out;
    struct identity stranger = house_person("u_far", house->carrier, WORK_ROLE(supervisor));
    struct identity robot = house->robot;
    busy(house, &item);
    copy_id(robot.organisation, sizeof robot.organisation, slice_of(house->home));
    robot.roles = WORK_ROLE(service) | WORK_ROLE(supervisor) | WORK_ROLE(analyst);
    assert_int_equal(house_step(house, &item, "send", &robot, HUNDRED, 1, &out), STATUS_REFUSED);
    assert_int_equal(house_step(house, &item, "urgent", &robot, HUNDRED, 1, &out), STATUS_REFUSED);
    assert_int_equal(house_step(house, &item, "send", &house->ann, HUNDRED, 1, &item), STATUS_OK);
    const char *digest = item.asking->digest;
    assert_int_equal(house_word(house, &item, digest, &robot, true, &out), STATUS_REFUSED);
    assert_int_equal(house_word(house, &item, digest, &stranger, true, &out), STATUS_ABSENT);
    assert_int_equal(store_begin(house->store), STATUS_OK);
    assert_int_equal(house_end(house, work_send(house->work, item.id, slice_of(house->carrier),
                                                WORK_BIT(PHONE), house->request)),
                     STATUS_OK);
    assert_int_equal(house_word(house, &item, digest, &stranger, true, &out), STATUS_REFUSED);
    struct identity clerk = house_person("u_clerk", house->home, WORK_ROLE(analyst));
    assert_int_equal(house_word(house, &item, digest, &clerk, true, &out), STATUS_REFUSED);
    assert_int_equal(house_word(house, &item, "0000", &house->ben, true, &out), STATUS_LATE);
    assert_int_equal(house->refusal.fault, WORK_FAULT_CONTENT);
    assert_int_equal(house_word(house, &item, digest, &house->ben, true, &out), STATUS_OK);
    assert_int_equal(out.state, SENT);
    assert_true(slice_equal(work_value_of(&out, "amount"), SLICE("100")));
}

/* The lease may come and go between question and yes; the step may not. */
static void a_lease_does_not_void_what_waits(void **state)
{
    struct house *house = *state;
    struct work_item item;
    char digest[DIGEST_HEX_SIZE];
    busy(house, &item);
    assert_int_equal(house_step(house, &item, "send", &house->ann, HUNDRED, 1, &item), STATUS_OK);
    copy_id(digest, sizeof digest, slice_of(item.asking->digest));
    house_wait(house, ERRAND.lease_ms);
    house_keep(house);
    house_find(house, item.id, &house->ann, &item);
    assert_string_equal(item.holder, "");
    assert_int_equal(house_word(house, &item, digest, &house->ben, true, &item), STATUS_OK);
    assert_int_equal(item.state, SENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nobody_gets_round_a_second_person, house_up, house_down),
        cmocka_unit_test_setup_teardown(what_was_done_first_is_taken_back_unless_confirmed,
                                        house_up, house_down),
        cmocka_unit_test_setup_teardown(a_service_and_another_house_are_no_second_person, house_up,
                                        house_down),
        cmocka_unit_test_setup_teardown(a_lease_does_not_void_what_waits, house_up, house_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
