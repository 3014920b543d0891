/* freeze_test.c -- the rules of freezing, one by one, each against what the law pack says. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/freeze/organ_test.h"

#define H (organs.house)

static const char ACCOUNT[] = "6222020000000003";

static const struct law_pack *pack(void)
{
    return law_named(&organs.law, SLICE("cn-freeze"));
}

static int64_t until_of(const struct work_item *item)
{
    struct work_item whole;
    moment at;
    house_find(H, item->id, NULL, &whole);
    assert_int_equal(moment_parse(work_value_of(&whole, "until"), &at), STATUS_OK);
    return at.ms;
}

static const struct given WHY[] = {GIVE("why", "no longer needed")};

/* ---- the case ---- */

static void nothing_leaves_without_a_filed_case(void **state)
{
    struct work_item c, item;
    bool needed = false;
    (void)state;
    assert_int_equal(law_switch(pack(), "case.filed", &needed, NULL), STATUS_OK);
    assert_true(needed);
    a_case(&c, false);
    a_draft(&item, c.id, ACCOUNT, "deposits", 6);
    assert_int_equal(does(&item, "order", &H->ann, NULL, 0), STATUS_MALFORMED);
    assert_int_equal(H->refusal.fault, WORK_FAULT_NOT_FILED);
    const struct given to[] = {{"approver", slice_of(organs.city.id)}};
    assert_int_equal(does(&item, "submit", &H->ann, to, 1), STATUS_MALFORMED);
    assert_int_equal(H->refusal.fault, WORK_FAULT_NOT_FILED);
    state_is(item.id, "drafted");
    a_draft(&item, item.id, ACCOUNT, "deposits", 6); /* a freeze is no case */
    assert_int_equal(does(&item, "order", &H->ann, NULL, 0), STATUS_MALFORMED);
    a_draft(&item, "w_0000000000000000", ACCOUNT, "deposits", 6);
    assert_int_equal(does(&item, "order", &H->ann, NULL, 0), STATUS_MALFORMED);
}

/* Asked while it was filed, approved when it was not any more. */
static void the_case_is_looked_at_again_when_it_is_approved(void **state)
{
    struct work_item c, item;
    (void)state;
    a_case(&c, true);
    a_draft(&item, c.id, ACCOUNT, "deposits", 6);
    assert_int_equal(does(&item, "order", &H->ann, NULL, 0), STATUS_OK);
    assert_int_equal(does(&c, "solve", &H->ann, NULL, 0), STATUS_OK);
    assert_int_equal(word(&item, &H->ben, true), STATUS_REFUSED);
    assert_int_equal(H->refusal.fault, WORK_FAULT_NOT_FILED);
    state_is(item.id, "drafted");
    assert_int_equal(house_count(H, "SELECT count(*) FROM freeze_turn"), 0);
}

static void a_case_that_was_closed_meanwhile_is_not_frozen_for(void **state)
{
    struct work_item c, item;
    (void)state;
    a_case(&c, true);
    an_order(&item, c.id, ACCOUNT);
    assert_int_equal(both(&c, "close", &organs.county, WHY, 1), STATUS_OK);
    assert_int_equal(freezes(&item, now_ms()), STATUS_REFUSED);
    assert_int_equal(H->refusal.fault, WORK_FAULT_NOT_FILED);
    state_is(item.id, "ordered");
}

/* What rests on the case ends first, and then the case. */
static void a_case_does_not_end_while_property_is_frozen_for_it(void **state)
{
    struct work_item c, item;
    (void)state;
    a_case(&c, true);
    an_order(&item, c.id, ACCOUNT);
    assert_int_equal(freezes(&item, now_ms()), STATUS_OK);
    assert_int_equal(does(&c, "close", &H->ann, WHY, 1), STATUS_OK);
    assert_int_equal(word(&c, &H->ben, true), STATUS_REFUSED);
    assert_int_equal(H->refusal.fault, WORK_FAULT_STILL_FROZEN);
    state_is(c.id, "filed");
    assert_int_equal(both(&item, "lift", &organs.county, WHY, 1), STATUS_OK);
    assert_int_equal(word(&c, &H->ben, true), STATUS_REFUSED); /* the bank has not lifted it */
    assert_int_equal(does(&item, "confirm_lift", &H->teller, NULL, 0), STATUS_OK);
    assert_int_equal(word(&c, &H->ben, true), STATUS_OK);
    state_is(c.id, "closed");
}

/* ---- the notice ---- */

static void the_notice_is_whole_before_it_leaves(void **state)
{
    static const char *const NEEDED[] = {"account_name", "account", "amount", "months",
                                         "scope",        "yields",  "method", "document"};
    const struct given whole[] = {GIVE("account_name", "钱六"),   {"account", slice_of(ACCOUNT)},
                                  GIVE("amount", "100"),          GIVE("months", "6"),
                                  GIVE("scope", "all of it"),     GIVE("yields", "false"),
                                  GIVE("method", "receive_only"), GIVE("document", "DJ-2")};
    struct law_codes items;
    struct work_item c, item;
    (void)state;
    assert_int_equal(law_list(pack(), "notice.items", &items, NULL), STATUS_OK);
    assert_int_equal(items.count, 6);
    a_case(&c, true);
    for (unsigned lacks = 0; lacks < 8; lacks++) {
        struct given given[9] = {{"executor", slice_of(H->bank)}};
        const struct given fresh[] = {{"case_id", slice_of(c.id)}, GIVE("asset", "deposits")};
        unsigned count = 1;
        for (unsigned i = 0; i < 8; i++)
            if (i != lacks)
                given[count++] = whole[i];
        assert_int_equal(made(&FREEZE_KIND, &H->ann, fresh, 2, &item), STATUS_OK);
        assert_int_equal(does(&item, "order", &H->ann, given, count), STATUS_MALFORMED);
        assert_int_equal(H->refusal.fault, WORK_FAULT_MISSING);
        assert_string_equal(FREEZE_KIND.field[H->refusal.field].name, NEEDED[lacks]);
    }
    a_draft(&item, c.id, ACCOUNT, "deposits", 6);
    const struct given none[] = {GIVE("amount", "0")};
    assert_int_equal(does(&item, "order", &H->ann, none, 1), STATUS_MALFORMED);
}

static void only_who_executes_it_is_told_and_nothing_beyond_the_notice(void **state)
{
    struct work_item c, item, out;
    (void)state;
    a_case(&c, true);
    an_order(&item, c.id, ACCOUNT);
    house_find(H, item.id, &H->teller, &out);
    for (unsigned i = 0; i < out.values_count; i++) {
        const char *name = FREEZE_KIND.field[out.value[i].field].name;
        assert_string_not_equal(name, "case_id");
        assert_string_not_equal(name, "rank");
    }
    assert_true(slice_equal(work_value_of(&out, "case_number"), SLICE("A-2026-17")));
    assert_true(slice_starts(work_value_of(&out, "law"), SLICE("cn-freeze sha256:")));
    assert_int_equal(work_find(H->work, H->reader, item.id, &organs.other_teller, H->request, &out),
                     STATUS_ABSENT);
    a_draft(&item, c.id, "6222020000000004", "deposits", 6);
    const struct given police[] = {{"executor", slice_of(organs.city.id)}};
    assert_int_equal(both(&item, "order", &organs.county, police, 1), STATUS_REFUSED);
}

/* ---- who ---- */

struct level {
    const char *asset;
    const char *rank, *term;
    int64_t months;
};

static const struct level LEVELS[] = {
    {"deposits", "deposits.rank", "deposits.term", 6},
    {"deposits_major", "deposits_major.rank", "deposits_major.term", 12},
    {"securities", "securities.rank", "securities.term", 24},
    {"equity", "equity.rank", "equity.term", 6},
    {"listed_equity", "listed_equity.rank", "listed_equity.term", 6},
};

static const struct organ *organ_at(int rank)
{
    const struct organ *const AT[] = {&organs.county, &organs.city, &organs.province,
                                      &organs.ministry};
    return AT[rank];
}

/* Every kind of property before every level, ordered by one's own head and by a higher one's. */
static void nobody_below_the_rank_of_the_law_approves(void **state)
{
    struct work_item c, item;
    (void)state;
    a_case(&c, true);
    for (unsigned i = 0; i < sizeof LEVELS / sizeof LEVELS[0]; i++) {
        enum law_rank needed = LAW_RANKS_COUNT;
        assert_int_equal(law_rank_of(pack(), LEVELS[i].rank, &needed, NULL), STATUS_OK);
        a_draft(&item, c.id, ACCOUNT, LEVELS[i].asset, LEVELS[i].months);
        bool own = needed == LAW_RANK_county;
        assert_int_equal(does(&item, "order", &H->ann, NULL, 0),
                         own ? STATUS_OK : STATUS_MALFORMED);
        assert_int_equal(H->refusal.fault, own ? WORK_FAULT_NONE : WORK_FAULT_RANK);
        for (int rank = LAW_RANK_city; rank <= LAW_RANK_ministry; rank++) {
            const struct organ *organ = organ_at(rank);
            bool may = rank >= (int)needed;
            a_draft(&item, c.id, number_text(622202000001000 + 10 * i + (unsigned)rank).at,
                    LEVELS[i].asset, LEVELS[i].months);
            const struct given to[] = {{"approver", slice_of(organ->id)}};
            assert_int_equal(does(&item, "submit", &H->ann, to, 1),
                             may ? STATUS_OK : STATUS_MALFORMED);
            if (!may)
                continue;
            assert_int_equal(does(&item, "endorse", &organ->officer, NULL, 0), STATUS_REFUSED);
            assert_int_equal(does(&item, "endorse", &H->ben, NULL, 0), STATUS_REFUSED);
            assert_int_equal(does(&item, "endorse", &organ->head, NULL, 0), STATUS_OK);
            state_is(item.id, "ordered");
        }
    }
}

static void an_organ_that_lost_its_level_approves_nothing(void **state)
{
    struct work_item c, item;
    (void)state;
    a_case(&c, true);
    a_draft(&item, c.id, ACCOUNT, "deposits", 6);
    assert_int_equal(does(&item, "order", &H->ann, NULL, 0), STATUS_OK);
    assert_int_equal(store_begin(H->store), STATUS_OK);
    assert_int_equal(
        access_organisation_level(H->access, slice_of(H->home), ORGANISATION_LEVEL_none),
        STATUS_OK);
    assert_int_equal(store_commit(H->store), STATUS_OK);
    assert_int_equal(word(&item, &H->ben, true), STATUS_REFUSED);
    assert_int_equal(H->refusal.fault, WORK_FAULT_RANK);
    const struct given bank[] = {{"approver", slice_of(H->bank)}};
    assert_int_equal(word(&item, &H->ann, false), STATUS_OK); /* taken back */
    assert_int_equal(does(&item, "submit", &H->ann, bank, 1), STATUS_MALFORMED);
}

/* Addressees all: the bank, another bank, the organ above. */
static void each_step_is_of_the_organisation_that_the_item_names(void **state)
{
    struct work_item c, item;
    const struct given answer[] = {{"frozen_at", at_text(now_ms())},
                                   GIVE("frozen_amount", "4980000"),
                                   GIVE("balance", "5000000")};
    struct identity clerk = organs.city.head;
    (void)state;
    a_case(&c, true);
    a_draft(&item, c.id, ACCOUNT, "equity", 6);
    const struct given to[] = {{"approver", slice_of(organs.city.id)}};
    assert_int_equal(does(&item, "submit", &H->ann, to, 1), STATUS_OK);
    assert_int_equal(does(&item, "endorse", &organs.city.head, NULL, 0), STATUS_OK);
    clerk.roles = WORK_ROLE(duty) | WORK_ROLE(liaison) | WORK_ROLE(supervisor);
    assert_int_equal(does(&item, "freeze", &clerk, answer, 3), STATUS_REFUSED);
    assert_int_equal(does(&item, "freeze", &H->ann, answer, 3), STATUS_REFUSED);
    assert_int_equal(does(&item, "freeze", &organs.other_teller, answer, 3), STATUS_ABSENT);
    struct identity boss = house_person("u_boss", H->bank, WORK_ROLE(supervisor));
    assert_int_equal(does(&item, "endorse_lift", &boss, WHY, 1), STATUS_REFUSED);
    assert_int_equal(does(&item, "freeze", &H->teller, answer, 3), STATUS_OK);
    assert_int_equal(does(&item, "lift", &H->ann, WHY, 1), STATUS_OK);
    assert_int_equal(word(&item, &H->ben, true), STATUS_REFUSED); /* the city approved it */
    state_is(item.id, "frozen");
    assert_int_equal(word(&item, &H->ann, false), STATUS_OK);
    assert_int_equal(does(&item, "endorse_lift", &boss, WHY, 1), STATUS_REFUSED);
    assert_int_equal(does(&item, "endorse_lift", &organs.city.head, WHY, 1), STATUS_OK);
    state_is(item.id, "lifting");
    assert_int_equal(does(&item, "confirm_lift", &clerk, NULL, 0), STATUS_REFUSED);
    assert_int_equal(does(&item, "confirm_lift", &H->teller, NULL, 0), STATUS_OK);
    state_is(item.id, "lifted");
}

/* ---- how long ---- */

static void ordered_at(struct work_item *item, const char *case_id, const char *account,
                       const struct level *level)
{
    const struct given to[] = {{"approver", slice_of(organs.province.id)}};
    a_draft(item, case_id, account, level->asset, level->months);
    assert_int_equal(does(item, "submit", &H->ann, to, 1), STATUS_OK);
    assert_int_equal(does(item, "endorse", &organs.province.head, NULL, 0), STATUS_OK);
}

/* Counted from the bank's moment, under jumps of the wall clock, also over a restart. */
static void a_freeze_ends_its_term_by_itself(void **state)
{
    static const int64_t JUMPS[] = {0, 90LL * DAY_MS, -90LL * DAY_MS, -DAY_MS, 3 * HOUR_MS};
    struct work_item c, item;
    (void)state;
    a_case(&c, true);
    for (unsigned i = 0; i < sizeof LEVELS / sizeof LEVELS[0]; i++) {
        char account[32];
        (void)snprintf(account, sizeof account, "622202000000%04u", i);
        ordered_at(&item, c.id, account, &LEVELS[i]);
        int64_t begun = now_ms();
        waits(5 * MINUTE_MS);
        atomic_fetch_add(&H->wall_ms, JUMPS[i]);
        assert_int_equal(freezes(&item, begun), STATUS_OK);
        int64_t end = term_end(LEVELS[i].term, begun);
        assert_int_equal(until_of(&item), end);
        atomic_fetch_sub(&H->wall_ms, JUMPS[i] / 2);
        waits(end - now_ms() - 1);
        state_is(item.id, "frozen");
        if (i % 2 == 0)
            waits(1);
        else {
            house_wait(H, 1);
            house_restart(H, false);
            house_keep(H);
        }
        state_is(item.id, "expired");
    }
}

static void nobody_asks_for_more_than_the_law_gives(void **state)
{
    struct work_item c, item;
    const struct given to[] = {{"approver", slice_of(organs.province.id)}};
    (void)state;
    a_case(&c, true);
    for (unsigned i = 0; i < sizeof LEVELS / sizeof LEVELS[0]; i++) {
        a_draft(&item, c.id, ACCOUNT, LEVELS[i].asset, LEVELS[i].months + 1);
        assert_int_equal(does(&item, "submit", &H->ann, to, 1), STATUS_MALFORMED);
        assert_int_equal(H->refusal.fault, WORK_FAULT_LEGAL);
        const struct given less[] = {{"approver", slice_of(organs.province.id)},
                                     GIVE("months", "0")};
        assert_int_equal(does(&item, "submit", &H->ann, less, 2), STATUS_MALFORMED);
        assert_int_equal(H->refusal.fault, WORK_FAULT_VALUE);
    }
    a_draft(&item, c.id, ACCOUNT, "deposits", 1); /* less than the law gives is what was asked */
    assert_int_equal(both(&item, "order", &organs.county, NULL, 0), STATUS_OK);
    assert_int_equal(freezes(&item, now_ms()), STATUS_OK);
    assert_true(until_of(&item) - now_ms() < 32LL * DAY_MS);
}

static void a_bank_moment_lies_between_the_order_and_now(void **state)
{
    struct work_item c, item;
    (void)state;
    a_case(&c, true);
    an_order(&item, c.id, ACCOUNT);
    assert_int_equal(freezes(&item, now_ms() + HOUR_MS), STATUS_MALFORMED);
    assert_int_equal(freezes(&item, now_ms() - DAY_MS), STATUS_MALFORMED);
    atomic_fetch_add(&H->wall_ms, DAY_MS); /* the wall changes nothing about it */
    assert_int_equal(freezes(&item, now_ms() + HOUR_MS), STATUS_MALFORMED);
    assert_int_equal(freezes(&item, now_ms()), STATUS_OK);
}

/* ---- renewing ---- */

static const struct given RENEW[] = {GIVE("renew_months", "6"), GIVE("renew_document", "XD-1")};

static enum status renewed(struct work_item *item, int64_t ms)
{
    const struct given answer[] = {{"renewed_at", at_text(ms)}};
    return does(item, "confirm_renewal", &H->teller, answer, 1);
}

static void a_renewal_runs_from_itself_and_never_longer_than_the_law(void **state)
{
    struct work_item c, item;
    bool before = false;
    (void)state;
    assert_int_equal(law_switch(pack(), "renewal.before_end", &before, NULL), STATUS_OK);
    assert_true(before);
    a_case(&c, true);
    an_order(&item, c.id, ACCOUNT);
    int64_t begun = now_ms();
    assert_int_equal(freezes(&item, begun), STATUS_OK);
    assert_int_equal(does(&item, "renew", &H->ann, RENEW, 2), STATUS_MALFORMED); /* gains nothing */
    waits(term_end("deposits.term", begun) - now_ms() - 5LL * DAY_MS);
    const struct given longer[] = {GIVE("renew_months", "7"), GIVE("renew_document", "XD-1")};
    assert_int_equal(does(&item, "renew", &H->ann, longer, 2), STATUS_MALFORMED);
    assert_int_equal(H->refusal.fault, WORK_FAULT_LEGAL);
    const struct given same[] = {GIVE("renew_months", "6"), GIVE("renew_document", "DJ-1")};
    assert_int_equal(does(&item, "renew", &H->ann, same, 2), STATUS_MALFORMED);
    assert_int_equal(both(&item, "renew", &organs.county, RENEW, 2), STATUS_OK);
    state_is(item.id, "renewing");
    int64_t again = now_ms();
    atomic_fetch_add(&H->wall_ms, 200LL * DAY_MS);
    assert_int_equal(renewed(&item, again), STATUS_OK);
    state_is(item.id, "frozen");
    assert_int_equal(until_of(&item), term_end("deposits.renewal", again));
    waits(until_of(&item) - now_ms() - DAY_MS);
    assert_int_equal(does(&item, "renew", &H->ann, RENEW, 2),
                     STATUS_MALFORMED); /* that notice is used */
    state_is(item.id, "frozen");
    waits(DAY_MS);
    state_is(item.id, "expired");
}

static void a_late_renewal_is_none(void **state)
{
    struct work_item c, item;
    enum law_code late;
    (void)state;
    assert_int_equal(law_code_of(pack(), "renewal.late", &late, NULL), STATUS_OK);
    assert_int_equal(late, LAW_CODE_lifted_automatically);
    a_case(&c, true);
    an_order(&item, c.id, ACCOUNT);
    int64_t begun = now_ms();
    assert_int_equal(freezes(&item, begun), STATUS_OK);
    waits(until_of(&item) - now_ms() - HOUR_MS);
    assert_int_equal(both(&item, "renew", &organs.county, RENEW, 2), STATUS_OK);
    waits(HOUR_MS); /* the bank has not answered: it ends all the same */
    state_is(item.id, "expired");
    assert_int_equal(renewed(&item, now_ms()), STATUS_LATE);
    state_is(item.id, "expired");
}

static void a_renewal_that_the_bank_refuses_leaves_the_term_as_it_was(void **state)
{
    struct work_item c, item;
    (void)state;
    a_case(&c, true);
    an_order(&item, c.id, ACCOUNT);
    assert_int_equal(freezes(&item, now_ms()), STATUS_OK);
    int64_t end = until_of(&item);
    waits(end - now_ms() - DAY_MS);
    assert_int_equal(both(&item, "renew", &organs.county, RENEW, 2), STATUS_OK);
    assert_int_equal(does(&item, "refuse_renewal", &H->teller, WHY, 1), STATUS_OK);
    state_is(item.id, "frozen");
    assert_int_equal(until_of(&item), end);
    waits(DAY_MS);
    state_is(item.id, "expired");
}

/* The city approved it, where a county would have done: a county does not renew it. */
static void a_renewal_needs_the_rank_of_the_freeze(void **state)
{
    struct work_item c, item;
    bool same = false;
    (void)state;
    assert_int_equal(law_switch(pack(), "renewal.same_rank", &same, NULL), STATUS_OK);
    assert_true(same);
    a_case(&c, true);
    a_draft(&item, c.id, ACCOUNT, "deposits", 6);
    const struct given to[] = {{"approver", slice_of(organs.city.id)}};
    assert_int_equal(does(&item, "submit", &H->ann, to, 1), STATUS_OK);
    assert_int_equal(does(&item, "endorse", &organs.city.head, NULL, 0), STATUS_OK);
    assert_int_equal(freezes(&item, now_ms()), STATUS_OK);
    waits(until_of(&item) - now_ms() - DAY_MS);
    assert_int_equal(does(&item, "renew", &H->ann, RENEW, 2), STATUS_MALFORMED);
    assert_int_equal(H->refusal.fault, WORK_FAULT_RANK);
    assert_int_equal(does(&item, "endorse_renewal", &organs.city.head, NULL, 0), STATUS_REFUSED);
    assert_int_equal(does(&item, "ask_renewal", &H->ann, RENEW, 2), STATUS_OK);
    assert_int_equal(does(&item, "endorse_renewal", &organs.city.officer, NULL, 0), STATUS_REFUSED);
    assert_int_equal(does(&item, "endorse_renewal", &organs.city.head, NULL, 0), STATUS_OK);
    assert_int_equal(renewed(&item, now_ms()), STATUS_OK);
    assert_int_equal(until_of(&item), term_end("deposits.renewal", now_ms()));
    assert_int_equal(does(&item, "endorse_renewal", &organs.city.head, NULL, 0), STATUS_REFUSED);
}

static void every_renewal_has_the_bound_of_its_property(void **state)
{
    static const struct level RENEWALS[] = {
        {"deposits_major", NULL, "deposits_major.renewal", 12},
        {"securities", NULL, "securities.renewal", 24},
        {"equity", NULL, "equity.renewal", 6},
    };
    struct work_item c, item;
    (void)state;
    a_case(&c, true);
    for (unsigned i = 0; i < sizeof RENEWALS / sizeof RENEWALS[0]; i++) {
        char account[32];
        (void)snprintf(account, sizeof account, "622202000000%04u", i);
        ordered_at(&item, c.id, account, &RENEWALS[i]);
        assert_int_equal(freezes(&item, now_ms()), STATUS_OK);
        waits(until_of(&item) - now_ms() - DAY_MS);
        const struct given longer[] = {{"renew_months", number_text(RENEWALS[i].months + 1)},
                                       GIVE("renew_document", "XD-3")};
        assert_int_equal(does(&item, "ask_renewal", &H->ann, longer, 2), STATUS_MALFORMED);
        const struct given most[] = {{"renew_months", number_text(RENEWALS[i].months)},
                                     GIVE("renew_document", "XD-3")};
        assert_int_equal(does(&item, "ask_renewal", &H->ann, most, 2), STATUS_OK);
        assert_int_equal(does(&item, "endorse_renewal", &organs.province.head, NULL, 0), STATUS_OK);
        assert_int_equal(renewed(&item, now_ms()), STATUS_OK);
        assert_int_equal(until_of(&item), term_end(RENEWALS[i].term, now_ms()));
    }
    ordered_at(&item, c.id, ACCOUNT, &LEVELS[4]);
    assert_int_equal(freezes(&item, now_ms()), STATUS_OK);
    waits(until_of(&item) - now_ms() - DAY_MS); /* no entry speaks of renewing it */
    assert_int_equal(does(&item, "ask_renewal", &H->ann, RENEW, 2), STATUS_MALFORMED);
    assert_int_equal(H->refusal.fault, WORK_FAULT_LEGAL);
}

/* ---- one account, several freezes ---- */

static void an_account_is_frozen_once_and_the_others_have_their_turns(void **state)
{
    struct work_item c, first, second, third, fourth;
    bool twice = true, waiting = false;
    (void)state;
    assert_int_equal(law_switch(pack(), "double.allowed", &twice, NULL), STATUS_OK);
    assert_int_equal(law_switch(pack(), "waiting.allowed", &waiting, NULL), STATUS_OK);
    assert_true(!twice && waiting);
    a_case(&c, true);
    an_order(&first, c.id, ACCOUNT);
    an_order(&second, c.id, ACCOUNT);
    an_order(&third, c.id, ACCOUNT);
    assert_int_equal(does(&first, "wait", &H->teller, NULL, 0), STATUS_REFUSED); /* for what? */
    assert_int_equal(freezes(&first, now_ms()), STATUS_OK);
    assert_int_equal(freezes(&second, now_ms()), STATUS_REFUSED);
    assert_int_equal(H->refusal.fault, WORK_FAULT_EARLIER);
    assert_int_equal(does(&third, "wait", &H->teller, NULL, 0), STATUS_OK); /* the bank's order */
    assert_int_equal(does(&second, "wait", &H->teller, NULL, 0), STATUS_OK);
    assert_int_equal(freezes(&third, now_ms()), STATUS_REFUSED);
    waits(until_of(&first) - now_ms());
    state_is(first.id, "expired");
    state_is(second.id, "frozen"); /* ordered before the third, whatever the bank wrote first */
    state_is(third.id, "waiting");
    assert_int_equal(until_of(&second), term_end("deposits.term", now_ms()));
    an_order(&fourth, c.id, ACCOUNT);
    assert_int_equal(freezes(&fourth, now_ms()), STATUS_REFUSED);
    assert_int_equal(both(&second, "lift", &organs.county, WHY, 1), STATUS_OK);
    state_is(third.id, "waiting");
    house_restart(H, true);
    assert_int_equal(does(&second, "confirm_lift", &H->teller, NULL, 0), STATUS_OK);
    state_is(second.id, "lifted");
    state_is(third.id, "frozen");
    const struct given report[] = {GIVE("frozen_amount", "4980000"), GIVE("balance", "5000000")};
    assert_int_equal(does(&third, "report", &H->teller, report, 2), STATUS_OK);
    assert_int_equal(both(&third, "lift", &organs.county, WHY, 1), STATUS_OK);
    assert_int_equal(does(&third, "confirm_lift", &H->teller, NULL, 0), STATUS_OK);
    assert_int_equal(freezes(&fourth, now_ms()), STATUS_OK); /* nothing is before it any more */
    assert_int_equal(house_count(H, "SELECT count(*) FROM freeze_turn"), 1);
}

/* Its turn comes when its case is closed: it lapses, and the next has its turn. */
static void a_turn_without_a_filed_case_passes_to_the_next(void **state)
{
    struct work_item c, closed, first, second, third;
    (void)state;
    a_case(&c, true);
    a_case(&closed, true);
    an_order(&first, c.id, ACCOUNT);
    an_order(&second, closed.id, ACCOUNT);
    an_order(&third, c.id, ACCOUNT);
    assert_int_equal(freezes(&first, now_ms()), STATUS_OK);
    assert_int_equal(does(&second, "wait", &H->teller, NULL, 0), STATUS_OK);
    assert_int_equal(does(&third, "wait", &H->teller, NULL, 0), STATUS_OK);
    assert_int_equal(both(&closed, "close", &organs.county, WHY, 1), STATUS_OK);
    waits(until_of(&first) - now_ms());
    state_is(first.id, "expired");
    state_is(second.id, "lapsed");
    state_is(third.id, "frozen");
}

/* Who froze it before is nobody of ours: the bank tells when its turn has come. */
static void behind_another_organs_freeze_the_bank_says_when(void **state)
{
    const struct given prior[] = {GIVE("prior_organ", "another county"),
                                  GIVE("prior_amount", "100"),
                                  {"prior_until", at_text(now_ms() + DAY_MS)}};
    struct work_item c, first, second;
    (void)state;
    a_case(&c, true);
    an_order(&first, c.id, ACCOUNT);
    an_order(&second, c.id, ACCOUNT);
    assert_int_equal(does(&first, "wait", &H->teller, prior, 3), STATUS_OK);
    assert_int_equal(does(&second, "wait", &H->teller, NULL, 0), STATUS_OK);
    waits(2LL * DAY_MS);
    state_is(first.id, "waiting");
    assert_int_equal(freezes(&second, now_ms()), STATUS_REFUSED); /* not before the first */
    assert_int_equal(freezes(&first, now_ms()), STATUS_OK);
    waits(until_of(&first) - now_ms());
    state_is(second.id, "frozen");
}

static void one_that_waits_can_be_given_up(void **state)
{
    struct work_item c, first, second, third;
    (void)state;
    a_case(&c, true);
    an_order(&first, c.id, ACCOUNT);
    an_order(&second, c.id, ACCOUNT);
    an_order(&third, c.id, ACCOUNT);
    assert_int_equal(freezes(&first, now_ms()), STATUS_OK);
    assert_int_equal(does(&second, "wait", &H->teller, NULL, 0), STATUS_OK);
    assert_int_equal(does(&third, "wait", &H->teller, NULL, 0), STATUS_OK);
    assert_int_equal(both(&second, "lift", &organs.county, WHY, 1), STATUS_OK);
    waits(until_of(&first) - now_ms());
    state_is(second.id, "lifting"); /* not frozen by its turn */
    state_is(third.id, "frozen");
    assert_int_equal(does(&second, "confirm_lift", &H->teller, NULL, 0), STATUS_OK);
    state_is(second.id, "lifted");
    state_is(third.id, "frozen");
}

/* ---- lifting ---- */

static const struct given FOUND[] = {GIVE("found", "the money is a salary")};

static int64_t alarms(const char *step)
{
    char sql[160];
    (void)snprintf(sql, sizeof sql,
                   "SELECT count(*) FROM work_log WHERE what = 'fired' AND step = '%s'", step);
    return house_count(H, sql);
}

static void what_is_unrelated_is_lifted_in_three_days_and_its_owner_told(void **state)
{
    struct work_item c, item;
    bool told = false;
    (void)state;
    assert_int_equal(law_switch(pack(), "unrelated.owner_told", &told, NULL), STATUS_OK);
    assert_true(told);
    a_case(&c, true);
    an_order(&item, c.id, ACCOUNT);
    assert_int_equal(freezes(&item, now_ms()), STATUS_OK);
    assert_int_equal(does(&item, "unrelated", &H->ann, FOUND, 1), STATUS_OK);
    int64_t due = term_end("unrelated.lift", now_ms());
    waits(due - now_ms() - 1);
    state_is(item.id, "unrelated");
    waits(1); /* nobody lifted it: it is lifted */
    state_is(item.id, "lifting");
    assert_int_equal(alarms("lift_due"), 1);
    int64_t confirm_ms = 0;
    assert_int_equal(law_span_ms(law_named(&organs.law, SLICE("cutline-defaults-2026")),
                                 "lift.confirm", &confirm_ms, NULL),
                     STATUS_OK);
    waits(confirm_ms);
    assert_int_equal(alarms("lift_overdue"), 1);
    assert_int_equal(does(&item, "confirm_lift", &H->teller, NULL, 0), STATUS_OK);
    state_is(item.id, "unfrozen"); /* its owner has not been told */
    waits(MINUTE_MS);
    assert_int_equal(alarms("owner_overdue"), 1);
    const struct given tell[] = {{"owner_told_at", at_text(now_ms())},
                                 GIVE("owner_told_how", "in person")};
    assert_int_equal(does(&item, "tell_owner", &H->ann, tell, 2), STATUS_OK);
    state_is(item.id, "lifted");
}

static void the_owner_may_be_told_before_the_bank_confirms(void **state)
{
    struct work_item c, item;
    const struct given tell[] = {{"owner_told_at", at_text(now_ms())},
                                 GIVE("owner_told_how", "by letter")};
    enum law_code approver;
    (void)state;
    assert_int_equal(law_code_of(pack(), "lift.approver", &approver, NULL), STATUS_OK);
    assert_int_equal(approver, LAW_CODE_same_as_approved);
    a_case(&c, true);
    an_order(&item, c.id, ACCOUNT);
    assert_int_equal(freezes(&item, now_ms()), STATUS_OK);
    assert_int_equal(does(&item, "unrelated", &H->ann, FOUND, 1), STATUS_OK);
    assert_int_equal(does(&item, "tell_owner", &H->ann, tell, 2), STATUS_OK);
    assert_int_equal(both(&item, "lift", &organs.county, WHY, 1), STATUS_OK);
    assert_int_equal(does(&item, "confirm_lift", &H->teller, NULL, 0), STATUS_OK);
    state_is(item.id, "lifted");
    waits(30LL * DAY_MS);
    assert_int_equal(alarms("owner_overdue") + alarms("lift_overdue"), 0);
}

/* The term ends while it is being lifted, and while nobody has told the owner. */
static void a_term_ends_whatever_else_is_under_way(void **state)
{
    struct work_item c, item;
    (void)state;
    a_case(&c, true);
    an_order(&item, c.id, ACCOUNT);
    assert_int_equal(freezes(&item, now_ms()), STATUS_OK);
    waits(until_of(&item) - now_ms() - HOUR_MS);
    assert_int_equal(does(&item, "unrelated", &H->ann, FOUND, 1), STATUS_OK);
    waits(HOUR_MS);
    state_is(item.id, "unfrozen");
    assert_int_equal(house_count(H, "SELECT count(*) FROM freeze_turn"), 0);
    waits(4LL * DAY_MS);
    assert_int_equal(alarms("owner_overdue"), 1);
    an_order(&item, c.id, ACCOUNT);
    assert_int_equal(freezes(&item, now_ms()), STATUS_OK);
    waits(until_of(&item) - now_ms() - HOUR_MS);
    assert_int_equal(both(&item, "lift", &organs.county, WHY, 1), STATUS_OK);
    waits(HOUR_MS);
    state_is(item.id, "expired");
}

static void a_freeze_is_not_merged_away(void **state)
{
    struct work_item c, item, other, out;
    (void)state;
    a_case(&c, true);
    an_order(&item, c.id, ACCOUNT);
    assert_int_equal(freezes(&item, now_ms()), STATUS_OK);
    a_draft(&other, c.id, ACCOUNT, "deposits", 6);
    seen(&item, &H->ann);
    assert_int_equal(store_begin(H->store), STATUS_OK);
    assert_int_equal(house_end(H, work_merge(H->work, item.id, other.id, item.version, &H->ann,
                                             SLICE("the same"), H->request, &H->refusal, &out)),
                     STATUS_REFUSED);
    state_is(item.id, "frozen");
}

/* ---- what the bank answers ---- */

static void what_is_not_frozen_is_named_to_the_cent_with_its_reason(void **state)
{
    struct work_item c, item;
    (void)state;
    a_case(&c, true);
    an_order(&item, c.id, ACCOUNT);
    const struct slice at = at_text(now_ms());
    const struct given MORE[] = {
        {"frozen_at", at}, GIVE("frozen_amount", "4980001"), GIVE("balance", "4980001")};
    const struct given SILENT[] = {
        {"frozen_at", at}, GIVE("frozen_amount", "1000000"), GIVE("balance", "1000000")};
    const struct given WRONG[] = {{"frozen_at", at},
                                  GIVE("frozen_amount", "1000000"),
                                  GIVE("balance", "1000000"),
                                  GIVE("not_frozen", "3979999"),
                                  GIVE("not_frozen_why", "balance too low")};
    const struct given BARE[] = {{"frozen_at", at},
                                 GIVE("frozen_amount", "1000000"),
                                 GIVE("balance", "1000000"),
                                 GIVE("not_frozen", "3980000")};
    const struct given RIGHT[] = {{"frozen_at", at},
                                  GIVE("frozen_amount", "1000000"),
                                  GIVE("balance", "1000000"),
                                  GIVE("not_frozen", "3980000"),
                                  GIVE("not_frozen_why", "balance too low"),
                                  GIVE("prior_organ", "a court")};
    assert_int_equal(does(&item, "freeze", &H->teller, MORE, 3), STATUS_MALFORMED);
    assert_int_equal(does(&item, "freeze", &H->teller, SILENT, 3), STATUS_MALFORMED);
    assert_int_equal(does(&item, "freeze", &H->teller, WRONG, 5), STATUS_MALFORMED);
    assert_int_equal(does(&item, "freeze", &H->teller, BARE, 4), STATUS_MALFORMED);
    assert_int_equal(does(&item, "freeze", &H->teller, RIGHT, 6), STATUS_OK);
}

static void a_bank_that_does_not_answer_is_an_alarm(void **state)
{
    struct work_item c, item;
    const struct given no[] = {GIVE("fault", "no_account")};
    (void)state;
    a_case(&c, true);
    an_order(&item, c.id, ACCOUNT);
    waits(HOUR_MS);
    assert_int_equal(alarms("no_answer"), 1);
    state_is(item.id, "ordered");
    assert_int_equal(does(&item, "refuse", &H->teller, no, 1), STATUS_OK);
    state_is(item.id, "refused");
    assert_int_equal(house_count(H, "SELECT count(*) FROM freeze_turn"), 0);
}

/* ---- after a stop ---- */

static void a_stopped_account(struct work_item *stop)
{
    const struct given fresh[] = {
        {"payee", slice_of(ACCOUNT)}, GIVE("payee_name", "钱六"),
        GIVE("amount", "4980000"),    {"paid_at", at_text(now_ms() - HOUR_MS)},
        GIVE("payee_bank", "Bank"),   GIVE("level", "1")};
    const struct given order[] = {{"executor", slice_of(H->bank)}, GIVE("document", "ZF-1")};
    const struct given stopped[] = {{"stopped_at", at_text(now_ms())}};
    assert_int_equal(made(&STOP_ORDER_KIND, &H->ann, fresh, 6, stop), STATUS_OK);
    assert_int_equal(both(stop, "order", &organs.county, order, 2), STATUS_OK);
    assert_int_equal(does(stop, "stop", &H->teller, stopped, 1), STATUS_OK);
}

static void after_stop(struct work_item *item, const char *case_id, const char *stop)
{
    const struct given fresh[] = {
        {"case_id", slice_of(case_id)}, GIVE("asset", "deposits"), {"stop", slice_of(stop)},
        GIVE("method", "limited"),      GIVE("months", "6"),       GIVE("scope", "all of it"),
        GIVE("yields", "true"),         GIVE("document", "DJ-9")};
    assert_int_equal(made(&FREEZE_KIND, &H->ann, fresh, 8, item), STATUS_OK);
}

static void a_stop_becomes_a_freeze_when_the_bank_confirms_and_not_before(void **state)
{
    struct work_item c, stop, item, whole;
    (void)state;
    a_case(&c, true);
    a_stopped_account(&stop);
    after_stop(&item, c.id, stop.id);
    house_find(H, item.id, NULL, &whole); /* filled from the stop */
    assert_true(slice_equal(work_value_of(&whole, "account"), slice_of(ACCOUNT)));
    assert_true(slice_equal(work_value_of(&whole, "amount"), SLICE("4980000")));
    assert_true(slice_equal(work_value_of(&whole, "executor"), slice_of(H->bank)));
    assert_int_equal(both(&item, "order", &organs.county, NULL, 0), STATUS_OK);
    state_is(stop.id, "stopped");
    assert_int_equal(freezes(&item, now_ms()), STATUS_OK);
    state_is(stop.id, "frozen");
    waits(30LL * DAY_MS);
    state_is(stop.id, "frozen");
    state_is(item.id, "frozen");
}

static void a_freeze_that_the_bank_refuses_leaves_the_stop_its_clock(void **state)
{
    struct work_item c, stop, item;
    const struct given no[] = {GIVE("fault", "papers")};
    (void)state;
    a_case(&c, true);
    a_stopped_account(&stop);
    after_stop(&item, c.id, stop.id);
    assert_int_equal(both(&item, "order", &organs.county, NULL, 0), STATUS_OK);
    assert_int_equal(does(&item, "refuse", &H->teller, no, 1), STATUS_OK);
    state_is(stop.id, "stopped");
    waits(3LL * DAY_MS);
    state_is(stop.id, "lifted"); /* by itself, as ever */
}

static void a_stop_ends_while_its_freeze_waits(void **state)
{
    struct work_item c, stop, first, item;
    (void)state;
    a_case(&c, true);
    a_stopped_account(&stop);
    an_order(&first, c.id, ACCOUNT);
    assert_int_equal(freezes(&first, now_ms()), STATUS_OK);
    state_is(stop.id, "stopped"); /* that freeze followed no stop */
    after_stop(&item, c.id, stop.id);
    assert_int_equal(both(&item, "order", &organs.county, NULL, 0), STATUS_OK);
    assert_int_equal(does(&item, "wait", &H->teller, NULL, 0), STATUS_OK);
    state_is(stop.id, "stopped"); /* what waits freezes nothing */
    waits(3LL * DAY_MS);
    state_is(stop.id, "lifted");
    waits(until_of(&first) - now_ms());
    state_is(item.id, "frozen");
    state_is(stop.id, "lifted");
}

/* Its turn is ours to give, but that the money is frozen is the bank's to say. */
static void a_turn_ends_no_stop_before_the_bank_reports(void **state)
{
    const struct given NOTHING[] = {GIVE("frozen_amount", "0"), GIVE("balance", "0"),
                                    GIVE("not_frozen", "4980000"),
                                    GIVE("not_frozen_why", "frozen by a court before")};
    const struct given ALL[] = {GIVE("frozen_amount", "4980000"), GIVE("balance", "5000000")};
    struct work_item c, stop, first, item;
    (void)state;
    a_case(&c, true);
    a_stopped_account(&stop);
    an_order(&first, c.id, ACCOUNT);
    assert_int_equal(freezes(&first, now_ms()), STATUS_OK);
    after_stop(&item, c.id, stop.id);
    assert_int_equal(both(&item, "order", &organs.county, NULL, 0), STATUS_OK);
    assert_int_equal(does(&item, "wait", &H->teller, NULL, 0), STATUS_OK);
    assert_int_equal(both(&first, "lift", &organs.county, WHY, 1), STATUS_OK);
    assert_int_equal(does(&first, "confirm_lift", &H->teller, NULL, 0), STATUS_OK);
    state_is(item.id, "frozen");
    state_is(stop.id, "stopped");
    assert_int_equal(does(&item, "report", &H->teller, NOTHING, 4), STATUS_OK);
    state_is(stop.id, "stopped");
    assert_int_equal(does(&item, "report", &H->teller, ALL, 2),
                     STATUS_MALFORMED); /* and yet 4980000 lack? */
    const struct given whole[] = {ALL[0], ALL[1], GIVE("not_frozen", "0")};
    assert_int_equal(does(&item, "report", &H->teller, whole, 3), STATUS_OK);
    state_is(stop.id, "frozen");
}

static void a_stop_of_another_account_or_house_is_not_followed(void **state)
{
    struct work_item c, stop, item;
    const struct given other[] = {GIVE("account", "6222020000000099")};
    const struct given theirs[] = {
        {"case_id", SLICE("w_1")}, GIVE("asset", "deposits"), {"stop", SLICE("w_1")}};
    (void)state;
    a_case(&c, true);
    a_stopped_account(&stop);
    after_stop(&item, c.id, stop.id);
    assert_int_equal(both(&item, "order", &organs.county, other, 1), STATUS_REFUSED);
    state_is(item.id, "drafted");
    struct given by_city[3];
    memcpy(by_city, theirs, sizeof by_city);
    by_city[2].value = slice_of(stop.id);
    assert_int_equal(made(&FREEZE_KIND, &organs.city.officer, by_city, 3, &item), STATUS_ABSENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, organs_up, organs_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_leaves_without_a_filed_case),
        TEST(the_case_is_looked_at_again_when_it_is_approved),
        TEST(a_case_that_was_closed_meanwhile_is_not_frozen_for),
        TEST(a_case_does_not_end_while_property_is_frozen_for_it),
        TEST(the_notice_is_whole_before_it_leaves),
        TEST(only_who_executes_it_is_told_and_nothing_beyond_the_notice),
        TEST(nobody_below_the_rank_of_the_law_approves),
        TEST(an_organ_that_lost_its_level_approves_nothing),
        TEST(each_step_is_of_the_organisation_that_the_item_names),
        TEST(a_freeze_ends_its_term_by_itself),
        TEST(nobody_asks_for_more_than_the_law_gives),
        TEST(a_bank_moment_lies_between_the_order_and_now),
        TEST(a_renewal_runs_from_itself_and_never_longer_than_the_law),
        TEST(a_late_renewal_is_none),
        TEST(a_renewal_that_the_bank_refuses_leaves_the_term_as_it_was),
        TEST(a_renewal_needs_the_rank_of_the_freeze),
        TEST(every_renewal_has_the_bound_of_its_property),
        TEST(an_account_is_frozen_once_and_the_others_have_their_turns),
        TEST(a_turn_without_a_filed_case_passes_to_the_next),
        TEST(behind_another_organs_freeze_the_bank_says_when),
        TEST(one_that_waits_can_be_given_up),
        TEST(what_is_unrelated_is_lifted_in_three_days_and_its_owner_told),
        TEST(the_owner_may_be_told_before_the_bank_confirms),
        TEST(a_term_ends_whatever_else_is_under_way),
        TEST(a_freeze_is_not_merged_away),
        TEST(what_is_not_frozen_is_named_to_the_cent_with_its_reason),
        TEST(a_bank_that_does_not_answer_is_an_alarm),
        TEST(a_stop_becomes_a_freeze_when_the_bank_confirms_and_not_before),
        TEST(a_freeze_that_the_bank_refuses_leaves_the_stop_its_clock),
        TEST(a_stop_ends_while_its_freeze_waits),
        TEST(a_turn_ends_no_stop_before_the_bank_reports),
        TEST(a_stop_of_another_account_or_house_is_not_followed),
    };
    if (!organs_law(true))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_destroy(organs.law_arena);
    return failed;
}
