/* sequences_test.c -- every sequence of what a county, the organs above it, two banks and time can
 * do about two freezes of one account, held against what must never be.
 *
 * A sequence is walked in one transaction that is rolled back at its end, from three beginnings:
 * two drafts, one of them after a stop, one for a year that a county cannot approve; the first in
 * force while the second waits; the first being renewed.  What is refused is tried on the spot;
 * only what changes something makes a sequence longer.  After each action the whole of it is
 * looked at:
 *
 *      a freeze that is under way    was approved while its case was filed, by an organ that may
 *      a freeze that is in force     has an end, and the end is not behind us, nor further away
 *                                    than the law allows from the bank's own moment
 *      the case of a freeze in force has not ended
 *      an account                    has one freeze in force at most
 *      a stop that ended as frozen   has a freeze that was in force
 *
 * Time is let run to the next deadline and a moment beyond, and what then falls due is done as the
 * machine does it.  FREEZE_SEQUENCES says how many actions (3 is the acceptance; here 2, so that
 * the test takes seconds). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/freeze/organ_test.h"

enum { FREEZES = 2, LONGEST = 16 };

enum act {
    FILE_CASE,
    CLOSE_CASE,
    ORDER,
    SUBMIT,
    ENDORSE,
    ENDORSE_LOW,
    YES,
    FREEZE,
    FREEZE_BY_ANOTHER,
    WAIT,
    REFUSE,
    RENEW,
    CONFIRM_RENEWAL,
    UNRELATED,
    LIFT,
    CONFIRM_LIFT,
    TELL_OWNER,
    MONTHS, /* five months, in which nothing that leads somewhere falls due */
    TIME,
    ACTS
};

struct action {
    enum act act;
    int freeze;
};

struct walk {
    struct action made[LONGEST];
    unsigned longest;
    struct arena *request; /* also of the texts of what is given */
    struct work_item c, stop, freeze[FREEZES];
    bool filed;             /* the case is, now */
    bool approved[FREEZES]; /* while it was filed, by who may */
    bool forced[FREEZES];   /* it was in force once */
    uint64_t sequences, tried, in_force;
};

static struct work *work(void)
{
    return organs.house->work;
}

static void read_item(struct walk *walk, struct work_item *item)
{
    assert_int_equal(work_find(work(), organs.house->store, item->id, NULL, walk->request, item),
                     STATUS_OK);
}

static enum status moved(struct walk *walk, struct work_item *item, const char *name,
                         const struct identity *by, const struct given *given, unsigned count)
{
    struct work_value value[WORK_FIELDS_MAX];
    struct work_item out;
    read_item(walk, item);
    for (unsigned i = 0; i < count; i++)
        value[i] = (struct work_value){work_field_find(item->kind, slice_of(given[i].field)),
                                       given[i].value};
    const struct work_move move = {.id = item->id,
                                   .step = name,
                                   .version = by == NULL ? -1 : item->version,
                                   .by = by,
                                   .value = value,
                                   .values_count = count};
    TRY(work_step(work(), &move, walk->request, &organs.house->refusal, &out));
    read_item(walk, item);
    return STATUS_OK;
}

static enum status approved(struct walk *walk, struct work_item *item, const struct identity *by)
{
    struct work_item out;
    read_item(walk, item);
    if (item->asking == NULL)
        return STATUS_LATE;
    const struct work_word said = {item->id, slice_of(item->asking->digest), by, SLICE("seen")};
    TRY(work_approve(work(), &said, walk->request, &organs.house->refusal, &out));
    read_item(walk, item);
    return STATUS_OK;
}

/* ---- time ---- */

/* When the next of its clocks that lead somewhere runs out. */
static int64_t next_of(const struct work_item *item)
{
    int64_t next = INT64_MAX;
    for (unsigned i = 0; i < item->deadlines_count; i++) {
        const struct work_deadline *at = &item->deadline[i];
        const char *name = item->kind->clock[at->clock].expiry;
        int step = work_step_find(item->kind, slice_of(name));
        if (at->ended.ms == MOMENT_NONE.ms && item->kind->step[step].to != WORK_STAYS &&
            at->due.ms < next)
            next = at->due.ms;
    }
    return next;
}

/* What is due of one item, in the order of deadlines; alarms lead nowhere. */
static enum status falls_due(struct walk *walk, struct work_item *item)
{
    for (;;) {
        const struct work_deadline *first = NULL;
        read_item(walk, item);
        int64_t next = next_of(item);
        if (next > now_ms())
            return STATUS_OK;
        for (unsigned i = 0; i < item->deadlines_count; i++)
            if (item->deadline[i].due.ms == next && item->deadline[i].ended.ms == MOMENT_NONE.ms)
                first = &item->deadline[i];
        TRY(moved(walk, item, item->kind->clock[first->clock].expiry, NULL, NULL, 0));
    }
}

/* To the next deadline that leads somewhere, of any of them. */
static enum status time_runs(struct walk *walk)
{
    struct work_item *const all[] = {&walk->stop, &walk->freeze[0], &walk->freeze[1]};
    int64_t next = INT64_MAX;
    for (unsigned i = 0; i < 3; i++) {
        read_item(walk, all[i]);
        if (next_of(all[i]) < next)
            next = next_of(all[i]);
    }
    if (next == INT64_MAX)
        return STATUS_LATE;
    if (next > now_ms())
        house_wait(organs.house, next - now_ms());
    for (unsigned i = 0; i < 3; i++)
        TRY(falls_due(walk, all[i]));
    return STATUS_OK;
}

/* Or none, if something would fall due on the way but the stop. */
static enum status months_pass(struct walk *walk)
{
    int64_t later = now_ms() + 150LL * DAY_MS;
    for (int i = 0; i < FREEZES; i++) {
        read_item(walk, &walk->freeze[i]);
        if (next_of(&walk->freeze[i]) <= later)
            return STATUS_LATE;
    }
    house_wait(organs.house, later - now_ms());
    return falls_due(walk, &walk->stop);
}

/* ---- actions ---- */

static const struct given WHY[] = {GIVE("why", "because"), GIVE("found", "a salary")};

static enum status case_moves(struct walk *walk, bool file)
{
    static const struct given FILED[] = {GIVE("number", "A-1"), GIVE("organ", "County"),
                                         GIVE("document", "D-1")};
    enum status status = file ? moved(walk, &walk->c, "file", &organs.house->ann, FILED, 3)
                              : moved(walk, &walk->c, "close", &organs.house->ann, WHY, 1);
    if (status == STATUS_OK)
        status = approved(walk, &walk->c, &organs.house->ben);
    if (status == STATUS_OK)
        walk->filed = file;
    return status;
}

static enum status bank_acts(struct walk *walk, struct work_item *item, enum act act)
{
    const struct given frozen[] = {{"frozen_at", at_text(now_ms())},
                                   GIVE("frozen_amount", "4980000"),
                                   GIVE("balance", "5000000")};
    const struct given renewed[] = {{"renewed_at", at_text(now_ms())}};
    const struct given no[] = {GIVE("fault", "papers")};
    struct identity *teller = &organs.house->teller;
    switch (act) {
    case FREEZE:
        return moved(walk, item, "freeze", teller, frozen, 3);
    case FREEZE_BY_ANOTHER: /* the organ above, which has a seat, and says it were a bank */
        return moved(walk, item, "freeze", &organs.city.officer, frozen, 3);
    case WAIT:
        return moved(walk, item, "wait", teller, NULL, 0);
    case REFUSE:
        return moved(walk, item, "refuse", teller, no, 1);
    case CONFIRM_RENEWAL:
        return moved(walk, item, "confirm_renewal", teller, renewed, 1);
    default:
        return moved(walk, item, "confirm_lift", teller, NULL, 0);
    }
}

static enum status yes(struct walk *walk, struct work_item *item, int number)
{
    read_item(walk, item);
    bool order =
        item->asking != NULL && item->asking->step == work_step_find(&FREEZE_KIND, SLICE("order"));
    TRY(approved(walk, item, &organs.house->ben));
    if (order) /* the second is for a year: no county approves that */
        walk->approved[number] = walk->filed && number == 0;
    return STATUS_OK;
}

static enum status act(struct walk *walk, struct action action)
{
    struct work_item *item = &walk->freeze[action.freeze];
    const struct given city[] = {{"approver", slice_of(organs.city.id)}};
    const struct given tell[] = {{"owner_told_at", at_text(now_ms())},
                                 GIVE("owner_told_how", "letter")};
    const struct given renew[] = {GIVE("renew_months", "6"),
                                  {"renew_document", number_text(now_ms())}};
    enum status status;
    switch (action.act) {
    case FILE_CASE:
    case CLOSE_CASE:
        return case_moves(walk, action.act == FILE_CASE);
    case ORDER:
        return moved(walk, item, "order", &organs.house->ann, NULL, 0);
    case SUBMIT:
        return moved(walk, item, "submit", &organs.house->ann, city, 1);
    case ENDORSE:
    case ENDORSE_LOW:
        status = moved(walk, item, "endorse",
                       action.act == ENDORSE ? &organs.city.head : &organs.house->ben, NULL, 0);
        if (status == STATUS_OK)
            walk->approved[action.freeze] = walk->filed && action.act == ENDORSE;
        return status;
    case YES:
        return yes(walk, item, action.freeze);
    case RENEW:
        return moved(walk, item, "renew", &organs.house->ann, renew, 2);
    case UNRELATED:
        return moved(walk, item, "unrelated", &organs.house->ann, WHY + 1, 1);
    case LIFT:
        return moved(walk, item, "lift", &organs.house->ann, WHY, 1);
    case TELL_OWNER:
        return moved(walk, item, "tell_owner", &organs.house->ann, tell, 2);
    case MONTHS:
        return months_pass(walk);
    case TIME:
        return time_runs(walk);
    default:
        return bank_acts(walk, item, action.act);
    }
}

/* ---- what must never be ---- */

static bool named(const struct work_item *item, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strcmp(item->kind->state[item->state].name, *names) == 0)
            return true;
    return false;
}

static int64_t moment_of(const struct work_item *item, const char *field)
{
    moment at;
    return moment_parse(work_value_of(item, field), &at) == STATUS_OK ? at.ms : 0;
}

static void freeze_holds(struct walk *walk, int number, unsigned *in_force)
{
    static const char *const AWAY[] = {"ordered",   "waiting", "frozen", "renewing",
                                       "unrelated", "lifting", NULL};
    static const char *const FORCE[] = {"frozen", "renewing", "unrelated", "lifting", NULL};
    struct work_item *item = &walk->freeze[number];
    read_item(walk, item);
    if (named(item, AWAY)) {
        assert_true(walk->approved[number]);
        assert_true(work_value_of(item, "law").size > 0);
    }
    int64_t frozen = moment_of(item, "frozen_at"), renewed = moment_of(item, "renewed_at");
    if (!named(item, FORCE) || frozen == 0)
        return;
    int64_t until = moment_of(item, "until");
    int64_t most = renewed != 0  ? term_end("deposits.renewal", renewed)
                   : number == 0 ? term_end("deposits.term", frozen)
                                 : term_end("deposits_major.term", frozen);
    ++*in_force;
    walk->forced[number] = true;
    walk->in_force++;
    read_item(walk, &walk->c);
    assert_false(walk->c.kind->state[walk->c.state].end);
    assert_true(until > now_ms());
    assert_true(until <= most);
    assert_true(item->due.ms <= until);
}

static void holds(struct walk *walk)
{
    static const char *const OVER[] = {"frozen", NULL};
    unsigned in_force = 0;
    for (int i = 0; i < FREEZES; i++)
        freeze_holds(walk, i, &in_force);
    assert_true(in_force <= 1);
    read_item(walk, &walk->stop);
    if (named(&walk->stop, OVER))
        assert_true(walk->forced[0]); /* the first one follows it */
}

/* ---- the walk ---- */

static void begun(struct walk *walk, const struct work_kind *kind, const struct given *given,
                  unsigned count, struct work_item *out)
{
    struct work_value value[WORK_FIELDS_MAX];
    struct work_refusal refusal;
    bool joined = false;
    for (unsigned i = 0; i < count; i++)
        value[i] =
            (struct work_value){work_field_find(kind, slice_of(given[i].field)), given[i].value};
    const struct work_draft draft = {.kind = kind,
                                     .owner = slice_of(organs.house->home),
                                     .detected = MOMENT_NONE,
                                     .by = &organs.house->ann,
                                     .value = value,
                                     .values_count = count};
    assert_int_equal(work_add(work(), &draft, walk->request, &refusal, out, &joined), STATUS_OK);
}

static void stop_begins(struct walk *walk)
{
    const struct given fresh[] = {GIVE("payee", "6222020000000003"),
                                  GIVE("payee_name", "钱六"),
                                  GIVE("amount", "4980000"),
                                  {"paid_at", at_text(now_ms() - HOUR_MS)},
                                  GIVE("level", "1")};
    const struct given order[] = {{"executor", slice_of(organs.house->bank)},
                                  GIVE("document", "ZF-1")};
    const struct given stopped[] = {{"stopped_at", at_text(now_ms())}};
    begun(walk, &STOP_ORDER_KIND, fresh, 5, &walk->stop);
    assert_int_equal(moved(walk, &walk->stop, "order", &organs.house->ann, order, 2), STATUS_OK);
    assert_int_equal(approved(walk, &walk->stop, &organs.house->ben), STATUS_OK);
    assert_int_equal(moved(walk, &walk->stop, "stop", &organs.house->teller, stopped, 1),
                     STATUS_OK);
}

static void freeze_begins(struct walk *walk, int number)
{
    const struct given notice[] = {
        {"case_id", slice_of(walk->c.id)},
        GIVE("account", "6222020000000003"),
        {"asset", number == 0 ? SLICE("deposits") : SLICE("deposits_major")},
        {"months", number == 0 ? SLICE("6") : SLICE("12")},
        GIVE("account_name", "钱六"),
        GIVE("amount", "4980000"),
        GIVE("scope", "all of it"),
        GIVE("yields", "true"),
        GIVE("method", "limited"),
        GIVE("document", "DJ-1"),
        {"executor", slice_of(organs.house->bank)},
        {"stop", slice_of(walk->stop.id)}};
    begun(walk, &FREEZE_KIND, notice, number == 0 ? 12 : 11, &walk->freeze[number]);
}

/* Makes everything and goes the way again; what must hold at each step of it. */
static void walked(struct walk *walk, unsigned length)
{
    static const struct given TITLED[] = {GIVE("title", "a scam")};
    arena_reset(walk->request);
    begun(walk, &CASE_KIND, TITLED, 1, &walk->c);
    assert_int_equal(case_moves(walk, true), STATUS_OK);
    stop_begins(walk);
    for (int i = 0; i < FREEZES; i++) {
        walk->approved[i] = walk->forced[i] = false;
        freeze_begins(walk, i);
    }
    for (unsigned i = 0; i < length; i++) {
        assert_int_equal(act(walk, walk->made[i]), STATUS_OK);
        holds(walk);
    }
}

/* A refusal that came from behind a change has written: that transaction is thrown away. */
static void walk_on(struct walk *walk, unsigned length)
{
    struct action way[ACTS * FREEZES];
    struct store *store = organs.house->store;
    unsigned ways = 0;
    assert_int_equal(store_begin(store), STATUS_OK);
    walked(walk, length);
    for (int a = 0; a < ACTS * FREEZES; a++) {
        const struct action action = {(enum act)(a / FREEZES), a % FREEZES};
        bool of_none = action.act == TIME || action.act == MONTHS || action.act == FILE_CASE ||
                       action.act == CLOSE_CASE;
        if (of_none && action.freeze > 0)
            continue;
        walk->tried++;
        enum status status = act(walk, action);
        if (status == STATUS_OK) {
            holds(walk);
            way[ways++] = action;
        }
        if (status == STATUS_OK || status == STATUS_REFUSED) {
            store_rollback(store);
            assert_int_equal(store_begin(store), STATUS_OK);
            walked(walk, length);
        }
    }
    store_rollback(store);
    walk->sequences++;
    for (unsigned i = 0; i < ways && length < walk->longest; i++) {
        walk->made[length] = way[i];
        walk_on(walk, length + 1);
    }
}

static void walk_from(const struct action *prefix, unsigned length)
{
    const char *longest = getenv("FREEZE_SEQUENCES");
    unsigned more = longest == NULL ? 2 : (unsigned)strtoul(longest, NULL, 10);
    struct walk walk = {.request = organs.house->request};
    walk.longest = length + more < LONGEST ? length + more : LONGEST - 1;
    for (unsigned i = 0; i < length; i++)
        walk.made[i] = prefix[i];
    walk_on(&walk, length);
    print_message("%llu sequences up to length %u, %llu actions tried, %llu times in force\n",
                  (unsigned long long)walk.sequences, walk.longest, (unsigned long long)walk.tried,
                  (unsigned long long)walk.in_force);
    assert_true(length == 0 || walk.in_force > 0);
}

static void no_sequence_of_drafts_freezes_what_may_not_be(void **state)
{
    (void)state;
    walk_from(NULL, 0);
}

static void no_sequence_of_freezes_lasts_longer_than_it_may(void **state)
{
    static const struct action IN_FORCE[] = {{ORDER, 0},  {YES, 0},     {FREEZE, 0},
                                             {SUBMIT, 1}, {ENDORSE, 1}, {WAIT, 1}};
    (void)state;
    walk_from(IN_FORCE, 6);
}

/* Just before the end, when a renewal is worth it. */
static void no_sequence_of_renewals_lasts_longer_than_it_may(void **state)
{
    static const struct action RENEWING[] = {{ORDER, 0},  {YES, 0},   {FREEZE, 0},
                                             {MONTHS, 0}, {RENEW, 0}, {YES, 0}};
    (void)state;
    walk_from(RENEWING, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_sequence_of_drafts_freezes_what_may_not_be, organs_up,
                                        organs_down),
        cmocka_unit_test_setup_teardown(no_sequence_of_freezes_lasts_longer_than_it_may, organs_up,
                                        organs_down),
        cmocka_unit_test_setup_teardown(no_sequence_of_renewals_lasts_longer_than_it_may, organs_up,
                                        organs_down),
    };
    if (!organs_law(true))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_destroy(organs.law_arena);
    return failed;
}
