/* flow.c -- what rules ask of money that moved, and what must be remembered to answer it.
 *
 *   money.from_reported(payer, 24h, hops 2)
 *   money.from_listed(payer, 24h, hops 2, list mules)
 *   money.from_marked(payer, 24h, hops 2, dirty)
 *   money.residence(payer, 24h)
 *   money.strangers_in(payer, 24h, within 30d)
 *
 * The answers come from three profiles that no rule can name (a profile's name has no dot):
 *
 *   money.payments   by payment.payer, payment.payee     how much, with whom, which it was
 *   money.reports    by report.accounts                   that a victim named it
 *   money.holders    by report.accounts through person.account
 *
 * They are profiles like any other: fed in order of time, bounded, shown by `cost`, written to a
 * snapshot, put back after a probe.  Only how they are read is new.
 *
 * Invariants:  1. A set that asks nothing of money has none of them.
 *              2. How far back payments are kept is one of four lengths, so that a rule which looks
 *                 a little farther does not make the memory of yesterday useless.
 * Not chosen:  a memory of its own kind.  Every promise about it would have to be kept twice. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "checker_inside.h"

static const struct type MONEY = {.class = TYPE_MONEY};
static const struct type NUMBER = {.class = TYPE_NUMBER};

/* ---- the words ---- */

/* How a thing behind the span is written, for complaints. */
static const char *item_of(enum flow_asks asks)
{
    switch (asks) {
    case FLOW_REPORTED:
        return "hops 2";
    case FLOW_LISTED:
        return "hops 2, list mules";
    case FLOW_MARKED:
        return "hops 2, suspect";
    case FLOW_MET:
        return "within 30d";
    case FLOW_NOTHING:
        break;
    }
    return "";
}

static void complain_unknown_flow(const struct scope *scope, const struct phrase *phrase)
{
    struct compile *compile = scope->checker->compile;
    struct guess guess = guess_start(phrase->part.text);
    char room[512];
    struct text text = text_over(room, sizeof room);
    for (unsigned i = 0; i < FLOWS_COUNT; i++) {
        struct slice word = slice_of(flow_name((enum flow_kind)i));
        guess_try(&guess, word);
        text_addf(&text, "%s`%.*s`", i == 0 ? "" : " ", SHOW(word));
    }
    complain(compile, MESSAGE_UNKNOWN_FLOW,
             (struct complaint){.where = phrase->part.span,
                                .arg = {phrase->part.text, compile_text(compile, "%s", room)},
                                .suggestion = guess.best});
}

/* What was not said and must be, or said and has no place; false: complained. */
static bool fit_item(const struct scope *scope, const struct phrase *phrase, enum flow_asks asks,
                     bool wanted, struct span said, const char *missing)
{
    struct compile *compile = scope->checker->compile;
    struct slice word = phrase->part.text;
    const char *items = item_of(asks);
    struct slice full = compile_text(compile, "money.%.*s(account, 24h%s%s)", SHOW(word),
                                     *items == '\0' ? "" : ", ", items);
    if (wanted == (said.end != 0))
        return true;
    if (wanted) {
        complain(compile, MESSAGE_FLOW_LACKS,
                 (struct complaint){
                     .where = phrase->part.span,
                     .arg = {word, compile_text(compile, "`%s`", missing), full}});
        return false;
    }
    complain(compile, MESSAGE_FLOW_IDLE,
             (struct complaint){.where = said, .arg = {word, compile_source(compile, said), full}});
    return false;
}

static bool fit_items(const struct scope *scope, const struct phrase *phrase, enum flow_asks asks)
{
    const struct written_flow *said = phrase->flow;
    bool follows = asks == FLOW_REPORTED || asks == FLOW_LISTED || asks == FLOW_MARKED;
    return fit_item(scope, phrase, asks, follows, said->hops_span, "hops 2") &&
           fit_item(scope, phrase, asks, asks == FLOW_LISTED, said->list.span, "list mules") &&
           fit_item(scope, phrase, asks, asks == FLOW_MARKED, said->mark.span, "suspect") &&
           fit_item(scope, phrase, asks, asks == FLOW_MET, said->within_span, "within 30d");
}

static bool fit_hops(const struct scope *scope, const struct written_flow *said)
{
    struct compile *compile = scope->checker->compile;
    bool whole = said->hops == (double)(int64_t)said->hops;
    if (said->hops_span.end == 0 || (whole && said->hops >= 1 && said->hops <= FLOW_HOPS_MAX))
        return true;
    double better = said->hops < 1 ? 1 : said->hops > FLOW_HOPS_MAX ? FLOW_HOPS_MAX : said->hops;
    complain(compile, MESSAGE_HOPS_RANGE,
             (struct complaint){.where = said->hops_span,
                                .arg = {compile_text(compile, "%d", FLOW_HOPS_MAX)},
                                .suggestion = compile_text(compile, "hops %d", (int)better)});
    return false;
}

static bool fit_spans(const struct scope *scope, const struct written_flow *said)
{
    const struct checker *checker = scope->checker;
    if (!check_duration(checker, said->over, "`money`"))
        return false;
    if (said->within_span.end == 0)
        return true;
    if (!check_duration(checker, said->within, "`within`"))
        return false;
    if (said->within.ms > said->over.ms)
        return true;
    complain(checker->compile, MESSAGE_MET_SHORT,
             (struct complaint){.where = said->within.span,
                                .arg = {compile_source(checker->compile, said->over.span)}});
    return false;
}

bool flow_fits(const struct scope *scope, const struct phrase *phrase, enum flow_kind *out)
{
    if (flow_find(phrase->part.text, out))
        return fit_items(scope, phrase, flow_asks(*out)) && fit_hops(scope, phrase->flow) &&
               fit_spans(scope, phrase->flow);
    complain_unknown_flow(scope, phrase);
    return false;
}

/* ---- the memory ---- */

/* The tree of a set that is right is written here by hand; NULL: no memory. */
static struct expr *plain_expr(struct compile *compile, struct expr made, struct expr *a,
                               struct expr *b)
{
    struct expr *expr = compile_take(compile, sizeof *expr);
    struct expr **arg = compile_take(compile, 2 * sizeof(struct expr *));
    if (expr == NULL || arg == NULL)
        return NULL;
    arg[0] = a;
    arg[1] = b;
    made.arg = arg;
    made.args_count = a == NULL ? 0 : 2;
    *expr = made;
    return expr;
}

static struct expr *field_expr(struct compile *compile, unsigned field)
{
    struct expr made = {.kind = EXPR_FIELD, .record_kind = RECORD_payment, .field = field};
    (void)type_of_field(RECORD_payment, field, &made.type);
    return plain_expr(compile, made, NULL, NULL);
}

/* A payment of nothing moves nothing, and of one in another currency the amount is unknown. */
static struct expr *moves_expr(struct compile *compile)
{
    struct expr *amount = field_expr(compile, FIELD_OF(payment, amount));
    struct expr *zero =
        plain_expr(compile, (struct expr){.kind = EXPR_NUMBER, .type = MONEY}, NULL, NULL);
    if (amount == NULL || zero == NULL)
        return NULL;
    struct expr made = {.kind = EXPR_GREATER, .type = {.class = TYPE_TRUTH}};
    return plain_expr(compile, made, amount, zero);
}

static int64_t kept_ms(int64_t flow_ms)
{
    static const int DAYS[] = {1, 7, 30, SPAN_DAYS_MAX};
    unsigned i = 0;
    while (DAYS[i] < SPAN_DAYS_MAX && DAYS[i] * (int64_t)DAY_MS < flow_ms)
        i++;
    return DAYS[i] * (int64_t)DAY_MS;
}

enum { ROLE_PAYER = 1, ROLE_PAYEE = 2 };

/* In the order of enum flow_feature. */
static const struct {
    const char *name;
    enum aggregate aggregate;
    unsigned field;
    uint32_t roles;
    const char *label[TONGUES_COUNT];
} PAYMENTS[FLOW_FEATURES_COUNT] = {
    {"received", AGGREGATE_sum, FIELD_OF(payment, amount), ROLE_PAYEE, {"received", "转入金额"}},
    {"paid", AGGREGATE_sum, FIELD_OF(payment, amount), ROLE_PAYER, {"paid out", "转出金额"}},
    {"from", AGGREGATE_distinct, FIELD_OF(payment, payer), ROLE_PAYEE, {"payers", "付款方数"}},
    {"to", AGGREGATE_distinct, FIELD_OF(payment, payee), ROLE_PAYER, {"payees", "收款方数"}},
    {"id", AGGREGATE_distinct, FIELD_OF(payment, id), ROLE_PAYER | ROLE_PAYEE, {"ids", "编号数"}},
    {"reverses",
     AGGREGATE_distinct,
     FIELD_OF(payment, reverses),
     ROLE_PAYER | ROLE_PAYEE,
     {"payments taken back", "被冲正笔数"}},
};

static void payments_fill(struct compile *compile, struct profile *profile, int64_t span_ms)
{
    profile->features_count = FLOW_FEATURES_COUNT;
    profile->feature = compile_take(compile, FLOW_FEATURES_COUNT * sizeof *profile->feature);
    for (unsigned f = 0; profile->feature != NULL && f < FLOW_FEATURES_COUNT; f++) {
        struct feature *feature = &profile->feature[f];
        struct expr *value = field_expr(compile, PAYMENTS[f].field);
        struct expr *where = moves_expr(compile);
        if (value == NULL || where == NULL)
            return;
        *feature = (struct feature){.name = slice_of(PAYMENTS[f].name),
                                    .aggregate = PAYMENTS[f].aggregate,
                                    .value = value,
                                    .span_ms = span_ms,
                                    .roles = PAYMENTS[f].roles,
                                    .where = where,
                                    .type = f <= FLOW_PAID ? MONEY : NUMBER,
                                    .kinds = 1u << RECORD_payment};
        feature->value_of[RECORD_payment] = value;
        feature->where_of[RECORD_payment] = where;
        for (unsigned t = 0; t < TONGUES_COUNT; t++)
            feature->label[t] = slice_of(PAYMENTS[f].label[t]);
    }
}

static void reports_fill(struct compile *compile, struct profile *profile)
{
    profile->features_count = 1;
    profile->feature = compile_take(compile, sizeof *profile->feature);
    if (profile->feature == NULL)
        return;
    *profile->feature = (struct feature){.name = SLICE("times"),
                                         .aggregate = AGGREGATE_count,
                                         .span_ms = (int64_t)SPAN_DAYS_MAX * DAY_MS,
                                         .roles = 1,
                                         .label = {SLICE("reports"), SLICE("被报案次数")},
                                         .type = {.class = TYPE_NUMBER},
                                         .kinds = 1u << RECORD_report};
}

/* They come last, so that others keep their numbers, and are fed first. */
static unsigned profile_add(struct rule_set *set, struct slice name, enum field_type entity)
{
    unsigned index = set->profiles_count++;
    set->profile[index] = (struct profile){.name = name,
                                           .entity = {.class = TYPE_NAME, .name = entity},
                                           .events_max = FLOW_EVENTS_MAX};
    memmove(set->order + 1, set->order, index * sizeof set->order[0]);
    set->order[0] = index;
    return index;
}

void flow_remember(struct checker *checker)
{
    struct rule_set *set = checker->set;
    struct compile *compile = checker->compile;
    enum { PROFILES_ADDED = 3 };
    if (checker->flow_ms == 0 || compile->status != STATUS_OK)
        return;
    if (set->profiles_count + PROFILES_ADDED > PROFILES_MAX) {
        struct slice most = compile_text(compile, "%d", PROFILES_MAX - PROFILES_ADDED);
        complain(compile, MESSAGE_TOO_MANY,
                 (struct complaint){.where = set->profile[set->profiles_count - 1].span,
                                    .arg = {SLICE("profiles"), most}});
        return;
    }
    struct money_memory *money = &set->money;
    money->payments = profile_add(set, SLICE("money.payments"), FIELD_ACCOUNT);
    money->reports = profile_add(set, SLICE("money.reports"), FIELD_ACCOUNT);
    money->holders = profile_add(set, SLICE("money.holders"), FIELD_PERSON);
    struct profile *payments = &set->profile[money->payments];
    payments->keys_count = 2;
    payments->key[0] = (struct profile_key){.kind = RECORD_payment,
                                                .field = FIELD_OF(payment, payer)};
    payments->key[1] = (struct profile_key){.kind = RECORD_payment,
                                                .field = FIELD_OF(payment, payee)};
    payments_fill(compile, payments, kept_ms(checker->flow_ms));
    for (unsigned i = 0; i < 2; i++) {
        struct profile *of = &set->profile[i == 0 ? money->reports : money->holders];
        of->keys_count = 1;
        of->key[0] = (struct profile_key){.kind = RECORD_report,
                                          .field = FIELD_OF(report, accounts),
                                          .through = i == 1,
                                          .register_kind = RECORD_person,
                                          .register_field = FIELD_OF(person, account)};
        reports_fill(compile, of);
    }
    money->present = true;
}
